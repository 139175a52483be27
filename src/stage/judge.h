/* judge.h - the verdict on one rule; between match.c and judge.c only. */
#ifndef STAGE_JUDGE_H
#define STAGE_JUDGE_H

#include "hits.h"

#include "callaudit/match.h"

/* What other rules need to know of a judged one. */
typedef struct rule_outcome {
    ca_verdict verdict;
    bool heard;               /* with enough confidence: */
    int64_t start_ms, end_ms; /* its first hit */
} rule_outcome;

typedef struct judge {
    const ca_belief *belief;
    const ca_ruleset *set;
    const rule_patterns *patterns; /* of the set's rules */
    rule_outcome *outcomes;        /* of the set's rules, as far as they are judged */
    heard_call heard;
    ca_call *call;
    ca_arena *arena;
    ca_error *err;
} judge;

/* Judges the set's rule `index`: fills the finding and appends its hits to the call. Rules that it
 * refers to must have been judged. */
bool judge_rule(judge *j, size_t index, ca_finding *finding);

#endif
