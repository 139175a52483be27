/* workers.h - processes that hear calls, so that a crash, an endless file or an exit inside a
 * library costs one call and not the night. */
#ifndef CALLAUDIT_WORKERS_H
#define CALLAUDIT_WORKERS_H

#include "callaudit/pipeline.h"

typedef struct ca_workers ca_workers;

typedef struct ca_job {
    size_t id; /* the caller's */
    bool transcript;
    bool fit;     /* no judgement: only what the call says of its agent's voice */
    ca_call call; /* path, sha256, meta and profile */
} ca_job;

/* How a job ended: `failed.code` CA_OK with a judged call (or a fit), or why not. */
typedef struct ca_outcome {
    size_t id;
    ca_call call;
    bool fitted; /* fit is set, the call is not */
    ca_warp_fit fit;
    ca_error failed;
    double cpu_seconds[CA_STAGE_COUNT];
    int64_t peak_rss_bytes; /* of the worker so far */
    bool replaced;          /* the worker died or was ended, and a new one took its place */
} ca_outcome;

/* Starts `count` processes, each with a pipeline of its own. */
ca_workers *ca_workers_start(const ca_config *config, const ca_rulesets *rulesets, int count,
                             ca_error *err);

/* Ends them; jobs in hand are lost. NULL is fine. */
void ca_workers_stop(ca_workers *workers);

bool ca_workers_idle(const ca_workers *workers); /* one is free for a job */
size_t ca_workers_busy(const ca_workers *workers);
bool ca_workers_give(ca_workers *workers, const ca_job *job, ca_error *err);

/* Waits up to timeout_ms for an outcome; *got says whether there is one. Its call is read into the
 * arena. Returns early without one when a signal arrives. */
bool ca_workers_wait(ca_workers *workers, int timeout_ms, ca_outcome *outcome, bool *got,
                     ca_arena *arena, ca_error *err);

#endif
