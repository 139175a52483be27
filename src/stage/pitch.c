/* pitch.c - median fundamental frequency by autocorrelation. */
#include "callaudit/pitch.h"

#include <math.h>
#include <stdlib.h>

enum {
    STEP_MS = 20,
    MAX_WINDOWS = 1000, /* 20 s: enough for a median */
    MIN_VOICED = 20,
    ANALYSIS_RATE = 8000,
    WINDOW = 320, /* samples at that rate: 40 ms */
    MIN_LAG = 20, /* 400 Hz */
    MAX_LAG = 114 /* 70 Hz */
};

static const double VOICED = 0.6;
static const double CLEARLY_MORE =
    0.01; /* a longer period must be better by this: no octave below */

/* Pitch of one window in Hz, 0 when it is not voiced. */
static double window_pitch(const double x[WINDOW])
{
    double best = VOICED;
    int best_lag = 0;
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
        const double likeness = product / sqrt(head * tail + 1e-9);
        if (likeness > best + CLEARLY_MORE) {
            best = likeness;
            best_lag = lag;
        }
        head -= x[WINDOW - lag - 1] * x[WINDOW - lag - 1];
        tail -= x[lag] * x[lag];
    }
    return best_lag > 0 ? (double)ANALYSIS_RATE / best_lag : 0;
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
        for (int64_t ms = segment->start_ms;
             segment->channel == channel && ms + STEP_MS * 2 <= segment->end_ms &&
             windows < MAX_WINDOWS;
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
