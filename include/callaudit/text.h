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

/* ---- words of a text: the same for imported words, examples and the phrases of rules ---- */

/* The half width form of a full width sign, letter or digit (U+FF01 to U+FF5E) and of U+3000, the
 * ideographic space; any other character as it is. */
uint32_t ca_fold_width(uint32_t character);

/* True for letters and digits: all but punctuation, symbols, white space and control characters. */
bool ca_is_spoken(uint32_t character);

/* A place in valid UTF-8. Begin with {text, text + length}. */
typedef struct ca_word_reader {
    const char *at, *end;
    bool quoted; /* behind an opening quotation mark that looks like an apostrophe */
} ca_word_reader;

typedef struct ca_text_word {
    const char *begin, *end;
    size_t size; /* characters */
} ca_text_word;

/* The next word; false when there is none. One Chinese character is a word, and so is a run of
 * other letters and digits with the signs that belong to it: don't, customers', e-mail, 3.5, 10:30,
 * a.m. (single letters, each with its full stop), whatever their width. All else is silent; so is
 * the full width comma between digits, which parts the items of a list. */
bool ca_text_word_next(ca_word_reader *reader, ca_text_word *word);

/* The word as recognizers spell it: ASCII letters small, the typographic apostrophe as '. NULL when
 * out of memory. */
char *ca_text_word_spell(const ca_text_word *word, ca_arena *arena);

/* Makes text fit for one line of a message: control characters become blanks, bytes that are not
 * UTF-8 become '?'. */
void ca_text_clean(char *text);

/* Whole text as a number, within bounds; false for anything else, trailing bytes included. */
bool ca_parse_int(const char *text, int64_t low, int64_t high, int64_t *value);
bool ca_parse_double(const char *text, double low, double high, double *value);

/* A number and its unit, white space allowed between them: a time as 500ms, 1.5s, 2m or 4h in
 * milliseconds, a size as 600MB or 1GB (B, KB, MB, GB; powers of 1000) in bytes. Rounded. */
bool ca_parse_duration(const char *text, int64_t low, int64_t high, int64_t *ms);
bool ca_parse_size(const char *text, int64_t low, int64_t high, int64_t *bytes);

/* The name among `names` nearest to `word` by edit distance, or NULL when none is near enough to
 * suggest (distance over a third of its length). */
const char *ca_suggest(const char *word, const char *const *names, size_t count);

/* Prints milliseconds as m:ss.mmm ("1:02.350"); buffer of 24 bytes at least. */
void ca_format_ms(int64_t ms, char *out, size_t size);

#endif
