/* db_helpers.h - a database in a folder of the test's own, and calls to put into it. */
#ifndef DB_HELPERS_H
#define DB_HELPERS_H

#include "test_helpers.h"

#include "callaudit/db.h"
#include "callaudit/fs.h"
#include "callaudit/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct db_test {
    char home[64];
    char path[96];
    ca_arena *arena;
    ca_db *db;
} db_test;

/* cmocka group or test fixtures: *state is a db_test with an open, empty database. */
static inline int db_setup(void **state)
{
    db_test *test = calloc(1, sizeof *test);
    assert_non_null(test);
    (void)snprintf(test->home, sizeof test->home, "/tmp/callaudit-db.XXXXXX");
    assert_non_null(mkdtemp(test->home));
    (void)snprintf(test->path, sizeof test->path, "%s/t.db", test->home);
    ca_error err = {0};
    test->arena = ca_arena_new(0);
    test->db = ca_db_open(test->path, CA_DB_WRITE, &err);
    assert_string_equal(err.msg, "");
    assert_non_null(test->db);
    (void)ca_db_exec(test->db, "PRAGMA synchronous = OFF", &err); /* nobody pulls the plug here */
    *state = test;
    return 0;
}

static inline int db_teardown(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_strings names = {0};
    ca_db_close(test->db);
    assert_true(ca_list_folder(test->home, &names, test->arena, &err));
    for (size_t i = 0; i < names.count; i++) {
        assert_int_equal(unlink(ca_path_join(test->arena, test->home, names.items[i])), 0);
    }
    assert_int_equal(rmdir(test->home), 0);
    ca_arena_free(test->arena);
    free(test);
    return 0;
}

/* The first column of the first row, "(null)" or "(none)"; in the test's arena. */
static inline const char *db_text(db_test *test, const char *sql)
{
    ca_error err = {0};
    ca_stmt *stmt = ca_db_prepare(test->db, sql, &err);
    assert_string_equal(err.msg, "");
    if (!ca_step_row(stmt, &err)) {
        assert_string_equal(err.msg, "");
        return "(none)";
    }
    const char *text = ca_column_text(stmt, 0);
    text = ca_arena_strdup(test->arena, text != NULL ? text : "(null)");
    ca_stmt_reset(stmt);
    return text;
}

static inline int64_t db_int(db_test *test, const char *sql)
{
    return strtoll(db_text(test, sql), NULL, 10);
}

static inline void db_exec(db_test *test, const char *sql)
{
    ca_error err = {0};
    (void)ca_db_exec(test->db, sql, &err);
    assert_string_equal(err.msg, "");
}

/* A judged call with one satisfied rule; the hash is made of the uid. */
static inline ca_call db_call(db_test *test, const char *uid, const char *agent,
                              const char *started_at, double points)
{
    ca_call call = {
        .meta = {.call_uid = uid, .agent = agent, .started_at = started_at, .team = "north"},
        .path = ca_arena_printf(test->arena, "/rec/%s.wav", uid),
        .sha256 = ca_arena_strdup(test->arena, ca_hash_bytes(uid, strlen(uid)).hex),
        .duration_ms = 60000,
        .sample_rate = 8000,
        .rulesets = "courtesy@1f",
        .score = {.decided = true, .points = points},
    };
    ca_finding *finding = ca_push(test->arena, &call.findings);
    assert_non_null(finding);
    *finding = (ca_finding){.ruleset = "1f",
                            .rule_id = "greeting",
                            .title = "Greets",
                            .weight = 10,
                            .verdict = CA_MISS,
                            .nearest = -1,
                            .window_end_ms = 60000};
    return call;
}

static inline void db_judge(db_test *test, const char *uid, const char *agent,
                            const char *started_at, double points)
{
    ca_error err = {0};
    ca_call call = db_call(test, uid, agent, started_at, points);
    (void)ca_store_call(test->db, &call, 1000, 1, "0.1.0", &err);
    assert_string_equal(err.msg, "");
}

static inline void db_fail(db_test *test, const char *uid, const char *agent,
                           const char *started_at, ca_status status, ca_reason reason)
{
    ca_error err = {0};
    ca_error why = {0};
    ca_fail_call(&why, reason, "because");
    ca_call call = db_call(test, uid, agent, started_at, 0);
    (void)ca_store_failure(test->db, &call, 1000, 1, status, &why, &err);
    assert_string_equal(err.msg, "");
}

#endif
