/* nearmiss.c - stretches of speech that sound like a wording. */
#include "callaudit/nearmiss.h"

#include "callaudit/fold.h"
#include "callaudit/keyphrases.h"
#include "callaudit/wording.h"
#include "stage/sounds.h"

#include <stdlib.h>
#include <string.h>

typedef CA_ARRAY(uint64_t) codes; /* of words, in the form for matching */

typedef struct asked {
    const ca_ruleset *set;
    const ca_rule *rule;
} asked;

typedef struct target {
    size_t rule; /* index of ca_nearmiss_search.rules */
    const char *text;
    size_t words;
    ca_sounds sounds;
} target;

/* One time that a near-miss was said. */
typedef struct sighting {
    size_t rule;
    const char *text, *wording;
    double distance;
    size_t call; /* the how manieth */
    const char *call_uid;
    int64_t start_ms;
} sighting;

struct ca_nearmiss_search {
    const char *language;
    const ca_lexicon *lexicon;
    ca_arena *arena;
    CA_ARRAY(asked) rules;
    CA_ARRAY(target) targets; /* by rule */
    CA_ARRAY(codes) known;    /* sorted */
    CA_ARRAY(sighting) sightings;
    size_t longest; /* words of a target */
    size_t calls;
};

/* ---- words ---- */

/* FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo). */
static uint64_t code_of(const char *word)
{
    uint64_t code = 14695981039346656037U;
    for (; *word != '\0'; word++) {
        code = (code ^ (unsigned char)*word) * 1099511628211U;
    }
    return code;
}

static bool add_codes(codes *list, const char *text, ca_arena *arena, ca_error *err)
{
    const char *folded = ca_fold(text, arena, err);
    ca_text_word word;
    if (folded == NULL) {
        return false;
    }
    ca_word_reader reader = {.at = folded, .end = folded + strlen(folded)};
    while (ca_text_word_next(&reader, &word)) {
        const char *spelled = ca_text_word_spell(&word, arena);
        uint64_t *code = spelled != NULL ? ca_push(arena, list) : NULL;
        if (code == NULL) {
            return ca_fail_memory(err);
        }
        *code = code_of(spelled);
    }
    return true;
}

static int compare_codes(const void *left, const void *right)
{
    const codes *a = left, *b = right;
    const size_t shorter = a->count < b->count ? a->count : b->count;
    for (size_t i = 0; i < shorter; i++) {
        if (a->items[i] != b->items[i]) {
            return a->items[i] < b->items[i] ? -1 : 1;
        }
    }
    return (a->count > b->count) - (a->count < b->count);
}

/* Do the words begin with the others? */
static bool begins_with(const uint64_t *words, size_t count, const uint64_t *others, size_t length)
{
    return length <= count && memcmp(words, others, length * sizeof *words) == 0;
}

/* ---- the rules ---- */

static bool add_known(ca_nearmiss_search *s, const ca_strings *texts, ca_error *err)
{
    for (size_t i = 0; i < texts->count; i++) {
        codes one = {0};
        if (!add_codes(&one, texts->items[i], s->arena, err)) {
            return false;
        }
        codes *place = one.count > 0 ? ca_push(s->arena, &s->known) : NULL;
        if (place != NULL) {
            *place = one;
        } else if (one.count > 0) {
            return ca_fail_memory(err);
        }
    }
    return true;
}

static bool know_phrases(ca_nearmiss_search *s, const ca_wordings *phrases, int min_words,
                         ca_error *err)
{
    for (size_t i = 0; i < phrases->count; i++) {
        ca_wording_set set = {0};
        if (!ca_wording_expand_partial(phrases->items[i].text, (size_t)min_words, &set, NULL,
                                       s->arena, err) ||
            !add_known(s, &set.texts, err)) {
            return false;
        }
    }
    return true;
}

static bool know_regex(ca_nearmiss_search *s, const char *regex, ca_error *err)
{
    ca_strings texts = {0};
    return regex == NULL || !ca_wording_expand_regex(regex, &texts, s->arena) ||
           add_known(s, &texts, err);
}

static bool add_target(ca_nearmiss_search *s, const char *text, ca_error *err)
{
    codes words = {0};
    target one = {.rule = s->rules.count - 1, .text = text};
    if (!add_codes(&words, text, s->arena, err) ||
        !ca_sounds_of(s->lexicon, text, &one.sounds, s->arena, err)) {
        return false;
    }
    target *place = ca_push(s->arena, &s->targets);
    if (place == NULL) {
        return ca_fail_memory(err);
    }
    one.words = words.count;
    s->longest = words.count > s->longest ? words.count : s->longest;
    *place = one;
    return true;
}

