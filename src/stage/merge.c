/* merge.c - keyphrases take their place in the transcript. */
#include "callaudit/merge.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static const double BELIEF = 0.5;     /* a line below it was rather not said */
static const double MAX_SHARED = 0.2; /* of the shorter phrase: beyond it they are rivals */
static const size_t NOBODY = SIZE_MAX;

typedef struct merging {
    const ca_call *call;
    size_t *owners;  /* by word: the phrase line that takes it, or NOBODY */
    size_t *phrases; /* believed phrase lines, the surest first */
    size_t phrase_count;
    bool *taken; /* by line */
} merging;

/* ---- which phrases ---- */

static int64_t overlap_ms(const ca_line *a, const ca_line *b)
{
    const int64_t from = a->start_ms > b->start_ms ? a->start_ms : b->start_ms;
    const int64_t to = a->end_ms < b->end_ms ? a->end_ms : b->end_ms;
    return a->speaker == b->speaker && to > from ? to - from : 0;
}

typedef struct candidate {
    const ca_line *line;
    size_t index;
} candidate;

static int compare_candidates(const void *left, const void *right)
{
    const ca_line *a = ((const candidate *)left)->line;
    const ca_line *b = ((const candidate *)right)->line;
    const int64_t a_length = a->end_ms - a->start_ms;
    const int64_t b_length = b->end_ms - b->start_ms;
    if (a->confidence != b->confidence) {
        return a->confidence > b->confidence ? -1 : 1;
    }
    if (a_length != b_length) {
        return a_length > b_length ? -1 : 1;
    }
    if (a->start_ms != b->start_ms) {
        return a->start_ms < b->start_ms ? -1 : 1;
    }
    return a < b ? -1 : a > b;
}

static bool collect_phrases(merging *m, ca_arena *arena)
{
    const ca_lines *lines = &m->call->lines;
    candidate *list = ca_arena_alloc(arena, (lines->count + 1) * sizeof *list);
    m->phrases = ca_arena_alloc(arena, (lines->count + 1) * sizeof *m->phrases);
    for (size_t i = 0; list && m->phrases && i < lines->count; i++) {
        const ca_line *line = &lines->items[i];
        if (line->tier == CA_TIER_PHRASE && line->confidence >= BELIEF) {
            list[m->phrase_count++] = (candidate){line, i};
        }
    }
    if (!list || !m->phrases) {
        return false;
    }
    qsort(list, m->phrase_count, sizeof *list, compare_candidates);
    for (size_t i = 0; i < m->phrase_count; i++) {
        m->phrases[i] = list[i].index;
    }
    return true;
}

static bool is_free(const merging *m, const ca_line *phrase)
{
    for (size_t i = 0; i < m->phrase_count; i++) {
        const ca_line *other = &m->call->lines.items[m->phrases[i]];
        const int64_t a = phrase->end_ms - phrase->start_ms;
        const int64_t b = other->end_ms - other->start_ms;
        if (m->taken[m->phrases[i]] &&
            (double)overlap_ms(phrase, other) > MAX_SHARED * (double)(a < b ? a : b)) {
            return false;
        }
    }
    return true;
}

static const ca_line *line_under(const ca_call *call, const ca_line *phrase)
{
    const ca_line *best = NULL;
    for (size_t i = 0; i < call->lines.count; i++) {
        const ca_line *line = &call->lines.items[i];
        const int64_t shared = line->tier == CA_TIER_TRANSCRIPT ? overlap_ms(line, phrase) : 0;
        if (shared > 0 && (!best || shared > overlap_ms(best, phrase))) {
            best = line;
        }
    }
    return best;
}

/* ---- which words ---- */

static bool is_under(const merging *m, size_t word, const ca_line *phrase)
{
    const ca_word *item = &m->call->words.items[word];
    const int64_t middle = item->start_ms + (item->end_ms - item->start_ms) / 2;
    return m->owners[word] == NOBODY && phrase->start_ms <= middle && middle < phrase->end_ms;
}

