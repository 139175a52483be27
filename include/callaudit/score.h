/* score.h - the call's score (DESIGN 5).
 *
 *   score = 100 x (weights of satisfied rules) / (weights of applicable, decided rules)
 *
 * rounded to three decimals; 0 when a critical forbidden rule was hit; no score when nothing was
 * decided. Unsure and n/a drop out of both sums. */
#ifndef CALLAUDIT_SCORE_H
#define CALLAUDIT_SCORE_H

#include "callaudit/call.h"

ca_score ca_score_call(const ca_findings *findings);

#endif
