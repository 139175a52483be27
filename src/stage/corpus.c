/* corpus.c - from text to sentences of dictionary words. */
#include "callaudit/corpus.h"

#include "callaudit/fs.h"

#include <string.h>

static const char byte_order_mark[] = "\xEF\xBB\xBF";

/* ---- a desk's text ---- */

/* Bytes before the first one that is not UTF-8; all of them when there is none. */
static size_t valid_bytes(const char *line, size_t length)
{
    size_t at = 0;
    while (at < length) {
        const size_t step = ca_utf8_step(line + at, length - at);
        if (step == 0) {
            break;
        }
        at += step;
    }
    return at;
}

/* The sign between two words of a line: parted by punctuation, by white space, by nothing. */
static const char *gap_of(const char *from, const char *to)
{
    const char *gap = "";
    while (from < to) {
        const uint32_t sign = ca_utf8_next(&from, to);
        if (sign != ' ' && sign != '\t' && sign != '\r' && sign != 0x3000) {
            return "\n";
        }
        gap = " ";
    }
    return gap;
}

/* Words as dictionaries spell them; NULL when memory ends, "" when there are none. */
static const char *spell_line(const char *line, size_t length, ca_arena *arena)
{
    ca_buf out = {0};
    ca_text_word word;
    ca_word_reader reader = {.at = line, .end = line + length};
    const char *last = NULL;
    while (ca_text_word_next(&reader, &word)) {
        const char *spelt = ca_text_word_spell(&word, arena);
        if (!spelt) {
            ca_buf_release(&out);
            return NULL;
        }
        ca_buf_puts(&out, last ? gap_of(last, word.begin) : "");
        ca_buf_puts(&out, spelt);
        last = word.end;
    }
    char *text = out.failed ? NULL : ca_arena_strndup(arena, ca_buf_text(&out), out.length);
    ca_buf_release(&out);
    return text;
}

static bool read_line(const char *line, size_t length, int number, ca_strings *lines,
                      ca_diags *diags, ca_arena *arena, ca_error *err)
{
    const size_t valid = valid_bytes(line, length);
    if (length > CA_CORPUS_MAX_LINE) {
        ca_diag_add(diags, CA_ERROR, number, 1, "the line has %zu bytes, the limit is %d", length,
                    CA_CORPUS_MAX_LINE);
        return true;
    }
    if (valid < length) {
        ca_diag_add(diags, CA_ERROR, number, (int)valid + 1, "expected UTF-8, found byte 0x%02X",
                    (unsigned)(unsigned char)line[valid]);
        return true;
    }
    const char *text = spell_line(line, length, arena);
    return text ? !*text || ca_strings_add(lines, text, arena, err) : ca_fail_memory(err);
}

bool ca_corpus_read(const char *path, ca_strings *lines, ca_diags *diags, ca_arena *arena,
                    ca_error *err)
{
    ca_bytes file;
    const size_t errors = diags->errors;
    if (!ca_read_file(path, CA_CORPUS_MAX_BYTES, &file, arena, err)) {
        return false;
    }
    diags->path = path;
    const char *at = file.data;
    const char *end = file.data + file.length;
    if (file.length >= 3 && memcmp(at, byte_order_mark, 3) == 0) {
        at += 3;
    }
    for (int number = 1; at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        if (!read_line(at, (size_t)(stop - at), number, lines, diags, arena, err)) {
            return false;
        }
        at = newline ? newline + 1 : end;
    }
    if (lines->count == 0 && diags->errors == errors) {
        ca_diag_add(diags, CA_ERROR, 0, 0, "expected sentences, found no words");
    }
    return diags->errors == errors || ca_diags_fail(diags, err);
}

/* ---- sentences ---- */

/* Is the word among those the split called unknown? They stand there in the order of the text. */
static bool is_next_unknown(const ca_strings *unknown, size_t *next, const char *word)
{
    if (*next < unknown->count && strcmp(unknown->items[*next], word) == 0) {
        (*next)++;
        return true;
    }
    return false;
}

static bool add_run(const ca_lexicon *lexicon, const char *text, ca_sentences *sentences,
                    ca_arena *arena, ca_error *err)
{
    ca_strings words = {0};
    ca_strings unknown = {0};
    ca_strings *sentence = NULL;
    size_t next = 0;
    if (!ca_lexicon_split(lexicon, text, &words, &unknown, arena, err)) {
        return false;
    }
    for (size_t w = 0; w < words.count; w++) {
        if (is_next_unknown(&unknown, &next, words.items[w])) {
            sentence = NULL;
            continue;
        }
        if (!sentence && !(sentence = ca_push(arena, sentences))) {
            return ca_fail_memory(err);
        }
        if (!ca_strings_add(sentence, words.items[w], arena, err)) {
            return false;
        }
    }
    return true;
}

bool ca_corpus_add(const ca_lexicon *lexicon, const char *text, ca_sentences *sentences,
                   ca_arena *arena, ca_error *err)
{
    while (*text) {
        const size_t length = strcspn(text, "\n");
        const char *run = ca_arena_strndup(arena, text, length);
        if (!run || !add_run(lexicon, run, sentences, arena, err)) {
            return run ? false : ca_fail_memory(err);
        }
        text += length + (text[length] == '\n');
    }
    return true;
}
