/* fuzzy.c - approximate matching of phone sequences. */
#include "callaudit/fuzzy.h"

#include <math.h>
#include <string.h>

enum { MIN_PHONES = 6 };

static const double MAX_DISTANCE = 0.2;

double ca_sound_confidence(double distance)
{
    return round((0.9 - 2 * distance) * 1000) / 1000;
}

/* ---- phones ---- */

static size_t phone_length(const char *name)
{
    return strcspn(name, " \t");
}

static size_t count_phones(const char *names)
{
    size_t count = 0;
    while (*(names += strspn(names, " \t"))) {
        names += phone_length(names);
        count++;
    }
    return count;
}

static uint64_t code_of(const char *name, size_t length)
{
    uint64_t code = 0;
    while (length > 1 && name[length - 1] >= '0' && name[length - 1] <= '9') {
        length--;
    }
    memcpy(&code, name, length < sizeof code ? length : sizeof code);
    return code;
}

bool ca_phones_add(ca_phones *phones, const char *names, int64_t start_ms, int64_t end_ms,
                   ca_arena *arena, ca_error *err)
{
    const int64_t count = (int64_t)count_phones(names);
    for (int64_t i = 0; i < count; i++) {
        ca_phone *phone = ca_push(arena, phones);
        if (!phone) {
            return ca_fail_memory(err);
        }
        names += strspn(names, " \t");
        *phone = (ca_phone){code_of(names, phone_length(names)),
                            start_ms + (end_ms - start_ms) * i / count,
                            start_ms + (end_ms - start_ms) * (i + 1) / count};
        names += phone_length(names);
    }
    return true;
}

/* ---- matching ---- */

/* The best alignment of the wording's first phones that ends at a place of what was said. */
typedef struct cell {
    size_t edits;
    size_t begin; /* first phone said */
} cell;

static cell least(cell a, cell b)
{
    return b.edits < a.edits || (b.edits == a.edits && b.begin > a.begin) ? b : a;
}

/* One more phone said: the column of Sellers' matrix that ends with it. The wording may begin
 * anywhere, so the top cell is free. */
static void next_column(cell *column, const ca_phones *wording, uint64_t said, size_t at)
{
    cell diagonal = column[0];
    column[0] = (cell){0, at + 1};
    for (size_t i = 1; i <= wording->count; i++) {
        const cell left = column[i];
        const cell same = {diagonal.edits + (wording->items[i - 1].code != said), diagonal.begin};
        const cell skipped = {column[i - 1].edits + 1, column[i - 1].begin};
        const cell added = {left.edits + 1, left.begin};
        column[i] = least(least(same, skipped), added);
        diagonal = left;
    }
}

/* Takes the place unless the one before overlaps it and is as near; a nearer one replaces that. */
static bool add_match(ca_sound_matches *matches, size_t old, ca_sound_match match, ca_arena *arena)
{
    ca_sound_match *last = matches->count > old ? &matches->items[matches->count - 1] : NULL;
    if (last && match.start_ms < last->end_ms) {
        if (match.distance < last->distance) {
            *last = match;
        }
        return true;
    }
    ca_sound_match *place = ca_push(arena, matches);
    if (place) {
        *place = match;
    }
    return place != NULL;
}

bool ca_sounds_find(const ca_phones *said, const ca_phones *wording, ca_sound_matches *matches,
                    ca_arena *arena, ca_error *err)
{
    const size_t old = matches->count;
    const size_t count = wording->count;
    if (count < MIN_PHONES || said->count == 0) {
        return true;
    }
    cell *column = ca_arena_alloc(arena, (count + 1) * sizeof *column);
    if (!column) {
        return ca_fail_memory(err);
    }
    for (size_t i = 0; i <= count; i++) {
        column[i] = (cell){i, 0};
    }
    for (size_t at = 0; at < said->count; at++) {
        next_column(column, wording, said->items[at].code, at);
        const double distance = (double)column[count].edits / (double)count;
        const size_t begin = column[count].begin;
        if (distance > MAX_DISTANCE || begin > at) {
            continue;
        }
        const ca_sound_match match = {said->items[begin].start_ms, said->items[at].end_ms,
                                      distance};
        if (!add_match(matches, old, match, arena)) {
            return ca_fail_memory(err);
        }
    }
    return true;
}
