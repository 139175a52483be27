/* segment.c - speech by energy against the channel's own noise floor. */
#include "callaudit/segment.h"

#include "callaudit/pitch.h"
#include "callaudit/spectrum.h"

#include <math.h>
#include <stdlib.h>

enum {
    FRAME_MS = 10,
    HANGOVER_MS = 300,   /* speech goes on through pauses shorter than this */
    MIN_SPEECH_MS = 100, /* clicks are shorter */
    PAD_MS = 200,        /* soft beginnings and ends; room for the recognizer's end of word */
    MAX_SEGMENT_MS = 30000,
    FULL_SCALE = 32768,
    CLIPPED = 32124, /* G.711 ends before 32767: mu-law here, A-law at 32256 */
};

/* A channel where loud and quiet frames differ by less holds no speech, or none that stands out. */
static const double MIN_CONTRAST_DB = 6;
static const double SILENCE_DBFS = -60;   /* the loud frames of a dead channel are below it */
static const double FLOOR_DBFS = -96;     /* digital silence */
static const double MAX_ONSET_DB = 12;    /* threshold above the floor ... */
static const double ONSET_SHARE = 0.4;    /* ... or this share of the way up to the loud frames */
static const double SPEECH_RANGE_DB = 40; /* speech's own soft parts lie within this of its peaks */

typedef struct energy {
    double *db; /* one a frame */
    size_t frames;
    double floor_db;
    double loud_db;
} energy;

