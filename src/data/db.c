/* db.c - SQLite behind a few calls. */
#include "callaudit/db.h"

#include "callaudit/schema.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_PARAMETERS = 64, BUSY_MS = 10000 };

struct ca_stmt {
    ca_stmt *next;
    ca_db *db;
    const char *sql; /* its address is the key */
    sqlite3_stmt *handle;
    uint64_t bound;    /* one bit a parameter */
    int bind_result;   /* the first bind that SQLite refused */
    char bad_name[40]; /* the first bind of a name that the statement does not have, else "" */
};

struct ca_db {
    ca_arena *arena; /* of this struct and its statements */
    sqlite3 *handle;
    ca_stmt *statements;
};

/* ---- errors ---- */

static ca_code code_of(int result)
{
    switch (result & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return CA_ESETUP;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_FULL: return CA_EIO;
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG: return CA_ELIMIT;
    default: return CA_EINTERNAL;
    }
}

static bool fail_result(const ca_db *db, int result, ca_error *err)
{
    if ((result & 0xff) == SQLITE_NOMEM) {
        return ca_fail_memory(err);
    }
    return ca_fail(err, code_of(result), "database: %s", sqlite3_errmsg(db->handle));
}

#ifdef CA_FAULTS
long ca_db_fail_at = 0;

static bool inject_fault(ca_error *err)
{
    if (ca_db_fail_at > 0 && --ca_db_fail_at == 0) {
        ca_fail(err, CA_EIO, "database: injected fault");
        return true;
    }
    return false;
}
#else
static bool inject_fault(ca_error *err)
{
    (void)err;
    return false;
}
#endif

/* ---- opening ---- */

