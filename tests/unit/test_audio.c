/* Decoding: names, limits, headers that lie. Formats at large are tests/slow/formats.sh. */
#include "test_helpers.h"

#include "callaudit/audio.h"
#include "callaudit/pitch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/callaudit-audio-XXXXXX";
static char path[128];

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void put32(FILE *file, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        fputc((int)(value >> (8 * i) & 255), file);
    }
}

static void put16(FILE *file, unsigned value)
{
    fputc((int)(value & 255), file);
    fputc((int)(value >> 8 & 255), file);
}

/* A PCM or float WAV whose data chunk claims `claimed` bytes and holds `bytes`. */
static void write_wav(unsigned format, unsigned channels, uint32_t rate, unsigned bits,
                      uint32_t claimed, const void *data, size_t bytes)
{
    snprintf(path, sizeof path, "%s/a.wav", folder);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("RIFF", file);
    put32(file, 36 + claimed);
    fputs("WAVEfmt ", file);
    put32(file, 16);
    put16(file, format);
    put16(file, channels);
    put32(file, rate);
    put32(file, rate * channels * bits / 8);
    put16(file, channels * bits / 8);
    put16(file, bits);
    fputs("data", file);
    put32(file, claimed);
    assert_int_equal(fwrite(data, 1, bytes, file), bytes);
    fclose(file);
}

static const ca_audio_limits limits = {.min_ms = 100, .max_ms = 5000, .max_bytes = 1 << 20};

static ca_reason reason_of(ca_audio *audio)
{
    ca_error err = {0};
    const bool ok = ca_audio_decode(path, &limits, audio, &err);
    assert_true(ok == (err.code == CA_OK));
    unlink(path);
    return err.reason;
}

static void test_audio__takes_what_the_ending_or_the_header_says(void **state)
{
    (void)state;
    static const char *const known[] = {"a.wav", "b.WAV", "c.opus", "d.ulaw", "e.gsm", "f.sln16"};
    static const char *const foreign[] = {"a.txt", "wav", "b.json", "c.wav.part", ""};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_true(ca_audio_known_name(known[i]));
    }
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        assert_false(ca_audio_known_name(foreign[i]));
    }
}

static void test_audio__samples_come_out_as_they_went_in(void **state)
{
    (void)state;
    int16_t data[2 * 1000];
    ca_audio audio;
    for (int i = 0; i < 2000; i++) {
        data[i] = (int16_t)(i % 2 ? -30 * (i / 2) : 30 * (i / 2));
    }
    write_wav(1, 2, 8000, 16, sizeof data, data, sizeof data);
    assert_int_equal(reason_of(&audio), CA_REASON_NONE);
    assert_int_equal(audio.channels, 2);
    assert_int_equal(audio.frames, 1000);
    assert_int_equal(audio.samples[0][999], 30 * 999);
    assert_int_equal(audio.samples[1][999], -30 * 999);
    assert_false(audio.truncated);
    assert_int_equal(ca_audio_ms(&audio), 125);
    ca_audio_release(&audio);
}

static void test_audio__a_header_that_promises_more_is_truncated(void **state)
{
    (void)state;
    int16_t data[2000] = {0};
    ca_audio audio;
    write_wav(1, 1, 8000, 16, 80000, data, sizeof data);
    assert_int_equal(reason_of(&audio), CA_REASON_NONE);
    assert_true(audio.truncated);
    assert_int_equal(audio.frames, 2000);
    ca_audio_release(&audio);
}

static void test_audio__an_open_ended_header_promises_nothing(void **state)
{
    (void)state;
    int16_t data[2000] = {0};
    ca_audio audio;
    write_wav(1, 1, 8000, 16, 0xffffffffu, data, sizeof data);
    assert_int_equal(reason_of(&audio), CA_REASON_NONE);
    assert_false(audio.truncated);
    ca_audio_release(&audio);
}

