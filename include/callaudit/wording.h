/* wording.h - what a phrase can sound like, and the pattern that finds it in text.
 *
 * A phrase is words as spoken; `(a|b)` are alternatives, `[x]` is optional, and both nest. */
#ifndef CALLAUDIT_WORDING_H
#define CALLAUDIT_WORDING_H

#include "callaudit/text.h"

enum { CA_WORDING_MAX = 256 }; /* expansions of one phrase or regex */

/* All wordings of a phrase, lower case, single spaces, in a fixed order, without repeats. Fails
 * (CA_EINPUT, with the byte column in *column) on unbalanced brackets, empty alternatives,
 * punctuation that is never spoken, or more than CA_WORDING_MAX wordings. */
bool ca_wording_expand(const char *phrase, ca_strings *out, size_t *column, ca_arena *arena,
                       ca_error *err);

/* The same for a regex that stands for a finite set of wordings: literal words, groups,
 * alternatives, `?`, \b, \s+, white space. False without an error when it is not of that kind:
 * it needs transcripts. */
bool ca_wording_expand_regex(const char *regex, ca_strings *out, ca_arena *arena);

/* The PCRE2 regex of a phrase: whole words, any white space between words, none needed between
 * Chinese characters. */
bool ca_wording_regex(const char *phrase, ca_buf *out, ca_error *err);

#endif
