/* error.c - recording the first error, and the public names of the reasons. */
#include "callaudit/error.h"

#include "callaudit/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const reason_names[CA_REASON_COUNT] = {
    [CA_REASON_NONE] = "",
    [CA_REASON_UNREADABLE] = "unreadable",
    [CA_REASON_EMPTY] = "empty",
    [CA_REASON_TRUNCATED] = "truncated",
    [CA_REASON_TOO_SHORT] = "too-short",
    [CA_REASON_TOO_LONG] = "too-long",
    [CA_REASON_UNSUPPORTED_CODEC] = "unsupported-codec",
    [CA_REASON_NO_METADATA] = "no-metadata",
    [CA_REASON_GROWING] = "growing",
    [CA_REASON_DUPLICATE] = "duplicate",
    [CA_REASON_RECOGNIZER_FAILED] = "recognizer-failed",
    [CA_REASON_TIMEOUT] = "timeout",
    [CA_REASON_LIMIT] = "limit",
};

CA_PRINTF(4, 0)
static void record(ca_error *err, ca_code code, ca_reason reason, const char *fmt, va_list args)
{
    assert(code != CA_OK);
    if (!err || err->code != CA_OK) {
        return;
    }
    err->code = code;
    err->reason = reason;
    (void)vsnprintf(err->msg, sizeof err->msg, fmt, args);
    ca_text_clean(err->msg);
}

bool ca_fail(ca_error *err, ca_code code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    record(err, code, CA_REASON_NONE, fmt, args);
    va_end(args);
    return false;
}

bool ca_fail_call(ca_error *err, ca_reason reason, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    record(err, CA_EINPUT, reason, fmt, args);
    va_end(args);
    return false;
}

bool ca_fail_memory(ca_error *err)
{
    ca_fail(err, CA_ELIMIT, "out of memory");
    if (err && err->code == CA_ELIMIT) {
        err->reason = CA_REASON_LIMIT;
    }
    return false;
}

bool ca_error_context(ca_error *err, const char *fmt, ...)
{
    char msg[sizeof err->msg];
    va_list args;

    if (!err || err->code == CA_OK) {
        return false;
    }
    va_start(args, fmt);
    (void)vsnprintf(msg, sizeof msg, fmt, args);
    va_end(args);

    size_t length = strlen(msg);
    /* A return value that is looked at tells the compiler that cutting the text is meant. */
    if (snprintf(msg + length, sizeof msg - length, ": %s", err->msg) < 0) {
        return false;
    }
    ca_text_clean(msg);
    memcpy(err->msg, msg, sizeof msg);
    return false;
}

const char *ca_reason_name(ca_reason reason)
{
    assert(reason < CA_REASON_COUNT);
    return reason_names[reason];
}

ca_reason ca_reason_from_name(const char *name)
{
    for (int i = CA_REASON_NONE + 1; i < CA_REASON_COUNT; i++) {
        if (strcmp(reason_names[i], name) == 0) {
            return (ca_reason)i;
        }
    }
    return CA_REASON_NONE;
}
