/* Guesses: espeak-ng's phonemes as phones, against the dictionary itself, and Chinese characters.
 */
#include "test_helpers.h"

#include "callaudit/espeak.h"
#include "callaudit/guess.h"
#include "callaudit/recognize.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- phonemes to phones ---- */

static void test_guess__every_kind_of_phoneme_has_its_phones(void **state)
{
    (void)state;
    static const struct {
        const char *ipa, *phones;
    } cases[] = {
        {"k_ˈæ_l_ə_d_ˌɪ_t", "K AE L AH D IH T"},
        {"tʃ_ɔɪ_s", "CH OY S"},               /* choice: affricate, diphthong */
        {"h_ɑː_t_ʃ_ɑː_t", "HH AA T SH AA T"}, /* hotshot: two phonemes, no affricate */
        {"b_ˈʌ_ʔ_n̩", "B AH T AH N"},          /* button: glottal stop, syllabic n */
        {"b_ˈɑː_ɾ_əl", "B AA T AH L"},        /* bottle: flap, syllabic l */
        {"s_ˈʌ_m_ɚ_ɹ_i", "S AH M ER IY"},     /* summary: no r behind the coloured vowel */
        {"f_ˈaɪɚ", "F AY ER"},                /* fire */
        {"n_ˈɪɹ", "N IH R"},                  /* near */
        {"k_ˈɑːɹ", "K AA R"},                 /* car */
        {"f_ˈoːɹ", "F AO R"},                 /* four */
        {"ɹ_ˈoʊ_z_ᵻ_z", "R OW Z IH Z"},       /* roses */
        {"ɪ_n_d_iə", "IH N D IY AH"},         /* India */
        {"ð_ɪ_s θ_ɪ_ŋ", "DH IH S TH IH NG"},
        {"m_ˈɛ_ʒ_ɚ", "M EH ZH ER"},
        {"", ""},
        {"(zh)n_i(en)", ""},
        {"y", ""}, /* no phoneme of English */
    };
    ca_arena *arena = ca_arena_new(0);
    ca_error err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *phones = ca_guess_phones(cases[i].ipa, arena, &err);
        assert_non_null(phones);
        assert_string_equal(phones, cases[i].phones);
    }
    ca_arena_free(arena);
}

