/* hits.c - finding the wordings of one rule in the lines of a call. */
#include "hits.h"

#include "callaudit/fold.h"
#include "callaudit/wording.h"

#include <assert.h>
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

static bool add_phrases(hit_patterns *list, const ca_wordings *phrases, size_t min_words,
                        ca_arena *arena, ca_error *err)
{
    for (size_t i = 0; i < phrases->count; i++) {
        const ca_wording *phrase = &phrases->items[i];
        ca_buf regex = {0};
        bool ok = ca_wording_regex(phrase->text, min_words, &regex, err) &&
                  add_pattern(list, ca_buf_text(&regex), phrase, arena, err);
        ca_buf_release(&regex);
        if (!ok) {
            return false;
        }
    }
    return true;
}

/* A regex that compiles only as it was written is taken so: then two groups have names that fold to
 * the same. */
static bool add_regex(rule_patterns *out, const ca_wording *regex, ca_arena *arena, ca_error *err)
{
    ca_strings wordings = {0};
    const char *folded = ca_fold_regex(regex->text, arena, err);
    if (folded == NULL) {
        return false;
    }
    out->needs_transcript = !ca_wording_expand_regex(regex->text, &wordings, arena);
    return add_pattern(&out->wanted, folded, regex, arena, NULL) ||
           add_pattern(&out->wanted, regex->text, regex, arena, err);
}

