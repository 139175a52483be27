/* keyphrases.h - what the rules of one language ask the recognizer to listen for. */
#ifndef CALLAUDIT_KEYPHRASES_H
#define CALLAUDIT_KEYPHRASES_H

#include "callaudit/recognize.h"
#include "callaudit/rules.h"

/* Every wording of every rule of the language: phrases, enumerable regexes, rivals and unless. The
 * rules are numbered in the order of the rule sets. */
bool ca_keyphrases_collect(const ca_rulesets *rulesets, const char *language,
                           ca_keyphrases *phrases, ca_arena *arena, ca_error *err);

#endif
