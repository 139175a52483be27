/* text.h - byte buffers and UTF-8. Nothing here depends on the locale. */
#ifndef CALLAUDIT_TEXT_H
#define CALLAUDIT_TEXT_H

#include "callaudit/arena.h"

#include <stdint.h>

/* A growing, always NUL-terminated byte buffer on the heap. After a failed append `failed` stays
 * set and further appends do nothing, so that callers check once. */
typedef struct ca_buf {
    char *data; /* NULL until the first append */
    size_t length;
    size_t capacity;
    bool failed;
} ca_buf;

void ca_buf_release(ca_buf *buf);
void ca_buf_add(ca_buf *buf, const char *bytes, size_t length);
void ca_buf_puts(ca_buf *buf, const char *text);
void ca_buf_printf(ca_buf *buf, const char *fmt, ...) CA_PRINTF(2, 3);
const char *ca_buf_text(const ca_buf *buf); /* "" when empty */

/* True when the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms) and hold
 * no NUL. */
bool ca_utf8_valid(const char *bytes, size_t length);

/* Bytes of the well-formed character at the start (1 to 4); 0 for NUL, for anything else and at the
 * end. */
size_t ca_utf8_step(const char *bytes, size_t length);

/* Decodes the character at *cursor (< end) of valid UTF-8 and steps over it. */
uint32_t ca_utf8_next(const char **cursor, const char *end);

/* Columns that the text takes on a terminal: two for CJK wide characters, one for the rest. */
size_t ca_utf8_width(const char *text);

/* True for the characters of Chinese writing (CJK ideographs, extensions, compatibility). */
bool ca_is_han(uint32_t character);

/* Makes text fit for one line of a message: control characters become blanks, bytes that are not
 * UTF-8 become '?'. */
void ca_text_clean(char *text);

/* Whole text as a number, within bounds; false for anything else, trailing bytes included. */
bool ca_parse_int(const char *text, int64_t low, int64_t high, int64_t *value);
bool ca_parse_double(const char *text, double low, double high, double *value);

/* The name among `names` nearest to `word` by edit distance, or NULL when none is near enough to
 * suggest (distance over a third of its length). */
const char *ca_suggest(const char *word, const char *const *names, size_t count);

/* Prints milliseconds as m:ss.mmm ("1:02.350"); buffer of 24 bytes at least. */
void ca_format_ms(int64_t ms, char *out, size_t size);

#endif
