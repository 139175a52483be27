/* test_pattern.c - patterns in Unicode text, their groups, and limits that are never "no match". */
#include "test_helpers.h"

#include "callaudit/pattern.h"

#include <stdio.h>
#include <string.h>

static ca_pattern *compile(const char *regex, unsigned flags)
{
    ca_error err = {0};
    ca_pattern *pattern = ca_pattern_compile(regex, flags, NULL, &err);
    if (!pattern) {
        fail_msg("%s: %s", regex, err.msg);
    }
    return pattern;
}

static size_t found_start, found_end;

static ca_match_result find_from(const char *regex, unsigned flags, const char *text, size_t from)
{
    ca_pattern *pattern = compile(regex, flags);
    ca_match_result result =
        ca_pattern_find(pattern, text, strlen(text), from, &found_start, &found_end);
    ca_pattern_free(pattern);
    return result;
}

static void assert_found(const char *regex, unsigned flags, const char *text, size_t start,
                         size_t end)
{
    assert_int_equal(find_from(regex, flags, text, 0), CA_MATCH_FOUND);
    assert_int_equal(found_start, start);
    assert_int_equal(found_end, end);
}

static void test_pattern__finds(void **state)
{
    (void)state;
    assert_found("b+", 0, "abbc", 1, 3);
    assert_int_equal(find_from("x", 0, "abc", 0), CA_MATCH_NONE);
    assert_int_equal(find_from("B", 0, "abc", 0), CA_MATCH_NONE);
    assert_found("B", CA_PATTERN_CASELESS, "abc", 1, 2);
    assert_found("a b # comment\n c", CA_PATTERN_EXTENDED, "abc", 0, 3);
    assert_found("a b # comment\r\n c", CA_PATTERN_EXTENDED, "abc", 0, 3);
    assert_int_equal(find_from("a", 0, "abca", 1), CA_MATCH_FOUND);
    assert_int_equal(found_start, 3);
    assert_int_equal(find_from("a", 0, "abc", 3), CA_MATCH_NONE);
    assert_int_equal(find_from("a", 0, "abc", 99), CA_MATCH_NONE);
    assert_int_equal(find_from("a", 0, "", 0), CA_MATCH_NONE);
    ca_pattern_free(NULL);
}

static void test_pattern__knows_unicode(void **state)
{
    (void)state;
    assert_found("\\w+", 0, "\xE4\xBD\xA0\xE5\xA5\xBD", 0, 6);
    assert_found("^.$", 0, "\xE4\xBD\xA0", 0, 3);
    assert_found("\xC3\x89", CA_PATTERN_CASELESS, "caf\xC3\xA9", 3, 5);
    assert_found("\\p{Han}", 0, "a\xE4\xBD\xA0", 1, 4);
    assert_found("(?<=a)b", 0, "ab", 1, 2);
}

static void test_pattern__text_that_is_not_utf8_is_safe(void **state)
{
    (void)state;
    assert_found("b", 0,
                 "a\xFF\xE4"
                 "b",
                 3, 4);
    assert_int_equal(find_from("a.b", 0,
                               "a\xFF"
                               "b",
                               0),
                     CA_MATCH_NONE);
    assert_int_equal(find_from(".", 0, "\x80", 0), CA_MATCH_NONE);
    assert_int_equal(find_from("b", 0,
                               "\xE4\xBD\xA0"
                               "b",
                               1),
                     CA_MATCH_FOUND); /* inside one */
}

static void test_pattern__skips_empty_matches(void **state)
{
    (void)state;
    assert_found("a*", 0, "bbaa", 2, 4);
    assert_int_equal(find_from("x*", 0, "bbaa", 0), CA_MATCH_NONE);
    assert_int_equal(find_from("\\b", 0, "word", 0), CA_MATCH_NONE);
    assert_int_equal(find_from("(?=w)", 0, "word", 0), CA_MATCH_NONE);

    ca_pattern *star = compile("x*", 0);
    ca_pattern *plus = compile("x+", 0);
    assert_true(ca_pattern_matches_empty(star));
    assert_false(ca_pattern_matches_empty(plus));
    ca_pattern_free(star);
    ca_pattern_free(plus);
}

static void assert_bad(const char *regex, size_t at)
{
    ca_error err = {0};
    size_t offset = 999;
    assert_null(ca_pattern_compile(regex, 0, &offset, &err));
    assert_int_equal(err.code, CA_ESETUP);
    assert_int_equal(offset, at);
    assert_true(strlen(err.msg) > strlen("regex: "));
    assert_null(ca_pattern_compile(regex, 0, NULL, NULL));
}

static void test_pattern__refuses_bad_regexes(void **state)
{
    (void)state;
    assert_bad("a(b", 3);
    assert_bad("[z-a]", 3);
    assert_bad("a\\Cb", 3);
    assert_bad("\xFF", 0);
}

static void test_pattern__groups(void **state)
{
    (void)state;
    ca_arena *arena = ca_arena_new(0);
    const char text[] = "id 42 x";
    size_t start, end;
    ca_pattern *pattern = compile("(?<n>\\d+) (?:(?<x>x)|(?<y>y))", 0);
    assert_null(ca_pattern_group(pattern, text, "n", arena));
    assert_int_equal(ca_pattern_find(pattern, text, strlen(text), 0, &start, &end), CA_MATCH_FOUND);
    assert_string_equal(ca_pattern_group(pattern, text, "n", arena), "42");
    assert_string_equal(ca_pattern_group(pattern, text, "x", arena), "x");
    assert_null(ca_pattern_group(pattern, text, "y", arena));
    assert_null(ca_pattern_group(pattern, text, "nothing", arena));
    assert_int_equal(ca_pattern_find(pattern, text, strlen(text), end, &start, &end),
                     CA_MATCH_NONE);
    assert_null(ca_pattern_group(pattern, text, "n", arena));
    ca_pattern_free(pattern);

    pattern = compile("(?J)(?:(?<d>a)|(?<d>b))", 0);
    assert_int_equal(ca_pattern_find(pattern, "b", 1, 0, &start, &end), CA_MATCH_FOUND);
    assert_string_equal(ca_pattern_group(pattern, "b", "d", arena), "b");
    ca_pattern_free(pattern);
    ca_arena_free(arena);
}

static void test_pattern__limits_are_not_no_match(void **state)
{
    (void)state;
    static const char *const hostile[] = {
        "(a+)+$",                  /* exponential */
        "(?:a|a)*[bc]",            /* with JIT and without */
        "(*NO_JIT)(?:a|a)*[bc]",   /* the interpreter counts otherwise */
        "(*NO_JIT)^(a(?1)?)+[bc]", /* recursion */
    };
    char text[3001];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 2] = '!';
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        assert_int_equal(find_from(hostile[i], 0, text, 0), CA_MATCH_LIMIT);
    }
}

static void test_pattern__jit_stack_overflow_is_a_limit(void **state)
{
    (void)state;
    static char text[1 << 20];
    memset(text, 'a', sizeof text - 1);
    assert_int_equal(find_from("^(a|b)*!", 0, text, 0), CA_MATCH_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pattern__finds),
        cmocka_unit_test(test_pattern__knows_unicode),
        cmocka_unit_test(test_pattern__text_that_is_not_utf8_is_safe),
        cmocka_unit_test(test_pattern__skips_empty_matches),
        cmocka_unit_test(test_pattern__refuses_bad_regexes),
        cmocka_unit_test(test_pattern__groups),
        cmocka_unit_test(test_pattern__limits_are_not_no_match),
        cmocka_unit_test(test_pattern__jit_stack_overflow_is_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
