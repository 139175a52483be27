/* words.h - what the readers of imported words share: text into words, words into lines. */
#ifndef WORDS_H
#define WORDS_H

#include "callaudit/words.h"

/* A week: imported times stay where sums and products of them cannot overflow. */
enum { WORDS_MAX_MS = 7 * 24 * 3600 * 1000 };

typedef struct words_builder {
    ca_call *call;
    ca_arena *arena;
    ca_error *err;
} words_builder;

/* Empties the call. False when the bytes are not UTF-8 or too many. */
bool words_begin(words_builder *b, const char *data, size_t length);

/* Characters of the words in a text, white space and punctuation not counted. */
size_t words_size(const char *text, size_t length);

/* Adds a text's words to the call, their times spread over start_ms .. end_ms. */
bool words_add(words_builder *b, const char *text, size_t length, int64_t start_ms, int64_t end_ms,
               double confidence);

/* Makes a line of the words from `first` on; nothing when there are none. */
bool words_end_line(words_builder *b, size_t first, ca_speaker speaker, int64_t start_ms,
                    int64_t end_ms, double confidence);

/* Sorts the lines and completes duration_ms and transcript. */
bool words_finish(words_builder *b);

/* "agent", "Customer": letter case does not count. */
bool words_speaker(const char *name, size_t length, ca_speaker *speaker);

#endif
