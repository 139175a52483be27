/* posterior.c - the share of a lattice that says a word. */
#include "callaudit/posterior.h"

#include <string.h>

static bool carries(const ca_link *link, const char *word, int frame)
{
    return link->first <= frame && frame <= link->last && strcmp(link->word, word) == 0;
}

static double sum_at(const ca_links *links, const char *word, int frame)
{
    double sum = 0;
    for (size_t i = 0; i < links->count; i++) {
        sum += carries(&links->items[i], word, frame) ? links->items[i].posterior : 0;
    }
    return sum;
}

/* The sum grows only where a link begins, so no other frames need a look. */
double ca_word_posterior(const ca_links *links, const char *word, int first, int last)
{
    double best = sum_at(links, word, first);
    for (size_t i = 0; i < links->count; i++) {
        const int begin = links->items[i].first;
        if (begin > first && begin <= last && carries(&links->items[i], word, begin)) {
            const double sum = sum_at(links, word, begin);
            best = sum > best ? sum : best;
        }
    }
    return best < 1 ? best : 1; /* rounding of the library's logarithms may go beyond */
}
