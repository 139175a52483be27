/* pitch.h - how high a voice is. */
#ifndef CALLAUDIT_PITCH_H
#define CALLAUDIT_PITCH_H

#include "callaudit/call.h"

/* Median fundamental frequency in Hz of the channel's speech, 0 when fewer than 20 voiced windows
 * were found. Normalized autocorrelation of 40 ms windows, 20 ms apart, lags of 70 to 400 Hz,
 * voiced above 0.6 (L. R. Rabiner, "On the use of autocorrelation analysis for pitch detection",
 * 1977), of the first 20 s of speech. It works on telephone audio too: the harmonics keep the
 * period of a fundamental that the band has lost. */
double ca_pitch(const int16_t *samples, size_t count, int rate, const ca_segments *segments,
                int channel);

#endif
