/* lexicon.h - a pronunciation dictionary in the form of the CMU one: "word phone phone ...", with
 * further pronunciations as "word(2)". */
#ifndef CALLAUDIT_LEXICON_H
#define CALLAUDIT_LEXICON_H

#include "callaudit/text.h"

typedef struct ca_lexicon ca_lexicon;

/* Where a pronunciation is from; of one word, those of the earlier source come first. */
typedef enum ca_source {
    CA_SOURCE_DESK, /* the user's own file */
    CA_SOURCE_DICTIONARY,
    CA_SOURCE_GUESS,
    CA_SOURCE_SPEECH, /* a reduced form, see reductions.h */
} ca_source;

typedef struct ca_pronunciation {
    const char *name;   /* "the(2)" */
    size_t base_length; /* of "the" */
    const char *phones; /* "DH IY" */
    size_t phone_count;
    ca_source source;
} ca_pronunciation;

/* Reads the whole dictionary; a line without phones is skipped. NULL on failure (CA_ESETUP). */
ca_lexicon *ca_lexicon_open(const char *path, ca_error *err);
void ca_lexicon_close(ca_lexicon *lexicon);

/* How many words there are, each counted once whatever its pronunciations. */
size_t ca_lexicon_words(const ca_lexicon *lexicon);
/* Adds a pronunciation; both texts are copied. Names of one word and source must differ ("x",
 * "x(2)"), they tell the order. Found only after ca_lexicon_settle, which puts the sources of a
 * word in order, leaves out what is there twice and numbers the names anew. */
bool ca_lexicon_add(ca_lexicon *lexicon, const char *name, const char *phones, ca_source source,
                    ca_error *err);
bool ca_lexicon_settle(ca_lexicon *lexicon, ca_error *err);

/* The phones that the entries use, sorted by bytes, each once, in the arena. */
bool ca_lexicon_phones(const ca_lexicon *lexicon, ca_strings *phones, ca_arena *arena,
                       ca_error *err);

/* Steps over one entry after another: 0 .. count - 1, sorted by word. */
size_t ca_lexicon_count(const ca_lexicon *lexicon);
const ca_pronunciation *ca_lexicon_entry(const ca_lexicon *lexicon, size_t index);

/* The pronunciations of a word, the first one first; 0 when it is not in the dictionary. */
size_t ca_lexicon_find(const ca_lexicon *lexicon, const char *word, size_t length,
                       const ca_pronunciation **first);

/* Splits a wording into dictionary words: at white space, and in runs of Chinese characters by the
 * longest word from the left. What no word covers goes to `unknown` as well. */
bool ca_lexicon_split(const ca_lexicon *lexicon, const char *text, ca_strings *words,
                      ca_strings *unknown, ca_arena *arena, ca_error *err);

/* One way to say a wording. */
typedef struct ca_reading {
    const char *names; /* dictionary names in a row: "apologize for(2) the(2)" */
    size_t phone_count;
} ca_reading;

typedef CA_ARRAY(ca_reading) ca_readings;

enum { CA_MAX_READINGS = 4 }; /* of one wording: each is a line to listen for, and costs time */

/* The ways to say a wording that are worth listening for, no two alike: every word as it is said
 * first; with two words or more, all reductions of fast speech at once (reductions.h); then the
 * other pronunciations of one word at a time, from the left, until there are CA_MAX_READINGS. None
 * when a word is unknown. */
bool ca_lexicon_readings(const ca_lexicon *lexicon, const char *text, ca_readings *readings,
                         ca_arena *arena, ca_error *err);

#endif
