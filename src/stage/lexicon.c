/* lexicon.c - the pronunciation dictionary, sorted once for looking up. */
#include "callaudit/lexicon.h"

#include "callaudit/fs.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DICTIONARY_BYTES = 64 << 20, MAX_WORD_CHARACTERS = 12 };

struct ca_lexicon {
    ca_arena *arena;
    CA_ARRAY(ca_pronunciation) entries; /* sorted by base word, then by source and name */
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
    if (order != 0 || x->source != y->source) {
        return order != 0 ? order : (int)x->source - (int)y->source;
    }
    return strcmp(x->name, y->name);
}

static void sort_entries(ca_lexicon *lexicon)
{
    qsort(lexicon->entries.items, lexicon->entries.count, sizeof(ca_pronunciation),
          compare_entries);
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
    *entry = (ca_pronunciation){line, base_length(line), phones, count_phones(phones),
                                CA_SOURCE_DICTIONARY};
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
    sort_entries(lexicon);
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

size_t ca_lexicon_count(const ca_lexicon *lexicon)
{
    return lexicon->entries.count;
}

const ca_pronunciation *ca_lexicon_entry(const ca_lexicon *lexicon, size_t index)
{
    return &lexicon->entries.items[index];
}

/* ---- adding ---- */

bool ca_lexicon_add(ca_lexicon *lexicon, const char *name, const char *phones, ca_source source,
                    ca_error *err)
{
    char *kept_name = ca_arena_strdup(lexicon->arena, name);
    char *kept_phones = ca_arena_strdup(lexicon->arena, phones);
    ca_pronunciation *entry = ca_push(lexicon->arena, &lexicon->entries);
    if (!kept_name || !kept_phones || !entry) {
        lexicon->entries.count -= entry != NULL;
        return ca_fail_memory(err);
    }
    *entry = (ca_pronunciation){kept_name, base_length(kept_name), kept_phones,
                                count_phones(kept_phones), source};
    return true;
}

static bool is_repeated(const ca_pronunciation *entries, size_t count, const char *phones)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(entries[i].phones, phones) == 0) {
            return true;
        }
    }
    return false;
}

/* The name of a word's pronunciation number `number`, counted from 0. */
static const char *number_name(ca_lexicon *lexicon, const ca_pronunciation *entry, size_t number)
{
    const int length = (int)entry->base_length;
    return number == 0
               ? ca_arena_strndup(lexicon->arena, entry->name, entry->base_length)
               : ca_arena_printf(lexicon->arena, "%.*s(%zu)", length, entry->name, number + 1);
}

/* Moves the pronunciations of one word to `to`, which is not behind `from`. How many are left; 0
 * when out of memory. A word that the dictionary alone knows stays as it is. */
static size_t settle_word(ca_lexicon *lexicon, size_t from, size_t count, size_t to)
{
    ca_pronunciation *entries = lexicon->entries.items;
    bool mixed = false;
    size_t kept = 0;
    for (size_t i = from; i < from + count; i++) {
        mixed = mixed || entries[i].source != CA_SOURCE_DICTIONARY;
    }
    for (size_t i = from; i < from + count; i++) {
        ca_pronunciation entry = entries[i];
        if (mixed && is_repeated(entries + to, kept, entry.phones)) {
            continue;
        }
        if (mixed && !(entry.name = number_name(lexicon, &entry, kept))) {
            return 0;
        }
        entries[to + kept++] = entry;
    }
    return kept;
}

bool ca_lexicon_settle(ca_lexicon *lexicon, ca_error *err)
{
    size_t kept = 0;
    sort_entries(lexicon);
    for (size_t at = 0, next; at < lexicon->entries.count; at = next) {
        const ca_pronunciation *word = &lexicon->entries.items[at];
        for (next = at + 1; next < lexicon->entries.count; next++) {
            const ca_pronunciation *other = &lexicon->entries.items[next];
            if (compare_text(word->name, word->base_length, other->name, other->base_length) != 0) {
                break;
            }
        }
        const size_t settled = settle_word(lexicon, at, next - at, kept);
        if (settled == 0) {
            return ca_fail_memory(err);
        }
        kept += settled;
    }
    lexicon->entries.count = kept;
    return true;
}

/* ---- phones ---- */

/* Puts a phone in its place among the sorted ones unless it is there. */
static bool add_phone(ca_strings *phones, const char *phone, size_t length, ca_arena *arena)
{
    size_t low = 0;
    size_t high = phones->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const char *other = phones->items[middle];
        const int order = compare_text(other, strlen(other), phone, length);
        if (order == 0) {
            return true;
        }
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    const char *copy = ca_arena_strndup(arena, phone, length);
    if (!copy || !ca_strings_add(phones, copy, arena, NULL)) {
        return false;
    }
    memmove(phones->items + low + 1, phones->items + low,
            (phones->count - 1 - low) * sizeof *phones->items);
    phones->items[low] = copy;
    return true;
}

bool ca_lexicon_phones(const ca_lexicon *lexicon, ca_strings *phones, ca_arena *arena,
                       ca_error *err)
{
    for (size_t i = 0; i < lexicon->entries.count; i++) {
        const char *at = lexicon->entries.items[i].phones;
        while (*at) {
            const size_t length = strcspn(at, " ");
            if (length > 0 && !add_phone(phones, at, length, arena)) {
                return ca_fail_memory(err);
            }
            at += length;
            at += strspn(at, " ");
        }
    }
    return true;
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
