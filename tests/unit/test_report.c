/* test_report.c - intervals, periods, and the reports in their three formats. */
#include "db_helpers.h"

#include "callaudit/report.h"
#include "callaudit/sample.h"
#include "callaudit/table.h"

#include <math.h>
#include <sqlite3.h>

static const char october[] = "2026-10-05T09:15:12+08:00";

typedef bool report(ca_db *db, const ca_period *period, ca_format format, ca_buf *out,
                    ca_error *err);

static const char *run(db_test *test, report *which, ca_span span, const char *text,
                       ca_format format)
{
    ca_error err = {0};
    ca_buf buf = {0};
    ca_period period;
    assert_true(ca_period_parse(span, text, &period));
    (void)which(test->db, &period, format, &buf, &err);
    assert_string_equal(err.msg, "");
    const char *copy = ca_arena_strdup(test->arena, ca_buf_text(&buf));
    ca_buf_release(&buf);
    return copy;
}

static const char *export(db_test *test, const char *month)
{
    ca_error err = {0};
    ca_buf buf = {0};
    (void)ca_report_export(test->db, month, &buf, &err);
    assert_string_equal(err.msg, "");
    const char *copy = ca_arena_strdup(test->arena, ca_buf_text(&buf));
    ca_buf_release(&buf);
    return copy;
}

static void draw(db_test *test, const char *month, int rate_permille, int min)
{
    ca_error err = {0};
    const ca_draw how = {month, "Asia/Shanghai", "s33d", rate_permille, min};
    ca_draw_result result;
    (void)ca_sample_draw(test->db, &how, &result, test->arena, &err);
    assert_string_equal(err.msg, "");
}

static void judge_many(db_test *test, const char *agent, const char *month, int calls)
{
    for (int i = 0; i < calls; i++) {
        const char *uid = ca_arena_printf(test->arena, "%s-%s-%d", agent, month, i);
        const char *started = ca_arena_printf(test->arena, "%s-05T09:15:12+08:00", month);
        db_judge(test, uid, agent, started, i * 37 % 101);
    }
}

static double db_real(db_test *test, const char *sql)
{
    return strtod(db_text(test, sql), NULL);
}

/* ---- Wilson ---- */

/* R. G. Newcombe 1998, Two-sided confidence intervals for the single proportion: comparison of
 * seven methods, Statistics in Medicine 17, 857-872, table I, method 3 (score, no correction). */
static void test_report__wilson_as_published(void **state)
{
    (void)state;
    static const struct {
        int64_t hits, n;
        double low, high;
    } cases[] = {{81, 263, 0.2553, 0.3662},
                 {15, 148, 0.0624, 0.1605},
                 {0, 20, 0.0000, 0.1611},
                 {1, 29, 0.0061, 0.1718}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double low = -1;
        double high = -1;
        ca_wilson((double)cases[i].hits / (double)cases[i].n, cases[i].n, INT64_MAX, &low, &high);
        assert_true(fabs(low - cases[i].low) < 0.00005);
        assert_true(fabs(high - cases[i].high) < 0.00005);
    }
}

/* The limits are where the score test with the corrected variance just rejects:
 * (p - limit)^2 = z^2 (N - n)/(N - 1) limit (1 - limit) / n. */
static void test_report__wilson_limits_solve_the_score_equation(void **state)
{
    (void)state;
    for (int64_t population = 2; population < 200; population += 7) {
        for (int64_t n = 1; n < population; n += 3) {
            for (int tenth = 0; tenth <= 10; tenth++) {
                double p = tenth / 10.0;
                double limits[2];
                ca_wilson(p, n, population, &limits[0], &limits[1]);
                assert_true(limits[0] <= p + 1e-12 && p - 1e-12 <= limits[1]);
                assert_true(limits[0] < limits[1]);
                for (int i = 0; i < 2; i++) {
                    double fpc = (double)(population - n) / (double)(population - 1);
                    double right = 1.959963984540054 * 1.959963984540054 * fpc * limits[i] *
                                   (1 - limits[i]) / (double)n;
                    assert_true(fabs((p - limits[i]) * (p - limits[i]) - right) < 1e-12);
                }
            }
        }
    }
}

