/* warp.c - which warp suits a voice. */
#include "callaudit/warp.h"

#include <math.h>
#include <stdlib.h>

const double ca_warps[CA_WARP_COUNT] = {0.84, 1, 1.17};

static const double LEAD = 1.02; /* a score that is not greater by this much decides nothing */

int ca_warp_index(double warp)
{
    for (int i = 0; i < CA_WARP_COUNT; i++) {
        if (fabs(ca_warps[i] - warp) < 1e-6) {
            return i;
        }
    }
    return -1;
}

static int compare_descending(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x < y) - (x > y);
}

double ca_warp_score(double *margins, size_t count)
{
    const size_t counted = count < CA_WARP_WORDINGS ? count : CA_WARP_WORDINGS;
    double sum = 0;
    if (counted == 0) {
        return 0;
    }
    qsort(margins, count, sizeof *margins, compare_descending);
    for (size_t i = 0; i < counted; i++) {
        sum += margins[i];
    }
    return sum / (double)counted;
}

bool ca_warp_score_detections(const ca_detections *heard, const ca_targets *targets, double *score,
                              ca_error *err)
{
    size_t asked = 0;
    double *margins = calloc(targets->count + 1, sizeof *margins);
    if (!margins) {
        return ca_fail_memory(err);
    }
    for (size_t d = 0; d < heard->count; d++) {
        const ca_detection *detection = &heard->items[d];
        margins[detection->target] = fmax(margins[detection->target], detection->margin);
    }
    for (size_t t = 0; t < targets->count; t++) {
        if (targets->items[t].speakers & 1U << CA_AGENT) {
            margins[asked++] = margins[t];
        }
    }
    *score = ca_warp_score(margins, asked);
    free(margins);
    return true;
}

size_t ca_warp_choose(const double scores[CA_WARP_COUNT])
{
    double best = 0;
    size_t chosen = CA_WARP_COUNT;
    for (size_t i = 0; i < CA_WARP_COUNT; i++) {
        best = fmax(best, scores[i]);
    }
    for (size_t i = 0; i < CA_WARP_COUNT; i++) {
        const bool stands = scores[i] >= best || best < LEAD * scores[i];
        if (stands &&
            (chosen == CA_WARP_COUNT || fabs(ca_warps[i] - 1) < fabs(ca_warps[chosen] - 1))) {
            chosen = i;
        }
    }
    return chosen < CA_WARP_COUNT ? chosen : CA_WARP_NONE;
}

bool ca_warp_fit_sound(const ca_warp_fit *fit)
{
    bool sound = fit->speech_ms >= 0;
    for (size_t i = 0; i < CA_WARP_COUNT; i++) {
        sound = sound && isfinite(fit->scores[i]) && fit->scores[i] >= 0;
    }
    return sound;
}
