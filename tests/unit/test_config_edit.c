/* test_config_edit.c - one entry of a configuration changes, every other byte stays. */
#include "test_helpers.h"

#include "callaudit/config_edit.h"

#include <string.h>

static ca_arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = ca_arena_new(4 << 20);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    ca_arena_free(arena);
    return 0;
}

/* Sets en-US to `folder` in `before`; `after` NULL: it is refused and nothing comes out. */
static void expect_edit(const char *before, const char *folder, const char *after)
{
    ca_buf out = {0};
    ca_error err = {0};
    const bool ok =
        ca_config_set_model("c.yaml", before, strlen(before), "en-US", folder, &out, arena, &err);
    if (after) {
        assert_string_equal(err.msg, "");
        assert_true(ok);
        assert_string_equal(ca_buf_text(&out), after);
    } else {
        assert_false(ok);
        assert_int_equal(err.code, CA_ESETUP);
    }
    ca_buf_release(&out);
}

static void test_config_edit__makes_a_file(void **state)
{
    (void)state;
    expect_edit("", "models/a", "models:\n  en-US: models/a\n");
}

static void test_config_edit__adds_the_key_at_the_end(void **state)
{
    (void)state;
    expect_edit("database: a.db # here\n", "m/a", "database: a.db # here\nmodels:\n  en-US: m/a\n");
    expect_edit("database: a.db", "m/a", "database: a.db\nmodels:\n  en-US: m/a\n");
    expect_edit("  database: a.db\n# end\n", "m/a",
                "  database: a.db\n# end\n  models:\n    en-US: m/a\n");
    expect_edit("database: a.db\r\n", "m/a", "database: a.db\r\nmodels:\r\n  en-US: m/a\r\n");
    expect_edit("---\ndatabase: a.db\n", "m/a", "---\ndatabase: a.db\nmodels:\n  en-US: m/a\n");
}

static void test_config_edit__replaces_the_entry(void **state)
{
    (void)state;
    expect_edit("models: {en-US: old, zh-CN: z} # c\n", "m/a",
                "models: {en-US: m/a, zh-CN: z} # c\n");
    expect_edit("models:\n  # why\n  en-US:   'old one'  # c\n  zh-CN: z\nlanguage: en-US\n", "m/a",
                "models:\n  # why\n  en-US:   m/a  # c\n  zh-CN: z\nlanguage: en-US\n");
    expect_edit("models: {en-us: \"old\"}\n", "m/a", "models: {en-us: m/a}\n");
    expect_edit("# 中文\nmodels: {zh-CN: 模型, en-US: old}\n", "m/a",
                "# 中文\nmodels: {zh-CN: 模型, en-US: m/a}\n");
    expect_edit("\xEF\xBB\xBFmodels: {en-US: old}\n", "m/a", "\xEF\xBB\xBFmodels: {en-US: m/a}\n");
}

static void test_config_edit__adds_an_entry(void **state)
{
    (void)state;
    expect_edit("models: {zh-CN: z}\n", "m/a", "models: {en-US: m/a, zh-CN: z}\n");
    expect_edit("models: {}\nlanguage: en-US\n", "m/a", "models: {en-US: m/a}\nlanguage: en-US\n");
    expect_edit("models:\n    # Mandarin\n    zh-CN: z\n", "m/a",
                "models:\n    en-US: m/a\n    # Mandarin\n    zh-CN: z\n");
    expect_edit("models: {\n  zh-CN: z # c\n}\n", "m/a",
                "models: {en-US: m/a, \n  zh-CN: z # c\n}\n");
    expect_edit("models:\nlanguage: en-US\n", "m/a", "models:\n  en-US: m/a\nlanguage: en-US\n");
    expect_edit("language: en-US\nmodels:", "m/a", "language: en-US\nmodels:\n  en-US: m/a\n");
    expect_edit("models: ~ # none\n", "m/a", "models: {en-US: m/a} # none\n");
    expect_edit("models: null\n", "m/a", "models: {en-US: m/a}\n");
    expect_edit("models:\r\n  zh-CN: z\r\n", "m/a", "models:\r\n  en-US: m/a\r\n  zh-CN: z\r\n");
}

static void test_config_edit__quotes_the_folder(void **state)
{
    (void)state;
    expect_edit("models: {en-US: a}\n", "m/it's {here}", "models: {en-US: 'm/it''s {here}'}\n");
    expect_edit("", "null", "models:\n  en-US: 'null'\n");
    expect_edit("models: {en-US: a}\n", "/srv/模型", "models: {en-US: '/srv/模型'}\n");
    ca_buf out = {0};
    ca_error err = {0};
    assert_false(ca_config_model_lines("en-US", "a\nb", &out, &err));
    assert_int_equal(err.code, CA_EUSAGE);
    ca_buf_release(&out);
}

static void test_config_edit__refuses_what_it_does_not_know(void **state)
{
    (void)state;
    expect_edit("{database: a.db}\n", "m/a", NULL);
    expect_edit("models: [a]\n", "m/a", NULL);
    expect_edit("models: {en-US: {acoustic: a, dictionary: d}}\n", "m/a", NULL);
    expect_edit("models:\n  en-US:\n    acoustic: a\n", "m/a", NULL);
    expect_edit("models:\n  en-US: >\n    folded\n", "m/a", NULL);
    expect_edit("models:\n  en-US: two\n    lines\n", "m/a", NULL);
    expect_edit("models: {en-US: \"a\\x41\"}\n", "m/a", NULL);
    expect_edit("database: a.db\n...\n", "m/a", NULL);
    expect_edit("? models\n: zh-CN: b\n", "m/a", NULL);
    expect_edit("models: words\n", "m/a", NULL);
    expect_edit("models: {en-US: a, en-US: b}\n", "m/a", NULL);
    expect_edit("- a\n", "m/a", NULL);
    expect_edit("# nothing\n", "m/a", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_edit__makes_a_file),
        cmocka_unit_test(test_config_edit__adds_the_key_at_the_end),
        cmocka_unit_test(test_config_edit__replaces_the_entry),
        cmocka_unit_test(test_config_edit__adds_an_entry),
        cmocka_unit_test(test_config_edit__quotes_the_folder),
        cmocka_unit_test(test_config_edit__refuses_what_it_does_not_know),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
