/* test_wording.c - what phrases and simple regexes expand to, and what their patterns find. */
#include "callaudit/pattern.h"
#include "callaudit/wording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

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

/* "a|b|c" of the wordings. */
static const char *joined(const ca_strings *list, ca_arena *arena)
{
    const char *text = "";
    for (size_t i = 0; i < list->count; i++) {
        text = ca_arena_printf(arena, "%s%s%s", text, i > 0 ? "|" : "", list->items[i]);
    }
    return text;
}

static void check_phrase(ca_arena *arena, const char *phrase, const char *expected)
{
    ca_strings list = {0};
    ca_error err = {0};
    assert_true(ca_wording_expand(phrase, &list, NULL, arena, &err));
    assert_string_equal(joined(&list, arena), expected);
}

static void check_refused(ca_arena *arena, const char *phrase, size_t column, const char *why)
{
    ca_strings list = {0};
    ca_error err = {0};
    size_t found = 0;
    assert_false(ca_wording_expand(phrase, &list, &found, arena, &err));
    assert_int_equal(err.code, CA_EINPUT);
    assert_non_null(strstr(err.msg, why));
    assert_int_equal(found, column);
    assert_int_equal(list.count, 0);
}

static void test_wording__expands_alternatives_and_options(void **state)
{
    check_phrase(*state, "thank you", "thank you");
    check_phrase(*state, "how (may|can) i help", "how may i help|how can i help");
    check_phrase(*state, "is [there] more", "is there more|is more");
    check_phrase(*state, "(a|b) (c|d)", "a c|a d|b c|b d");
}

static void test_wording__expands_nested_groups(void **state)
{
    check_phrase(*state, "i am [(very|so)] sorry", "i am very sorry|i am so sorry|i am sorry");
    check_phrase(*state, "[go [right] on] please", "go right on please|go on please|please");
}

static void test_wording__has_one_form(void **state)
{
    check_phrase(*state, "  Thank\t YOU ", "thank you");
    check_phrase(*state, "you\xE2\x80\x99re welcome", "you're welcome");
    check_phrase(*state, "(call|CALL) me", "call me");
    check_phrase(*state, "at nine a.m.", "at nine a.m.");
    check_phrase(*state, "x-ray", "x-ray");
}

static void test_wording__drops_space_between_chinese_characters(void **state)
{
    check_phrase(*state, "请问有什么可以帮[到]您", "请问有什么可以帮到您|请问有什么可以帮您");
    check_phrase(*state, "您 好", "您好");
    check_phrase(*state, "您的atm卡", "您的 atm 卡");
}

static void test_wording__refuses_bad_brackets(void **state)
{
    check_refused(*state, "how (may", 5, "never closed");
    check_refused(*state, "how [may", 5, "never closed");
    check_refused(*state, "how (may]", 9, "')' expected");
    check_refused(*state, "how may)", 8, "never opened");
    check_refused(*state, "may|can", 4, "into brackets");
    check_refused(*state, "(may|)", 6, "words expected");
    check_refused(*state, "a ( |b)", 4, "words expected");
    check_refused(*state, "", 1, "words expected");
}

static void test_wording__refuses_what_is_never_spoken(void **state)
{
    check_refused(*state, "hello, you", 6, "never spoken");
    check_refused(*state, "thank you.", 10, "never spoken");
    check_refused(*state, "really?", 7, "never spoken");
    check_refused(*state, "a - b", 3, "never spoken");
    check_refused(*state, "您好，请问", 7, "never spoken");
}

static void test_wording__refuses_a_phrase_that_may_be_empty(void **state)
{
    check_refused(*state, "[hello]", 1, "some word must remain");
}

static void test_wording__refuses_too_many_wordings(void **state)
{
    ca_strings list = {0};
    ca_error err = {0};
    assert_true(ca_wording_expand("[a][b][c][d][e][f][g](h|i)", &list, NULL, *state, &err));
    assert_int_equal(list.count, CA_WORDING_MAX);
    check_refused(*state, "([a][b][c][d][e][f][g][h]i|j)", 29, "too many wordings");
    check_refused(*state, "[a][b][c][d][e][f][g][h](i|j)", 30, "too many wordings");
}

