/* measure.c - talk, silence and the fitness of the sides, from segments or imported lines. */
#include "callaudit/measure.h"

#include <stdlib.h>

/* A stretch in which somebody speaks. */
typedef struct stretch {
    int64_t start_ms, end_ms;
    ca_speaker speaker;
} stretch;

typedef CA_ARRAY(stretch) stretches;

typedef struct measurer {
    ca_call *call;
    stretches speech; /* sorted by start */
    ca_arena *arena;
    ca_error *err;
} measurer;

static bool add_stretch(measurer *m, int64_t start_ms, int64_t end_ms, ca_speaker speaker)
{
    stretch *item = ca_push(m->arena, &m->speech);
    if (item == NULL) {
        return ca_fail_memory(m->err);
    }
    *item = (stretch){start_ms, end_ms, speaker};
    return true;
}

static int compare_start(const void *left, const void *right)
{
    const stretch *a = left, *b = right;
    return (a->start_ms > b->start_ms) - (a->start_ms < b->start_ms);
}

/* Segments; where words came without audio, their lines. */
static bool collect(measurer *m)
{
    const ca_call *call = m->call;
    for (size_t i = 0; i < call->segments.count; i++) {
        const ca_segment *from = &call->segments.items[i];
        ca_speaker speaker = call->channels.items[from->channel].speaker;
        if (!add_stretch(m, from->start_ms, from->end_ms, speaker)) {
            return false;
        }
    }
    for (size_t i = 0; call->segments.count == 0 && i < call->lines.count; i++) {
        const ca_line *from = &call->lines.items[i];
        if (!add_stretch(m, from->start_ms, from->end_ms, from->speaker)) {
            return false;
        }
    }
    if (m->speech.count > 0) {
        qsort(m->speech.items, m->speech.count, sizeof *m->speech.items, compare_start);
    }
    return true;
}

static bool add(measurer *m, const char *name, int speaker, double value, const char *unit)
{
    ca_measure *measure = ca_push(m->arena, &m->call->measures);
    if (measure == NULL) {
        return ca_fail_memory(m->err);
    }
    *measure = (ca_measure){name, speaker, value, unit};
    return true;
}

/* ---- talk and silence ---- */

enum { ANYBODY = -1 };

/* Time in which the speaker (or ANYBODY) speaks, overlaps counted once; *longest_gap gets the
 * longest stretch without between two such times. */
static int64_t spoken_ms(const measurer *m, int speaker, int64_t *longest_gap)
{
    int64_t total = 0, until = 0;
    bool begun = false;
    *longest_gap = 0;
    for (size_t i = 0; i < m->speech.count; i++) {
        const stretch *s = &m->speech.items[i];
        if (speaker != ANYBODY && (int)s->speaker != speaker) {
            continue;
        }
        if (begun && s->start_ms - until > *longest_gap) {
            *longest_gap = s->start_ms - until;
        }
        int64_t from = begun && until > s->start_ms ? until : s->start_ms;
        total += s->end_ms > from ? s->end_ms - from : 0;
        until = begun && until > s->end_ms ? until : s->end_ms;
        begun = true;
    }
    return total;
}

static bool is_present(const measurer *m, ca_speaker speaker)
{
    for (size_t i = 0; i < m->call->channels.count; i++) {
        if (m->call->channels.items[i].speaker == speaker) {
            return true;
        }
    }
    for (size_t i = 0; i < m->speech.count; i++) {
        if (m->speech.items[i].speaker == speaker) {
            return true;
        }
    }
    return false;
}

static bool measure_talk(measurer *m)
{
    int64_t talk[CA_SPEAKER_COUNT], gap = 0;
    for (int i = 0; i < CA_SPEAKER_COUNT; i++) {
        talk[i] = spoken_ms(m, i, &gap);
        if (is_present(m, (ca_speaker)i) && !add(m, "talk", i, (double)talk[i], "ms")) {
            return false;
        }
    }
    const double both = (double)(talk[CA_AGENT] + talk[CA_CUSTOMER]);
    if (both == 0 || !is_present(m, CA_AGENT) || !is_present(m, CA_CUSTOMER)) {
        return true;
    }
    return add(m, "talk.share", CA_AGENT, (double)talk[CA_AGENT] / both, "share") &&
           add(m, "talk.share", CA_CUSTOMER, (double)talk[CA_CUSTOMER] / both, "share");
}

static bool measure_silence(measurer *m)
{
    const int64_t duration = m->call->duration_ms;
    int64_t longest = 0, spoken = spoken_ms(m, ANYBODY, &longest);
    int64_t silence = duration > spoken ? duration - spoken : 0;
    if (m->speech.count == 0 || duration <= 0) {
        return true;
    }
    return add(m, "silence", ANYBODY, (double)silence, "ms") &&
           add(m, "silence.longest", ANYBODY, (double)longest, "ms") &&
           add(m, "silence.share", ANYBODY, (double)silence / (double)duration, "share");
}

/* ---- channels ---- */

/* A side is measured once: on the channel on which it speaks most. */
static bool measure_channel(measurer *m, ca_speaker speaker)
{
    const ca_channel *best = NULL;
    for (size_t i = 0; i < m->call->channels.count; i++) {
        const ca_channel *channel = &m->call->channels.items[i];
        if (channel->speaker == speaker && (best == NULL || channel->speech_ms > best->speech_ms)) {
            best = channel;
        }
    }
    if (best == NULL) {
        return true;
    }
    const double duration = (double)m->call->duration_ms;
    const double speech = (double)best->speech_ms;
    return add(m, "snr", (int)speaker, best->snr_db, "db") &&
           add(m, "level", (int)speaker, best->level_dbfs, "db") &&
           add(m, "pitch", (int)speaker, best->pitch_hz, "hz") &&
           add(m, "clipped", (int)speaker, best->clip_share, "share") &&
           add(m, "bandwidth", (int)speaker, best->bandwidth_hz, "hz") &&
           add(m, "speech.share", (int)speaker, duration > 0 ? speech / duration : 0, "share");
}

bool ca_measure_call(ca_call *call, ca_arena *arena, ca_error *err)
{
    measurer m = {.call = call, .arena = arena, .err = err};
    call->measures = (ca_measures){0};
    if (!collect(&m) || !measure_talk(&m) || !measure_silence(&m)) {
        return false;
    }
    for (int i = 0; i < CA_SPEAKER_COUNT; i++) {
        if (!measure_channel(&m, (ca_speaker)i)) {
            return false;
        }
    }
    return true;
}
