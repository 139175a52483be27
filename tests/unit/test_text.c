/* test_text.c - buffers, UTF-8, numbers, suggestions and times. */
#include "test_helpers.h"

#include "callaudit/text.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static void test_text__buffer_grows(void **state)
{
    (void)state;
    ca_buf buf = {0};
    assert_string_equal(ca_buf_text(&buf), "");
    ca_buf_puts(&buf, "");
    for (int i = 0; i < 1000; i++) {
        ca_buf_printf(&buf, "%03d,", i);
    }
    ca_buf_add(&buf, "\0x", 2);
    assert_int_equal(buf.length, 4002);
    assert_memory_equal(buf.data + 3996, "999,\0x", 7);
    assert_false(buf.failed);
    ca_buf_release(&buf);
    assert_null(buf.data);
}

static void test_text__failed_buffer_stays_failed(void **state)
{
    (void)state;
    ca_buf buf = {0};
    ca_buf_puts(&buf, "kept");
    ca_buf_add(&buf, "x", SIZE_MAX - 1);
    assert_true(buf.failed);
    ca_buf_puts(&buf, "lost");
    assert_string_equal(ca_buf_text(&buf), "kept");
    ca_buf_release(&buf);
}

static void test_text__utf8_valid(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "abc",
                                       "\xC2\x80",
                                       "\xDF\xBF",
                                       "\xE0\xA0\x80",
                                       "\xED\x9F\xBF",
                                       "\xEE\x80\x80",
                                       "\xEF\xBF\xBF",
                                       "\xF0\x90\x80\x80",
                                       "\xF4\x8F\xBF\xBF",
                                       "a\xE4\xBD\xA0z"};
    static const char *const bad[] = {
        "\x80",             /* continuation first */
        "\xC0\x80",         /* overlong NUL */
        "\xC1\xBF",         /* overlong */
        "\xE0\x9F\xBF",     /* overlong */
        "\xF0\x8F\xBF\xBF", /* overlong */
        "\xED\xA0\x80",     /* surrogate */
        "\xF4\x90\x80\x80", /* past U+10FFFF */
        "\xF5\x80\x80\x80",
        "\xFF",
        "\xE4\xBD",     /* cut */
        "\xE4\xBD\x61", /* and an \'a\' in place of the third byte */
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(ca_utf8_valid(good[i], strlen(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(ca_utf8_valid(bad[i], strlen(bad[i])));
    }
    assert_false(ca_utf8_valid("a\0b", 3));
}

static void test_text__utf8_next(void **state)
{
    (void)state;
    const char text[] = "a\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x98\x80";
    const char *cursor = text;
    const char *end = text + sizeof text - 1;
    assert_int_equal(ca_utf8_next(&cursor, end), 'a');
    assert_int_equal(ca_utf8_next(&cursor, end), 0xE9);
    assert_int_equal(ca_utf8_next(&cursor, end), 0x4F60);
    assert_int_equal(ca_utf8_next(&cursor, end), 0x1F600);
    assert_ptr_equal(cursor, end);
}

static void test_text__width_and_han(void **state)
{
    (void)state;
    assert_int_equal(ca_utf8_width(""), 0);
    assert_int_equal(ca_utf8_width("abc"), 3);
    assert_int_equal(ca_utf8_width("\xE4\xBD\xA0\xE5\xA5\xBD!"), 5);
    assert_int_equal(ca_utf8_width("caf\xC3\xA9"), 4);
    assert_int_equal(ca_utf8_width("\xEF\xBC\x8C"), 2); /* fullwidth comma */
    assert_int_equal(ca_utf8_width("\xFF\xFE"), 2);     /* not UTF-8: one column a byte */
    assert_true(ca_is_han(0x4F60));
    assert_true(ca_is_han(0x3400));
    assert_true(ca_is_han(0x20000));
    assert_true(ca_is_han(0x3007));
    assert_false(ca_is_han('a'));
    assert_false(ca_is_han(0x3042)); /* hiragana */
    assert_false(ca_is_han(0xAC00)); /* Hangul */
    assert_false(ca_is_han(0xFF0C));
}

static void test_text__clean(void **state)
{
    (void)state;
    char text[] = "a\tb\r\n\x7F\xC2\x9Bz\x80\xE4\xBD\xA0\xE4";
    ca_text_clean(text);
    assert_string_equal(text, "a b     z?\xE4\xBD\xA0?");
}

static void test_text__parse_int(void **state)
{
    (void)state;
    int64_t value = 0;
    assert_true(ca_parse_int("42", 0, 100, &value));
    assert_int_equal(value, 42);
    assert_true(ca_parse_int("-9223372036854775808", INT64_MIN, INT64_MAX, &value));
    assert_true(value == INT64_MIN);
    assert_true(ca_parse_int("9223372036854775807", INT64_MIN, INT64_MAX, &value));

    static const char *const bad[] = {"",
                                      "-",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1x",
                                      "0x1",
                                      "1.0",
                                      "1e3",
                                      "--1",
                                      "9223372036854775808",
                                      "99999999999999999999999"};
    value = 7;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(ca_parse_int(bad[i], INT64_MIN, INT64_MAX, &value));
    }
    assert_false(ca_parse_int("101", 0, 100, &value));
    assert_false(ca_parse_int("-1", 0, 100, &value));
    assert_int_equal(value, 7);
}

static void test_text__parse_double(void **state)
{
    (void)state;
    double value = 0;
    assert_true(ca_parse_double("0.5", 0, 1, &value));
    assert_true(value == 0.5);
    assert_true(ca_parse_double("-1.25e+2", -1000, 0, &value));
    assert_true(value == -125);
    assert_true(ca_parse_double(".5", 0, 1, &value));
    assert_true(ca_parse_double("5.", 0, 9, &value));

    static const char *const bad[] = {"",     ".",   "-",     "+1",    " 1",       "1 ",
                                      "0x10", "inf", "nan",   "NAN",   "infinity", "1e",
                                      "1e+",  "1,5", "1.2.3", "1e999", "1f"};
    value = 7;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(ca_parse_double(bad[i], -1e308, 1e308, &value));
    }
    assert_false(ca_parse_double("1.01", 0, 1, &value));
    assert_true(value == 7);
}

