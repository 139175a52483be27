/* cmd_rules.h - what the sub-commands of `callaudit rules` share. */
#ifndef CMD_RULES_H
#define CMD_RULES_H

#include "cmd.h"

typedef struct rules_request {
    ca_config config;  /* its rules are the ones to work on */
    ca_format format;  /* table or JSON */
    const char *month; /* rivals: of these calls; NULL for all */
    ca_arena *arena;
} rules_request;

/* One a sub-command; the exit code. */
int rules_check(rules_request *r);
int rules_test(rules_request *r);
int rules_rivals(rules_request *r);

/* Writes the finished JSON to stdout; the exit code. */
int rules_answer_json(ca_json *json);

/* Says that memory ran out; the exit code. */
int rules_no_memory(void);

#endif