static void test_wording__refuses_a_text_instead_of_a_phrase(void **state)
{
    char text[2000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    check_refused(*state, text, 513, "too long");
}

static void check_regex(ca_arena *arena, const char *regex, const char *expected)
{
    ca_strings list = {0};
    bool finite = ca_wording_expand_regex(regex, &list, arena);
    assert_int_equal(finite, expected != NULL);
    assert_string_equal(joined(&list, arena), expected != NULL ? expected : "");
}

static void test_wording__expands_simple_regexes(void **state)
{
    check_regex(*state, "\\b(?:shut up|not my (?:job|problem))\\b",
                "shut up|not my job|not my problem");
    check_regex(*state, "thank\\s+you(r)?", "thank your|thank you");
    check_regex(*state, "colou?r|red", "colour|color|red");
    check_regex(*state, "(?:very )?good", "very good|good");
}

static void test_wording__knows_regexes_that_need_transcripts(void **state)
{
    check_regex(*state, "no.*way", NULL);
    check_regex(*state, "no+", NULL);
    check_regex(*state, "no??", NULL);
    check_regex(*state, "a.b", NULL);
    check_regex(*state, "[abc]at", NULL);
    check_regex(*state, "\\d+ days", NULL);
    check_regex(*state, "(?i)hello", NULL);
    check_regex(*state, "hello(?= you)", NULL);
    check_regex(*state, "^hello", NULL);
    check_regex(*state, "a{2}", NULL);
    check_regex(*state, "a\\s+?b", NULL);
    check_regex(*state, "a?", NULL);
    check_regex(*state, "a)", NULL);
    check_regex(*state, "a\\", NULL);
}

/* The first match of the phrase, words left out, in the text, or "-". */
static const char *found_partly(ca_arena *arena, const char *phrase, size_t min_words,
                                const char *text)
{
    ca_buf regex = {0};
    ca_error err = {0};
    size_t start = 0, end = 0;
    assert_true(ca_wording_regex(phrase, min_words, &regex, &err));
    ca_pattern *pattern = ca_pattern_compile(ca_buf_text(&regex), CA_PATTERN_CASELESS, NULL, &err);
    assert_non_null(pattern);
    bool hit = ca_pattern_find(pattern, text, strlen(text), 0, &start, &end) == CA_MATCH_FOUND;
    ca_pattern_free(pattern);
    ca_buf_release(&regex);
    return hit ? ca_arena_strndup(arena, text + start, end - start) : "-";
}

static const char *found(ca_arena *arena, const char *phrase, const char *text)
{
    return found_partly(arena, phrase, 0, text);
}

static void test_wording__matches_whole_words(void **state)
{
    assert_string_equal(found(*state, "thank you", "I Thank  You all"), "Thank  You");
    assert_string_equal(found(*state, "thank you", "thank your"), "-");
    assert_string_equal(found(*state, "thank you", "unthank you"), "-");
    assert_string_equal(found(*state, "thank you", "thankyou"), "-");
    assert_string_equal(found(*state, "thank you", "thank you're"), "-");
    assert_string_equal(found(*state, "re sure", "you're sure"), "-");
    assert_string_equal(found(*state, "the customers", "the customers' bank"), "the customers");
    assert_string_equal(found(*state, "you're right", "you\xE2\x80\x99re right"),
                        "you\xE2\x80\x99re right");
    assert_string_equal(found(*state, "at nine a.m.", "at nine axmx"), "-");
}

static void test_wording__matches_between_chinese_characters(void **state)
{
    assert_string_equal(found(*state, "我的工号是", "您好我的工号是三"), "我的工号是");
    assert_string_equal(found(*state, "我的工号是", "我 的工 号是"), "我 的工 号是");
    assert_string_equal(found(*state, "atm卡", "您的atm卡片"), "atm卡");
    assert_string_equal(found(*state, "atm卡", "您的 atm 卡片"), "atm 卡");
    assert_string_equal(found(*state, "atm卡", "您的xatm卡片"), "-");
}

/* Imported texts, examples and recognizers write these in several ways. */
static void test_wording__forgives_apostrophes_and_stops_at_a_words_ends(void **state)
{
    assert_string_equal(found(*state, "at nine a.m. (today|sharp)", "at nine a.m. today"),
                        "at nine a.m. today");
    assert_string_equal(found(*state, "nine a.m.", "nine a.m"), "nine a.m");
    assert_string_equal(found(*state, "nine a.m.", "nine a.mx"), "-");
    assert_string_equal(found(*state, "mr j. smith", "mr j smith"), "mr j smith");
    assert_string_equal(found(*state, "mr j smith", "mr j. smith"), "mr j. smith");
    assert_string_equal(found(*state, "our customers' choice", "our customers\xE2\x80\x99 choice"),
                        "our customers\xE2\x80\x99 choice");
    assert_string_equal(found(*state, "our customers' choice", "our customers choice"),
                        "our customers choice");
    assert_string_equal(found(*state, "is not my", "is 'not' my"), "is 'not' my");
    assert_string_equal(found(*state, "tell 'em", "tell em"), "tell em");
    assert_string_equal(found(*state, "'em all", "tell them all"), "-");
    assert_string_equal(found(*state, "don't", "dont"), "-");
}

static void test_wording__refuses_what_no_text_has(void **state)
{
    check_refused(*state, "to a.mx", 1, "never be found");
    check_refused(*state, "5 \xE2\x82\xAC off", 3, "never spoken");
    check_refused(*state, "\xE6\x82\xA8-\xE5\xA5\xBD", 1, "never be found");
    check_refused(*state, "(x|y)a.m.", 1, "never be found");
}

static void test_wording__finds_the_longest_wording(void **state)
{
    assert_string_equal(found(*state, "sorry [to hear [that]]", "sorry to hear that"),
                        "sorry to hear that");
}

static void test_wording__reads_full_width_as_half_width(void **state)
{
    check_phrase(*state, "ｈｏｗ　（ｍａｙ｜can）　ｉ　［ＰＬＥＡＳＥ］　help",
                 "how may i please help|how may i help|how can i please help|how can i help");
    check_phrase(*state, "ａ．ｍ．", "a.m.");
    check_phrase(*state, "ｄｏｎ＇ｔ", "don't");
    check_regex(*state, "ＡＴＭ(?:　| )ｅ－ｍａｉｌ", "atm e-mail");
    check_regex(*state, "（a|b）", NULL); /* a sign that stands for itself is never spoken */
    /* places are counted in what the author wrote */
    check_refused(*state, "您好，请问", 7, "never spoken");
    check_refused(*state, "ｙｅｓ（ａ", 10, "never closed");
    check_refused(*state, "ｙｅｓ）", 10, "never opened");
    check_refused(*state, "（ａ｜）", 10, "words expected");
}

static void check_partial(ca_arena *arena, const char *phrase, size_t min_words, size_t whole,
                          size_t longest, const char *expected)
{
    ca_wording_set set;
    ca_error err = {0};
    assert_true(ca_wording_expand_partial(phrase, min_words, &set, NULL, arena, &err));
    assert_string_equal(joined(&set.texts, arena), expected);
    assert_int_equal(set.whole, whole);
    assert_int_equal(set.longest, longest);
}

static void test_wording__leaves_words_out(void **state)
{
    check_partial(*state, "how may i help", 3, 1, 4,
                  "how may i help|how may i|how may help|how i help|may i help");
    check_partial(*state, "a b c d", 2, 1, 4,
                  "a b c d|a b c|a b d|a c d|b c d|a b|a c|a d|b c|b d|c d");
    check_partial(*state, "how may i", 3, 1, 3, "how may i");
    check_partial(*state, "how may i", 9, 1, 3, "how may i");
    check_partial(*state, "how may i", 0, 1, 3, "how may i");
    check_partial(*state, "(may|can) i [please] help", 3, 4, 4,
                  "may i please help|may i help|can i please help|can i help|may i please|"
                  "may please help|i please help|can i please|can please help");
    check_partial(*state, "very very very sorry", 2, 1, 4,
                  "very very very sorry|very very very|very very sorry|very very|very sorry");
    check_partial(*state, "mr j. smith's", 2, 1, 3, "mr j. smith's|mr j.|mr smith's|j. smith's");
}

static void test_wording__counts_chinese_characters_unless_they_are_parted(void **state)
{
    check_partial(*state, "工号是三", 3, 1, 4, "工号是三|工号是|工号三|工是三|号是三");
    check_partial(*state, "您的atm 卡", 3, 1, 4, "您的 atm 卡|您的 atm|您的卡|您 atm 卡|的 atm 卡");
    check_partial(*state, "请问 有什么 可以 帮您", 3, 1, 4,
                  "请问有什么可以帮您|请问有什么可以|请问有什么帮您|请问可以帮您|有什么可以帮您");
    check_partial(*state, "请问　[您的] atm卡", 2, 2, 3,
                  "请问您的 atm 卡|请问 atm 卡|请问您的|您的 atm 卡");
    check_partial(*state, " [您]好 ", 2, 2, 2, "您好|好"); /* at the ends it parts nothing */
}

static void check_partial_refused(ca_arena *arena, const char *phrase, size_t min_words)
{
    ca_wording_set set;
    ca_error err = {0};
    size_t column = 0;
    assert_false(ca_wording_expand_partial(phrase, min_words, &set, &column, arena, &err));
    assert_non_null(strstr(err.msg, "min_words"));
    assert_int_equal(column, 1);
    assert_int_equal(set.texts.count, 0);
}

static void test_wording__refuses_too_many_ways_to_leave_words_out(void **state)
{
    ca_wording_set set;
    ca_error err = {0};
    assert_true(ca_wording_expand_partial("a b c d e f g h", 2, &set, NULL, *state, &err));
    assert_int_equal(set.texts.count, 247);
    check_partial_refused(*state, "a b c d e f g h i", 2);
    check_partial_refused(*state, "(a|z) b c d e f g h", 2);
    check_partial_refused(*state, "a a a a a a a a a a a a a a a a a a a a", 3);
    /* as many words as fit, with a count that no 64 bits hold */
    char text[512] = "";
    for (size_t i = 0; i < 255; i++) {
        text[2 * i] = 'a';
        text[2 * i + 1] = ' ';
    }
    check_partial_refused(*state, text, 2);
}

static void test_wording__finds_what_is_left(void **state)
{
    static const char phrase[] = "how may i help you";
    assert_string_equal(found_partly(*state, phrase, 3, "and how may i help you today"),
                        "how may i help you");
    assert_string_equal(found_partly(*state, phrase, 3, "may i help you"), "may i help you");
    assert_string_equal(found_partly(*state, phrase, 3, "how i help"), "how i help");
    assert_string_equal(found_partly(*state, phrase, 3, "may help"), "-");
    assert_string_equal(found_partly(*state, phrase, 3, "help i may how"), "-");
    /* nothing may stand between, and words stay whole */
    assert_string_equal(found_partly(*state, phrase, 3, "how may the bank help"), "-");
    assert_string_equal(found_partly(*state, phrase, 3, "show may i"), "-");
    assert_string_equal(found_partly(*state, "请问有什么可以帮您", 6, "请问什么可以帮我"),
                        "请问什么可以帮");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(test_wording__expands_alternatives_and_options),
        TEST(test_wording__expands_nested_groups),
        TEST(test_wording__has_one_form),
        TEST(test_wording__drops_space_between_chinese_characters),
        TEST(test_wording__refuses_bad_brackets),
        TEST(test_wording__refuses_what_is_never_spoken),
        TEST(test_wording__refuses_a_phrase_that_may_be_empty),
        TEST(test_wording__refuses_too_many_wordings),
        TEST(test_wording__refuses_a_text_instead_of_a_phrase),
        TEST(test_wording__expands_simple_regexes),
        TEST(test_wording__knows_regexes_that_need_transcripts),
        TEST(test_wording__matches_whole_words),
        TEST(test_wording__matches_between_chinese_characters),
        TEST(test_wording__forgives_apostrophes_and_stops_at_a_words_ends),
        TEST(test_wording__refuses_what_no_text_has),
        TEST(test_wording__finds_the_longest_wording),
        TEST(test_wording__reads_full_width_as_half_width),
        TEST(test_wording__leaves_words_out),
        TEST(test_wording__counts_chinese_characters_unless_they_are_parted),
        TEST(test_wording__refuses_too_many_ways_to_leave_words_out),
        TEST(test_wording__finds_what_is_left),
    };
    return cmocka_run_group_tests_name("wording", tests, NULL, NULL);
}
