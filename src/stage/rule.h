/* rule.h - one rule of a rule file, from its node; between rules.c and rule.c only. */
#ifndef STAGE_RULE_H
#define STAGE_RULE_H

#include "callaudit/rules.h"

/* All wordings of a file together: keyphrase search pays for each of them, and past some thousands
 * it loses what it would have found (models/README.md). */
enum { RULE_MAX_WORDINGS = 4000 };

typedef struct rule_reader {
    const char *language;
    ca_diags *diags;
    ca_arena *arena;
    size_t wordings;  /* so far in this file */
    size_t min_words; /* of the list of wordings being read */
    size_t longest;   /* words of its longest wording */
} rule_reader;

/* Reads what the node says into *rule, which is zeroed, and complains about the rest. Afterwards
 * `within.other` names a rule that the caller has yet to look up. */
void rule_read(rule_reader *reader, const ca_node *node, ca_rule *rule);

#endif
