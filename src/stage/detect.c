/* detect.c - which keyphrase detections stand. */
#include "callaudit/detect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double SLOPE = 2.2;       /* log10 units a phone */
static const double MIN_OVERLAP = 0.7; /* of the shorter one: both claim the same speech */
static const double CLEAR_LEAD = 8;    /* margin by which a rival wording wins */

double ca_margin(double log_ratio, size_t phones)
{
    return log_ratio + SLOPE * (double)phones;
}

ca_evidence ca_detection_evidence(const ca_detection *detection, double snr_db)
{
    const double length = (double)(detection->end_ms - detection->start_ms);
    const double phones = detection->phones > 0 ? (double)detection->phones : 1;
    return (ca_evidence){detection->margin, detection->phones, length / phones, snr_db};
}

static bool overlap(const ca_detection *a, const ca_detection *b)
{
    if (a->speaker != b->speaker) {
        return false;
    }
    const int64_t from = a->start_ms > b->start_ms ? a->start_ms : b->start_ms;
    const int64_t to = a->end_ms < b->end_ms ? a->end_ms : b->end_ms;
    const int64_t a_length = a->end_ms - a->start_ms;
    const int64_t b_length = b->end_ms - b->start_ms;
    const int64_t shorter = a_length < b_length ? a_length : b_length;
    return (double)(to - from) > MIN_OVERLAP * (double)shorter;
}

static bool share_rule(const ca_target *a, const ca_target *b)
{
    for (size_t i = 0; i < a->rules.count; i++) {
        for (size_t j = 0; j < b->rules.count; j++) {
            if (a->rules.items[i] == b->rules.items[j]) {
                return true;
            }
        }
    }
    return false;
}

/* Does b take a's place? Wordings of a shared rule are weighed by the matcher, except that the same
 * wording is said only once at a time. */
static bool beats(const ca_detection *b, const ca_detection *a, const ca_targets *targets)
{
    const ca_target *a_target = &targets->items[a->target];
    const ca_target *b_target = &targets->items[b->target];
    if (!overlap(a, b)) {
        return false;
    }
    if (a->target == b->target) {
        return b->margin > a->margin || (b->margin == a->margin && b < a);
    }
    return !share_rule(a_target, b_target) && b->margin > a->margin + CLEAR_LEAD &&
           !strstr(a_target->text, b_target->text) && !strstr(b_target->text, a_target->text);
}

static int compare_detections(const void *a, const void *b)
{
    const ca_detection *x = a;
    const ca_detection *y = b;
    if (x->start_ms != y->start_ms) {
        return x->start_ms < y->start_ms ? -1 : 1;
    }
    if (x->end_ms != y->end_ms) {
        return x->end_ms < y->end_ms ? -1 : 1;
    }
    if (x->target != y->target) {
        return x->target < y->target ? -1 : 1;
    }
    return (x->margin < y->margin) - (x->margin > y->margin);
}

/* All are judged against all before any goes: who wins does not depend on the order. */
bool ca_detections_compete(ca_detections *detections, const ca_targets *targets, ca_error *err)
{
    ca_detection *items = detections->items;
    const size_t count = detections->count;
    if (count == 0) {
        return true;
    }
    qsort(items, count, sizeof *items, compare_detections);
    bool *beaten = calloc(count, sizeof *beaten);
    if (!beaten) {
        return ca_fail_memory(err);
    }
    for (size_t a = 0; a < count; a++) {
        for (size_t b = a + 1; b < count && items[b].start_ms < items[a].end_ms; b++) {
            beaten[a] = beaten[a] || beats(&items[b], &items[a], targets);
            beaten[b] = beaten[b] || beats(&items[a], &items[b], targets);
        }
    }
    size_t kept = 0;
    for (size_t a = 0; a < count; a++) {
        if (!beaten[a]) {
            items[kept++] = items[a];
        }
    }
    detections->count = kept;
    free(beaten);
    return true;
}

/* Length of the first word in text: up to a space, or one Chinese character. */
static size_t word_length(const char *text)
{
    const char *end = text + strlen(text);
    const char *next = text;
    if (ca_is_han(ca_utf8_next(&next, end))) {
        return (size_t)(next - text);
    }
    while (next < end && *next != ' ') {
        const char *after = next;
        if (ca_is_han(ca_utf8_next(&after, end))) {
            break;
        }
        next = after;
    }
    return (size_t)(next - text);
}

bool ca_detection_add(const ca_detection *detection, const ca_target *target, ca_call *call,
                      ca_arena *arena, ca_error *err)
{
    const int64_t length = detection->end_ms - detection->start_ms;
    const size_t bytes = strlen(target->text);
    const size_t first = call->words.count;
    for (size_t at = 0; at < bytes;) {
        if (target->text[at] == ' ') {
            at++;
            continue;
        }
        const size_t word_bytes = word_length(target->text + at);
        ca_word *word = ca_push(arena, &call->words);
        if (!word || !(word->text = ca_arena_strndup(arena, target->text + at, word_bytes))) {
            return ca_fail_memory(err);
        }
        word->start_ms = detection->start_ms + length * (int64_t)at / (int64_t)bytes;
        word->end_ms = detection->start_ms + length * (int64_t)(at + word_bytes) / (int64_t)bytes;
        word->confidence = detection->confidence;
        at += word_bytes;
    }
    ca_line *line = ca_push(arena, &call->lines);
    if (!line) {
        return ca_fail_memory(err);
    }
    *line = (ca_line){.speaker = detection->speaker,
                      .tier = CA_TIER_PHRASE,
                      .start_ms = detection->start_ms,
                      .end_ms = detection->end_ms,
                      .confidence = detection->confidence,
                      .margin = round(detection->margin * 10) / 10,
                      .phones = (int)detection->phones,
                      .first_word = first,
                      .word_count = call->words.count - first};
    return true;
}
