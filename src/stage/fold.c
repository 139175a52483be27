/* fold.c - full width to half width, traditional to simplified characters. */
#include "callaudit/fold.h"

#include <opencc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { CURLY_APOSTROPHE = 0x2019, FIRST_KEPT = 0x3400, LAST_KEPT = 0x9FFF, LETTER_SIZE = 5 };

/* ---- OpenCC ---- */

/* Opened once a process and never closed. */
typedef struct tables {
    pthread_once_t once;
    const char *config;
    opencc_t converter;
    char trouble[200]; /* why there is no converter; empty when there is */
} tables;

static tables common = {PTHREAD_ONCE_INIT, "t2s.json", NULL, ""};
static tables taiwan = {PTHREAD_ONCE_INIT, "tw2s.json", NULL, ""};

static void open_tables(tables *t)
{
    t->converter = opencc_open(t->config);
    if ((intptr_t)t->converter == -1) {
        (void)snprintf(t->trouble, sizeof t->trouble, "OpenCC: %s", opencc_error());
    }
}

static void open_common(void)
{
    open_tables(&common);
}

static void open_taiwan(void)
{
    open_tables(&taiwan);
}

/* The converted text, to be released by opencc_convert_utf8_free. */
static char *convert(tables *t, const char *text, size_t length, ca_error *err)
{
    (void)pthread_once(&t->once, t == &common ? open_common : open_taiwan);
    if (t->trouble[0] != '\0') {
        ca_fail(err, CA_ESETUP, "no tables for Chinese characters (package libopencc-data): %s",
                t->trouble);
        return NULL;
    }
    char *converted = opencc_convert_utf8(t->converter, text, length);
    if (converted == NULL) {
        ca_fail(err, CA_EINTERNAL, "OpenCC could not convert a text of %zu bytes", length);
    }
    return converted;
}

/* ---- Chinese characters ---- */

/* What OpenCC writes in two ways, by its phrases (計畫 is 计划, 畫 alone 画) or by whose
 * traditional text it is (Taiwan's 看著, 甚麼, 妳, 帳戶; Hong Kong's 衞); after conversion of the
 * single one. */
static void join_variants(char letter[LETTER_SIZE])
{
    static const char variants[][2][LETTER_SIZE] = {
        {"瞭", "了"}, {"覆", "复"}, {"藉", "借"}, {"画", "划"}, {"炼", "链"}, {"锺", "钟"},
        {"沈", "沉"}, {"钜", "巨"}, {"俱", "具"}, {"彷", "仿"}, {"牴", "抵"}, {"衹", "只"},
        {"馀", "余"}, {"苎", "苧"}, {"著", "着"}, {"甚", "什"}, {"妳", "你"}, {"帐", "账"},
        {"衞", "卫"}, {"枱", "台"}, {"擡", "抬"}, {"痺", "痹"},
    };
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        if (strcmp(letter, variants[i][0]) == 0) {
            memcpy(letter, variants[i][1], LETTER_SIZE);
            return;
        }
    }
}

static bool fold_han(const char *bytes, size_t size, char letter[LETTER_SIZE], ca_error *err)
{
    char *converted = convert(&common, bytes, size, err);
    if (converted == NULL) {
        return false;
    }
    size_t length = strlen(converted);
    bool single = length > 0 && ca_utf8_step(converted, length) == length;
    memset(letter, 0, LETTER_SIZE);
    memcpy(letter, single ? converted : bytes, single ? length : size);
    opencc_convert_utf8_free(converted);
    join_variants(letter);
    return true;
}

/* Remembers the common characters, whose UTF-8 fits into 32 bits: a conversion costs some
 * microseconds. Threads that find the same gap fill it with the same value. */
