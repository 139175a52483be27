/* store_rows.h - between store.c and store_rows.c: the rows below a call. Both run inside the
 * transaction of ca_store_call. */
#ifndef DATA_STORE_ROWS_H
#define DATA_STORE_ROWS_H

#include "callaudit/call.h"
#include "callaudit/db.h"

/* Channels, segments, words, lines and measures; those of an earlier hearing go. */
bool ca_rows_heard(ca_db *db, int64_t call_id, const ca_call *call, ca_error *err);

/* A new judgement with its findings and hits. */
bool ca_rows_judgement(ca_db *db, int64_t call_id, const ca_call *call, const char *program,
                       ca_error *err);

/* Runs a statement that returns the id of its one row. */
bool ca_rows_step_id(ca_stmt *stmt, int64_t *id, ca_error *err);

#endif