static bool add_rule(ca_nearmiss_search *s, const ca_ruleset *set, const ca_rule *rule,
                     ca_error *err)
{
    ca_strings texts = {0};
    asked *place = ca_push(s->arena, &s->rules);
    if (place == NULL) {
        return ca_fail_memory(err);
    }
    *place = (asked){set, rule};
    for (size_t i = 0; i < rule->phrases.count; i++) {
        if (!ca_keyphrases_of_phrase(rule->phrases.items[i].text, 0, s->language, &texts, s->arena,
                                     err)) {
            return false;
        }
    }
    for (size_t i = 0; i < texts.count; i++) {
        if (!add_target(s, texts.items[i], err)) {
            return false;
        }
    }
    return know_phrases(s, &rule->phrases, rule->min_words, err) &&
           know_phrases(s, &rule->rivals, 0, err) && know_phrases(s, &rule->unless, 0, err) &&
           know_regex(s, rule->regex.text, err);
}

ca_nearmiss_search *ca_nearmiss_new(const ca_rulesets *sets, const char *language,
                                    const ca_lexicon *lexicon, ca_arena *arena, ca_error *err)
{
    ca_nearmiss_search *s = ca_arena_alloc(arena, sizeof *s);
    if (s == NULL) {
        ca_fail_memory(err);
        return NULL;
    }
    *s = (ca_nearmiss_search){.language = language, .lexicon = lexicon, .arena = arena};
    for (size_t i = 0; i < sets->count; i++) {
        const ca_ruleset *set = &sets->items[i];
        const size_t count = strcmp(set->language, language) == 0 ? set->rules.count : 0;
        for (size_t k = 0; k < count; k++) {
            if (!add_rule(s, set, &set->rules.items[k], err)) {
                return NULL;
            }
        }
    }
    if (s->known.count > 1) {
        qsort(s->known.items, s->known.count, sizeof *s->known.items, compare_codes);
    }
    return s;
}

/* ---- a line ---- */

/* A stretch that is near a rule, while its line is looked through; distance 0: it sounds the
 * same, and only keeps others from its place. */
typedef struct near {
    size_t rule, first, end; /* words of the line */
    double distance;
    const char *text, *wording;
} near;

typedef struct line_search {
    ca_nearmiss_search *of;
    const ca_call *call;
    const ca_line *line;
    codes codes;
    size_t *from;  /* a word of the line -> its first code; one more behind the last */
    bool *covered; /* a code: a known wording is said there */
    CA_ARRAY(near) found;
    const char *call_uid;
    ca_arena *arena;   /* the line's */
    ca_arena *scratch; /* of the stretches that begin with one word */
    ca_error *err;
} line_search;

