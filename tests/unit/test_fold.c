/* test_fold.c - texts that differ only in width or in the kind of Chinese characters. */
#include "test_helpers.h"

#include "callaudit/fold.h"
#include "callaudit/pattern.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

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

static const char *folded(ca_arena *arena, const char *text)
{
    ca_error err = {0};
    const char *fold = ca_fold(text, arena, &err);
    if (fold == NULL) {
        fail_msg("%s", err.msg);
    }
    return fold;
}

static const char *simplified(ca_arena *arena, const char *text)
{
    ca_error err = {0};
    const char *plain = ca_fold_simplified(text, arena, &err);
    if (plain == NULL) {
        fail_msg("%s", err.msg);
    }
    return plain;
}

static size_t count_characters(const char *text)
{
    size_t count = 0;
    for (const char *at = text, *end = text + strlen(text); at < end; count++) {
        (void)ca_utf8_next(&at, end);
    }
    return count;
}

static void test_fold__makes_half_width(void **state)
{
    assert_string_equal(folded(*state, "ＡＴＭ　ａｚ０９"), "ATM az09");
    assert_string_equal(folded(*state, "！～（｜）［］＇－．"), "!~(|)[]'-.");
    assert_string_equal(folded(*state, "don\xE2\x80\x99t"), "don't");
    assert_string_equal(folded(*state, "ｶﾅ、。"), "ｶﾅ、。"); /* no form of their own in ASCII */
    const char *plain = "Plain text";
    assert_ptr_equal(folded(*state, plain), plain);
    const char *chinese = "您好";
    assert_ptr_equal(folded(*state, chinese), chinese);
    const char *broken = "a\xE6\x82"; /* half a character: left alone */
    assert_string_equal(folded(*state, broken), broken);
}

static void test_fold__traditional_is_simplified(void **state)
{
    static const char *const pairs[][2] = {
        {"請問有什麼可以幫您", "请问有什么可以帮您"},
        {"為了保證服務質量", "为了保证服务质量"},
        {"本次通話將被錄音", "本次通话将被录音"},
        /* what OpenCC writes otherwise as part of a phrase than alone */
        {"瞭解計畫", "了解计划"},
        {"回覆", "回复"},
        {"沈默", "沉默"},
        {"憑藉", "凭借"},
        {"乾坤", "乾坤"},
        {"瞭望", "瞭望"},
        /* and what depends on where the traditional text is from */
        {"看著帳戶", "看着账户"},
        {"妳為甚麼", "你为什么"},
        {"衞生", "卫生"},
        {"臺灣銀行裏面", "台湾银行里面"},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        assert_string_equal(folded(*state, pairs[i][0]), folded(*state, pairs[i][1]));
    }
    assert_string_not_equal(folded(*state, "買"), folded(*state, "卖"));
    assert_string_not_equal(folded(*state, "您"), folded(*state, "你"));
}

/* Every character stays one, and comes to the same as its simplified form. */
static void test_fold__keeps_the_number_of_characters(void **state)
{
    size_t changed = 0;
    for (uint32_t c = 0x3400; c <= 0x9FFF; c++) {
        const char text[] = {(char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3F)),
                             (char)(0x80 | (c & 0x3F)), '\0'};
        const char *once = folded(*state, text);
        assert_int_equal(count_characters(once), 1);
        if (strcmp(once, folded(*state, simplified(*state, text))) != 0) {
            fail_msg("%s: %s, but its simplified form %s", text, once,
                     folded(*state, simplified(*state, text)));
        }
        changed += strcmp(once, text) != 0;
    }
    assert_true(changed > 3000);
    assert_string_equal(folded(*state, "\xF0\xA9\xA8\x80"), "\xF0\xA9\xA8\x80"); /* beyond them */
}

/* Wherever a text is cut, its parts fold to the parts of the folded text. */
static void test_fold__does_not_look_around(void **state)
{
    static const char text[] = "您瞭解這個計畫嗎 請回覆ＡＴＭ，簡單明瞭沈默";
    const char *whole = folded(*state, text);
    for (const char *at = text, *end = text + strlen(text); at < end;) {
        (void)ca_utf8_next(&at, end);
        const char *left = ca_arena_strndup(*state, text, (size_t)(at - text));
        assert_string_equal(
            ca_arena_printf(*state, "%s%s", folded(*state, left), folded(*state, at)), whole);
    }
}

