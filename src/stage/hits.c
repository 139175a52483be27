/* hits.c - finding the wordings of one rule in the lines of a call. */
#include "hits.h"

#include "callaudit/wording.h"

#include <stdlib.h>
#include <string.h>

/* A rival in another line must cover more than this share of the shorter one (models/README.md). */
static const double rival_overlap = 0.7;

/* ---- compiling ---- */

static bool add_pattern(hit_patterns *list, const char *regex, const ca_wording *from,
                        ca_arena *arena, ca_error *err)
{
    ca_pattern *compiled = ca_pattern_compile(regex, CA_PATTERN_CASELESS, NULL, err);
    if (compiled == NULL) {
        return ca_error_context(err, "line %d", from->line);
    }
    hit_pattern *pattern = ca_push(arena, list);
    if (pattern == NULL) {
        ca_pattern_free(compiled);
        return ca_fail_memory(err);
    }
    *pattern = (hit_pattern){compiled, from->text};
    return true;
}

static bool add_phrases(hit_patterns *list, const ca_wordings *phrases, ca_arena *arena,
                        ca_error *err)
{
    for (size_t i = 0; i < phrases->count; i++) {
        const ca_wording *phrase = &phrases->items[i];
        ca_buf regex = {0};
        bool ok = ca_wording_regex(phrase->text, &regex, err) &&
                  add_pattern(list, ca_buf_text(&regex), phrase, arena, err);
        ca_buf_release(&regex);
        if (!ok) {
            return false;
        }
    }
    return true;
}

bool rule_patterns_compile(const ca_rule *rule, rule_patterns *out, ca_arena *arena, ca_error *err)
{
    *out = (rule_patterns){0};
    bool ok = add_phrases(&out->wanted, &rule->phrases, arena, err) &&
              add_phrases(&out->rivals, &rule->rivals, arena, err) &&
              add_phrases(&out->unless, &rule->unless, arena, err);
    if (ok && rule->regex.text != NULL) {
        ca_strings wordings = {0};
        out->needs_transcript = !ca_wording_expand_regex(rule->regex.text, &wordings, arena);
        ok = add_pattern(&out->wanted, rule->regex.text, &rule->regex, arena, err);
    }
    if (!ok) {
        rule_patterns_release(out);
    }
    return ok;
}

static void release_list(hit_patterns *list)
{
    for (size_t i = 0; i < list->count; i++) {
        ca_pattern_free(list->items[i].compiled);
    }
    *list = (hit_patterns){0};
}

void rule_patterns_release(rule_patterns *patterns)
{
    release_list(&patterns->wanted);
    release_list(&patterns->rivals);
    release_list(&patterns->unless);
}

/* ---- lines as text ---- */

static long find_segment(const ca_call *call, const ca_line *line)
{
    int64_t middle = line->start_ms + (line->end_ms - line->start_ms) / 2;
    for (size_t i = 0; i < call->segments.count; i++) {
        const ca_segment *segment = &call->segments.items[i];
        if (segment->start_ms <= middle && middle < segment->end_ms &&
            call->channels.items[segment->channel].speaker == line->speaker) {
            return (long)i;
        }
    }
    return -1;
}

static bool hear(heard_line *out, const ca_call *call, const ca_line *line, ca_arena *arena)
{
    out->line = line;
    out->segment = find_segment(call, line);
    out->text = ca_words_text(&call->words, line->first_word, line->word_count, arena);
    out->word_at = ca_arena_alloc(arena, (line->word_count + 1) * sizeof *out->word_at);
    if (out->text == NULL || out->word_at == NULL) {
        return false;
    }
    out->length = strlen(out->text);
    size_t at = 0;
    for (size_t i = 0; i < line->word_count; i++) {
        const char *word = call->words.items[line->first_word + i].text;
        size_t length = strlen(word);
        at += out->text[at] == ' ' && strncmp(out->text + at, word, length) != 0;
        out->word_at[i] = at;
        at = at + length < out->length ? at + length : out->length;
    }
    return true;
}

bool heard_init(heard_call *heard, const ca_call *call, ca_arena *arena, ca_error *err)
{
    heard->call = call;
    heard->arena = arena;
    heard->lines = ca_arena_alloc(arena, (call->lines.count + 1) * sizeof *heard->lines);
    if (heard->lines == NULL) {
        return ca_fail_memory(err);
    }
    for (size_t i = 0; i < call->lines.count; i++) {
        if (!hear(&heard->lines[i], call, &call->lines.items[i], arena)) {
            return ca_fail_memory(err);
        }
    }
    return true;
}

