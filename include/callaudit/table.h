/* table.h - the rows of one query as a table for people, as CSV or as JSON.
 *
 * CSV (RFC 4180, CRLF, with a header) and JSON ({"NAME": [{...}, ...]}) take the columns' names
 * from the query. Tables take their headings from here; no value is a dash, a real number has one
 * decimal. Texts that are not UTF-8 get '?' for their other bytes, in tables for control
 * characters too. */
#ifndef CALLAUDIT_TABLE_H
#define CALLAUDIT_TABLE_H

#include "callaudit/report.h"

typedef enum ca_cell {
    CA_CELL_PLAIN,
    CA_CELL_PERCENT, /* a share 0..1, shown as per cent */
    CA_CELL_TIME,    /* milliseconds, shown as 1:02.350 */
} ca_cell;

/* One a column of the query, in its order. */
typedef struct ca_table_column {
    const char *title; /* NULL: not in tables */
    ca_cell cell;
    const char *join; /* not NULL: behind the column before it, after this text ("3 of 24") */
} ca_table_column;

/* Runs the bound statement to its end and appends its rows. */
bool ca_table_write(ca_stmt *stmt, const char *name, const ca_table_column *columns,
                    ca_format format, ca_buf *out, ca_error *err);

/* The JSON list alone: "[", a row a line, "]". */
bool ca_table_json_rows(ca_stmt *stmt, ca_buf *out, ca_error *err);

#endif