static void test_report__wilson_at_its_ends(void **state)
{
    (void)state;
    double low = -1;
    double high = -1;
    ca_wilson(0.7, 0, 50, &low, &high);
    assert_true(low == 0 && high == 1);
    ca_wilson(0.7, 50, 50, &low, &high);
    assert_true(fabs(low - 0.7) < 1e-15 && fabs(high - 0.7) < 1e-15);
    ca_wilson(0.7, 1, 1, &low, &high);
    assert_true(fabs(low - 0.7) < 1e-15 && fabs(high - 0.7) < 1e-15);
    ca_wilson(1, 5, 50, &low, &high);
    assert_true(low > 0.5 && fabs(high - 1) < 1e-12);
    ca_wilson(0, 5, 50, &low, &high);
    assert_true(fabs(low) < 1e-12 && high < 0.5);
}

/* What the view says of an agent against ca_wilson over the drawn calls' scores. */
static void expect_view_agrees(db_test *test, const char *agent, int64_t population)
{
#define OF_AGENT(what)                                                                             \
    ca_arena_printf(test->arena,                                                                   \
                    "SELECT " what " FROM v_sample AS s JOIN v_call AS c"                          \
                    " ON c.call_uid = s.call_uid WHERE s.agent = '%s'",                            \
                    agent)
#define OF_VIEW(what)                                                                              \
    ca_arena_printf(test->arena, "SELECT " what " FROM v_agent_month WHERE agent = '%s'", agent)
    int64_t n = db_int(test, OF_AGENT("count(c.score)"));
    double p = db_real(test, OF_AGENT("avg(c.score)")) / 100;
    double low = -1;
    double high = -1;
    ca_wilson(p, n, population, &low, &high);
    assert_int_equal(db_int(test, OF_VIEW("sampled")), n);
    assert_true(fabs(db_real(test, OF_VIEW("score")) - 100 * p) < 0.00051);
    assert_true(fabs(db_real(test, OF_VIEW("low95")) - 100 * low) < 0.00051);
    assert_true(fabs(db_real(test, OF_VIEW("high95")) - 100 * high) < 0.00051);
}

static void test_report__view_and_function_agree(void **state)
{
    db_test *test = *state;
    static const int sizes[] = {1, 2, 3, 10, 11, 40, 95};
    enum { AGENTS = sizeof sizes / sizeof sizes[0] };
    for (int i = 0; i < AGENTS; i++) {
        judge_many(test, ca_arena_printf(test->arena, "agent%d", i), "2026-10", sizes[i]);
    }
    draw(test, "2026-10", 200, 2);
    for (int i = 0; i < AGENTS; i++) {
        expect_view_agrees(test, ca_arena_printf(test->arena, "agent%d", i), sizes[i]);
    }
}

/* Late calls are no part of the N that was drawn from, until the next draw. */
static void test_report__population_is_the_frame(void **state)
{
    db_test *test = *state;
    judge_many(test, "ann", "2026-10", 20);
    draw(test, "2026-10", 200, 1);
    db_judge(test, "late-1", "ann", october, 50);
    db_judge(test, "late-2", "ann", october, 50);
    expect_view_agrees(test, "ann", 20);
    draw(test, "2026-10", 200, 1);
    expect_view_agrees(test, "ann", 22);
}

/* The views must work in any SQLite shell: with nothing of ours loaded. */
static void test_report__views_need_no_function_of_ours(void **state)
{
    db_test *test = *state;
    sqlite3 *plain = NULL;
    char *message = NULL;
    judge_many(test, "ann", "2026-10", 12);
    draw(test, "2026-10", 250, 1);
    assert_int_equal(sqlite3_open(test->path, &plain), SQLITE_OK);
    assert_int_equal(sqlite3_exec(plain,
                                  "SELECT * FROM v_call, v_finding, v_sample, v_agent_month,"
                                  " v_rule_month; SELECT * FROM v_word; SELECT * FROM v_measure",
                                  NULL, NULL, &message),
                     SQLITE_OK);
    sqlite3_close(plain);
}

/* ---- the month of an agent ---- */

#define AGENT_MONTH                                                                                \
    "SELECT calls || '|' || judged || '|' || sampled || '|' || reviewed || '|' ||"                 \
    " ifnull(score, '-') || '|' || ifnull(low95, '-') || '|' || ifnull(high95, '-') || '|' ||"     \
    " critical || '|' || ifnull(unsure_share, '-')"                                                \
    " FROM v_agent_month WHERE month = '2026-10' AND agent = 'ann'"

