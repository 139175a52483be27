/* fuzzy.h - finding a wording in a transcript by its sounds. Pure logic, no recognizer.
 *
 * A Mandarin transcript has the right sounds more often than the right characters. A wording is
 * found where the phones of the transcript are at an edit distance of at most 0.2 of its phones
 * (insertions, deletions and substitutions cost one each; P. H. Sellers, "The theory and
 * computation of evolutionary distances: pattern recognition", J. Algorithms 1, 1980). Wordings of
 * fewer than six phones are not sought: one wrong phone would make them another word. */
#ifndef CALLAUDIT_FUZZY_H
#define CALLAUDIT_FUZZY_H

#include "callaudit/arena.h"

#include <stdint.h>

typedef struct ca_phone {
    uint64_t code;            /* the name's first eight bytes, tone digits cut off */
    int64_t start_ms, end_ms; /* a share of its word's time; 0 in a wording */
} ca_phone;

typedef CA_ARRAY(ca_phone) ca_phones;

/* A place where a wording was found. */
typedef struct ca_sound_match {
    int64_t start_ms, end_ms;
    double distance; /* edits per phone of the wording, 0..0.2 */
} ca_sound_match;

typedef CA_ARRAY(ca_sound_match) ca_sound_matches;

/* Adds the phones of one word as dictionaries write them ("n in2 h ao3"). */
bool ca_phones_add(ca_phones *phones, const char *names, int64_t start_ms, int64_t end_ms,
                   ca_arena *arena, ca_error *err);

/* Adds the places, in the order of time, that sound like the wording. Of those that overlap the
 * nearest stays, of equally near ones the earliest. */
bool ca_sounds_find(const ca_phones *said, const ca_phones *wording, ca_sound_matches *matches,
                    ca_arena *arena, ca_error *err);

/* 0.9 - 2 x distance, three decimals: 0.5, the boundary of belief, at the greatest distance that
 * still counts. A convention; it is not calibrated. */
double ca_sound_confidence(double distance);

#endif
