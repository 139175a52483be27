/* error.h - how every function of callaudit says that it failed.
 *
 * A function that can fail takes `ca_error *err` last and returns false or NULL. The first error
 * wins; upper layers add context in front of it. There is no hidden last error, and nothing below
 * the cmd_*.c files prints or exits. Programming errors are asserts. */
#ifndef CALLAUDIT_ERROR_H
#define CALLAUDIT_ERROR_H

#include <stdbool.h>

#if defined(__GNUC__)
#define CA_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define CA_PRINTF(fmt, args)
#endif

typedef enum ca_code {
    CA_OK,
    CA_EUSAGE,    /* the command line is wrong: exit 2 */
    CA_ESETUP,    /* rules, model, configuration or database: exit 3 */
    CA_EINPUT,    /* one recording, row or file that a stranger sent; `reason` says why */
    CA_ELIMIT,    /* a configured limit on memory, size or time was reached */
    CA_EIO,       /* the machine: disk, pipe, process */
    CA_EINTERNAL, /* a promise of a library or of our own was broken */
} ca_code;

/* Why one recording is not judged, or is judged with a mark. The names are public (DESIGN 2). */
typedef enum ca_reason {
    CA_REASON_NONE,
    CA_REASON_UNREADABLE,
    CA_REASON_EMPTY,
    CA_REASON_TRUNCATED,
    CA_REASON_TOO_SHORT,
    CA_REASON_TOO_LONG,
    CA_REASON_UNSUPPORTED_CODEC,
    CA_REASON_NO_METADATA,
    CA_REASON_GROWING,
    CA_REASON_DUPLICATE,
    CA_REASON_RECOGNIZER_FAILED,
    CA_REASON_TIMEOUT,
    CA_REASON_LIMIT,
    CA_REASON_COUNT
} ca_reason;

typedef struct ca_error {
    ca_code code;
    ca_reason reason;
    char msg[512]; /* UTF-8, one line, no final stop */
} ca_error;

/* Records the error unless one is there already (or err is NULL). Always returns false, so that
 * `return ca_fail(err, ...)` reads well. */
bool ca_fail(ca_error *err, ca_code code, const char *fmt, ...) CA_PRINTF(3, 4);

/* The same for one recording: code CA_EINPUT with a reason. */
bool ca_fail_call(ca_error *err, ca_reason reason, const char *fmt, ...) CA_PRINTF(3, 4);

/* Out of memory, or the arena's limit: CA_ELIMIT, reason limit. */
bool ca_fail_memory(ca_error *err);

/* Puts "context: " in front of a recorded error. Always returns false. */
bool ca_error_context(ca_error *err, const char *fmt, ...) CA_PRINTF(2, 3);

/* "too-long" and so on; "" for CA_REASON_NONE. */
const char *ca_reason_name(ca_reason reason);

/* The reason of that name, CA_REASON_NONE when there is none. */
ca_reason ca_reason_from_name(const char *name);

#endif
