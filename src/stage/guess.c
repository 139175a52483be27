/* guess.c - espeak-ng's phonemes as ARPAbet, and Chinese characters read as in other words. */
#include "callaudit/guess.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_WORD_BYTES = 100, MAX_PHONES = 60, MAX_CHARACTERS = 12 };

/* ---- English ---- */

bool ca_guess_is_latin(const char *word)
{
    const char *end = word + strlen(word);
    bool spoken = false;
    if (end - word > MAX_WORD_BYTES) {
        return false;
    }
    while (word < end) {
        const uint32_t c = ca_utf8_next(&word, end);
        const bool letter = c < 0x250 && ca_is_spoken(c); /* up to Latin Extended-B */
        if (!letter && (c >= 0x80 || !strchr("'-.,:", (int)c))) {
            return false;
        }
        spoken = spoken || letter;
    }
    return spoken;
}

typedef struct sound {
    const char *ipa;
    const char *phones;
} sound;

/* What en-us of espeak-ng 1.51 writes (phsource/ph_english_us), longer signs before their
 * beginnings. The CMU dictionary has no reduced vowels: schwas are AH, the raised one (roses) is
 * IH, syllabic consonants are AH with the consonant; flaps and the glottal stop of "button" are T.
 * The choices between neighbours (IH or AH, AO or AA) are those with the least phone errors against
 * the dictionary itself. */
static const sound sounds[] = {
    {"aɪə", "AY AH"}, {"aɪɚ", "AY ER"}, {"tʃ", "CH"},   {"dʒ", "JH"},  {"aɪ", "AY"},
    {"aʊ", "AW"},     {"eɪ", "EY"},     {"oʊ", "OW"},   {"əʊ", "OW"},  {"ɔɪ", "OY"},
    {"iə", "IY AH"},  {"iː", "IY"},     {"uː", "UW"},   {"ɑː", "AA"},  {"ɔː", "AO"},
    {"oː", "AO"},     {"ɜː", "ER"},     {"əl", "AH L"}, {"n̩", "AH N"}, {"l̩", "AH L"},
    {"m̩", "AH M"},    {"i", "IY"},      {"ɪ", "IH"},    {"ᵻ", "IH"},   {"u", "UW"},
    {"ʊ", "UH"},      {"ɛ", "EH"},      {"e", "EH"},    {"æ", "AE"},   {"a", "AA"},
    {"ɑ", "AA"},      {"ɐ", "AH"},      {"ʌ", "AH"},    {"ə", "AH"},   {"ɚ", "ER"},
    {"ɝ", "ER"},      {"ɔ", "AO"},      {"o", "OW"},    {"ɒ", "AA"},   {"b", "B"},
    {"d", "D"},       {"ð", "DH"},      {"f", "F"},     {"ɡ", "G"},    {"g", "G"},
    {"h", "HH"},      {"j", "Y"},       {"k", "K"},     {"x", "K"},    {"l", "L"},
    {"ɬ", "L"},       {"m", "M"},       {"n", "N"},     {"ŋ", "NG"},   {"p", "P"},
    {"ɹ", "R"},       {"r", "R"},       {"s", "S"},     {"ʃ", "SH"},   {"t", "T"},
    {"ɾ", "T"},       {"ʔ", "T"},       {"θ", "TH"},    {"v", "V"},    {"w", "W"},
    {"z", "Z"},       {"ʒ", "ZH"},      {"ˈ", ""},      {"ˌ", ""},     {"ː", ""},
    {"ʲ", ""},        {"_", ""},        {" ", ""},      {"\n", ""},
};

static const sound *sound_at(const char *ipa)
{
    for (size_t i = 0; i < sizeof sounds / sizeof *sounds; i++) {
        if (strncmp(ipa, sounds[i].ipa, strlen(sounds[i].ipa)) == 0) {
            return &sounds[i];
        }
    }
    return NULL;
}

/* The dictionary writes the coloured vowel alone where espeak-ng has an r behind it: "summary" is
 * S AH M ER IY. */
static bool is_swallowed(const char *phone, const ca_buf *phones)
{
    return strcmp(phone, "R") == 0 && phones->length >= 2 &&
           strcmp(phones->data + phones->length - 2, "ER") == 0;
}

