/* pipeline_setup.c - what a process needs to judge calls: compiled rules and recognizers. */
#include "pipeline.h"

#include "callaudit/keyphrases.h"

#include <stdlib.h>
#include <string.h>

ca_pipeline *ca_pipeline_new(const ca_config *config, const ca_rulesets *rulesets, ca_error *err)
{
    ca_pipeline *pipeline = calloc(1, sizeof *pipeline);
    if (!pipeline || !(pipeline->arena = ca_arena_new(0))) {
        free(pipeline);
        ca_fail_memory(err);
        return NULL;
    }
    pipeline->config = config;
    pipeline->rulesets = rulesets;
    pipeline->matcher = ca_matcher_new(rulesets, err);
    if (!pipeline->matcher) {
        ca_pipeline_free(pipeline);
        return NULL;
    }
    return pipeline;
}

void ca_pipeline_free(ca_pipeline *pipeline)
{
    if (!pipeline) {
        return;
    }
    for (size_t i = 0; i < pipeline->ears.count; i++) {
        ca_recognizer_free(pipeline->ears.items[i].recognizer);
    }
    ca_matcher_free(pipeline->matcher);
    ca_arena_free(pipeline->arena);
    free(pipeline);
}

static ca_ear *find_ear(ca_pipeline *pipeline, const char *language)
{
    for (size_t i = 0; i < pipeline->ears.count; i++) {
        if (strcmp(pipeline->ears.items[i].language, language) == 0) {
            return &pipeline->ears.items[i];
        }
    }
    ca_ear *ear = ca_push(pipeline->arena, &pipeline->ears);
    if (ear && !(ear->language = ca_arena_strdup(pipeline->arena, language))) {
        pipeline->ears.count--;
        return NULL;
    }
    return ear;
}

ca_recognizer *ca_pipeline_recognizer(ca_pipeline *pipeline, const char *language, bool transcript,
                                      ca_error *err)
{
    ca_model model;
    ca_keyphrases phrases = {0};
    ca_ear *ear = find_ear(pipeline, language);
    if (!ear) {
        ca_fail_memory(err);
        return NULL;
    }
    if (ear->recognizer && (ear->transcripts || !transcript)) {
        return ear->recognizer;
    }
    if (!ca_config_model(pipeline->config, language, &model, pipeline->arena, err) ||
        !ca_keyphrases_collect(pipeline->rulesets, language, &phrases, pipeline->arena, err)) {
        return NULL;
    }
    ca_recognizer_free(ear->recognizer);
    ear->recognizer = ca_recognizer_new(&model, &phrases, transcript, err);
    ear->transcripts = transcript;
    return ear->recognizer;
}

const char *ca_stage_name(ca_stage stage)
{
    static const char *const names[] = {"decode", "segment", "recognize",
                                        "match",  "measure", "score"};
    return stage < CA_STAGE_COUNT ? names[stage] : "";
}
