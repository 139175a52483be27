/* test_keyphrases.c - what the recognizer is asked to listen for. */
#include "test_helpers.h"

#include "callaudit/keyphrases.h"

#include <string.h>

static int make_arena(void **state)
{
    *state = ca_arena_new(0);
    return *state != NULL ? 0 : -1;
}

static int drop_arena(void **state)
{
    ca_arena_free(*state);
    return 0;
}

static const char *joined(const ca_strings *list, ca_arena *arena)
{
    const char *text = "";
    for (size_t i = 0; i < list->count; i++) {
        text = ca_arena_printf(arena, "%s%s%s", text, i > 0 ? "|" : "", list->items[i]);
    }
    return text;
}

static void check_phrase(ca_arena *arena, const char *language, const char *phrase,
                         size_t min_words, const char *expected)
{
    ca_strings texts = {0};
    ca_error err = {0};
    assert_true(ca_keyphrases_of_phrase(phrase, min_words, language, &texts, arena, &err));
    assert_string_equal(joined(&texts, arena), expected);
}

static void test_keyphrases__chinese_is_simplified(void **state)
{
    check_phrase(*state, "zh-CN", "您瞭解[這個]計畫嗎", 0, "您了解这个计划吗|您了解计划吗");
    check_phrase(*state, "zh-TW", "ＡＴＭ卡", 0, "atm 卡");
    check_phrase(*state, "zh", "請", 0, "请");
    check_phrase(*state, "ja-JP", "計畫", 0, "計畫"); /* its dictionary is another one */
    check_phrase(*state, "en-US", "Thank　you", 0, "thank you");
}

static void test_keyphrases__partial_ones_are_long_enough(void **state)
{
    check_phrase(*state, "en-US", "how may i help you", 4,
                 "how may i help you|how may i help|how may i you|how may help you|"
                 "how i help you|may i help you");
    /* "to be or" and the like are too short: ten letters are some eight phones */
    check_phrase(*state, "en-US", "to be or not", 3, "to be or not");
    check_phrase(*state, "en-US", "to be or notwithstanding", 3,
                 "to be or notwithstanding|to be notwithstanding|to or notwithstanding|"
                 "be or notwithstanding");
    check_phrase(*state, "zh-CN", "我的工號是", 4,
                 "我的工号是|我的工号|我的工是|我的号是|我工号是|的工号是");
    check_phrase(*state, "zh-CN", "我的工號", 3, "我的工号");
}

static void test_keyphrases__regexes_are_simplified(void **state)
{
    ca_strings texts = {0};
    ca_error err = {0};
    assert_true(ca_keyphrases_of_regex("(?:瞭|理)解計畫", "zh-CN", &texts, *state, &err));
    assert_string_equal(joined(&texts, *state), "了解计划|理解计划");
    texts = (ca_strings){0};
    assert_true(ca_keyphrases_of_regex("no.*way", "en-US", &texts, *state, &err));
    assert_int_equal(texts.count, 0);
}

static void test_keyphrases__collects_the_rules_of_a_language(void **state)
{
    static const char text[] =
        "ruleset: desk\nlanguage: zh-CN\nrules:\n"
        "  - {id: one, title: T, dimension: courtesy, kind: required, phrases: [不客氣]}\n"
        "  - {id: two, title: T, dimension: courtesy, kind: required, who: customer,\n"
        "     phrases: [請您慢慢說], min_words: 4, rivals: [您慢], unless: [對不起]}\n";
    ca_rulesets sets = {0};
    ca_keyphrases phrases = {0};
    ca_diags diags;
    ca_error err = {0};
    ca_diags_init(&diags, *state);
    assert_true(ca_rules_parse("rules.yaml", text, strlen(text), &sets, &diags, *state));
    assert_int_equal(diags.list.count, 0);
    assert_true(ca_keyphrases_collect(&sets, "en-US", &phrases, *state, &err));
    assert_int_equal(phrases.count, 0);
    assert_true(ca_keyphrases_collect(&sets, "zh-CN", &phrases, *state, &err));
    static const char *const expected[] = {"不客气",   "请您慢慢说", "请您慢慢", "请您慢说",
                                           "请慢慢说", "您慢慢说",   "您慢",     "对不起"};
    assert_int_equal(phrases.count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < phrases.count; i++) {
        assert_string_equal(phrases.items[i].text, expected[i]);
        assert_int_equal(phrases.items[i].rule, i > 0);
        assert_int_equal((phrases.items[i].speakers >> CA_AGENT) & 1, i == 0);
    }
    assert_string_equal(sets.items[0].rules.items[0].phrases.items[0].text, "不客氣");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(test_keyphrases__chinese_is_simplified),
        TEST(test_keyphrases__partial_ones_are_long_enough),
        TEST(test_keyphrases__regexes_are_simplified),
        TEST(test_keyphrases__collects_the_rules_of_a_language),
    };
    return cmocka_run_group_tests_name("keyphrases", tests, NULL, NULL);
}
