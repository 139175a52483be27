/* match.h - rules and lines in, findings out. The same matching for phrases and regexes, for
 * every tier: PCRE2 patterns compiled from the rules decide on lines of text. */
#ifndef CALLAUDIT_MATCH_H
#define CALLAUDIT_MATCH_H

#include "callaudit/rules.h"

typedef struct ca_matcher ca_matcher;

/* From what confidence a line counts; the defaults are those of models/hearing.yaml. Below `doubt`
 * it is only the nearest thing heard. */
typedef struct ca_belief {
    double accept;
    double doubt;
    double min_snr_db; /* below it a miss on that channel is unsure */
} ca_belief;

/* The compiled patterns of all rule sets. Keeps a pointer to `rulesets`, which must outlive it. */
ca_matcher *ca_matcher_new(const ca_rulesets *rulesets, ca_error *err);
void ca_matcher_free(ca_matcher *matcher);

/* Judges the call by every rule set of its language: fills hits, findings and rulesets.
 *
 * For each rule: hits are matches inside the window, by the right speaker, not excused by
 * `unless` (said in the same line, or by that speaker in the same speech segment) and not inside
 * a rival's wording; overlapping ones of one speaker are one (the most confident, of these the
 * longest). Words and rules are compared in their folded form (fold.h). Verdicts:
 *   hit     a match with confidence >= accept (limit: more than max of them)
 *   unsure  only matches in [doubt, accept); a match on a mixed channel for a rule that asks who
 *           spoke, unless the rule is required; PCRE2 limits; a miss where every channel of that
 *           side is unfit: silent, under 1 s of speech, below min_snr_db, muffled (bandwidth_hz
 *           known and under 2000) or clipped (clip_share over 0.10); a regex that needs a
 *           transcript where there is none
 *   n/a     `within: after/before` a rule without a hit (unsure when that rule is)
 *   miss    otherwise, with the window searched and the nearest thing heard
 * ok: required hit 1, miss 0; forbidden and limit the other way round. */
bool ca_match(ca_matcher *matcher, const ca_belief *belief, ca_call *call, ca_arena *arena,
              ca_error *err);

#endif
