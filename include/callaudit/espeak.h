/* espeak.h - espeak-ng's English letter-to-sound rules behind one interface: the only user of
 * espeak-ng. The library's state is one a process: one of these at a time, not for threads, not
 * before a fork. */
#ifndef CALLAUDIT_ESPEAK_H
#define CALLAUDIT_ESPEAK_H

#include "callaudit/arena.h"

typedef struct ca_espeak ca_espeak;

/* The library without sound output, as American English. Until it is closed the process's LC_CTYPE
 * is the library's. CA_ESETUP when its data are missing. */
ca_espeak *ca_espeak_open(ca_error *err);
void ca_espeak_close(ca_espeak *espeak); /* NULL is fine */

/* The phonemes of a word or number in UTF-8, in the International Phonetic Alphabet: '_' between
 * phonemes, blanks between words, stress marks. They depend on the text alone. */
char *ca_espeak_phonemes(ca_espeak *espeak, const char *text, ca_arena *arena, ca_error *err);

#endif
