/* spectrum.c - roll-off of the speech's power spectrum, by Goertzel's recurrence. */
#include "callaudit/spectrum.h"

#include "callaudit/audio.h"

#include <math.h>

enum {
    WINDOW_MS = 20,
    MAX_WINDOWS = 1000, /* 20 s: enough for a mean */
    MAX_WINDOW = CA_AUDIO_MAX_RATE * WINDOW_MS / 1000,
    BIN_HZ = 50, /* 1 / WINDOW_MS */
    BINS = 80    /* up to 4000 Hz */
};

static const double PI = 3.14159265358979;
static const double PRE_EMPHASIS = 0.97; /* as recognizers do: speech falls by 6 dB an octave */
static const double SHARE = 0.98;

typedef struct spectrum {
    int length;               /* samples of a window */
    double shape[MAX_WINDOW]; /* Hann */
    double turn[BINS];        /* 2 cos of a bin's step from sample to sample */
    double power[BINS];       /* bin b: at (b + 1) * BIN_HZ, summed over the windows */
} spectrum;

static void start(spectrum *s, int rate)
{
    *s = (spectrum){.length = rate * WINDOW_MS / 1000};
    for (int i = 0; i < s->length; i++) {
        s->shape[i] = 0.5 - 0.5 * cos(2 * PI * (i + 0.5) / s->length);
    }
    for (int b = 0; b < BINS; b++) {
        s->turn[b] = 2 * cos(2 * PI * (b + 1) * BIN_HZ / rate);
    }
}

static void add_window(spectrum *s, const int16_t *samples)
{
    double x[MAX_WINDOW];
    x[0] = 0;
    for (int i = 1; i < s->length; i++) {
        x[i] = s->shape[i] * (samples[i] - PRE_EMPHASIS * samples[i - 1]);
    }
    for (int b = 0; b < BINS; b++) {
        double last = 0;
        double before = 0;
        for (int i = 0; i < s->length; i++) {
            const double now = x[i] + s->turn[b] * last - before;
            before = last;
            last = now;
        }
        s->power[b] += last * last + before * before - s->turn[b] * last * before;
    }
}

/* Where the running sum of the power reaches the share, between bins in proportion. */
static double roll_off(const spectrum *s, double share)
{
    double total = 0;
    for (int b = 0; b < BINS; b++) {
        total += s->power[b];
    }
    double sum = 0;
    for (int b = 0; b < BINS && total > 0; b++) {
        if (sum + s->power[b] >= share * total) {
            return (b + (share * total - sum) / s->power[b]) * BIN_HZ;
        }
        sum += s->power[b];
    }
    return 0;
}

static void add_speech(spectrum *s, const int16_t *samples, size_t count, int rate,
                       const ca_segments *segments, int channel)
{
    int windows = 0;
    for (size_t i = 0; i < segments->count; i++) {
        const ca_segment *segment = &segments->items[i];
        const int64_t last_ms = segment->channel == channel ? segment->end_ms - WINDOW_MS : -1;
        for (int64_t ms = segment->start_ms; ms <= last_ms && windows < MAX_WINDOWS;
             ms += WINDOW_MS, windows++) {
            const size_t from = (size_t)(ms * rate / 1000);
            if (from + (size_t)s->length > count) {
                return;
            }
            add_window(s, samples + from);
        }
    }
}

double ca_bandwidth(const int16_t *samples, size_t count, int rate, const ca_segments *segments,
                    int channel)
{
    spectrum s;
    start(&s, rate);
    add_speech(&s, samples, count, rate, segments, channel);
    return round(roll_off(&s, SHARE) / 10) * 10;
}
