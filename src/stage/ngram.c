/* ngram.c - counting n-grams and writing what they say. */
#include "callaudit/ngram.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ORDER = 3, BEGIN = 0, END = 1, FIRST_WORD = 2 };

static const double LOG_ZERO = -99; /* ARPA's "never": <s> is not spoken */

typedef struct gram {
    uint32_t ids[ORDER]; /* history first; those beyond the order are 0 */
    uint32_t count;
    double probability;
    double back_off; /* of this gram as a history; 1 where it is none */
} gram;

typedef CA_ARRAY(gram) grams;

typedef struct model {
    ca_strings words;        /* by id: <s>, </s>, the others sorted */
    grams orders[ORDER];     /* unigrams first; each sorted by ids */
    CA_ARRAY(uint32_t) text; /* BEGIN word word END BEGIN ... */
    ca_arena *arena;
} model;

/* ---- words ---- */

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool collect_words(model *m, const ca_sentences *sentences, ca_error *err)
{
    for (size_t s = 0; s < sentences->count; s++) {
        for (size_t w = 0; w < sentences->items[s].count; w++) {
            if (!ca_strings_add(&m->words, sentences->items[s].items[w], m->arena, err)) {
                return false;
            }
        }
    }
    if (m->words.count == 0) {
        return ca_fail(err, CA_ESETUP, "no words to make a language model from");
    }
    qsort(m->words.items, m->words.count, sizeof *m->words.items, compare_words);
    size_t kept = 1;
    for (size_t w = 1; w < m->words.count; w++) {
        if (strcmp(m->words.items[w], m->words.items[kept - 1]) != 0) {
            m->words.items[kept++] = m->words.items[w];
        }
    }
    m->words.count = kept;
    return true;
}

static uint32_t id_of(const model *m, const char *word)
{
    const char **found = bsearch(&word, m->words.items, m->words.count, sizeof word, compare_words);
    assert(found != NULL);
    return FIRST_WORD + (uint32_t)(found - m->words.items);
}

static const char *word_of(const model *m, uint32_t id)
{
    return id == BEGIN ? "<s>" : id == END ? "</s>" : m->words.items[id - FIRST_WORD];
}

static bool add_id(model *m, uint32_t id)
{
    uint32_t *place = ca_push(m->arena, &m->text);
    if (place) {
        *place = id;
    }
    return place != NULL;
}

static bool spell_text(model *m, const ca_sentences *sentences, ca_error *err)
{
    for (size_t s = 0; s < sentences->count; s++) {
        const ca_strings *sentence = &sentences->items[s];
        bool ok = sentence->count == 0 || add_id(m, BEGIN);
        for (size_t w = 0; ok && w < sentence->count; w++) {
            ok = add_id(m, id_of(m, sentence->items[w]));
        }
        if (!ok || (sentence->count > 0 && !add_id(m, END))) {
            return ca_fail_memory(err);
        }
    }
    return true;
}

/* ---- counts ---- */

static int compare_grams(const void *a, const void *b)
{
    const gram *x = a;
    const gram *y = b;
    for (size_t i = 0; i < ORDER; i++) {
        if (x->ids[i] != y->ids[i]) {
            return x->ids[i] < y->ids[i] ? -1 : 1;
        }
    }
    return 0;
}

/* Is a gram of n words at this place: inside one sentence, and not the mark that begins it alone?
 */
static bool holds_gram(const model *m, size_t at, size_t n)
{
    if (at + n > m->text.count || (n == 1 && m->text.items[at] == BEGIN)) {
        return false;
    }
    for (size_t i = 1; i < n; i++) {
        if (m->text.items[at + i] == BEGIN) {
            return false;
        }
    }
    return true;
}

static bool count_grams(model *m, size_t n, ca_error *err)
{
    grams *list = &m->orders[n - 1];
    for (size_t at = 0; at < m->text.count; at++) {
        gram *place = holds_gram(m, at, n) ? ca_push(m->arena, list) : NULL;
        if (place) {
            *place = (gram){.count = 1, .back_off = 1};
            memcpy(place->ids, m->text.items + at, n * sizeof *place->ids);
        } else if (holds_gram(m, at, n)) {
            return ca_fail_memory(err);
        }
    }
    assert(list->items); /* one word makes a unigram, a bigram and a trigram at least */
    qsort(list->items, list->count, sizeof(gram), compare_grams);
    size_t kept = 0;
    for (size_t g = 1; g < list->count; g++) {
        if (compare_grams(&list->items[g], &list->items[kept]) == 0) {
            list->items[kept].count++;
        } else {
            list->items[++kept] = list->items[g];
        }
    }
    list->count = kept + 1;
    return true;
}

