/* test_rules.c - rule files: what is read, what is refused and where, what the hash covers. */
#include "callaudit/fs.h"
#include "callaudit/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD "ruleset: desk\nlanguage: en-US\nrules:\n"
#define RULE "  - id: one\n    title: One\n    dimension: courtesy\n    kind: required\n"
/* What a rule adds to RULE starts in this line of the file, column 5. */
enum { BODY_LINE = 8 };

typedef struct parsed {
    ca_rulesets sets;
    ca_diags diags;
    bool usable;
} parsed;

static int make_arena(void **state)
{
    *state = ca_arena_new(0);
    return *state != NULL ? 0 : -1;
}

static int drop_arena(void **state)
{
    ca_arena_free(*state);
    return 0;
}

static parsed parse(ca_arena *arena, const char *text)
{
    parsed p = {0};
    ca_diags_init(&p.diags, arena);
    p.usable = ca_rules_parse("rules.yaml", text, strlen(text), &p.sets, &p.diags, arena);
    return p;
}

/* The rule set of a text without errors. */
static const ca_ruleset *read_good(ca_arena *arena, const char *text)
{
    parsed p = parse(arena, text);
    if (p.diags.list.count > 0) {
        fail_msg("%d: %s", p.diags.list.items[0].line, p.diags.list.items[0].message);
    }
    assert_true(p.usable);
    assert_int_equal(p.sets.count, 1);
    return &p.sets.items[0];
}

static const ca_rule *read_rule(ca_arena *arena, const char *body)
{
    const char *text = ca_arena_printf(arena, HEAD RULE "%s", body);
    return &read_good(arena, text)->rules.items[0];
}

/* Exactly one complaint of that severity, at that place, with that text. */
static void check_one(ca_arena *arena, const char *text, ca_severity severity, int line, int column,
                      const char *what)
{
    parsed p = parse(arena, text);
    assert_int_equal(p.diags.list.count, 1);
    const ca_diag *diag = &p.diags.list.items[0];
    if (strstr(diag->message, what) == NULL) {
        fail_msg("'%s' has no '%s'", diag->message, what);
    }
    assert_int_equal(diag->severity, severity);
    assert_int_equal(diag->line, line);
    assert_int_equal(diag->column, column);
    assert_string_equal(diag->path, "rules.yaml");
}

/* The same for a rule that is RULE and this body. */
static void check_body(ca_arena *arena, const char *body, int line, int column, const char *what)
{
    check_one(arena, ca_arena_printf(arena, HEAD RULE "%s", body), CA_ERROR, BODY_LINE + line,
              column, what);
}

static void test_rules__reads_every_key(void **state)
{
    const ca_ruleset *set = read_good(
        *state, "ruleset: desk\ntitle: The desk\nlanguage: zh-CN\nrules:\n"
                "  - id: rude-1\n    title: Never rude\n    dimension: empathy\n"
                "    kind: forbidden\n    who: customer\n    within: {last: 15%}\n"
                "    phrases: [你烦不烦]\n    rivals: [你忙不忙]\n    unless: [请不要]\n"
                "    regex: '关我什么事'\n    weight: 15\n    critical: true\n"
                "    tests: {hit: ['[0:01 customer] 你烦不烦'], miss: ['[0:01 agent] 你好']}\n");
    const ca_rule *rule = &set->rules.items[0];
    assert_string_equal(set->name, "desk");
    assert_string_equal(set->title, "The desk");
    assert_string_equal(set->language, "zh-CN");
    assert_string_equal(rule->id, "rude-1");
    assert_string_equal(rule->title, "Never rude");
    assert_int_equal(rule->dimension, CA_EMPATHY);
    assert_int_equal(rule->kind, CA_FORBIDDEN);
    assert_int_equal(rule->who, CA_WHO_CUSTOMER);
    assert_int_equal(rule->within.kind, CA_WINDOW_LAST);
    assert_true(rule->within.share > 0.1499 && rule->within.share < 0.1501);
    assert_string_equal(rule->phrases.items[0].text, "你烦不烦");
    assert_int_equal(rule->phrases.items[0].line, 11);
    assert_string_equal(rule->rivals.items[0].text, "你忙不忙");
    assert_string_equal(rule->unless.items[0].text, "请不要");
    assert_string_equal(rule->regex.text, "关我什么事");
    assert_int_equal(rule->weight, 15);
    assert_true(rule->critical);
    assert_int_equal(rule->examples.count, 2);
    assert_true(rule->examples.items[0].expect_hit);
    assert_false(rule->examples.items[1].expect_hit);
    assert_int_equal(rule->line, 5);
}

