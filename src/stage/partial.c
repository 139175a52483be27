/* partial.c - which words of a wording may be left out. */
#include "partial.h"

#include "form.h"

#include <string.h>

bool partial_is_parted(const char *phrase)
{
    bool after_han = false, gap = false;
    for (const char *at = phrase, *end = phrase + strlen(phrase); at < end;) {
        uint32_t c = ca_utf8_next(&at, end);
        if (form_is_space(c)) {
            gap = true;
            continue;
        }
        if (c < 0x80 && strchr("()[]|", (int)c) != NULL) {
            continue;
        }
        bool han = ca_is_han(c);
        if (han && after_han && gap) {
            return true;
        }
        after_han = han;
        gap = false;
    }
    return false;
}

/* Ends the word that began at `from`. */
static bool end_word(const char *from, const char *to, bool has_letter, ca_strings *words,
                     ca_arena *arena, ca_error *err)
{
    if (!has_letter) {
        return true;
    }
    const char *word = ca_arena_strndup(arena, from, (size_t)(to - from));
    return word != NULL ? ca_strings_add(words, word, arena, err) : ca_fail_memory(err);
}

bool partial_split(const char *wording, bool parted, ca_strings *words, ca_arena *arena,
                   ca_error *err)
{
    const char *from = wording;
    const char *end = wording + strlen(wording);
    bool has_letter = false, after_han = false;
    for (const char *at = wording; at < end;) {
        const char *character = at;
        uint32_t c = ca_utf8_next(&at, end);
        const bool han = ca_is_han(c);
        if (form_is_space(c) || (!parted && (han || after_han))) {
            if (!end_word(from, character, has_letter, words, arena, err)) {
                return false;
            }
            from = form_is_space(c) ? at : character;
            has_letter = false;
        }
        has_letter = has_letter || ca_is_spoken(c);
        after_han = han;
    }
    return end_word(from, end, has_letter, words, arena, err);
}

/* n over k by k steps, each product divisible; limit + 1 past the limit. */
static size_t binomial(size_t n, size_t k, size_t limit)
{
    size_t value = 1;
    k = k < n - k ? k : n - k; /* the same number, in fewer steps that only grow */
    for (size_t i = 1; i <= k; i++) {
        value = value * (n - k + i) / i;
        if (value > limit) {
            return limit + 1;
        }
    }
    return value;
}

size_t partial_count(size_t count, size_t least, size_t limit)
{
    size_t sum = 0;
    for (size_t kept = least; kept < count && sum <= limit; kept++) {
        sum += binomial(count, kept, limit);
    }
    return sum <= limit ? sum : limit + 1;
}

static const char *join(const ca_strings *words, const size_t *chosen, size_t kept, ca_arena *arena)
{
    const char *text = "";
    for (size_t i = 0; text != NULL && i < kept; i++) {
        text = ca_arena_printf(arena, "%s%s%s", text, i > 0 ? " " : "", words->items[chosen[i]]);
    }
    return text;
}

/* The next choice of `kept` out of `count` in the order of their places; false behind the last. */
static bool next_choice(size_t *chosen, size_t kept, size_t count)
{
    for (size_t i = kept; i > 0; i--) {
        if (chosen[i - 1] < count - kept + i - 1) {
            chosen[i - 1]++;
            for (; i < kept; i++) {
                chosen[i] = chosen[i - 1] + 1;
            }
            return true;
        }
    }
    return false;
}

bool partial_choose(const ca_strings *words, size_t least, ca_strings *out, ca_arena *arena,
                    ca_error *err)
{
    size_t *chosen = ca_arena_alloc(arena, (words->count + 1) * sizeof *chosen);
    if (chosen == NULL) {
        return ca_fail_memory(err);
    }
    for (size_t kept = words->count; kept > least;) {
        kept--;
        for (size_t i = 0; i < kept; i++) {
            chosen[i] = i;
        }
        do {
            const char *text = join(words, chosen, kept, arena);
            if (text == NULL) {
                return ca_fail_memory(err);
            }
            if (!ca_strings_add(out, text, arena, err)) {
                return false;
            }
        } while (next_choice(chosen, kept, words->count));
    }
    return true;
}