static void test_report__before_a_draw_all_judged_calls_count(void **state)
{
    db_test *test = *state;
    assert_string_equal(db_text(test, AGENT_MONTH), "(none)");
    db_judge(test, "c-1", "ann", october, 80);
    db_judge(test, "c-2", "ann", october, 91);
    db_judge(test, "c-3", "ann", "2026-09-30T23:59:59+08:00", 1);
    db_judge(test, "c-4", "bob", october, 1);
    db_fail(test, "c-5", "ann", october, CA_FAILED, CA_REASON_EMPTY);
    assert_string_equal(db_text(test, AGENT_MONTH), "3|2|0|0|85.5|85.5|85.5|0|0.0");
}

static void test_report__undecided_calls_widen_the_interval(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    double low = -1;
    double high = -1;
    ca_call call = db_call(test, "c-2", "ann", october, 0);
    call.score = (ca_score){.decided = false, .unsure_share = 0.5, .critical = true};
    db_judge(test, "c-1", "ann", october, 80);
    assert_true(ca_store_call(test->db, &call, 1, 1, "0", &err));
    ca_wilson(0.8, 1, 2, &low, &high);
    assert_string_equal(
        db_text(test, AGENT_MONTH),
        ca_arena_printf(test->arena, "2|2|0|0|80.0|%.3f|%.3f|1|0.25", 100 * low, 100 * high));
}

static void test_report__no_decided_call_is_no_score(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_call call = db_call(test, "c-2", "ann", october, 0);
    call.score = (ca_score){.unsure_share = 1};
    assert_true(ca_store_call(test->db, &call, 1, 1, "0", &err));
    assert_string_equal(db_text(test, AGENT_MONTH), "1|1|0|0|-|-|-|0|1.0");
}

static void test_report__replaced_tickets_do_not_count(void **state)
{
    db_test *test = *state;
    db_judge(test, "c-1", "ann", october, 80);
    db_judge(test, "c-2", "ann", october, 90);
    draw(test, "2026-10", 1000, 1);
    db_exec(test, "UPDATE sample_ticket SET state = 'replaced' WHERE call_uid = 'c-2'");
    db_exec(test, "UPDATE sample_ticket SET state = 'reviewed' WHERE call_uid = 'c-1'");
    assert_non_null(strstr(db_text(test, AGENT_MONTH), "2|2|1|1|80.0|"));
}

/* An agent whose calls all came after the draw was not sampled: no score, not the census. */
static void test_report__late_agent_has_no_score_in_a_drawn_month(void **state)
{
    db_test *test = *state;
    judge_many(test, "bob", "2026-10", 5);
    draw(test, "2026-10", 1000, 1);
    db_judge(test, "c-1", "ann", october, 80);
    assert_string_equal(db_text(test, AGENT_MONTH), "1|1|0|0|-|-|-|0|-");
}

/* ---- periods ---- */