char *ca_guess_phones(const char *phonemes, ca_arena *arena, ca_error *err)
{
    ca_buf phones = {0};
    size_t count = 0;
    bool foreign = false;
    while (*phonemes && !foreign) {
        const sound *found = sound_at(phonemes);
        foreign = !found;
        if (found && *found->phones && !is_swallowed(found->phones, &phones)) {
            ca_buf_printf(&phones, "%s%s", phones.length > 0 ? " " : "", found->phones);
            count += strchr(found->phones, ' ') ? 2 : 1;
        }
        phonemes += found ? strlen(found->ipa) : 0;
    }
    const bool bad = foreign || count > MAX_PHONES;
    char *text = phones.failed ? NULL : ca_arena_strdup(arena, bad ? "" : ca_buf_text(&phones));
    ca_buf_release(&phones);
    if (!text) {
        ca_fail_memory(err);
    }
    return text;
}

/* ---- Mandarin ---- */

static bool is_initial(const char *phone, size_t length)
{
    static const char *const initials[] = {"b", "p", "m", "f",  "d",  "t",  "n", "l",
                                           "g", "k", "h", "j",  "q",  "x",  "z", "c",
                                           "s", "r", "y", "zh", "ch", "sh", "w"};
    for (size_t i = 0; i < sizeof initials / sizeof *initials; i++) {
        if (strlen(initials[i]) == length && memcmp(initials[i], phone, length) == 0) {
            return true;
        }
    }
    return false;
}

typedef struct syllable {
    const char *begin, *end;
} syllable;

/* Cuts phones into syllables. How many; 0 for more than MAX_CHARACTERS or a lone initial. */
static size_t cut_syllables(const char *phones, syllable out[MAX_CHARACTERS])
{
    size_t count = 0;
    const char *begin = NULL;
    while (*phones) {
        const size_t length = strcspn(phones, " ");
        const bool initial = is_initial(phones, length);
        if (initial && begin) {
            return 0;
        }
        begin = begin ? begin : phones;
        phones += length;
        if (!initial) {
            if (count == MAX_CHARACTERS) {
                return 0;
            }
            out[count++] = (syllable){begin, phones};
            begin = NULL;
        }
        phones += strspn(phones, " ");
    }
    return begin ? 0 : count;
}

/* The place of the character in a word of Chinese characters alone, and their number. */
static bool find_character(const ca_pronunciation *word, const char *character, size_t *place,
                           size_t *characters)
{
    const char *at = word->name;
    const char *end = at + word->base_length;
    const size_t length = strlen(character);
    bool found = false;
    for (*characters = 0; at < end; ++*characters) {
        const char *from = at;
        if (!found && (size_t)(end - at) >= length && memcmp(at, character, length) == 0) {
            *place = *characters;
            found = true;
        }
        if (ca_utf8_step(at, (size_t)(end - at)) == 0 || !ca_is_han(ca_utf8_next(&at, end))) {
            return false;
        }
        if (at == from) {
            return false;
        }
    }
    return found;
}

typedef struct tally {
    const char *reading;
    size_t words;
} tally;

typedef CA_ARRAY(tally) tallies;

static bool count_reading(const syllable *heard, tallies *counts, ca_arena *arena)
{
    const size_t length = (size_t)(heard->end - heard->begin);
    for (size_t i = 0; i < counts->count; i++) {
        tally *known = &counts->items[i];
        if (strlen(known->reading) == length && memcmp(known->reading, heard->begin, length) == 0) {
            known->words++;
            return true;
        }
    }
    const char *copy = ca_arena_strndup(arena, heard->begin, length);
    tally *place = ca_push(arena, counts);
    if (!copy || !place) {
        return false;
    }
    *place = (tally){copy, 1};
    return true;
}

static int compare_tallies(const void *a, const void *b)
{
    const tally *x = a;
    const tally *y = b;
    return x->words != y->words ? (x->words < y->words) - (x->words > y->words)
                                : strcmp(x->reading, y->reading);
}

bool ca_guess_character(const ca_lexicon *lexicon, const char *character, ca_strings *readings,
                        ca_arena *arena, ca_error *err)
{
    tallies counts = {0};
    for (size_t i = 0; i < ca_lexicon_count(lexicon); i++) {
        const ca_pronunciation *word = ca_lexicon_entry(lexicon, i);
        syllable syllables[MAX_CHARACTERS];
        size_t place = 0;
        size_t characters = 0;
        if (find_character(word, character, &place, &characters) &&
            cut_syllables(word->phones, syllables) == characters &&
            !count_reading(&syllables[place], &counts, arena)) {
            return ca_fail_memory(err);
        }
    }
    if (counts.count > 1) {
        qsort(counts.items, counts.count, sizeof *counts.items, compare_tallies);
    }
    for (size_t i = 0; i < counts.count && i < CA_MAX_READINGS; i++) {
        if (!ca_strings_add(readings, counts.items[i].reading, arena, err)) {
            return false;
        }
    }
    return true;
}
