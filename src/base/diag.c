/* diag.c - collecting complaints about a file. */
#include "callaudit/diag.h"

#include "callaudit/text.h"

#include <stdarg.h>
#include <stdio.h>

enum { MOST_KEPT = 1000, LONGEST_MESSAGE = 512 };

void ca_diags_init(ca_diags *diags, ca_arena *arena)
{
    *diags = (ca_diags){.path = "", .arena = arena};
}

void ca_diag_add(ca_diags *diags, ca_severity severity, int line, int column, const char *fmt, ...)
{
    *(severity == CA_ERROR ? &diags->errors : &diags->warnings) += 1;
    if (diags->list.count >= MOST_KEPT) {
        return;
    }
    char text[LONGEST_MESSAGE];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    ca_text_clean(text);

    const char *message = ca_arena_strdup(diags->arena, text);
    ca_diag *diag = ca_push(diags->arena, &diags->list);
    if (diag) {
        *diag = (ca_diag){diags->path, line, column, severity, message ? message : "out of memory"};
    }
}

static const ca_diag *first_error(const ca_diags *diags)
{
    for (size_t i = 0; i < diags->list.count; i++) {
        if (diags->list.items[i].severity == CA_ERROR) {
            return &diags->list.items[i];
        }
    }
    return NULL;
}

bool ca_diags_fail(const ca_diags *diags, ca_error *err)
{
    const ca_diag *diag = first_error(diags);
    if (!diag) { /* its message found no memory, or stood behind a thousand warnings */
        return ca_fail(err, CA_ESETUP, "%s: %zu errors", diags->path, diags->errors);
    }
    char place[32] = "";
    char more[64] = "";
    if (diag->line > 0) {
        (void)snprintf(place, sizeof place, "%d:%d:", diag->line, diag->column);
    }
    if (diags->errors > 1) {
        (void)snprintf(more, sizeof more, " (and %zu more)", diags->errors - 1);
    }
    return ca_fail(err, CA_ESETUP, "%s:%s %s%s", diag->path, place, diag->message, more);
}