static void test_rules__reads_min_words(void **state)
{
    static const char phrase[] = "phrases: [how may i help you, thank you]";
    const char *body = ca_arena_printf(*state, "    %s\n    min_words: ", phrase);
    assert_int_equal(read_rule(*state, ca_arena_printf(*state, "%s3\n", body))->min_words, 3);
    check_body(*state, ca_arena_printf(*state, "%s6\n", body), 1, 16,
               "the longest phrase has only 5 words");
    check_body(*state, ca_arena_printf(*state, "%s1\n", body), 1, 16, "from 2 to 100");
    check_body(*state, ca_arena_printf(*state, "%sx\n", body), 1, 16, "from 2 to 100");
    check_body(*state, "    regex: 'no way'\n    min_words: 2\n", 1, 16,
               "belongs to rules with 'phrases'");
    check_body(*state, "    phrases: [a b c d e f g h i j k l]\n    min_words: 6\n", 0, 15,
               "too many wordings with words left out");
    check_body(*state, "    phrases: [(a]\n    min_words: 2\n", 0, 15, "never closed");
    check_body(*state, "    phrases: [hello there]\n    min_word: 2\n", 1, 5,
               "did you mean 'min_words'?");
    check_one(*state, ca_arena_printf(*state, HEAD RULE "%s5\n", body), CA_WARNING, BODY_LINE + 1,
              16, "no phrase is longer than 5 words");
    check_one(*state, ca_arena_printf(*state, HEAD RULE "%s2\n", body), CA_WARNING, BODY_LINE, 15,
              "2 of its 5 words are less than half");
}

/* Only whole phrases are held against each other: a part of one may be another's, or a rival. */
static void test_rules__parts_may_repeat(void **state)
{
    const ca_rule *rule =
        read_rule(*state, "    phrases: [how may i help you, may i help you]\n    min_words: 3\n"
                          "    rivals: [how i help]\n");
    assert_int_equal(rule->min_words, 3);
}

static void test_rules__sees_repeats_in_other_spelling(void **state)
{
    check_one(*state, HEAD RULE "    phrases: [thank you, ＴＨＡＮＫ　you]\n", CA_WARNING,
              BODY_LINE, 26, "already covered");
    check_one(*state, HEAD RULE "    phrases: [請您稍等, 请 您稍等]\n", CA_WARNING, BODY_LINE, 21,
              "already covered");
    check_body(*state, "    phrases: [請您稍等]\n    rivals: [请您稍等]\n", 1, 14,
               "is a phrase of the rule as well");
}

static void test_rules__has_defaults(void **state)
{
    const ca_rule *rule = read_rule(*state, "    phrases: [hello]\n");
    assert_int_equal(rule->weight, 1);
    assert_int_equal(rule->who, CA_WHO_AGENT);
    assert_int_equal(rule->within.kind, CA_WINDOW_ALL);
    assert_false(rule->critical);
    assert_int_equal(rule->min_words, 0);
    assert_null(rule->regex.text);
}

static void check_window(ca_arena *arena, const char *within, ca_window_kind kind, int64_t ms,
                         double share)
{
    const ca_window *window =
        &read_rule(arena, ca_arena_printf(arena, "    phrases: [hello]\n    within: %s\n", within))
             ->within;
    assert_int_equal(window->kind, kind);
    assert_int_equal(window->ms, ms);
    assert_true(window->share == share);
}

static void test_rules__reads_windows(void **state)
{
    check_window(*state, "{first: 20s}", CA_WINDOW_FIRST, 20000, 0);
    check_window(*state, "{first: 5 s}", CA_WINDOW_FIRST, 5000, 0); /* as callaudit.yaml has it */
    check_window(*state, "{first: 2h}", CA_WINDOW_FIRST, 7200000, 0);
    check_window(*state, "{first: 1.5m}", CA_WINDOW_FIRST, 90000, 0);
    check_window(*state, "{last: 500ms}", CA_WINDOW_LAST, 500, 0);
    check_window(*state, "{last: 25%}", CA_WINDOW_LAST, 0, 0.25);
}

