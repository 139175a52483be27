/* test_sample.c - the monthly draw: exact, stable, verifiable. */
#include "db_helpers.h"

#include "callaudit/sample.h"

static const char october[] = "2026-10-05T09:15:12+08:00";

static ca_draw_result draw(db_test *test, const char *seed, int rate_permille, int min)
{
    ca_error err = {0};
    const ca_draw how = {"2026-10", "Asia/Shanghai", seed, rate_permille, min};
    ca_draw_result result;
    (void)ca_sample_draw(test->db, &how, &result, test->arena, &err);
    assert_string_equal(err.msg, "");
    return result;
}

static void expect_no_draw(db_test *test, ca_draw how, const char *words)
{
    ca_error err = {0};
    ca_draw_result result;
    assert_false(ca_sample_draw(test->db, &how, &result, test->arena, &err));
    assert_int_equal(err.code, CA_EUSAGE);
    assert_non_null(strstr(err.msg, words));
}

static ca_strings verify(db_test *test)
{
    ca_error err = {0};
    ca_strings problems = {0};
    (void)ca_sample_verify(test->db, "2026-10", &problems, test->arena, &err);
    assert_string_equal(err.msg, "");
    return problems;
}

static void judge_range(db_test *test, const char *agent, int first, int last)
{
    for (int i = first; i <= last; i++) {
        const char *uid = ca_arena_printf(test->arena, "%s-%04d", agent, i);
        db_judge(test, uid, agent, october, 80);
    }
}

#define DUMP                                                                                       \
    "SELECT group_concat(row, char(10)) FROM (SELECT agent || ' ' || call_uid || ' ' || ticket"    \
    " || ' ' || rank || ' ' || state AS row FROM v_sample ORDER BY agent, rank)"

/* ---- arithmetic ---- */

/* Values by sha256sum. */
static void test_sample__ticket_is_a_plain_sha256(void **state)
{
    (void)state;
    assert_string_equal(ca_ticket("s33d", "2026-10", "c-1").hex,
                        "cc1a4dcd52d8c44d973656dca713a3782051e0e34d679b24d464ee2224a85fcd");
    assert_string_equal(ca_ticket("s33d", "2026-10", "呼叫|1").hex,
                        "906c36aca0ba491d87247e4a637babbef4902191a25adcedfa7848800bb6d3b4");
}

/* The least n with 1000 n >= rate N, counted up to. */
static int64_t slow_size(int64_t calls, int rate, int64_t min)
{
    int64_t n = 0;
    while (n < calls && (1000 * n < rate * calls || n < min)) {
        n++;
    }
    return n;
}

static void test_sample__size_is_exact(void **state)
{
    (void)state;
    static const int rates[] = {1, 25, 99, 100, 101, 333, 500, 999, 1000};
    static const int64_t mins[] = {0, 1, 5, 2000};
    for (int64_t calls = 0; calls <= 1000; calls++) {
        for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
            for (size_t m = 0; m < sizeof mins / sizeof mins[0]; m++) {
                assert_int_equal(ca_sample_size(calls, rates[r], mins[m]),
                                 slow_size(calls, rates[r], mins[m]));
            }
        }
    }
    assert_int_equal(ca_sample_size(10, 100, 1), 1);
    assert_int_equal(ca_sample_size(11, 100, 1), 2);
    assert_int_equal(ca_sample_size(INT64_MAX, 1000, 1), INT64_MAX);
    assert_int_equal(ca_sample_size(INT64_MAX, 1, 1), INT64_MAX / 1000 + 1);
}

