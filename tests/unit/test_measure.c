/* test_measure.c - talk, silence and fitness. */
#include "callaudit/measure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int make_arena(void **state)
{
    *state = ca_arena_new(0);
    return *state != NULL ? 0 : -1;
}

static int drop_arena(void **state)
{
    ca_arena_free(*state);
    return 0;
}

/* Agent 1000-3000 and 2000-4000 (they overlap), customer 3500-6000, agent 9000-9500; 10 s. */
static void make_call(ca_call *call, ca_arena *arena)
{
    *call = (ca_call){.duration_ms = 10000};
    *ca_push(arena, &call->channels) = (ca_channel){CA_AGENT, 20.5, -18, 110, 0.25, 3400, 3500};
    *ca_push(arena, &call->channels) = (ca_channel){CA_CUSTOMER, 12, -24, 190, 0, 1800, 2500};
    *ca_push(arena, &call->segments) = (ca_segment){0, 1000, 3000};
    *ca_push(arena, &call->segments) = (ca_segment){0, 2000, 4000};
    *ca_push(arena, &call->segments) = (ca_segment){1, 3500, 6000};
    *ca_push(arena, &call->segments) = (ca_segment){0, 9000, 9500};
    *ca_push(arena, &call->lines) =
        (ca_line){.speaker = CA_AGENT, .start_ms = 7000, .end_ms = 7100};
}

static const ca_measure *find(const ca_call *call, const char *name, int speaker)
{
    for (size_t i = 0; i < call->measures.count; i++) {
        const ca_measure *measure = &call->measures.items[i];
        if (strcmp(measure->name, name) == 0 && measure->speaker == speaker) {
            return measure;
        }
    }
    return NULL;
}

static void check(const ca_call *call, const char *name, int speaker, double value,
                  const char *unit)
{
    const ca_measure *measure = find(call, name, speaker);
    assert_non_null(measure);
    assert_true(measure->value > value - 1e-9 && measure->value < value + 1e-9);
    assert_string_equal(measure->unit, unit);
}

static void test_measure__counts_talk_once(void **state)
{
    ca_call call;
    ca_error err = {0};
    make_call(&call, *state);
    assert_true(ca_measure_call(&call, *state, &err));
    check(&call, "talk", CA_AGENT, 3500, "ms");
    check(&call, "talk", CA_CUSTOMER, 2500, "ms");
    check(&call, "talk.share", CA_AGENT, 3500.0 / 6000, "share");
    check(&call, "talk.share", CA_CUSTOMER, 2500.0 / 6000, "share");
    assert_null(find(&call, "talk", CA_MIXED));
}

static void test_measure__finds_silence(void **state)
{
    ca_call call;
    ca_error err = {0};
    make_call(&call, *state);
    assert_true(ca_measure_call(&call, *state, &err));
    check(&call, "silence", -1, 4500, "ms"); /* 1000 before, 3000 between, 500 behind */
    check(&call, "silence.longest", -1, 3000, "ms");
    check(&call, "silence.share", -1, 0.45, "share");
}

static void test_measure__longest_silence_lies_between_speech(void **state)
{
    ca_call call = {.duration_ms = 20000};
    ca_error err = {0};
    *ca_push(*state, &call.channels) = (ca_channel){.speaker = CA_AGENT, .speech_ms = 1000};
    *ca_push(*state, &call.segments) = (ca_segment){0, 8000, 8500};
    *ca_push(*state, &call.segments) = (ca_segment){0, 9000, 9500};
    assert_true(ca_measure_call(&call, *state, &err));
    check(&call, "silence.longest", -1, 500, "ms");
    assert_null(find(&call, "talk.share", CA_AGENT)); /* nobody to share with */
}

static void test_measure__does_not_depend_on_order(void **state)
{
    ca_call call;
    ca_error err = {0};
    make_call(&call, *state);
    ca_segment first = call.segments.items[0];
    call.segments.items[0] = call.segments.items[3];
    call.segments.items[3] = first;
    assert_true(ca_measure_call(&call, *state, &err));
    check(&call, "talk", CA_AGENT, 3500, "ms");
    check(&call, "silence.longest", -1, 3000, "ms");
}

static void test_measure__tells_the_fitness_of_sides(void **state)
{
    ca_call call;
    ca_error err = {0};
    make_call(&call, *state);
    assert_true(ca_measure_call(&call, *state, &err));
    check(&call, "snr", CA_AGENT, 20.5, "db");
    check(&call, "level", CA_CUSTOMER, -24, "db");
    check(&call, "clipped", CA_AGENT, 0.25, "share");
    check(&call, "bandwidth", CA_CUSTOMER, 1800, "hz");
    check(&call, "speech.share", CA_AGENT, 0.35, "share");
}

static void test_measure__measures_a_side_once(void **state)
{
    ca_call call;
    ca_error err = {0};
    make_call(&call, *state);
    call.channels.items[0].speaker = call.channels.items[1].speaker = CA_MIXED;
    assert_true(ca_measure_call(&call, *state, &err));
    size_t count = 0;
    for (size_t i = 0; i < call.measures.count; i++) {
        count += strcmp(call.measures.items[i].name, "snr") == 0;
    }
    assert_int_equal(count, 1);
    check(&call, "snr", CA_MIXED, 20.5, "db"); /* of the channel with more speech */
    check(&call, "talk", CA_MIXED, 5500, "ms");
    assert_null(find(&call, "talk.share", CA_MIXED));
}

static void test_measure__takes_lines_where_there_is_no_audio(void **state)
{
    ca_call call = {.duration_ms = 4000};
    ca_error err = {0};
    *ca_push(*state, &call.lines) =
        (ca_line){.speaker = CA_AGENT, .tier = CA_TIER_IMPORT, .start_ms = 0, .end_ms = 1000};
    *ca_push(*state, &call.lines) =
        (ca_line){.speaker = CA_CUSTOMER, .tier = CA_TIER_IMPORT, .start_ms = 2000, .end_ms = 3000};
    assert_true(ca_measure_call(&call, *state, &err));
    check(&call, "talk.share", CA_AGENT, 0.5, "share");
    check(&call, "silence", -1, 2000, "ms");
    check(&call, "silence.longest", -1, 1000, "ms");
    assert_null(find(&call, "snr", CA_AGENT));
}

static void test_measure__says_nothing_of_nothing(void **state)
{
    ca_call call = {.duration_ms = 4000};
    ca_error err = {0};
    assert_true(ca_measure_call(&call, *state, &err));
    assert_int_equal(call.measures.count, 0);
}

static void test_measure__measures_again_from_scratch(void **state)
{
    ca_call call;
    ca_error err = {0};
    make_call(&call, *state);
    assert_true(ca_measure_call(&call, *state, &err));
    size_t count = call.measures.count;
    assert_true(ca_measure_call(&call, *state, &err));
    assert_int_equal(call.measures.count, count);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(test_measure__counts_talk_once),
        TEST(test_measure__finds_silence),
        TEST(test_measure__longest_silence_lies_between_speech),
        TEST(test_measure__does_not_depend_on_order),
        TEST(test_measure__tells_the_fitness_of_sides),
        TEST(test_measure__measures_a_side_once),
        TEST(test_measure__takes_lines_where_there_is_no_audio),
        TEST(test_measure__says_nothing_of_nothing),
        TEST(test_measure__measures_again_from_scratch),
    };
    return cmocka_run_group_tests_name("measure", tests, NULL, NULL);
}
