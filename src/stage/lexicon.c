/* lexicon.c - the pronunciation dictionary, sorted once for looking up. */
#include "callaudit/lexicon.h"

#include "callaudit/fs.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DICTIONARY_BYTES = 64 << 20, MAX_WORD_CHARACTERS = 12 };

struct ca_lexicon {
    ca_arena *arena;
    CA_ARRAY(ca_pronunciation) entries; /* sorted by base word, then by name */
};

static int compare_text(const char *a, size_t a_length, const char *b, size_t b_length)
{
    const size_t shared = a_length < b_length ? a_length : b_length;
    const int order = memcmp(a, b, shared);
    return order ? order : (a_length > b_length) - (a_length < b_length);
}

static int compare_entries(const void *a, const void *b)
{
    const ca_pronunciation *x = a;
    const ca_pronunciation *y = b;
    const int order = compare_text(x->name, x->base_length, y->name, y->base_length);
    return order ? order : strcmp(x->name, y->name);
}

static size_t base_length(const char *name)
{
    const char *bracket = strchr(name + 1, '(');
    return bracket ? (size_t)(bracket - name) : strlen(name);
}

static size_t count_phones(const char *phones)
{
    size_t count = 0;
    for (const char *c = phones; *c; c++) {
        count += *c != ' ' && (c == phones || c[-1] == ' ');
    }
    return count;
}

/* One line of the file, cut in place. */
static bool add_entry(ca_lexicon *lexicon, char *line)
{
    char *space = line + strcspn(line, " \t");
    if (space == line || *space == '\0') {
        return true;
    }
    *space = '\0';
    char *phones = space + 1 + strspn(space + 1, " \t");
    for (char *c = phones; *c; c++) {
        *c = *c == '\t' ? ' ' : *c;
    }
    for (size_t end = strlen(phones); end > 0 && strchr(" \r", phones[end - 1]); end--) {
        phones[end - 1] = '\0';
    }
    if (*phones == '\0') {
        return true;
    }
    ca_pronunciation *entry = ca_push(lexicon->arena, &lexicon->entries);
    if (!entry) {
        return false;
    }
    *entry = (ca_pronunciation){line, base_length(line), phones, count_phones(phones)};
    return true;
}

static bool read_entries(ca_lexicon *lexicon, const char *path, ca_error *err)
{
    ca_bytes file;
    if (!ca_read_file(path, MAX_DICTIONARY_BYTES, &file, lexicon->arena, err)) {
        return false;
    }
    char *text = ca_arena_strndup(lexicon->arena, file.data, file.length);
    if (!text) {
        return ca_fail_memory(err);
    }
    for (char *line = text; line && *line;) {
        char *end = strchr(line, '\n');
        if (end) {
            *end = '\0';
        }
        if (!add_entry(lexicon, line)) {
            return ca_fail_memory(err);
        }
        line = end ? end + 1 : NULL;
    }
    if (lexicon->entries.count == 0) {
        return ca_fail(err, CA_ESETUP, "%s: no dictionary: not one line \"word phone ...\"", path);
    }
    qsort(lexicon->entries.items, lexicon->entries.count, sizeof(ca_pronunciation),
          compare_entries);
    return true;
}

ca_lexicon *ca_lexicon_open(const char *path, ca_error *err)
{
    ca_lexicon *lexicon = calloc(1, sizeof *lexicon);
    if (!lexicon) {
        ca_fail_memory(err);
        return NULL;
    }
    lexicon->arena = ca_arena_new(0);
    if (!lexicon->arena || !read_entries(lexicon, path, err)) {
        ca_lexicon_close(lexicon);
        return NULL;
    }
    return lexicon;
}

void ca_lexicon_close(ca_lexicon *lexicon)
{
    if (lexicon) {
        ca_arena_free(lexicon->arena);
        free(lexicon);
    }
}

size_t ca_lexicon_words(const ca_lexicon *lexicon)
{
    size_t words = 0;
    const ca_pronunciation *before = NULL;
    for (size_t i = 0; i < lexicon->entries.count; i++) {
        const ca_pronunciation *entry = &lexicon->entries.items[i];
        words += before == NULL || compare_text(before->name, before->base_length, entry->name,
                                                entry->base_length) != 0;
        before = entry;
    }
    return words;
}

