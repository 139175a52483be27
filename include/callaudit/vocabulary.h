/* vocabulary.h - every pronunciation that one language's wordings need: the desk's own words first
 * (pronunciations.h), then the model's dictionary, then guesses for what neither holds (guess.h):
 * English words and numbers by espeak-ng's rules, Chinese characters as other words read them. */
#ifndef CALLAUDIT_VOCABULARY_H
#define CALLAUDIT_VOCABULARY_H

#include "callaudit/diag.h"
#include "callaudit/lexicon.h"
#include "callaudit/recognize.h"

/* A guess with a phone that the dictionary never uses is none. Fails (CA_ESETUP) when a file is
 * missing or wrong, with its first mistake. Close it with ca_lexicon_close. Not for threads. */
ca_lexicon *ca_vocabulary_open(const ca_model *model, const ca_keyphrases *phrases, ca_error *err);

/* A word that had to be guessed. */
typedef struct ca_guess {
    const char *word;
    ca_strings phones; /* one a reading, "K AE L AH D IH T" */
} ca_guess;

typedef CA_ARRAY(ca_guess) ca_guesses;

/* What rule authors want to know: the words that were guessed, and those (Chinese: characters) that
 * nobody can pronounce, each once, in the order of the phrases. Mistakes of the desk's own file go
 * to diags, all of them; then nothing else comes out. */
bool ca_vocabulary_review(const ca_model *model, const ca_keyphrases *phrases, ca_guesses *guesses,
                          ca_strings *unknown, ca_diags *diags, ca_arena *arena, ca_error *err);

#endif