static void check_bad_window(ca_arena *arena, const char *within, int column, const char *what)
{
    check_body(arena, ca_arena_printf(arena, "    phrases: [hello]\n    within: %s\n", within), 1,
               column, what);
}

static void test_rules__refuses_bad_windows(void **state)
{
    check_bad_window(*state, "{first: 20}", 21, "20s, 1m or 500ms");
    check_bad_window(*state, "{first: 0s}", 21, "20s, 1m or 500ms");
    check_bad_window(*state, "{first: 120%}", 21, "10%");
    check_bad_window(*state, "{first: -5s}", 21, "20s");
    check_bad_window(*state, "{first: 25h}", 21, "20s");
    check_bad_window(*state, "{first: 99999m}", 21, "20s");
    check_bad_window(*state, "{first: 5s, last: 5s}", 13, "exactly one");
    check_bad_window(*state, "{limit: 5s}", 13, "exactly one");
    check_bad_window(*state, "{first: 5s, limit: 5s}", 32, "'after' and 'before' only");
    check_bad_window(*state, "{frist: 5s, last: 5s}", 14, "did you mean 'first'");
}

#define TWO                                                                                        \
    "    phrases: [hello]\n  - id: two\n    title: Two\n    dimension: closing\n"                  \
    "    kind: required\n    phrases: [bye]\n"

static void test_rules__orders_rules_by_what_they_rest_on(void **state)
{
    const ca_ruleset *set =
        read_good(*state, HEAD RULE "    within: {before: two, limit: 60s}\n" TWO);
    assert_int_equal(set->rules.items[0].within.kind, CA_WINDOW_BEFORE);
    assert_int_equal(set->rules.items[0].within.other_index, 1);
    assert_int_equal(set->rules.items[0].within.ms, 60000);
    assert_int_equal(set->order[0], 1);
    assert_int_equal(set->order[1], 0);
}

static void test_rules__refuses_unknown_and_circular_references(void **state)
{
    check_one(*state, HEAD RULE "    within: {after: twoo}\n" TWO, CA_ERROR, 4, 5,
              "did you mean 'two'");
    check_one(*state, HEAD RULE "    within: {after: one}\n" TWO, CA_ERROR, 4, 5, "leads back");
    check_one(*state, HEAD RULE "    within: {after: two}\n" TWO "    within: {before: one}\n",
              CA_ERROR, 4, 5, "leads back");
}

static void test_rules__refuses_unknown_keys_with_a_suggestion(void **state)
{
    check_body(*state, "    phrases: [hello]\n    wieght: 3\n", 1, 5, "did you mean 'weight'");
    check_one(*state, "rulset: x\n" HEAD RULE "    phrases: [hello]\n", CA_ERROR, 1, 1,
              "did you mean 'ruleset'");
}

static void test_rules__refuses_bad_ids(void **state)
{
    static const char *const bad[] = {"Greeting", "-a", "a_b", "'a b'", "é"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        check_one(*state,
                  ca_arena_printf(*state,
                                  HEAD "  - id: %s\n    title: t\n    dimension: courtesy\n"
                                       "    kind: required\n    phrases: [hello]\n",
                                  bad[i]),
                  CA_ERROR, 4, 9, "small letters");
    }
    check_one(*state, HEAD RULE "    phrases: [hello]\n" RULE "    phrases: [hello]\n", CA_ERROR, 9,
              5, "taken by the rule on line 4");
}

static void test_rules__needs_its_keys(void **state)
{
    check_one(*state, HEAD "  - id: a\n    title: t\n    kind: required\n    phrases: [hello]\n",
              CA_ERROR, 4, 5, "'dimension' is missing");
    check_one(*state,
              HEAD "  - id: a\n    title: t\n    dimension: closing\n    phrases: [hello]\n",
              CA_ERROR, 4, 5, "'kind' is missing");
    check_body(*state, "    weight: 3\n", -4, 5, "'phrases' or a 'regex'");
    check_one(*state, "ruleset: a\nlanguage: en-US\n", CA_ERROR, 1, 1, "list of rules");
    check_one(*state, "language: en-US\nrules:\n" RULE "    phrases: [hello]\n", CA_ERROR, 1, 1,
              "'ruleset' is missing");
}

