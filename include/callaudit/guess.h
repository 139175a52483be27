/* guess.h - from what is known about a word to a pronunciation. Pure logic. */
#ifndef CALLAUDIT_GUESS_H
#define CALLAUDIT_GUESS_H

#include "callaudit/lexicon.h"

/* True for a text that English rules can be asked about: Latin letters, digits and the signs that
 * stand inside words, 100 bytes at most. */
bool ca_guess_is_latin(const char *word);

/* espeak-ng's phonemes of American English ("k_æ_l_ə_d_ɪ_t", espeak.h) as the 39 phones of the CMU
 * dictionary without stress: "K AE L AH D IH T". "" when a phoneme is foreign to English, or when
 * more phones come out than a word has. NULL when out of memory. */
char *ca_guess_phones(const char *phonemes, ca_arena *arena, ca_error *err);

/* How a Chinese character is read: from the dictionary's words that hold it and have as many
 * syllables as characters, the commonest reading first, CA_MAX_READINGS at most. A syllable is an
 * initial of pinyin and a final, or a final alone ("zh ong", "ai"). */
bool ca_guess_character(const ca_lexicon *lexicon, const char *character, ca_strings *readings,
                        ca_arena *arena, ca_error *err);

#endif
