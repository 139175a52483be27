/* call_read.c - a call from its JSON form. What comes in may have been sent by a damaged worker or
 * a hostile file: nothing is believed before it is checked. */
#include "callaudit/call.h"

#include "callaudit/warp.h"

#include <float.h>
#include <limits.h>
#include <string.h>

/* Times stay far from overflow in sums and differences: 2^40 ms are 34 years. */
static const int64_t max_ms = INT64_C(1) << 40;

/* Where the reader is: one map, what it is called in messages, and where texts go. */
typedef struct reader {
    const ca_node *map;
    const char *name;
    ca_arena *arena;
    ca_error *err;
} reader;

static bool refuse(const reader *in, const char *key, const char *wanted)
{
    return ca_fail_call(in->err, CA_REASON_UNREADABLE, "%s.%s: expected %s", in->name, key, wanted);
}

/* ---- single values ---- */

static const ca_node *plain(const reader *in, const char *key)
{
    const ca_node *node = ca_node_get(in->map, key);
    bool fits = node != NULL && node->kind == CA_NODE_SCALAR && node->style == CA_SCALAR_PLAIN;
    return fits ? node : NULL;
}

static bool read_int(const reader *in, const char *key, int64_t low, int64_t high, int64_t *value)
{
    const ca_node *node = plain(in, key);
    if (node == NULL || !ca_parse_int(node->text, low, high, value)) {
        return refuse(in, key, "a whole number within its bounds");
    }
    return true;
}

static bool read_small(const reader *in, const char *key, int low, int high, int *value)
{
    int64_t wide = 0;
    if (!read_int(in, key, low, high, &wide)) {
        return false;
    }
    *value = (int)wide;
    return true;
}

static bool read_size(const reader *in, const char *key, size_t high, size_t *value)
{
    int64_t wide = 0;
    int64_t most = high > INT64_MAX ? INT64_MAX : (int64_t)high;
    if (!read_int(in, key, 0, most, &wide)) {
        return false;
    }
    *value = (size_t)wide;
    return true;
}

static bool read_real(const reader *in, const char *key, double low, double high, double *value)
{
    const ca_node *node = plain(in, key);
    if (node == NULL || !ca_parse_double(node->text, low, high, value)) {
        return refuse(in, key, "a number within its bounds");
    }
    return true;
}

static bool read_bool(const reader *in, const char *key, bool *value)
{
    const ca_node *node = plain(in, key);
    if (node == NULL || (strcmp(node->text, "true") != 0 && strcmp(node->text, "false") != 0)) {
        return refuse(in, key, "true or false");
    }
    *value = node->text[0] == 't';
    return true;
}

/* A text that is not empty, or null where that is allowed. */
static bool read_text(const reader *in, const char *key, bool null_too, const char **value)
{
    const ca_node *node = ca_node_get(in->map, key);
    *value = NULL;
    if (node != NULL && null_too && ca_node_is_null(node)) {
        return true;
    }
    if (node == NULL || node->kind != CA_NODE_SCALAR || node->style == CA_SCALAR_PLAIN) {
        return refuse(in, key, null_too ? "a text or null" : "a text");
    }
    if (!null_too && node->text[0] == '\0') {
        return refuse(in, key, "a text that is not empty");
    }
    *value = ca_arena_strdup(in->arena, node->text);
    return *value != NULL || ca_fail_memory(in->err);
}