static void take_words(merging *m, size_t index)
{
    const ca_line *phrase = &m->call->lines.items[index];
    const ca_line *line = line_under(m->call, phrase);
    double sum = 0;
    size_t count = 0;
    const size_t first = line ? line->first_word : 0;
    const size_t end = line ? first + line->word_count : 0;
    for (size_t w = first; w < end; w++) {
        if (is_under(m, w, phrase)) {
            sum += m->call->words.items[w].confidence;
            count++;
        }
    }
    if (count == 0 || phrase->confidence <= sum / (double)count) {
        return;
    }
    for (size_t w = first; w < end; w++) {
        m->owners[w] = is_under(m, w, phrase) ? index : m->owners[w];
    }
    m->taken[index] = true;
}

/* ---- the words anew ---- */

static bool copy_words(const ca_call *call, const ca_line *line, ca_words *out, ca_arena *arena)
{
    for (size_t w = 0; w < line->word_count; w++) {
        ca_word *word = ca_push(arena, out);
        if (!word) {
            return false;
        }
        *word = call->words.items[line->first_word + w];
    }
    return true;
}

/* The line's own words, and the phrases where their first word was. */
static bool weave_words(const merging *m, const ca_line *line, ca_words *out, ca_arena *arena)
{
    size_t last = NOBODY;
    for (size_t w = line->first_word; w < line->first_word + line->word_count; w++) {
        const size_t owner = m->owners[w];
        const ca_line one = {.first_word = w, .word_count = 1};
        const ca_line *from = owner == NOBODY ? &one : &m->call->lines.items[owner];
        if ((owner == NOBODY || owner != last) && !copy_words(m->call, from, out, arena)) {
            return false;
        }
        last = owner;
    }
    return true;
}

/* Words follow one another: where two cross, the less sure one, which no phrase brought, yields. */
static void part_words(ca_word *words, size_t count)
{
    for (size_t w = 1; w < count; w++) {
        ca_word *a = &words[w - 1];
        ca_word *b = &words[w];
        if (b->start_ms >= a->end_ms) {
            continue;
        }
        if (a->confidence < b->confidence && b->start_ms >= a->start_ms) {
            a->end_ms = b->start_ms;
        } else {
            b->start_ms = a->end_ms;
            b->end_ms = b->end_ms > b->start_ms ? b->end_ms : b->start_ms;
        }
    }
}

static void sum_up(ca_line *line, ca_word *words)
{
    double sum = 0;
    assert(words && line->word_count > 0); /* what is changed has words */
    part_words(words, line->word_count);
    for (size_t w = 0; w < line->word_count; w++) {
        sum += words[w].confidence;
    }
    line->start_ms = words[0].start_ms;
    line->end_ms = words[line->word_count - 1].end_ms;
    line->confidence = round(sum / (double)line->word_count * 1000) / 1000;
}

static bool is_changed(const merging *m, const ca_line *line)
{
    bool changed = false;
    for (size_t w = 0; w < line->word_count; w++) {
        changed = changed || m->owners[line->first_word + w] != NOBODY;
    }
    return changed;
}

static bool rewrite(const merging *m, ca_call *call, ca_arena *arena)
{
    ca_words words = {0};
    ca_lines lines = {0};
    for (size_t i = 0; i < call->lines.count; i++) {
        const ca_line *old = &call->lines.items[i];
        const size_t first = words.count;
        ca_line *line = ca_push(arena, &lines);
        if (!line || !weave_words(m, old, &words, arena)) {
            return false;
        }
        *line = *old;
        line->first_word = first;
        line->word_count = words.count - first;
        if (is_changed(m, old)) {
            sum_up(line, words.items + first);
        }
    }
    call->words = words;
    call->lines = lines;
    return true;
}

bool ca_merge_phrases(ca_call *call, ca_arena *arena, ca_error *err)
{
    merging m = {.call = call};
    m.owners = ca_arena_alloc(arena, (call->words.count + 1) * sizeof *m.owners);
    m.taken = ca_arena_alloc(arena, (call->lines.count + 1) * sizeof *m.taken);
    if (!m.owners || !m.taken || !collect_phrases(&m, arena)) {
        return ca_fail_memory(err);
    }
    for (size_t w = 0; w < call->words.count; w++) {
        m.owners[w] = NOBODY;
    }
    for (size_t i = 0; i < m.phrase_count; i++) {
        if (is_free(&m, &call->lines.items[m.phrases[i]])) {
            take_words(&m, m.phrases[i]);
        }
    }
    return rewrite(&m, call, arena) || ca_fail_memory(err);
}