static void test_fold__simplifies_in_context(void **state)
{
    assert_string_equal(simplified(*state, "瞭解計畫"), "了解计划");
    assert_string_equal(simplified(*state, "乾坤"), "乾坤");
    assert_string_equal(simplified(*state, "乾淨的畫"), "干净的画");
    assert_string_equal(simplified(*state, "您的 atm 卡"), "您的 atm 卡");
    assert_string_equal(simplified(*state, "妳著什麼急，看著著名的書"), "妳着什么急，看着著名的书");
    assert_string_equal(simplified(*state, "著名"), "著名");
    const char *plain = "no Chinese";
    assert_ptr_equal(simplified(*state, plain), plain);
}

/* The first match of the folded regex in the folded text, or "-". */
static const char *found(ca_arena *arena, const char *regex, const char *text)
{
    ca_error err = {0};
    size_t start = 0, end = 0;
    const char *pattern_text = ca_fold_regex(regex, arena, &err);
    assert_non_null(pattern_text);
    ca_pattern *pattern = ca_pattern_compile(pattern_text, CA_PATTERN_CASELESS, NULL, &err);
    if (pattern == NULL) {
        fail_msg("%s: %s", pattern_text, err.msg);
    }
    const char *line = folded(arena, text);
    bool hit = ca_pattern_find(pattern, line, strlen(line), 0, &start, &end) == CA_MATCH_FOUND;
    ca_pattern_free(pattern);
    return hit ? ca_arena_strndup(arena, line + start, end - start) : "-";
}

static void test_fold__regex_finds_either_form(void **state)
{
    assert_string_equal(found(*state, "請問.{0,2}幫", "请问我帮您"), "请问我帮");
    assert_string_equal(found(*state, "请问.{0,2}帮", "請問我幫您"), "请问我帮");
    assert_string_equal(found(*state, "瞭?解計[畫書]", "我了解计划"), "了解计划");
    assert_string_equal(found(*state, "(?:瞭|明)解", "了解"), "了解");
    assert_string_equal(found(*state, "[^覆]信", "复信"), "-");
    assert_string_equal(found(*state, "您　好| 是", "您好"), "您好");
    assert_string_equal(found(*state, "您 好", "您好"), "您好");
    assert_string_equal(found(*state, "您 ?好", "您好"), "您好");
    assert_string_equal(found(*state, "ＡＴＭ\\s*卡", "您的 atm 卡"), "atm 卡");
    assert_string_equal(found(*state, "it’s", "it's"), "it's");
    assert_string_equal(found(*state, "\\覆", "复"), folded(*state, "复"));
}

/* Full width signs stand for themselves, and are never syntax. */
static void test_fold__regex_keeps_its_syntax(void **state)
{
    static const char *const kept[] = {
        "[\\x{4E00}-\\x{9FFF}]", "[一-龥]", "[龥覆-解]", "\\Q覆\\E", "plain (regex)", "\\b\\d+\\s"};
    ca_error err = {0};
    for (size_t i = 0; i < COUNT(kept); i++) {
        assert_string_equal(ca_fold_regex(kept[i], *state, &err), kept[i]);
    }
    assert_string_equal(ca_fold_regex("（ａ）", *state, &err), "\\x{28}\\x{61}\\x{29}");
    assert_string_equal(ca_fold_regex("[ａ-ｚ．]", *state, &err), "[ａ-ｚ\\x{2E}]");
    assert_string_equal(ca_fold_regex("[]瞭-]瞭", *state, &err), "[]了-]了");
    assert_string_equal(ca_fold_regex("[^]\\]瞭]", *state, &err), "[^]\\]了]");
    assert_string_equal(ca_fold_regex("a{２}", *state, &err), "a{\\x{32}}");
    assert_string_equal(ca_fold_regex("\\（瞭\\", *state, &err), "\\x{28}了\\");
    assert_string_equal(found(*state, "３．５", "3.5"), "3.5");
    assert_string_equal(found(*state, "３．５", "3x5"), "-");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(test_fold__makes_half_width),
        TEST(test_fold__traditional_is_simplified),
        TEST(test_fold__keeps_the_number_of_characters),
        TEST(test_fold__does_not_look_around),
        TEST(test_fold__simplifies_in_context),
        TEST(test_fold__regex_finds_either_form),
        TEST(test_fold__regex_keeps_its_syntax),
    };
    return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