static void test_audio__each_absurdity_has_its_reason(void **state)
{
    (void)state;
    static int16_t data[8 * 45000];
    ca_audio audio;
    write_wav(1, 1, 8000, 16, 0, data, 0);
    assert_int_equal(reason_of(&audio), CA_REASON_EMPTY);
    write_wav(1, 1, 8000, 16, 1000, data, 1000);
    assert_int_equal(reason_of(&audio), CA_REASON_TOO_SHORT);
    write_wav(1, 1, 8000, 16, 90000, data, 90000);
    assert_int_equal(reason_of(&audio), CA_REASON_TOO_LONG);
    write_wav(1, 1, 4000, 16, 16000, data, 16000);
    assert_int_equal(reason_of(&audio), CA_REASON_UNSUPPORTED_CODEC);
    write_wav(1, 9, 8000, 16, 18000, data, 18000);
    assert_int_equal(reason_of(&audio), CA_REASON_UNSUPPORTED_CODEC);
    write_wav(1, 8, 48000, 8, 600000, data, 600000); /* small file, more than 1 MB of samples */
    assert_int_equal(reason_of(&audio), CA_REASON_LIMIT);
    snprintf(path, sizeof path, "%s/nobody.wav", folder);
    assert_int_equal(reason_of(&audio), CA_REASON_UNREADABLE);
}

static void test_audio__samples_that_are_no_numbers_are_refused(void **state)
{
    (void)state;
    float data[2000] = {0};
    ca_audio audio;
    data[1234] = NAN;
    write_wav(3, 1, 8000, 32, sizeof data, data, sizeof data);
    assert_int_equal(reason_of(&audio), CA_REASON_UNREADABLE);
    data[1234] = 1e30F; /* too loud is only clipped */
    write_wav(3, 1, 8000, 32, sizeof data, data, sizeof data);
    assert_int_equal(reason_of(&audio), CA_REASON_NONE);
    assert_int_equal(audio.samples[0][1234], 32767);
    ca_audio_release(&audio);
}

static void fill_voice(int16_t *samples, size_t count, int rate, double hz)
{
    for (size_t i = 0; i < count; i++) { /* harmonics above 300 Hz only: a telephone's voice */
        double sum = 0;
        for (int h = (int)(300 / hz) + 1; h * hz < 3400; h++) {
            sum += sin(2 * 3.14159265358979 * hz * h * (double)i / rate) / h;
        }
        samples[i] = (int16_t)(4000 * sum);
    }
}

static void test_pitch__is_found_without_the_fundamental(void **state)
{
    (void)state;
    static int16_t samples[48000];
    ca_segment item = {0, 0, 3000};
    const ca_segments segments = {&item, 1, 1};
    const double voices[] = {100, 200, 240};
    for (size_t v = 0; v < 3; v++) {
        fill_voice(samples, 24000, 8000, voices[v]);
        const double hz = ca_pitch(samples, 24000, 8000, &segments, 0);
        print_message("%.1f Hz heard as %.1f\n", voices[v], hz);
        assert_true(fabs(hz - voices[v]) < 6);
    }
    fill_voice(samples, 48000, 16000, 200);
    assert_true(fabs(ca_pitch(samples, 48000, 16000, &segments, 0) - 200) < 6);
    assert_true(ca_pitch(samples, 48000, 16000, &segments, 1) == 0); /* no speech there */
}

static void test_pitch__noise_has_none(void **state)
{
    (void)state;
    static int16_t samples[24000];
    ca_segment item = {0, 0, 3000};
    const ca_segments segments = {&item, 1, 1};
    uint32_t random = 1;
    for (size_t i = 0; i < 24000; i++) {
        random = random * 1664525u + 1013904223u;
        samples[i] = (int16_t)(random >> 18);
        samples[i] = (int16_t)(samples[i] - 8192);
    }
    assert_true(ca_pitch(samples, 24000, 8000, &segments, 0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audio__takes_what_the_ending_or_the_header_says),
        cmocka_unit_test(test_audio__samples_come_out_as_they_went_in),
        cmocka_unit_test(test_audio__a_header_that_promises_more_is_truncated),
        cmocka_unit_test(test_audio__an_open_ended_header_promises_nothing),
        cmocka_unit_test(test_audio__each_absurdity_has_its_reason),
        cmocka_unit_test(test_audio__samples_that_are_no_numbers_are_refused),
        cmocka_unit_test(test_pitch__is_found_without_the_fundamental),
        cmocka_unit_test(test_pitch__noise_has_none),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
