/* cdr.h - call detail records: a CSV file (RFC 4180, UTF-8, with or without a byte order mark)
 * that the telephone system wrote, one row a call, looked up by call id or file name.
 *
 * The reader is strict: what a row means must not depend on who reads it. A quote inside a field
 * without quotes, text behind a closing quote, a quote that is never closed, a lone carriage
 * return, or a row with more or fewer fields than the header is an error with file:line. Empty
 * lines are skipped. */
#ifndef CALLAUDIT_CDR_H
#define CALLAUDIT_CDR_H

#include "callaudit/config.h"

typedef struct ca_cdr ca_cdr;

typedef enum ca_cdr_field {
    CA_CDR_CALL_ID,
    CA_CDR_FILE_NAME,
    CA_CDR_AGENT,
    CA_CDR_TEAM,
    CA_CDR_QUEUE,
    CA_CDR_DIRECTION,
    CA_CDR_CUSTOMER,
    CA_CDR_STARTED,
    CA_CDR_LANGUAGE,
    CA_CDR_FIELD_COUNT
} ca_cdr_field;

typedef struct ca_cdr_row {
    const char *fields[CA_CDR_FIELD_COUNT]; /* NULL where empty; live as long as the ca_cdr */
    int line;                               /* on which the row begins */
    bool used;                              /* found by ca_cdr_find */
} ca_cdr_row;

enum { CA_CDR_MAX_BYTES = 1 << 30, CA_CDR_MAX_COLUMNS = 256 };

/* `columns` says which header names hold which field; each one named must be there. When it names
 * none at all, the fields' own names (call_id, file_name, agent ...) are looked for. NULL on
 * error: CA_ESETUP. */
ca_cdr *ca_cdr_open(const char *path, const ca_cdr_columns *columns, ca_error *err);
ca_cdr *ca_cdr_parse(const char *path, const char *data, size_t length,
                     const ca_cdr_columns *columns, ca_error *err);
void ca_cdr_free(ca_cdr *cdr); /* NULL is fine */

size_t ca_cdr_count(const ca_cdr *cdr);

/* The row whose call id is `value`, or whose file name (folders do not count) is; NULL in *row
 * when there is none. Rows that agree in every field count as one. Fails (no-metadata, naming the
 * lines) when different rows answer, since taking one would be a guess. */
bool ca_cdr_find(ca_cdr *cdr, ca_cdr_field key, const char *value, const ca_cdr_row **row,
                 ca_error *err);

/* Call ids (file names where there is none) of rows that were never found, in file order. */
bool ca_cdr_unused(const ca_cdr *cdr, ca_strings *ids, ca_arena *arena, ca_error *err);

#endif
