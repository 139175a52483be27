/* The desk's own dictionary: what is read, and every complaint with its place. */
#include "test_helpers.h"

#include "callaudit/pronunciations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const phone_names[] = {"AE", "AH", "D", "EH", "EY", "K", "L", "T", "Z"};

typedef struct fixture {
    ca_arena *arena;
    ca_diags diags;
    ca_own_words words;
} fixture;

static void parse(fixture *f, const char *text, size_t length)
{
    ca_strings phones = {0};
    memset(f, 0, sizeof *f);
    f->arena = ca_arena_new(0);
    ca_diags_init(&f->diags, f->arena);
    for (size_t i = 0; i < sizeof phone_names / sizeof *phone_names; i++) {
        assert_true(ca_strings_add(&phones, phone_names[i], f->arena, NULL));
    }
    assert_true(ca_pronunciations_parse("desk.dict", text, length, &phones, &f->words, &f->diags,
                                        f->arena));
}

static void test_pronunciations__lines_comments_and_numbers(void **state)
{
    (void)state;
    fixture f;
    static const char text[] = "\xEF\xBB\xBF# the desk's names\r\n"
                               "\n"
                               "Zelle\tZ EH1 L   # a bank\r\n"
                               "  data D AE T AH\n"
                               "data(2)  D  EY0\tT AH\n"
                               "您好 T AH D\n"
                               "at-t's K";
    static const ca_own_word expected[] = {{"zelle", "Z EH L", 3},
                                           {"data", "D AE T AH", 4},
                                           {"data(2)", "D EY T AH", 5},
                                           {"您好", "T AH D", 6},
                                           {"at-t's", "K", 7}};
    parse(&f, text, sizeof text - 1);
    assert_int_equal(f.diags.errors, 0);
    assert_int_equal(f.words.count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(f.words.items[i].name, expected[i].name);
        assert_string_equal(f.words.items[i].phones, expected[i].phones);
        assert_int_equal(f.words.items[i].line, expected[i].line);
    }
    ca_arena_free(f.arena);
}

static void test_pronunciations__every_mistake_has_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line, column;
        const char *message;
    } cases[] = {
        {"zelle Z EHH L", 1, 9, "no phone 'EHH'; did you mean 'EH'?"},
        {"zelle z EH L", 1, 7, "no phone 'z'; did you mean 'Z'?"},
        {"\nzelle Z UX9", 2, 9, "no phone 'UX9', only AE AH D EH"},
        {"您好 T QQ", 1, 6, "no phone 'QQ'"},
        {"a T\nzelle", 2, 6, "phones expected"},
        {"zelle  # Z EH L", 1, 6, "phones expected"},
        {"zelle Z\nzelle L", 2, 1, "'zelle' was already given on line 1"},
        {"zelle Z\n\nzelle(2) Z", 3, 1, "the same pronunciation as on line 1"},
        {"zelle(1) Z", 1, 6, "expected (2) to (9)"},
        {"zelle(12) Z", 1, 6, "expected (2) to (9)"},
        {"zelle( Z", 1, 6, "expected (2) to (9)"},
        {"(2) Z", 1, 1, "expected (2) to (9)"},
        {"a|b Z", 1, 1, "expected a word as phrases spell it, found 'a|b'"},
        {"a,b Z", 1, 1, "found 'a,b'"},
        {"<s> Z", 1, 1, "found '<s>'"},
        {"-- Z", 1, 1, "found '--'"},
        {"ze\xFFlle Z", 1, 3, "not UTF-8"},
        {"您\xE5 Z", 1, 2, "not UTF-8"},
        {"# nothing\n", 0, 0, "not one line"},
        {"", 0, 0, "not one line"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture f;
        parse(&f, cases[i].text, strlen(cases[i].text));
        assert_int_equal(f.diags.errors, 1);
        const ca_diag *diag = &f.diags.list.items[0];
        if (diag->line != cases[i].line || diag->column != cases[i].column ||
            !strstr(diag->message, cases[i].message)) {
            fail_msg("%s gave %d:%d: %s", cases[i].text, diag->line, diag->column, diag->message);
        }
        assert_string_equal(diag->path, "desk.dict");
        ca_arena_free(f.arena);
    }
}

static void test_pronunciations__a_mistake_leaves_the_other_lines(void **state)
{
    (void)state;
    fixture f;
    static const char text[] = "a Z\nb\0 Z\nc QQ\nd Q Q\ne K\n";
    parse(&f, text, sizeof text - 1);
    assert_int_equal(f.diags.errors, 4);
    assert_int_equal(f.diags.list.items[0].line, 2);
    assert_int_equal(f.diags.list.items[0].column, 2);
    assert_non_null(strstr(f.diags.list.items[0].message, "NUL"));
    assert_int_equal(f.words.count, 2);
    assert_string_equal(f.words.items[1].name, "e");
    ca_arena_free(f.arena);
}

static void test_pronunciations__limits(void **state)
{
    (void)state;
    fixture f;
    ca_buf text = {0};
    ca_buf_puts(&text, "long");
    for (int i = 0; i <= CA_OWN_MAX_PHONES; i++) {
        ca_buf_puts(&text, " K");
    }
    ca_buf_puts(&text, "\n");
    for (int i = 0; i < 200; i++) {
        ca_buf_puts(&text, "x");
    }
    ca_buf_puts(&text, " K\n");
    parse(&f, text.data, text.length);
    assert_int_equal(f.diags.errors, 2);
    assert_non_null(strstr(f.diags.list.items[0].message, "more phones"));
    assert_non_null(strstr(f.diags.list.items[1].message, "too long"));
    ca_arena_free(f.arena);
    text.length = 0;
    for (int i = 0; i <= CA_OWN_MAX_WORDS; i++) {
        ca_buf_printf(&text, "w%d K\n", i);
    }
    parse(&f, text.data, text.length);
    assert_int_equal(f.diags.errors, 1);
    assert_int_equal(f.diags.list.items[0].line, CA_OWN_MAX_WORDS + 1);
    assert_int_equal(f.words.count, CA_OWN_MAX_WORDS);
    ca_arena_free(f.arena);
    ca_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pronunciations__lines_comments_and_numbers),
        cmocka_unit_test(test_pronunciations__every_mistake_has_its_place),
        cmocka_unit_test(test_pronunciations__a_mistake_leaves_the_other_lines),
        cmocka_unit_test(test_pronunciations__limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