size_t ca_lexicon_find(const ca_lexicon *lexicon, const char *word, size_t length,
                       const ca_pronunciation **first)
{
    const ca_pronunciation *entries = lexicon->entries.items;
    size_t low = 0;
    size_t high = lexicon->entries.count;
    while (low < high) { /* the first entry that is not smaller */
        const size_t middle = low + (high - low) / 2;
        if (compare_text(entries[middle].name, entries[middle].base_length, word, length) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t count = 0;
    while (low + count < lexicon->entries.count &&
           compare_text(entries[low + count].name, entries[low + count].base_length, word,
                        length) == 0) {
        count++;
    }
    *first = entries + low;
    return count;
}

/* ---- splitting ---- */

/* Bytes of the longest dictionary word at the start of a run of Chinese characters; 0 for none. */
static size_t longest_word(const ca_lexicon *lexicon, const char *text, const char *end)
{
    const ca_pronunciation *first;
    const char *cursor = text;
    size_t longest = 0;
    for (int n = 0; n < MAX_WORD_CHARACTERS && cursor < end; n++) {
        const char *before = cursor;
        if (!ca_is_han(ca_utf8_next(&cursor, end))) {
            cursor = before;
            break;
        }
        if (ca_lexicon_find(lexicon, text, (size_t)(cursor - text), &first) > 0) {
            longest = (size_t)(cursor - text);
        }
    }
    return longest;
}

static bool add_part(const char *part, size_t length, bool known, ca_strings *words,
                     ca_strings *unknown, ca_arena *arena, ca_error *err)
{
    char *copy = ca_arena_strndup(arena, part, length);
    if (!copy) {
        return ca_fail_memory(err);
    }
    return ca_strings_add(words, copy, arena, err) &&
           (known || ca_strings_add(unknown, copy, arena, err));
}

/* Bytes of the word at `text`, which is not white space; whether the dictionary has it. */
static size_t next_word(const ca_lexicon *lexicon, const char *text, const char *end, bool *known)
{
    const ca_pronunciation *first;
    const char *next = text;
    if (ca_is_han(ca_utf8_next(&next, end))) {
        const size_t length = longest_word(lexicon, text, end);
        *known = length > 0;
        return *known ? length : (size_t)(next - text);
    }
    while (next < end && *next != ' ') {
        const char *after = next;
        if (ca_is_han(ca_utf8_next(&after, end))) {
            break;
        }
        next = after;
    }
    *known = ca_lexicon_find(lexicon, text, (size_t)(next - text), &first) > 0;
    return (size_t)(next - text);
}

bool ca_lexicon_split(const ca_lexicon *lexicon, const char *text, ca_strings *words,
                      ca_strings *unknown, ca_arena *arena, ca_error *err)
{
    const char *end = text + strlen(text);
    while (text < end) {
        if (*text == ' ') {
            text++;
            continue;
        }
        bool known;
        const size_t length = next_word(lexicon, text, end, &known);
        if (!add_part(text, length, known, words, unknown, arena, err)) {
            return false;
        }
        text += length;
    }
    return true;
}

/* ---- readings ---- */

/* Extends every reading so far by every pronunciation of the next word, up to the limit. */
static bool extend(const ca_readings *before, const ca_pronunciation *words, size_t count,
                   ca_readings *after, ca_arena *arena, ca_error *err)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t r = 0; r < before->count && after->count < CA_MAX_READINGS; r++) {
            const ca_reading *old = &before->items[r];
            ca_reading *reading = ca_push(arena, after);
            if (!reading) {
                return ca_fail_memory(err);
            }
            reading->names =
                ca_arena_printf(arena, "%s%s%s", old->names, *old->names ? " " : "", words[i].name);
            reading->phone_count = old->phone_count + words[i].phone_count;
            if (!reading->names) {
                return ca_fail_memory(err);
            }
        }
    }
    return true;
}

bool ca_lexicon_readings(const ca_lexicon *lexicon, const char *text, ca_readings *readings,
                         ca_arena *arena, ca_error *err)
{
    ca_strings words = {0};
    ca_strings unknown = {0};
    *readings = (ca_readings){0};
    if (!ca_lexicon_split(lexicon, text, &words, &unknown, arena, err)) {
        return false;
    }
    if (unknown.count > 0 || words.count == 0) {
        return true;
    }
    ca_readings row = {0};
    ca_reading *empty = ca_push(arena, &row);
    if (!empty) {
        return ca_fail_memory(err);
    }
    empty->names = "";
    for (size_t w = 0; w < words.count; w++) {
        const ca_pronunciation *first;
        const size_t count =
            ca_lexicon_find(lexicon, words.items[w], strlen(words.items[w]), &first);
        ca_readings next = {0};
        if (!extend(&row, first, count, &next, arena, err)) {
            return false;
        }
        row = next;
    }
    *readings = row;
    return true;
}
