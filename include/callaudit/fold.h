/* fold.h - one form for texts that differ only in how they are written: full or half width,
 * traditional or simplified Chinese, curly or plain apostrophes. The only user of OpenCC.
 *
 * Rules and lines are both matched in this form; what is stored and shown stays as it was written
 * or heard. OpenCC's tables (t2s, tw2s) are opened once a process, when the first text with
 * Chinese characters comes; a machine without them is a CA_ESETUP. */
#ifndef CALLAUDIT_FOLD_H
#define CALLAUDIT_FOLD_H

#include "callaudit/text.h"

/* The form for matching. Each character becomes one character whatever stands beside it, so that a
 * part of a text folds to the same part of the folded text, and words keep their places. That is
 * why Chinese characters are folded one by one: by OpenCC's phrases 瞭解 is written 了解 but 瞭望
 * stays, and a word would match or not by what surrounds it. The characters that its phrases keep
 * apart (瞭 and 了, 覆 and 复, 著 and 着 ...) are therefore taken for one. `text` itself when
 * nothing changes; NULL on failure. */
const char *ca_fold(const char *text, ca_arena *arena, ca_error *err);

/* The same for a PCRE2 regex that compiles: only its literal characters are folded. Bounds of
 * ranges in a class stay, and so does a regex with \Q. Spaces between two Chinese characters go,
 * since no line has any there. */
const char *ca_fold_regex(const char *regex, ca_arena *arena, ca_error *err);

/* The text as one writes it with simplified characters (OpenCC's phrases and characters), for
 * dictionaries: 瞭解計畫 is 了解计划 and 看著 is 看着, but 乾坤 and 著名 stay. `text` itself
 * without Chinese characters. */
const char *ca_fold_simplified(const char *text, ca_arena *arena, ca_error *err);

#endif
