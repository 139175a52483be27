/* segment.h - which parts of a channel are speech, and how fit the channel is to be heard.
 *
 * Energy in 10 ms frames against a noise floor that is the 15th percentile of the channel's own
 * frames: speech begins 12 dB (or 0.4 of the way to the loud frames) above it, ends after
 * 300 ms below, and is widened by 200 ms each side. A last incomplete frame counts as a frame, so
 * no sample is lost. The result depends on the channel's samples alone. */
#ifndef CALLAUDIT_SEGMENT_H
#define CALLAUDIT_SEGMENT_H

#include "callaudit/audio.h"
#include "callaudit/call.h"

/* Which recorded channel carries the agent. */
typedef enum ca_side { CA_SIDE_LEFT, CA_SIDE_RIGHT, CA_SIDE_MONO, CA_SIDE_NUMBER } ca_side;

typedef struct ca_channel_map {
    ca_side agent;
    int number; /* CA_SIDE_NUMBER: 1-based channel */
} ca_channel_map;

/* Fills call->channels (one for each audio channel) and call->segments (sorted by start, channel);
 * the call's duration_ms must be set. A recording of one channel is the agent alone when the
 * map says mono, otherwise mixed; so are two identical sides, of which only the first is kept as
 * speech. Fails with reason empty when there is no speech at all. */
bool ca_segment_call(const ca_audio *audio, const ca_channel_map *map, ca_call *call,
                     ca_arena *arena, ca_error *err);

#endif