static void test_text__parse_quantities(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {{"500ms", 500},   {"5s", 5000}, {"5 s", 5000}, {"1.5m", 90000},
                {"4h", 14400000}, {"0s", 0},    {"0.4ms", 0},  {".5 s", 500}};
    static const char *const bad[] = {"",
                                      "5",
                                      "s",
                                      "-5s",
                                      "5S",
                                      "5 s ",
                                      " 5s",
                                      "5  x",
                                      "1e3s",
                                      "5ss",
                                      "5sec",
                                      "1.2.3s",
                                      "99999999999999999999999999999999s"};
    int64_t value = 0;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(ca_parse_duration(good[i].text, 0, 14400000, &value));
        assert_int_equal(value, good[i].ms);
    }
    value = 7;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(ca_parse_duration(bad[i], 0, INT64_MAX, &value));
    }
    assert_false(ca_parse_duration("4h", 0, 14399999, &value));
    assert_false(ca_parse_duration("4h", 14400001, INT64_MAX, &value));
    assert_int_equal(value, 7);
    assert_true(ca_parse_size("1.5 GB", 0, INT64_MAX, &value));
    assert_int_equal(value, 1500000000);
    assert_true(ca_parse_size("12B", 0, INT64_MAX, &value));
    assert_int_equal(value, 12);
    assert_false(ca_parse_size("5s", 0, INT64_MAX, &value));
    assert_false(ca_parse_duration("5KB", 0, INT64_MAX, &value));
}

/* "a|b|c" of the text's words, in order. */
static void check_words(const char *text, const char *wanted)
{
    ca_arena *arena = ca_arena_new(0);
    ca_word_reader reader = {text, text + strlen(text), false};
    ca_text_word word;
    const char *found = "";
    while (ca_text_word_next(&reader, &word)) {
        found = ca_arena_printf(arena, "%s%s%s", found, *found != '\0' ? "|" : "",
                                ca_text_word_spell(&word, arena));
    }
    assert_string_equal(found, wanted);
    ca_arena_free(arena);
}

