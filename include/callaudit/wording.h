/* wording.h - what a phrase can sound like, and the pattern that finds it in text.
 *
 * A phrase is words as spoken; `(a|b)` are alternatives, `[x]` is optional, and both nest. Full and
 * half width are the same, in the signs too. Chinese characters stay as they were written,
 * traditional or simplified; the pattern finds both. */
#ifndef CALLAUDIT_WORDING_H
#define CALLAUDIT_WORDING_H

#include "callaudit/text.h"

enum { CA_WORDING_MAX = 256 }; /* expansions of one phrase or regex */

/* All wordings of a phrase, lower case, single spaces, in a fixed order, without repeats. Fails
 * (CA_EINPUT, with the byte column in *column) on unbalanced brackets, empty alternatives,
 * punctuation that is never spoken, or more than CA_WORDING_MAX wordings. */
bool ca_wording_expand(const char *phrase, ca_strings *out, size_t *column, ca_arena *arena,
                       ca_error *err);

/* The wordings of a phrase and, behind them, what is left of them when words are left out. */
typedef struct ca_wording_set {
    ca_strings texts; /* no two the same */
    size_t whole;     /* so many of them are whole */
    size_t longest;   /* words of the longest one */
} ca_wording_set;

/* With min_words at least that many words of a wording stay, in their order; one of min_words words
 * or fewer stays whole. With 0 all stay whole. A word is what white space parts; in a phrase that
 * has no white space between two Chinese characters each of these is a word of its own. Fails like
 * ca_wording_expand, counting all of the wordings. */
bool ca_wording_expand_partial(const char *phrase, size_t min_words, ca_wording_set *out,
                               size_t *column, ca_arena *arena, ca_error *err);

/* The same for a regex that stands for a finite set of wordings: literal words, groups,
 * alternatives, `?`, \b, \s+, white space. False without an error when it is not of that kind:
 * it needs transcripts. */
bool ca_wording_expand_regex(const char *regex, ca_strings *out, ca_arena *arena);

/* The PCRE2 regex of a phrase for folded text (fold.h): whole words, any white space between words,
 * none needed between Chinese characters. min_words as above; of wordings that begin at the same
 * place the longest is found. */
bool ca_wording_regex(const char *phrase, size_t min_words, ca_buf *out, ca_error *err);

#endif
