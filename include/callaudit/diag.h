/* diag.h - complaints about a file that a person wrote: file:line:col, what, what was expected. */
#ifndef CALLAUDIT_DIAG_H
#define CALLAUDIT_DIAG_H

#include "callaudit/arena.h"

typedef enum ca_severity { CA_ERROR, CA_WARNING } ca_severity;

typedef struct ca_diag {
    const char *path;
    int line, column; /* 1-based; 0 for the whole file */
    ca_severity severity;
    const char *message;
} ca_diag;

typedef struct ca_diags {
    CA_ARRAY(ca_diag) list;
    size_t errors;
    size_t warnings;
    const char *path; /* the file being read; set by its reader */
    ca_arena *arena;
} ca_diags;

void ca_diags_init(ca_diags *diags, ca_arena *arena);

/* Adds a message at a place of the current path. Past 1000 messages further ones only count. */
void ca_diag_add(ca_diags *diags, ca_severity severity, int line, int column, const char *fmt, ...)
    CA_PRINTF(5, 6);

/* The first error as `err` (CA_ESETUP, "path:line:col: message", and how many more); false. */
bool ca_diags_fail(const ca_diags *diags, ca_error *err);

#endif
