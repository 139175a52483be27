/* The trigram model: values computed by hand, and that it is a probability. */
#include "test_helpers.h"

#include "callaudit/ngram.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct fixture {
    ca_arena *arena;
    ca_sentences sentences;
    ca_buf arpa;
    ca_error err;
} fixture;

static void add_sentence(fixture *f, const char *text)
{
    ca_strings *sentence = ca_push(f->arena, &f->sentences);
    assert_non_null(sentence);
    for (const char *at = text; *at;) {
        const size_t length = strcspn(at, " ");
        assert_true(
            ca_strings_add(sentence, ca_arena_strndup(f->arena, at, length), f->arena, &f->err));
        at += length + (at[length] == ' ');
    }
}

static void begin(fixture *f, const char *const *sentences, size_t count)
{
    memset(f, 0, sizeof *f);
    f->arena = ca_arena_new(0);
    for (size_t i = 0; i < count; i++) {
        add_sentence(f, sentences[i]);
    }
    assert_true(ca_ngram_estimate(&f->sentences, &f->arpa, &f->err));
}

static void end(fixture *f)
{
    ca_buf_release(&f->arpa);
    ca_arena_free(f->arena);
}

/* Probability and back-off weight of the gram as the file says them; false when it has none. */
static bool look_up(const fixture *f, const char *words, double *probability, double *back_off)
{
    const size_t length = strlen(words);
    for (const char *line = ca_buf_text(&f->arpa); *line; line++) {
        const char *name = strchr(line, '\t');
        const char *next = strchr(line, '\n');
        if (name && next && name < next && strncmp(name + 1, words, length) == 0 &&
            (name[1 + length] == '\t' || name[1 + length] == '\n')) {
            *probability = pow(10, atof(line));
            *back_off = name[1 + length] == '\t' ? pow(10, atof(name + 2 + length)) : 1;
            return true;
        }
        line = next;
    }
    return false;
}

/* As a decoder computes it: the longest gram there is, by way of the back-off weights. */
static double probability(const fixture *f, const char *older, const char *old, const char *word)
{
    char text[3][64];
    double p;
    double b;
    double weight = 1;
    snprintf(text[0], 64, "%s %s %s", older, old, word);
    if (*older && look_up(f, text[0], &p, &b)) {
        return p;
    }
    snprintf(text[1], 64, "%s %s", older, old);
    if (*older && look_up(f, text[1], &p, &b)) {
        weight *= b;
    }
    snprintf(text[2], 64, "%s %s", old, word);
    if (*old && look_up(f, text[2], &p, &b)) {
        return weight * p;
    }
    if (*old && look_up(f, old, &p, &b)) {
        weight *= b;
    }
    assert_true(look_up(f, word, &p, &b));
    return weight * p;
}

static void assert_gram(const fixture *f, const char *words, double wanted, double wanted_back_off)
{
    double p;
    double b;
    assert_true(look_up(f, words, &p, &b));
    assert_true(fabs(p - wanted) < 2e-6);
    assert_true(fabs(b - wanted_back_off) < 2e-6);
}

/* <s> a b </s>, <s> a a </s>: 6 words to predict of 3 kinds. The fractions are those of the
 * header's formula, computed by hand. */
static void test_ngram__values_are_those_computed_by_hand(void **state)
{
    (void)state;
    fixture f;
    begin(&f, (const char *const[]){"a b", "a a"}, 2);
    assert_gram(&f, "a", 4 / 9.0, 1 / 2.0);
    assert_gram(&f, "b", 2 / 9.0, 1 / 2.0);
    assert_gram(&f, "</s>", 3 / 9.0, 1);
    assert_gram(&f, "<s>", 0, 1 / 3.0);
    assert_gram(&f, "<s> a", 22 / 27.0, 1 / 2.0);
    assert_gram(&f, "a b", 5 / 18.0, 1 / 2.0);
    assert_gram(&f, "a a", 7 / 18.0, 1 / 2.0);
    assert_gram(&f, "a </s>", 6 / 18.0, 1);
    assert_gram(&f, "b </s>", 2 / 3.0, 1);
    assert_gram(&f, "<s> a b", 7 / 18.0, 1);
    assert_gram(&f, "<s> a a", 8 / 18.0, 1);
    assert_gram(&f, "a b </s>", 5 / 6.0, 1);
    assert_gram(&f, "a a </s>", 2 / 3.0, 1);
    assert_non_null(strstr(ca_buf_text(&f.arpa), "ngram 1=4\nngram 2=5\nngram 3=4\n"));
    end(&f);
}

static void test_ngram__every_history_sums_to_one(void **state)
{
    (void)state;
    static const char *const words[] = {"thank", "you", "for",  "calling", "how",
                                        "may",   "i",   "help", "no",      "</s>"};
    static const char *const histories[] = {"",    "<s>", "thank", "you",  "for", "calling",
                                            "how", "may", "i",     "help", "no"};
    fixture f;
    begin(&f,
          (const char *const[]){"thank you for calling", "how may i help you", "thank you", "no",
                                "no no no", "how may i help", "thank you for calling"},
          7);
    for (size_t i = 0; i < sizeof histories / sizeof *histories; i++) {
        for (size_t j = 0; j < sizeof histories / sizeof *histories; j++) {
            double sum = 0;
            for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
                sum += probability(&f, histories[i], histories[j], words[w]);
            }
            assert_true(fabs(sum - 1) < 2e-5);
        }
    }
    end(&f);
}

static void test_ngram__the_order_of_sentences_changes_nothing(void **state)
{
    (void)state;
    fixture f;
    fixture g;
    begin(&f, (const char *const[]){"b a", "", "a c", "b a"}, 4);
    begin(&g, (const char *const[]){"b a", "b a", "a c"}, 3);
    assert_string_equal(ca_buf_text(&f.arpa), ca_buf_text(&g.arpa));
    end(&f);
    end(&g);
}

static void test_ngram__no_words_make_no_model(void **state)
{
    (void)state;
    fixture f = {.arena = ca_arena_new(0)};
    add_sentence(&f, "");
    assert_false(ca_ngram_estimate(&f.sentences, &f.arpa, &f.err));
    assert_int_equal(f.err.code, CA_ESETUP);
    assert_int_equal(f.arpa.length, 0);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ngram__values_are_those_computed_by_hand),
        cmocka_unit_test(test_ngram__every_history_sums_to_one),
        cmocka_unit_test(test_ngram__the_order_of_sentences_changes_nothing),
        cmocka_unit_test(test_ngram__no_words_make_no_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
