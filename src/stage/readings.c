/* readings.c - the few ways to say a wording that are worth listening for. */
#include "callaudit/lexicon.h"

#include "callaudit/reductions.h"

#include <string.h>

/* A reading so far: names and phones of the words, one after another. */
typedef struct draft {
    ca_buf names, phones;
    size_t phone_count;
} draft;

typedef struct chooser {
    const ca_lexicon *lexicon;
    const ca_strings *words;
    ca_readings *readings;
    ca_strings phones; /* of the readings, to see what is said alike */
    ca_arena *arena;
    ca_error *err;
} chooser;

static void put_name(draft *d, const ca_pronunciation *said)
{
    ca_buf_printf(&d->names, "%s%s", d->names.length > 0 ? " " : "", said->name);
    ca_buf_printf(&d->phones, "%s%s", d->phones.length > 0 ? " " : "", said->phones);
    d->phone_count += said->phone_count;
}

/* Keeps the draft as a reading unless it is said like an earlier one or there are enough. */
static bool finish(chooser *c, draft *d)
{
    bool ok = !d->names.failed && !d->phones.failed;
    bool known = c->readings->count >= CA_MAX_READINGS;
    for (size_t i = 0; ok && i < c->phones.count && !known; i++) {
        known = strcmp(c->phones.items[i], ca_buf_text(&d->phones)) == 0;
    }
    if (ok && !known) {
        const char *names = ca_arena_strdup(c->arena, ca_buf_text(&d->names));
        const char *phones = ca_arena_strdup(c->arena, ca_buf_text(&d->phones));
        ca_reading *reading = ca_push(c->arena, c->readings);
        ok = names && phones && reading && ca_strings_add(&c->phones, phones, c->arena, NULL);
        if (ok) {
            *reading = (ca_reading){names, d->phone_count};
        }
    }
    ca_buf_release(&d->names);
    ca_buf_release(&d->phones);
    return ok || ca_fail_memory(c->err);
}

static size_t find_word(const chooser *c, size_t word, const ca_pronunciation **first)
{
    return ca_lexicon_find(c->lexicon, c->words->items[word], strlen(c->words->items[word]), first);
}

/* How many words from `at` on the row "going_to" stands for; 0 when others stand there. */
static size_t row_length(const chooser *c, size_t at, const char *row)
{
    size_t count = 0;
    while (*row) {
        const size_t length = strcspn(row, "_");
        if (at + count >= c->words->count || strlen(c->words->items[at + count]) != length ||
            memcmp(c->words->items[at + count], row, length) != 0) {
            return 0;
        }
        count++;
        row += length + (row[length] == '_');
    }
    return count;
}

/* The reduced form that begins at a word, the longest row first. How many words it takes. */
static size_t find_reduced(const chooser *c, size_t at, const ca_pronunciation **said)
{
    size_t count = 0;
    const ca_reduction *table = ca_reductions(&count);
    for (size_t i = 0; i < count; i++) {
        const size_t length = row_length(c, at, table[i].words);
        const ca_pronunciation *first;
        if (length == 0) {
            continue;
        }
        const size_t known =
            ca_lexicon_find(c->lexicon, table[i].words, strlen(table[i].words), &first);
        for (size_t k = 0; k < known; k++) {
            if (strcmp(first[k].phones, table[i].phones) == 0) {
                *said = &first[k];
                return length;
            }
        }
    }
    return 0;
}

/* Every word as it is said first, but word `at` as its pronunciation number `variant`. */
static bool add_variant(chooser *c, size_t at, size_t variant)
{
    draft d = {0};
    for (size_t w = 0; w < c->words->count; w++) {
        const ca_pronunciation *first;
        find_word(c, w, &first);
        put_name(&d, &first[w == at ? variant : 0]);
    }
    return finish(c, &d);
}

/* Everything that fast speech reduces, reduced at once: one line hears most of what four with one
 * reduction each would hear. */
static bool add_reduced(chooser *c)
{
    draft d = {0};
    for (size_t w = 0; w < c->words->count;) {
        const ca_pronunciation *said;
        size_t length = find_reduced(c, w, &said);
        if (length == 0) {
            find_word(c, w, &said);
            length = 1;
        }
        put_name(&d, said);
        w += length;
    }
    return finish(c, &d);
}

/* The other pronunciations of each word in turn, the rest as it is said first. */
static bool add_variants(chooser *c)
{
    for (size_t w = 0; w < c->words->count; w++) {
        const ca_pronunciation *first;
        const size_t count = find_word(c, w, &first);
        for (size_t k = 1; k < count && c->readings->count < CA_MAX_READINGS; k++) {
            if (first[k].source != CA_SOURCE_SPEECH && !add_variant(c, w, k)) {
                return false;
            }
        }
    }
    return true;
}

bool ca_lexicon_readings(const ca_lexicon *lexicon, const char *text, ca_readings *readings,
                         ca_arena *arena, ca_error *err)
{
    ca_strings words = {0};
    ca_strings unknown = {0};
    *readings = (ca_readings){0};
    if (!ca_lexicon_split(lexicon, text, &words, &unknown, arena, err)) {
        return false;
    }
    if (unknown.count > 0 || words.count == 0) {
        return true;
    }
    chooser c = {
        .lexicon = lexicon, .words = &words, .readings = readings, .arena = arena, .err = err};
    return add_variant(&c, 0, 0) && (words.count == 1 || add_reduced(&c)) && add_variants(&c);
}
