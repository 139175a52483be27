/* spoken.c - a text as the words that a recognizer would give: what is said in it, no more. */
#include "callaudit/text.h"

#include <string.h>

typedef struct range {
    uint32_t first, last;
} range;

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

uint32_t ca_fold_width(uint32_t character)
{
    if (character >= 0xFF01 && character <= 0xFF5E) {
        return character - 0xFF01 + '!';
    }
    return character == 0x3000 ? ' ' : character;
}

bool ca_is_spoken(uint32_t character)
{
    static const range silent[] = {
        {0x80, 0xBF},     /* controls, Latin-1 signs */
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
    if (character < 0x80) {
        return is_digit(character) || is_letter(character);
    }
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        if (character >= silent[i].first && character <= silent[i].last) {
            return false;
        }
    }
    return true;
}

static bool is_apostrophe(uint32_t c)
{
    return c == '\'' || c == 0x2019;
}

/* Reads the character at *at, half width, and steps over it; 0 at the end. */
static uint32_t step(const char **at, const char *end)
{
    return *at < end ? ca_fold_width(ca_utf8_next(at, end)) : 0;
}

/* The character at `at`. */
static uint32_t look(const char *at, const char *end)
{
    return step(&at, end);
}

/* May this sign stand inside a word: don't, e-mail, 3.5, 10:30? */
static bool joins(uint32_t sign, uint32_t before, uint32_t after)
{
    if (is_apostrophe(sign) || sign == '-') {
        return ca_is_spoken(after) && !ca_is_han(after);
    }
    return (sign == '.' || sign == ',' || sign == ':') && is_digit(before) && is_digit(after);
}

/* Steps to where a word begins. */
static bool skip_silence(ca_word_reader *in)
{
    uint32_t before = 0;
    while (in->at < in->end) {
        const char *from = in->at;
        uint32_t c = step(&in->at, in->end);
        if (ca_is_spoken(c)) {
            in->at = from;
            in->quoted = in->quoted || is_apostrophe(before) || before == 0x2018;
            return true;
        }
        before = c;
    }
    return false;
}

/* The characters of an abbreviation of single letters with their full stops ("a.m.", "U.S.A"), two
 * letters at least, and where it ends; 0 when there is none. */
static size_t abbreviation(const char *at, const char *end, const char **behind)
{
    size_t size = 0;
    const char *next = at;
    while (is_letter(step(&next, end))) {
        at = next;
        size++;
        if (step(&next, end) != '.') { /* the last letter may lack its stop */
            break;
        }
        at = next;
        size++;
    }
    const uint32_t after = look(at, end);
    *behind = at;
    return size >= 3 && (!ca_is_spoken(after) || ca_is_han(after)) ? size : 0;
}

/* What follows the word's first characters, up to the first that is no part of it. */
static void take_rest(ca_word_reader *in, ca_text_word *word)
{
    uint32_t before = 0;
    while (in->at < in->end) {
        const char *from = in->at;
        uint32_t c = step(&in->at, in->end);
        bool list = c == ',' && *from != ','; /* full width */
        bool part = ca_is_spoken(c)
                        ? word->size == 0 || !ca_is_han(c)
                        : word->size > 0 && !list && joins(c, before, look(in->at, in->end));
        if (!part) {
            in->at = from;
            return;
        }
        word->size++;
        before = c;
        if (ca_is_han(c)) {
            return;
        }
    }
}

/* An apostrophe behind the word is its own (customers'), unless it closes a quotation. */
static void take_apostrophe(ca_word_reader *in, ca_text_word *word)
{
    const char *after = in->at;
    if (in->at == in->end || ca_is_han(look(word->begin, word->end)) ||
        !is_apostrophe(step(&after, in->end))) {
        return;
    }
    if (!in->quoted) {
        word->end = after;
        word->size++;
    }
    in->quoted = false;
    in->at = after;
}

bool ca_text_word_next(ca_word_reader *reader, ca_text_word *word)
{
    *word = (ca_text_word){0};
    if (!skip_silence(reader)) {
        return false;
    }
    const char *behind;
    word->begin = reader->at;
    word->size = abbreviation(reader->at, reader->end, &behind);
    reader->at = word->size > 0 ? behind : reader->at;
    take_rest(reader, word);
    word->end = reader->at;
    take_apostrophe(reader, word);
    return true;
}

char *ca_text_word_spell(const ca_text_word *word, ca_arena *arena)
{
    char *text = ca_arena_alloc(arena, (size_t)(word->end - word->begin) + 1);
    char *out = text;
    for (const char *at = word->begin; text != NULL && at < word->end;) {
        if (word->end - at >= 3 && memcmp(at, "\xE2\x80\x99", 3) == 0) {
            *out++ = '\'';
            at += 3;
        } else {
            *out++ = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
            at++;
        }
    }
    return text;
}
