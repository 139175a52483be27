/* test_profile.c - voice profiles into rows and back, and which one a call is given. */
#include "db_helpers.h"

#include "callaudit/profile.h"
#include "callaudit/schema.h"

static void add(db_test *test, ca_profiles *list, const char *agent, const char *language,
                const char *model, double warp)
{
    ca_profile *profile = ca_push(test->arena, list);
    assert_non_null(profile);
    *profile = (ca_profile){.agent = agent,
                            .language = language,
                            .model = model,
                            .warp = warp,
                            .calls = 3,
                            .speech_ms = 61000,
                            .scores = {1.5, 2.25, 3}};
}

static void append(db_test *test, const char *agent, const char *language, const char *model,
                   double warp)
{
    ca_error err = {0};
    ca_profiles list = {0};
    add(test, &list, agent, language, model, warp);
    (void)ca_profiles_append(test->db, &list, test->arena, &err);
    assert_string_equal(err.msg, "");
}

static ca_profiles load(db_test *test)
{
    ca_error err = {0};
    ca_profiles list;
    (void)ca_profiles_load(test->db, &list, test->arena, &err);
    assert_string_equal(err.msg, "");
    return list;
}

static void test_profile__newest_version_comes_back(void **state)
{
    db_test *test = *state;
    append(test, "王芳", "en-US", "en-us", 0.84);
    append(test, "A7", "zh-CN", "zh-cn", 1);
    append(test, "王芳", "en-US", "en-us", 1.17);
    append(test, "王芳", "en-US", "en-us-8khz", 1);
    const ca_profiles list = load(test);
    assert_int_equal(list.count, 3);
    assert_string_equal(list.items[0].agent, "A7");
    const ca_profile *p = ca_profiles_find(&list, "王芳", "en-US", "en-us");
    assert_ptr_equal(p, &list.items[1]);
    assert_int_equal(p->version, 2);
    assert_true(p->warp == 1.17);
    assert_int_equal(p->calls, 3);
    assert_int_equal(p->speech_ms, 61000);
    assert_true(p->scores[0] == 1.5 && p->scores[1] == 2.25 && p->scores[2] == 3);
    assert_int_equal(strlen(p->made_at), strlen("2026-11-22T06:13:02Z"));
    assert_int_equal(ca_profiles_find(&list, "王芳", "en-US", "en-us-8khz")->version, 1);
    assert_null(ca_profiles_find(&list, "A7", "en-US", "zh-cn"));
    assert_int_equal(db_int(test, "SELECT count(*) FROM voice_profile"), 4); /* the old one stays */
}

static void test_profile__append_says_version_and_time(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_profiles list = {0};
    add(test, &list, "A7", "en-US", "en-us", 1);
    add(test, &list, "B1", "en-US", "en-us", 1);
    append(test, "B1", "en-US", "en-us", 0.84);
    assert_true(ca_profiles_append(test->db, &list, test->arena, &err));
    assert_int_equal(list.items[0].version, 1);
    assert_int_equal(list.items[1].version, 2);
    assert_string_equal(list.items[1].made_at,
                        db_text(test, "SELECT max(made_at) FROM voice_profile"));
}

static void test_profile__unknown_warp_is_refused(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_profiles list = {0};
    add(test, &list, "A7", "en-US", "en-us", 1.1);
    assert_false(ca_profiles_append(test->db, &list, test->arena, &err));
    assert_non_null(strstr(err.msg, "profile of A7"));
    assert_int_equal(db_int(test, "SELECT count(*) FROM voice_profile"), 0);
}

static void test_profile__call_gets_its_agents(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    append(test, "A7", "en-US", "en-us", 0.84);
    append(test, "A7", "en-US", "en-us", 1.17);
    const ca_profiles list = load(test);
    ca_call call = {.meta = {.agent = "A7", .language = "en-US"}};
    assert_true(ca_profiles_give(&list, &call, test->arena, &err));
    assert_string_equal(call.profile, "A7@2");
    assert_true(call.warp == 1.17);
    const ca_meta others[] = {
        {.agent = "A7", .language = "zh-CN"}, {.agent = "A8", .language = "en-US"}, {0}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ca_call other = {.meta = others[i]};
        assert_true(ca_profiles_give(&list, &other, test->arena, &err));
        assert_null(other.profile);
        assert_true(other.warp == 0);
    }
}

