/* speechlike.h - a signal that the segmenter takes for speech and the recognizer works on: two
 * people in turn, syllables of voiced and hissing sounds with formants. Always the same bytes on
 * one machine. */
#ifndef CALLAUDIT_SPEECHLIKE_H
#define CALLAUDIT_SPEECHLIKE_H

#include "callaudit/text.h"

/* Appends a WAV file (RIFF, 16-bit PCM, 8000 Hz, two channels) of so many seconds. */
bool ca_speechlike_wav(int seconds, ca_buf *out, ca_error *err);

#endif
