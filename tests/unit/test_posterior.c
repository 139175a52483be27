/* The share of a lattice that says a word. */
#include "test_helpers.h"

#include "callaudit/posterior.h"

#include <math.h>

static const ca_link items[] = {
    {"no", 0, 9, 0.3},   {"no", 2, 9, 0.2},   {"now", 0, 9, 0.5},
    {"no", 10, 19, 0.9}, {"no", 8, 12, 0.05},
};
static const ca_links links = {.items = (ca_link *)items, .count = 5};

static void assert_near(double value, double wanted)
{
    assert_true(fabs(value - wanted) < 1e-9);
}

static void test_posterior__links_of_the_word_add_up_where_most_of_them_stand(void **state)
{
    (void)state;
    assert_near(ca_word_posterior(&links, "no", 0, 9), 0.3 + 0.2 + 0.05); /* frames 8 and 9 */
    assert_near(ca_word_posterior(&links, "no", 0, 7), 0.3 + 0.2);
    assert_near(ca_word_posterior(&links, "no", 0, 1), 0.3);
    assert_near(ca_word_posterior(&links, "no", 12, 19), 0.95);
    assert_near(ca_word_posterior(&links, "now", 0, 9), 0.5);
}

static void test_posterior__what_no_link_says_has_none(void **state)
{
    (void)state;
    const ca_links none = {0};
    assert_near(ca_word_posterior(&links, "new", 0, 9), 0);
    assert_near(ca_word_posterior(&links, "now", 10, 19), 0);
    assert_near(ca_word_posterior(&none, "no", 0, 9), 0);
}

static void test_posterior__is_never_above_one(void **state)
{
    (void)state;
    static const ca_link two[] = {{"a", 0, 5, 0.7}, {"a", 0, 6, 0.7}};
    const ca_links sure = {.items = (ca_link *)two, .count = 2};
    assert_true(ca_word_posterior(&sure, "a", 0, 6) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_posterior__links_of_the_word_add_up_where_most_of_them_stand),
        cmocka_unit_test(test_posterior__what_no_link_says_has_none),
        cmocka_unit_test(test_posterior__is_never_above_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