static void test_text__words(void **state)
{
    (void)state;
    check_words("", "");
    check_words("?! \xE2\x80\xA6 ' -- .", "");
    check_words("Don't say e-mail, I\xE2\x80\x99m 3.5 at 10:30.",
                "don't|say|e-mail|i'm|3.5|at|10:30");
    check_words("our customers' choice", "our|customers'|choice");
    check_words("the 'e-mail', 'not now' and customers'", "the|e-mail|not|now|and|customers'");
    check_words("\xE2\x80\x98no\xE2\x80\x99 the boss\xE2\x80\x99", "no|the|boss'");
    check_words("At nine A.M. tomorrow", "at|nine|a.m.|tomorrow");
    check_words("the U.S.A", "the|u.s.a");
    check_words("the u.s.'s plan b. So do I.", "the|u.s.'s|plan|b|so|do|i");
    check_words("x.com a.mx e.g.you", "x|com|a|mx|e|g|you");
    check_words("您好，ATM'卡。a.m.您", "您|好|atm'|卡|a.m.|您");
    /* full width: the same words, spelled as they came */
    check_words("ＡＴＭ　卡（３．５）１０：３０", "ＡＴＭ|卡|３．５|１０：３０");
    check_words("ｄｏｎ＇ｔ ｅ－ｍａｉｌ ａ．ｍ． U．S．A",
                "ｄｏｎ＇ｔ|ｅ－ｍａｉｌ|ａ．ｍ．|u．s．a");
    check_words("１，２，３ 1，2 1,2", "１|２|３|1|2|1,2"); /* a list, but for the ASCII comma */
}

static void test_text__parse_double_in_other_locales(void **state)
{
    (void)state;
    /* Where no such locale is installed the test says nothing, and does no harm. */
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8")) {
        skip();
    }
    double value = 0;
    assert_true(ca_parse_double("1.5", 0, 9, &value));
    assert_true(value == 1.5);
    assert_false(ca_parse_double("1,5", 0, 9, &value));
    setlocale(LC_NUMERIC, "C");
}

static void test_text__suggest(void **state)
{
    (void)state;
    static const char *const names[] = {"phrases", "regex", "weight", "within", "id"};
    size_t count = sizeof names / sizeof names[0];
    assert_string_equal(ca_suggest("phrase", names, count), "phrases");
    assert_string_equal(ca_suggest("wieght", names, count), "weight");
    assert_string_equal(ca_suggest("rgeex", names, count), "regex");
    assert_string_equal(ca_suggest("id", names, count), "id");
    assert_null(ca_suggest("xx", names, count));
    assert_null(ca_suggest("colour", names, count));
    assert_null(ca_suggest("", names, count));
    char big[5000];
    memset(big, 'a', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    assert_null(ca_suggest(big, names, count));
}

static void test_text__format_ms(void **state)
{
    (void)state;
    char out[24];
    ca_format_ms(62350, out, sizeof out);
    assert_string_equal(out, "1:02.350");
    ca_format_ms(0, out, sizeof out);
    assert_string_equal(out, "0:00.000");
    ca_format_ms(-1500, out, sizeof out);
    assert_string_equal(out, "-0:01.500");
    ca_format_ms(7200001, out, sizeof out);
    assert_string_equal(out, "120:00.001");
    ca_format_ms(INT64_MIN, out, sizeof out);
    assert_string_equal(out, "-153722867280912:55.808");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text__buffer_grows),
        cmocka_unit_test(test_text__failed_buffer_stays_failed),
        cmocka_unit_test(test_text__utf8_valid),
        cmocka_unit_test(test_text__utf8_next),
        cmocka_unit_test(test_text__width_and_han),
        cmocka_unit_test(test_text__clean),
        cmocka_unit_test(test_text__parse_int),
        cmocka_unit_test(test_text__parse_double),
        cmocka_unit_test(test_text__parse_double_in_other_locales),
        cmocka_unit_test(test_text__parse_quantities),
        cmocka_unit_test(test_text__words),
        cmocka_unit_test(test_text__suggest),
        cmocka_unit_test(test_text__format_ms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