/* Debian's en-us is configured by nothing at all; Mandarin has no model then. */
static void test_profile__only_those_of_the_configured_model_are_usable(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_config config = {0};
    assert_true(ca_hearing_default(&config.hearing, test->arena, &err));
    append(test, "A7", "en-US", "en-us-8khz", 1);
    append(test, "A7", "en-US", "en-us", 0.84);
    append(test, "A7", "zh-CN", "zh-cn", 1);
    append(test, "B1", "en-US", "en-us-8khz", 1);
    ca_profiles list = load(test);
    assert_true(ca_profiles_usable(&list, &config, test->arena, &err));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].model, "en-us");
}

static void test_profile__judgement_and_words_record_it(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    bool found = false;
    ca_call back;
    ca_call call = db_call(test, "C-1", "A7", "2026-10-05T09:15:12+08:00", 80);
    call.profile = "A7@1";
    call.warp = 0.84;
    assert_true(ca_store_call(test->db, &call, 1000, 1, "0.1.0", &err));
    assert_true(ca_store_load(test->db, "C-1", &back, &found, test->arena, &err));
    assert_string_equal(back.profile, "A7@1");
    assert_true(back.warp == 0.84);
    call.profile = NULL;
    assert_true(ca_store_call(test->db, &call, 1000, 1, "0.1.0", &err));
    assert_true(ca_store_load(test->db, "C-1", &back, &found, test->arena, &err));
    assert_null(back.profile);
    assert_true(back.warp == 0);
    assert_string_equal(db_text(test, "SELECT group_concat(profile, ' ') FROM (SELECT"
                                      " coalesce(profile, '-') AS profile FROM judgement"
                                      " ORDER BY id)"),
                        "A7@1 -");
}

/* ---- the migration ---- */

static const char back_to_version_1[] =
    "ALTER TABLE channel DROP COLUMN bandwidth_hz;"
    "DROP TABLE voice_profile; ALTER TABLE judgement DROP COLUMN profile;"
    "ALTER TABLE call DROP COLUMN warp; ALTER TABLE call DROP COLUMN profile;"
    "PRAGMA user_version = 1";

static void test_profile__older_database_keeps_its_calls(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    bool found = false;
    ca_call back;
    ca_strings problems = {0};
    db_judge(test, "C-1", "A7", "2026-10-05T09:15:12+08:00", 80);
    db_exec(test, back_to_version_1);
    ca_db_close(test->db);
    test->db = ca_db_open(test->path, CA_DB_WRITE, &err);
    assert_string_equal(err.msg, "");
    assert_int_equal(db_int(test, "PRAGMA user_version"), CA_SCHEMA_VERSION);
    assert_true(ca_store_load(test->db, "C-1", &back, &found, test->arena, &err));
    assert_true(found);
    assert_null(back.profile);
    append(test, "A7", "en-US", "en-us", 0.84);
    assert_int_equal(load(test).count, 1);
    assert_true(ca_schema_problems(test->db, &problems, test->arena, &err));
    assert_int_equal(problems.count, 0);
}

static void test_profile__check_finds_what_is_missing(void **state)
{
    db_test *test = *state;
    ca_error err = {0};
    ca_strings problems = {0};
    ca_call call = db_call(test, "C-1", "A7", "2026-10-05T09:15:12+08:00", 80);
    call.meta.language = "en-US";
    call.model = "en-us";
    call.profile = "A7@1";
    call.warp = 0.84;
    append(test, "A7", "en-US", "en-us", 0.84);
    append(test, "A7", "en-US", "en-us", 1);
    assert_true(ca_store_call(test->db, &call, 1000, 1, "0.1.0", &err));
    assert_true(ca_schema_problems(test->db, &problems, test->arena, &err));
    assert_int_equal(problems.count, 0);
    db_exec(test, "DELETE FROM voice_profile WHERE version = 1");
    assert_true(ca_schema_problems(test->db, &problems, test->arena, &err));
    assert_int_equal(problems.count, 2);
    assert_string_equal(problems.items[0], "voice profile A7, en-US, en-us: version 2 of 1");
    assert_non_null(strstr(problems.items[1], "call C-1 was heard with a profile that is not"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_profile__##name, db_setup, db_teardown)
    const struct CMUnitTest tests[] = {
        T(newest_version_comes_back),
        T(append_says_version_and_time),
        T(unknown_warp_is_refused),
        T(call_gets_its_agents),
        T(only_those_of_the_configured_model_are_usable),
        T(judgement_and_words_record_it),
        T(older_database_keeps_its_calls),
        T(check_finds_what_is_missing),
    };
    return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
