/* test_score.c - the call's score from its findings. */
#include "callaudit/score.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FINDINGS(list)                                                                             \
    {                                                                                              \
        .items = (list), .count = sizeof(list) / sizeof *(list)                                    \
    }

static ca_finding finding(int weight, ca_verdict verdict, int ok)
{
    return (ca_finding){.weight = weight, .verdict = verdict, .ok = ok, .nearest = -1};
}

static void test_score__is_satisfied_over_decided(void **state)
{
    (void)state;
    ca_finding list[] = {finding(1, CA_HIT, 1), finding(2, CA_MISS, 0)};
    const ca_findings findings = FINDINGS(list);
    ca_score score = ca_score_call(&findings);
    assert_true(score.decided);
    assert_true(score.points == 33.333);
    assert_true(score.unsure_share == 0);
    assert_false(score.critical);
}

static void test_score__rounds_half_up(void **state)
{
    (void)state;
    ca_finding list[] = {finding(5, CA_HIT, 1), finding(1, CA_MISS, 0)};
    const ca_findings findings = FINDINGS(list);
    assert_true(ca_score_call(&findings).points == 83.333);
    list[0].weight = 2;
    assert_true(ca_score_call(&findings).points == 66.667);
    list[0].weight = 31; /* 31/64 = 48.4375 % */
    list[1].weight = 33;
    assert_true(ca_score_call(&findings).points == 48.438);
}

static void test_score__leaves_out_unsure_and_not_applicable(void **state)
{
    (void)state;
    ca_finding list[] = {finding(6, CA_HIT, 1), finding(2, CA_UNSURE, -1), finding(90, CA_NA, -1)};
    const ca_findings findings = FINDINGS(list);
    ca_score score = ca_score_call(&findings);
    assert_true(score.points == 100);
    assert_true(score.unsure_share == 0.25);
}

static void test_score__a_critical_hit_makes_it_zero(void **state)
{
    (void)state;
    ca_finding list[] = {finding(90, CA_HIT, 1), finding(0, CA_HIT, 0)};
    list[1].critical = true;
    const ca_findings findings = FINDINGS(list);
    ca_score score = ca_score_call(&findings);
    assert_true(score.critical);
    assert_true(score.decided);
    assert_true(score.points == 0);
    list[1] = finding(0, CA_MISS, 1);
    list[1].critical = true;
    assert_false(ca_score_call(&findings).critical);
    assert_true(ca_score_call(&findings).points == 100);

    ca_finding alone[] = {finding(0, CA_HIT, 0)};
    alone[0].critical = true;
    const ca_findings critical = FINDINGS(alone);
    assert_true(ca_score_call(&critical).decided);
}

static void test_score__is_undecided_without_decided_rules(void **state)
{
    (void)state;
    ca_finding list[] = {finding(3, CA_UNSURE, -1), finding(3, CA_NA, -1), finding(0, CA_HIT, 1)};
    const ca_findings findings = FINDINGS(list), none = {0};
    assert_false(ca_score_call(&findings).decided);
    assert_true(ca_score_call(&findings).unsure_share == 1);
    assert_false(ca_score_call(&none).decided);
    assert_true(ca_score_call(&none).unsure_share == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_score__is_satisfied_over_decided),
        cmocka_unit_test(test_score__rounds_half_up),
        cmocka_unit_test(test_score__leaves_out_unsure_and_not_applicable),
        cmocka_unit_test(test_score__a_critical_hit_makes_it_zero),
        cmocka_unit_test(test_score__is_undecided_without_decided_rules),
    };
    return cmocka_run_group_tests_name("score", tests, NULL, NULL);
}
