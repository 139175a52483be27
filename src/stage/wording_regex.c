/* wording_regex.c - the pattern that finds a phrase in text. */
#include "callaudit/fold.h"
#include "callaudit/wording.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SCRATCH_BYTES = 16 << 20 };

/* A word character that is not Chinese: `\b` would see no boundary between Chinese characters. */
#define LETTER      "[^\\W\\p{Han}]"
#define APOSTROPHE  "['\xE2\x80\x99]"
#define WORD_BEGINS "(?<!" LETTER ")(?<!" LETTER APOSTROPHE ")"
#define WORD_ENDS   "(?!" APOSTROPHE "?" LETTER ")"

/* Texts and recognizers differ in apostrophes and full stops at a word's ends. */
#define GAP "['.\xE2\x80\x99]?\\s+" APOSTROPHE "?"

static bool is_inner(const char *character, const char *text)
{
    static const char edges[] = " '.";
    return character > text && strchr(edges, character[-1]) == NULL &&
           strchr(edges, character[1]) == NULL; /* the NUL is found as well */
}

static void put_character(ca_buf *out, const char *bytes, size_t length, bool inner)
{
    if (*bytes == '\'') {
        ca_buf_puts(out, inner ? APOSTROPHE : APOSTROPHE "?");
    } else if (*bytes == '.') {
        ca_buf_puts(out, inner ? "\\." : "\\.?");
    } else {
        ca_buf_add(out, bytes, length);
    }
}

static void put_wording(ca_buf *out, const char *text)
{
    const char *end = text + strlen(text);
    bool first = true, gap = false, after_han = false;
    for (const char *at = text; at < end;) {
        const char *from = at;
        uint32_t c = ca_utf8_next(&at, end);
        if (c == ' ') {
            gap = true;
            continue;
        }
        bool han = ca_is_han(c);
        if (first) {
            ca_buf_puts(out, han ? "" : WORD_BEGINS);
        } else if (han || after_han) {
            ca_buf_puts(out, "\\s*");
        } else if (gap) {
            ca_buf_puts(out, GAP);
        }
        put_character(out, from, (size_t)(at - from), is_inner(from, text));
        first = gap = false;
        after_han = han;
    }
    ca_buf_puts(out, after_han ? "" : WORD_ENDS);
}

/* The longest first, so that the longest wording is the one that is found. */
static int compare_longest(const void *left, const void *right)
{
    const char *a = *(const char *const *)left, *b = *(const char *const *)right;
    size_t m = strlen(a), n = strlen(b);
    return m != n ? (m < n) - (m > n) : strcmp(a, b);
}

static bool put_wordings(const ca_strings *wordings, ca_buf *out, ca_arena *arena, ca_error *err)
{
    assert(wordings->items != NULL); /* a phrase has a wording */
    qsort(wordings->items, wordings->count, sizeof *wordings->items, compare_longest);
    for (size_t i = 0; i < wordings->count; i++) {
        const char *text = ca_fold(wordings->items[i], arena, err);
        if (text == NULL) {
            return false;
        }
        ca_buf_puts(out, i == 0 ? "(?:" : "|");
        put_wording(out, text);
    }
    ca_buf_puts(out, ")");
    return !out->failed || ca_fail_memory(err);
}

bool ca_wording_regex(const char *phrase, size_t min_words, ca_buf *out, ca_error *err)
{
    ca_arena *arena = ca_arena_new(SCRATCH_BYTES);
    if (arena == NULL) {
        return ca_fail_memory(err);
    }
    ca_wording_set set;
    bool ok = ca_wording_expand_partial(phrase, min_words, &set, NULL, arena, err) &&
              put_wordings(&set.texts, out, arena, err);
    ca_arena_free(arena);
    return ok;
}
