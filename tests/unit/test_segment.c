/* Segmentation by energy, on samples made here. */
#include "test_helpers.h"

#include "callaudit/segment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 8000, FRAME = 80 };

typedef struct fixture {
    ca_audio audio;
    ca_call call;
    ca_arena *arena;
    ca_error err;
} fixture;

static void begin(fixture *f, int channels, size_t frames)
{
    memset(f, 0, sizeof *f);
    f->arena = ca_arena_new(0);
    f->audio = (ca_audio){.channels = channels, .sample_rate = RATE, .frames = frames};
    for (int c = 0; c < channels; c++) {
        uint32_t state = 1u + (uint32_t)c;
        f->audio.samples[c] = calloc(frames + 1, sizeof(int16_t));
        for (size_t i = 0; i < frames; i++) { /* a noise floor of about -66 dBFS */
            state = state * 1664525u + 1013904223u;
            f->audio.samples[c][i] = (int16_t)((int)(state >> 27) - 16);
        }
    }
}

static void end(fixture *f)
{
    ca_audio_release(&f->audio);
    ca_arena_free(f->arena);
}

/* A tone of about -12 dBFS stands for speech. */
static void speak(fixture *f, int channel, int from_ms, int to_ms)
{
    for (size_t i = (size_t)from_ms * RATE / 1000;
         i < (size_t)to_ms * RATE / 1000 && i < f->audio.frames; i++) {
        f->audio.samples[channel][i] =
            (int16_t)(8000 * sin((double)i * 2 * 3.14159265358979 * 400 / RATE));
    }
}

static bool segment(fixture *f, ca_side agent)
{
    const ca_channel_map map = {.agent = agent};
    f->call.duration_ms = ca_audio_ms(&f->audio);
    return ca_segment_call(&f->audio, &map, &f->call, f->arena, &f->err);
}

static void test_segment__finds_speech_and_widens_it(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 1, 5 * RATE);
    speak(&f, 0, 1000, 2000);
    assert_true(segment(&f, CA_SIDE_MONO));
    assert_int_equal(f.call.segments.count, 1);
    assert_in_range(f.call.segments.items[0].start_ms, 780, 820);
    assert_in_range(f.call.segments.items[0].end_ms, 2180, 2220);
    assert_true(f.call.channels.items[0].snr_db > 40);
    end(&f);
}

static void test_segment__short_pauses_do_not_part_long_ones_do(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 1, 8 * RATE);
    speak(&f, 0, 1000, 2000);
    speak(&f, 0, 2250, 3000);
    speak(&f, 0, 4000, 5000);
    assert_true(segment(&f, CA_SIDE_MONO));
    assert_int_equal(f.call.segments.count, 2);
    end(&f);
}

static void test_segment__clicks_are_not_speech(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 1, 4 * RATE);
    speak(&f, 0, 500, 560);
    speak(&f, 0, 2000, 3000);
    assert_true(segment(&f, CA_SIDE_MONO));
    assert_int_equal(f.call.segments.count, 1);
    assert_true(f.call.segments.items[0].start_ms > 1000);
    end(&f);
}

/* Speech up to the last sample must not lose it: whole frames, and one sample more. */
static void check_tail(size_t frames)
{
    fixture f;
    begin(&f, 1, frames);
    speak(&f, 0, 1500, 60000);
    assert_true(segment(&f, CA_SIDE_MONO));
    const ca_segment *last = &f.call.segments.items[f.call.segments.count - 1];
    assert_int_equal(last->end_ms, f.call.duration_ms);
    assert_int_equal(f.call.duration_ms, (frames * 1000 + RATE - 1) / RATE);
    end(&f);
}

static void test_segment__keeps_the_tail_at_n_frames_and_one_sample_more(void **state)
{
    (void)state;
    check_tail(300 * FRAME);
    check_tail(300 * FRAME + 1);
    check_tail(300 * FRAME - 1);
}

static void test_segment__silence_is_empty(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 2, 3 * RATE);
    assert_false(segment(&f, CA_SIDE_LEFT));
    assert_int_equal(f.err.reason, CA_REASON_EMPTY);
    end(&f);
}

static void test_segment__sides_follow_the_channel_map(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 2, 4 * RATE);
    speak(&f, 0, 500, 1500);
    speak(&f, 1, 2000, 3000);
    assert_true(segment(&f, CA_SIDE_RIGHT));
    assert_int_equal(f.call.channels.items[0].speaker, CA_CUSTOMER);
    assert_int_equal(f.call.channels.items[1].speaker, CA_AGENT);
    assert_int_equal(f.call.segments.count, 2);
    end(&f);
}

static void test_segment__equal_sides_are_one_mixed_channel(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 2, 4 * RATE);
    speak(&f, 0, 500, 1500);
    memcpy(f.audio.samples[1], f.audio.samples[0], f.audio.frames * sizeof(int16_t));
    assert_true(segment(&f, CA_SIDE_LEFT));
    assert_int_equal(f.call.channels.items[0].speaker, CA_MIXED);
    assert_int_equal(f.call.segments.count, 1);
    end(&f);
}

static void test_segment__an_agent_channel_that_is_not_there_is_said(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 2, 4 * RATE);
    speak(&f, 0, 500, 1500);
    const ca_channel_map map = {.agent = CA_SIDE_NUMBER, .number = 3};
    assert_false(ca_segment_call(&f.audio, &map, &f.call, f.arena, &f.err));
    assert_non_null(strstr(f.err.msg, "channel 3"));
    end(&f);
}

static void test_segment__long_speech_is_cut_without_a_gap(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 1, 100 * RATE);
    speak(&f, 0, 1000, 75000);
    assert_true(segment(&f, CA_SIDE_MONO));
    assert_true(f.call.segments.count >= 3);
    for (size_t i = 1; i < f.call.segments.count; i++) {
        assert_int_equal(f.call.segments.items[i].start_ms, f.call.segments.items[i - 1].end_ms);
        assert_true(f.call.segments.items[i].end_ms - f.call.segments.items[i].start_ms <= 30000);
    }
    end(&f);
}

static void test_segment__counts_samples_at_full_scale(void **state)
{
    (void)state;
    fixture f;
    begin(&f, 2, 4 * RATE);
    speak(&f, 0, 1000, 3000);
    for (size_t i = 0; i < 4 * RATE / 10; i++) { /* where decoded mu-law ends, a tenth of it */
        f.audio.samples[0][RATE + i] = i % 2 ? 32124 : -32124;
    }
    f.audio.samples[1][RATE] = 32123;
    assert_true(segment(&f, CA_SIDE_LEFT));
    assert_true(fabs(f.call.channels.items[0].clip_share - 0.1) < 1e-9);
    assert_true(f.call.channels.items[1].clip_share == 0);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segment__finds_speech_and_widens_it),
        cmocka_unit_test(test_segment__counts_samples_at_full_scale),
        cmocka_unit_test(test_segment__short_pauses_do_not_part_long_ones_do),
        cmocka_unit_test(test_segment__clicks_are_not_speech),
        cmocka_unit_test(test_segment__keeps_the_tail_at_n_frames_and_one_sample_more),
        cmocka_unit_test(test_segment__silence_is_empty),
        cmocka_unit_test(test_segment__sides_follow_the_channel_map),
        cmocka_unit_test(test_segment__equal_sides_are_one_mixed_channel),
        cmocka_unit_test(test_segment__an_agent_channel_that_is_not_there_is_said),
        cmocka_unit_test(test_segment__long_speech_is_cut_without_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
