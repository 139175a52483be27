/* words_vtt.c - WebVTT (W3C): blocks separated by empty lines, cues with times and a payload. */
#include "words.h"

#include <string.h>

/* What one voice says within a cue. */
typedef struct part {
    ca_speaker speaker;
    const char *text;
} part;

/* A cue's payload while it is read. */
typedef struct cue {
    int64_t start_ms, end_ms;
    ca_speaker speaker; /* of what is gathered now */
    ca_buf gathered;
    CA_ARRAY(part) parts;
} cue;

typedef struct vtt {
    words_builder b;
    const char *next, *end; /* what follows the current line */
    const char *text;       /* the current line, without its end */
    size_t length;
    int number;
} vtt;

static bool refuse(const vtt *in, const char *why)
{
    return ca_fail_call(in->b.err, CA_REASON_UNREADABLE, "line %d: %s", in->number, why);
}

/* Steps to the next line, which ends with LF, CR, CR LF or the file. */
static bool next_line(vtt *in)
{
    if (in->next >= in->end) {
        return false;
    }
    in->text = in->next;
    while (in->next < in->end && *in->next != '\n' && *in->next != '\r') {
        in->next++;
    }
    in->length = (size_t)(in->next - in->text);
    if (in->next < in->end && in->next[0] == '\r' && in->next + 1 < in->end &&
        in->next[1] == '\n') {
        in->next++;
    }
    in->next += in->next < in->end;
    in->number++;
    return true;
}

static void skip_block(vtt *in)
{
    while (next_line(in) && in->length > 0) {
    }
}

static bool begins(const vtt *in, const char *word)
{
    size_t length = strlen(word);
    return in->length >= length && memcmp(in->text, word, length) == 0 &&
           (in->length == length || in->text[length] == ' ' || in->text[length] == '\t');
}

/* ---- times ---- */

static bool take_digits(const char **at, const char *end, size_t least, size_t most, int64_t *value)
{
    size_t count = 0;
    *value = 0;
    for (; *at < end && **at >= '0' && **at <= '9' && count < most; (*at)++, count++) {
        *value = *value * 10 + (**at - '0');
    }
    return count >= least;
}

static bool take_char(const char **at, const char *end, char wanted)
{
    bool there = *at < end && **at == wanted;
    *at += there;
    return there;
}

/* [hours:]mm:ss.ttt */
static bool take_time(const char **at, const char *end, int64_t *ms)
{
    int64_t fields[3] = {0};
    int64_t thousandths = 0;
    size_t count = 0;
    do {
        if (count == 3 || !take_digits(at, end, 2, 3, &fields[count])) {
            return false;
        }
        count++;
    } while (take_char(at, end, ':'));
    if (count < 2 || fields[count - 1] > 59 || fields[count - 2] > 59 || !take_char(at, end, '.') ||
        !take_digits(at, end, 3, 3, &thousandths)) {
        return false;
    }
    int64_t seconds = 0;
    for (size_t i = 0; i < count; i++) {
        seconds = seconds * 60 + fields[i];
    }
    *ms = seconds * 1000 + thousandths;
    return *ms <= WORDS_MAX_MS;
}

static void take_blanks(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '\t')) {
        (*at)++;
    }
}

static bool is_timing(const vtt *in)
{
    return memmem(in->text, in->length, "-->", 3) != NULL;
}

static bool take_timing(vtt *in, int64_t *start_ms, int64_t *end_ms)
{
    const char *at = in->text;
    const char *end = in->text + in->length;
    take_blanks(&at, end);
    if (!is_timing(in) || !take_time(&at, end, start_ms)) {
        return refuse(in, "expected a cue's times, as 00:01.000 --> 00:02.500");
    }
    take_blanks(&at, end);
    if (end - at < 3 || memcmp(at, "-->", 3) != 0) {
        return refuse(in, "expected --> behind a cue's start");
    }
    at += 3;
    take_blanks(&at, end);
    if (!take_time(&at, end, end_ms) || (at < end && *at != ' ' && *at != '\t')) {
        return refuse(in, "expected a cue's end behind -->, as 00:02.500");
    }
    return *end_ms >= *start_ms || refuse(in, "a cue must not end before it starts");
}

/* ---- payload ---- */

/* Keeps what was gathered as a part, when there are words in it. */
static bool end_part(vtt *in, cue *now)
{
    const char *text = ca_buf_text(&now->gathered);
    bool kept = !now->gathered.failed;
    if (kept && words_size(text, now->gathered.length) > 0) {
        const char *copy = ca_arena_strdup(in->b.arena, text);
        part *place = copy != NULL ? ca_push(in->b.arena, &now->parts) : NULL;
        kept = place != NULL;
        if (kept) {
            *place = (part){now->speaker, copy};
        }
    }
    ca_buf_release(&now->gathered);
    return kept || ca_fail_memory(in->b.err);
}

