/* sounds.h - how texts sound, and how far apart they are. For nearmiss.c. */
#ifndef STAGE_SOUNDS_H
#define STAGE_SOUNDS_H

#include "callaudit/fuzzy.h"
#include "callaudit/lexicon.h"

/* Phones or letters, and the set of them in 64 bits: those of one that the other lacks each cost
 * an edit. Two that share a bit only make that bound lower. */
typedef struct ca_signs {
    ca_phones list;
    uint64_t set;
} ca_signs;

typedef struct ca_sounds {
    ca_signs phones; /* none when a word has no pronunciation */
    ca_signs letters;
} ca_sounds;

/* Splits the text into words of the lexicon (NULL: letters alone); of each its first
 * pronunciation. */
bool ca_sounds_of(const ca_lexicon *lexicon, const char *text, ca_sounds *out, ca_arena *arena,
                  ca_error *err);

/* Edits per phone of the wording, 0 to 0.35; 2 when there are more. By letters where one of the two
 * has no phones. `row` is room for a number more than `said` has phones and letters. */
double ca_sounds_distance(const ca_sounds *wording, const ca_sounds *said, size_t *row);

#endif
