/* test_db.c - SQLite behind a few calls, and the schema. */
#include "db_helpers.h"

#include "callaudit/schema.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const char *in_home(db_test *test, const char *name)
{
    return ca_path_join(test->arena, test->home, name);
}

/* A database that some other program, or another version of ours, made. */
static const char *make_foreign(db_test *test, const char *name, const char *sql)
{
    const char *path = in_home(test, name);
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
    return path;
}

static void expect_refused(const char *path, ca_db_mode mode, const char *words)
{
    ca_error err = {0};
    assert_null(ca_db_open(path, mode, &err));
    assert_int_equal(err.code, CA_ESETUP);
    assert_non_null(strstr(err.msg, words));
    assert_non_null(strstr(err.msg, path));
}

/* ---- opening ---- */

static void test_db__new_file_is_private_and_current(void **state)
{
    db_test *test = *state;
    struct stat info;
    assert_int_equal(stat(test->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(db_int(test, "PRAGMA user_version"), CA_SCHEMA_VERSION);
    assert_int_equal(db_int(test, "PRAGMA application_id"), CA_SCHEMA_APPLICATION);
    assert_string_equal(db_text(test, "PRAGMA journal_mode"), "wal");
    assert_int_equal(db_int(test, "PRAGMA foreign_keys"), 1);
    assert_int_equal(stat(in_home(test, "t.db-wal"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

/* ":memory:" and the like mean something else to SQLite. */
static void test_db__every_name_is_a_file(void **state)
{
    db_test *test = *state;
    static const char *const names[] = {":memory:", "file:x.db?mode=memory", "plain.db"};
    char *before = realpath(".", NULL);
    assert_non_null(before);
    assert_int_equal(chdir(test->home), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ca_error err = {0};
        ca_db *db = ca_db_open(names[i], CA_DB_WRITE, &err);
        assert_string_equal(err.msg, "");
        ca_db_close(db);
        db = ca_db_open(names[i], CA_DB_READ, &err); /* it is not empty */
        assert_string_equal(err.msg, "");
        ca_db_close(db);
        assert_int_equal(access(names[i], F_OK), 0);
    }
    ca_error err = {0};
    assert_null(ca_db_open("", CA_DB_READ, &err));
    assert_int_equal(chdir(before), 0);
    free(before);
}

static void test_db__opens_again_to_read_or_update(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_db *reader = ca_db_open(test->path, CA_DB_READ, &err);
    assert_non_null(reader);
    assert_false(ca_db_exec(reader, "DELETE FROM call", &err));
    assert_int_equal(err.code, CA_ESETUP);
    ca_db_close(reader);
    err = (ca_error){0};
    ca_db *writer = ca_db_open(test->path, CA_DB_UPDATE, &err);
    assert_non_null(writer);
    assert_true(ca_db_exec(writer, "DELETE FROM call", &err));
    ca_db_close(writer);
}

static void test_db__missing_file_is_made_by_write_alone(void **state)
{
    db_test *test = *state;
    const char *path = in_home(test, "none.db");
    expect_refused(path, CA_DB_READ, "no such database");
    expect_refused(path, CA_DB_UPDATE, "no such database");
    assert_int_not_equal(access(path, F_OK), 0);
}

static void test_db__empty_file_is_filled_by_writing_only(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    const char *path = in_home(test, "empty.db");
    assert_true(ca_write_file(path, "", 0, &err));
    expect_refused(path, CA_DB_READ, "empty");
    ca_db *db = ca_db_open(path, CA_DB_WRITE, &err);
    assert_non_null(db);
    ca_db_close(db);
}

static void test_db__foreign_database_is_refused_unchanged(void **state)
{
    db_test *test = *state;
    const char *tables = make_foreign(test, "f1.db", "CREATE TABLE bookmark (url)");
    const char *named = make_foreign(test, "f2.db", "PRAGMA application_id = 7");
    ca_error err = {0};
    ca_bytes before;
    ca_bytes after;
    assert_true(ca_read_file(tables, 1 << 20, &before, test->arena, &err));
    expect_refused(tables, CA_DB_WRITE, "not one of callaudit");
    expect_refused(named, CA_DB_WRITE, "not one of callaudit");
    expect_refused(tables, CA_DB_READ, "not one of callaudit");
    assert_true(ca_read_file(tables, 1 << 20, &after, test->arena, &err));
    assert_int_equal(before.length, after.length);
    assert_memory_equal(before.data, after.data, before.length);
}

static void test_db__file_that_is_no_database_is_refused(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    char text[2048];
    memset(text, 'x', sizeof text);
    const char *path = in_home(test, "text.db");
    assert_true(ca_write_file(path, text, sizeof text, &err));
    expect_refused(path, CA_DB_WRITE, "not a database");
}

static void test_db__newer_database_is_refused(void **state)
{
    db_test *test = *state;
    const char *path = make_foreign(test, "new.db",
                                    "PRAGMA application_id = 0x43417564; PRAGMA user_version = 99");
    expect_refused(path, CA_DB_WRITE, "newer");
    expect_refused(path, CA_DB_READ, "newer");
}

/* Several processes may be the first to open a database. */
static void test_db__processes_may_create_it_together(void **state)
{
    db_test *test = *state;
    const char *path = in_home(test, "race.db");
    enum { PROCESSES = 6 };
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            ca_error err = {0};
            ca_db *db = ca_db_open(path, CA_DB_WRITE, &err);
            if (db == NULL) {
                fprintf(stderr, "%s\n", err.msg);
            }
            ca_db_close(db);
            _exit(db != NULL ? 0 : 1);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
}

/* ---- statements ---- */

static const char sql_two[] = "SELECT :a + :b";

static void test_db__binds_by_name(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_stmt *stmt = ca_db_prepare(test->db, sql_two, &err);
    ca_bind_int(stmt, "b", 40);
    ca_bind_int(stmt, "a", 2);
    assert_true(ca_step_row(stmt, &err));
    assert_int_equal(ca_column_int(stmt, 0), 42);
    assert_false(ca_step_row(stmt, &err));
    assert_int_equal(err.code, CA_OK);
}

static void test_db__unbound_parameter_is_an_error(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_stmt *stmt = ca_db_prepare(test->db, sql_two, &err);
    ca_bind_int(stmt, "a", 1);
    assert_false(ca_step_row(stmt, &err));
    assert_int_equal(err.code, CA_EINTERNAL);
    assert_non_null(strstr(err.msg, ":b is not bound"));
}

static void test_db__unknown_name_is_an_error(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_stmt *stmt = ca_db_prepare(test->db, sql_two, &err);
    ca_bind_int(stmt, "a", 1);
    ca_bind_int(stmt, "b", 1);
    ca_bind_text(stmt, "c", "x");
    assert_false(ca_step_done(stmt, &err));
    assert_int_equal(err.code, CA_EINTERNAL);
    assert_non_null(strstr(err.msg, "no parameter :c"));
}

static void test_db__prepare_clears_what_was_bound(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_stmt *first = ca_db_prepare(test->db, sql_two, &err);
    ca_bind_int(first, "a", 1);
    ca_bind_int(first, "b", 1);
    assert_true(ca_step_row(first, &err));
    ca_stmt *again = ca_db_prepare(test->db, sql_two, &err);
    assert_ptr_equal(first, again);
    ca_bind_int(again, "a", 1);
    assert_false(ca_step_row(again, &err));
    assert_non_null(strstr(err.msg, ":b is not bound"));
}

static void test_db__another_text_at_the_same_address_is_another_statement(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    char sql[32] = "SELECT 1";
    ca_stmt *stmt = ca_db_prepare(test->db, sql, &err);
    assert_true(ca_step_row(stmt, &err));
    memcpy(sql, "SELECT 2", 9);
    stmt = ca_db_prepare(test->db, sql, &err);
    assert_true(ca_step_row(stmt, &err));
    assert_int_equal(ca_column_int(stmt, 0), 2);
}

static void test_db__row_where_none_is_expected_is_an_error(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    assert_false(ca_step_done(ca_db_prepare(test->db, "SELECT 1", &err), &err));
    assert_int_equal(err.code, CA_EINTERNAL);
}

static void test_db__column_types(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_stmt *stmt = ca_db_prepare(test->db, "SELECT 7 AS n, 0.5, 'x', :v", &err);
    ca_bind_text(stmt, "v", NULL);
    assert_true(ca_step_row(stmt, &err));
    assert_int_equal(ca_column_count(stmt), 4);
    assert_string_equal(ca_column_name(stmt, 0), "n");
    assert_int_equal(ca_column_type(stmt, 0), CA_TYPE_INT);
    assert_int_equal(ca_column_type(stmt, 1), CA_TYPE_REAL);
    assert_int_equal(ca_column_type(stmt, 2), CA_TYPE_TEXT);
    assert_true(ca_column_is_null(stmt, 3));
    assert_null(ca_column_text(stmt, 3));
    assert_true(ca_column_real(stmt, 1) == 0.5);
}

/* ---- transactions ---- */

static void test_db__rollback_undoes(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    assert_true(ca_db_begin(test->db, &err));
    db_exec(test, "INSERT INTO ruleset (hash) VALUES ('a')");
    ca_db_rollback(test->db);
    ca_db_rollback(test->db); /* without a transaction: nothing */
    assert_int_equal(db_int(test, "SELECT count(*) FROM ruleset"), 0);
    assert_true(ca_db_begin(test->db, &err));
    db_exec(test, "INSERT INTO ruleset (hash) VALUES ('a')");
    assert_true(ca_db_commit(test->db, &err));
    assert_int_equal(db_int(test, "SELECT count(*) FROM ruleset"), 1);
}

static void test_db__constraints_hold(void **state)
{
    db_test *test = *state;
    static const char *const wrong[] = {
        "INSERT INTO judgement (call_id, made_at, program, decided, unsure_share, critical)"
        " VALUES (77, '', '', 0, 0, 0)",
        "INSERT INTO recording (path, size, mtime_ns, status) VALUES ('p', 0, 0, 'lost')",
        "INSERT INTO recording (path, size, mtime_ns, status) VALUES ('p', 0, 0, 'judged')",
        "INSERT INTO recording (path, size, mtime_ns, status) VALUES ('p', 'big', 0, 'failed')",
        "INSERT INTO recording (path, size, mtime_ns, status, reason)"
        " VALUES ('p', 0, 0, 'failed', 'bored')",
        "INSERT INTO sample_month VALUES ('2026-10', 'a|b', 'UTC')",
        "INSERT INTO sample_month VALUES ('2026', 'a', 'UTC')",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ca_error err = {0};
        assert_false(ca_db_exec(test->db, wrong[i], &err));
        assert_int_equal(err.code, CA_EINTERNAL);
    }
}

/* ---- backup ---- */

static void test_db__backup_is_a_private_copy(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    struct stat info;
    const char *path = in_home(test, "copy.db");
    db_judge(test, "c-1", "ann", "2026-10-05T09:15:12+08:00", 80);
    assert_true(ca_db_backup(test->db, path, &err));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_not_equal(access(in_home(test, "copy.db-wal"), F_OK), 0);
    ca_db *copy = ca_db_open(path, CA_DB_READ, &err);
    assert_non_null(copy);
    ca_stmt *stmt = ca_db_prepare(copy, "SELECT call_uid FROM v_call", &err);
    assert_true(ca_step_row(stmt, &err));
    assert_string_equal(ca_column_text(stmt, 0), "c-1");
    ca_db_close(copy);
}

static void test_db__backup_never_overwrites(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_bytes bytes;
    const char *path = in_home(test, "mine.txt");
    assert_true(ca_write_file(path, "precious", 8, &err));
    assert_false(ca_db_backup(test->db, path, &err));
    assert_int_equal(err.code, CA_EUSAGE);
    err = (ca_error){0};
    assert_true(ca_read_file(path, 100, &bytes, test->arena, &err));
    assert_string_equal(bytes.data, "precious");
}

/* A database that cannot be copied, here for its own transaction, leaves no copy behind. */
static void test_db__backup_that_fails_leaves_nothing(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    const char *path = in_home(test, "copy.db");
    db_exec(test, "BEGIN IMMEDIATE; DELETE FROM call");
    assert_false(ca_db_backup(test->db, path, &err));
    assert_int_equal(err.code, CA_EIO);
    assert_non_null(strstr(err.msg, "locked"));
    assert_int_not_equal(access(path, F_OK), 0);
    db_exec(test, "ROLLBACK");
    err = (ca_error){0};
    assert_true(ca_db_backup(test->db, path, &err));
}

/* ---- problems ---- */

static void test_db__sound_database_has_no_problems(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_strings problems = {0};
    db_judge(test, "c-1", "ann", "2026-10-05T09:15:12+08:00", 80);
    assert_true(ca_schema_problems(test->db, &problems, test->arena, &err));
    assert_int_equal(problems.count, 0);
}

static void test_db__problems_are_named(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_strings problems = {0};
    db_judge(test, "c-1", "ann", "2026-10-05T09:15:12+08:00", 80);
    db_judge(test, "c-2", "ann", "2026-10-05T09:15:12+08:00", 80);
    db_exec(test, "PRAGMA foreign_keys = OFF");
    db_exec(test, "DELETE FROM judgement WHERE id = 1");
    db_exec(test, "UPDATE finding SET hit_count = 3 WHERE judgement_id = 2");
    db_exec(test, "INSERT INTO line VALUES (2, 0, 'agent', 'phrase', 0, 1, 1.0, 0, 4)");
    assert_true(ca_schema_problems(test->db, &problems, test->arena, &err));
    assert_int_equal(problems.count, 4);
    assert_non_null(strstr(problems.items[0], "foreign key: finding"));
    assert_non_null(strstr(problems.items[1], "call c-1 has no judgement"));
    assert_non_null(strstr(problems.items[2], "call c-2: finding 0"));
    assert_non_null(strstr(problems.items[3], "call c-2: line 0"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_db__##name, db_setup, db_teardown)
    const struct CMUnitTest tests[] = {
        T(new_file_is_private_and_current),
        T(opens_again_to_read_or_update),
        T(missing_file_is_made_by_write_alone),
        T(every_name_is_a_file),
        T(empty_file_is_filled_by_writing_only),
        T(foreign_database_is_refused_unchanged),
        T(file_that_is_no_database_is_refused),
        T(newer_database_is_refused),
        T(processes_may_create_it_together),
        T(binds_by_name),
        T(unbound_parameter_is_an_error),
        T(unknown_name_is_an_error),
        T(prepare_clears_what_was_bound),
        T(another_text_at_the_same_address_is_another_statement),
        T(row_where_none_is_expected_is_an_error),
        T(column_types),
        T(rollback_undoes),
        T(constraints_hold),
        T(backup_is_a_private_copy),
        T(backup_never_overwrites),
        T(backup_that_fails_leaves_nothing),
        T(sound_database_has_no_problems),
        T(problems_are_named),
    };
    return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
