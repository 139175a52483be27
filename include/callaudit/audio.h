/* audio.h - recordings in, samples out. The only user of libsndfile (decoding, clips) and, with
 * ca_resample, of libsoxr. */
#ifndef CALLAUDIT_AUDIO_H
#define CALLAUDIT_AUDIO_H

#include "callaudit/error.h"

#include <stddef.h>
#include <stdint.h>

enum { CA_AUDIO_MAX_CHANNELS = 8, CA_AUDIO_MIN_RATE = 8000, CA_AUDIO_MAX_RATE = 48000 };

typedef struct ca_audio_limits {
    int64_t min_ms, max_ms; /* shorter: too-short, longer: too-long */
    int64_t max_bytes;      /* of the file: limit */
} ca_audio_limits;

typedef struct ca_audio {
    int channels;
    int sample_rate; /* Hz */
    size_t frames;
    bool truncated;                          /* the file promised more than could be read */
    int16_t *samples[CA_AUDIO_MAX_CHANNELS]; /* [channel][frame]; heap */
} ca_audio;

/* Decodes a whole file. Names with the endings .ulaw .ul .alaw .al .gsm .sln .sln16 and the like
 * are headerless telephone audio (8000 Hz mono unless the name says otherwise). Fails with
 * CA_EINPUT and a reason; whatever the file holds, memory stays within the limits. */
bool ca_audio_decode(const char *path, const ca_audio_limits *limits, ca_audio *audio,
                     ca_error *err);
void ca_audio_release(ca_audio *audio);

/* Length in ms, rounded up, so that the last samples lie inside it. */
int64_t ca_audio_ms(const ca_audio *audio);

/* The channel at another rate, on the heap; *count samples. Same rate gives a copy. No dither, so
 * that the same samples give the same samples. */
int16_t *ca_audio_resample(const int16_t *samples, size_t frames, int from_rate, int to_rate,
                           size_t *count, ca_error *err);

/* True for endings that decode() takes. */
bool ca_audio_known_name(const char *path);

#endif
