/* score.c - satisfied weight over decided weight. */
#include "callaudit/score.h"

#include <math.h>

ca_score ca_score_call(const ca_findings *findings)
{
    int64_t satisfied = 0, decided = 0, unsure = 0;
    ca_score score = {0};
    for (size_t i = 0; i < findings->count; i++) {
        const ca_finding *finding = &findings->items[i];
        if (finding->verdict == CA_UNSURE) {
            unsure += finding->weight;
        } else if (finding->verdict != CA_NA) {
            decided += finding->weight;
            satisfied += finding->ok == 1 ? finding->weight : 0;
            score.critical = score.critical || (finding->critical && finding->ok == 0);
        }
    }
    score.decided = decided > 0 || score.critical;
    if (unsure > 0) {
        const double share = (double)unsure / (double)(decided + unsure);
        score.unsure_share = round(share * 1e6) / 1e6; /* as every output writes it */
    }
    if (decided > 0 && !score.critical) {
        /* rounded half up in integers, so that the same findings give the same bytes */
        int64_t thousandths = (satisfied * 200000 + decided) / (2 * decided);
        score.points = (double)thousandths / 1000;
    }
    return score;
}