static bool fold_kept_han(uint32_t c, const char *bytes, size_t size, char letter[LETTER_SIZE],
                          ca_error *err)
{
    static _Atomic uint32_t kept[LAST_KEPT - FIRST_KEPT + 1];
    if (c < FIRST_KEPT || c > LAST_KEPT) {
        return fold_han(bytes, size, letter, err);
    }
    _Atomic uint32_t *place = &kept[c - FIRST_KEPT];
    uint32_t packed = atomic_load_explicit(place, memory_order_relaxed);
    if (packed == 0) {
        if (!fold_han(bytes, size, letter, err)) {
            return false;
        }
        memcpy(&packed, letter, sizeof packed);
        atomic_store_explicit(place, packed, memory_order_relaxed);
    }
    memcpy(letter, &packed, sizeof packed);
    letter[LETTER_SIZE - 1] = '\0';
    return true;
}

/* ---- any character ---- */

typedef struct character {
    const char *bytes;
    size_t size;
    uint32_t code; /* 0 for a byte that is no UTF-8 */
} character;

/* The character at *at, behind which *at moves. */
static character next_character(const char **at, const char *end)
{
    character c = {.bytes = *at, .size = ca_utf8_step(*at, (size_t)(end - *at))};
    if (c.size == 0) {
        c.size = 1;
        *at += 1;
    } else {
        c.code = ca_utf8_next(at, end);
    }
    return c;
}

/* The half width form of signs and letters; the character itself when it has none. */
static uint32_t fold_sign(uint32_t c)
{
    return c == CURLY_APOSTROPHE ? '\'' : ca_fold_width(c);
}

static bool put_folded(const character *c, ca_buf *out, ca_error *err)
{
    char letter[LETTER_SIZE];
    const uint32_t sign = fold_sign(c->code);
    if (ca_is_han(c->code)) {
        if (!fold_kept_han(c->code, c->bytes, c->size, letter, err)) {
            return false;
        }
        ca_buf_puts(out, letter);
    } else if (sign != c->code) {
        ca_buf_add(out, &(char){(char)sign}, 1);
    } else {
        ca_buf_add(out, c->bytes, c->size);
    }
    return true;
}

/* ---- texts ---- */

static bool is_ascii(const char *text)
{
    while (*text != '\0' && ((unsigned char)*text & 0x80) == 0) {
        text++;
    }
    return *text == '\0';
}

/* The buffer's text in the arena, or `same` when it is that; releases the buffer. */
static const char *keep(ca_buf *buf, bool ok, const char *same, ca_arena *arena, ca_error *err)
{
    const char *text = NULL;
    if (ok && !buf->failed) {
        bool changed = strcmp(ca_buf_text(buf), same) != 0;
        text = changed ? ca_arena_strdup(arena, ca_buf_text(buf)) : same;
    }
    if (ok && text == NULL) {
        ca_fail_memory(err);
    }
    ca_buf_release(buf);
    return text;
}

const char *ca_fold(const char *text, ca_arena *arena, ca_error *err)
{
    if (is_ascii(text)) {
        return text;
    }
    ca_buf out = {0};
    bool ok = true;
    for (const char *at = text, *end = text + strlen(text); ok && at < end;) {
        character c = next_character(&at, end);
        ok = put_folded(&c, &out, err);
    }
    return keep(&out, ok, text, arena, err);
}

static bool has_han(const char *text)
{
    for (const char *at = text, *end = text + strlen(text); at < end;) {
        if (ca_is_han(next_character(&at, end).code)) {
            return true;
        }
    }
    return false;
}

/* Taiwan writes 著 for 着 as well (看著, but 著名): in `plain`, the common form of the text, those
 * are made 着 that the tables for Taiwan make so. The tables keep the number of characters; where
 * one does not, the rest stays. */
static bool part_zhe(const char *text, char *plain, ca_error *err)
{
    static const char zhu[] = "著", zhe[] = "着";
    const size_t size = sizeof zhu - 1;
    if (strstr(text, zhu) == NULL) {
        return true;
    }
    char *local = convert(&taiwan, text, strlen(text), err);
    if (local == NULL) {
        return false;
    }
    const char *at = plain, *other = local;
    const char *end = plain + strlen(plain), *other_end = local + strlen(local);
    while (at < end && other < other_end) {
        character c = next_character(&at, end), d = next_character(&other, other_end);
        if (c.size == size && d.size == size && memcmp(c.bytes, zhu, size) == 0 &&
            memcmp(d.bytes, zhe, size) == 0) {
            memcpy(plain + (c.bytes - plain), zhe, size);
        }
    }
    opencc_convert_utf8_free(local);
    return true;
}