static void test_rules__keeps_keys_to_their_kinds(void **state)
{
    check_body(*state, "    phrases: [hello]\n    max: 3\n", 1, 10, "'limit' only");
    check_body(*state, "    phrases: [hello]\n    critical: true\n", 1, 15, "'forbidden' only");
    check_one(*state,
              HEAD "  - id: a\n    title: t\n    dimension: closing\n    kind: limit\n"
                   "    phrases: [hello]\n",
              CA_ERROR, 4, 5, "needs 'max'");
    check_body(*state, "    phrases: [hello]\n    weight: 101\n", 1, 13, "0 to 100");
}

static void test_rules__refuses_bad_phrases(void **state)
{
    check_body(*state, "    phrases:\n      - how (may\n", 1, 9, "never closed (at byte 5)");
    check_body(*state, "    phrases: hello\n", 0, 14, "expected a list");
    check_body(*state, "    phrases: [hello]\n    unless: ['a,']\n", 1, 14, "never spoken");
}

static void test_rules__warns_of_repeated_phrases(void **state)
{
    check_one(*state,
              HEAD RULE "    phrases:\n      - how (may|can) i help\n      - how can i help\n",
              CA_WARNING, 10, 9, "covered on line 9");
}

static void test_rules__refuses_a_rival_that_is_a_phrase(void **state)
{
    check_body(*state, "    phrases: [thank you]\n    rivals: [thank (you|him)]\n", 1, 14,
               "would never count");
}

static void test_rules__refuses_bad_regexes(void **state)
{
    check_body(*state, "    regex: \"\\bhello\\b\"\n", 0, 12, "single quotes");
    check_body(*state, "    regex: 'a(b'\n", 0, 12, "at byte 3");
    check_body(*state, "    regex: 'a*'\n", 0, 12, "empty text");
}

static void test_rules__refuses_bad_examples(void **state)
{
    check_body(*state, "    phrases: [hello]\n    tests: {hit: ['hello']}\n", 1, 19, "[m:ss");
    check_body(*state, "    phrases: [hello]\n    tests: {hti: []}\n", 1, 13, "did you mean 'hit'");
}

static void test_rules__knows_languages(void **state)
{
    check_one(*state, "ruleset: a\nlanguage: en_US\nrules:\n" RULE "    phrases: [hello]\n",
              CA_ERROR, 2, 11, "did you mean 'en-US'");
    check_one(*state, "ruleset: a\nlanguage: fr-CA-x\nrules:\n" RULE "    phrases: [hello]\n",
              CA_WARNING, 2, 11, "model of your own");
}

static void test_rules__limits_the_wordings_of_a_file(void **state)
{
    ca_buf text = {0};
    ca_buf_puts(&text, HEAD RULE "    phrases:\n");
    for (int i = 0; i < 20; i++) {
        ca_buf_printf(&text, "      - '[a][b][c][d][e][f][g][h] x%d'\n", i);
    }
    check_one(*state, ca_buf_text(&text), CA_ERROR, 24, 9, "more than 4000 wordings");
    ca_buf_release(&text);
}

static void test_rules__hash_covers_what_changes_a_judgement(void **state)
{
    static const char base[] = HEAD RULE "    phrases: [hello, hi]\n    weight: 3\n";
    static const char *const same[] = {
        "# comment\n" HEAD RULE "    weight: 3\n    phrases:\n      - 'hello'\n      - hi\n",
        "title: Desk\n" HEAD RULE "    phrases: [hello, hi]\n    weight: 3\n    who: agent\n",
        HEAD RULE "    phrases: [hello, hi]\n    weight: 3\n"
                  "    tests: {hit: ['[0:01 agent] hello']}\n",
    };
    static const char *const different[] = {
        HEAD RULE "    phrases: [hello, hi]\n    weight: 4\n",
        HEAD RULE "    phrases: [hello]\n    weight: 3\n",
        HEAD RULE "    phrases: [hello, hi]\n    rivals: [hey]\n    weight: 3\n",
        HEAD RULE "    phrases: [hello, hi]\n    unless: [hey]\n    weight: 3\n",
        HEAD RULE "    phrases: [hello, hi]\n    regex: 'hey'\n    weight: 3\n",
        HEAD RULE "    phrases: [hello, hi]\n    weight: 3\n    who: any\n",
        HEAD RULE "    phrases: [hello, ｈi]\n    weight: 3\n",
        HEAD RULE "    phrases: [hello, hi]\n    weight: 3\n    within: {first: 5s}\n",
        "ruleset: desk2\nlanguage: en-US\nrules:\n" RULE
        "    phrases: [hello, hi]\n    weight: 3\n",
    };
    const char *hash = read_good(*state, base)->hash.hex;
    assert_int_equal(strlen(hash), 64);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_string_equal(read_good(*state, same[i])->hash.hex, hash);
    }
    for (size_t i = 0; i < sizeof different / sizeof *different; i++) {
        assert_string_not_equal(read_good(*state, different[i])->hash.hex, hash);
    }
    static const char partial[] = HEAD RULE "    phrases: [may i help you]\n%s";
    const char *all = read_good(*state, ca_arena_printf(*state, partial, ""))->hash.hex;
    const char *three =
        read_good(*state, ca_arena_printf(*state, partial, "    min_words: 3\n"))->hash.hex;
    const char *two =
        read_good(*state, ca_arena_printf(*state, partial, "    min_words: 2\n"))->hash.hex;
    assert_string_not_equal(all, three);
    assert_string_not_equal(three, two);
    /* what a rule set was before there was min_words, it still is */
    assert_string_equal(hash, "74f9dc3d5c80b692475a3328d7a9c9f5463f987343f7def1693f95552ea3d636");
}

