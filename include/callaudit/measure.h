/* measure.h - numbers of the call from its segments (DESIGN 6): the first ones.
 *
 *   talk            ms     speech of each side
 *   talk.share      share  of each side in the speech of both
 *   silence         ms     time in which nobody speaks, whole call
 *   silence.longest ms     longest stretch of it between two segments
 *   silence.share   share  of the call
 *   snr, level      db     of each channel
 *   pitch           hz     median of each channel's speech, 0 where none was found
 *   clipped         share  of each channel's samples
 *   bandwidth       hz     how far up each channel's speech reaches, 0 where not known (spectrum.h)
 *   speech.share    share  of the call in which the segmenter found speech on the channel */
#ifndef CALLAUDIT_MEASURE_H
#define CALLAUDIT_MEASURE_H

#include "callaudit/call.h"

bool ca_measure_call(ca_call *call, ca_arena *arena, ca_error *err);

#endif