bool rule_patterns_compile(const ca_rule *rule, rule_patterns *out, ca_arena *arena, ca_error *err)
{
    *out = (rule_patterns){0};
    bool ok = add_phrases(&out->wanted, &rule->phrases, (size_t)rule->min_words, arena, err) &&
              add_phrases(&out->rivals, &rule->rivals, 0, arena, err) &&
              add_phrases(&out->unless, &rule->unless, 0, arena, err) &&
              (rule->regex.text == NULL || add_regex(out, &rule->regex, arena, err));
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

/* The call's words in the form in which they are matched. */
static bool fold_words(const ca_words *words, ca_words *folded, ca_arena *arena, ca_error *err)
{
    folded->count = words->count;
    folded->items = ca_arena_alloc(arena, (words->count + 1) * sizeof *folded->items);
    if (folded->items == NULL) {
        return ca_fail_memory(err);
    }
    for (size_t i = 0; i < words->count; i++) {
        folded->items[i] = words->items[i];
        folded->items[i].text = ca_fold(words->items[i].text, arena, err);
        if (folded->items[i].text == NULL) {
            return false;
        }
    }
    return true;
}

static bool hear(heard_line *out, const ca_call *call, const ca_words *words, const ca_line *line,
                 ca_arena *arena)
{
    out->line = line;
    out->segment = find_segment(call, line);
    out->text = ca_words_text(words, line->first_word, line->word_count, arena);
    out->word_at = ca_arena_alloc(arena, (line->word_count + 1) * sizeof *out->word_at);
    if (out->text == NULL || out->word_at == NULL) {
        return false;
    }
    out->length = strlen(out->text);
    size_t at = 0;
    for (size_t i = 0; i < line->word_count; i++) {
        const char *word = words->items[line->first_word + i].text;
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
    ca_words words = {0};
    if (!fold_words(&call->words, &words, arena, err)) {
        return false;
    }
    for (size_t i = 0; i < call->lines.count; i++) {
        if (!hear(&heard->lines[i], call, &words, &call->lines.items[i], arena)) {
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

/* Which lines say a phrase of `unless`: such a line excuses itself, however well it was heard,
 * since its hits were heard no better. Keyphrase lines hold one wording each, so there a phrase
 * excuses its neighbours in the same stretch of speech too, unless it is below `doubt`. A pattern
 * that reached its limits may have been said, so it excuses, and `limited` keeps the rule from
 * being called missed. */
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

/* Looking for rivals of one rule stops after so many comparisons: real calls need few of them. */
enum { MAX_COMPARISONS = 20000000 };

/* A rival in an order, and how far those in front of it reach: bytes of its line, or the time. */
typedef struct placed {
    const span *rival;
    int64_t reach;
} placed;

typedef struct rival_index {
    placed *by_text; /* by line and first byte */
    placed *by_time; /* by speaker and start */
    size_t count;
    double best[CA_SPEAKER_COUNT]; /* the greatest confidence of the speaker's rivals */
    size_t comparisons;
} rival_index;

static int compare_text_place(const void *left, const void *right)
{
    const span *a = ((const placed *)left)->rival, *b = ((const placed *)right)->rival;
    assert(a != NULL && b != NULL);
    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    return (a->from > b->from) - (a->from < b->from);
}

static ca_speaker speaker_of(const span *found)
{
    return found->line->line->speaker;
}

static int compare_time_place(const void *left, const void *right)
{
    const span *a = ((const placed *)left)->rival, *b = ((const placed *)right)->rival;
    assert(a != NULL && b != NULL);
    if (speaker_of(a) != speaker_of(b)) {
        return speaker_of(a) < speaker_of(b) ? -1 : 1;
    }
    return (a->start_ms > b->start_ms) - (a->start_ms < b->start_ms);
}

static void set_reach(rival_index *index)
{
    for (size_t i = 0; i < index->count; i++) {
        placed *text = &index->by_text[i], *time = &index->by_time[i];
        text->reach = (int64_t)text->rival->to;
        time->reach = time->rival->end_ms;
        if (i > 0 && text[-1].rival->line == text->rival->line && text[-1].reach > text->reach) {
            text->reach = text[-1].reach;
        }
        if (i > 0 && speaker_of(time[-1].rival) == speaker_of(time->rival) &&
            time[-1].reach > time->reach) {
            time->reach = time[-1].reach;
        }
    }
}

static bool index_rivals(const spans *rivals, rival_index *index, ca_arena *arena)
{
    *index = (rival_index){.count = rivals->count};
    index->by_text = ca_arena_alloc(arena, (rivals->count + 1) * sizeof(placed));
    index->by_time = ca_arena_alloc(arena, (rivals->count + 1) * sizeof(placed));
    if (index->by_text == NULL || index->by_time == NULL) {
        return false;
    }
    for (size_t i = 0; i < rivals->count; i++) {
        const span *rival = &rivals->items[i];
        double *best = &index->best[speaker_of(rival)];
        index->by_text[i].rival = index->by_time[i].rival = rival;
        *best = rival->line->line->confidence > *best ? rival->line->line->confidence : *best;
    }
    qsort(index->by_text, index->count, sizeof(placed), compare_text_place);
    qsort(index->by_time, index->count, sizeof(placed), compare_time_place);
    set_reach(index);
    return true;
}

/* How many stand at the key's place or before it. */
static size_t places_to(const placed *places, size_t count, const span *key,
                        int (*compare)(const void *, const void *))
{
    const placed wanted = {.rival = key};
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&places[middle], &wanted) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool overlaps_mostly(const span *a, const span *b)
{
    int64_t start = a->start_ms > b->start_ms ? a->start_ms : b->start_ms;
    int64_t end = a->end_ms < b->end_ms ? a->end_ms : b->end_ms;
    int64_t m = a->end_ms - a->start_ms, n = b->end_ms - b->start_ms;
    return (double)(end - start) > rival_overlap * (double)(m < n ? m : n);
}

/* In its own line a rival beats what lies inside it. */
static bool is_inside_rival(const span *hit, const rival_index *index)
{
    size_t count = places_to(index->by_text, index->count, hit, compare_text_place);
    return count > 0 && index->by_text[count - 1].rival->line == hit->line &&
           index->by_text[count - 1].reach >= (int64_t)hit->to;
}

/* In another line it beats what it mostly overlaps and is surer than. */
static bool is_outheard(const span *hit, rival_index *index, bool *limited)
{
    const ca_line *line = hit->line->line;
    if (index->best[line->speaker] <= line->confidence) {
        return false;
    }
    span key = *hit;
    key.start_ms = hit->end_ms;
    for (size_t i = places_to(index->by_time, index->count, &key, compare_time_place); i > 0; i--) {
        const placed *place = &index->by_time[i - 1];
        const ca_line *other = place->rival->line->line;
        if (other->speaker != line->speaker || place->reach <= hit->start_ms) {
            return false;
        }
        if (++index->comparisons > MAX_COMPARISONS) {
            *limited = true;
            return true;
        }
        if (other != line && other->confidence > line->confidence &&
            overlaps_mostly(hit, place->rival)) {
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
    rival_index index;
    if (!index_rivals(&rivals, &index, heard->arena)) {
        return ca_fail_memory(err);
    }
    for (size_t i = 0; i < wanted.count; i++) {
        const span *hit = &wanted.items[i];
        bool beaten = is_inside_rival(hit, &index) || is_outheard(hit, &index, limited);
        if (!beaten && !add_hit(heard, hit, out, err)) {
            return false;
        }
    }
    sort_hits(out);
    return true;
}

/* ---- merging ---- */

typedef enum fate { OPEN, COVERED, KEPT } fate;

/* The hits by speaker and start, and what becomes of each. Kept hits of one speaker never overlap,
 * so that one which begins inside another is seen from the other, and marked when that is kept. */
typedef struct merger {
    const ca_hit *hits;
    size_t count;
    fate *fates;
    size_t *tree; /* Fenwick tree: how many of the hits before a place are kept */
} merger;

typedef struct ranked {
    const ca_hit *hit;
    size_t place;
} ranked;

static int compare_place(const void *left, const void *right)
{
    const ca_hit *a = left, *b = right;
    if (a->speaker != b->speaker) {
        return a->speaker < b->speaker ? -1 : 1;
    }
    return compare_hits(a, b);
}

/* The most confident first, then the longest, then the earliest. */
static int compare_strength(const void *left, const void *right)
{
    const ca_hit *a = ((const ranked *)left)->hit, *b = ((const ranked *)right)->hit;
    if (a->confidence != b->confidence) {
        return a->confidence > b->confidence ? -1 : 1;
    }
    int64_t m = a->end_ms - a->start_ms, n = b->end_ms - b->start_ms;
    return m != n ? (m < n) - (m > n) : compare_hits(a, b);
}

static size_t kept_before(const merger *m, size_t place)
{
    size_t sum = 0;
    for (; place > 0; place &= place - 1) {
        sum += m->tree[place];
    }
    return sum;
}

/* The first place at which a hit of the speaker of `place` begins at `ms` or later, or another
 * speaker's hits do. */
static size_t place_from(const merger *m, size_t place, int64_t ms)
{
    size_t low = place, high = m->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const ca_hit *hit = &m->hits[middle];
        if (hit->speaker == m->hits[place].speaker && hit->start_ms < ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Keeps the hit; those that begin with it or inside it are covered. */
static void keep_hit(merger *m, size_t place)
{
    const ca_hit *hit = &m->hits[place];
    m->fates[place] = KEPT;
    for (size_t at = place + 1; at <= m->count; at += at & (~at + 1)) {
        m->tree[at]++;
    }
    for (size_t i = place; i > 0 && m->hits[i - 1].speaker == hit->speaker &&
                           m->hits[i - 1].start_ms == hit->start_ms;
         i--) {
        m->fates[i - 1] = COVERED;
    }
    for (size_t i = place + 1;
         i < m->count && m->hits[i].speaker == hit->speaker &&
         (m->hits[i].start_ms < hit->end_ms || m->hits[i].start_ms == hit->start_ms);
         i++) {
        m->fates[i] = COVERED;
    }
}

/* Does one that is kept already begin inside the hit? */
static bool holds_kept(const merger *m, size_t place)
{
    size_t end = place_from(m, place, m->hits[place].end_ms);
    return end > place && kept_before(m, end) > kept_before(m, place);
}

static bool collect_kept(const merger *m, ca_hits *hits, ca_arena *arena)
{
    ca_hits kept = {0};
    for (size_t i = 0; i < m->count; i++) {
        ca_hit *hit = m->fates[i] == KEPT ? ca_push(arena, &kept) : NULL;
        if (m->fates[i] == KEPT && hit == NULL) {
            return false;
        }
        if (hit != NULL) {
            *hit = m->hits[i];
        }
    }
    *hits = kept;
    return true;
}

bool hits_merge(ca_hits *hits, ca_arena *arena, ca_error *err)
{
    if (hits->count < 2) {
        return true;
    }
    merger m = {.hits = hits->items, .count = hits->count};
    m.fates = ca_arena_alloc(arena, m.count * sizeof *m.fates);
    m.tree = ca_arena_alloc(arena, (m.count + 1) * sizeof *m.tree);
    ranked *order = ca_arena_alloc(arena, m.count * sizeof *order);
    if (m.fates == NULL || m.tree == NULL || order == NULL) {
        return ca_fail_memory(err);
    }
    qsort(hits->items, m.count, sizeof *hits->items, compare_place);
    for (size_t i = 0; i < m.count; i++) {
        order[i] = (ranked){&m.hits[i], i};
    }
    qsort(order, m.count, sizeof *order, compare_strength);
    for (size_t i = 0; i < m.count; i++) {
        const size_t place = order[i].place;
        if (m.fates[place] == OPEN && !holds_kept(&m, place)) {
            keep_hit(&m, place);
        }
    }
    if (!collect_kept(&m, hits, arena)) {
        return ca_fail_memory(err);
    }
    sort_hits(hits);
    return true;
}
