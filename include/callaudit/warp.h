/* warp.h - the frequency warp of a voice: how far its resonances lie from those that the acoustic
 * model knows, because its vocal tract is longer or shorter. Pure logic, no recognizer.
 *
 * Which warp fits is told by the wordings that a voice says: with the right one they stand out
 * more against the phone loop. (Warping by the likelihood of what was said: L. Lee, R. Rose,
 * "Speaker normalization using efficient frequency warping procedures", 1996; the margins in place
 * of a transcript's likelihood are measured, see models/README.md.) */
#ifndef CALLAUDIT_WARP_H
#define CALLAUDIT_WARP_H

#include "callaudit/detect.h"

enum {
    CA_WARP_COUNT = 3,
    CA_WARP_NONE = 1,     /* the index of 1 in ca_warps: no warp */
    CA_WARP_WORDINGS = 12 /* how many of the best heard wordings count */
};

/* What PocketSphinx takes as -warp_params of inverse_linear: 0.84, 1, 1.17. */
extern const double ca_warps[CA_WARP_COUNT];

/* The place of a warp in ca_warps, -1 when it is none of them. */
int ca_warp_index(double warp);

/* What one call says of its agent's voice. */
typedef struct ca_warp_fit {
    int64_t speech_ms;            /* of the agent, on the channel that was heard; 0 without one */
    double scores[CA_WARP_COUNT]; /* by warp, see ca_warp_score; those of several calls add up */
} ca_warp_fit;

/* The mean of the 12 largest margins, of all when there are fewer; 0 of none. Sorts them. One
 * margin a wording, 0 for one that was not heard. */
double ca_warp_score(double *margins, size_t count);

/* The score of what was heard on an agent's channel: of each wording that is asked of agents the
 * largest margin counts, one below 0 as 0. */
bool ca_warp_score_detections(const ca_detections *heard, const ca_targets *targets, double *score,
                              ca_error *err);

/* Index of the warp to use: the one nearest 1 among the best and those that it leads by less than
 * 2 %. Scores are 0 or more. */
size_t ca_warp_choose(const double scores[CA_WARP_COUNT]);

/* Is it what ca_recognizer_fit_warp can have found: no negative or infinite number? */
bool ca_warp_fit_sound(const ca_warp_fit *fit);

#endif
