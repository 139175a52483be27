/* pronunciations.h - the desk's own dictionary: names, products, corrections.
 *
 * A text file in UTF-8, a line for each pronunciation: the word, white space, its phones as the
 * model's dictionary writes them; "# comments"; further pronunciations of a word as "word(2)".
 *     zelle     Z EH L
 *     data      D AE T AH
 *     data(2)   D EY T AH
 * Letters of words may be large, phones may carry the stress digits of the CMU dictionary. */
#ifndef CALLAUDIT_PRONUNCIATIONS_H
#define CALLAUDIT_PRONUNCIATIONS_H

#include "callaudit/diag.h"
#include "callaudit/lexicon.h"

typedef struct ca_own_word {
    const char *name;   /* as phrases spell the word, with its number if it has one */
    const char *phones; /* single spaces, each one of the phones that were given */
    int line;
} ca_own_word;

typedef CA_ARRAY(ca_own_word) ca_own_words;

enum { CA_OWN_MAX_BYTES = 1 << 20, CA_OWN_MAX_WORDS = 10000, CA_OWN_MAX_PHONES = 60 };

/* Reads a file's bytes against the phones that a model has (ca_lexicon_phones). What is wrong goes
 * to diags, each at its place; what is right comes out. False when out of memory. */
bool ca_pronunciations_parse(const char *path, const char *data, size_t length,
                             const ca_strings *phones, ca_own_words *out, ca_diags *diags,
                             ca_arena *arena);

#endif