/* The first known wording that does not sort before the code. */
static size_t first_known(const ca_nearmiss_search *s, uint64_t code)
{
    size_t low = 0, high = s->known.count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->known.items[middle].items[0] < code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void cover_known(line_search *l)
{
    const ca_nearmiss_search *s = l->of;
    for (size_t at = 0; at < l->codes.count; at++) {
        const uint64_t *here = &l->codes.items[at];
        size_t longest = 0;
        for (size_t k = first_known(s, *here); k < s->known.count; k++) {
            const codes *known = &s->known.items[k];
            if (known->items[0] != *here) {
                break;
            }
            if (known->count > longest &&
                begins_with(here, l->codes.count - at, known->items, known->count)) {
                longest = known->count;
            }
        }
        for (size_t i = 0; i < longest; i++) {
            l->covered[at + i] = true;
        }
    }
}

static bool is_part(const ca_nearmiss_search *s, const uint64_t *words, size_t count)
{
    for (size_t i = 0; i < s->known.count; i++) {
        const codes *known = &s->known.items[i];
        for (size_t at = 0; at + count <= known->count; at++) {
            if (begins_with(known->items + at, known->count - at, words, count)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_asked(ca_who who, ca_speaker speaker)
{
    return who == CA_WHO_ANY || speaker == CA_MIXED ||
           (who == CA_WHO_AGENT) == (speaker == CA_AGENT);
}

/* Keeps the nearest wording of each rule. */
static bool add_near(line_search *l, const near *one)
{
    near *last = l->found.count > 0 ? &l->found.items[l->found.count - 1] : NULL;
    if (last != NULL && last->rule == one->rule && last->first == one->first &&
        last->end == one->end) {
        if (one->distance < last->distance) {
            last->distance = one->distance;
            last->wording = one->wording;
        }
        return true;
    }
    last = ca_push(l->arena, &l->found);
    const char *text = ca_arena_strdup(l->arena, one->text);
    if (last == NULL || text == NULL) {
        return ca_fail_memory(l->err);
    }
    *last = *one;
    last->text = text;
    return true;
}

static const char *said(const line_search *l, size_t first, size_t end)
{
    const char *text =
        ca_words_text(&l->call->words, l->line->first_word + first, end - first, l->scratch);
    if (text == NULL) {
        ca_fail_memory(l->err);
        return NULL;
    }
    return strncmp(l->of->language, "zh", 2) == 0 ? ca_fold_simplified(text, l->scratch, l->err)
                                                  : text;
}

static bool weigh(line_search *l, size_t first, size_t end)
{
    const ca_nearmiss_search *s = l->of;
    const size_t words = l->from[end] - l->from[first];
    const char *text = said(l, first, end);
    ca_sounds heard;
    if (text == NULL || !ca_sounds_of(s->lexicon, text, &heard, l->scratch, l->err)) {
        return false;
    }
    const size_t signs_heard = heard.phones.list.count + heard.letters.list.count;
    size_t *row = ca_arena_alloc(l->scratch, (signs_heard + 1) * sizeof *row);
    if (row == NULL) {
        return ca_fail_memory(l->err);
    }
    for (size_t t = 0; t < s->targets.count; t++) {
        const target *wording = &s->targets.items[t];
        if (words + 1 < wording->words || words > wording->words + 1 ||
            !is_asked(s->rules.items[wording->rule].rule->who, l->line->speaker)) {
            continue;
        }
        const near one = {.rule = wording->rule,
                          .first = first,
                          .end = end,
                          .distance = ca_sounds_distance(&wording->sounds, &heard, row),
                          .text = text,
                          .wording = wording->text};
        if (one.distance <= 1 && !add_near(l, &one)) {
            return false;
        }
    }
    return true;
}

/* Every stretch from a word on that is short enough and shares no word with a wording. */
static bool weigh_from(line_search *l, size_t first)
{
    for (size_t end = first + 1; end <= l->line->word_count; end++) {
        const size_t at = l->from[first], count = l->from[end] - at;
        bool covered = false;
        for (size_t i = l->from[end - 1]; i < l->from[end]; i++) {
            covered = covered || l->covered[i];
        }
        if (covered || count > l->of->longest + 1) {
            break;
        }
        const size_t before = l->found.count;
        if (count > 0 && !weigh(l, first, end)) {
            return false;
        }
        if (l->found.count > before && is_part(l->of, &l->codes.items[at], count)) {
            l->found.count = before;
        }
    }
    return true;
}

/* A line may be a whole call, and its stretches overlap: what is not near is forgotten at once. */
static bool weigh_all(line_search *l)
{
    bool ok = true;
    for (size_t first = 0; ok && first < l->line->word_count; first++) {
        l->scratch = ca_arena_new(0);
        ok = l->scratch != NULL ? weigh_from(l, first) : ca_fail_memory(l->err);
        ca_arena_free(l->scratch);
    }
    return ok;
}

static int compare_sizes(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_near(const void *left, const void *right)
{
    const near *a = left, *b = right;
    int order = compare_sizes(a->rule, b->rule);
    order = order != 0 ? order : (a->distance > b->distance) - (a->distance < b->distance);
    order = order != 0 ? order : compare_sizes(a->first, b->first);
    return order != 0 ? order : compare_sizes(a->end, b->end);
}

static bool add_sighting(line_search *l, const near *one)
{
    ca_nearmiss_search *s = l->of;
    if (l->call_uid == NULL && l->call->meta.call_uid != NULL) {
        l->call_uid = ca_arena_strdup(s->arena, l->call->meta.call_uid);
    }
    sighting *place = ca_push(s->arena, &s->sightings);
    const char *text = ca_arena_strdup(s->arena, one->text);
    if (place == NULL || text == NULL || (l->call_uid == NULL && l->call->meta.call_uid != NULL)) {
        return ca_fail_memory(l->err);
    }
    *place =
        (sighting){.rule = one->rule,
                   .text = text,
                   .wording = one->wording,
                   .distance = one->distance,
                   .call = s->calls,
                   .call_uid = l->call_uid,
                   .start_ms = l->call->words.items[l->line->first_word + one->first].start_ms};
    return true;
}

/* Of those of one rule that overlap the nearest stays. */
static bool choose(line_search *l)
{
    size_t kept = 0;
    if (l->found.count > 1) {
        qsort(l->found.items, l->found.count, sizeof *l->found.items, compare_near);
    }
    for (size_t i = 0; i < l->found.count; i++) {
        const near one = l->found.items[i];
        bool free_place = true;
        for (size_t k = kept; free_place && k > 0 && l->found.items[k - 1].rule == one.rule; k--) {
            const near *other = &l->found.items[k - 1];
            free_place = one.end <= other->first || other->end <= one.first;
        }
        if (!free_place) {
            continue;
        }
        l->found.items[kept++] = one;
        if (one.distance > 0 && !add_sighting(l, &one)) {
            return false;
        }
    }
    l->found.count = 0;
    return true;
}

static bool take_line(line_search *l)
{
    const size_t count = l->line->word_count;
    l->codes = (codes){0};
    l->from = ca_arena_alloc(l->arena, (count + 1) * sizeof *l->from);
    if (l->from == NULL) {
        return ca_fail_memory(l->err);
    }
    for (size_t w = 0; w < count; w++) {
        if (!add_codes(&l->codes, l->call->words.items[l->line->first_word + w].text, l->arena,
                       l->err)) {
            return false;
        }
        l->from[w + 1] = l->codes.count;
    }
    l->covered = ca_arena_alloc(l->arena, l->codes.count + 1);
    if (l->covered == NULL) {
        return ca_fail_memory(l->err);
    }
    cover_known(l);
    return weigh_all(l) && choose(l);
}

bool ca_nearmiss_take(ca_nearmiss_search *search, const ca_call *call, ca_error *err)
{
    line_search l = {.of = search, .call = call, .err = err};
    bool ok = true;
    if (call->meta.language == NULL || strcmp(call->meta.language, search->language) != 0) {
        return true;
    }
    search->calls++;
    for (size_t i = 0; ok && i < call->lines.count; i++) {
        l.line = &call->lines.items[i];
        if (l.line->tier == CA_TIER_PHRASE) {
            continue;
        }
        l.arena = ca_arena_new(0);
        l.found.items = NULL;
        l.found.count = l.found.capacity = 0;
        ok = l.arena != NULL ? take_line(&l) : ca_fail_memory(err);
        ca_arena_free(l.arena);
    }
    return ok;
}

/* ---- what is told ---- */

static int compare_sightings(const void *left, const void *right)
{
    const sighting *a = left, *b = right;
    int order = compare_sizes(a->rule, b->rule);
    order = order != 0 ? order : strcmp(a->text, b->text);
    order = order != 0 ? order : compare_sizes(a->call, b->call);
    return order != 0 ? order : (a->start_ms > b->start_ms) - (a->start_ms < b->start_ms);
}

static int compare_calls(const void *left, const void *right)
{
    const ca_nearmiss *a = left, *b = right;
    const int order = (a->calls < b->calls) - (a->calls > b->calls);
    return order != 0 ? order : strcmp(a->text, b->text);
}

/* The sightings of one rule that begin at `from`, by their texts; returns the first of the next. */
static size_t count_rule(const ca_nearmiss_search *s, const sighting *sorted, size_t from,
                         ca_nearmiss_list *list)
{
    const size_t rule = sorted[from].rule;
    const asked *of = &s->rules.items[rule];
    size_t at = from;
    for (list->count = 0; at < s->sightings.count && sorted[at].rule == rule; at++) {
        const sighting *one = &sorted[at];
        if (at > from && strcmp(one->text, one[-1].text) == 0) {
            list->items[list->count - 1].times++;
            list->items[list->count - 1].calls += one->call != one[-1].call;
            continue;
        }
        list->items[list->count++] = (ca_nearmiss){.ruleset = of->set,
                                                   .rule = of->rule,
                                                   .wording = one->wording,
                                                   .text = one->text,
                                                   .distance = one->distance,
                                                   .calls = 1,
                                                   .times = 1,
                                                   .call_uid = one->call_uid,
                                                   .start_ms = one->start_ms};
    }
    return at;
}

bool ca_nearmiss_collect(const ca_nearmiss_search *s, ca_nearmiss_list *out, ca_error *err)
{
    const size_t count = s->sightings.count;
    sighting *sorted = ca_arena_alloc(s->arena, (count + 1) * sizeof *sorted);
    ca_nearmiss_list list = {.items = ca_arena_alloc(s->arena, (count + 1) * sizeof *list.items)};
    if (sorted == NULL || list.items == NULL) {
        return ca_fail_memory(err);
    }
    if (count > 0) {
        memcpy(sorted, s->sightings.items, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, compare_sightings);
    }
    for (size_t at = 0; at < count;) {
        at = count_rule(s, sorted, at, &list);
        qsort(list.items, list.count, sizeof *list.items, compare_calls);
        for (size_t i = 0; i < list.count && i < CA_NEARMISS_MOST &&
                           list.items[i].calls >= CA_NEARMISS_LEAST_CALLS;
             i++) {
            ca_nearmiss *place = ca_push(s->arena, out);
            if (place == NULL) {
                return ca_fail_memory(err);
            }
            *place = list.items[i];
        }
    }
    return true;
}
