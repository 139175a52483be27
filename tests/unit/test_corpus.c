/* Text that a language model is made from. */
#include "test_helpers.h"

#include "callaudit/corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct fixture {
    char path[64];
    ca_arena *arena;
    ca_diags diags;
    ca_strings lines;
    ca_error err;
    bool ok;
} fixture;

static void write_temporary(char *path, const char *bytes, size_t length)
{
    int fd;
    strcpy(path, "/tmp/callaudit-corpus-XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), (ssize_t)length);
    close(fd);
}

static void read_bytes(fixture *f, const char *bytes, size_t length)
{
    memset(f, 0, sizeof *f);
    f->arena = ca_arena_new(0);
    ca_diags_init(&f->diags, f->arena);
    write_temporary(f->path, bytes, length);
    f->ok = ca_corpus_read(f->path, &f->lines, &f->diags, f->arena, &f->err);
    unlink(f->path);
}

static void read_text(fixture *f, const char *text)
{
    read_bytes(f, text, strlen(text));
}

static void end(fixture *f)
{
    ca_arena_free(f->arena);
}

static void test_corpus__lines_become_words_parted_where_punctuation_was(void **state)
{
    (void)state;
    fixture f;
    read_text(&f,
              "\xEF\xBB\xBFThank you, for  Calling!\r\n\n  ...  \nwe don't\n您好，我是 abc银行\n");
    assert_true(f.ok);
    assert_int_equal(f.lines.count, 3);
    assert_string_equal(f.lines.items[0], "thank you\nfor calling");
    assert_string_equal(f.lines.items[1], "we don't");
    assert_string_equal(f.lines.items[2], "您好\n我是 abc银行");
    end(&f);
}

static void assert_refused(fixture *f, const char *place)
{
    assert_false(f->ok);
    assert_int_equal(f->err.code, CA_ESETUP);
    assert_non_null(strstr(f->err.msg, place));
    assert_non_null(strstr(f->err.msg, f->path));
    end(f);
}

static void test_corpus__mistakes_are_named_by_line_and_column(void **state)
{
    (void)state;
    fixture f;
    read_text(&f, "fine\nb\xC3\xA4"
                  "d \xFF here\n");
    assert_refused(&f, ":2:6: expected UTF-8, found byte 0xFF");
    read_bytes(&f, "a\0b\n", 4);
    assert_refused(&f, ":1:2: ");
    read_text(&f, " \n...\n");
    assert_refused(&f, "found no words");
    read_text(&f, "");
    assert_refused(&f, "found no words");
}

static void test_corpus__long_lines_and_large_files_are_refused(void **state)
{
    (void)state;
    fixture f;
    const size_t size = CA_CORPUS_MAX_BYTES + 1;
    char *bytes = malloc(size);
    assert_non_null(bytes);
    memset(bytes, 'a', size);
    bytes[CA_CORPUS_MAX_LINE] = '\n';
    read_bytes(&f, bytes, CA_CORPUS_MAX_LINE + 2);
    assert_true(f.ok);
    assert_int_equal(f.lines.count, 2);
    end(&f);
    bytes[CA_CORPUS_MAX_LINE] = 'a';
    read_bytes(&f, bytes, CA_CORPUS_MAX_LINE + 1);
    assert_refused(&f, ":1:1: the line has 4097 bytes");
    read_bytes(&f, bytes, size);
    assert_false(f.ok);
    assert_non_null(strstr(f.err.msg, f.path));
    end(&f);
    free(bytes);
}

static void test_corpus__words_outside_the_dictionary_end_a_run(void **state)
{
    (void)state;
    static const char dictionary[] = "thank TH\nyou Y\nfor F\n您好 n\n中国 zh\n人 r\n";
    char path[64];
    ca_arena *arena = ca_arena_new(0);
    ca_sentences sentences = {0};
    ca_error err = {0};
    write_temporary(path, dictionary, strlen(dictionary));
    ca_lexicon *lexicon = ca_lexicon_open(path, &err);
    unlink(path);
    assert_non_null(lexicon);
    assert_true(
        ca_corpus_add(lexicon, "acme thank you acme acme for\nyou", &sentences, arena, &err));
    assert_true(ca_corpus_add(lexicon, "您好中国人吗人", &sentences, arena, &err));
    assert_true(ca_corpus_add(lexicon, "acme", &sentences, arena, &err));
    assert_int_equal(sentences.count, 5);
    assert_int_equal(sentences.items[0].count, 2);
    assert_string_equal(sentences.items[0].items[1], "you");
    assert_string_equal(sentences.items[1].items[0], "for");
    assert_int_equal(sentences.items[1].count, 1);
    assert_string_equal(sentences.items[2].items[0], "you");
    assert_int_equal(sentences.items[3].count, 3);
    assert_string_equal(sentences.items[3].items[1], "中国");
    assert_string_equal(sentences.items[4].items[0], "人");
    ca_lexicon_close(lexicon);
    ca_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus__lines_become_words_parted_where_punctuation_was),
        cmocka_unit_test(test_corpus__mistakes_are_named_by_line_and_column),
        cmocka_unit_test(test_corpus__long_lines_and_large_files_are_refused),
        cmocka_unit_test(test_corpus__words_outside_the_dictionary_end_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
