/* What is said that sounds like a wording and is another. */
#include "test_helpers.h"

#include "callaudit/nearmiss.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct fixture {
    ca_arena *arena;
    ca_lexicon *lexicon;
    ca_rulesets sets;
    ca_nearmiss_search *search;
    ca_nearmiss_list found;
    ca_error err;
    int calls;
} fixture;

static const char dictionary[] = "thank TH AE NG K\n"
                                 "thanks TH AE NG K S\n"
                                 "you Y UW\n"
                                 "for F AO R\n"
                                 "four F AO R\n"
                                 "calling K AO L IH NG\n"
                                 "falling F AO L IH NG\n"
                                 "waiting W EY T IH NG\n"
                                 "so S OW\n"
                                 "now N AW\n";

static ca_lexicon *open_lexicon(fixture *f)
{
    char path[] = "/tmp/callaudit-nearmiss-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, dictionary, strlen(dictionary)), (ssize_t)strlen(dictionary));
    close(fd);
    ca_lexicon *lexicon = ca_lexicon_open(path, &f->err);
    unlink(path);
    assert_non_null(lexicon);
    return lexicon;
}

/* `keys`: further lines of the one rule; with a dictionary, or by letters. */
static void begin(fixture *f, bool dictionary_there, const char *language, const char *keys)
{
    ca_diags diags;
    memset(f, 0, sizeof *f);
    f->arena = ca_arena_new(0);
    f->lexicon = dictionary_there ? open_lexicon(f) : NULL;
    ca_diags_init(&diags, f->arena);
    const char *text = ca_arena_printf(f->arena,
                                       "ruleset: s\nlanguage: %s\nrules:\n  - id: r\n    title: t\n"
                                       "    dimension: courtesy\n    kind: required\n"
                                       "    weight: 1\n%s",
                                       language, keys);
    assert_true(ca_rules_parse("t.yaml", text, strlen(text), &f->sets, &diags, f->arena));
    assert_int_equal(diags.errors, 0);
    f->search = ca_nearmiss_new(&f->sets, language, f->lexicon, f->arena, &f->err);
    assert_non_null(f->search);
}

static void end(fixture *f)
{
    ca_lexicon_close(f->lexicon);
    ca_arena_free(f->arena);
}

/* One call of one line, a word each 100 ms. */
static void say_as(fixture *f, ca_speaker speaker, ca_tier tier, const char *text)
{
    ca_call call = {.meta.language = f->sets.items[0].language,
                    .meta.call_uid = ca_arena_printf(f->arena, "c%d", ++f->calls)};
    ca_line *line = ca_push(f->arena, &call.lines);
    char *copy = ca_arena_strdup(f->arena, text);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        ca_word *place = ca_push(f->arena, &call.words);
        *place = (ca_word){.start_ms = 100 * (int64_t)(call.words.count - 1), .text = word};
    }
    *line = (ca_line){.speaker = speaker, .tier = tier, .word_count = call.words.count};
    assert_true(ca_nearmiss_take(f->search, &call, &f->err));
}

static void say(fixture *f, const char *text)
{
    say_as(f, CA_AGENT, CA_TIER_TRANSCRIPT, text);
}

/* "text calls/times call+ms" of every suggestion, parted by |. */
static void assert_told(fixture *f, const char *expected)
{
    const char *told = "";
    f->found.count = 0;
    assert_true(ca_nearmiss_collect(f->search, &f->found, &f->err));
    for (size_t i = 0; i < f->found.count; i++) {
        const ca_nearmiss *one = &f->found.items[i];
        told = ca_arena_printf(f->arena, "%s%s%s %d/%d %s+%d", told, i > 0 ? "|" : "", one->text,
                               (int)one->calls, (int)one->times, one->call_uid, (int)one->start_ms);
    }
    assert_string_equal(told, expected);
}

static const char calling[] = "    who: agent\n    phrases: [thank you for calling]\n";

static void test_nearmiss__is_counted_over_calls(void **state)
{
    (void)state;
    fixture f;
    begin(&f, true, "en-US", calling);
    say(&f, "so thank you for falling now thank you for falling");
    assert_told(&f, "");
    say(&f, "thank you for falling");
    assert_told(&f, "thank you for falling 2/3 c1+100");
    assert_true(f.found.items[0].distance == 1.0 / 14);
    assert_string_equal(f.found.items[0].wording, "thank you for calling");
    assert_string_equal(f.found.items[0].rule->id, "r");
    end(&f);
}

static void test_nearmiss__distance_ends_at_a_third_and_a_bit(void **state)
{
    (void)state;
    fixture f;
    begin(&f, true, "en-US", calling); /* 14 phones: four may differ */
    for (int i = 0; i < 2; i++) {
        say(&f, "thank you for waiting"); /* W EY T for K AO L: three */
        say(&f, "thanks you for waiting");
        say(&f, "thanks you four waiting now"); /* the same sounds, written otherwise */
        say(&f, "so you for waiting");          /* seven */
    }
    assert_told(&f, "thank you for waiting 2/2 c1+0|thanks you for waiting 2/2 c2+0|"
                    "thanks you four waiting 2/2 c3+0");
    end(&f);
}