const char *ca_fold_simplified(const char *text, ca_arena *arena, ca_error *err)
{
    if (!has_han(text)) {
        return text;
    }
    char *converted = convert(&common, text, strlen(text), err);
    if (converted == NULL) {
        return NULL;
    }
    char *plain = ca_arena_strdup(arena, converted);
    opencc_convert_utf8_free(converted);
    if (plain == NULL) {
        ca_fail_memory(err);
        return NULL;
    }
    return part_zhe(text, plain, err) ? plain : NULL;
}

/* ---- regexes ---- */

typedef struct regex_folder {
    const char *at, *end;
    bool in_class, in_range; /* inside [...], behind a '-' of it */
    bool after_han;          /* behind a Chinese character that stands for itself, in no class */
    ca_buf *out;
    ca_error *err;
} regex_folder;

/* A literal character. What becomes ASCII is written by its number: it must not become syntax. */
static bool put_literal(const regex_folder *f, const character *c)
{
    const uint32_t sign = fold_sign(c->code);
    if (sign == c->code) {
        return put_folded(c, f->out, f->err);
    }
    ca_buf_printf(f->out, "\\x{%X}", (unsigned)sign);
    return true;
}

/* Is the next character a '-' with a bound of a range behind it? */
static bool range_follows(const regex_folder *f)
{
    return f->end - f->at >= 2 && f->at[0] == '-' && f->at[1] != ']';
}

static bool fold_in_class(regex_folder *f, const character *c)
{
    const bool bound = f->in_range || range_follows(f);
    f->in_range = c->code == '-' && !f->in_range;
    f->in_class = c->code != ']';
    if (!bound) {
        return put_literal(f, c);
    }
    ca_buf_add(f->out, c->bytes, c->size);
    return true;
}

/* Behind '[' or '[^' a ']' is literal. */
static void open_class(regex_folder *f)
{
    f->in_class = true;
    f->in_range = false;
    for (const char *more = "^]"; *more != '\0'; more++) {
        if (f->at < f->end && *f->at == *more) {
            ca_buf_add(f->out, f->at++, 1);
        }
    }
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == 0x3000;
}

/* Does the white space that was begun end at a Chinese character? */
static bool han_follows(const regex_folder *f)
{
    for (const char *at = f->at; at < f->end;) {
        character c = next_character(&at, f->end);
        if (!is_blank(c.code)) {
            return ca_is_han(c.code);
        }
    }
    return false;
}

static bool fold_outside(regex_folder *f, const character *c)
{
    if (is_blank(c->code) && f->after_han && han_follows(f)) {
        return true;
    }
    f->after_han = ca_is_han(c->code);
    bool ok = put_literal(f, c);
    if (c->code == '[') {
        open_class(f);
    }
    return ok;
}

static bool fold_next(regex_folder *f)
{
    character c = next_character(&f->at, f->end);
    if (c.code == '\\' && f->at < f->end) {
        if (((unsigned char)*f->at & 0x80) == 0) { /* an escape of PCRE2's */
            ca_buf_add(f->out, f->at - 1, 2);
            f->at++;
            f->after_han = f->in_range = false;
            return true;
        }
        c = next_character(&f->at, f->end); /* stands for itself with and without */
    }
    return f->in_class ? fold_in_class(f, &c) : fold_outside(f, &c);
}

const char *ca_fold_regex(const char *regex, ca_arena *arena, ca_error *err)
{
    if (is_ascii(regex) || strstr(regex, "\\Q") != NULL) {
        return regex;
    }
    ca_buf out = {0};
    regex_folder f = {.at = regex, .end = regex + strlen(regex), .out = &out, .err = err};
    bool ok = true;
    while (ok && f.at < f.end) {
        ok = fold_next(&f);
    }
    return keep(&out, ok, regex, arena, err);
}
