/* workers.h - what both ends of a worker's socket know. */
#ifndef WORKERS_H
#define WORKERS_H

#include "callaudit/workers.h"

#include <sys/types.h>

typedef enum ca_message_type {
    CA_MESSAGE_JOB,            /* to the worker: the call as JSON */
    CA_MESSAGE_JOB_TRANSCRIPT, /* the same, with transcript */
    CA_MESSAGE_JOB_FIT,        /* the same, to try warps on it instead of judging it */
    CA_MESSAGE_DECODED,        /* from it: int64_t duration in ms; its deadline counts from here */
    CA_MESSAGE_STATS,          /* ca_worker_stats, before the result */
    CA_MESSAGE_JUDGED,         /* the call as JSON */
    CA_MESSAGE_FITTED,         /* a ca_warp_fit */
    CA_MESSAGE_FAILED,         /* a ca_error */
} ca_message_type;

/* Followed by `length` bytes. Both ends are the same program on the same machine. */
typedef struct ca_message {
    uint32_t type;
    uint32_t length;
} ca_message;

typedef struct ca_worker_stats {
    double cpu_seconds[CA_STAGE_COUNT];
    int64_t peak_rss_bytes;
} ca_worker_stats;

/* Sends a message whole; false when the other end is gone. */
bool ca_message_send(int fd, ca_message_type type, const void *bytes, size_t length);

/* The worker process: judges what comes until the socket closes. Never returns. */
_Noreturn void ca_worker_main(int fd, pid_t parent, const ca_config *config,
                              const ca_rulesets *rulesets);

#endif
