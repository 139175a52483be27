/* pipeline.h - READ SECOND: one call through its stages in order. */
#ifndef CALLAUDIT_PIPELINE_H
#define CALLAUDIT_PIPELINE_H

#include "callaudit/config.h"

typedef enum ca_stage {
    CA_STAGE_DECODE,
    CA_STAGE_SEGMENT,
    CA_STAGE_RECOGNIZE,
    CA_STAGE_MATCH,
    CA_STAGE_MEASURE,
    CA_STAGE_SCORE,
    CA_STAGE_COUNT
} ca_stage;

const char *ca_stage_name(ca_stage stage);

/* What is told after each stage: for traces, deadlines and timing. */
typedef void (*ca_stage_done)(void *context, ca_stage stage, const ca_call *call);

typedef struct ca_pipeline ca_pipeline;

/* Everything that judges calls, made once a process: compiled rules, and recognizers that are
 * loaded when the first call of their language comes. Borrows config and rulesets. */
ca_pipeline *ca_pipeline_new(const ca_config *config, const ca_rulesets *rulesets, ca_error *err);
void ca_pipeline_free(ca_pipeline *pipeline);

/* Takes a call whose path, sha256 and meta are set through the stages up to and including
 * `until`. `transcript` asks for that tier; where the configuration wants transcripts of calls
 * with findings, a call with a fault or a doubt is heard again with it. */
bool ca_process_call(ca_pipeline *pipeline, ca_call *call, bool transcript, ca_stage until,
                     ca_stage_done done, void *context, ca_arena *arena, ca_error *err);

/* The recognizer of the call's language, loaded when it is first needed; with the transcript tier
 * when asked. NULL (CA_ESETUP) when there is no model. */
ca_recognizer *ca_pipeline_recognizer(ca_pipeline *pipeline, const char *language, bool transcript,
                                      ca_error *err);

/* What the call says of its agent's voice: decodes and segments it and tries every warp. `done` is
 * told of the stages segment and recognize. Needs the call's path and language. */
bool ca_fit_call(ca_pipeline *pipeline, ca_call *call, ca_warp_fit *fit, ca_stage_done done,
                 void *context, ca_arena *arena, ca_error *err);

/* ca_process_call from match on, for words that are there already (import, stored words). */
bool ca_judge_call(ca_pipeline *pipeline, ca_call *call, ca_arena *arena, ca_error *err);

#endif
