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

#endif
