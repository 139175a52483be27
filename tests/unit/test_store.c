/* test_store.c - calls into rows and back, and what the public views make of them. */
#include "db_helpers.h"

static const char october[] = "2026-10-05T09:15:12+08:00";
static const char sha_a[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char sha_b[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

#define PUSH(test, list)                                                                           \
    (*(pushed(ca_push((test)->arena, &(list))), &(list).items[(list).count - 1]))

static void pushed(const void *item)
{
    assert_non_null(item);
}

/* A call in which every field differs from its default. */
static ca_call full_call(db_test *test)
{
    ca_call call = {
        .meta = {"C-1", "王芳", october, "north", "loans", "in", "55", "en-US"},
        .path = "/rec/day/a.wav",
        .sha256 = sha_a,
        .duration_ms = 61000,
        .sample_rate = 8000,
        .truncated = true,
        .transcript = true,
        .model = "en-us",
        .profile = "王芳@2",
        .warp = 0.84,
        .rulesets = "courtesy@1f",
        .score = {true, 87.125, 0.25, true},
    };
    PUSH(test, call.channels) = (ca_channel){CA_AGENT, 21.5, -19.25, 210.5, 0.001, 3400, 12345};
    PUSH(test, call.channels) = (ca_channel){CA_CUSTOMER, 20.5, -18.25, 120.5, 0.002, 1490, 2345};
    PUSH(test, call.segments) = (ca_segment){1, 1200, 2500};
    PUSH(test, call.words) = (ca_word){1200, 1500, 0.75, "thank"};
    PUSH(test, call.words) = (ca_word){1500, 1800, 0.5, "you"};
    PUSH(test, call.words) = (ca_word){1210, 1790, 0.25, "thank you"};
    PUSH(test, call.lines) =
        (ca_line){CA_CUSTOMER, CA_TIER_TRANSCRIPT, 1200, 1800, 0.625, 0, 2, 0, 0};
    PUSH(test, call.lines) = (ca_line){CA_CUSTOMER, CA_TIER_PHRASE, 1210, 1790, 0.25, 2, 1, 0, 0};
    PUSH(test, call.hits) = (ca_hit){CA_MIXED, 1200, 1800, 0.625, "thank you", "thank(s| you)"};
    PUSH(test, call.hits) = (ca_hit){CA_AGENT, 9000, 9900, 0.25, "good buy", "good bye"};
    PUSH(test, call.findings) =
        (ca_finding){"1f", "thanks", "Says thanks", CA_LIMIT, CA_CLOSING, 15, true,       CA_UNSURE,
                     -1,   1000,     60000,         0,        1,          -1, "too faint"};
    PUSH(test, call.findings) =
        (ca_finding){"1f", "bye", "Says good bye", CA_REQUIRED, CA_CLOSING, 5, false, CA_MISS,
                     0,    50000, 61000,           2,           0,          1, NULL};
    PUSH(test, call.findings) = (ca_finding){
        "2e", "loan", "Names the rate", CA_FORBIDDEN, CA_PROCESS, 10, false, CA_NA, -1, 0, 0, 2,
        0,    -1,     "no loan queue"};
    PUSH(test, call.measures) = (ca_measure){"silence", -1, 1234567, "ms"};
    PUSH(test, call.measures) = (ca_measure){"talk.share", CA_CUSTOMER, 0.375, "share"};
    return call;
}

static void store(db_test *test, const ca_call *call)
{
    ca_error err = {0};
    (void)ca_store_call(test->db, call, 1000, 7, "0.1.0", &err);
    assert_string_equal(err.msg, "");
}

static void fail_recording(db_test *test, const ca_call *call, ca_status status, ca_reason reason)
{
    ca_error err = {0};
    ca_error why = {0};
    ca_fail_call(&why, reason, "because");
    (void)ca_store_failure(test->db, call, 1000, 7, status, &why, &err);
    assert_string_equal(err.msg, "");
}

static ca_known known(db_test *test, const char *path)
{
    ca_error err = {0};
    ca_known is;
    (void)ca_store_known(test->db, path, &is, &err);
    assert_string_equal(err.msg, "");
    return is;
}

static const char *owner(db_test *test, const char *path, const char *sha256, const char *uid)
{
    ca_error err = {0};
    const char *path_of = NULL;
    bool same = false;
    (void)ca_store_owner(test->db, path, sha256, uid, &path_of, &same, test->arena, &err);
    assert_true(same == (path_of != NULL && sha256 != NULL && strcmp(sha256, sha_a) == 0));
    assert_string_equal(err.msg, "");
    return path_of;
}

static const char *json(db_test *test, const ca_call *call)
{
    ca_error err = {0};
    ca_buf buf = {0};
    assert_true(ca_call_write(call, true, &buf, &err));
    const char *text = ca_arena_strdup(test->arena, ca_buf_text(&buf));
    ca_buf_release(&buf);
    return text;
}

/* ---- round trip ---- */

static void test_store__call_comes_back_as_it_went_in(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    bool found = false;
    ca_call call = full_call(test);
    ca_call back;
    store(test, &call);
    assert_true(ca_store_load(test->db, "C-1", &back, &found, test->arena, &err));
    assert_true(found);
    assert_string_equal(json(test, &back), json(test, &call));
    assert_string_equal(back.findings.items[2].ruleset, "2e");
}

static void test_store__older_database_does_not_know_bandwidths(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    bool found = false;
    ca_call call = full_call(test);
    ca_call back;
    store(test, &call);
    db_exec(test, "ALTER TABLE channel DROP COLUMN bandwidth_hz; PRAGMA user_version = 2");
    ca_db_close(test->db);
    test->db = ca_db_open(test->path, CA_DB_WRITE, &err);
    assert_string_equal(err.msg, "");
    assert_true(ca_store_load(test->db, "C-1", &back, &found, test->arena, &err));
    assert_int_equal(back.channels.count, 2);
    for (size_t i = 0; i < 2; i++) {
        call.channels.items[i].bandwidth_hz = 0;
    }
    assert_string_equal(json(test, &back), json(test, &call));
}

static void test_store__bare_call_comes_back(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    bool found = false;
    ca_call call = {.path = "/rec/b.wav", .sha256 = sha_b, .meta = {.call_uid = "C-2"}};
    ca_call back;
    store(test, &call);
    assert_true(ca_store_load(test->db, "C-2", &back, &found, test->arena, &err));
    assert_true(found);
    assert_string_equal(json(test, &back), json(test, &call));
    assert_string_equal(db_text(test, "SELECT score FROM v_call"), "(null)");
}

static void test_store__new_judgement_shows_and_the_old_one_stays(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    bool found = false;
    ca_call call = full_call(test);
    ca_call back;
    store(test, &call);
    call.score.points = 12.5;
    call.words.count = 2;
    call.lines.count = 1;
    call.findings.items[1].weight = 6; /* the rule changed: another row, the old one keeps 5 */
    store(test, &call);
    assert_true(ca_store_load(test->db, "C-1", &back, &found, test->arena, &err));
    assert_string_equal(json(test, &back), json(test, &call));
    assert_int_equal(db_int(test, "SELECT count(*) FROM judgement"), 2);
    assert_int_equal(db_int(test, "SELECT count(*) FROM finding"), 6);
    assert_int_equal(db_int(test, "SELECT count(*) FROM v_finding"), 3);
    assert_int_equal(db_int(test, "SELECT count(*) FROM v_call WHERE score = 12.5"), 1);
    assert_int_equal(db_int(test, "SELECT sum(u.weight) FROM finding AS f"
                                  " JOIN rule AS u ON u.id = f.rule_id WHERE u.name = 'bye'"),
                     11);
}

static void test_store__load_finds_by_name(void **state)
{
    db_test *test = *state;
    static const struct {
        const char *name, *uid; /* uid NULL: not found; "": ambiguous */
    } cases[] = {
        {"abc-1", "abc-1"},
        {"abc-1.wav", "abc-1"},
        {"/rec/abc-1.wav", "abc-1"},
        {"abc-12", "abc-12"},
        {"abc", ""},
        {"x", "x-3"},
        {"rec/abc-1.wav", "abc-1"},
        {"nobody", NULL},
        {"", NULL},
        {"1.wav", NULL},
        {"%", NULL},
    };
    db_judge(test, "abc-1", "ann", october, 80);
    db_judge(test, "abc-12", "ann", october, 80);
    db_judge(test, "x-3", "ann", october, 80);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ca_error err = {0};
        ca_call call;
        bool found = false;
        (void)ca_store_load(test->db, cases[i].name, &call, &found, test->arena, &err);
        bool ambiguous = cases[i].uid != NULL && cases[i].uid[0] == '\0';
        assert_int_equal(err.code, ambiguous ? CA_EUSAGE : CA_OK);
        assert_int_equal(found, cases[i].uid != NULL && !ambiguous);
        if (found) {
            assert_string_equal(call.meta.call_uid, cases[i].uid);
        }
    }
}

static void test_store__damaged_references_are_refused(void **state)
{
    db_test *test = *state;
    static const char *const damage[] = {
        "UPDATE line SET word_count = 9", "UPDATE line SET first_word = -1",
        "UPDATE segment SET channel = 2", "UPDATE finding SET first_hit = 9",
        "UPDATE finding SET nearest = 2",
    };
    ca_call call = full_call(test);
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        ca_error err = {0};
        bool found = true;
        ca_call back;
        store(test, &call);
        db_exec(test, damage[i]);
        assert_false(ca_store_load(test->db, "C-1", &back, &found, test->arena, &err));
        assert_false(found);
        assert_int_equal(err.code, CA_ESETUP);
        assert_non_null(strstr(err.msg, "damaged"));
    }
}

