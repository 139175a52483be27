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

static void test_lexicon__readings_are_all_combinations_up_to_the_limit(void **state)
{
    (void)state;
    fixture f;
    ca_readings readings;
    open_text(&f, dictionary);
    assert_true(ca_lexicon_readings(f.lexicon, "for the", &readings, f.arena, &f.err));
    assert_int_equal(readings.count, 4);
    assert_string_equal(readings.items[0].names, "for the");
    assert_string_equal(readings.items[3].names, "for(2) the(2)");
    assert_int_equal(readings.items[3].phone_count, 4);
    assert_true(
        ca_lexicon_readings(f.lexicon, "for the for the for the", &readings, f.arena, &f.err));
    assert_int_equal(readings.count, CA_MAX_READINGS);
    assert_true(ca_lexicon_readings(f.lexicon, "for nobody", &readings, f.arena, &f.err));
    assert_int_equal(readings.count, 0);
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
        cmocka_unit_test(test_lexicon__readings_are_all_combinations_up_to_the_limit),
        cmocka_unit_test(test_lexicon__a_file_that_is_no_dictionary_is_refused),
        cmocka_unit_test(test_keyphrases__every_wording_of_the_language_is_listened_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
