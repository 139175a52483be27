/* cmd_model.h - what the sub-commands of `callaudit model` share. */
#ifndef CMD_MODEL_H
#define CMD_MODEL_H

#include "cmd.h"

#include "callaudit/models.h"

typedef struct model_request {
    const char *config_path; /* NULL when not given */
    const char *db;
    const char *from, *to;
    int silence_s;
    int jobs;
    ca_strings agents;
    bool dry_run;
    bool json;
    char **operands;
    int count;
    ca_arena *arena;
} model_request;

/* One a sub-command; the exit code. */
int model_list(model_request *r);
int model_fetch(model_request *r);
int model_use(model_request *r);
int model_adapt(model_request *r);

#endif
