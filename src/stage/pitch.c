/* pitch.c - median fundamental frequency by autocorrelation. */
#include "callaudit/pitch.h"

#include <math.h>
#include <stdlib.h>

enum {
    STEP_MS = 20,
    WINDOW_MS = 40,
    MAX_WINDOWS = 1000, /* 20 s: enough for a median */
    MIN_VOICED = 20,
    ANALYSIS_RATE = 8000,
    WINDOW = 320, /* samples of it at that rate */
    MIN_LAG = 20, /* 400 Hz */
    MAX_LAG = 114 /* 70 Hz */
};

static const double VOICED = 0.6;
static const double NEAR_BEST = 0.9; /* of several periods that fit, the shortest is the pitch */

/* Likeness of the window to itself `lag` samples later, for every lag: -1 to 1. */
static void correlate(const double x[WINDOW], double likeness[MAX_LAG + 2])
{
    double head = 0; /* energies of x[0 .. WINDOW - lag) and of x[lag .. WINDOW) */
    double tail = 0;
    for (int i = 0; i < WINDOW - MIN_LAG; i++) {
        head += x[i] * x[i];
        tail += x[i + MIN_LAG] * x[i + MIN_LAG];
    }
    for (int lag = MIN_LAG; lag <= MAX_LAG; lag++) {
        double product = 0;
        for (int i = 0; i < WINDOW - lag; i++) {
            product += x[i] * x[i + lag];
        }
        likeness[lag] = product / sqrt(head * tail + 1e-9);
        head -= x[WINDOW - lag - 1] * x[WINDOW - lag - 1];
        tail -= x[lag] * x[lag];
    }
}

/* Pitch of one window in Hz, 0 when it is not voiced. */
static double window_pitch(const double x[WINDOW])
{
    double likeness[MAX_LAG + 2] = {0};
    double best = VOICED;
    correlate(x, likeness);
    for (int lag = MIN_LAG; lag <= MAX_LAG; lag++) {
        best = fmax(best, likeness[lag]);
    }
    for (int lag = MIN_LAG; lag <= MAX_LAG; lag++) {
        const bool peak = likeness[lag] >= likeness[lag - 1] && likeness[lag] >= likeness[lag + 1];
        if (peak && likeness[lag] > VOICED && likeness[lag] >= NEAR_BEST * best) {
            return (double)ANALYSIS_RATE / lag;
        }
    }
    return 0;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

double ca_pitch(const int16_t *samples, size_t count, int rate, const ca_segments *segments,
                int channel)
{
    double pitches[MAX_WINDOWS];
    double window[WINDOW];
    size_t voiced = 0;
    size_t windows = 0;
    const double stride = (double)rate / ANALYSIS_RATE; /* picking samples is good enough here */
    for (size_t s = 0; s < segments->count && windows < MAX_WINDOWS; s++) {
        const ca_segment *segment = &segments->items[s];
        const int64_t last_ms = segment->channel == channel ? segment->end_ms - WINDOW_MS : -1;
        for (int64_t ms = segment->start_ms; ms <= last_ms && windows < MAX_WINDOWS;
             ms += STEP_MS, windows++) {
            const double from = (double)ms * rate / 1000;
            if (from + stride * WINDOW >= (double)count) {
                break;
            }
            for (int i = 0; i < WINDOW; i++) {
                window[i] = samples[(size_t)(from + stride * i)];
            }
            const double pitch = window_pitch(window);
            if (pitch > 0) {
                pitches[voiced++] = pitch;
            }
        }
    }
    if (voiced < MIN_VOICED) {
        return 0;
    }
    qsort(pitches, voiced, sizeof *pitches, compare_doubles);
    return round(pitches[voiced / 2] * 10) / 10;
}