/* ---- identity ---- */

static void test_store__call_without_id_is_named_by_its_hash(void **state)
{
    db_test *test = *state;
    ca_call call = db_call(test, "x", "ann", october, 80);
    call.meta.call_uid = NULL;
    call.sha256 = sha_a;
    store(test, &call);
    assert_string_equal(db_text(test, "SELECT call_uid FROM v_call"),
                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    call.path = "/rec/other.wav";
    call.sha256 = sha_b;
    fail_recording(test, &call, CA_FAILED, CA_REASON_EMPTY);
    assert_string_equal(db_text(test, "SELECT call_uid FROM v_call WHERE status = 'failed'"),
                        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
}

static void test_store__names_that_break_a_manifest_are_refused(void **state)
{
    db_test *test = *state;
    static const char *const bad[] = {"a\tb", "a\nb", "\x7f", "\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ca_error err = {0};
        ca_call call = db_call(test, "x", bad[i], october, 80);
        assert_false(ca_store_call(test->db, &call, 1, 1, "0", &err));
        assert_int_equal(err.reason, CA_REASON_NO_METADATA);
        err = (ca_error){0};
        call.meta.agent = "ann";
        call.meta.call_uid = bad[i];
        assert_false(ca_store_call(test->db, &call, 1, 1, "0", &err));
        assert_int_equal(err.reason, CA_REASON_NO_METADATA);
    }
    ca_error err = {0};
    ca_call nameless = {.path = "/rec/n.wav"};
    assert_false(ca_store_call(test->db, &nameless, 1, 1, "0", &err));
    assert_int_equal(db_int(test, "SELECT count(*) FROM call"), 0);
}

static void test_store__failed_store_leaves_nothing(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_call call = full_call(test);
    call.score.points = 101; /* no score of ours */
    assert_false(ca_store_call(test->db, &call, 1, 1, "0", &err));
    assert_int_equal(err.code, CA_EINTERNAL);
    assert_non_null(strstr(err.msg, call.path));
    assert_int_equal(db_int(test, "SELECT count(*) FROM call"), 0);
    assert_int_equal(db_int(test, "SELECT count(*) FROM word"), 0);
    assert_int_equal(db_int(test, "SELECT count(*) FROM recording"), 0);
}

static void test_store__reused_path_keeps_the_old_call(void **state)
{
    db_test *test = *state;
    ca_call call = db_call(test, "c-1", "ann", october, 80);
    store(test, &call);
    call.meta.call_uid = "c-2";
    call.sha256 = sha_b;
    store(test, &call);
    assert_int_equal(db_int(test, "SELECT count(*) FROM v_call WHERE status = 'judged'"), 2);
    assert_int_equal(db_int(test, "SELECT count(*) FROM recording"), 1);
    call.meta.call_uid = "c-3";
    call.sha256 = NULL;
    fail_recording(test, &call, CA_QUEUED, CA_REASON_GROWING);
    assert_string_equal(db_text(test, "SELECT group_concat(row) FROM (SELECT call_uid || '='"
                                      " || status AS row FROM v_call ORDER BY call_uid)"),
                        "c-1=judged,c-2=judged,c-3=queued");
}

/* ---- recordings ---- */

static void test_store__known(void **state)
{
    db_test *test = *state;
    assert_false(known(test, "/rec/day/a.wav").found);
    ca_call call = full_call(test);
    store(test, &call);
    ca_known is = known(test, "/rec/day/a.wav");
    assert_true(is.found && is.transcript);
    assert_int_equal(is.status, CA_JUDGED);
    assert_int_equal(is.reason, CA_REASON_TRUNCATED);
    assert_int_equal(is.size, 1000);
    assert_int_equal(is.mtime_ns, 7);
    assert_int_equal(is.attempts, 1);
}

static void test_store__statuses_come_back(void **state)
{
    db_test *test = *state;
    static const ca_status statuses[] = {CA_QUEUED, CA_FAILED, CA_DUPLICATE_OF};
    static const ca_reason reasons[] = {CA_REASON_GROWING, CA_REASON_EMPTY, CA_REASON_DUPLICATE};
    for (size_t i = 0; i < 3; i++) {
        ca_call call = db_call(test, "x", "ann", october, 0);
        fail_recording(test, &call, statuses[i], reasons[i]);
        ca_known is = known(test, call.path);
        assert_int_equal(is.status, statuses[i]);
        assert_int_equal(is.reason, reasons[i]);
        assert_false(is.transcript);
    }
}

static void test_store__attempts_count_for_the_same_bytes(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_error why = {.code = CA_EINPUT, .reason = CA_REASON_TIMEOUT, .msg = "slow"};
    ca_call call = db_call(test, "x", "ann", october, 0);
    fail_recording(test, &call, CA_QUEUED, CA_REASON_GROWING);
    assert_int_equal(known(test, call.path).attempts, 0);
    fail_recording(test, &call, CA_FAILED, CA_REASON_TIMEOUT);
    fail_recording(test, &call, CA_FAILED, CA_REASON_TIMEOUT);
    assert_int_equal(known(test, call.path).attempts, 2);
    assert_true(ca_store_failure(test->db, &call, 1001, 7, CA_FAILED, &why, &err));
    assert_int_equal(known(test, call.path).attempts, 1);
    store(test, &call);
    assert_int_equal(known(test, call.path).attempts, 1);
}

static void test_store__judged_bytes_stay_judged(void **state)
{
    db_test *test = *state;
    ca_call call = full_call(test);
    store(test, &call);
    fail_recording(test, &call, CA_FAILED, CA_REASON_TIMEOUT);
    ca_known is = known(test, call.path);
    assert_int_equal(is.status, CA_JUDGED);
    assert_int_equal(is.reason, CA_REASON_TIMEOUT);
    assert_int_equal(is.attempts, 2);
    assert_string_equal(db_text(test, "SELECT status || score FROM v_call"), "judged87.125");
    call.sha256 = NULL; /* the same file, which cannot be read today */
    fail_recording(test, &call, CA_FAILED, CA_REASON_UNREADABLE);
    assert_int_equal(known(test, call.path).status, CA_JUDGED);
    call.sha256 = sha_b; /* other bytes under the same name and id */
    fail_recording(test, &call, CA_FAILED, CA_REASON_UNREADABLE);
    assert_int_equal(known(test, call.path).status, CA_FAILED);
    assert_string_equal(db_text(test, "SELECT count(*) || min(status) || min(reason) || "
                                      "ifnull(max(score), '-') FROM v_call"),
                        "1failedunreadable-");
    assert_int_equal(db_int(test, "SELECT count(*) FROM v_finding"), 0);
}

static void test_store__owner(void **state)
{
    db_test *test = *state;
    ca_call call = full_call(test);
    store(test, &call);
    assert_null(owner(test, call.path, sha_a, "C-1"));
    assert_null(owner(test, "/rec/z.wav", sha_b, "C-2"));
    assert_null(owner(test, "/rec/z.wav", NULL, NULL));
    assert_string_equal(owner(test, "/rec/z.wav", sha_a, "C-2"), call.path);
    assert_string_equal(owner(test, "/rec/z.wav", NULL, "C-1"), call.path);
    /* what failed owns nothing: its copy may be the good one */
    ca_call early = db_call(test, "C-1", "ann", october, 0);
    early.path = "/rec/a-first.wav";
    fail_recording(test, &early, CA_FAILED, CA_REASON_EMPTY);
    assert_string_equal(owner(test, "/rec/z.wav", NULL, "C-1"), call.path);
}

static void test_store__duplicate_names_its_owner_and_is_no_call(void **state)
{
    db_test *test = *state;
    ca_call call = full_call(test);
    store(test, &call);
    call.path = "/rec/copy.wav";
    fail_recording(test, &call, CA_DUPLICATE_OF, CA_REASON_DUPLICATE);
    assert_string_equal(
        db_text(test, "SELECT duplicate_of FROM recording WHERE path = '/rec/copy.wav'"),
        "/rec/day/a.wav");
    assert_int_equal(db_int(test, "SELECT count(*) FROM v_call"), 1);
}

static void test_store__rulesets_keep_their_first_text(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_call call = full_call(test); /* names 1f and 2e without a text */
    store(test, &call);
    ca_ruleset one = {.name = "courtesy", .language = "en-US", .text = "first", .hash = {"1f"}};
    ca_rulesets list = {.items = &one, .count = 1};
    assert_true(ca_store_rulesets(test->db, &list, &err));
    one.text = "second";
    assert_true(ca_store_rulesets(test->db, &list, &err));
    assert_string_equal(db_text(test, "SELECT text FROM ruleset WHERE hash = '1f'"), "first");
    assert_int_equal(db_int(test, "SELECT count(*) FROM ruleset"), 2);
}

/* ---- public views ---- */

static void expect_columns(db_test *test, const char *sql, const char *names)
{
    ca_error err = {0};
    ca_stmt *stmt = ca_db_prepare(test->db, sql, &err);
    assert_string_equal(err.msg, "");
    ca_buf buf = {0};
    for (int i = 0; i < ca_column_count(stmt); i++) {
        ca_buf_printf(&buf, "%s%s", i > 0 ? " " : "", ca_column_name(stmt, i));
    }
    assert_string_equal(ca_buf_text(&buf), names);
    ca_buf_release(&buf);
}

/* DESIGN 8, word for word. */
static void test_store__views_have_their_columns(void **state)
{
    db_test *test = *state;
    expect_columns(test, "SELECT * FROM v_call",
                   "call_uid path sha256 agent team queue direction started_at duration_ms "
                   "channels language status reason score unsure_share ruleset");
    expect_columns(test, "SELECT * FROM v_finding",
                   "call_uid agent rule_id kind dimension verdict ok speaker start_ms end_ms text "
                   "confidence weight critical");
    expect_columns(test, "SELECT * FROM v_word",
                   "call_uid speaker start_ms end_ms word confidence");
    expect_columns(test, "SELECT * FROM v_measure", "call_uid name speaker value unit");
    expect_columns(test, "SELECT * FROM v_sample", "month agent call_uid ticket rank state seed");
    expect_columns(test, "SELECT * FROM v_agent_month",
                   "month agent calls judged sampled reviewed score low95 high95 critical "
                   "unsure_share");
    expect_columns(test, "SELECT * FROM v_rule_month",
                   "month rule_id applicable hit miss unsure reviewed precision recall");
}

static void test_store__v_call_row(void **state)
{
    db_test *test = *state;
    ca_call call = full_call(test);
    store(test, &call);
    assert_string_equal(
        db_text(test, "SELECT call_uid || '|' || path || '|' || sha256"
                      " || '|' || agent || '|' || team || '|' || queue || '|' || direction || '|'"
                      " || started_at || '|' || duration_ms || '|' || channels || '|' || language"
                      " || '|' || status || '|' || reason || '|' || score || '|' || unsure_share"
                      " || '|' || ruleset FROM v_call"),
        "C-1|/rec/day/a.wav|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|王芳|"
        "north|loans|in|2026-10-05T09:15:12+08:00|61000|2|en-US|judged|truncated|87.125|0.25|"
        "courtesy@1f");
}

static void test_store__v_finding_shows_hit_or_window(void **state)
{
    db_test *test = *state;
    ca_call call = full_call(test);
    store(test, &call);
#define FINDING(rule)                                                                              \
    db_text(test, "SELECT verdict || '|' || ifnull(ok, '-') || '|' || ifnull(speaker, '-') || '|'" \
                  " || ifnull(start_ms, '-') || '|' || ifnull(end_ms, '-') || '|'"                 \
                  " || ifnull(text, '-') || '|' || ifnull(confidence, '-')"                        \
                  " FROM v_finding WHERE rule_id = '" rule "'")
    assert_string_equal(FINDING("thanks"), "unsure|-|mixed|1200|1800|thank you|0.625");
    assert_string_equal(FINDING("bye"), "miss|0|agent|50000|61000|good buy|0.25");
    assert_string_equal(FINDING("loan"), "n/a|-|-|-|-|-|-");
}

static void test_store__v_word_prefers_the_transcript(void **state)
{
    db_test *test = *state;
    ca_call call = full_call(test);
    store(test, &call);
    assert_string_equal(db_text(test, "SELECT group_concat(word) FROM v_word"), "thank,you");
    call.transcript = false;
    call.lines.items[0].tier = CA_TIER_IMPORT;
    store(test, &call);
    assert_int_equal(db_int(test, "SELECT count(*) FROM v_word"), 3);
}

static void test_store__v_rule_month_counts_verdicts(void **state)
{
    db_test *test = *state;
    ca_call call = full_call(test);
    store(test, &call);
    db_judge(test, "c-9", "ann", october, 80); /* greeting missed */
    db_judge(test, "c-8", "ann", "2026-11-01T00:00:00+08:00", 80);
#define RULE(rule)                                                                                 \
    db_text(test, "SELECT applicable || hit || miss || unsure || reviewed || "                     \
                  "ifnull(precision, '-') || ifnull(recall, '-')"                                  \
                  " FROM v_rule_month WHERE month = '2026-10' AND rule_id = '" rule "'")
    assert_string_equal(RULE("thanks"), "10010--");
    assert_string_equal(RULE("bye"), "10100--");
    assert_string_equal(RULE("loan"), "00000--");
    assert_string_equal(RULE("greeting"), "10100--");
}

/* ---- faults ---- */

#ifdef CA_FAULTS
/* Whatever step fails, the call is stored as a whole or not at all, and works the next time. */
static void test_store__any_failing_step_leaves_nothing(void **state)
{
    db_test *test = *state;
    ca_call call = full_call(test);
    long fault = 0;
    bool stored = false;
    while (!stored) {
        ca_error err = {0};
        ca_db_fail_at = ++fault;
        stored = ca_store_call(test->db, &call, 1000, 7, "0.1.0", &err);
        ca_db_fail_at = 0;
        assert_int_equal(err.code, stored ? CA_OK : CA_EIO);
        assert_int_equal(db_int(test, "SELECT count(*) FROM call"), stored);
        assert_int_equal(db_int(test, "SELECT count(*) FROM word"), stored ? 3 : 0);
        assert_int_equal(db_int(test, "SELECT count(*) FROM finding"), stored ? 3 : 0);
        assert_int_equal(db_int(test, "SELECT count(*) FROM recording"), stored);
        assert_in_range(fault, 1, 1000);
    }
    assert_in_range(fault, 25, 100); /* the walk was no stroll */
}
#endif

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_store__##name, db_setup, db_teardown)
    const struct CMUnitTest tests[] = {
        T(call_comes_back_as_it_went_in),
        T(older_database_does_not_know_bandwidths),
        T(bare_call_comes_back),
        T(new_judgement_shows_and_the_old_one_stays),
        T(load_finds_by_name),
        T(damaged_references_are_refused),
        T(call_without_id_is_named_by_its_hash),
        T(names_that_break_a_manifest_are_refused),
        T(failed_store_leaves_nothing),
        T(reused_path_keeps_the_old_call),
        T(known),
        T(statuses_come_back),
        T(attempts_count_for_the_same_bytes),
        T(judged_bytes_stay_judged),
        T(owner),
        T(duplicate_names_its_owner_and_is_no_call),
        T(rulesets_keep_their_first_text),
        T(views_have_their_columns),
        T(v_call_row),
        T(v_finding_shows_hit_or_window),
        T(v_word_prefers_the_transcript),
        T(v_rule_month_counts_verdicts),
#ifdef CA_FAULTS
        T(any_failing_step_leaves_nothing),
#endif
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