/* ---- probabilities ---- */

static gram *find_gram(const model *m, size_t n, const uint32_t *ids)
{
    gram key = {0};
    memcpy(key.ids, ids, n * sizeof *ids);
    return bsearch(&key, m->orders[n - 1].items, m->orders[n - 1].count, sizeof key, compare_grams);
}

/* P(word | shorter history); every part of a gram that was counted was counted. */
static double lower_probability(const model *m, size_t n, const gram *of)
{
    if (n == 1) {
        return 1.0 / (double)(m->words.count + 1); /* </s> is a word too */
    }
    return find_gram(m, n - 1, of->ids + 1)->probability;
}

/* The grams of one history, `first` up to `end`, and that history's own back-off weight. */
static void estimate_history(model *m, size_t n, size_t first, size_t end)
{
    gram *items = m->orders[n - 1].items;
    const double kinds = (double)(end - first);
    double times = 0;
    for (size_t g = first; g < end; g++) {
        times += items[g].count;
    }
    for (size_t g = first; g < end; g++) {
        items[g].probability =
            (items[g].count + kinds * lower_probability(m, n, &items[g])) / (times + kinds);
    }
    gram *history = n > 1 ? find_gram(m, n - 1, items[first].ids) : NULL;
    if (history) {
        history->back_off = kinds / (times + kinds);
    }
}

static void estimate_order(model *m, size_t n)
{
    const grams *list = &m->orders[n - 1];
    assert(list->items);
    for (size_t first = 0, end; first < list->count; first = end) {
        end = first + 1;
        while (end < list->count && memcmp(list->items[end].ids, list->items[first].ids,
                                           (n - 1) * sizeof *list->items[end].ids) == 0) {
            end++;
        }
        estimate_history(m, n, first, end);
    }
}

/* ---- writing ---- */

static void write_order(const model *m, size_t n, ca_buf *out)
{
    ca_buf_printf(out, "\n\\%zu-grams:\n", n);
    for (size_t g = 0; g < m->orders[n - 1].count; g++) {
        const gram *item = &m->orders[n - 1].items[g];
        ca_buf_printf(out, "%.6f", item->probability > 0 ? log10(item->probability) : LOG_ZERO);
        for (size_t i = 0; i < n; i++) {
            ca_buf_printf(out, "%c%s", i == 0 ? '\t' : ' ', word_of(m, item->ids[i]));
        }
        if (n < ORDER) {
            ca_buf_printf(out, "\t%.6f", log10(item->back_off));
        }
        ca_buf_puts(out, "\n");
    }
}

static bool write_model(const model *m, ca_buf *out, ca_error *err)
{
    ca_buf_puts(out, "\\data\\\n");
    for (size_t n = 1; n <= ORDER; n++) {
        ca_buf_printf(out, "ngram %zu=%zu\n", n, m->orders[n - 1].count);
    }
    for (size_t n = 1; n <= ORDER; n++) {
        write_order(m, n, out);
    }
    ca_buf_puts(out, "\n\\end\\\n");
    return !out->failed || ca_fail_memory(err);
}

/* <s> is never predicted, but it has a back-off weight, so it stands among the unigrams. */
static bool add_begin(model *m, ca_error *err)
{
    grams *list = &m->orders[0];
    gram *place = ca_push(m->arena, list);
    if (!place) {
        return ca_fail_memory(err);
    }
    memmove(list->items + 1, list->items, (list->count - 1) * sizeof(gram));
    list->items[0] = (gram){.ids = {BEGIN}, .back_off = 1};
    return true;
}

bool ca_ngram_estimate(const ca_sentences *sentences, ca_buf *arpa, ca_error *err)
{
    model m = {.arena = ca_arena_new(0)};
    bool ok = (m.arena || ca_fail_memory(err)) && collect_words(&m, sentences, err) &&
              spell_text(&m, sentences, err);
    for (size_t n = 1; ok && n <= ORDER; n++) {
        ok = count_grams(&m, n, err);
        if (ok) {
            estimate_order(&m, n);
        }
        ok = ok && (n > 1 || add_begin(&m, err));
    }
    ok = ok && write_model(&m, arpa, err);
    ca_arena_free(m.arena);
    return ok;
}
