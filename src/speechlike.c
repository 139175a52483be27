/* speechlike.c - source and filter: harmonics of a gliding pitch, or noise, under three resonances
 * (formants of seven vowels, G. E. Peterson and H. L. Barney 1952, men's means, rounded). */
#include "callaudit/speechlike.h"

#include <math.h>
#include <string.h>

enum { RATE = 8000, CHANNELS = 2, SYLLABLE = RATE / 5, TURN_SYLLABLES = 15, BAND_HZ = 3400 };

static const double TWO_PI = 6.283185307179586;

static const double formants[][3] = {{270, 2290, 3010}, {390, 1990, 2550}, {530, 1840, 2480},
                                     {660, 1720, 2410}, {730, 1090, 2440}, {570, 840, 2410},
                                     {300, 870, 2240}};

enum { VOWELS = sizeof formants / sizeof *formants };

/* xorshift32, G. Marsaglia 2003. */
static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Gain of the three resonances, 90 Hz wide, at a frequency. */
static double gain_at(const double formant[3], double hz)
{
    double gain = 0;
    for (int f = 0; f < 3; f++) {
        const double off = (hz - formant[f]) / 90;
        gain += 1 / (1 + off * off) / (f + 1);
    }
    return gain;
}

/* One syllable: a fifth of hiss, then a vowel, rising and falling. */
static void make_syllable(double pitch, const double formant[3], uint32_t *noise,
                          double out[SYLLABLE])
{
    for (int i = 0; i < SYLLABLE; i++) {
        const double at = (double)i / SYLLABLE;
        const double hiss = (double)next_random(noise) / 4294967296.0 - 0.5;
        out[i] = at < 0.2 ? 0.3 * hiss : 0.02 * hiss;
    }
    for (int k = 1; k * pitch < BAND_HZ; k++) {
        const double gain = gain_at(formant, k * pitch);
        for (int i = SYLLABLE / 5; i < SYLLABLE; i++) {
            const double at = (double)i / SYLLABLE;
            const double glide = pitch * (1.05 - 0.1 * at);
            out[i] += gain * sin(TWO_PI * k * glide * i / RATE) * sin(TWO_PI / 2 * at);
        }
    }
}

static void put_number(ca_buf *out, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        const char byte = (char)(value >> (8 * i) & 0xFF);
        ca_buf_add(out, &byte, 1);
    }
}

static void put_header(ca_buf *out, uint32_t data_bytes)
{
    ca_buf_add(out, "RIFF", 4);
    put_number(out, 36 + data_bytes, 4);
    ca_buf_add(out, "WAVEfmt ", 8);
    put_number(out, 16, 4);
    put_number(out, 1, 2); /* PCM */
    put_number(out, CHANNELS, 2);
    put_number(out, RATE, 4);
    put_number(out, RATE * CHANNELS * 2, 4);
    put_number(out, CHANNELS * 2, 2);
    put_number(out, 16, 2);
    ca_buf_add(out, "data", 4);
    put_number(out, data_bytes, 4);
}

bool ca_speechlike_wav(int seconds, ca_buf *out, ca_error *err)
{
    double voice[SYLLABLE];
    uint32_t random = 2463534242U;
    const int syllables = seconds * RATE / SYLLABLE;
    put_header(out, (uint32_t)(syllables * SYLLABLE * CHANNELS * 2));
    for (int s = 0; s < syllables; s++) {
        const int speaker = s / TURN_SYLLABLES % CHANNELS;
        const bool pause = s % TURN_SYLLABLES == TURN_SYLLABLES - 1;
        const double pitch = (speaker ? 190 : 115) * (0.9 + 0.02 * (next_random(&random) % 11));
        const double *formant = formants[next_random(&random) % VOWELS];
        make_syllable(pitch, formant, &random, voice);
        for (int i = 0; i < SYLLABLE; i++) {
            const double loud = pause ? 0 : fmax(-1, fmin(1, voice[i] / 4)) * 12000;
            for (int c = 0; c < CHANNELS; c++) {
                const int floor_noise = (int)(next_random(&random) % 21) - 10;
                put_number(out, (uint32_t)((c == speaker ? (int)loud : 0) + floor_noise), 2);
            }
        }
    }
    return !out->failed || ca_fail_memory(err);
}
