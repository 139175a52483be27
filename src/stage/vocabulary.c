/* vocabulary.c - the dictionary of one recognizer: the desk's words, the model's, and guesses. */
#include "callaudit/vocabulary.h"

#include "callaudit/espeak.h"
#include "callaudit/fs.h"
#include "callaudit/guess.h"
#include "callaudit/pronunciations.h"
#include "callaudit/reductions.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct vocabulary {
    const ca_model *model;
    ca_lexicon *lexicon;
    ca_espeak *espeak; /* opened by the first word that needs it */
    ca_strings phones; /* of the dictionary, sorted; filled in when they are first asked for */
    ca_guesses guesses;
    ca_strings unknown;
    ca_diags *diags; /* for the desk's own file */
    ca_arena *arena;
    ca_error *err;
} vocabulary;

static bool is_language(const ca_model *model, const char *code)
{
    const size_t length = strlen(code);
    return strncasecmp(model->language, code, length) == 0 &&
           (model->language[length] == '-' || model->language[length] == '\0');
}

static bool need_phones(vocabulary *v)
{
    return v->phones.count > 0 || ca_lexicon_phones(v->lexicon, &v->phones, v->arena, v->err);
}

/* ---- the desk's own words ---- */

static bool add_own_words(vocabulary *v)
{
    ca_bytes file;
    ca_own_words words = {0};
    if (!v->model->pronunciations) {
        return true;
    }
    if (!need_phones(v) ||
        !ca_read_file(v->model->pronunciations, CA_OWN_MAX_BYTES, &file, v->arena, v->err)) {
        if (v->err) {
            v->err->code = CA_ESETUP;
        }
        return ca_error_context(v->err, "pronunciations for %s", v->model->language);
    }
    if (!ca_pronunciations_parse(v->model->pronunciations, file.data, file.length, &v->phones,
                                 &words, v->diags, v->arena)) {
        return ca_fail_memory(v->err);
    }
    if (v->diags->errors > 0) {
        return ca_diags_fail(v->diags, v->err);
    }
    for (size_t i = 0; i < words.count; i++) {
        if (!ca_lexicon_add(v->lexicon, words.items[i].name, words.items[i].phones, CA_SOURCE_DESK,
                            v->err)) {
            return false;
        }
    }
    return ca_lexicon_settle(v->lexicon, v->err);
}

/* ---- guesses ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Does the model have every phone of the reading? */
static bool can_be_heard(const vocabulary *v, const char *reading)
{
    char phone[32];
    while (*reading) {
        const size_t length = strcspn(reading, " ");
        const char *key = phone;
        if (length >= sizeof phone) {
            return false;
        }
        memcpy(phone, reading, length);
        phone[length] = '\0';
        if (!bsearch(&key, v->phones.items, v->phones.count, sizeof *v->phones.items,
                     compare_names)) {
            return false;
        }
        reading += length;
        reading += strspn(reading, " ");
    }
    return true;
}

static bool guess_english(vocabulary *v, const char *word, ca_strings *readings)
{
    if (!ca_guess_is_latin(word)) {
        return true;
    }
    if (!v->espeak && !(v->espeak = ca_espeak_open(v->err))) {
        return false;
    }
    const char *phonemes = ca_espeak_phonemes(v->espeak, word, v->arena, v->err);
    const char *phones = phonemes ? ca_guess_phones(phonemes, v->arena, v->err) : NULL;
    if (!phones) {
        return false;
    }
    return *phones == '\0' || ca_strings_add(readings, phones, v->arena, v->err);
}

static bool guess_chinese(vocabulary *v, const char *word, ca_strings *readings)
{
    const char *at = word;
    return !ca_is_han(ca_utf8_next(&at, word + strlen(word))) ||
           ca_guess_character(v->lexicon, word, readings, v->arena, v->err);
}

