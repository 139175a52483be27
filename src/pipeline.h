/* pipeline.h - what pipeline.c and pipeline_setup.c share. */
#ifndef PIPELINE_H
#define PIPELINE_H

#include "callaudit/pipeline.h"

/* A recognizer and the language that it hears. */
typedef struct ca_ear {
    const char *language;
    bool transcripts;
    ca_recognizer *recognizer;
} ca_ear;

struct ca_pipeline {
    const ca_config *config;
    const ca_rulesets *rulesets;
    ca_matcher *matcher;
    ca_arena *arena;
    CA_ARRAY(ca_ear) ears;
};

/* The first stage: samples, and what they say of the call. */
bool ca_pipeline_decode(const ca_config *config, ca_audio *audio, ca_call *call, ca_error *err);

/* A profile is recorded where it was used: not without speech on a channel of the agent's own.
 */
void ca_pipeline_drop_profile(ca_call *call);

#endif
