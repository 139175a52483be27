/* audio.h - recordings in, samples out. The only user of libsndfile and of
 * libsoxr. */
#ifndef CALLAUDIT_AUDIO_H
#define CALLAUDIT_AUDIO_H

#include "callaudit/text.h"

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

/* Resampling in blocks, so that an hour's channel needs no second copy in memory. No dither: the
 * same samples give the same samples. */
typedef struct ca_resampler ca_resampler;

ca_resampler *ca_resampler_new(int from_rate, int to_rate, ca_error *err);
void ca_resampler_free(ca_resampler *resampler); /* NULL is fine */

/* Takes up to `count` samples (*used says how many) and gives up to `room` (*got). At the end of
 * the input call it with `in` NULL until it gives none. */
bool ca_resample(ca_resampler *resampler, const int16_t *in, size_t count, size_t *used,
                 int16_t *out, size_t room, size_t *got, ca_error *err);

/* True for endings that decode() takes. */
bool ca_audio_known_name(const char *path);

/* Appends the libraries and their versions, for people. */
void ca_audio_version(ca_buf *out);

#endif