/* Files the word under guesses or under unknown. */
static bool add_guess(vocabulary *v, const char *word, const ca_strings *readings)
{
    ca_guess guess = {.word = word};
    for (size_t i = 0; i < readings->count; i++) {
        if (can_be_heard(v, readings->items[i]) &&
            !ca_strings_add(&guess.phones, readings->items[i], v->arena, v->err)) {
            return false;
        }
    }
    for (size_t i = 0; i < guess.phones.count; i++) {
        const char *name = i == 0 ? word : ca_arena_printf(v->arena, "%s(%zu)", word, i + 1);
        if (!name) {
            return ca_fail_memory(v->err);
        }
        if (!ca_lexicon_add(v->lexicon, name, guess.phones.items[i], CA_SOURCE_GUESS, v->err)) {
            return false;
        }
    }
    if (guess.phones.count == 0) {
        return ca_strings_add(&v->unknown, word, v->arena, v->err);
    }
    ca_guess *place = ca_push(v->arena, &v->guesses);
    if (!place) {
        return ca_fail_memory(v->err);
    }
    *place = guess;
    return true;
}

static bool guess_word(vocabulary *v, const char *word)
{
    ca_strings readings = {0};
    const bool ok = need_phones(v) &&
                    (!is_language(v->model, "en") || guess_english(v, word, &readings)) &&
                    (!is_language(v->model, "zh") || guess_chinese(v, word, &readings));
    return ok && add_guess(v, word, &readings);
}

static bool is_among(const ca_strings *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->items[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* What the dictionaries lack is looked for in all phrases before the first guess, so that guesses
 * do not depend on the order of the phrases. */
static bool add_guesses(vocabulary *v, const ca_keyphrases *phrases)
{
    ca_strings missing = {0};
    ca_strings seen = {0};
    for (size_t i = 0; i < phrases->count; i++) {
        ca_strings words = {0};
        if (!ca_lexicon_split(v->lexicon, phrases->items[i].text, &words, &missing, v->arena,
                              v->err)) {
            return false;
        }
    }
    for (size_t i = 0; i < missing.count; i++) {
        const char *word = missing.items[i];
        if (!is_among(&seen, word) &&
            (!ca_strings_add(&seen, word, v->arena, v->err) || !guess_word(v, word))) {
            return false;
        }
    }
    return v->guesses.count == 0 || ca_lexicon_settle(v->lexicon, v->err);
}

/* ---- fast speech ---- */

/* Reduced forms of words that are known, and of rows of words under a name of their own. */
static bool add_reductions(vocabulary *v)
{
    size_t count = 0;
    const ca_reduction *table = ca_reductions(&count);
    if (!is_language(v->model, "en")) {
        return true;
    }
    if (!need_phones(v)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const ca_pronunciation *first;
        const char *words = table[i].words;
        const char *name = words;
        if (!strchr(words, '_') &&
            (ca_lexicon_find(v->lexicon, words, strlen(words), &first) == 0 ||
             !(name = ca_arena_printf(v->arena, "%s(2)", words)))) {
            continue;
        }
        if (can_be_heard(v, table[i].phones) &&
            !ca_lexicon_add(v->lexicon, name, table[i].phones, CA_SOURCE_SPEECH, v->err)) {
            return false;
        }
    }
    return ca_lexicon_settle(v->lexicon, v->err);
}

/* ---- all of it ---- */

static bool build(vocabulary *v, const ca_keyphrases *phrases)
{
    v->lexicon = ca_lexicon_open(v->model->dictionary, v->err);
    const bool ok = v->lexicon && add_own_words(v) && add_guesses(v, phrases) && add_reductions(v);
    ca_espeak_close(v->espeak);
    if (!ok) {
        ca_lexicon_close(v->lexicon);
        v->lexicon = NULL;
    }
    return ok;
}

ca_lexicon *ca_vocabulary_open(const ca_model *model, const ca_keyphrases *phrases, ca_error *err)
{
    ca_arena *arena = ca_arena_new(0);
    ca_diags diags;
    if (!arena) {
        ca_fail_memory(err);
        return NULL;
    }
    ca_diags_init(&diags, arena);
    vocabulary v = {.model = model, .diags = &diags, .arena = arena, .err = err};
    build(&v, phrases);
    ca_arena_free(arena);
    return v.lexicon;
}

bool ca_vocabulary_review(const ca_model *model, const ca_keyphrases *phrases, ca_guesses *guesses,
                          ca_strings *unknown, ca_diags *diags, ca_arena *arena, ca_error *err)
{
    vocabulary v = {.model = model, .diags = diags, .arena = arena, .err = err};
    const bool ok = build(&v, phrases);
    ca_lexicon_close(v.lexicon);
    *guesses = v.guesses;
    *unknown = v.unknown;
    return ok;
}