/* The index of one of `count` names, which name_of lists. */
#define READ_ENUM(type, count, name_of)                                                            \
    static bool read_##type(const reader *in, const char *key, ca_##type *value)                   \
    {                                                                                              \
        const char *text = ca_node_text(in->map, key);                                             \
        for (int i = 0; text != NULL && i < (count); i++) {                                        \
            if (strcmp(text, name_of((ca_##type)i)) == 0) {                                        \
                *value = (ca_##type)i;                                                             \
                return true;                                                                       \
            }                                                                                      \
        }                                                                                          \
        return refuse(in, key, "a " #type);                                                        \
    }

READ_ENUM(speaker, CA_SPEAKER_COUNT, ca_speaker_name)
READ_ENUM(tier, CA_TIER_COUNT, ca_tier_name)
READ_ENUM(kind, CA_KIND_COUNT, ca_kind_name)
READ_ENUM(dimension, CA_DIMENSION_COUNT, ca_dimension_name)
READ_ENUM(verdict, CA_VERDICT_COUNT, ca_verdict_name)

static bool read_span(const reader *in, int64_t *start_ms, int64_t *end_ms)
{
    return read_int(in, "start_ms", 0, max_ms, start_ms) &&
           read_int(in, "end_ms", *start_ms, max_ms, end_ms);
}

/* `first` and `count` name a range of an array that has `length` items. */
static bool read_range(const reader *in, const char *first_key, const char *count_key,
                       size_t length, size_t *first, size_t *count)
{
    return read_size(in, first_key, length, first) &&
           read_size(in, count_key, length - *first, count);
}

/* ---- one record each ---- */

static bool read_meta(const reader *in, ca_meta *meta)
{
    return read_text(in, "call_uid", true, &meta->call_uid) &&
           read_text(in, "agent", true, &meta->agent) &&
           read_text(in, "started_at", true, &meta->started_at) &&
           read_text(in, "team", true, &meta->team) && read_text(in, "queue", true, &meta->queue) &&
           read_text(in, "direction", true, &meta->direction) &&
           read_text(in, "customer", true, &meta->customer) &&
           read_text(in, "language", true, &meta->language);
}

static bool read_channel(const reader *in, ca_call *call)
{
    ca_channel *channel = ca_push(in->arena, &call->channels);
    if (channel == NULL) {
        return ca_fail_memory(in->err);
    }
    return read_speaker(in, "speaker", &channel->speaker) &&
           read_real(in, "snr_db", -1000, 1000, &channel->snr_db) &&
           read_real(in, "level_dbfs", -1000, 1000, &channel->level_dbfs) &&
           read_real(in, "pitch_hz", 0, 1000, &channel->pitch_hz) &&
           read_real(in, "clip_share", 0, 1, &channel->clip_share) &&
           read_real(in, "bandwidth_hz", 0, 24000, &channel->bandwidth_hz) &&
           read_int(in, "speech_ms", 0, max_ms, &channel->speech_ms);
}

static bool read_segment(const reader *in, ca_call *call)
{
    if (call->channels.count == 0) {
        return refuse(in, "channel", "a channel of the call");
    }
    ca_segment *segment = ca_push(in->arena, &call->segments);
    if (segment == NULL) {
        return ca_fail_memory(in->err);
    }
    size_t last = call->channels.count - 1;
    return read_small(in, "channel", 0, last > INT_MAX ? INT_MAX : (int)last, &segment->channel) &&
           read_span(in, &segment->start_ms, &segment->end_ms);
}

static bool read_word(const reader *in, ca_call *call)
{
    ca_word *word = ca_push(in->arena, &call->words);
    if (word == NULL) {
        return ca_fail_memory(in->err);
    }
    return read_span(in, &word->start_ms, &word->end_ms) &&
           read_real(in, "confidence", 0, 1, &word->confidence) &&
           read_text(in, "text", false, &word->text);
}

/* Only keyphrases have it. */
static bool read_evidence(const reader *in, ca_line *line)
{
    return !ca_node_get(in->map, "phones") ||
           (read_real(in, "margin", -1000, 1000, &line->margin) &&
            read_small(in, "phones", 1, 10000, &line->phones));
}

static bool read_line(const reader *in, ca_call *call)
{
    ca_line *line = ca_push(in->arena, &call->lines);
    if (line == NULL) {
        return ca_fail_memory(in->err);
    }
    return read_speaker(in, "speaker", &line->speaker) && read_tier(in, "tier", &line->tier) &&
           read_span(in, &line->start_ms, &line->end_ms) &&
           read_real(in, "confidence", 0, 1, &line->confidence) && read_evidence(in, line) &&
           read_range(in, "first_word", "word_count", call->words.count, &line->first_word,
                      &line->word_count);
}

static bool read_hit(const reader *in, ca_call *call)
{
    ca_hit *hit = ca_push(in->arena, &call->hits);
    if (hit == NULL) {
        return ca_fail_memory(in->err);
    }
    return read_speaker(in, "speaker", &hit->speaker) &&
           read_span(in, &hit->start_ms, &hit->end_ms) &&
           read_real(in, "confidence", 0, 1, &hit->confidence) &&
           read_text(in, "text", false, &hit->text) &&
           read_text(in, "pattern", false, &hit->pattern);
}

static bool read_rule(const reader *in, ca_finding *finding)
{
    return read_text(in, "ruleset", false, &finding->ruleset) &&
           read_text(in, "rule_id", false, &finding->rule_id) &&
           read_text(in, "title", false, &finding->title) &&
           read_kind(in, "kind", &finding->kind) &&
           read_dimension(in, "dimension", &finding->dimension) &&
           read_small(in, "weight", 0, 100, &finding->weight) &&
           read_bool(in, "critical", &finding->critical);
}

static bool read_finding(const reader *in, ca_call *call)
{
    ca_finding *finding = ca_push(in->arena, &call->findings);
    if (finding == NULL) {
        return ca_fail_memory(in->err);
    }
    int64_t nearest = -1;
    int64_t last_hit = (int64_t)call->hits.count - 1;
    bool whole =
        read_rule(in, finding) && read_verdict(in, "verdict", &finding->verdict) &&
        read_small(in, "ok", -1, 1, &finding->ok) &&
        read_int(in, "window_start_ms", 0, max_ms, &finding->window_start_ms) &&
        read_int(in, "window_end_ms", finding->window_start_ms, max_ms, &finding->window_end_ms) &&
        read_range(in, "first_hit", "hit_count", call->hits.count, &finding->first_hit,
                   &finding->hit_count) &&
        read_int(in, "nearest", -1, last_hit, &nearest) &&
        read_text(in, "note", true, &finding->note);
    finding->nearest = (long)nearest;
    return whole;
}

static bool read_measure(const reader *in, ca_call *call)
{
    ca_measure *measure = ca_push(in->arena, &call->measures);
    if (measure == NULL) {
        return ca_fail_memory(in->err);
    }
    measure->speaker = -1;
    const ca_node *who = ca_node_get(in->map, "speaker");
    if (who == NULL || !ca_node_is_null(who)) {
        ca_speaker speaker = CA_AGENT;
        if (!read_speaker(in, "speaker", &speaker)) {
            return false;
        }
        measure->speaker = (int)speaker;
    }
    return read_text(in, "name", false, &measure->name) &&
           read_real(in, "value", -DBL_MAX, DBL_MAX, &measure->value) &&
           read_text(in, "unit", false, &measure->unit);
}

static bool read_score(const reader *in, ca_score *score)
{
    return read_bool(in, "decided", &score->decided) &&
           read_real(in, "points", 0, 100, &score->points) &&
           read_real(in, "unsure_share", 0, 1, &score->unsure_share) &&
           read_bool(in, "critical", &score->critical);
}

/* ---- the call ---- */

static bool is_sha256(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* Files written before there were profiles have none. */
static bool read_profile(const reader *in, ca_call *call)
{
    if (ca_node_get(in->map, "profile") == NULL) {
        return true;
    }
    const bool whole =
        read_text(in, "profile", true, &call->profile) && read_real(in, "warp", 0, 10, &call->warp);
    if (whole && (call->profile != NULL) != (ca_warp_index(call->warp) >= 0)) {
        return refuse(in, "warp", "the warp of a profile, 0 without one");
    }
    return whole;
}

static bool read_facts(const reader *in, ca_call *call)
{
    bool whole = read_text(in, "path", true, &call->path) &&
                 read_text(in, "sha256", true, &call->sha256) &&
                 read_int(in, "duration_ms", 0, max_ms, &call->duration_ms) &&
                 read_small(in, "sample_rate", 0, INT_MAX, &call->sample_rate) &&
                 read_bool(in, "truncated", &call->truncated) &&
                 read_bool(in, "transcript", &call->transcript) &&
                 read_text(in, "model", true, &call->model) && read_profile(in, call) &&
                 read_text(in, "rulesets", true, &call->rulesets);
    if (whole && call->sha256 != NULL && !is_sha256(call->sha256)) {
        return refuse(in, "sha256", "64 hex digits");
    }
    return whole;
}

static bool enter(const reader *from, const char *key, reader *into)
{
    *into = (reader){ca_node_get(from->map, key), key, from->arena, from->err};
    return (into->map != NULL && into->map->kind == CA_NODE_MAP) || refuse(from, key, "an object");
}

static bool read_list(const reader *root, const char *key, ca_call *call,
                      bool (*read_item)(const reader *in, ca_call *call))
{
    const ca_node *list = ca_node_get(root->map, key);
    if (list == NULL || list->kind != CA_NODE_LIST) {
        return refuse(root, key, "a list");
    }
    size_t index = 0;
    for (const ca_node *node = list->first; node != NULL; node = node->next, index++) {
        reader item = {node, key, root->arena, root->err};
        if (!read_item(&item, call)) {
            return ca_error_context(root->err, "item %zu", index);
        }
    }
    return true;
}

/* The order matters: a record is read after the array that its indexes point into. */
bool ca_call_read(const ca_node *root, ca_call *call, ca_arena *arena, ca_error *err)
{
    *call = (ca_call){0};
    reader top = {root, "call", arena, err};
    reader in;
    return enter(&top, "meta", &in) && read_meta(&in, &call->meta) && read_facts(&top, call) &&
           read_list(&top, "channels", call, read_channel) &&
           read_list(&top, "segments", call, read_segment) &&
           read_list(&top, "words", call, read_word) && read_list(&top, "lines", call, read_line) &&
           read_list(&top, "hits", call, read_hit) &&
           read_list(&top, "findings", call, read_finding) &&
           read_list(&top, "measures", call, read_measure) && enter(&top, "score", &in) &&
           read_score(&in, &call->score);
}
