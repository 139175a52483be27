/* form.c - the form in which wordings are compared and listened for. */
#include "form.h"

#include <ctype.h>
#include <string.h>

bool form_is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x3000;
}

/* ---- half width ---- */

size_t form_source_byte(const char *text, size_t at)
{
    const char *cursor = text;
    const char *end = text + strlen(text);
    for (size_t folded = 0; cursor < end;) {
        const char *next = cursor;
        uint32_t c = ca_utf8_next(&next, end);
        folded += ca_fold_width(c) != c ? 1 : (size_t)(next - cursor);
        if (folded > at) {
            break;
        }
        cursor = next;
    }
    return (size_t)(cursor - text);
}

char *form_half_width(const char *phrase, ca_arena *arena)
{
    char *folded = ca_arena_strdup(arena, phrase);
    char *to = folded;
    for (const char *at = phrase, *end = phrase + strlen(phrase); folded != NULL && at < end;) {
        const char *from = at;
        uint32_t c = ca_utf8_next(&at, end);
        if (ca_fold_width(c) != c) {
            *to++ = (char)ca_fold_width(c);
        } else {
            memcpy(to, from, (size_t)(at - from));
            to += at - from;
        }
    }
    if (folded != NULL) {
        *to = '\0';
    }
    return folded;
}

/* ---- wordings ---- */

char *form_normalize(const char *raw, ca_arena *arena)
{
    size_t length = strlen(raw);
    char *out = ca_arena_alloc(arena, 2 * length + 1);
    char *to = out;
    bool gap = false, after_han = false;
    for (const char *at = raw; out != NULL && at < raw + length;) {
        const char *from = at;
        uint32_t c = ca_utf8_next(&at, raw + length);
        if (form_is_space(c)) {
            gap = true;
            continue;
        }
        bool han = ca_is_han(c);
        if (to > out && ((gap && !(han && after_han)) || han != after_han)) {
            *to++ = ' ';
        }
        if (c == FORM_CURLY_APOSTROPHE || c < 0x80) {
            *to++ = c < 0x80 ? (char)tolower((int)c) : '\'';
        } else {
            memcpy(to, from, (size_t)(at - from));
            to += at - from;
        }
        gap = false;
        after_han = han;
    }
    return out;
}

const char *form_as_text(const char *wording, ca_arena *arena)
{
    ca_word_reader reader = {wording, wording + strlen(wording), false};
    const char *text = "";
    ca_text_word word;
    while (text != NULL && ca_text_word_next(&reader, &word)) {
        const char *spelled = ca_text_word_spell(&word, arena);
        text = spelled != NULL ? ca_arena_printf(arena, "%s %s", text, spelled) : NULL;
    }
    return text != NULL ? form_normalize(text, arena) : NULL;
}

/* The next character that is not an apostrophe or full stop, whose places put_wording forgives. */
static char next_solid(const char **at)
{
    while (**at == '\'' || **at == '.') {
        (*at)++;
    }
    return **at == '\0' ? '\0' : *(*at)++;
}

bool form_can_be_said(const char *wording, const char *text)
{
    char a, b;
    do {
        a = next_solid(&wording);
        b = next_solid(&text);
    } while (a == b && a != '\0');
    return a == b;
}
