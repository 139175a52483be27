/* partial.h - wordings with words left out; between wording.c and partial.c only. */
#ifndef STAGE_PARTIAL_H
#define STAGE_PARTIAL_H

#include "callaudit/text.h"

/* Does white space part the phrase's Chinese words: does some stand between two Chinese characters?
 */
bool partial_is_parted(const char *phrase);

/* The words of a wording: what white space parts, and unless `parted` each Chinese character as
 * well. What has no letter is no word. */
bool partial_split(const char *wording, bool parted, ca_strings *words, ca_arena *arena,
                   ca_error *err);

/* How many ways there are to keep at least `least` of `count` words but not all; past the limit it
 * is limit + 1. */
size_t partial_count(size_t count, size_t least, size_t limit);

/* Those ways as texts, words in their order with spaces between; the longest first. */
bool partial_choose(const ca_strings *words, size_t least, ca_strings *out, ca_arena *arena,
                    ca_error *err);

#endif