/* ---- spans: where a pattern stands ---- */

typedef struct span {
    const heard_line *line;
    size_t from, to;     /* bytes of the line's text */
    size_t first, count; /* words, indexes into ca_call.words */
    int64_t start_ms, end_ms;
    const char *source;
} span;

typedef CA_ARRAY(span) spans;

/* The last word that begins at or before the byte. */
static size_t word_of(const heard_line *line, size_t byte)
{
    size_t low = 0, high = line->line->word_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (line->word_at[middle] <= byte) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool add_span(const heard_call *heard, const heard_line *line, size_t from, size_t to,
                     const char *source, spans *out)
{
    span *item = ca_push(heard->arena, out);
    if (item == NULL) {
        return false;
    }
    const ca_word *words = heard->call->words.items;
    size_t first = word_of(line, from), last = word_of(line, to - 1);
    *item = (span){line, from, to, line->line->first_word + first, last - first + 1, 0, 0, source};
    item->start_ms = words[item->first].start_ms;
    item->end_ms = words[item->first + item->count - 1].end_ms;
    return true;
}

/* Adds every match of the patterns in the line. */
static bool find_spans(const heard_call *heard, const heard_line *line,
                       const hit_patterns *patterns, spans *out, bool *limited, ca_error *err)
{
    for (size_t i = 0; i < patterns->count; i++) {
        size_t from = 0, start = 0, end = 0;
        ca_match_result result = CA_MATCH_NONE;
        while ((result = ca_pattern_find(patterns->items[i].compiled, line->text, line->length,
                                         from, &start, &end)) == CA_MATCH_FOUND) {
            from = end > from ? end : from + 1;
            if (end > start && !add_span(heard, line, start, end, patterns->items[i].source, out)) {
                return ca_fail_memory(err);
            }
        }
        *limited = *limited || result == CA_MATCH_LIMIT;
    }
    return true;
}

/* ---- unless ---- */

/* Which lines say a phrase of `unless`. Keyphrase lines hold one wording each, so there a phrase
 * excuses its neighbours in the same stretch of speech. A pattern that reached its limits may have
 * been said, so it excuses, and `limited` keeps the rule from being called missed. */
static bool find_excused(const heard_call *heard, const hit_patterns *unless, double doubt,
                         bool *excused, bool *limited, ca_error *err)
{
    const ca_call *call = heard->call;
    bool *segments = ca_arena_alloc(heard->arena, (call->segments.count + 1) * sizeof *segments);
    if (segments == NULL) {
        return ca_fail_memory(err);
    }
    for (size_t i = 0; i < call->lines.count; i++) {
        const heard_line *line = &heard->lines[i];
        bool reached = false;
        spans said = {0};
        if (!find_spans(heard, line, unless, &said, &reached, err)) {
            return false;
        }
        excused[i] = said.count > 0 || reached;
        *limited = *limited || reached;
        if (said.count > 0 && line->segment >= 0 && line->line->confidence >= doubt) {
            segments[line->segment] = true;
        }
    }
    for (size_t i = 0; i < call->lines.count; i++) {
        long segment = heard->lines[i].segment;
        excused[i] = excused[i] || (segment >= 0 && segments[segment]);
    }
    return true;
}

/* ---- rivals ---- */

static bool overlaps_mostly(const span *a, const span *b)
{
    int64_t start = a->start_ms > b->start_ms ? a->start_ms : b->start_ms;
    int64_t end = a->end_ms < b->end_ms ? a->end_ms : b->end_ms;
    int64_t m = a->end_ms - a->start_ms, n = b->end_ms - b->start_ms;
    return (double)(end - start) > rival_overlap * (double)(m < n ? m : n);
}

static bool is_beaten(const span *hit, const spans *rivals)
{
    const ca_line *line = hit->line->line;
    for (size_t i = 0; i < rivals->count; i++) {
        const span *rival = &rivals->items[i];
        const ca_line *other = rival->line->line;
        if (other == line
                ? rival->from <= hit->from && hit->to <= rival->to
                : other->speaker == line->speaker && other->confidence > line->confidence &&
                      overlaps_mostly(hit, rival)) {
            return true;
        }
    }
    return false;
}

/* ---- hits ---- */

bool speaker_fits(ca_speaker speaker, ca_who who)
{
    return who == CA_WHO_ANY || speaker == CA_MIXED ||
           speaker == (who == CA_WHO_AGENT ? CA_AGENT : CA_CUSTOMER);
}

static int compare_hits(const void *left, const void *right)
{
    const ca_hit *a = left, *b = right;
    if (a->start_ms != b->start_ms) {
        return a->start_ms < b->start_ms ? -1 : 1;
    }
    if (a->end_ms != b->end_ms) {
        return a->end_ms < b->end_ms ? -1 : 1;
    }
    if (a->speaker != b->speaker) {
        return a->speaker < b->speaker ? -1 : 1;
    }
    int order = strcmp(a->text, b->text);
    if (order == 0) {
        order = strcmp(a->pattern, b->pattern);
    }
    return order != 0 ? order : (a->confidence < b->confidence) - (a->confidence > b->confidence);
}

static void sort_hits(ca_hits *hits)
{
    if (hits->count > 1) {
        qsort(hits->items, hits->count, sizeof *hits->items, compare_hits);
    }
}

static bool add_hit(const heard_call *heard, const span *found, ca_hits *out, ca_error *err)
{
    const char *text = ca_words_text(&heard->call->words, found->first, found->count, heard->arena);
    const char *pattern = ca_arena_strdup(heard->arena, found->source);
    ca_hit *hit = ca_push(heard->arena, out);
    if (text == NULL || pattern == NULL || hit == NULL) {
        return ca_fail_memory(err);
    }
    const ca_line *line = found->line->line;
    *hit = (ca_hit){line->speaker, found->start_ms, found->end_ms, line->confidence, text, pattern};
    return true;
}

bool hits_find(const heard_call *heard, const rule_patterns *patterns, ca_who who, double doubt,
               ca_hits *out, bool *limited, ca_error *err)
{
    const size_t count = heard->call->lines.count;
    bool *excused = ca_arena_alloc(heard->arena, (count + 1) * sizeof *excused);
    spans wanted = {0}, rivals = {0};
    if (excused == NULL) {
        return ca_fail_memory(err);
    }
    if (patterns->unless.count > 0 &&
        !find_excused(heard, &patterns->unless, doubt, excused, limited, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const heard_line *line = &heard->lines[i];
        if (!speaker_fits(line->line->speaker, who)) {
            continue;
        }
        if (!find_spans(heard, line, &patterns->rivals, &rivals, limited, err) ||
            (!excused[i] && !find_spans(heard, line, &patterns->wanted, &wanted, limited, err))) {
            return false;
        }
    }
    for (size_t i = 0; i < wanted.count; i++) {
        if (!is_beaten(&wanted.items[i], &rivals) && !add_hit(heard, &wanted.items[i], out, err)) {
            return false;
        }
    }
    sort_hits(out);
    return true;
}

/* ---- merging ---- */

/* The most confident first, then the longest, then the earliest. */
static int compare_strength(const void *left, const void *right)
{
    const ca_hit *a = left, *b = right;
    if (a->confidence != b->confidence) {
        return a->confidence > b->confidence ? -1 : 1;
    }
    int64_t m = a->end_ms - a->start_ms, n = b->end_ms - b->start_ms;
    return m != n ? (m < n) - (m > n) : compare_hits(a, b);
}

static bool is_covered(const ca_hit *hit, const ca_hits *kept)
{
    for (size_t i = 0; i < kept->count; i++) {
        const ca_hit *other = &kept->items[i];
        bool overlap = hit->start_ms < other->end_ms && other->start_ms < hit->end_ms;
        if (hit->speaker == other->speaker && (overlap || hit->start_ms == other->start_ms)) {
            return true;
        }
    }
    return false;
}

bool hits_merge(ca_hits *hits, ca_arena *arena, ca_error *err)
{
    ca_hits kept = {0};
    if (hits->count < 2) {
        return true;
    }
    qsort(hits->items, hits->count, sizeof *hits->items, compare_strength);
    for (size_t i = 0; i < hits->count; i++) {
        if (is_covered(&hits->items[i], &kept)) {
            continue;
        }
        ca_hit *hit = ca_push(arena, &kept);
        if (hit == NULL) {
            return ca_fail_memory(err);
        }
        *hit = hits->items[i];
    }
    *hits = kept;
    sort_hits(hits);
    return true;
}
