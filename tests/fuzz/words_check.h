/* words_check.h - what must be true of every call that a reader of imported words let through. */
#ifndef WORDS_CHECK_H
#define WORDS_CHECK_H

#include "callaudit/words.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static inline void check_line(const ca_call *call, const ca_line *line)
{
    require(line->tier == CA_TIER_IMPORT && line->word_count > 0);
    require(line->start_ms >= 0 && line->start_ms <= line->end_ms);
    require(line->end_ms <= call->duration_ms);
    require(line->confidence >= 0 && line->confidence <= 1);
    for (size_t i = 0; i < line->word_count; i++) {
        const ca_word *word = &call->words.items[line->first_word + i];
        require(word->text[0] != '\0');
        require(line->start_ms <= word->start_ms && word->start_ms <= word->end_ms);
        require(word->end_ms <= line->end_ms);
    }
}

static inline void check_words(bool (*read)(const char *data, size_t length, ca_call *call,
                                            ca_arena *arena, ca_error *err),
                               const uint8_t *data, size_t size)
{
    ca_arena *arena = ca_arena_new((size_t)256 << 20);
    ca_error err = {0};
    ca_call call;
    ca_buf json = {0};
    if (arena && read((const char *)data, size, &call, arena, &err)) {
        size_t words = 0;
        for (size_t i = 0; i < call.lines.count; i++) {
            check_line(&call, &call.lines.items[i]);
            words += call.lines.items[i].word_count;
        }
        require(words == call.words.count);
        require(ca_call_write(&call, false, &json, &err));
    } else {
        require(!arena || err.code == CA_EINPUT || err.code == CA_ELIMIT);
    }
    ca_buf_release(&json);
    ca_arena_free(arena);
}

#endif
