/* Waiting for workers; how they live and die is tests/cli/workers.sh. */
#include "test_helpers.h"

#include "callaudit/workers.h"

#include <unistd.h>

/* A wait that ends between two looks at the clock once lasted for ever: thousands of the shortest
 * waits meet that moment. The alarm ends the program, which counts as a failure. */
static void test_workers__the_shortest_waits_all_end(void **state)
{
    (void)state;
    enum { WAITS = 4000 };
    const ca_config config = {.limits = {.memory_bytes = 600000000, .call_seconds = 60}};
    const ca_rulesets rulesets = {0};
    ca_error err = {0};
    ca_arena *arena = ca_arena_new(0);
    ca_workers *workers = ca_workers_start(&config, &rulesets, 1, &err);
    assert_non_null(workers);
    alarm(60);
    for (int i = 0; i < WAITS; i++) {
        ca_outcome outcome;
        bool got = true;
        assert_true(ca_workers_wait(workers, 0, &outcome, &got, arena, &err));
        assert_false(got);
    }
    alarm(0);
    ca_workers_stop(workers);
    ca_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_workers__the_shortest_waits_all_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