static void test_guess__asks_the_english_rules_for_latin_words_alone(void **state)
{
    (void)state;
    static const char *const good[] = {"zelle", "24", "e-mail", "d'you", "café", "a.m.", "10:30"};
    static const char *const bad[] = {"您", "a您", "привет", "", "-", "'", "a[[b", "<b>", "a_b"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(ca_guess_is_latin(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(ca_guess_is_latin(bad[i]));
    }
}

/* ---- against the dictionary ---- */

enum { STEP = 270, MAX_WORDS = 1000, MAX_PHONES = 64 };

static size_t cut(const char *phones, char *copy, const char *out[MAX_PHONES])
{
    size_t count = 0;
    char *rest = NULL;
    strcpy(copy, phones);
    for (char *phone = strtok_r(copy, " ", &rest); phone; phone = strtok_r(NULL, " ", &rest)) {
        out[count++] = phone;
    }
    return count;
}

/* Phones to insert, delete or replace to make one of the other. */
static size_t phone_errors(const char *left, const char *right)
{
    char copies[2][512];
    const char *a[MAX_PHONES];
    const char *b[MAX_PHONES];
    const size_t m = cut(left, copies[0], a);
    const size_t n = cut(right, copies[1], b);
    size_t row[MAX_PHONES + 1];
    for (size_t j = 0; j <= n; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= m; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = diagonal + (strcmp(a[i - 1], b[j - 1]) != 0);
            diagonal = row[j];
            best = best < row[j] + 1 ? best : row[j] + 1;
            row[j] = best < row[j - 1] + 1 ? best : row[j - 1] + 1;
        }
    }
    return row[n];
}

static bool is_plain(const ca_pronunciation *entry)
{
    return entry->base_length >= 3 &&
           strspn(entry->name, "abcdefghijklmnopqrstuvwxyz") == strlen(entry->name);
}

/* Every STEP-th word of small letters in Debian's dictionary. */
static size_t sample_words(const ca_lexicon *lexicon, const char *words[MAX_WORDS])
{
    size_t seen = 0;
    size_t count = 0;
    for (size_t i = 0; i < ca_lexicon_count(lexicon); i++) {
        const ca_pronunciation *entry = ca_lexicon_entry(lexicon, i);
        if (is_plain(entry) && seen++ % STEP == 0 && count < MAX_WORDS) {
            words[count++] = entry->name;
        }
    }
    return count;
}

static ca_lexicon *open_cmudict(ca_arena *arena)
{
    ca_error err = {0};
    ca_model model = {.language = "en-US"};
    assert_true(ca_model_resolve(&model, arena, &err));
    ca_lexicon *lexicon = ca_lexicon_open(model.dictionary, &err);
    assert_non_null(lexicon);
    return lexicon;
}

/* Random words of the dictionary are rarer, and so harder, than those of a desk's phrases. */
static void test_guess__phone_errors_against_the_dictionary_are_few(void **state)
{
    (void)state;
    static const char *words[MAX_WORDS];
    ca_arena *arena = ca_arena_new(0);
    ca_lexicon *lexicon = open_cmudict(arena);
    const size_t count = sample_words(lexicon, words);
    size_t errors = 0;
    size_t phones = 0;
    size_t exact = 0;
    ca_error err = {0};
    ca_espeak *espeak = ca_espeak_open(&err);
    assert_non_null(espeak);
    for (size_t w = 0; w < count; w++) {
        const ca_pronunciation *first;
        const size_t known = ca_lexicon_find(lexicon, words[w], strlen(words[w]), &first);
        const char *ipa = ca_espeak_phonemes(espeak, words[w], arena, &err);
        const char *guess = ca_guess_phones(ipa, arena, &err);
        size_t best = phone_errors(guess, first[0].phones);
        for (size_t i = 1; i < known; i++) {
            const size_t other = phone_errors(guess, first[i].phones);
            best = other < best ? other : best;
        }
        assert_true(*guess); /* each has one */
        errors += best;
        phones += first[0].phone_count;
        exact += best == 0;
    }
    ca_espeak_close(espeak);
    const double rate = (double)errors / (double)phones;
    print_message("%zu words, phone error rate %.3f, %zu without an error\n", count, rate, exact);
    assert_true(count >= 300);
    assert_true(rate < 0.15);
    ca_lexicon_close(lexicon);
    ca_arena_free(arena);
}

/* espeak-ng keeps state between texts: it must not show. */
static void test_guess__depends_on_the_word_alone(void **state)
{
    (void)state;
    static const char *words[MAX_WORDS];
    static const char *before[MAX_WORDS];
    ca_arena *arena = ca_arena_new(0);
    ca_lexicon *lexicon = open_cmudict(arena);
    size_t count = sample_words(lexicon, words);
    ca_error err = {0};
    ca_espeak *espeak = ca_espeak_open(&err);
    assert_non_null(espeak);
    words[count++] = "24";
    words[count++] = "b2b";
    words[count++] = "a.m.";
    for (size_t w = 0; w < count; w++) {
        before[w] = ca_espeak_phonemes(espeak, words[w], arena, &err);
    }
    for (size_t w = count; w-- > 0;) {
        assert_string_equal(ca_espeak_phonemes(espeak, words[w], arena, &err), before[w]);
    }
    ca_espeak_close(espeak);
    ca_lexicon_close(lexicon);
    ca_arena_free(arena);
}

static void test_guess__espeak_leaves_the_locale_and_opens_again(void **state)
{
    (void)state;
    ca_arena *arena = ca_arena_new(0);
    ca_error err = {0};
    const char *locale = ca_arena_strdup(arena, setlocale(LC_CTYPE, NULL));
    const char *first = NULL;
    for (int i = 0; i < 3; i++) {
        ca_espeak *espeak = ca_espeak_open(&err);
        assert_non_null(espeak);
        const char *now = ca_espeak_phonemes(espeak, "thirty-four", arena, &err);
        first = first ? first : now;
        assert_string_equal(now, first);
        ca_espeak_close(espeak);
        assert_string_equal(setlocale(LC_CTYPE, NULL), locale);
    }
    ca_espeak_close(NULL);
    ca_arena_free(arena);
}

/* ---- Chinese ---- */

static ca_lexicon *open_text(const char *text)
{
    char path[] = "/tmp/callaudit-guess-XXXXXX";
    ca_error err = {0};
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    ca_lexicon *lexicon = ca_lexicon_open(path, &err);
    unlink(path);
    assert_non_null(lexicon);
    return lexicon;
}

static void test_guess__characters_are_read_as_in_other_words(void **state)
{
    (void)state;
    ca_arena *arena = ca_arena_new(0);
    ca_lexicon *lexicon = open_text("银行 y in h ang\n"
                                    "行业 h ang y ie\n"
                                    "旅行 l v x ing\n"
                                    "行行好 x ing x ing h ao\n" /* its first place counts */
                                    "不行 b u x ing\n"
                                    "爱好 ai h ao\n"
                                    "好爱 h ao ai\n"
                                    "坏掉 h uai\n" /* fewer syllables than characters */
                                    "a行 ei h ang\n");
    static const struct {
        const char *character, *first, *second;
    } cases[] = {{"行", "x ing", "h ang"}, {"爱", "ai", NULL}, {"坏", NULL, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ca_strings readings = {0};
        ca_error err = {0};
        assert_true(ca_guess_character(lexicon, cases[i].character, &readings, arena, &err));
        const size_t expected = cases[i].second ? 2 : cases[i].first != NULL;
        assert_int_equal(readings.count, expected);
        if (expected > 0) {
            assert_string_equal(readings.items[0], cases[i].first);
        }
        if (expected > 1) {
            assert_string_equal(readings.items[1], cases[i].second);
        }
    }
    ca_lexicon_close(lexicon);
    ca_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guess__every_kind_of_phoneme_has_its_phones),
        cmocka_unit_test(test_guess__asks_the_english_rules_for_latin_words_alone),
        cmocka_unit_test(test_guess__phone_errors_against_the_dictionary_are_few),
        cmocka_unit_test(test_guess__depends_on_the_word_alone),
        cmocka_unit_test(test_guess__espeak_leaves_the_locale_and_opens_again),
        cmocka_unit_test(test_guess__characters_are_read_as_in_other_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
