/* example.c - "[0:02 agent] thank you [0:05 customer] hello [0:30 end]" as the call it describes.
 */
#include "callaudit/rules.h"

#include <ctype.h>
#include <string.h>

enum { MS_PER_WORD = 350, MS_PER_HAN = 250, MAX_MINUTES = 24 * 60 };

typedef struct example_reader {
    const char *at; /* what is still to be read */
    const char *end;
    int64_t start_ms; /* of the part being read */
    ca_call *call;
    ca_arena *arena;
    ca_error *trouble;
} example_reader;

static bool bad(const example_reader *r, const char *what)
{
    return ca_fail(r->trouble, CA_EINPUT, "example: %s, found '%.40s'", what,
                   r->at < r->end ? r->at : "the end");
}

static void skip_spaces(example_reader *r)
{
    while (r->at < r->end && isspace((unsigned char)*r->at)) {
        r->at++;
    }
}

/* ---- "[m:ss speaker]" ---- */

static bool read_digits(example_reader *r, size_t least, size_t most, int64_t high, int64_t *value)
{
    char digits[8] = "";
    size_t count = strspn(r->at, "0123456789");
    if (count < least || count > most || count >= sizeof digits) {
        return false;
    }
    memcpy(digits, r->at, count);
    r->at += count;
    return ca_parse_int(digits, 0, high, value);
}

static bool read_mark(example_reader *r, const char **name, size_t *length)
{
    static const char expected[] = "expected a part like [0:05 agent] with m:ss and a speaker";
    int64_t minutes = 0, seconds = 0;
    const char *from = r->at;
    r->at++; /* the bracket */
    bool ok = read_digits(r, 1, 4, MAX_MINUTES, &minutes) && *r->at++ == ':' &&
              read_digits(r, 2, 2, 59, &seconds) && isspace((unsigned char)*r->at);
    if (!ok) {
        r->at = from;
        return bad(r, expected);
    }
    skip_spaces(r);
    *name = r->at;
    *length = strspn(r->at, "abcdefghijklmnopqrstuvwxyz");
    if (*length == 0 || r->at[*length] != ']') {
        r->at = from;
        return bad(r, expected);
    }
    r->at += *length + 1;
    int64_t start_ms = (minutes * 60 + seconds) * 1000;
    if (start_ms < r->start_ms) {
        r->at = from;
        return bad(r, "the times must not go back");
    }
    r->start_ms = start_ms;
    return true;
}

/* ---- words ---- */

static bool add_word(example_reader *r, const ca_text_word *found, int64_t *time_ms)
{
    const char *cursor = found->begin;
    bool han = ca_is_han(ca_utf8_next(&cursor, found->end));
    const char *text = ca_text_word_spell(found, r->arena);
    ca_word *word = ca_push(r->arena, &r->call->words);
    if (text == NULL || word == NULL) {
        return ca_fail_memory(r->trouble);
    }
    word->start_ms = *time_ms;
    *time_ms += han ? MS_PER_HAN : MS_PER_WORD;
    word->end_ms = *time_ms;
    word->confidence = 1;
    word->text = text;
    return true;
}

/* The words up to the next part, cut as those of imported calls are. */
static bool read_words(example_reader *r, int64_t *time_ms)
{
    const char *next = memchr(r->at, '[', (size_t)(r->end - r->at));
    ca_word_reader reader = {r->at, next != NULL ? next : r->end, false};
    const size_t first = r->call->words.count;
    ca_text_word word;
    while (ca_text_word_next(&reader, &word)) {
        if (!add_word(r, &word, time_ms)) {
            return false;
        }
    }
    if (r->call->words.count == first) {
        return bad(r, "words expected behind the speaker");
    }
    r->at = reader.end;
    return true;
}

static bool read_line(example_reader *r, ca_speaker speaker)
{
    size_t first = r->call->words.count;
    int64_t end_ms = r->start_ms;
    skip_spaces(r);
    if (!read_words(r, &end_ms)) {
        return false;
    }
    ca_line *line = ca_push(r->arena, &r->call->lines);
    if (line == NULL) {
        return ca_fail_memory(r->trouble);
    }
    *line = (ca_line){.speaker = speaker,
                      .tier = CA_TIER_IMPORT,
                      .start_ms = r->start_ms,
                      .end_ms = end_ms,
                      .confidence = 1,
                      .first_word = first,
                      .word_count = r->call->words.count - first};
    if (end_ms > r->call->duration_ms) {
        r->call->duration_ms = end_ms;
    }
    return true;
}

/* ---- the example ---- */

static bool read_end(example_reader *r)
{
    skip_spaces(r);
    if (r->at < r->end) {
        return bad(r, "nothing may follow [m:ss end]");
    }
    if (r->start_ms > r->call->duration_ms) {
        r->call->duration_ms = r->start_ms;
    }
    return true;
}

static bool read_part(example_reader *r)
{
    const char *name = "";
    size_t length = 0;
    if (*r->at != '[') {
        return bad(r, "expected [m:ss speaker] in front of the words");
    }
    const char *from = r->at;
    if (!read_mark(r, &name, &length)) {
        return false;
    }
    if (length == 3 && memcmp(name, "end", 3) == 0) {
        return read_end(r);
    }
    for (int i = 0; i < CA_SPEAKER_COUNT; i++) {
        const char *known = ca_speaker_name((ca_speaker)i);
        if (strlen(known) == length && memcmp(name, known, length) == 0) {
            return read_line(r, (ca_speaker)i);
        }
    }
    r->at = from;
    return bad(r, "the speaker must be agent, customer or mixed");
}

bool ca_example_call(const ca_example *example, const char *language, ca_call *call,
                     ca_arena *arena, ca_error *trouble)
{
    example_reader r = {.at = example->text,
                        .end = example->text + strlen(example->text),
                        .call = call,
                        .arena = arena,
                        .trouble = trouble};
    *call = (ca_call){.meta.language = language, .transcript = true};
    skip_spaces(&r);
    if (r.at == r.end) {
        return bad(&r, "expected [m:ss speaker] and words");
    }
    while (r.at < r.end) {
        if (!read_part(&r)) {
            return false;
        }
    }
    return ca_call_sort_lines(call, arena, trouble);
}
