/* words_ctm.c - NIST's CTM: one word a line, as scoring tools and most recognizers write it. */
#include "words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GAP_MS = 800, FIELDS = 6 };

typedef struct entry {
    ca_speaker speaker;
    int64_t start_ms, end_ms;
    double confidence;
    const char *text;
    size_t number; /* of its line in the file */
} entry;

typedef CA_ARRAY(entry) entries;

typedef struct ctm {
    words_builder b;
    entries list;
    size_t number;
} ctm;

static bool refuse(const ctm *in, const char *why)
{
    return ca_fail_call(in->b.err, CA_REASON_UNREADABLE, "line %zu: %s", in->number, why);
}

/* Cuts the line, which is ours, at white space; fields behind the sixth are not looked at. */
static size_t cut(char *line, char *fields[FIELDS])
{
    static const char blanks[] = " \t\r";
    size_t count = 0;
    char *rest = NULL;
    for (char *field = strtok_r(line, blanks, &rest); field != NULL && count < FIELDS;
         field = strtok_r(NULL, blanks, &rest)) {
        fields[count++] = field;
    }
    return count;
}

static bool take_channel(const ctm *in, const char *name, ca_speaker *speaker)
{
    if (strcmp(name, "A") == 0 || strcmp(name, "1") == 0) {
        *speaker = CA_AGENT;
        return true;
    }
    *speaker = CA_CUSTOMER;
    return strcmp(name, "B") == 0 || strcmp(name, "2") == 0 ||
           refuse(in, "expected channel A or 1 (agent), B or 2 (customer)");
}

static bool take_recording(ctm *in, const char *name)
{
    if (in->b.call->path == NULL) {
        in->b.call->path = name;
    }
    return strcmp(in->b.call->path, name) == 0 ||
           refuse(in, "words of a second recording: one file a recording, please");
}

static bool take_word(ctm *in, char *line)
{
    char *fields[FIELDS] = {0};
    entry word = {.confidence = 1, .number = in->number};
    double start = 0;
    double length = 0;
    size_t count = cut(line, fields);
    if (count == 0 || strncmp(fields[0], ";;", 2) == 0) {
        return true;
    }
    if (count < 5) {
        return refuse(in, "expected: file channel start duration word [confidence]");
    }
    if (!take_recording(in, fields[0]) || !take_channel(in, fields[1], &word.speaker)) {
        return false;
    }
    const double most = WORDS_MAX_MS / 1000.0;
    if (!ca_parse_double(fields[2], 0, most, &start) ||
        !ca_parse_double(fields[3], 0, most - start, &length)) {
        return refuse(in, "expected start and duration in seconds");
    }
    if (count > 5 && strcmp(fields[5], "NA") != 0 &&
        !ca_parse_double(fields[5], 0, 1, &word.confidence)) {
        return refuse(in, "expected a confidence from 0 to 1");
    }
    word.start_ms = llround(start * 1000);
    word.end_ms = llround((start + length) * 1000);
    word.text = fields[4];
    if (strchr("<[{", word.text[0]) != NULL) {
        return true;
    }
    entry *place = ca_push(in->b.arena, &in->list);
    if (place == NULL) {
        return ca_fail_memory(in->b.err);
    }
    *place = word;
    return true;
}

static bool take_all(ctm *in, char *data)
{
    for (char *line = data; line != NULL;) {
        char *stop = strchr(line, '\n');
        if (stop != NULL) {
            *stop++ = '\0';
        }
        in->number++;
        if (!take_word(in, line)) {
            return false;
        }
        line = stop;
    }
    return true;
}

static int compare_entries(const void *left, const void *right)
{
    const entry *a = left;
    const entry *b = right;
    if (a->speaker != b->speaker) {
        return a->speaker < b->speaker ? -1 : 1;
    }
    if (a->start_ms != b->start_ms) {
        return a->start_ms < b->start_ms ? -1 : 1;
    }
    return (a->number > b->number) - (a->number < b->number);
}

/* One line of the call from words[from] on; returns where the next one begins, 0 when out of
 * memory. */
static size_t add_line(ctm *in, size_t from)
{
    const entry *list = in->list.items;
    size_t first = in->b.call->words.count;
    int64_t end_ms = list[from].start_ms;
    double sum = 0;
    size_t at = from;
    do {
        const entry *word = &list[at];
        if (!words_add(&in->b, word->text, strlen(word->text), word->start_ms, word->end_ms,
                       word->confidence)) {
            return 0;
        }
        end_ms = word->end_ms > end_ms ? word->end_ms : end_ms;
        sum += word->confidence;
        at++;
    } while (at < in->list.count && list[at].speaker == list[from].speaker &&
             list[at].start_ms - end_ms <= GAP_MS);
    double mean = sum / (double)(at - from);
    return words_end_line(&in->b, first, list[from].speaker, list[from].start_ms, end_ms,
                          mean < 1 ? mean : 1)
               ? at
               : 0;
}

bool ca_words_read_ctm(const char *data, size_t length, ca_call *call, ca_arena *arena,
                       ca_error *err)
{
    ctm in = {.b = {call, arena, err}};
    if (!words_begin(&in.b, data, length)) {
        return false;
    }
    char *copy = ca_arena_strndup(arena, data, length);
    if (copy == NULL) {
        return ca_fail_memory(err);
    }
    if (!take_all(&in, copy)) {
        return false;
    }
    if (in.list.count > 0) {
        qsort(in.list.items, in.list.count, sizeof *in.list.items, compare_entries);
    }
    for (size_t at = 0; at < in.list.count;) {
        at = add_line(&in, at);
        if (at == 0) {
            return false;
        }
    }
    return words_finish(&in.b);
}