static double to_db(double power)
{
    return power <= 0 ? FLOOR_DBFS : fmax(FLOOR_DBFS, 10 * log10(power));
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Power of each 10 ms frame after a filter that takes away direct current and hum's base. The
 * last, incomplete frame is averaged over what it has. */
static bool measure_energy(const int16_t *samples, size_t count, int rate, energy *out,
                           ca_error *err)
{
    const size_t step = (size_t)rate * FRAME_MS / 1000;
    const double pole = 1 - 2 * 3.14159265358979 * 60 / rate; /* corner at 60 Hz */
    double last_in = 0;
    double last_out = 0;
    out->frames = (count + step - 1) / step;
    out->db = malloc((out->frames + 1) * sizeof *out->db);
    if (!out->db) {
        return ca_fail_memory(err);
    }
    for (size_t f = 0; f < out->frames; f++) {
        const size_t from = f * step;
        const size_t to = from + step < count ? from + step : count;
        double sum = 0;
        for (size_t i = from; i < to; i++) {
            const double in = samples[i] / (double)FULL_SCALE;
            last_out = in - last_in + pole * last_out;
            last_in = in;
            sum += last_out * last_out;
        }
        out->db[f] = to_db(sum / (double)(to - from));
    }
    return true;
}

static bool measure_range(energy *e, ca_error *err)
{
    double *sorted = malloc((e->frames + 1) * sizeof *sorted);
    if (!sorted) {
        return ca_fail_memory(err);
    }
    for (size_t f = 0; f < e->frames; f++) {
        sorted[f] = e->db[f];
    }
    qsort(sorted, e->frames, sizeof *sorted, compare_doubles);
    e->floor_db = sorted[e->frames * 15 / 100];
    e->loud_db = sorted[e->frames * 97 / 100];
    free(sorted);
    return true;
}

static bool has_speech(const energy *e)
{
    return e->loud_db > SILENCE_DBFS && e->loud_db - e->floor_db >= MIN_CONTRAST_DB;
}

static double onset_db(const energy *e)
{
    const double rise = fmin(MAX_ONSET_DB, ONSET_SHARE * (e->loud_db - e->floor_db));
    return fmax(e->floor_db + rise, e->loud_db - SPEECH_RANGE_DB);
}

/* Where to cut a stretch that is too long: its quietest frame in the last third. */
static size_t quietest(const energy *e, size_t from, size_t to)
{
    size_t best = from + (to - from) * 2 / 3;
    for (size_t f = best; f < to; f++) {
        if (e->db[f] < e->db[best]) {
            best = f;
        }
    }
    return best;
}

/* Adds the frames [from, to) as one segment, or several when they are too many. */
static bool add_stretch(const energy *e, size_t from, size_t to, int channel, ca_call *call,
                        ca_arena *arena, ca_error *err)
{
    const size_t max = MAX_SEGMENT_MS / FRAME_MS;
    while (from < to) {
        const size_t end = to - from > max ? quietest(e, from, from + max) : to;
        ca_segment *segment = ca_push(arena, &call->segments);
        if (!segment) {
            return ca_fail_memory(err);
        }
        segment->channel = channel;
        segment->start_ms = (int64_t)from * FRAME_MS;
        segment->end_ms = (int64_t)end * FRAME_MS;
        if (segment->end_ms > call->duration_ms) {
            segment->end_ms = call->duration_ms;
        }
        from = end;
    }
    return true;
}

/* Walks over the frames: a stretch begins at a frame above the threshold, ends when HANGOVER_MS
 * passed below it, counts when it is long enough, and is padded; padded stretches that meet are
 * one. */
static bool find_stretches(const energy *e, int channel, ca_call *call, ca_arena *arena,
                           ca_error *err)
{
    const double threshold = onset_db(e);
    const size_t pad = PAD_MS / FRAME_MS;
    size_t open_from = 0; /* padded stretch waiting for a neighbour */
    size_t open_to = 0;
    for (size_t f = 0; f < e->frames; f++) {
        if (e->db[f] < threshold) {
            continue;
        }
        const size_t first = f;
        size_t last = f;
        while (f + 1 < e->frames && f - last < HANGOVER_MS / FRAME_MS) {
            f++;
            last = e->db[f] >= threshold ? f : last;
        }
        if ((last - first + 1) * FRAME_MS < MIN_SPEECH_MS) {
            continue;
        }
        const size_t from = first > pad ? first - pad : 0;
        const size_t to = last + 1 + pad < e->frames ? last + 1 + pad : e->frames;
        if (open_to > 0 && from <= open_to) {
            open_to = to;
            continue;
        }
        if (!add_stretch(e, open_from, open_to, channel, call, arena, err)) {
            return false;
        }
        open_from = from;
        open_to = to;
    }
    return add_stretch(e, open_from, open_to, channel, call, arena, err);
}

/* Speech level, noise level and what follows from them, over frames above and below threshold. */
static void measure_fitness(const energy *e, ca_channel *channel)
{
    const double threshold = onset_db(e);
    double speech = 0;
    double noise = 0;
    size_t speech_frames = 0;
    for (size_t f = 0; f < e->frames; f++) {
        const double power = pow(10, e->db[f] / 10);
        if (e->db[f] >= threshold) {
            speech += power;
            speech_frames++;
        } else {
            noise += power;
        }
    }
    if (speech_frames == 0) {
        return;
    }
    speech /= (double)speech_frames;
    noise = e->frames > speech_frames ? noise / (double)(e->frames - speech_frames) : 0;
    const double floor = pow(10, FLOOR_DBFS / 10);
    const double ratio = fmax(speech - noise, floor) / fmax(noise, floor);
    channel->level_dbfs = round(to_db(speech) * 10) / 10;
    channel->snr_db = round(10 * log10(ratio) * 10) / 10;
}

static double clip_share(const int16_t *samples, size_t count)
{
    size_t clipped = 0;
    for (size_t i = 0; i < count; i++) {
        clipped += samples[i] >= CLIPPED || samples[i] <= -CLIPPED;
    }
    return count ? round((double)clipped / (double)count * 1e6) / 1e6 : 0;
}

static bool segment_channel(const ca_audio *audio, int c, ca_call *call, ca_arena *arena,
                            ca_error *err)
{
    energy e = {0};
    ca_channel *channel = &call->channels.items[c];
    const size_t before = call->segments.count;
    bool ok = measure_energy(audio->samples[c], audio->frames, audio->sample_rate, &e, err) &&
              measure_range(&e, err);
    if (ok && has_speech(&e)) {
        measure_fitness(&e, channel);
        ok = find_stretches(&e, c, call, arena, err);
    }
    for (size_t i = before; i < call->segments.count; i++) {
        channel->speech_ms += call->segments.items[i].end_ms - call->segments.items[i].start_ms;
    }
    channel->pitch_hz =
        ca_pitch(audio->samples[c], audio->frames, audio->sample_rate, &call->segments, c);
    channel->bandwidth_hz =
        ca_bandwidth(audio->samples[c], audio->frames, audio->sample_rate, &call->segments, c);
    free(e.db);
    return ok;
}

/* Fake stereo: the difference of the sides is less than a hundredth of their power. */
static bool sides_are_equal(const ca_audio *audio)
{
    double power = 0;
    double difference = 0;
    for (size_t i = 0; i < audio->frames; i++) {
        const double left = audio->samples[0][i];
        const double right = audio->samples[1][i];
        power += left * left + right * right;
        difference += (left - right) * (left - right);
    }
    return difference <= power / 100;
}

static ca_speaker side_of(const ca_channel_map *map, int channels, int channel)
{
    if (channels == 1) {
        return map->agent == CA_SIDE_MONO ? CA_AGENT : CA_MIXED;
    }
    int agent = 0;
    if (map->agent == CA_SIDE_RIGHT) {
        agent = 1;
    } else if (map->agent == CA_SIDE_NUMBER) {
        agent = map->number - 1;
    }
    return channel == agent ? CA_AGENT : CA_CUSTOMER;
}

static int compare_segments(const void *a, const void *b)
{
    const ca_segment *x = a;
    const ca_segment *y = b;
    if (x->start_ms != y->start_ms) {
        return x->start_ms < y->start_ms ? -1 : 1;
    }
    return (x->channel > y->channel) - (x->channel < y->channel);
}

static bool describe_call(const ca_audio *audio, const ca_channel_map *map, bool fake,
                          ca_call *call, ca_arena *arena, ca_error *err)
{
    for (int c = 0; c < audio->channels; c++) {
        ca_channel *channel = ca_push(arena, &call->channels);
        if (!channel) {
            return ca_fail_memory(err);
        }
        channel->speaker = fake ? CA_MIXED : side_of(map, audio->channels, c);
        channel->level_dbfs = -120;
        channel->clip_share = clip_share(audio->samples[c], audio->frames);
    }
    return true;
}

bool ca_segment_call(const ca_audio *audio, const ca_channel_map *map, ca_call *call,
                     ca_arena *arena, ca_error *err)
{
    const bool fake = audio->channels == 2 && sides_are_equal(audio);
    if (map->agent == CA_SIDE_NUMBER && map->number > audio->channels && audio->channels > 1) {
        return ca_fail_call(err, CA_REASON_UNREADABLE,
                            "the agent should be on channel %d, but there are %d", map->number,
                            audio->channels);
    }
    if (!describe_call(audio, map, fake, call, arena, err)) {
        return false;
    }
    for (int c = 0; c < (fake ? 1 : audio->channels); c++) {
        if (!segment_channel(audio, c, call, arena, err)) {
            return false;
        }
    }
    if (call->segments.count == 0) {
        return ca_fail_call(err, CA_REASON_EMPTY, "no speech in %.1f s",
                            (double)call->duration_ms / 1000);
    }
    qsort(call->segments.items, call->segments.count, sizeof(ca_segment), compare_segments);
    return true;
}
