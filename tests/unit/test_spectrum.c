/* test_spectrum.c - how far up signals made here reach. */
#include "test_helpers.h"

#include "callaudit/audio.h"
#include "callaudit/spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SECONDS = 2, MAX_SAMPLES = SECONDS * CA_AUDIO_MAX_RATE };

static int16_t samples[MAX_SAMPLES];

/* Harmonics of 120 Hz from 240 Hz up to top_hz, falling by 6 dB an octave as those of a voice. */
static void fill_voice(int rate, double top_hz)
{
    for (int i = 0; i < SECONDS * rate; i++) {
        double sum = 0;
        for (int h = 2; h * 120 <= top_hz; h++) {
            sum += sin(2 * 3.14159265358979 * 120 * h * i / rate + h * h) / h;
        }
        samples[i] = (int16_t)(6000 * sum);
    }
}

static double bandwidth(int rate, int64_t start_ms, int64_t end_ms, int channel)
{
    ca_segment item = {0, start_ms, end_ms};
    const ca_segments segments = {&item, 1, 1};
    return ca_bandwidth(samples, (size_t)(SECONDS * rate), rate, &segments, channel);
}

static void test_spectrum__tells_where_speech_ends(void **state)
{
    (void)state;
    const double tops[] = {1400, 2000, 3400};
    for (size_t t = 0; t < sizeof tops / sizeof tops[0]; t++) {
        fill_voice(8000, tops[t]);
        const double hz = bandwidth(8000, 0, 2000, 0);
        print_message("up to %.0f Hz measured as %.0f\n", tops[t], hz);
        assert_true(fabs(hz - tops[t]) <= 150);
        assert_true(fmod(hz, 10) == 0);
    }
}

static void test_spectrum__wideband_compares_with_telephones(void **state)
{
    (void)state;
    const int rates[] = {11025, 16000, 44100, 48000};
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
        fill_voice(rates[r], 1400);
        const double narrow = bandwidth(rates[r], 0, 2000, 0);
        print_message("at %d Hz: %.0f\n", rates[r], narrow);
        assert_true(fabs(narrow - 1400) <= 150);
        fill_voice(rates[r], 5400); /* only what telephones carry counts */
        assert_in_range(bandwidth(rates[r], 0, 2000, 0), 3700, 4000);
    }
}

static void test_spectrum__loudness_does_not_matter(void **state)
{
    (void)state;
    fill_voice(8000, 2000);
    const double loud = bandwidth(8000, 0, 2000, 0);
    for (size_t i = 0; i < SECONDS * 8000; i++) {
        samples[i] = (int16_t)(samples[i] / 16);
    }
    assert_true(fabs(bandwidth(8000, 0, 2000, 0) - loud) <= 10);
}

static void test_spectrum__only_the_channels_speech_counts(void **state)
{
    (void)state;
    int16_t high[8000];
    fill_voice(8000, 3400);
    memcpy(high, samples, sizeof high);
    fill_voice(8000, 1400);
    memcpy(samples, high, sizeof high); /* the first second */
    assert_true(bandwidth(8000, 0, 1000, 0) > 3000);
    assert_true(bandwidth(8000, 1000, 2000, 0) < 1600);
    assert_true(bandwidth(8000, 0, 1000, 1) == 0); /* no speech on that channel */
}

static void test_spectrum__nothing_has_none(void **state)
{
    (void)state;
    memset(samples, 0, sizeof samples);
    assert_true(bandwidth(8000, 0, 2000, 0) == 0);
    fill_voice(8000, 3400);
    assert_true(bandwidth(8000, 100, 119, 0) == 0);   /* less than a window */
    assert_true(bandwidth(8000, 2000, 5000, 0) == 0); /* past the last sample */
    assert_true(bandwidth(8000, 1990, 5000, 0) == 0);
    assert_true(bandwidth(8000, 1980, 5000, 0) > 3000); /* the last window that is whole */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spectrum__tells_where_speech_ends),
        cmocka_unit_test(test_spectrum__wideband_compares_with_telephones),
        cmocka_unit_test(test_spectrum__loudness_does_not_matter),
        cmocka_unit_test(test_spectrum__only_the_channels_speech_counts),
        cmocka_unit_test(test_spectrum__nothing_has_none),
    };
    return cmocka_run_group_tests_name("spectrum", tests, NULL, NULL);
}
