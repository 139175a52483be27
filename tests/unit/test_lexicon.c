/* The pronunciation dictionary, and from rules to what is listened for. */
#include "test_helpers.h"

#include "callaudit/keyphrases.h"
#include "callaudit/lexicon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct fixture {
    ca_arena *arena;
    ca_lexicon *lexicon;
    ca_error err;
} fixture;

static void open_text(fixture *f, const char *text)
{
    char path[] = "/tmp/callaudit-lexicon-XXXXXX";
    int fd = mkstemp(path);
    memset(f, 0, sizeof *f);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    f->arena = ca_arena_new(0);
    f->lexicon = ca_lexicon_open(path, &f->err);
    unlink(path);
}

static void end(fixture *f)
{
    ca_lexicon_close(f->lexicon);
    ca_arena_free(f->arena);
}

static const char dictionary[] = "the DH AH\n"
                                 "the(2) DH IY\n"
                                 "the's DH AH Z\n"
                                 "for F AO R\r\n"
                                 "for(2)\tF ER\n"
                                 "broken\n"
                                 "您好 n in h ao\n"
                                 "您 n in\n"
                                 "好 h ao\n"
                                 "中国人 zh ong g uo r en\n"
                                 "中国 zh ong g uo\n";

static void test_lexicon__finds_every_pronunciation_of_a_word_alone(void **state)
{
    (void)state;
    fixture f;
    const ca_pronunciation *first;
    open_text(&f, dictionary);
    assert_int_equal(ca_lexicon_words(f.lexicon), 8);
    assert_int_equal(ca_lexicon_find(f.lexicon, "the", 3, &first), 2);
    assert_string_equal(first[0].name, "the");
    assert_string_equal(first[1].phones, "DH IY");
    assert_int_equal(ca_lexicon_find(f.lexicon, "for", 3, &first), 2);
    assert_int_equal(first[1].phone_count, 2);
    assert_string_equal(first[0].phones, "F AO R");
    assert_int_equal(ca_lexicon_find(f.lexicon, "broken", 6, &first), 0);
    assert_int_equal(ca_lexicon_find(f.lexicon, "th", 2, &first), 0);
    end(&f);
}

static void test_lexicon__splits_chinese_by_the_longest_word(void **state)
{
    (void)state;
    fixture f;
    ca_strings words = {0};
    ca_strings unknown = {0};
    open_text(&f, dictionary);
    assert_true(
        ca_lexicon_split(f.lexicon, "您好中国人 the 吗", &words, &unknown, f.arena, &f.err));
    assert_int_equal(words.count, 4);
    assert_string_equal(words.items[0], "您好");
    assert_string_equal(words.items[1], "中国人");
    assert_string_equal(words.items[2], "the");
    assert_int_equal(unknown.count, 1);
    assert_string_equal(unknown.items[0], "吗");
    end(&f);
}

static void expect_readings(fixture *f, const char *text, const char *const *names, size_t count)
{
    ca_readings readings;
    assert_true(ca_lexicon_readings(f->lexicon, text, &readings, f->arena, &f->err));
    assert_int_equal(readings.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(readings.items[i].names, names[i]);
    }
}

static void test_lexicon__readings_are_the_first_one_the_reduced_one_and_variants(void **state)
{
    (void)state;
    fixture f;
    open_text(&f, "going G OW IH NG\n"
                  "to T UW\nto(2) T IH\nto(3) T AH\n"
                  "for F AO R\nfor(2) F ER\n"
                  "send S EH N D\n"
                  "the DH AH\nthe(2) DH IY\n");
    assert_true(ca_lexicon_add(f.lexicon, "going_to", "G AH N AH", CA_SOURCE_SPEECH, &f.err));
    assert_true(ca_lexicon_add(f.lexicon, "send(2)", "S EH N", CA_SOURCE_SPEECH, &f.err));
    assert_true(ca_lexicon_settle(f.lexicon, &f.err));
    expect_readings(&f, "for the", (const char *[]){"for the", "for(2) the", "for the(2)"}, 3);
    expect_readings(&f, "going to send for the",
                    (const char *[]){"going to send for the", "going_to send for(2) the",
                                     "going to(2) send for the", "going to(3) send for the"},
                    4);
    expect_readings(&f, "going for to",
                    (const char *[]){"going for to", "going for(2) to(3)", "going for(2) to",
                                     "going for to(2)"},
                    4);
    expect_readings(&f, "to", (const char *[]){"to", "to(2)", "to(3)"}, 3);
    expect_readings(&f, "send", (const char *[]){"send"}, 1); /* nothing runs into a lone word */
    expect_readings(&f, "for nobody", NULL, 0);
    expect_readings(&f, "", NULL, 0);
    end(&f);
}