static void test_rules__hash_is_of_the_text(void **state)
{
    const ca_ruleset *set = read_good(*state, HEAD RULE "    phrases: [hello]\n");
    assert_non_null(strstr(set->text, "\"phrases\":[\"hello\"]"));
    assert_string_equal(ca_hash_bytes(set->text, strlen(set->text)).hex, set->hash.hex);
}

/* ---- examples ---- */

static bool read_example(ca_arena *arena, const char *text, ca_call *call, ca_error *err)
{
    const ca_example example = {.text = text};
    return ca_example_call(&example, "en-US", call, arena, err);
}

static void test_rules__example_is_a_call(void **state)
{
    ca_call call;
    ca_error err = {0};
    assert_true(read_example(*state, "[0:02 agent] Thank you [1:05 customer] 你好a", &call, &err));
    assert_true(call.transcript);
    assert_string_equal(call.meta.language, "en-US");
    assert_int_equal(call.lines.count, 2);
    assert_int_equal(call.words.count, 5);
    assert_string_equal(call.words.items[0].text, "thank");
    assert_int_equal(call.words.items[1].start_ms, 2350);
    assert_int_equal(call.words.items[1].end_ms, 2700);
    assert_int_equal(call.lines.items[1].speaker, CA_CUSTOMER);
    assert_int_equal(call.lines.items[1].first_word, 2);
    assert_int_equal(call.lines.items[1].word_count, 3);
    assert_int_equal(call.lines.items[1].end_ms, 65850);
    assert_int_equal(call.duration_ms, 65850);
}

static void test_rules__example_may_say_its_end(void **state)
{
    ca_call call;
    ca_error err = {0};
    assert_true(read_example(*state, "[0:02 mixed] hello [3:00 end]", &call, &err));
    assert_int_equal(call.duration_ms, 180000);
    assert_int_equal(call.lines.count, 1);
    assert_int_equal(call.lines.items[0].speaker, CA_MIXED);
}

static void test_rules__example_says_what_is_wrong(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "expected [m:ss speaker]"},
        {"hello", "found 'hello'"},
        {"[0:02 agent]", "words expected"},
        {"[0:02 agent] [0:03 agent] hello", "words expected"},
        {"[0:2 agent] hello", "expected a part like"},
        {"[0:61 agent] hello", "expected a part like"},
        {"[agent] hello", "expected a part like"},
        {"[0:02agent] hello", "expected a part like"},
        {"[0:02 agent hello", "expected a part like"},
        {"[0:02 clerk] hello", "agent, customer or mixed"},
        {"[0:05 agent] hello [0:04 agent] hi", "must not go back"},
        {"[0:05 agent] hello [0:09 end] hi", "nothing may follow"},
        {"[99999999999:05 agent] hello", "expected a part like"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ca_call call;
        ca_error err = {0};
        assert_false(read_example(*state, cases[i].text, &call, &err));
        if (strstr(err.msg, cases[i].why) == NULL) {
            fail_msg("'%s': '%s' has no '%s'", cases[i].text, err.msg, cases[i].why);
        }
    }
}

/* ---- folders ---- */

static void put_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    ca_error err = {0};
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(ca_write_file(path, text, strlen(text), &err));
}

