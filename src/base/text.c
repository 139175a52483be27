/* text.c - byte buffers, UTF-8, numbers and spelling suggestions, the same in every locale. */
#include "callaudit/text.h"

#include "callaudit/heap.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- buffers ---- */

void ca_buf_release(ca_buf *buf)
{
    free(buf->data);
    *buf = (ca_buf){0};
}

/* Room for `length` more bytes and the NUL. */
static bool reserve(ca_buf *buf, size_t length)
{
    if (buf->failed || length >= SIZE_MAX / 2 - buf->length) {
        buf->failed = true;
        return false;
    }
    size_t needed = buf->length + length + 1;
    if (needed <= buf->capacity) {
        return true;
    }
    size_t capacity = buf->capacity ? buf->capacity : 64;
    while (capacity < needed) {
        capacity *= 2;
    }
    char *data = ca_heap_realloc(buf->data, capacity);
    if (!data) {
        buf->failed = true;
        return false;
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

void ca_buf_add(ca_buf *buf, const char *bytes, size_t length)
{
    if (!reserve(buf, length)) {
        return;
    }
    if (length > 0) {
        memcpy(buf->data + buf->length, bytes, length);
    }
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void ca_buf_puts(ca_buf *buf, const char *text)
{
    ca_buf_add(buf, text, strlen(text));
}

void ca_buf_printf(ca_buf *buf, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int length = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (length < 0) {
        buf->failed = true;
    }
    if (length < 0 || !reserve(buf, (size_t)length)) {
        return;
    }
    va_start(args, fmt);
    (void)vsnprintf(buf->data + buf->length, (size_t)length + 1, fmt, args);
    va_end(args);
    buf->length += (size_t)length;
}

const char *ca_buf_text(const ca_buf *buf)
{
    return buf->data ? buf->data : "";
}

/* ---- UTF-8 ---- */

/* The length that a first byte announces; 0 for a byte that cannot be first. */
static size_t announced_length(unsigned char lead)
{
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return 3;
    }
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/* RFC 3629, section 4: four lead bytes narrow what may follow, against overlong forms (E0, F0),
 * surrogates (ED) and numbers past U+10FFFF (F4). */
static bool second_byte_fits(unsigned char lead, unsigned char second)
{
    switch (lead) {
    case 0xE0: return second >= 0xA0;
    case 0xED: return second <= 0x9F;
    case 0xF0: return second >= 0x90;
    case 0xF4: return second <= 0x8F;
    default: return true;
    }
}

size_t ca_utf8_step(const char *bytes, size_t length)
{
    if (length == 0 || bytes[0] == '\0') {
        return 0;
    }
    size_t size = announced_length((unsigned char)bytes[0]);
    if (size > length) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if (((unsigned char)bytes[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    if (size > 1 && !second_byte_fits((unsigned char)bytes[0], (unsigned char)bytes[1])) {
        return 0;
    }
    return size;
}

bool ca_utf8_valid(const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t step = ca_utf8_step(bytes + at, length - at);
        if (step == 0) {
            return false;
        }
        at += step;
    }
    return true;
}

uint32_t ca_utf8_next(const char **cursor, const char *end)
{
    const char *at = *cursor;
    size_t size = ca_utf8_step(at, (size_t)(end - at));
    assert(size > 0);
    if (size <= 1) {
        *cursor = at + 1;
        return (unsigned char)*at;
    }
    uint32_t character = (unsigned char)*at & (0x7FU >> size);
    for (size_t i = 1; i < size; i++) {
        character = character << 6 | ((unsigned char)at[i] & 0x3FU);
    }
    *cursor = at + size;
    return character;
}

typedef struct range {
    uint32_t first, last;
} range;

static bool in_ranges(uint32_t character, const range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (character >= ranges[i].first && character <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

/* Unicode Standard Annex 11: the blocks whose characters are Wide or Fullwidth. */
static bool is_wide(uint32_t character)
{
    static const range wide[] = {
        {0x1100, 0x115F},   /* Hangul Jamo */
        {0x2E80, 0x303E},   /* CJK radicals, symbols and punctuation */
        {0x3041, 0x4DBF},   /* kana, Bopomofo, compatibility, extension A */
        {0x4E00, 0xA4CF},   /* CJK ideographs, Yi */
        {0xA960, 0xA97C},   /* Hangul Jamo extended A */
        {0xAC00, 0xD7A3},   /* Hangul syllables */
        {0xF900, 0xFAFF},   /* CJK compatibility ideographs */
        {0xFE10, 0xFE19},   /* vertical forms */
        {0xFE30, 0xFE6F},   /* CJK compatibility forms, small forms */
        {0xFF01, 0xFF60},   /* fullwidth forms */
        {0xFFE0, 0xFFE6},   /* fullwidth signs */
        {0x1F300, 0x1F64F}, /* pictographs */
        {0x1F900, 0x1F9FF}, /* more pictographs */
        {0x20000, 0x3FFFD}, /* ideographic planes */
    };
    return in_ranges(character, wide, sizeof wide / sizeof wide[0]);
}

size_t ca_utf8_width(const char *text)
{
    const char *end = text + strlen(text);
    size_t width = 0;
    while (text < end) {
        if (ca_utf8_step(text, (size_t)(end - text)) == 0) {
            text++; /* a terminal shows one replacement sign */
            width++;
        } else {
            width += is_wide(ca_utf8_next(&text, end)) ? 2 : 1;
        }
    }
    return width;
}

bool ca_is_han(uint32_t character)
{
    static const range han[] = {
        {0x3005, 0x3005},   /* the iteration mark */
        {0x3007, 0x3007},   /* the ideographic zero */
        {0x3400, 0x4DBF},   /* extension A */
        {0x4E00, 0x9FFF},   /* unified ideographs */
        {0xF900, 0xFAFF},   /* compatibility ideographs */
        {0x20000, 0x2A6DF}, /* extension B */
        {0x2A700, 0x2EE5F}, /* extensions C to F and I */
        {0x2F800, 0x2FA1F}, /* compatibility supplement */
        {0x30000, 0x323AF}, /* extensions G and H */
    };
    return in_ranges(character, han, sizeof han / sizeof han[0]);
}

void ca_text_clean(char *text)
{
    char *end = text + strlen(text);
    while (text < end) {
        size_t step = ca_utf8_step(text, (size_t)(end - text));
        if (step == 0) {
            *text++ = '?';
            continue;
        }
        const char *at = text;
        uint32_t character = ca_utf8_next(&at, end);
        if (character < 0x20 || (character >= 0x7F && character <= 0x9F)) {
            memset(text, ' ', step);
        }
        text += step;
    }
}

/* ---- numbers ---- */

bool ca_parse_int(const char *text, int64_t low, int64_t high, int64_t *value)
{
    const char *digits = text + (*text == '-');
    if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0') {
        return false;
    }
    errno = 0;
    intmax_t number = strtoimax(text, NULL, 10);
    if (errno != 0 || number < low || number > high) {
        return false;
    }
    *value = number;
    return true;
}

/* [-] digits [. digits] [e [+-] digits], with a digit before or behind the point. Checked here
 * because strtod also takes hexadecimal, "inf", "nan" and leading blanks. */
static bool is_decimal(const char *text)
{
    static const char digits[] = "0123456789";
    text += *text == '-';
    size_t whole = strspn(text, digits);
    size_t fraction = 0;
    text += whole;
    if (*text == '.') {
        fraction = strspn(++text, digits);
        text += fraction;
    }
    if (whole + fraction == 0) {
        return false;
    }
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '-' || *text == '+';
        size_t exponent = strspn(text, digits);
        text += exponent;
        if (exponent == 0) {
            return false;
        }
    }
    return *text == '\0';
}

bool ca_parse_double(const char *text, double low, double high, double *value)
{
    if (!is_decimal(text)) {
        return false;
    }
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (plain == (locale_t)0) {
        return false;
    }
    double number = strtod_l(text, NULL, plain);
    freelocale(plain);
    if (!isfinite(number) || number < low || number > high) {
        return false;
    }
    *value = number;
    return true;
}

typedef struct unit {
    const char *name;
    double size; /* in the smallest of them */
} unit;

enum { UNITS = 4 };

static bool parse_quantity(const char *text, const unit units[UNITS], int64_t low, int64_t high,
                           int64_t *value)
{
    char number[32];
    double amount = 0;
    size_t digits = strspn(text, "0123456789.");
    if (digits >= sizeof number) {
        return false;
    }
    memcpy(number, text, digits);
    number[digits] = '\0';
    const char *name = text + digits + strspn(text + digits, " ");
    for (size_t i = 0; i < UNITS; i++) {
        if (strcmp(name, units[i].name) != 0 || !ca_parse_double(number, 0, 1e12, &amount)) {
            continue;
        }
        double scaled = amount * units[i].size;
        int64_t whole = scaled < 9e15 ? (int64_t)llround(scaled) : INT64_MAX;
        if (whole < low || whole > high) {
            return false;
        }
        *value = whole;
        return true;
    }
    return false;
}

bool ca_parse_duration(const char *text, int64_t low, int64_t high, int64_t *ms)
{
    static const unit units[UNITS] = {{"ms", 1}, {"s", 1e3}, {"m", 6e4}, {"h", 36e5}};
    return parse_quantity(text, units, low, high, ms);
}

bool ca_parse_size(const char *text, int64_t low, int64_t high, int64_t *bytes)
{
    static const unit units[UNITS] = {{"B", 1}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}};
    return parse_quantity(text, units, low, high, bytes);
}

void ca_format_ms(int64_t ms, char *out, size_t size)
{
    uint64_t all = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
    (void)snprintf(out, size, "%s%" PRIu64 ":%02u.%03u", ms < 0 ? "-" : "", all / 60000,
                   (unsigned)(all / 1000 % 60), (unsigned)(all % 1000));
}

/* ---- suggestions ---- */

enum { LONGEST_NAME = 48 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance in which swapping two neighbours counts once (optimal string alignment). */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t d[LONGEST_NAME + 1][LONGEST_NAME + 1];
    for (size_t i = 0; i <= a_length; i++) {
        d[i][0] = i;
    }
    for (size_t j = 0; j <= b_length; j++) {
        d[0][j] = j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        for (size_t j = 1; j <= b_length; j++) {
            size_t same = a[i - 1] == b[j - 1] ? 0 : 1;
            d[i][j] = least(d[i - 1][j - 1] + same, least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
    }
    return d[a_length][b_length];
}

const char *ca_suggest(const char *word, const char *const *names, size_t count)
{
    size_t length = strlen(word);
    size_t best = length / 3 + 1; /* one past what is near enough */
    const char *nearest = NULL;
    if (length > LONGEST_NAME) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        size_t name_length = strlen(names[i]);
        if (name_length > LONGEST_NAME) {
            continue;
        }
        size_t distance = edit_distance(word, length, names[i], name_length);
        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}