/* The voice that a tag's inside ("v.loud Agent", "/v") begins or ends; false for other tags. */
static bool voice_of(const char *tag, size_t length, ca_speaker *speaker)
{
    if (length == 2 && memcmp(tag, "/v", 2) == 0) {
        *speaker = CA_MIXED;
        return true;
    }
    if (length == 0 || tag[0] != 'v' || (length > 1 && strchr(". \t", tag[1]) == NULL)) {
        return false;
    }
    const char *end = tag + length;
    while (tag < end && *tag != ' ' && *tag != '\t') {
        tag++;
    }
    take_blanks(&tag, end);
    while (end > tag && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    if (!words_speaker(tag, (size_t)(end - tag), speaker)) {
        *speaker = CA_MIXED;
    }
    return true;
}

/* "agent: good morning" begins a part of its own. */
static bool take_prefix(vtt *in, const char **at, ca_speaker *speaker)
{
    const char *end = in->text + in->length;
    const char *from = in->text;
    take_blanks(&from, end);
    const char *colon = memchr(from, ':', (size_t)(end - from));
    if (colon == NULL || !words_speaker(from, (size_t)(colon - from), speaker)) {
        return false;
    }
    *at = colon + 1;
    return true;
}

/* Steps over "&amp;" and the like: they all stand for signs that nobody speaks. */
static const char *skip_entity(const char *at, const char *end)
{
    const char *stop = at + 1;
    while (stop < end && stop - at < 10 && *stop != ';' && *stop != ' ') {
        stop++;
    }
    return stop < end && *stop == ';' ? stop + 1 : at + 1;
}

/* A new voice: what the one before said is a part. */
static bool change_voice(vtt *in, cue *now, ca_speaker speaker)
{
    bool kept = end_part(in, now);
    now->speaker = speaker;
    return kept;
}

/* Steps over a tag; voices are the only ones that matter. */
static bool take_tag(vtt *in, cue *now, const char **at)
{
    const char *end = in->text + in->length;
    const char *close = memchr(*at, '>', (size_t)(end - *at));
    ca_speaker speaker = CA_MIXED;
    if (close == NULL) {
        return refuse(in, "a tag that is not closed in its line");
    }
    bool voice = voice_of(*at + 1, (size_t)(close - *at - 1), &speaker);
    *at = close + 1;
    return !voice || change_voice(in, now, speaker);
}

static bool take_payload(vtt *in, cue *now)
{
    const char *at = in->text;
    const char *end = in->text + in->length;
    ca_speaker speaker = CA_MIXED;
    if (take_prefix(in, &at, &speaker) && !change_voice(in, now, speaker)) {
        return false;
    }
    while (at < end) {
        if (*at == '<') {
            if (!take_tag(in, now, &at)) {
                return false;
            }
        } else if (*at == '&') {
            ca_buf_puts(&now->gathered, " ");
            at = skip_entity(at, end);
        } else {
            const char *stop = at + 1;
            while (stop < end && *stop != '<' && *stop != '&') {
                stop++;
            }
            ca_buf_add(&now->gathered, at, (size_t)(stop - at));
            at = stop;
        }
    }
    ca_buf_puts(&now->gathered, " ");
    return true;
}

/* Shares the cue's time among its parts by their characters. */
static bool add_parts(vtt *in, const cue *done)
{
    int64_t total = 0;
    int64_t before = 0;
    int64_t span = done->end_ms - done->start_ms;
    for (size_t i = 0; i < done->parts.count; i++) {
        const char *text = done->parts.items[i].text;
        total += (int64_t)words_size(text, strlen(text));
    }
    for (size_t i = 0; i < done->parts.count; i++) {
        const part *one = &done->parts.items[i];
        size_t length = strlen(one->text);
        size_t first = in->b.call->words.count;
        int64_t after = before + (int64_t)words_size(one->text, length);
        int64_t from = done->start_ms + span * before / total;
        int64_t to = done->start_ms + span * after / total;
        if (!words_add(&in->b, one->text, length, from, to, 1) ||
            !words_end_line(&in->b, first, one->speaker, from, to, 1)) {
            return false;
        }
        before = after;
    }
    return true;
}

static bool take_cue(vtt *in)
{
    cue now = {.speaker = CA_MIXED};
    if (!take_timing(in, &now.start_ms, &now.end_ms)) {
        return false;
    }
    bool whole = true;
    while (whole && next_line(in) && in->length > 0) {
        whole = take_payload(in, &now);
    }
    whole = whole && end_part(in, &now);
    ca_buf_release(&now.gathered);
    return whole && add_parts(in, &now);
}

/* ---- the file ---- */

static bool take_block(vtt *in)
{
    if (begins(in, "NOTE") || begins(in, "STYLE") || begins(in, "REGION")) {
        skip_block(in);
        return true;
    }
    if (!is_timing(in) && !next_line(in)) { /* a cue's name */
        return refuse(in, "expected a cue's times behind its name");
    }
    return take_cue(in);
}

bool ca_words_read_vtt(const char *data, size_t length, ca_call *call, ca_arena *arena,
                       ca_error *err)
{
    vtt in = {.b = {call, arena, err}, .next = data, .end = data + length};
    if (!words_begin(&in.b, data, length)) {
        return false;
    }
    if (length >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0) {
        in.next += 3;
    }
    if (!next_line(&in) || !begins(&in, "WEBVTT")) {
        return ca_fail_call(err, CA_REASON_UNREADABLE, "line 1: expected WEBVTT");
    }
    skip_block(&in);
    while (next_line(&in)) {
        if (in.length > 0 && !take_block(&in)) {
            return false;
        }
    }
    return words_finish(&in.b);
}
