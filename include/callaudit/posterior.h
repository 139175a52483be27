/* posterior.h - how sure a recognizer is of a word: its share among everything it considered. Pure
 * logic, no recognizer.
 *
 * A lattice holds each word many times, a little earlier or later or behind another word. The
 * posterior of one such link is only a part of the word's: what counts is how much of the lattice
 * says this word at the same time. C_max of F. Wessel, R. Schlueter, K. Macherey, H. Ney,
 * "Confidence measures for large vocabulary continuous speech recognition", IEEE Trans. Speech and
 * Audio Processing 9(3), 2001: the greatest, over the frames of the word, of the summed posteriors
 * of all links that carry the word across that frame. */
#ifndef CALLAUDIT_POSTERIOR_H
#define CALLAUDIT_POSTERIOR_H

#include "callaudit/arena.h"

/* A word with its place in a lattice. */
typedef struct ca_link {
    const char *word; /* without variant marks */
    int first, last;  /* frames, both inclusive, first <= last */
    double posterior; /* 0..1 */
} ca_link;

typedef CA_ARRAY(ca_link) ca_links;

/* C_max of the word that was heard in frames first to last, 0..1; 0 when no link carries it. Sorts
 * nothing and keeps nothing; time is links x frames of the word at worst. */
double ca_word_posterior(const ca_links *links, const char *word, int first, int last);

#endif
