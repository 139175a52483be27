/* words.c - text into words with times; shared by the readers of imported words. */
#include "words.h"

#include <string.h>
#include <strings.h>

/* ---- text into words ---- */

size_t words_size(const char *text, size_t length)
{
    ca_word_reader reader = {text, text + length, false};
    ca_text_word word;
    size_t size = 0;
    while (ca_text_word_next(&reader, &word)) {
        size += word.size;
    }
    return size;
}

bool words_add(words_builder *b, const char *text, size_t length, int64_t start_ms, int64_t end_ms,
               double confidence)
{
    ca_word_reader reader = {text, text + length, false};
    int64_t total = (int64_t)words_size(text, length);
    int64_t before = 0;
    ca_text_word word;
    while (total > 0 && ca_text_word_next(&reader, &word)) {
        ca_word *place = ca_push(b->arena, &b->call->words);
        const char *spelled = ca_text_word_spell(&word, b->arena);
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
        return ca_fail_call(b->err, CA_REASON_LIMIT, "over 8 MiB");
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
    *line = (ca_line){.speaker = speaker,
                      .tier = CA_TIER_IMPORT,
                      .start_ms = start_ms,
                      .end_ms = end_ms,
                      .confidence = confidence,
                      .first_word = first,
                      .word_count = count};
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