static void remove_all(const char *folder)
{
    static const char *const names[] = {"b.yaml", "a.yml", "notes.txt", "sub/c.yaml", "sub", "."};
    char path[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)(strcmp(names[i], ".") == 0 ? rmdir(folder) : remove(path));
    }
}

#define NAMED(name) "ruleset: " name "\nlanguage: en-US\nrules:\n" RULE "    phrases: [hello]\n"

static void test_rules__loads_folders_in_order(void **state)
{
    ca_arena *arena = *state;
    char folder[] = "/tmp/test_rules.XXXXXX";
    ca_error err = {0};
    assert_non_null(mkdtemp(folder));
    const char *sub = ca_path_join(arena, folder, "sub");
    assert_true(ca_make_folders(sub, &err));
    put_file(folder, "b.yaml", NAMED("bb"));
    put_file(folder, "a.yml", NAMED("aa"));
    put_file(folder, "notes.txt", "no rules");
    put_file(sub, "c.yaml", NAMED("aa"));

    ca_strings paths = {0};
    ca_rulesets sets = {0};
    ca_diags diags;
    ca_diags_init(&diags, arena);
    assert_true(ca_strings_add(&paths, sub, arena, &err));
    assert_true(ca_strings_add(&paths, folder, arena, &err)); /* has it a second time */
    assert_true(ca_rules_load(&paths, &sets, &diags, arena, &err));
    assert_int_equal(sets.count, 3);
    assert_string_equal(sets.items[0].name, "aa");
    assert_string_equal(sets.items[1].name, "bb");
    assert_int_equal(diags.errors, 1);
    assert_non_null(strstr(diags.list.items[0].message, "name 'aa' is taken"));
    assert_non_null(strstr(diags.list.items[0].path, "sub/c.yaml"));
    remove_all(folder);
}

static void test_rules__load_fails_on_nothing(void **state)
{
    ca_arena *arena = *state;
    char folder[] = "/tmp/test_rules.XXXXXX";
    assert_non_null(mkdtemp(folder));
    const char *bad[] = {"/nonexistent/rules", folder};
    for (size_t i = 0; i < 2; i++) {
        ca_error err = {0};
        ca_rulesets sets = {0};
        ca_diags diags;
        ca_strings paths = {0};
        ca_diags_init(&diags, arena);
        assert_true(ca_strings_add(&paths, bad[i], arena, &err));
        assert_false(ca_rules_load(&paths, &sets, &diags, arena, &err));
        assert_int_equal(err.code, CA_ESETUP);
    }
    remove_all(folder);
}

static void test_rules__refuses_what_is_no_rule_file(void **state)
{
    static const char *const bad[] = {"- a\n- b\n", "hello\n", "a: [\n", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        parsed p = parse(*state, bad[i]);
        assert_false(p.usable);
        assert_true(p.diags.errors > 0);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(test_rules__reads_every_key),
        TEST(test_rules__has_defaults),
        TEST(test_rules__reads_min_words),
        TEST(test_rules__parts_may_repeat),
        TEST(test_rules__sees_repeats_in_other_spelling),
        TEST(test_rules__reads_windows),
        TEST(test_rules__refuses_bad_windows),
        TEST(test_rules__orders_rules_by_what_they_rest_on),
        TEST(test_rules__refuses_unknown_and_circular_references),
        TEST(test_rules__refuses_unknown_keys_with_a_suggestion),
        TEST(test_rules__refuses_bad_ids),
        TEST(test_rules__needs_its_keys),
        TEST(test_rules__keeps_keys_to_their_kinds),
        TEST(test_rules__refuses_bad_phrases),
        TEST(test_rules__warns_of_repeated_phrases),
        TEST(test_rules__refuses_a_rival_that_is_a_phrase),
        TEST(test_rules__refuses_bad_regexes),
        TEST(test_rules__refuses_bad_examples),
        TEST(test_rules__knows_languages),
        TEST(test_rules__limits_the_wordings_of_a_file),
        TEST(test_rules__hash_covers_what_changes_a_judgement),
        TEST(test_rules__hash_is_of_the_text),
        TEST(test_rules__example_is_a_call),
        TEST(test_rules__example_may_say_its_end),
        TEST(test_rules__example_says_what_is_wrong),
        TEST(test_rules__loads_folders_in_order),
        TEST(test_rules__load_fails_on_nothing),
        TEST(test_rules__refuses_what_is_no_rule_file),
    };
    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
