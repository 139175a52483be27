/* words.c - text into words with times; shared by the readers of imported words. */
#include "words.h"

#include <string.h>
#include <strings.h>

/* ---- text into words ---- */

typedef struct token {
    const char *begin, *end;
    size_t size; /* characters */
} token;

typedef struct range {
    uint32_t first, last;
} range;

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

/* Letters and digits: everything but ASCII and Unicode punctuation, symbols and spaces. */
static bool is_spoken(uint32_t c)
{
    static const range silent[] = {
        {0x80, 0xBF},     /* Latin-1 signs */
        {0xD7, 0xD7},     /* times */
        {0xF7, 0xF7},     /* divided by */
        {0x2000, 0x2BFF}, /* general punctuation to arrows and symbols */
        {0x2E00, 0x2E7F}, /* supplemental punctuation */
        {0x3000, 0x3004}, /* CJK punctuation */
        {0x3008, 0x3020}, {0x3030, 0x3030},   {0xFE10, 0xFE6F},
        {0xFEFF, 0xFEFF}, {0xFF01, 0xFF0F}, /* fullwidth punctuation */
        {0xFF1A, 0xFF20}, {0xFF3B, 0xFF40},   {0xFF5B, 0xFF65},
        {0xFFE0, 0xFFFF}, {0x1F000, 0x1FAFF}, /* pictographs */
    };
    if (c < 0x80) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        if (c >= silent[i].first && c <= silent[i].last) {
            return false;
        }
    }
    return true;
}

/* May this sign stand inside a word: don't, e-mail, 3.5, 10:30? */
static bool joins(uint32_t sign, uint32_t before, uint32_t after)
{
    if (sign == '\'' || sign == 0x2019 || sign == '-') {
        return is_spoken(after) && !ca_is_han(after);
    }
    return (sign == '.' || sign == ',' || sign == ':') && is_digit(before) && is_digit(after);
}

/* The token that begins at or behind *cursor; false when there is none. */
static bool next_token(const char **cursor, const char *end, token *out)
{
    uint32_t before = 0;
    *out = (token){0};
    while (*cursor < end) {
        const char *at = *cursor;
        uint32_t c = ca_utf8_next(cursor, end);
        const char *peek = *cursor;
        uint32_t after = peek < end ? ca_utf8_next(&peek, end) : 0;
        bool spoken = is_spoken(c) || (out->size > 0 && joins(c, before, after));
        if (out->size > 0 && (!spoken || ca_is_han(c))) {
            *cursor = at;
            break;
        }
        if (!spoken) {
            continue;
        }
        out->begin = out->size == 0 ? at : out->begin;
        out->end = *cursor;
        out->size++;
        before = c;
        if (ca_is_han(c)) {
            break;
        }
    }
    return out->size > 0;
}

size_t words_size(const char *text, size_t length)
{
    const char *end = text + length;
    token word;
    size_t size = 0;
    while (next_token(&text, end, &word)) {
        size += word.size;
    }
    return size;
}

/* Lower case, and the typographic apostrophe as the typewriter's. */
static const char *spell(const token *word, ca_arena *arena)
{
    char *text = ca_arena_alloc(arena, (size_t)(word->end - word->begin) + 1);
    char *out = text;
    for (const char *at = word->begin; text != NULL && at < word->end;) {
        if (strncmp(at, "\xE2\x80\x99", 3) == 0) {
            *out++ = '\'';
            at += 3;
        } else {
            *out++ = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
            at++;
        }
    }
    return text;
}

bool words_add(words_builder *b, const char *text, size_t length, int64_t start_ms, int64_t end_ms,
               double confidence)
{
    const char *end = text + length;
    int64_t total = (int64_t)words_size(text, length);
    int64_t before = 0;
    token word;
    while (total > 0 && next_token(&text, end, &word)) {
        ca_word *place = ca_push(b->arena, &b->call->words);
        const char *spelled = spell(&word, b->arena);
        if (place == NULL || spelled == NULL) {
            return ca_fail_memory(b->err);
        }
        int64_t after = before + (int64_t)word.size;
        *place = (ca_word){
            .start_ms = start_ms + (end_ms - start_ms) * before / total,
            .end_ms = start_ms + (end_ms - start_ms) * after / total,
            .confidence = confidence,
            .text = spelled,
        };
        before = after;
    }
    return true;
}

/* ---- lines ---- */

bool words_begin(words_builder *b, const char *data, size_t length)
{
    *b->call = (ca_call){0};
    if (length > CA_WORDS_MAX_BYTES) {
        return ca_fail_call(b->err, CA_REASON_LIMIT, "over 64 MiB");
    }
    return ca_utf8_valid(data, length) ||
           ca_fail_call(b->err, CA_REASON_UNREADABLE, "not UTF-8, or a NUL byte inside");
}

bool words_end_line(words_builder *b, size_t first, ca_speaker speaker, int64_t start_ms,
                    int64_t end_ms, double confidence)
{
    size_t count = b->call->words.count - first;
    if (count == 0) {
        return true;
    }
    ca_line *line = ca_push(b->arena, &b->call->lines);
    if (line == NULL) {
        return ca_fail_memory(b->err);
    }
    *line = (ca_line){speaker, CA_TIER_IMPORT, start_ms, end_ms, confidence, first, count};
    return true;
}

bool words_finish(words_builder *b)
{
    ca_call *call = b->call;
    for (size_t i = 0; i < call->lines.count; i++) {
        if (call->lines.items[i].end_ms > call->duration_ms) {
            call->duration_ms = call->lines.items[i].end_ms;
        }
    }
    call->transcript = true;
    return ca_call_sort_lines(call, b->arena, b->err);
}

bool words_speaker(const char *name, size_t length, ca_speaker *speaker)
{
    for (int i = 0; i < CA_SPEAKER_COUNT; i++) {
        const char *known = ca_speaker_name((ca_speaker)i);
        if (strlen(known) == length && strncasecmp(known, name, length) == 0) {
            *speaker = (ca_speaker)i;
            return true;
        }
    }
    return false;
}
