/* test_warp.c - which warp suits a voice. */
#include "callaudit/warp.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_warp__index_knows_its_own(void **state)
{
    (void)state;
    assert_int_equal(ca_warp_index(0.84), 0);
    assert_int_equal(ca_warp_index(1), CA_WARP_NONE);
    assert_int_equal(ca_warp_index(1.17), 2);
    assert_int_equal(ca_warp_index(0), -1);
    assert_int_equal(ca_warp_index(1.1), -1);
    assert_int_equal(ca_warp_index(NAN), -1);
}

static void test_warp__score_is_the_mean_of_the_largest(void **state)
{
    (void)state;
    double few[] = {30, 0, 60};
    double many[14];
    assert_true(ca_warp_score(few, 3) == 30);
    assert_true(few[0] == 60 && few[2] == 0);
    assert_true(ca_warp_score(few, 0) == 0);
    for (int i = 0; i < 14; i++) {
        many[i] = (i * 5) % 14; /* 0 .. 13 in another order: the 12 largest are 2 .. 13 */
    }
    assert_true(ca_warp_score(many, 14) == 7.5);
}

static void test_warp__only_what_is_asked_of_agents_counts(void **state)
{
    (void)state;
    const unsigned agent = 1U << CA_AGENT;
    ca_target wordings[] = {{.text = "hello", .speakers = agent},
                            {.text = "my card", .speakers = 1U << CA_CUSTOMER},
                            {.text = "thank you", .speakers = agent | 1U << CA_CUSTOMER},
                            {.text = "bye", .speakers = agent},
                            {.text = "never said", .speakers = agent}};
    ca_detection list[] = {{.target = 0, .margin = 20}, {.target = 1, .margin = 900},
                           {.target = 2, .margin = 60}, {.target = 0, .margin = 40},
                           {.target = 3, .margin = -8}, {.target = 2, .margin = 50}};
    const ca_targets targets = {.items = wordings, .count = 5};
    const ca_detections heard = {.items = list, .count = 6};
    const ca_detections nothing = {0};
    ca_error err = {0};
    double score = -1;
    assert_true(ca_warp_score_detections(&heard, &targets, &score, &err));
    assert_true(score == 25); /* 40 + 60 + 0 + 0 over four */
    assert_true(ca_warp_score_detections(&nothing, &targets, &score, &err));
    assert_true(score == 0);
    assert_true(ca_warp_score_detections(&nothing, &(ca_targets){0}, &score, &err));
    assert_true(score == 0);
}

static void test_warp__the_greatest_score_wins_with_a_lead(void **state)
{
    (void)state;
    static const struct {
        double scores[CA_WARP_COUNT];
        size_t chosen;
    } cases[] = {
        {{100, 110, 120}, 2},   {{120, 110, 100}, 0},   {{100, 120, 110}, 1}, {{0, 0, 1}, 2},
        {{100, 100, 102}, 2},                           /* two per cent are enough */
        {{100, 100, 101.9}, 1}, {{101.9, 100, 100}, 1}, /* less is not */
        {{100, 100, 100}, 1},   {{0, 0, 0}, 1},         {{110, 100, 110}, 0}, /* 0.84 lies nearer to
                                                                                 1 than 1.17 does */
        {{109, 100, 110}, 0},   {{107, 100, 110}, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (ca_warp_choose(cases[i].scores) != cases[i].chosen) {
            fail_msg("case %zu: %zu", i, ca_warp_choose(cases[i].scores));
        }
    }
}

static void test_warp__fit_of_a_mad_worker_is_unsound(void **state)
{
    (void)state;
    assert_true(ca_warp_fit_sound(&(ca_warp_fit){0, {0, 0, 0}}));
    assert_true(ca_warp_fit_sound(&(ca_warp_fit){61000, {1.5, 2, 3}}));
    assert_false(ca_warp_fit_sound(&(ca_warp_fit){-1, {1, 2, 3}}));
    assert_false(ca_warp_fit_sound(&(ca_warp_fit){1, {1, -2, 3}}));
    assert_false(ca_warp_fit_sound(&(ca_warp_fit){1, {1, 2, INFINITY}}));
    assert_false(ca_warp_fit_sound(&(ca_warp_fit){1, {NAN, 2, 3}}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_warp__index_knows_its_own),
        cmocka_unit_test(test_warp__score_is_the_mean_of_the_largest),
        cmocka_unit_test(test_warp__only_what_is_asked_of_agents_counts),
        cmocka_unit_test(test_warp__the_greatest_score_wins_with_a_lead),
        cmocka_unit_test(test_warp__fit_of_a_mad_worker_is_unsound),
    };
    return cmocka_run_group_tests_name("warp", tests, NULL, NULL);
}
