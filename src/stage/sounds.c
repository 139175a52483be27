/* sounds.c - texts as phones or letters. */
#include "stage/sounds.h"

#include <string.h>

enum { MOST_PERCENT = 35 }; /* edits of a wording's phones */

static uint64_t bit_of(uint64_t code)
{
    return UINT64_C(1) << (code * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}

static void seal(ca_signs *of)
{
    for (size_t i = 0; i < of->list.count; i++) {
        of->set |= bit_of(of->list.items[i].code);
    }
}

static bool add_phones(const ca_lexicon *lexicon, const char *text, ca_phones *phones,
                       ca_arena *arena, ca_error *err)
{
    ca_strings words = {0};
    ca_strings unknown = {0};
    if (!ca_lexicon_split(lexicon, text, &words, &unknown, arena, err)) {
        return false;
    }
    for (size_t i = 0; unknown.count == 0 && i < words.count; i++) {
        const ca_pronunciation *first;
        if (ca_lexicon_find(lexicon, words.items[i], strlen(words.items[i]), &first) == 0) {
            phones->count = 0;
            break;
        }
        if (!ca_phones_add(phones, first->phones, 0, 0, arena, err)) {
            return false;
        }
    }
    return true;
}

bool ca_sounds_of(const ca_lexicon *lexicon, const char *text, ca_sounds *out, ca_arena *arena,
                  ca_error *err)
{
    *out = (ca_sounds){0};
    for (const char *at = text, *end = text + strlen(text); at < end;) {
        const uint32_t character = ca_utf8_next(&at, end);
        if (ca_is_spoken(character)) {
            ca_phone *letter = ca_push(arena, &out->letters.list);
            if (letter == NULL) {
                return ca_fail_memory(err);
            }
            letter->code = character;
        }
    }
    if (lexicon != NULL && !add_phones(lexicon, text, &out->phones.list, arena, err)) {
        return false;
    }
    seal(&out->letters);
    seal(&out->phones);
    return true;
}

static size_t bits(uint64_t set)
{
    size_t count = 0;
    for (; set != 0; set &= set - 1) {
        count++;
    }
    return count;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The edit distance, or something above `most` when it is above. `row` has said->count + 1 places.
 */
static size_t edits(const ca_phones *wording, const ca_phones *said, size_t most, size_t *row)
{
    for (size_t k = 0; k <= said->count; k++) {
        row[k] = k;
    }
    for (size_t i = 1; i <= wording->count; i++) {
        size_t diagonal = row[0];
        size_t nearest = row[0] = i;
        for (size_t k = 1; k <= said->count; k++) {
            const bool other = wording->items[i - 1].code != said->items[k - 1].code;
            const size_t gap = least(row[k], row[k - 1]) + 1;
            const size_t here = least(gap, diagonal + other);
            diagonal = row[k];
            row[k] = here;
            nearest = least(nearest, here);
        }
        if (nearest > most) {
            return nearest;
        }
    }
    return row[said->count];
}

double ca_sounds_distance(const ca_sounds *wording, const ca_sounds *said, size_t *row)
{
    const bool phones = wording->phones.list.count > 0 && said->phones.list.count > 0;
    const ca_signs *a = phones ? &wording->phones : &wording->letters;
    const ca_signs *b = phones ? &said->phones : &said->letters;
    const size_t count = a->list.count;
    const size_t most = count * MOST_PERCENT / 100;
    if (b->list.count > count + most || b->list.count + most < count ||
        bits(a->set & ~b->set) > most || bits(b->set & ~a->set) > most) {
        return 2;
    }
    const size_t found = edits(&a->list, &b->list, most, row);
    return found <= most ? (double)found / (double)count : 2;
}
