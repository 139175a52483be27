/* batch.h - the night: every recording below some paths, judged once, whatever happens. */
#ifndef CALLAUDIT_BATCH_H
#define CALLAUDIT_BATCH_H

#include "callaudit/intake.h"
#include "callaudit/workers.h"

#include <signal.h>

typedef struct ca_batch_options {
    ca_strings paths;
    int jobs;            /* worker processes */
    int shard, shards;   /* of all recordings the part `shard` of `shards`, by content; 1 of 1 */
    bool only_sample;    /* nothing but transcripts still missing for drawn calls */
    const char *program; /* version, stored with each judgement */
} ca_batch_options;

/* How one recording came out. */
typedef enum ca_batch_event {
    CA_BATCH_JUDGED,
    CA_BATCH_FAILED,
    CA_BATCH_DUPLICATE, /* a note: the same audio is another call already */
    CA_BATCH_GROWING,   /* left for the next run */
} ca_batch_event;

typedef struct ca_batch_counts {
    int64_t found;     /* recordings below the paths */
    int64_t elsewhere; /* of another shard */
    int64_t already;   /* judged before, unchanged */
    int64_t left;      /* still to do */
    int64_t judged, truncated, failed, duplicates, growing;
    int64_t by_reason[CA_REASON_COUNT]; /* of the failed */
    ca_strings unrecorded;              /* call ids of CDR rows without a recording */
    ca_strings unlisted;   /* paths of recordings without a CDR row, where there is a CDR */
    ca_strings unreadable; /* folders and names that could not be read */
    int64_t replaced;      /* workers that died or were ended */
    int64_t audio_ms;      /* judged in this run */
    int64_t peak_rss_bytes;
    double cpu_seconds[CA_STAGE_COUNT];
    double wall_seconds;
} ca_batch_counts;

/* Told of every recording's end (path, event, why) and, with a NULL path, now and then between. */
typedef void (*ca_batch_observer)(void *context, const char *path, ca_batch_event event,
                                  const ca_error *why, const ca_batch_counts *counts);

/* Who looks on, and how to end the night early. */
typedef struct ca_batch_watch {
    ca_batch_observer observer;
    void *context;                     /* for the observer */
    const volatile sig_atomic_t *stop; /* the run ends when it becomes non-zero */
} ca_batch_watch;

/* Runs the batch. The parent alone writes the database, one transaction a call. Ends early, with
 * all that is stored intact, when *watch->stop becomes non-zero. False only for set-up and machine
 * trouble; calls that fail are counted, not errors. The lists in counts live in the arena. */
bool ca_batch_run(const ca_config *config, const ca_rulesets *rulesets,
                  const ca_batch_options *options, const ca_batch_watch *watch,
                  ca_batch_counts *counts, ca_arena *arena, ca_error *err);

#endif