static void test_lexicon__phones_of_a_row_of_words_count_as_one(void **state)
{
    (void)state;
    fixture f;
    ca_readings readings;
    open_text(&f, "going G OW IH NG\nto T UW\n");
    assert_true(ca_lexicon_add(f.lexicon, "going_to", "G AH N AH", CA_SOURCE_SPEECH, &f.err));
    assert_true(ca_lexicon_settle(f.lexicon, &f.err));
    assert_true(ca_lexicon_readings(f.lexicon, "going to going", &readings, f.arena, &f.err));
    assert_int_equal(readings.count, 2);
    assert_int_equal(readings.items[0].phone_count, 10);
    assert_int_equal(readings.items[1].phone_count, 8);
    end(&f);
}

static void test_lexicon__phones_are_sorted_each_once(void **state)
{
    (void)state;
    fixture f;
    ca_strings phones = {0};
    open_text(&f, "b B IY  AA\na AA\nc IY AA ZH\n");
    assert_true(ca_lexicon_phones(f.lexicon, &phones, f.arena, &f.err));
    assert_int_equal(phones.count, 4);
    assert_string_equal(phones.items[0], "AA");
    assert_string_equal(phones.items[1], "B");
    assert_string_equal(phones.items[2], "IY");
    assert_string_equal(phones.items[3], "ZH");
    end(&f);
}

static void test_lexicon__a_file_that_is_no_dictionary_is_refused(void **state)
{
    (void)state;
    fixture f;
    open_text(&f, "nothing\n\n");
    assert_null(f.lexicon);
    assert_int_equal(f.err.code, CA_ESETUP);
    end(&f);
}

static const char rules[] =
    "ruleset: t\nlanguage: en-US\nrules:\n"
    "  - id: a\n    title: A\n    dimension: courtesy\n    kind: required\n"
    "    who: agent\n    phrases: [how (may|can) i]\n    rivals: [how i may]\n"
    "  - id: b\n    title: B\n    dimension: empathy\n    kind: forbidden\n"
    "    who: any\n    regex: '\\b(?:shut up|go away)\\b'\n"
    "    unless: [shut up shop]\n";

static void test_keyphrases__every_wording_of_the_language_is_listened_for(void **state)
{
    (void)state;
    ca_arena *arena = ca_arena_new(0);
    ca_error err = {0};
    ca_diags diags;
    ca_rulesets sets = {0};
    ca_keyphrases phrases = {0};
    ca_diags_init(&diags, arena);
    assert_true(ca_rules_parse("t.yaml", rules, strlen(rules), &sets, &diags, arena));
    assert_int_equal(diags.errors, 0);
    assert_true(ca_keyphrases_collect(&sets, "en-US", &phrases, arena, &err));
    assert_int_equal(phrases.count, 6);
    for (size_t i = 0; i < phrases.count; i++) {
        const bool of_a = strncmp(phrases.items[i].text, "how", 3) == 0;
        assert_int_equal(phrases.items[i].rule, of_a ? 0 : 1);
        assert_int_equal(phrases.items[i].speakers, of_a ? 5 : 7);
    }
    phrases.count = 0;
    assert_true(ca_keyphrases_collect(&sets, "zh-CN", &phrases, arena, &err));
    assert_int_equal(phrases.count, 0);
    ca_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lexicon__finds_every_pronunciation_of_a_word_alone),
        cmocka_unit_test(test_lexicon__splits_chinese_by_the_longest_word),
        cmocka_unit_test(test_lexicon__readings_are_the_first_one_the_reduced_one_and_variants),
        cmocka_unit_test(test_lexicon__phones_of_a_row_of_words_count_as_one),
        cmocka_unit_test(test_lexicon__phones_are_sorted_each_once),
        cmocka_unit_test(test_lexicon__a_file_that_is_no_dictionary_is_refused),
        cmocka_unit_test(test_keyphrases__every_wording_of_the_language_is_listened_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