static void test_report__periods(void **state)
{
    (void)state;
    static const struct {
        ca_span span;
        const char *text, *from, *to; /* from NULL: refused */
    } cases[] = {
        {CA_SPAN_ALL, NULL, "0000-00", "9999-99"},
        {CA_SPAN_MONTH, "2026-10", "2026-10", "2026-10"},
        {CA_SPAN_MONTH, "2026-1", NULL, NULL},
        {CA_SPAN_MONTH, "2026", NULL, NULL},
        {CA_SPAN_QUARTER, "2026-Q1", "2026-01", "2026-03"},
        {CA_SPAN_QUARTER, "2026-Q4", "2026-10", "2026-12"},
        {CA_SPAN_QUARTER, "2026-Q5", NULL, NULL},
        {CA_SPAN_QUARTER, "2026-Q0", NULL, NULL},
        {CA_SPAN_QUARTER, "2026-Q11", NULL, NULL},
        {CA_SPAN_QUARTER, "2026-04", NULL, NULL},
        {CA_SPAN_YEAR, "2026", "2026-01", "2026-12"},
        {CA_SPAN_YEAR, "20260", NULL, NULL},
        {CA_SPAN_YEAR, "", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ca_period period;
        assert_int_equal(ca_period_parse(cases[i].span, cases[i].text, &period),
                         cases[i].from != NULL);
        if (cases[i].from != NULL) {
            assert_string_equal(period.from, cases[i].from);
            assert_string_equal(period.to, cases[i].to);
        }
    }
}

/* ---- agents ---- */

static void fill_agents(db_test *test)
{
    judge_many(test, "王芳", "2026-10", 35);
    judge_many(test, "ann", "2026-10", 21);
    db_fail(test, "broken", "zed", october, CA_FAILED, CA_REASON_EMPTY);
    draw(test, "2026-10", 900, 1);
}

static void test_report__agents_as_table(void **state)
{
    db_test *test = *state;
    fill_agents(test);
    assert_string_equal(
        run(test, ca_report_agents, CA_SPAN_MONTH, "2026-10", CA_FORMAT_TABLE),
        "agent  team   calls  judged   sampled  score  95 % interval  unsure %  critical  note\n"
        "ann    north     21      21  19 of 21   49.5      42.4–56.5       0.0         0  too few\n"
        "zed    north      1       0    0 of 0      –              –         –         0  too few\n"
        "王芳   north     35      35  32 of 35   51.6      46.5–56.7       0.0         0  –\n");
}

static void test_report__agents_as_csv(void **state)
{
    db_test *test = *state;
    fill_agents(test);
    assert_string_equal(run(test, ca_report_agents, CA_SPAN_MONTH, "2026-10", CA_FORMAT_CSV),
                        "agent,team,calls,judged,sampled,population,decided,score,low95,high95,"
                        "unsure_share,critical,note\r\n"
                        "ann,north,21,21,19,21,19,49.474,42.446,56.522,0.0,0,too few\r\n"
                        "zed,north,1,0,0,0,0,,,,,0,too few\r\n"
                        "王芳,north,35,35,32,35,32,51.625,46.492,56.724,0.0,0,\r\n");
}

static void test_report__agents_as_json(void **state)
{
    db_test *test = *state;
    fill_agents(test);
    assert_string_equal(
        run(test, ca_report_agents, CA_SPAN_MONTH, "2026-10", CA_FORMAT_JSON),
        "{\"agents\":[\n"
        "{\"agent\":\"ann\",\"team\":\"north\",\"calls\":21,\"judged\":21,\"sampled\":19,"
        "\"population\":21,\"decided\":19,\"score\":49.474,\"low95\":42.446,\"high95\":56.522,"
        "\"unsure_share\":0,\"critical\":0,\"note\":\"too few\"},\n"
        "{\"agent\":\"zed\",\"team\":\"north\",\"calls\":1,\"judged\":0,\"sampled\":0,"
        "\"population\":0,\"decided\":0,\"score\":null,\"low95\":null,\"high95\":null,\"unsure_"
        "share\":null,\"critical\":0,\"note\":\"too few\"},\n"
        "{\"agent\":\"王芳\",\"team\":\"north\",\"calls\":35,\"judged\":35,\"sampled\":32,"
        "\"population\":35,\"decided\":32,\"score\":51.625,\"low95\":46.492,\"high95\":56.724,"
        "\"unsure_share\":0,\"critical\":0,\"note\":null}\n"
        "]}\n");
}

static void test_report__empty_period_has_headings_only(void **state)
{
    db_test *test = *state;
    fill_agents(test);
    assert_string_equal(run(test, ca_report_agents, CA_SPAN_YEAR, "2025", CA_FORMAT_JSON),
                        "{\"agents\":[\n]}\n");
    const char *table = run(test, ca_report_agents, CA_SPAN_YEAR, "2025", CA_FORMAT_TABLE);
    assert_ptr_equal(strchr(table, '\n'), table + strlen(table) - 1);
}

/* Two months of one agent: means weighted by N, distances by the root of weighted squares. */
static void test_report__months_are_combined(void **state)
{
    db_test *test = *state;
    judge_many(test, "ann", "2026-10", 40);
    judge_many(test, "ann", "2026-11", 20);
    draw(test, "2026-10", 250, 1);
    draw(test, "2026-11", 400, 1);
#define MONTH(what, month)                                                                         \
    db_real(test, "SELECT " what " FROM v_agent_month WHERE month = '" month "'")
    double score = (40 * MONTH("score", "2026-10") + 20 * MONTH("score", "2026-11")) / 60;
    double below =
        hypot(40 * MONTH("score - low95", "2026-10"), 20 * MONTH("score - low95", "2026-11")) / 60;
    double above =
        hypot(40 * MONTH("high95 - score", "2026-10"), 20 * MONTH("high95 - score", "2026-11")) /
        60;
    const char *csv = run(test, ca_report_agents, CA_SPAN_QUARTER, "2026-Q4", CA_FORMAT_CSV);
    const char *row = strstr(csv, "\r\n") + 2;
    double got[3];
    assert_int_equal(
        sscanf(row, "ann,north,60,60,18,60,18,%lf,%lf,%lf,", &got[0], &got[1], &got[2]), 3);
    assert_true(fabs(got[0] - score) < 0.002);
    assert_true(fabs(got[1] - (score - below)) < 0.002);
    assert_true(fabs(got[2] - (score + above)) < 0.002);
}

/* ---- calls and rules ---- */

static void fill_calls(db_test *test)
{
    ca_error err = {0};
    ca_call call = db_call(test, "c,\"1\"", "ann", october, 81.25);
    call.path = "/rec/bad\xff\nname.wav";
    call.meta.team = "nor\x1b[31mth";
    assert_true(ca_store_call(test->db, &call, 1, 1, "0", &err));
    db_fail(test, "c-2", "王芳", "2026-10-04T00:00:00+08:00", CA_FAILED, CA_REASON_TOO_SHORT);
    db_fail(test, "c-3", NULL, NULL, CA_FAILED, CA_REASON_NO_METADATA);
}

static void test_report__calls_as_table(void **state)
{
    db_test *test = *state;
    fill_calls(test);
    assert_string_equal(run(test, ca_report_calls, CA_SPAN_ALL, NULL, CA_FORMAT_TABLE),
                        "call   agent  team        started                      length  status  "
                        "score  unsure %  reason\n"
                        "c-3    –      north       –                                 –  failed     "
                        " –         –  no-metadata\n"
                        "c-2    王芳   north       2026-10-04T00:00:00+08:00         –  failed     "
                        " –         –  too-short\n"
                        "c,\"1\"  ann    nor?[31mth  2026-10-05T09:15:12+08:00  1:00.000  judged   "
                        "81.2       0.0  –\n");
}

static void test_report__calls_as_csv(void **state)
{
    db_test *test = *state;
    fill_calls(test);
    assert_string_equal(
        run(test, ca_report_calls, CA_SPAN_MONTH, "2026-10", CA_FORMAT_CSV),
        "call_uid,agent,team,queue,direction,started_at,duration_ms,language,status,score,unsure_"
        "share,reason,path,ruleset\r\n"
        "c-2,王芳,north,,,2026-10-04T00:00:00+08:00,,,failed,,,too-short,/rec/c-2.wav,\r\n"
        "\"c,\"\"1\"\"\",ann,nor\x1b[31mth,,,2026-10-05T09:15:12+08:00,60000,,judged,81.25,0.0,,\"/"
        "rec/bad?\n"
        "name.wav\",courtesy@1f\r\n");
}

static void test_report__calls_as_json(void **state)
{
    db_test *test = *state;
    fill_calls(test);
    const char *json = run(test, ca_report_calls, CA_SPAN_MONTH, "2026-10", CA_FORMAT_JSON);
    assert_non_null(strstr(json, "\"call_uid\":\"c,\\\"1\\\"\""));
    assert_non_null(strstr(json, "\"path\":\"/rec/bad?\\nname.wav\""));
    assert_non_null(strstr(json, "\"score\":81.25"));
    assert_non_null(strstr(json, "\"score\":null"));
    assert_null(strstr(json, "c-3"));
}

static void test_report__rules_as_table(void **state)
{
    db_test *test = *state;
    judge_many(test, "ann", "2026-10", 3);
    db_exec(test, "UPDATE finding SET verdict = 'hit', ok = 1 WHERE judgement_id = 1");
    db_exec(test, "UPDATE finding SET verdict = 'unsure', ok = NULL WHERE judgement_id = 2");
    assert_string_equal(
        run(test, ca_report_rules, CA_SPAN_YEAR, "2026", CA_FORMAT_TABLE),
        "rule      dimension  kind      calls  hit  miss  unsure  kept  broken  kept %\n"
        "greeting  courtesy   required      3    1     1       1     1       1    50.0\n");
}

static void test_report__sample_lists_drawn_and_left_out(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_buf buf = {0};
    db_judge(test, "c-1", "bob", october, 80);
    db_judge(test, "c-2", "ann", october, 80);
    db_fail(test, "c-3", "ann", october, CA_FAILED, CA_REASON_TOO_SHORT);
    draw(test, "2026-10", 100, 1);
    assert_true(ca_report_sample(test->db, "2026-10", CA_FORMAT_TABLE, &buf, &err));
    assert_string_equal(ca_buf_text(&buf),
                        "agent  call  state     rank  reason     recording\n"
                        "ann    c-2   drawn        1  –          /rec/c-2.wav\n"
                        "ann    c-3   left out     –  too-short  /rec/c-3.wav\n"
                        "bob    c-1   drawn        1  –          /rec/c-1.wav\n");
    ca_buf_release(&buf);
}

/* ---- export ---- */

static void test_report__export_depends_on_the_calls_alone(void **state)
{
    db_test *test = *state;
    db_test *other = NULL;
    ca_error err = {0};
    db_setup((void **)&other);
    judge_many(test, "ann", "2026-10", 12);
    judge_many(test, "bob", "2026-10", 9);
    judge_many(other, "bob", "2026-10", 3);
    judge_many(other, "ann", "2026-10", 12);
    judge_many(other, "bob", "2026-10", 9); /* three of them once more */
    ca_call moved =
        db_call(other, "ann-2026-10-5", "ann", "2026-10-05T09:15:12+08:00", 5 * 37 % 101);
    moved.path = "/elsewhere/ann-2026-10-5.wav";
    assert_true(ca_store_call(other->db, &moved, 99, 98, "0.1.0", &err));
    draw(test, "2026-10", 300, 1);
    draw(other, "2026-10", 300, 1);
    assert_string_equal(export(test, NULL), export(other, NULL));
    assert_string_equal(export(test, "2026-10"), export(test, NULL));
    db_exec(other, "UPDATE judgement SET score = 1 WHERE id = (SELECT max(id) FROM judgement)");
    assert_string_not_equal(export(test, NULL), export(other, NULL));
    db_teardown((void **)&other);
}

static void test_report__export_has_every_view_in_order(void **state)
{
    db_test *test = *state;
    static const char *const views[] = {"{\"v_call\":[\n{",        ",\n\"v_finding\":[\n{",
                                        ",\n\"v_word\":[\n]",      ",\n\"v_measure\":[\n]",
                                        ",\n\"v_sample\":[\n{",    ",\n\"v_agent_month\":[\n{",
                                        ",\n\"v_rule_month\":[\n{"};
    judge_many(test, "ann", "2026-10", 2);
    judge_many(test, "ann", "2026-11", 1);
    draw(test, "2026-10", 100, 1);
    const char *at = export(test, "2026-10");
    assert_null(strstr(at, "2026-11"));
    assert_null(strstr(at, "/rec/"));
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        const char *next = strstr(at, views[i]);
        assert_non_null(next);
        at = next + 1;
    }
    assert_string_equal(strrchr(at, ']'), "]}\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_report__##name, db_setup, db_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report__wilson_as_published),
        cmocka_unit_test(test_report__wilson_limits_solve_the_score_equation),
        cmocka_unit_test(test_report__wilson_at_its_ends),
        cmocka_unit_test(test_report__periods),
        T(view_and_function_agree),
        T(population_is_the_frame),
        T(views_need_no_function_of_ours),
        T(before_a_draw_all_judged_calls_count),
        T(undecided_calls_widen_the_interval),
        T(no_decided_call_is_no_score),
        T(replaced_tickets_do_not_count),
        T(late_agent_has_no_score_in_a_drawn_month),
        T(agents_as_table),
        T(agents_as_csv),
        T(agents_as_json),
        T(empty_period_has_headings_only),
        T(months_are_combined),
        T(calls_as_table),
        T(calls_as_csv),
        T(calls_as_json),
        T(rules_as_table),
        T(sample_lists_drawn_and_left_out),
        T(export_depends_on_the_calls_alone),
        T(export_has_every_view_in_order),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
