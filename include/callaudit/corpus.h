/* corpus.h - text that a language model is made from: the wordings of rules, and a desk's own text.
 *
 * A desk's text is UTF-8 with one sentence a line, as spoken or as written: punctuation ends a run
 * of words and is not heard, case does not count. Empty lines are skipped. */
#ifndef CALLAUDIT_CORPUS_H
#define CALLAUDIT_CORPUS_H

#include "callaudit/diag.h"
#include "callaudit/lexicon.h"
#include "callaudit/ngram.h"

enum { CA_CORPUS_MAX_BYTES = 4 << 20, CA_CORPUS_MAX_LINE = 4096 };

/* Reads a desk's text into lines of words as dictionaries spell them; white space stands between
 * words, none between Chinese characters, and '\n' where punctuation parted them. Complaints go to
 * diags with line and column: bytes that are not UTF-8, a line of more than CA_CORPUS_MAX_LINE
 * bytes, a file without words. Fails (false) then, and when the file cannot be read or has more
 * than CA_CORPUS_MAX_BYTES. */
bool ca_corpus_read(const char *path, ca_strings *lines, ca_diags *diags, ca_arena *arena,
                    ca_error *err);

/* Adds the runs of words that the dictionary has, each as a sentence: a word that it lacks, or a
 * '\n', ends a run, so that no words become neighbours that were none. Chinese is split by the
 * longest word. */
bool ca_corpus_add(const ca_lexicon *lexicon, const char *text, ca_sentences *sentences,
                   ca_arena *arena, ca_error *err);

#endif
