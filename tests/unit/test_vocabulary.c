/* The pronunciations of one recognizer: the desk's words, the dictionary, guesses. */
#include "test_helpers.h"

#include "callaudit/reductions.h"
#include "callaudit/vocabulary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char english[] = "data D AE T AH\n"
                              "data(2) D EY T AH\n"
                              "quick K W IH K\n"
                              "sill S IH L\n"
                              "the DH AH\n";

typedef struct fixture {
    char dictionary[40], own[40];
    ca_arena *arena;
    ca_model model;
    ca_keyphrases phrases;
    ca_guesses guesses;
    ca_strings unknown;
    ca_diags diags;
    ca_error err;
} fixture;

static void write_file(char *path, const char *text)
{
    strcpy(path, "/tmp/callaudit-vocabulary-XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void begin(fixture *f, const char *language, const char *dictionary, const char *own)
{
    memset(f, 0, sizeof *f);
    f->arena = ca_arena_new(0);
    ca_diags_init(&f->diags, f->arena);
    write_file(f->dictionary, dictionary);
    f->model = (ca_model){.language = language, .dictionary = f->dictionary};
    if (own) {
        write_file(f->own, own);
        f->model.pronunciations = f->own;
    }
}

static void end(fixture *f)
{
    unlink(f->dictionary);
    if (f->model.pronunciations) {
        unlink(f->own);
    }
    ca_arena_free(f->arena);
}

static void listen_to(fixture *f, const char *text)
{
    ca_keyphrase *phrase = ca_push(f->arena, &f->phrases);
    *phrase = (ca_keyphrase){.text = text, .speakers = 1};
}

static void expect_word(const ca_lexicon *lexicon, const char *word, const char *const *phones,
                        size_t count)
{
    const ca_pronunciation *first;
    assert_int_equal(ca_lexicon_find(lexicon, word, strlen(word), &first), count);
    for (size_t i = 0; i < count; i++) {
        char name[64];
        snprintf(name, sizeof name, i > 0 ? "%s(%zu)" : "%s", word, i + 1);
        assert_string_equal(first[i].name, name);
        assert_string_equal(first[i].phones, phones[i]);
    }
}

static void test_vocabulary__the_desks_words_come_first(void **state)
{
    (void)state;
    fixture f;
    begin(&f, "en-US", english, "Data(2) D AH T AH\ndata D EY T AH\nzelle S IH L\nsill S AE L\n");
    ca_lexicon *lexicon = ca_vocabulary_open(&f.model, &f.phrases, &f.err);
    assert_non_null(lexicon);
    expect_word(lexicon, "data", (const char *[]){"D EY T AH", "D AH T AH", "D AE T AH"}, 3);
    expect_word(lexicon, "zelle", (const char *[]){"S IH L"}, 1);
    expect_word(lexicon, "sill", (const char *[]){"S AE L", "S IH L"}, 2);
    expect_word(lexicon, "the", (const char *[]){"DH AH"}, 1);
    ca_lexicon_close(lexicon);
    end(&f);
}

static void test_vocabulary__guesses_what_is_missing(void **state)
{
    (void)state;
    fixture f;
    ca_readings readings;
    begin(&f, "en-US", english, NULL);
    listen_to(&f, "the quickly data");
    listen_to(&f, "the quill quill");
    ca_lexicon *lexicon = ca_vocabulary_open(&f.model, &f.phrases, &f.err);
    assert_non_null(lexicon);
    expect_word(lexicon, "quill", (const char *[]){"K W IH L"}, 1);
    expect_word(lexicon, "quickly", NULL, 0); /* this model has no IY */
    assert_true(ca_lexicon_readings(lexicon, "the quill", &readings, f.arena, &f.err));
    assert_int_equal(readings.count, 1);
    assert_int_equal(readings.items[0].phone_count, 6);
    ca_lexicon_close(lexicon);
    end(&f);
}

static void test_vocabulary__reviews_guesses_and_unknown_words_once(void **state)
{
    (void)state;
    fixture f;
    begin(&f, "en-US", english, NULL);
    listen_to(&f, "quickly quill quill");
    listen_to(&f, "您 quill quickly");
    assert_true(ca_vocabulary_review(&f.model, &f.phrases, &f.guesses, &f.unknown, &f.diags,
                                     f.arena, &f.err));
    assert_int_equal(f.guesses.count, 1);
    assert_string_equal(f.guesses.items[0].word, "quill");
    assert_int_equal(f.guesses.items[0].phones.count, 1);
    assert_string_equal(f.guesses.items[0].phones.items[0], "K W IH L");
    assert_int_equal(f.unknown.count, 2);
    assert_string_equal(f.unknown.items[0], "quickly");
    assert_string_equal(f.unknown.items[1], "您");
    end(&f);
}

static const char mandarin[] =
    "银行 y in h ang\n旅行 l v x ing\n不行 b u x ing\n可行 k e x ing\n好 h ao\n";

static void test_vocabulary__chinese_words_of_the_desk_and_characters_of_others(void **state)
{
    (void)state;
    fixture f;
    ca_readings readings;
    begin(&f, "zh-CN", mandarin, "行好 h ang h ao\n");
    listen_to(&f, "行不行");
    listen_to(&f, "行好 vip 吗");
    ca_lexicon *lexicon = ca_vocabulary_open(&f.model, &f.phrases, &f.err);
    assert_non_null(lexicon);
    expect_word(lexicon, "行", (const char *[]){"x ing", "h ang"}, 2);
    expect_word(lexicon, "吗", NULL, 0);
    expect_word(lexicon, "vip", NULL, 0); /* English sounds are foreign to the model */
    assert_true(ca_lexicon_readings(lexicon, "行好", &readings, f.arena, &f.err));
    assert_int_equal(readings.count, 1); /* the longest word, the desk's own */
    assert_string_equal(readings.items[0].names, "行好");
    ca_lexicon_close(lexicon);
    end(&f);
}

static void test_vocabulary__mistakes_of_the_desks_file_are_setup(void **state)
{
    (void)state;
    fixture f;
    begin(&f, "en-US", english, "zelle Z QQ\nq\n");
    assert_null(ca_vocabulary_open(&f.model, &f.phrases, &f.err));
    assert_int_equal(f.err.code, CA_ESETUP);
    assert_non_null(strstr(f.err.msg, ":1:7: the model has no phone 'Z'"));
    assert_false(ca_vocabulary_review(&f.model, &f.phrases, &f.guesses, &f.unknown, &f.diags,
                                      f.arena, &f.err));
    assert_int_equal(f.diags.errors, 3);
    f.err = (ca_error){0};
    f.model.pronunciations = "/nowhere/desk.dict";
    assert_null(ca_vocabulary_open(&f.model, &f.phrases, &f.err));
    assert_int_equal(f.err.code, CA_ESETUP);
    assert_non_null(strstr(f.err.msg, "/nowhere/desk.dict"));
    f.model.pronunciations = f.own;
    end(&f);
}

/* Debian's dictionary: what the table of reductions holds can be said by the model. */
static void test_vocabulary__reduced_forms_join_an_english_dictionary(void **state)
{
    (void)state;
    fixture f;
    ca_readings readings;
    size_t count = 0;
    const ca_reduction *table = ca_reductions(&count);
    begin(&f, "en-US", "", NULL);
    ca_model model = {.language = "en-US"};
    assert_true(ca_model_resolve(&model, f.arena, &f.err));
    ca_lexicon *lexicon = ca_vocabulary_open(&model, &f.phrases, &f.err);
    assert_non_null(lexicon);
    for (size_t i = 0; i < count; i++) {
        const ca_pronunciation *first;
        const size_t found =
            ca_lexicon_find(lexicon, table[i].words, strlen(table[i].words), &first);
        bool held = false;
        for (size_t k = 0; k < found; k++) {
            held = held || strcmp(first[k].phones, table[i].phones) == 0;
        }
        assert_true(held);
    }
    assert_true(ca_lexicon_readings(lexicon, "i am going to send you", &readings, f.arena, &f.err));
    assert_true(readings.count >= 2);
    assert_string_equal(readings.items[0].names, "i am going to send you");
    assert_string_equal(readings.items[1].names, "i_am going_to send you(2)");
    ca_lexicon_close(lexicon);
    end(&f);
}

static void test_vocabulary__another_language_has_no_english_reductions(void **state)
{
    (void)state;
    fixture f;
    const ca_pronunciation *first;
    begin(&f, "xx-XX", "for F AO R\nx F ER\ngoing G AH N AH\nto T UW\n", NULL);
    ca_lexicon *lexicon = ca_vocabulary_open(&f.model, &f.phrases, &f.err);
    assert_non_null(lexicon);
    assert_int_equal(ca_lexicon_find(lexicon, "for", 3, &first), 1);
    assert_int_equal(ca_lexicon_find(lexicon, "going_to", 8, &first), 0);
    ca_lexicon_close(lexicon);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vocabulary__the_desks_words_come_first),
        cmocka_unit_test(test_vocabulary__guesses_what_is_missing),
        cmocka_unit_test(test_vocabulary__reviews_guesses_and_unknown_words_once),
        cmocka_unit_test(test_vocabulary__chinese_words_of_the_desk_and_characters_of_others),
        cmocka_unit_test(test_vocabulary__mistakes_of_the_desks_file_are_setup),
        cmocka_unit_test(test_vocabulary__reduced_forms_join_an_english_dictionary),
        cmocka_unit_test(test_vocabulary__another_language_has_no_english_reductions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
