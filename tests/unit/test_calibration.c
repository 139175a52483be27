/* From evidence to probability, and the file with the numbers. */
#include "test_helpers.h"

#include "callaudit/calibration.h"

#include <math.h>
#include <string.h>

static const char desk[] = "accept: 0.7\n"
                           "doubt: 0.2\n"
                           "min_snr: 8\n"
                           "models:\n"
                           "  - language: en-US\n"
                           "    sample_rate: 8000\n"
                           "    intercept: -4\n"
                           "    margin: 0.1\n"
                           "    phones: -1\n"
                           "    phone_ms: 0.02\n"
                           "    snr: 0.05\n"
                           "    promise: {condition: quiet, courtesy_f1: 0.9, forbidden_f1: 0.8, "
                           "precision: 0.97}\n"
                           "  - {language: en-US, sample_rate: 16000, margin: 0.2}\n"
                           "  - {language: zh-CN, sample_rate: 8000, margin: 0.3}\n";

typedef struct fixture {
    ca_arena *arena;
    ca_diags diags;
    ca_hearing hearing;
    ca_error err;
} fixture;

static bool parse(fixture *f, const char *text)
{
    memset(f, 0, sizeof *f);
    f->arena = ca_arena_new(0);
    ca_diags_init(&f->diags, f->arena);
    return ca_hearing_parse("desk.yaml", text, strlen(text), &f->hearing, &f->diags, f->arena,
                            &f->err);
}

static void test_calibration__probability_is_the_logistic_of_the_evidence(void **state)
{
    (void)state;
    fixture f;
    assert_true(parse(&f, desk));
    const ca_calibration *c = ca_hearing_find(&f.hearing, "en-US", 8000);
    /* -4 + 0.1 x 50 - ln 20 + 0.02 x 60 + 0.05 x 14 = -0.09573; 1 / (1 + e^0.09573) = 0.47609 */
    assert_true(ca_calibrate(c, &(ca_evidence){50, 20, 60, 14}) == 0.476);
    ca_arena_free(f.arena);
}

static void test_calibration__more_of_the_same_says_nothing_new(void **state)
{
    (void)state;
    fixture f;
    assert_true(parse(&f, desk));
    const ca_calibration *c = ca_hearing_find(&f.hearing, "en-US", 8000);
    assert_true(ca_calibrate(c, &(ca_evidence){110, 20, 65, 15}) ==
                ca_calibrate(c, &(ca_evidence){300, 20, 500, 60}));
    assert_true(ca_calibrate(c, &(ca_evidence){20, 20, 70, 16}) <
                ca_calibrate(c, &(ca_evidence){60, 20, 70, 16}));
    ca_arena_free(f.arena);
}

static void test_calibration__an_unknown_model_takes_the_nearest_entry(void **state)
{
    (void)state;
    fixture f;
    assert_true(parse(&f, desk));
    assert_true(ca_hearing_find(&f.hearing, "en-us", 16000)->margin == 0.2);
    assert_true(ca_hearing_find(&f.hearing, "zh-CN", 16000)->margin == 0.3);
    assert_true(ca_hearing_find(&f.hearing, "fr-FR", 8000)->margin == 0.1);
    ca_arena_free(f.arena);
}

static void test_calibration__cuts_and_promises_are_read(void **state)
{
    (void)state;
    fixture f;
    assert_true(parse(&f, desk));
    assert_true(f.hearing.accept == 0.7 && f.hearing.doubt == 0.2 && f.hearing.min_snr_db == 8);
    assert_string_equal(f.hearing.models.items[0].promise.condition, "quiet");
    assert_null(f.hearing.models.items[1].promise.condition);
    ca_arena_free(f.arena);
}

static void test_calibration__mistakes_are_told_with_their_place(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "models: []\n",
        "accept: 0.2\ndoubt: 0.3\nmodels: [{language: en-US, sample_rate: 8000, margin: 1}]\n",
        "models: [{language: en-US, sample_rate: 8000, margin: 0}]\n",
        "models: [{language: en-US, sample_rate: 8000, margins: 1}]\n",
        "models: [{sample_rate: 8000, margin: 1}]\n",
        "models: [{language: en-US, sample_rate: 8000, margin: nan}]\n",
        "just text\n",
        "",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        fixture f;
        assert_false(parse(&f, wrong[i]));
        assert_int_equal(f.err.code, CA_ESETUP);
        assert_memory_equal(f.err.msg, "desk.yaml", 9);
        ca_arena_free(f.arena);
    }
}

/* The file that is compiled in is whole, and says what it must for each language that ships. */
static void test_calibration__the_frozen_file_is_sound(void **state)
{
    (void)state;
    ca_arena *arena = ca_arena_new(0);
    ca_hearing hearing;
    ca_error err = {0};
    assert_true(ca_hearing_default(&hearing, arena, &err));
    assert_true(hearing.doubt > 0 && hearing.doubt < hearing.accept && hearing.accept < 1);
    for (size_t i = 0; i < hearing.models.count; i++) {
        const ca_calibration *c = &hearing.models.items[i];
        assert_true(ca_calibrate(c, &(ca_evidence){110, 20, 80, 20}) > hearing.accept);
        assert_true(ca_calibrate(c, &(ca_evidence){0, 12, 60, 20}) < hearing.doubt);
    }
    ca_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calibration__probability_is_the_logistic_of_the_evidence),
        cmocka_unit_test(test_calibration__more_of_the_same_says_nothing_new),
        cmocka_unit_test(test_calibration__an_unknown_model_takes_the_nearest_entry),
        cmocka_unit_test(test_calibration__cuts_and_promises_are_read),
        cmocka_unit_test(test_calibration__mistakes_are_told_with_their_place),
        cmocka_unit_test(test_calibration__the_frozen_file_is_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
