/* spectrum.h - how far up a voice reaches. */
#ifndef CALLAUDIT_SPECTRUM_H
#define CALLAUDIT_SPECTRUM_H

#include "callaudit/call.h"

/* Spectral roll-off of the channel's speech in Hz (G. Tzanetakis, P. Cook, "Musical genre
 * classification of audio signals", 2002): the frequency below which 98 % of the power lies, of the
 * power up to 4000 Hz, rounded to 10 Hz; 0 without speech. Speech is pre-emphasized first, as
 * recognizers do, and its power summed in bins of 50 Hz over Hann windows of 20 ms, side by side,
 * of the first 20 s of speech.
 *
 * 4000 Hz is where telephone audio ends, so that wideband recordings compare with it. 98 % is
 * measured (tests/bench/hearing, 8 kHz): 2960 to 3520 Hz for clean, loud and noisy speech in G.711,
 * GSM, Opus and MP3, 1370 to 1450 Hz behind a low-pass of 1500 Hz, with line noise up to 1470. The
 * 85 % of the paper, and 95 %, do not tell them apart: low voices by GSM have 1370 and 2020 Hz.
 *
 * rate is at most CA_AUDIO_MAX_RATE. */
double ca_bandwidth(const int16_t *samples, size_t count, int rate, const ca_segments *segments,
                    int channel);

#endif
