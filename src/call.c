/* call.c - names, texts and the JSON form of a call. Reading it back is in call_read.c. */
#include "callaudit/call.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

const char *ca_speaker_name(ca_speaker speaker)
{
    static const char *const names[CA_SPEAKER_COUNT] = {"agent", "customer", "mixed"};
    assert((unsigned)speaker < CA_SPEAKER_COUNT);
    return names[speaker];
}

const char *ca_tier_name(ca_tier tier)
{
    static const char *const names[CA_TIER_COUNT] = {"phrase", "transcript", "import"};
    assert((unsigned)tier < CA_TIER_COUNT);
    return names[tier];
}

const char *ca_kind_name(ca_kind kind)
{
    static const char *const names[CA_KIND_COUNT] = {"required", "forbidden", "limit"};
    assert((unsigned)kind < CA_KIND_COUNT);
    return names[kind];
}

const char *ca_dimension_name(ca_dimension dimension)
{
    static const char *const names[CA_DIMENSION_COUNT] = {
        "courtesy",   "process",    "knowledge", "patience",
        "efficiency", "compliance", "empathy",   "closing",
    };
    assert((unsigned)dimension < CA_DIMENSION_COUNT);
    return names[dimension];
}

const char *ca_verdict_name(ca_verdict verdict)
{
    static const char *const names[CA_VERDICT_COUNT] = {"hit", "miss", "unsure", "n/a"};
    assert((unsigned)verdict < CA_VERDICT_COUNT);
    return names[verdict];
}

/* ---- text of words ---- */

static bool begins_with_han(const char *text)
{
    const char *end = text + strlen(text);
    return text < end && ca_is_han(ca_utf8_next(&text, end));
}

static bool ends_with_han(const char *text)
{
    const char *end = text + strlen(text);
    const char *last = end;
    while (last > text && ((unsigned char)*--last & 0xC0) == 0x80) {
    }
    return last < end && ca_is_han(ca_utf8_next(&last, end));
}

/* The words' text in place of what the buffer held. */
static const char *words_in(ca_buf *buf, const ca_words *words, size_t first, size_t count)
{
    assert(first <= words->count && count <= words->count - first);
    ca_buf_release(buf);
    for (size_t i = first; i < first + count; i++) {
        const char *text = words->items[i].text;
        if (i > first && !(ends_with_han(words->items[i - 1].text) && begins_with_han(text))) {
            ca_buf_puts(buf, " ");
        }
        ca_buf_puts(buf, text);
    }
    return ca_buf_text(buf);
}

const char *ca_words_text(const ca_words *words, size_t first, size_t count, ca_arena *arena)
{
    ca_buf buf = {0};
    const char *joined = words_in(&buf, words, first, count);
    const char *text = buf.failed ? NULL : ca_arena_strdup(arena, joined);
    ca_buf_release(&buf);
    return text;
}

/* ---- order of lines ---- */

typedef struct keyed_line {
    ca_line line;
    const char *text;
} keyed_line;