static void test_sample__month_valid(void **state)
{
    (void)state;
    static const char *const good[] = {"2026-01", "2026-12", "0000-09"};
    static const char *const bad[] = {"",         "2026",     "2026-00", "2026-13", "2026-1",
                                      "2026-10 ", "2026-101", "2026/10", "202a-10", "2026-1b"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(ca_month_valid(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(ca_month_valid(bad[i]));
    }
}

/* 5 of 50 calls, 400 seeds: each call comes about 40 times. Chi-square with 49 degrees of freedom
 * lies within 24.0 and 85.4 with 99.8 % (Pearson; tables of NIST's handbook). */
static void test_sample__tickets_are_uniform(void **state)
{
    (void)state;
    enum { CALLS = 50, SEEDS = 400, SIZE = 5 };
    int times[CALLS] = {0};
    for (int s = 0; s < SEEDS; s++) {
        char seed[24];
        ca_hash tickets[CALLS];
        (void)snprintf(seed, sizeof seed, "seed%d", s);
        for (int c = 0; c < CALLS; c++) {
            char uid[24];
            (void)snprintf(uid, sizeof uid, "call-%d", c);
            tickets[c] = ca_ticket(seed, "2026-10", uid);
        }
        for (int c = 0; c < CALLS; c++) {
            int smaller = 0;
            for (int other = 0; other < CALLS; other++) {
                smaller += strcmp(tickets[other].hex, tickets[c].hex) < 0;
            }
            times[c] += smaller < SIZE;
        }
    }
    double expected = (double)SEEDS * SIZE / CALLS;
    double chi_square = 0;
    for (int c = 0; c < CALLS; c++) {
        chi_square += (times[c] - expected) * (times[c] - expected) / expected;
    }
    assert_true(chi_square > 24.0 && chi_square < 85.4);
}

/* ---- drawing ---- */

/* The tickets of an agent worked out apart from the program's own sorting. */
static void expect_smallest(db_test *test, const char *agent, int calls, int size)
{
    for (int i = 1; i <= calls; i++) {
        const char *uid = ca_arena_printf(test->arena, "%s-%04d", agent, i);
        ca_hash ticket = ca_ticket("s33d", "2026-10", uid);
        int rank = 1;
        for (int other = 1; other <= calls; other++) {
            const char *rival = ca_arena_printf(test->arena, "%s-%04d", agent, other);
            rank += strcmp(ca_ticket("s33d", "2026-10", rival).hex, ticket.hex) < 0;
        }
        const char *sql = ca_arena_printf(
            test->arena,
            "SELECT ticket || rank || state || seed FROM v_sample WHERE agent = '%s'"
            " AND call_uid = '%s'",
            agent, uid);
        const char *row = rank > size
                              ? "(none)"
                              : ca_arena_printf(test->arena, "%s%ddrawns33d", ticket.hex, rank);
        assert_string_equal(db_text(test, sql), row);
    }
}

static void test_sample__draws_the_smallest_tickets_of_each_agent(void **state)
{
    db_test *test = *state;
    judge_range(test, "ann", 1, 21);
    judge_range(test, "王芳", 1, 10);
    judge_range(test, "zoe", 1, 1);
    db_judge(test, "other-month", "ann", "2026-11-01T00:00:00+08:00", 80);
    ca_draw_result result = draw(test, "s33d", 100, 1);
    assert_int_equal(result.frame, 32);
    assert_int_equal(result.excluded, 0);
    assert_int_equal(result.drawn, 5);
    assert_int_equal(result.total, 5);
    assert_string_equal(result.seed, "s33d");
    expect_smallest(test, "ann", 21, 3);
    expect_smallest(test, "王芳", 10, 1);
    expect_smallest(test, "zoe", 1, 1);
    assert_int_equal(verify(test).count, 0);
}

static void test_sample__manifest_is_sorted_and_hashed(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_buf buf = {0};
    db_judge(test, "b", "zoe", october, 80);
    db_judge(test, "a|1", "ann", october, 80);
    db_judge(test, "Z", "王芳", october, 80);
    ca_draw_result result = draw(test, "s33d", 100, 1);
    assert_true(ca_sample_manifest(test->db, "2026-10", &buf, &err));
    assert_string_equal(ca_buf_text(&buf), "Z\t王芳\na|1\tann\nb\tzoe\n");
    assert_string_equal(result.manifest.hex, ca_hash_bytes(buf.data, buf.length).hex);
    assert_string_equal(db_text(test, "SELECT manifest_sha256 FROM frame_version"),
                        result.manifest.hex);
    ca_buf_release(&buf);
}

static void test_sample__drawing_again_changes_nothing(void **state)
{
    db_test *test = *state;
    judge_range(test, "ann", 1, 30);
    draw(test, "s33d", 100, 1);
    const char *before = db_text(test, DUMP);
    ca_draw_result again = draw(test, NULL, 100, 1);
    assert_int_equal(again.drawn, 0);
    assert_int_equal(again.total, 3);
    assert_string_equal(again.seed, "s33d");
    assert_string_equal(db_text(test, DUMP), before);
    assert_int_equal(db_int(test, "SELECT count(*) FROM frame_version"), 1);
}

static void test_sample__order_of_arrival_does_not_matter(void **state)
{
    db_test *test = *state;
    db_test *other = NULL;
    db_setup((void **)&other);
    judge_range(test, "ann", 1, 40);
    judge_range(test, "bob", 1, 15);
    for (int i = 15; i >= 1; i--) {
        judge_range(other, "bob", i, i);
    }
    for (int i = 40; i >= 1; i--) {
        judge_range(other, "ann", i, i);
    }
    ca_draw_result one = draw(test, "s33d", 100, 1);
    ca_draw_result two = draw(other, "s33d", 100, 1);
    assert_string_equal(one.manifest.hex, two.manifest.hex);
    assert_string_equal(db_text(test, DUMP), db_text(other, DUMP));
    db_teardown((void **)&other);
}

/* ---- late calls and top-ups ---- */

static void test_sample__late_calls_never_reshuffle(void **state)
{
    db_test *test = *state;
    judge_range(test, "ann", 1, 20);
    judge_range(test, "bob", 1, 20);
    draw(test, "s33d", 100, 1);
    db_exec(test, "CREATE TEMP TABLE first_draw AS SELECT call_uid, ticket FROM v_sample");
    judge_range(test, "ann", 21, 60);
    ca_draw_result late = draw(test, NULL, 100, 1);
    assert_int_equal(late.frame, 80);
    assert_int_equal(late.total, 4 + late.drawn);
    assert_int_equal(db_int(test, "SELECT count(*) FROM first_draw WHERE call_uid NOT IN"
                                  " (SELECT call_uid FROM v_sample)"),
                     0);
    assert_int_equal(db_int(test, "SELECT count(*) FROM v_sample WHERE agent = 'bob'"), 2);
    assert_int_equal(db_int(test, "SELECT count(*) FROM v_sample WHERE rank <= 6"
                                  " AND agent = 'ann'"),
                     6);
    /* What was not drawn at first is here because it is among the six smallest now. */
    assert_int_equal(db_int(test, "SELECT count(*) FROM v_sample WHERE rank > 6"
                                  " AND call_uid NOT IN (SELECT call_uid FROM first_draw)"),
                     0);
    assert_int_equal(db_int(test, "SELECT count(*) FROM frame_version"), 2);
    assert_int_equal(db_int(test, "SELECT count(DISTINCT manifest_sha256) FROM frame_version"), 2);
    assert_int_equal(verify(test).count, 0);
}

/* However the month's calls trickle in, the sample holds what one draw at the end would hold. */
static void test_sample__trickle_holds_the_final_draw(void **state)
{
    db_test *test = *state;
    for (int i = 1; i <= 60; i++) {
        judge_range(test, "ann", i, i);
        if (i % 3 == 0) {
            draw(test, "s33d", 100, 1);
        }
    }
    assert_int_equal(db_int(test, "SELECT count(*) FROM v_sample WHERE rank <= 6"), 6);
    assert_in_range(db_int(test, "SELECT count(*) FROM v_sample"), 7, 30);
    assert_int_equal(db_int(test, "SELECT count(*) FROM frame_version"), 20);
    assert_int_equal(verify(test).count, 0);
}

static void test_sample__higher_rate_tops_up(void **state)
{
    db_test *test = *state;
    judge_range(test, "ann", 1, 20);
    draw(test, "s33d", 100, 1);
    ca_draw_result more = draw(test, NULL, 200, 1);
    assert_int_equal(more.drawn, 2);
    assert_int_equal(more.total, 4);
    expect_smallest(test, "ann", 20, 4);
    ca_draw_result less = draw(test, NULL, 50, 1);
    assert_int_equal(less.drawn, 0);
    assert_int_equal(less.total, 4);
    assert_int_equal(draw(test, NULL, 50, 9).total, 9);
    assert_int_equal(verify(test).count, 0);
}

/* ---- what stays out ---- */

static void test_sample__excluded_calls_have_reasons(void **state)
{
    db_test *test = *state;
    judge_range(test, "ann", 1, 3);
    db_judge(test, "nobody", NULL, october, 80);
    db_fail(test, "short", "ann", october, CA_FAILED, CA_REASON_TOO_SHORT);
    db_fail(test, "still", "ann", october, CA_QUEUED, CA_REASON_GROWING);
    db_fail(test, "twice", "ann", october, CA_DUPLICATE_OF, CA_REASON_DUPLICATE);
    db_fail(test, "other", "ann", "2026-09-30T23:59:59+08:00", CA_FAILED, CA_REASON_EMPTY);
    ca_draw_result result = draw(test, "s33d", 1000, 1);
    assert_int_equal(result.frame, 3);
    assert_int_equal(result.excluded, 3);
    assert_string_equal(
        db_text(test, "SELECT group_concat(row) FROM (SELECT call_uid || '=' || reason AS row"
                      " FROM frame_excluded ORDER BY call_uid)"),
        "nobody=no-metadata,short=too-short,still=growing");
    db_judge(test, "still", "ann", october, 80); /* it is whole now */
    result = draw(test, NULL, 1000, 1);
    assert_int_equal(result.frame, 4);
    assert_int_equal(result.excluded, 2);
    assert_int_equal(verify(test).count, 0);
}

static void test_sample__undated_recordings_are_counted(void **state)
{
    db_test *test = *state;
    judge_range(test, "ann", 1, 3);
    db_fail(test, "when", "ann", NULL, CA_FAILED, CA_REASON_NO_METADATA);
    ca_draw_result result = draw(test, "s33d", 100, 1);
    assert_int_equal(result.undated, 1);
    assert_int_equal(result.excluded, 0);
}

static bool has_path(db_test *test, const char *path)
{
    ca_error err = {0};
    bool has = false;
    (void)ca_sample_has_path(test->db, path, &has, &err);
    assert_string_equal(err.msg, "");
    return has;
}

static void test_sample__has_path(void **state)
{
    db_test *test = *state;
    judge_range(test, "ann", 1, 20);
    draw(test, "s33d", 100, 1);
    int drawn = 0;
    for (int i = 1; i <= 20; i++) {
        drawn += has_path(test, ca_arena_printf(test->arena, "/rec/ann-%04d.wav", i));
    }
    assert_int_equal(drawn, 2);
    assert_false(has_path(test, "/rec/none.wav"));
    const char *path = db_text(test, "SELECT path FROM v_call WHERE call_uid ="
                                     " (SELECT call_uid FROM v_sample WHERE rank = 1)");
    db_exec(test, "UPDATE sample_ticket SET state = 'reviewed'");
    assert_true(has_path(test, path));
    db_exec(test, "UPDATE sample_ticket SET state = 'replaced'");
    assert_false(has_path(test, path));
}

/* ---- refusals ---- */

static void test_sample__seed_is_fixed_by_the_first_draw(void **state)
{
    db_test *test = *state;
    judge_range(test, "ann", 1, 10);
    draw(test, "s33d", 100, 1);
    expect_no_draw(test, (ca_draw){"2026-10", "UTC", "other", 100, 1}, "seed s33d");
    assert_int_equal(verify(test).count, 0);
}

static void test_sample__time_zone_is_fixed_by_the_first_draw(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_draw_result result;
    judge_range(test, "ann", 1, 10);
    draw(test, "s33d", 100, 1);
    expect_no_draw(test, (ca_draw){"2026-10", "Asia/Tokyo", "s33d", 100, 1},
                   "time zone Asia/Shanghai");
    expect_no_draw(test, (ca_draw){"2026-10", "Asia/Tokyo", NULL, 200, 1}, "Asia/Tokyo");
    assert_int_equal(db_int(test, "SELECT count(*) FROM frame_version"), 1);
    const ca_draw again = {"2026-10", "Asia/Shanghai", NULL, 100, 1};
    assert_true(ca_sample_draw(test->db, &again, &result, test->arena, &err));
    assert_string_equal(result.timezone, "Asia/Shanghai");
}

static void test_sample__bad_orders_are_refused(void **state)
{
    db_test *test = *state;
    char longest[130];
    memset(longest, 'x', sizeof longest);
    longest[129] = '\0';
    judge_range(test, "ann", 1, 10);
    expect_no_draw(test, (ca_draw){"2026-13", "UTC", "s", 100, 1}, "no month");
    expect_no_draw(test, (ca_draw){"2026-10", "UTC", "a|b", 100, 1}, "seed");
    expect_no_draw(test, (ca_draw){"2026-10", "UTC", "a b", 100, 1}, "seed");
    expect_no_draw(test, (ca_draw){"2026-10", "UTC", "é", 100, 1}, "seed");
    expect_no_draw(test, (ca_draw){"2026-10", "UTC", "", 100, 1}, "seed");
    expect_no_draw(test, (ca_draw){"2026-10", "UTC", longest, 100, 1}, "seed");
    expect_no_draw(test, (ca_draw){"2026-10", "UTC", "s", 0, 1}, "rate");
    expect_no_draw(test, (ca_draw){"2026-10", "UTC", "s", 1001, 1}, "rate");
    expect_no_draw(test, (ca_draw){"2026-10", "UTC", "s", 100, -1}, "least number");
    expect_no_draw(test, (ca_draw){"2026-09", "UTC", "s", 100, 1}, "no judged call");
    assert_int_equal(db_int(test, "SELECT count(*) FROM sample_month"), 0);
    longest[128] = '\0';
    assert_int_equal(draw(test, longest, 100, 1).total, 1);
}

static void test_sample__random_seed_has_32_hex_digits(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    judge_range(test, "ann", 1, 10);
    db_judge(test, "november", "ann", "2026-11-01T00:00:00+08:00", 80);
    ca_draw_result one = draw(test, NULL, 100, 1);
    const ca_draw how = {"2026-11", "Asia/Shanghai", NULL, 100, 1};
    ca_draw_result two;
    assert_true(ca_sample_draw(test->db, &how, &two, test->arena, &err));
    assert_int_equal(strlen(one.seed), 32);
    assert_int_equal(strspn(one.seed, "0123456789abcdef"), 32);
    assert_string_not_equal(one.seed, two.seed);
    assert_int_equal(verify(test).count, 0);
}

/* ---- verifying ---- */

static void test_sample__verify_needs_a_draw(void **state)
{
    db_test *test = *state;
    ca_strings problems = verify(test);
    assert_int_equal(problems.count, 1);
    assert_string_equal(problems.items[0], "no sample was drawn for 2026-10");
}

static void test_sample__verify_sees_tampering(void **state)
{
    db_test *test = *state;
    static const struct {
        const char *sql, *words;
    } cases[] = {
        {"UPDATE frame SET agent = 'bob' WHERE call_uid = 'ann-0001'", "manifest"},
        {"DELETE FROM frame WHERE call_uid NOT IN (SELECT call_uid FROM sample_ticket)",
         "manifest"},
        {"UPDATE frame_version SET manifest_sha256 = replace(manifest_sha256, '0', '1')",
         "manifest"},
        {"UPDATE frame_version SET rate_permille = 50", "not among the smallest"},
        {"DELETE FROM sample_ticket WHERE rank = 2", "was not drawn"},
        {"UPDATE sample_ticket SET call_uid = (SELECT call_uid FROM frame WHERE call_uid NOT IN"
         " (SELECT call_uid FROM sample_ticket)) WHERE rank = 1",
         "not among the smallest"},
        {"UPDATE sample_ticket SET ticket = replace(ticket, 'a', 'b')", "another ticket"},
        {"UPDATE sample_ticket SET agent = 'bob' WHERE rank = 1", "another agent"},
        {"UPDATE sample_ticket SET rank = 7 WHERE rank = 1", "another rank"},
        {"UPDATE sample_month SET seed = 'mine'", "another ticket"},
        {"/*fk*/ DELETE FROM frame WHERE call_uid IN"
         " (SELECT call_uid FROM sample_ticket WHERE rank = 1)",
         "not in the frame"},
        {"/*fk*/ UPDATE sample_ticket SET version = 2", "another version"},
    };
    judge_range(test, "ann", 1, 30);
    draw(test, "s33d", 100, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        db_exec(test, "PRAGMA foreign_keys = ON");
        db_exec(test, ca_arena_printf(test->arena, "%s",
                                      strstr(cases[i].sql, "fk") != NULL
                                          ? "PRAGMA foreign_keys = OFF; BEGIN"
                                          : "BEGIN"));
        db_exec(test, cases[i].sql);
        ca_strings problems = verify(test);
        bool seen = false;
        for (size_t p = 0; p < problems.count; p++) {
            seen = seen || strstr(problems.items[p], cases[i].words) != NULL;
        }
        if (!seen) {
            fail_msg("not seen: %s", cases[i].sql);
        }
        db_exec(test, "ROLLBACK");
        assert_int_equal(verify(test).count, 0);
    }
}

/* ---- faults ---- */

#ifdef CA_FAULTS
/* Whatever step fails, the frame is frozen as a whole or not at all, and drawing again ends where
 * an undisturbed draw ends. */
static void test_sample__any_failing_step_can_be_drawn_again(void **state)
{
    db_test *test = *state;
    judge_range(test, "ann", 1, 20);
    judge_range(test, "bob", 1, 5);
    draw(test, "s33d", 100, 1);
    const char *whole = db_text(test, DUMP);
    const ca_draw how = {"2026-10", "Asia/Shanghai", "s33d", 100, 1};
    bool drawn = false;
    long fault = 0;
    while (!drawn) {
        ca_error err = {0};
        ca_draw_result result;
        db_exec(test, "DELETE FROM sample_ticket; DELETE FROM frame; DELETE FROM frame_excluded;"
                      "DELETE FROM frame_version; DELETE FROM sample_month");
        ca_db_fail_at = ++fault;
        drawn = ca_sample_draw(test->db, &how, &result, test->arena, &err);
        ca_db_fail_at = 0;
        assert_int_equal(err.code, drawn ? CA_OK : CA_EIO);
        int64_t frozen = db_int(test, "SELECT count(*) FROM frame");
        assert_true(frozen == 0 || frozen == 25);
        assert_int_equal(db_int(test, "SELECT count(*) FROM frame_version"), frozen / 25);
        int64_t tickets = db_int(test, "SELECT count(*) FROM sample_ticket");
        assert_true(tickets == 0 || tickets == 3);
        draw(test, "s33d", 100, 1);
        assert_string_equal(db_text(test, DUMP), whole);
        assert_in_range(fault, 1, 1000);
    }
    assert_true(fault > 50);
}
#endif

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_sample__##name, db_setup, db_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample__ticket_is_a_plain_sha256),
        cmocka_unit_test(test_sample__size_is_exact),
        cmocka_unit_test(test_sample__month_valid),
        cmocka_unit_test(test_sample__tickets_are_uniform),
        T(draws_the_smallest_tickets_of_each_agent),
        T(manifest_is_sorted_and_hashed),
        T(drawing_again_changes_nothing),
        T(order_of_arrival_does_not_matter),
        T(late_calls_never_reshuffle),
        T(trickle_holds_the_final_draw),
        T(higher_rate_tops_up),
        T(excluded_calls_have_reasons),
        T(undated_recordings_are_counted),
        T(has_path),
        T(seed_is_fixed_by_the_first_draw),
        T(time_zone_is_fixed_by_the_first_draw),
        T(bad_orders_are_refused),
        T(random_seed_has_32_hex_digits),
        T(verify_needs_a_draw),
        T(verify_sees_tampering),
#ifdef CA_FAULTS
        T(any_failing_step_can_be_drawn_again),
#endif
    };
    return cmocka_run_group_tests_name("sample", tests, NULL, NULL);
}