/* Makes the file first, so that it and the files SQLite puts beside it are the owner's alone. */
static bool create_private(const char *path, bool *existed, ca_error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    *existed = fd < 0 && errno == EEXIST;
    if (fd < 0 && !*existed) {
        return ca_fail(err, CA_ESETUP, "cannot create database %s: %s", path, strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    return true;
}

static bool open_handle(ca_db *db, const char *path, ca_db_mode mode, ca_error *err)
{
    int flags = mode == CA_DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    /* SQLite has names of its own: "", ":memory:", "file:...". Ours are files, all of them. */
    path = ca_arena_printf(db->arena, "%s%s", path[0] == '/' ? "" : "./", path);
    if (path == NULL) {
        return ca_fail_memory(err);
    }
    if (access(path, F_OK) != 0) {
        return ca_fail(err, CA_ESETUP,
                       "no such database; 'callaudit run' makes it, or name another "
                       "with --db or --config");
    }
    int result = sqlite3_open_v2(path, &db->handle, flags, NULL);
    if (result != SQLITE_OK) {
        return db->handle == NULL ? ca_fail_memory(err) : fail_result(db, result, err);
    }
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    /* A database that a stranger sent must not run more than its own plain SQL. */
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    return ca_db_exec(db, "PRAGMA foreign_keys = ON", err);
}

/* While another process makes the same change, SQLite reports busy without waiting: it would have
 * to give up a lock that it holds already. So the waiting is done here. */
static bool enter_wal(ca_db *db, ca_error *err)
{
    enum { PAUSE_MS = 20 };
    for (int waited = 0; waited < BUSY_MS; waited += PAUSE_MS) {
        if (ca_db_exec(db, "PRAGMA journal_mode = WAL", NULL)) {
            return true;
        }
        if ((sqlite3_errcode(db->handle) & 0xff) != SQLITE_BUSY) {
            break;
        }
        sqlite3_sleep(PAUSE_MS);
    }
    return ca_db_exec(db, "PRAGMA journal_mode = WAL", err);
}

/* A foreign database is refused before anything in it changes. */
static bool make_ready(ca_db *db, ca_db_mode mode, ca_error *err)
{
    int64_t version = 0;
    if (!ca_schema_check(db, &version, err)) {
        return false;
    }
    if (mode == CA_DB_READ && version == 0) {
        return ca_fail(err, CA_ESETUP, "the database is empty: 'callaudit run' fills it");
    }
    if (mode == CA_DB_READ) {
        return version == CA_SCHEMA_VERSION ||
               ca_fail(err, CA_ESETUP,
                       "the database is of an older program: 'callaudit run' upgrades it");
    }
    return enter_wal(db, err) && ca_schema_migrate(db, err);
}

static ca_db *new_db(ca_error *err)
{
    ca_arena *arena = ca_arena_new(0);
    ca_db *db = arena != NULL ? ca_arena_alloc(arena, sizeof *db) : NULL;
    if (db == NULL) {
        ca_arena_free(arena);
        ca_fail_memory(err);
        return NULL;
    }
    db->arena = arena;
    return db;
}

ca_db *ca_db_open(const char *path, ca_db_mode mode, ca_error *err)
{
    bool existed = true;
    if (mode == CA_DB_WRITE && !create_private(path, &existed, err)) {
        return NULL;
    }
    ca_db *db = new_db(err);
    if (db == NULL) {
        return NULL;
    }
    if (!open_handle(db, path, mode, err) || !make_ready(db, mode, err)) {
        ca_error_context(err, "%s", path);
        ca_db_close(db);
        return NULL;
    }
    return db;
}

void ca_db_close(ca_db *db)
{
    if (db == NULL) {
        return;
    }
    for (ca_stmt *stmt = db->statements; stmt != NULL; stmt = stmt->next) {
        sqlite3_finalize(stmt->handle);
    }
    sqlite3_close(db->handle);
    ca_arena_free(db->arena);
}

/* ---- transactions ---- */

bool ca_db_exec(ca_db *db, const char *sql, ca_error *err)
{
    if (inject_fault(err)) {
        return false;
    }
    int result = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return result == SQLITE_OK || fail_result(db, result, err);
}

bool ca_db_begin(ca_db *db, ca_error *err)
{
    return ca_db_exec(db, "BEGIN IMMEDIATE", err);
}

bool ca_db_commit(ca_db *db, ca_error *err)
{
    if (!ca_db_exec(db, "COMMIT", err)) {
        ca_db_rollback(db);
        return false;
    }
    return true;
}

void ca_db_rollback(ca_db *db)
{
    if (sqlite3_get_autocommit(db->handle) == 0) {
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    }
}

/* ---- backup ---- */

static bool copy_pages(ca_db *from, ca_db *to, ca_error *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(to->handle, "main", from->handle, "main");
    if (backup == NULL) {
        return fail_result(to, sqlite3_errcode(to->handle), err);
    }
    int stepped = sqlite3_backup_step(backup, -1);
    int result = sqlite3_backup_finish(backup);
    if (result != SQLITE_OK) {
        return fail_result(to, result, err);
    }
    if (stepped != SQLITE_DONE) { /* a lock on the source: finish takes that for no error */
        return ca_fail(err, code_of(stepped), "database: %s", sqlite3_errstr(stepped));
    }
    return ca_db_exec(to, "PRAGMA journal_mode = DELETE", err);
}

bool ca_db_backup(ca_db *db, const char *path, ca_error *err)
{
    bool existed = false;
    if (!create_private(path, &existed, err)) {
        return false;
    }
    if (existed) {
        return ca_fail(err, CA_EUSAGE, "%s exists already", path);
    }
    ca_db *copy = new_db(err);
    bool done =
        copy != NULL && open_handle(copy, path, CA_DB_WRITE, err) && copy_pages(db, copy, err);
    ca_db_close(copy);
    if (!done) {
        unlink(path);
        ca_error_context(err, "backup to %s", path);
    }
    return done;
}

/* ---- statements ---- */

static ca_stmt *find_statement(const ca_db *db, const char *sql)
{
    for (ca_stmt *stmt = db->statements; stmt != NULL; stmt = stmt->next) {
        /* The text is compared too, in case the address was a buffer that holds another now. */
        if (stmt->sql == sql && strcmp(sqlite3_sql(stmt->handle), sql) == 0) {
            return stmt;
        }
    }
    return NULL;
}

static ca_stmt *new_statement(ca_db *db, const char *sql, ca_error *err)
{
    sqlite3_stmt *handle = NULL;
    int result = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);
    if (result != SQLITE_OK) {
        fail_result(db, result, err);
        return NULL;
    }
    assert(handle != NULL && sqlite3_bind_parameter_count(handle) <= MAX_PARAMETERS);
    ca_stmt *stmt = ca_arena_alloc(db->arena, sizeof *stmt);
    if (stmt == NULL) {
        sqlite3_finalize(handle);
        ca_fail_memory(err);
        return NULL;
    }
    *stmt = (ca_stmt){.next = db->statements, .db = db, .sql = sql, .handle = handle};
    db->statements = stmt;
    return stmt;
}

ca_stmt *ca_db_prepare(ca_db *db, const char *sql, ca_error *err)
{
    ca_stmt *stmt = find_statement(db, sql);
    if (stmt == NULL) {
        return new_statement(db, sql, err);
    }
    sqlite3_reset(stmt->handle);
    sqlite3_clear_bindings(stmt->handle);
    stmt->bound = 0;
    stmt->bad_name[0] = '\0';
    stmt->bind_result = SQLITE_OK;
    return stmt;
}

/* ---- binding by name ---- */

/* The parameter's number, 0 (remembered as an error) when the statement has no such name. */
static int parameter(ca_stmt *stmt, const char *name)
{
    char full[sizeof stmt->bad_name];
    snprintf(full, sizeof full, ":%s", name);
    int number = sqlite3_bind_parameter_index(stmt->handle, full);
    if (number > 0) {
        stmt->bound |= UINT64_C(1) << (number - 1);
    } else if (stmt->bad_name[0] == '\0') {
        memcpy(stmt->bad_name, full, sizeof full);
    }
    return number;
}

static void keep_result(ca_stmt *stmt, int result)
{
    if (stmt->bind_result == SQLITE_OK) {
        stmt->bind_result = result;
    }
}

void ca_bind_text(ca_stmt *stmt, const char *name, const char *value)
{
    int number = parameter(stmt, name);
    if (number > 0) { /* a NULL value binds NULL */
        keep_result(stmt, sqlite3_bind_text(stmt->handle, number, value, -1, SQLITE_TRANSIENT));
    }
}

void ca_bind_int(ca_stmt *stmt, const char *name, int64_t value)
{
    int number = parameter(stmt, name);
    if (number > 0) {
        keep_result(stmt, sqlite3_bind_int64(stmt->handle, number, value));
    }
}

void ca_bind_real(ca_stmt *stmt, const char *name, double value)
{
    int number = parameter(stmt, name);
    if (number > 0) {
        keep_result(stmt, sqlite3_bind_double(stmt->handle, number, value));
    }
}

void ca_bind_null(ca_stmt *stmt, const char *name)
{
    int number = parameter(stmt, name);
    if (number > 0) {
        keep_result(stmt, sqlite3_bind_null(stmt->handle, number));
    }
}

static bool check_bindings(ca_stmt *stmt, ca_error *err)
{
    if (stmt->bad_name[0] != '\0') {
        return ca_fail(err, CA_EINTERNAL, "no parameter %s in: %s", stmt->bad_name, stmt->sql);
    }
    if (stmt->bind_result != SQLITE_OK) {
        return fail_result(stmt->db, stmt->bind_result, err);
    }
    for (int i = 0; i < sqlite3_bind_parameter_count(stmt->handle); i++) {
        if ((stmt->bound >> i & 1) == 0) {
            return ca_fail(err, CA_EINTERNAL, "parameter %s is not bound in: %s",
                           sqlite3_bind_parameter_name(stmt->handle, i + 1), stmt->sql);
        }
    }
    return true;
}

/* ---- stepping ---- */

/* SQLITE_ROW, SQLITE_DONE, or an error that is in err then; reset unless there is a row. */
static int step(ca_stmt *stmt, ca_error *err)
{
    int result = SQLITE_ERROR;
    if (check_bindings(stmt, err) && !inject_fault(err)) {
        result = sqlite3_step(stmt->handle);
        if (result != SQLITE_ROW && result != SQLITE_DONE) {
            fail_result(stmt->db, result, err);
        }
    }
    if (result != SQLITE_ROW) {
        sqlite3_reset(stmt->handle);
    }
    return result;
}

bool ca_step_row(ca_stmt *stmt, ca_error *err)
{
    assert(err != NULL);
    return step(stmt, err) == SQLITE_ROW;
}

bool ca_step_done(ca_stmt *stmt, ca_error *err)
{
    int result = step(stmt, err);
    if (result == SQLITE_ROW) {
        sqlite3_reset(stmt->handle);
        return ca_fail(err, CA_EINTERNAL, "a row where none is expected from: %s", stmt->sql);
    }
    return result == SQLITE_DONE;
}

void ca_stmt_reset(ca_stmt *stmt)
{
    sqlite3_reset(stmt->handle);
}

/* ---- columns ---- */

int ca_column_count(const ca_stmt *stmt)
{
    return sqlite3_column_count(stmt->handle);
}

const char *ca_column_name(const ca_stmt *stmt, int column)
{
    return sqlite3_column_name(stmt->handle, column);
}

ca_type ca_column_type(const ca_stmt *stmt, int column)
{
    switch (sqlite3_column_type(stmt->handle, column)) {
    case SQLITE_INTEGER: return CA_TYPE_INT;
    case SQLITE_FLOAT: return CA_TYPE_REAL;
    case SQLITE_NULL: return CA_TYPE_NULL;
    default: return CA_TYPE_TEXT;
    }
}

bool ca_column_is_null(const ca_stmt *stmt, int column)
{
    return ca_column_type(stmt, column) == CA_TYPE_NULL;
}

const char *ca_column_text(ca_stmt *stmt, int column)
{
    return (const char *)sqlite3_column_text(stmt->handle, column);
}

int64_t ca_column_int(const ca_stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt->handle, column);
}

double ca_column_real(const ca_stmt *stmt, int column)
{
    return sqlite3_column_double(stmt->handle, column);
}

void ca_db_version(ca_buf *out)
{
    ca_buf_printf(out, "SQLite %s", sqlite3_libversion());
}