static void test_nearmiss__what_sounds_the_same_is_none(void **state)
{
    (void)state;
    fixture f;
    begin(&f, true, "en-US", calling);
    say(&f, "thank you four calling now");
    say(&f, "thank you four calling now");
    assert_told(&f, "");
    end(&f);
}

static void test_nearmiss__wordings_and_their_parts_are_none(void **state)
{
    (void)state;
    static const char *const excused[] = {
        "    rivals: [thank you for falling]\n", "    unless: [thank you for falling]\n",
        "    rivals: [so thank you for falling now]\n", "    rivals: [falling]\n",
        "    regex: 'thank you for (falling|waiting)'\n"};
    for (size_t i = 0; i < sizeof excused / sizeof excused[0]; i++) {
        fixture f;
        begin(&f, true, "en-US", calling);
        const char *keys = ca_arena_printf(f.arena, "%s%s", calling, excused[i]);
        fixture g;
        begin(&g, true, "en-US", keys);
        for (int k = 0; k < 2; k++) {
            say(&f, "thank you for falling");
            say(&g, "thank you for falling");
        }
        assert_told(&f, "thank you for falling 2/2 c1+0");
        assert_told(&g, "");
        end(&f);
        end(&g);
    }
}

static void test_nearmiss__no_word_of_a_wording_that_was_said_belongs_to_one(void **state)
{
    (void)state;
    fixture f;
    begin(&f, true, "en-US", calling);
    say(&f, "so thank you for calling now");
    say(&f, "so thank you for calling now");
    assert_told(&f, "");
    end(&f);
    begin(&f, true, "en-US", "    min_words: 3\n    phrases: [thank you for calling]\n");
    say(&f, "thank you calling now");
    say(&f, "thank you calling now");
    assert_told(&f, "");
    end(&f);
}

static void test_nearmiss__only_those_whom_the_rule_asks(void **state)
{
    (void)state;
    fixture f;
    begin(&f, true, "en-US", calling);
    for (int i = 0; i < 2; i++) {
        say_as(&f, CA_CUSTOMER, CA_TIER_IMPORT, "thank you for falling");
        say_as(&f, CA_AGENT, CA_TIER_PHRASE, "thank you for falling");
    }
    assert_told(&f, "");
    say_as(&f, CA_MIXED, CA_TIER_IMPORT, "thank you for falling");
    say_as(&f, CA_AGENT, CA_TIER_IMPORT, "thank you for falling");
    assert_told(&f, "thank you for falling 2/2 c5+0");
    end(&f);
}

static void test_nearmiss__letters_stand_for_phones_that_are_not_known(void **state)
{
    (void)state;
    fixture f;
    begin(&f, true, "en-US", calling);
    say(&f, "thank you for galling"); /* no such word in the dictionary */
    say(&f, "thank you for galling");
    assert_told(&f, "thank you for galling 2/2 c1+0");
    assert_true(f.found.items[0].distance == 1.0 / 18);
    end(&f);
    begin(&f, false, "en-US", calling);
    say(&f, "thank you four calling"); /* no dictionary, no same sounds */
    say(&f, "thank you four calling");
    assert_told(&f, "thank you four calling 2/2 c1+0");
    end(&f);
}

static void test_nearmiss__a_chinese_character_is_a_word(void **state)
{
    (void)state;
    fixture f;
    begin(&f, false, "zh-CN", "    phrases: [有什么可以帮您]\n");
    say(&f, "還 有 什 麼 可 以 幫 我");
    say(&f, "还 有什么 可以 帮我");
    assert_told(&f, "有什么可以帮我 2/2 c1+100");
    end(&f);
}

static void test_nearmiss__ten_of_a_rule_by_calls_then_text(void **state)
{
    (void)state;
    fixture f;
    begin(&f, false, "en-US", calling);
    for (int i = 0; i < 3; i++) {
        for (char c = 'a'; c <= 'l'; c++) {
            if (c != 'c' && (i < 2 || c == 'l')) {
                say(&f, ca_arena_printf(f.arena, "thank you for %calling", c));
            }
        }
    }
    assert_told(&f, "thank you for lalling 3/3 c11+0|thank you for aalling 2/2 c1+0|"
                    "thank you for balling 2/2 c2+0|thank you for dalling 2/2 c3+0|"
                    "thank you for ealling 2/2 c4+0|thank you for falling 2/2 c5+0|"
                    "thank you for galling 2/2 c6+0|thank you for halling 2/2 c7+0|"
                    "thank you for ialling 2/2 c8+0|thank you for jalling 2/2 c9+0");
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearmiss__is_counted_over_calls),
        cmocka_unit_test(test_nearmiss__distance_ends_at_a_third_and_a_bit),
        cmocka_unit_test(test_nearmiss__what_sounds_the_same_is_none),
        cmocka_unit_test(test_nearmiss__wordings_and_their_parts_are_none),
        cmocka_unit_test(test_nearmiss__no_word_of_a_wording_that_was_said_belongs_to_one),
        cmocka_unit_test(test_nearmiss__only_those_whom_the_rule_asks),
        cmocka_unit_test(test_nearmiss__letters_stand_for_phones_that_are_not_known),
        cmocka_unit_test(test_nearmiss__a_chinese_character_is_a_word),
        cmocka_unit_test(test_nearmiss__ten_of_a_rule_by_calls_then_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
