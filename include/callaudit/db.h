/* db.h - SQLite behind a few calls: the only user of sqlite3_*.
 *
 * SQL text stands above the one function that runs it; values are bound by name. A statement whose
 * parameters are not all bound, or a bind of a name that it does not have, is an error. */
#ifndef CALLAUDIT_DB_H
#define CALLAUDIT_DB_H

#include "callaudit/text.h"

#include <stdint.h>

typedef struct ca_db ca_db;
typedef struct ca_stmt ca_stmt;

typedef enum ca_db_mode { CA_DB_READ, CA_DB_WRITE, CA_DB_UPDATE } ca_db_mode;

/* Opens (WRITE: creates with mode 0600, WAL, foreign keys, 10 s busy time-out, brings to the
 * current schema) a database; UPDATE is WRITE to one that exists. The path is always a file's, also
 * where SQLite would take it for something else (":memory:"). A database of a newer program, or one
 * that is none of ours, is CA_ESETUP. */
ca_db *ca_db_open(const char *path, ca_db_mode mode, ca_error *err);
void ca_db_close(ca_db *db);

bool ca_db_exec(ca_db *db, const char *sql, ca_error *err); /* statements without parameters */
bool ca_db_begin(ca_db *db, ca_error *err);                 /* BEGIN IMMEDIATE */
bool ca_db_commit(ca_db *db, ca_error *err);                /* rolls back when it fails */
void ca_db_rollback(ca_db *db);                             /* nothing without a transaction */

/* A consistent copy into a new file (mode 0600, one file without WAL) while others go on writing.
 * A file that exists already is never touched: CA_EUSAGE. A copy that is not whole is removed. */
bool ca_db_backup(ca_db *db, const char *path, ca_error *err);

/* A prepared statement, kept and reused by its SQL text's address; NULL on error. Comes reset,
 * with all bindings cleared. */
ca_stmt *ca_db_prepare(ca_db *db, const char *sql, ca_error *err);

/* Names without the colon. A NULL text binds NULL. Errors are kept and reported by the step. */
void ca_bind_text(ca_stmt *stmt, const char *name, const char *value);
void ca_bind_int(ca_stmt *stmt, const char *name, int64_t value);
void ca_bind_real(ca_stmt *stmt, const char *name, double value);
void ca_bind_null(ca_stmt *stmt, const char *name);

/* True while there is a row. At the end, or on error (then err is set), false and the statement is
 * reset. err is needed to tell the two apart:
 *     while (ca_step_row(stmt, err)) { ... }
 *     return err->code == CA_OK; */
bool ca_step_row(ca_stmt *stmt, ca_error *err);

/* Runs a statement that gives no rows. */
bool ca_step_done(ca_stmt *stmt, ca_error *err);

/* Ends a statement before its last row. */
void ca_stmt_reset(ca_stmt *stmt);

typedef enum ca_type { CA_TYPE_NULL, CA_TYPE_INT, CA_TYPE_REAL, CA_TYPE_TEXT } ca_type;

int ca_column_count(const ca_stmt *stmt);
ca_type ca_column_type(const ca_stmt *stmt, int column); /* of the value in the present row */
const char *ca_column_name(const ca_stmt *stmt, int column);
bool ca_column_is_null(const ca_stmt *stmt, int column);
const char *ca_column_text(ca_stmt *stmt,
                           int column); /* valid until the next step; NULL for NULL */
int64_t ca_column_int(const ca_stmt *stmt, int column);
double ca_column_real(const ca_stmt *stmt, int column);

#ifdef CA_FAULTS
/* Fault tests: the n-th step (exec, begin and commit count as one each) from now on fails with
 * CA_EIO; 0 for never. Counts down as steps are made. */
extern long ca_db_fail_at;
#endif

/* Appends the library and its version, for people. */
void ca_db_version(ca_buf *out);

#endif