static int compare_ints(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_reals(double a, double b)
{
    return (a > b) - (a < b);
}

/* Lines that agree in all five keys differ in confidence at most; the surer one comes first. */
static int compare_lines(const void *left, const void *right)
{
    const keyed_line *a = left;
    const keyed_line *b = right;
    int order = compare_ints(a->line.start_ms, b->line.start_ms);
    if (order == 0) {
        order = compare_ints(a->line.end_ms, b->line.end_ms);
    }
    if (order == 0) {
        order = compare_ints((int64_t)a->line.speaker, (int64_t)b->line.speaker);
    }
    if (order == 0) {
        order = compare_ints((int64_t)a->line.tier, (int64_t)b->line.tier);
    }
    if (order == 0) {
        order = strcmp(a->text, b->text);
    }
    if (order == 0) {
        order = compare_reals(b->line.confidence, a->line.confidence);
    }
    return order != 0 ? order
                      : compare_ints((int64_t)a->line.first_word, (int64_t)b->line.first_word);
}

bool ca_call_sort_lines(ca_call *call, ca_arena *arena, ca_error *err)
{
    ca_lines *lines = &call->lines;
    if (lines->count < 2) {
        return true;
    }
    keyed_line *keyed = ca_arena_alloc(arena, lines->count * sizeof *keyed);
    if (keyed == NULL) {
        return ca_fail_memory(err);
    }
    for (size_t i = 0; i < lines->count; i++) {
        const ca_line *line = &lines->items[i];
        keyed[i].line = *line;
        keyed[i].text = ca_words_text(&call->words, line->first_word, line->word_count, arena);
        if (keyed[i].text == NULL) {
            return ca_fail_memory(err);
        }
    }
    qsort(keyed, lines->count, sizeof *keyed, compare_lines);
    for (size_t i = 0; i < lines->count; i++) {
        lines->items[i] = keyed[i].line;
    }
    return true;
}

/* ---- the call as JSON ---- */

static void write_meta(ca_json *json, const ca_meta *meta)
{
    ca_json_object(json, "meta");
    ca_json_text(json, "call_uid", meta->call_uid);
    ca_json_text(json, "agent", meta->agent);
    ca_json_text(json, "started_at", meta->started_at);
    ca_json_text(json, "team", meta->team);
    ca_json_text(json, "queue", meta->queue);
    ca_json_text(json, "direction", meta->direction);
    ca_json_text(json, "customer", meta->customer);
    ca_json_text(json, "language", meta->language);
    ca_json_end(json);
}

static void write_facts(ca_json *json, const ca_call *call)
{
    ca_json_text(json, "path", call->path);
    ca_json_text(json, "sha256", call->sha256);
    ca_json_int(json, "duration_ms", call->duration_ms);
    ca_json_int(json, "sample_rate", call->sample_rate);
    ca_json_bool(json, "truncated", call->truncated);
    ca_json_bool(json, "transcript", call->transcript);
    ca_json_text(json, "model", call->model);
    ca_json_text(json, "profile", call->profile);
    ca_json_real(json, "warp", call->warp);
    ca_json_text(json, "rulesets", call->rulesets);
}

static void write_span(ca_json *json, int64_t start_ms, int64_t end_ms)
{
    ca_json_int(json, "start_ms", start_ms);
    ca_json_int(json, "end_ms", end_ms);
}

static void write_channels(ca_json *json, const ca_channels *channels)
{
    ca_json_list(json, "channels");
    for (size_t i = 0; i < channels->count; i++) {
        const ca_channel *channel = &channels->items[i];
        ca_json_object(json, NULL);
        ca_json_text(json, "speaker", ca_speaker_name(channel->speaker));
        ca_json_real(json, "snr_db", channel->snr_db);
        ca_json_real(json, "level_dbfs", channel->level_dbfs);
        ca_json_real(json, "pitch_hz", channel->pitch_hz);
        ca_json_real(json, "clip_share", channel->clip_share);
        ca_json_real(json, "bandwidth_hz", channel->bandwidth_hz);
        ca_json_int(json, "speech_ms", channel->speech_ms);
        ca_json_end(json);
    }
    ca_json_end(json);
}

static void write_segments(ca_json *json, const ca_segments *segments)
{
    ca_json_list(json, "segments");
    for (size_t i = 0; i < segments->count; i++) {
        const ca_segment *segment = &segments->items[i];
        ca_json_object(json, NULL);
        ca_json_int(json, "channel", segment->channel);
        write_span(json, segment->start_ms, segment->end_ms);
        ca_json_end(json);
    }
    ca_json_end(json);
}

static void write_words(ca_json *json, const ca_words *words)
{
    ca_json_list(json, "words");
    for (size_t i = 0; i < words->count; i++) {
        const ca_word *word = &words->items[i];
        ca_json_object(json, NULL);
        write_span(json, word->start_ms, word->end_ms);
        ca_json_real(json, "confidence", word->confidence);
        ca_json_text(json, "text", word->text);
        ca_json_end(json);
    }
    ca_json_end(json);
}

/* "text" is for people: the reader takes the words. False when out of memory. */
static bool write_lines(ca_json *json, const ca_call *call)
{
    ca_buf text = {0};
    ca_json_list(json, "lines");
    for (size_t i = 0; i < call->lines.count && !text.failed; i++) {
        const ca_line *line = &call->lines.items[i];
        ca_json_object(json, NULL);
        ca_json_text(json, "speaker", ca_speaker_name(line->speaker));
        ca_json_text(json, "tier", ca_tier_name(line->tier));
        write_span(json, line->start_ms, line->end_ms);
        ca_json_real(json, "confidence", line->confidence);
        if (line->phones > 0) {
            ca_json_real(json, "margin", line->margin);
            ca_json_int(json, "phones", line->phones);
        }
        ca_json_int(json, "first_word", (int64_t)line->first_word);
        ca_json_int(json, "word_count", (int64_t)line->word_count);
        ca_json_text(json, "text",
                     words_in(&text, &call->words, line->first_word, line->word_count));
        ca_json_end(json);
    }
    ca_json_end(json);
    bool whole = !text.failed;
    ca_buf_release(&text);
    return whole;
}

static void write_hits(ca_json *json, const ca_hits *hits)
{
    ca_json_list(json, "hits");
    for (size_t i = 0; i < hits->count; i++) {
        const ca_hit *hit = &hits->items[i];
        ca_json_object(json, NULL);
        ca_json_text(json, "speaker", ca_speaker_name(hit->speaker));
        write_span(json, hit->start_ms, hit->end_ms);
        ca_json_real(json, "confidence", hit->confidence);
        ca_json_text(json, "text", hit->text);
        ca_json_text(json, "pattern", hit->pattern);
        ca_json_end(json);
    }
    ca_json_end(json);
}

/* "heard" is for people: the reader takes the indexes. */
static void write_finding(ca_json *json, const ca_finding *finding, const ca_hits *hits)
{
    ca_json_object(json, NULL);
    ca_json_text(json, "ruleset", finding->ruleset);
    ca_json_text(json, "rule_id", finding->rule_id);
    ca_json_text(json, "title", finding->title);
    ca_json_text(json, "kind", ca_kind_name(finding->kind));
    ca_json_text(json, "dimension", ca_dimension_name(finding->dimension));
    ca_json_int(json, "weight", finding->weight);
    ca_json_bool(json, "critical", finding->critical);
    ca_json_text(json, "verdict", ca_verdict_name(finding->verdict));
    ca_json_int(json, "ok", finding->ok);
    ca_json_int(json, "window_start_ms", finding->window_start_ms);
    ca_json_int(json, "window_end_ms", finding->window_end_ms);
    ca_json_int(json, "first_hit", (int64_t)finding->first_hit);
    ca_json_int(json, "hit_count", (int64_t)finding->hit_count);
    ca_json_int(json, "nearest", finding->nearest);
    ca_json_text(json, "note", finding->note);
    ca_json_list(json, "heard");
    for (size_t i = 0; i < finding->hit_count; i++) {
        assert(finding->first_hit + i < hits->count);
        ca_json_text(json, NULL, hits->items[finding->first_hit + i].text);
    }
    ca_json_end(json);
    ca_json_end(json);
}

static void write_measures(ca_json *json, const ca_measures *measures)
{
    ca_json_list(json, "measures");
    for (size_t i = 0; i < measures->count; i++) {
        const ca_measure *measure = &measures->items[i];
        bool whole_call = measure->speaker < 0;
        ca_json_object(json, NULL);
        ca_json_text(json, "name", measure->name);
        ca_json_text(json, "speaker",
                     whole_call ? NULL : ca_speaker_name((ca_speaker)measure->speaker));
        ca_json_real(json, "value", measure->value);
        ca_json_text(json, "unit", measure->unit);
        ca_json_end(json);
    }
    ca_json_end(json);
}

static void write_score(ca_json *json, const ca_score *score)
{
    ca_json_object(json, "score");
    ca_json_bool(json, "decided", score->decided);
    ca_json_real(json, "points", score->points);
    ca_json_real(json, "unsure_share", score->unsure_share);
    ca_json_bool(json, "critical", score->critical);
    ca_json_end(json);
}

bool ca_call_write(const ca_call *call, bool indent, ca_buf *out, ca_error *err)
{
    ca_json *json = ca_json_new();
    if (json == NULL) {
        return ca_fail_memory(err);
    }
    write_meta(json, &call->meta);
    write_facts(json, call);
    write_channels(json, &call->channels);
    write_segments(json, &call->segments);
    write_words(json, &call->words);
    bool done = write_lines(json, call) || ca_fail_memory(err);
    write_hits(json, &call->hits);
    ca_json_list(json, "findings");
    for (size_t i = 0; i < call->findings.count; i++) {
        write_finding(json, &call->findings.items[i], &call->hits);
    }
    ca_json_end(json);
    write_measures(json, &call->measures);
    write_score(json, &call->score);
    done = done && ca_json_write(json, indent, out, err);
    ca_json_free(json);
    return done;
}
