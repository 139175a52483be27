/* ngram.h - a small trigram model from sentences, as ARPA text.
 *
 * The estimate is interpolated Witten-Bell (I. H. Witten, T. C. Bell, "The zero-frequency problem",
 * IEEE Trans. Information Theory 37, 1991, method C; in this form S. F. Chen, J. Goodman, "An
 * empirical study of smoothing techniques for language modeling", 1998, section 2.5):
 *     P(w|h) = (c(hw) + T(h) P(w|h')) / (c(h) + T(h))
 * with c(h) the times h stood before a word, T(h) the different words behind it and h' the history
 * without its first word; below the unigrams stands 1 / vocabulary. Witten-Bell needs no counts of
 * counts, which the wordings of a rule file (each said once) do not have.
 *
 * Why not a library: Debian 12 has neither SRILM nor KenLM. It has IRSTLM (6.00.05), a C++ library
 * made to be run as programs and scripts that pass files; it calls exit() on errors and the last
 * upstream version there is of 2016. */
#ifndef CALLAUDIT_NGRAM_H
#define CALLAUDIT_NGRAM_H

#include "callaudit/text.h"

typedef CA_ARRAY(ca_strings) ca_sentences; /* each a list of words */

/* Adds the model to `arpa`: log10 probabilities and back-off weights of trigrams, bigrams and
 * unigrams. Sentences begin with <s> and end with </s>, which the words must not be themselves;
 * empty ones are left out. The same sentences give the same bytes in any order. Fails (CA_ESETUP)
 * when there is no word at all, and when memory ends. */
bool ca_ngram_estimate(const ca_sentences *sentences, ca_buf *arpa, ca_error *err);

#endif
