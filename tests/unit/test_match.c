/* test_match.c - verdicts: rules in YAML against calls written as examples. */
#include "callaudit/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEAD           "ruleset: desk\nlanguage: en-US\nrules:\n"
#define RULE(id, kind) "  - id: " id "\n    title: T\n    dimension: courtesy\n    kind: " kind "\n"

static const ca_belief belief = {.accept = 0.5, .doubt = 0.3, .min_snr_db = 10};

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

static void add_rules(ca_arena *arena, const char *text, ca_rulesets *sets)
{
    ca_diags diags;
    ca_diags_init(&diags, arena);
    assert_true(ca_rules_parse("rules.yaml", text, strlen(text), sets, &diags, arena));
    if (diags.errors > 0) {
        fail_msg("line %d: %s", diags.list.items[0].line, diags.list.items[0].message);
    }
}

static void make_call(ca_arena *arena, const char *text, ca_call *call)
{
    const ca_example example = {.text = text};
    ca_error err = {0};
    if (!ca_example_call(&example, "en-US", call, arena, &err)) {
        fail_msg("%s", err.msg);
    }
}

static void judge_by(ca_arena *arena, const ca_rulesets *sets, ca_call *call)
{
    ca_error err = {0};
    ca_matcher *matcher = ca_matcher_new(sets, &err);
    assert_non_null(matcher);
    assert_true(ca_match(matcher, &belief, call, arena, &err));
    ca_matcher_free(matcher);
}

/* Judges the call by the rules of one text; the finding of its first rule. */
static const ca_finding *judge(ca_arena *arena, const char *rules, ca_call *call)
{
    ca_rulesets sets = {0};
    add_rules(arena, ca_arena_printf(arena, HEAD "%s", rules), &sets);
    judge_by(arena, &sets, call);
    assert_true(call->findings.count > 0);
    return &call->findings.items[0];
}

static void check(ca_arena *arena, const char *rules, const char *text, ca_verdict verdict)
{
    ca_call call;
    make_call(arena, text, &call);
    const ca_finding *finding = judge(arena, rules, &call);
    if (finding->verdict != verdict) {
        fail_msg("'%s': %s", text, ca_verdict_name(finding->verdict));
    }
}

static void set_confidence(ca_call *call, size_t line, double confidence)
{
    call->lines.items[line].confidence = confidence;
}

static void add_channel(ca_arena *arena, ca_call *call, ca_speaker speaker, double snr_db,
                        int64_t speech_ms)
{
    *ca_push(arena, &call->channels) =
        (ca_channel){.speaker = speaker, .snr_db = snr_db, .speech_ms = speech_ms};
}

/* ---- findings and hits ---- */

static const char thanks[] = RULE("thanks", "required") "    phrases: [thank you]\n    weight: 7\n";

static void test_match__a_hit_says_what_was_heard_and_when(void **state)
{
    ca_call call;
    make_call(*state, "[0:02 agent] well thank you sir", &call);
    const ca_finding *finding = judge(*state, thanks, &call);
    assert_int_equal(finding->verdict, CA_HIT);
    assert_int_equal(finding->ok, 1);
    assert_string_equal(finding->rule_id, "thanks");
    assert_string_equal(finding->title, "T");
    assert_int_equal(finding->weight, 7);
    assert_int_equal(finding->hit_count, 1);
    assert_int_equal(finding->nearest, -1);
    assert_null(finding->note);
    assert_int_equal(finding->window_start_ms, 0);
    assert_int_equal(finding->window_end_ms, call.duration_ms);
    const ca_hit *hit = &call.hits.items[finding->first_hit];
    assert_string_equal(hit->text, "thank you");
    assert_string_equal(hit->pattern, "thank you");
    assert_int_equal(hit->speaker, CA_AGENT);
    assert_int_equal(hit->start_ms, 2350);
    assert_int_equal(hit->end_ms, 3050);
    assert_true(hit->confidence == 1);
}

static void test_match__a_miss_says_the_nearest_thing_heard(void **state)
{
    static const char rules[] =
        RULE("thanks", "required") "    within: {first: 5s}\n    phrases: [thank you]\n";
    ca_call call;
    make_call(*state, "[0:01 agent] thank you [0:10 agent] thank you [0:20 agent] bye", &call);
    set_confidence(&call, 0, 0.2);
    const ca_finding *finding = judge(*state, rules, &call);
    assert_int_equal(finding->verdict, CA_MISS);
    assert_int_equal(finding->ok, 0);
    assert_int_equal(finding->hit_count, 0);
    assert_int_equal(call.hits.count, 1);
    assert_int_equal(finding->nearest, 0);
    assert_int_equal(call.hits.items[0].start_ms, 1000); /* inside the window comes first */
    make_call(*state, "[0:10 agent] thank you [0:20 agent] bye", &call);
    finding = judge(*state, rules, &call);
    assert_int_equal(call.hits.items[finding->nearest].start_ms, 10000);
    make_call(*state, "[0:10 agent] bye", &call);
    assert_int_equal(judge(*state, rules, &call)->nearest, -1);

    make_call(*state, "[0:10 agent] thank you [0:28 agent] thank you [0:30 end]", &call);
    set_confidence(&call, 1, 0.2);
    finding = judge(
        *state, RULE("a", "required") "    within: {last: 5s}\n    phrases: [thank you]\n", &call);
    assert_int_equal(call.hits.items[finding->nearest].start_ms, 28000);
}

static void test_match__confidence_decides(void **state)
{
    static const struct {
        double confidence;
        ca_verdict verdict;
    } cases[] = {
        {0.5, CA_HIT}, {0.499, CA_UNSURE}, {0.3, CA_UNSURE}, {0.299, CA_MISS}, {0, CA_MISS}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ca_call call;
        make_call(*state, "[0:02 agent] thank you", &call);
        set_confidence(&call, 0, cases[i].confidence);
        const ca_finding *finding = judge(*state, thanks, &call);
        assert_int_equal(finding->verdict, cases[i].verdict);
        if (cases[i].verdict == CA_UNSURE) {
            assert_int_equal(finding->ok, -1);
            assert_int_equal(finding->hit_count, 1);
            assert_non_null(strstr(finding->note, "confidence"));
        }
    }
}

static void test_match__forbidden_is_satisfied_by_a_miss(void **state)
{
    static const char rules[] = RULE("rude", "forbidden") "    phrases: [shut up]\n"
                                                          "    critical: true\n";
    ca_call call;
    make_call(*state, "[0:02 agent] shut up", &call);
    const ca_finding *finding = judge(*state, rules, &call);
    assert_int_equal(finding->verdict, CA_HIT);
    assert_int_equal(finding->ok, 0);
    assert_true(finding->critical);
    make_call(*state, "[0:02 agent] hello", &call);
    assert_int_equal(judge(*state, rules, &call)->ok, 1);
}

static void test_match__asks_who_spoke(void **state)
{
    static const char any[] = RULE("a", "required") "    who: any\n    phrases: [hello]\n";
    static const char customer[] =
        RULE("a", "required") "    who: customer\n    phrases: [hello]\n";
    check(*state, thanks, "[0:02 customer] thank you", CA_MISS);
    check(*state, customer, "[0:02 agent] hello", CA_MISS);
    check(*state, customer, "[0:02 customer] hello", CA_HIT);
    check(*state, any, "[0:02 customer] hello", CA_HIT);
    check(*state, any, "[0:02 agent] hello", CA_HIT);
}

static void test_match__finds_all_matches_of_a_line(void **state)
{
    static const char rules[] =
        RULE("a", "limit") "    max: 2\n    phrases: [sorry]\n    regex: 'apolog\\w+'\n";
    ca_call call;
    make_call(*state, "[0:02 agent] sorry sorry i apologize and sorry again", &call);
    const ca_finding *finding = judge(*state, rules, &call);
    assert_int_equal(finding->verdict, CA_HIT);
    assert_int_equal(finding->ok, 0);
    assert_int_equal(finding->hit_count, 4);
    const ca_hit *hits = &call.hits.items[finding->first_hit];
    assert_string_equal(hits[2].text, "apologize");
    assert_string_equal(hits[2].pattern, "apolog\\w+");
    for (size_t i = 1; i < 4; i++) {
        assert_true(hits[i - 1].start_ms < hits[i].start_ms);
    }
}

static void test_match__maps_chinese_text_to_words(void **state)
{
    static const char rules[] =
        "ruleset: zh\nlanguage: en-US\nrules:\n" RULE("a", "required") "    phrases: [为您服务]\n";
    ca_rulesets sets = {0};
    ca_call call;
    add_rules(*state, rules, &sets);
    make_call(*state, "[0:02 agent] 很高兴为您服务吗", &call);
    judge_by(*state, &sets, &call);
    assert_int_equal(call.findings.items[0].verdict, CA_HIT);
    assert_string_equal(call.hits.items[0].text, "为您服务");
    assert_int_equal(call.hits.items[0].start_ms, 2750);
    assert_int_equal(call.hits.items[0].end_ms, 3750);
}

/* Rules in one spelling, words in another: what is told is what was said and what was written. */
static void test_match__spelling_does_not_matter(void **state)
{
#define FLOW(id, kind) " - {id: " id ", title: T, dimension: courtesy, kind: " kind ", "
    static const char *const rules[] = {"ruleset: zh\nlanguage: en-US\nrules:\n",
                                        FLOW("a", "required"),
                                        "phrases: [您瞭解 計畫嗎]}\n",
                                        FLOW("b", "required"),
                                        "phrases: [ＡＴＭ卡]}\n",
                                        FLOW("c", "required"),
                                        "regex: '回[覆電]'}\n",
                                        FLOW("d", "forbidden"),
                                        "phrases: [稍等], rivals: [请稍等]}\n",
                                        FLOW("e", "forbidden"),
                                        "phrases: [没办法], unless: [对不起]}\n",
                                        FLOW("f", "required"),
                                        "phrases: [it's me]}\n"};
    static const struct {
        const char *text, *pattern;
        int64_t start_ms, end_ms;
    } wanted[] = {{"您了解计划吗", "您瞭解 計畫嗎", 2250, 3750},
                  {"atm 卡", "ＡＴＭ卡", 4000, 4600},
                  {"回复", "回[覆電]", 5250, 5750},
                  {"ｉt's me", "it's me", 9000, 9700}};
    ca_rulesets sets = {0};
    ca_call call;
    const char *text = "";
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        text = ca_arena_printf(*state, "%s%s", text, rules[i]);
    }
    add_rules(*state, text, &sets);
    make_call(*state,
              "[0:02 agent] 请您了解计划吗 [0:04 agent] atm 卡 [0:05 agent] 请回复 "
              "[0:06 agent] 請稍等 [0:07 agent] 對不起沒辦法 [0:09 agent] ｉt’s me",
              &call);
    judge_by(*state, &sets, &call);
    size_t hits = 0;
    for (size_t i = 0; i < call.findings.count; i++) {
        const ca_finding *finding = &call.findings.items[i];
        assert_int_equal(finding->ok, 1);
        if (finding->hit_count == 0) {
            continue;
        }
        const ca_hit *hit = &call.hits.items[finding->first_hit];
        assert_string_equal(hit->pattern, wanted[hits].pattern);
        assert_int_equal(hit->start_ms, wanted[hits].start_ms);
        assert_int_equal(hit->end_ms, wanted[hits].end_ms);
        assert_string_equal(hit->text, wanted[hits].text);
        hits++;
    }
    assert_int_equal(hits, 4);
}

static void test_match__parts_of_a_phrase_count(void **state)
{
    static const char rules[] =
        RULE("a", "required") "    phrases: [how may i help you]\n    min_words: 3\n"
                              "    rivals: [how i may]\n";
    check(*state, rules, "[0:02 agent] how may i help you", CA_HIT);
    check(*state, rules, "[0:02 agent] may i help", CA_HIT);
    check(*state, rules, "[0:02 agent] may help", CA_MISS);
    check(*state, rules, "[0:02 agent] i may help you", CA_HIT); /* "may help you" */
    check(*state, rules, "[0:02 agent] how may the bank help you", CA_MISS);
    check(*state, rules, "[0:02 agent] how i may", CA_MISS);
}

/* A whole phrase and its parts, heard as lines of their own, are one hit: the surest; of those that
 * are equally sure the longest. */
static void test_match__parts_of_a_phrase_are_one_hit(void **state)
{
    static const char rules[] =
        RULE("a", "limit") "    phrases: [how may i help you]\n    min_words: 3\n    max: 0\n";
    static const char text[] = "[0:02 agent] how may i help [0:02 agent] how may i help you "
                               "[0:02 agent] may i help you";
    static const struct {
        double confidence[3];
        const char *text;
    } cases[] = {{{0.7, 0.7, 0.7}, "how may i help you"},
                 {{0.6, 0.9, 0.8}, "how may i help you"},
                 {{0.9, 0.8, 0.8}, "how may i help"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ca_call call;
        make_call(*state, text, &call);
        for (size_t k = 0; k < call.lines.count; k++) { /* which are sorted */
            const ca_line *line = &call.lines.items[k];
            const char *said =
                ca_words_text(&call.words, line->first_word, line->word_count, *state);
            const size_t which = line->word_count == 5 ? 1 : strstr(said, "you") != NULL ? 2 : 0;
            set_confidence(&call, k, cases[i].confidence[which]);
        }
        const ca_finding *finding = judge(*state, rules, &call);
        assert_int_equal(finding->verdict, CA_HIT);
        assert_int_equal(finding->hit_count, 1);
        assert_string_equal(call.hits.items[finding->first_hit].text, cases[i].text);
        assert_string_equal(call.hits.items[finding->first_hit].pattern, "how may i help you");
    }
}

static void test_match__a_match_inside_a_word_takes_the_word(void **state)
{
    ca_call call;
    make_call(*state, "[0:02 agent] we unfortunately closed", &call);
    const ca_finding *finding =
        judge(*state, RULE("a", "required") "    regex: 'fortunate'\n", &call);
    assert_string_equal(call.hits.items[finding->first_hit].text, "unfortunately");
    assert_int_equal(call.hits.items[finding->first_hit].start_ms, 2350);
    assert_int_equal(call.hits.items[finding->first_hit].end_ms, 2700);
}

/* ---- limits ---- */

static void test_match__limit_counts(void **state)
{
    static const char rules[] = RULE("a", "limit") "    max: 1\n    phrases: [sorry]\n";
    ca_call call;
    make_call(*state, "[0:02 agent] sorry", &call);
    const ca_finding *finding = judge(*state, rules, &call);
    assert_int_equal(finding->verdict, CA_MISS);
    assert_int_equal(finding->ok, 1);
    assert_int_equal(finding->hit_count, 1); /* shown although allowed */
    make_call(*state, "[0:02 agent] sorry [0:09 agent] sorry", &call);
    assert_int_equal(judge(*state, rules, &call)->verdict, CA_HIT);
    make_call(*state, "[0:02 agent] sorry [0:09 agent] sorry", &call);
    set_confidence(&call, 1, 0.4);
    finding = judge(*state, rules, &call);
    assert_int_equal(finding->verdict, CA_UNSURE);
    assert_int_equal(finding->hit_count, 2);
    set_confidence(&call, 0, 0.4);
    set_confidence(&call, 1, 1);
    judge(*state, rules, &call);
    assert_int_equal(call.hits.items[0].start_ms, 2000); /* by time, not by confidence */
}

static void test_match__overlapping_hits_are_one(void **state)
{
    static const char rules[] =
        RULE("a", "limit") "    max: 1\n    phrases: [so sorry, sorry sir]\n";
    ca_call call;
    make_call(*state, "[0:02 agent] so sorry sir [0:02 agent] so sorry sir", &call);
    set_confidence(&call, 1, 0.75);
    const ca_finding *finding = judge(*state, rules, &call);
    assert_int_equal(finding->verdict, CA_MISS);
    assert_int_equal(finding->hit_count, 1);
    assert_true(call.hits.items[finding->first_hit].confidence == 1);
    make_call(*state, "[0:02 agent] so sorry [0:02 customer] so sorry", &call);
    finding = judge(
        *state, RULE("a", "limit") "    who: any\n    max: 9\n    phrases: [so sorry]\n", &call);
    assert_int_equal(finding->hit_count, 2); /* two speakers are two */
}

/* ---- windows ---- */

static void test_match__window_first(void **state)
{
    static const char seconds[] =
        RULE("a", "required") "    within: {first: 20s}\n    phrases: [hello]\n";
    static const char share[] =
        RULE("a", "required") "    within: {first: 50%}\n    phrases: [hello]\n";
    check(*state, seconds, "[0:19 agent] hello [0:40 end]", CA_HIT);
    check(*state, seconds, "[0:20 agent] hello [0:40 end]", CA_MISS);
    check(*state, share, "[0:19 agent] hello [0:40 end]", CA_HIT);
    check(*state, share, "[0:20 agent] hello [0:40 end]", CA_MISS);
}

static void test_match__window_last(void **state)
{
    static const char rules[] =
        RULE("a", "required") "    within: {last: 10s}\n    phrases: [good bye sir]\n";
    ca_call call;
    check(*state, rules, "[0:30 agent] good bye sir [0:40 end]", CA_HIT);
    check(*state, rules, "[0:29 agent] good bye sir [0:40 end]", CA_HIT); /* ends inside */
    check(*state, rules, "[0:28 agent] good bye sir [0:40 end]", CA_MISS);
    make_call(*state, "[0:02 agent] good bye sir", &call);
    assert_int_equal(judge(*state, rules, &call)->window_start_ms, 0); /* a call of 3 s */
}

#define AFTER                                                                                      \
    RULE("a", "required")                                                                          \
    "    within: {after: b, limit: 10s}\n    phrases: [hello]\n" RULE(                             \
        "b", "required") "    phrases: [wait]\n"

static void test_match__window_after(void **state)
{
    ca_call call;
    check(*state, AFTER, "[0:05 agent] wait [0:15 agent] hello [0:40 end]", CA_HIT);
    check(*state, AFTER, "[0:05 agent] wait [0:16 agent] hello [0:40 end]", CA_MISS);
    check(*state, AFTER, "[0:04 agent] hello [0:05 agent] wait [0:40 end]", CA_MISS);
    check(*state, AFTER, "[0:05 agent] wait hello", CA_HIT);
    check(*state, AFTER, "[0:05 agent] wait [0:30 agent] wait hello", CA_MISS); /* the first */
    make_call(*state, "[0:05 agent] wait [0:40 end]", &call);
    const ca_finding *finding = judge(*state, AFTER, &call);
    assert_int_equal(finding->window_start_ms, 5350);
    assert_int_equal(finding->window_end_ms, 15350);
}

static void test_match__window_before(void **state)
{
    static const char rules[] =
        RULE("a", "required") "    within: {before: b, limit: 10s}\n    phrases: [hello]\n" RULE(
            "b", "required") "    phrases: [bye]\n";
    static const char open[] =
        RULE("a", "required") "    within: {before: b}\n    phrases: [hello]\n" RULE(
            "b", "required") "    phrases: [bye]\n";
    check(*state, rules, "[0:20 agent] hello [0:30 agent] bye", CA_HIT);
    check(*state, rules, "[0:19 agent] hello [0:30 agent] bye", CA_MISS);
    check(*state, rules, "[0:30 agent] bye [0:35 agent] hello", CA_MISS);
    check(*state, open, "[0:01 agent] hello [0:30 agent] bye", CA_HIT);
    check(*state, open, "[0:30 agent] bye [0:35 agent] hello", CA_MISS);
}

static void test_match__does_not_apply_without_the_other_rule(void **state)
{
    ca_call call;
    make_call(*state, "[0:05 agent] hello", &call);
    const ca_finding *finding = judge(*state, AFTER, &call);
    assert_int_equal(finding->verdict, CA_NA);
    assert_int_equal(finding->ok, -1);
    assert_non_null(strstr(finding->note, "'b' was not heard"));
    assert_int_equal(finding->hit_count, 0);
    make_call(*state, "[0:05 agent] wait hello", &call);
    set_confidence(&call, 0, 0.4);
    finding = judge(*state, AFTER, &call);
    assert_int_equal(finding->verdict, CA_UNSURE);
    assert_non_null(strstr(finding->note, "'b' is unsure"));
}

static void test_match__a_limit_that_was_kept_is_still_heard(void **state)
{
    static const char rules[] =
        RULE("a", "required") "    within: {after: b}\n    phrases: [hello]\n" RULE(
            "b", "limit") "    max: 5\n    phrases: [wait]\n";
    check(*state, rules, "[0:05 agent] wait [0:09 agent] hello", CA_HIT);
    check(*state, rules, "[0:05 agent] hello", CA_NA);
}

/* ---- unless and rivals ---- */

static const char unless[] =
    RULE("a", "forbidden") "    phrases: [someone will call you]\n    unless: [by tomorrow]\n";

static void test_match__unless_excuses_its_line(void **state)
{
    check(*state, unless, "[0:02 agent] someone will call you", CA_HIT);
    check(*state, unless, "[0:02 agent] someone will call you by tomorrow", CA_MISS);
    check(*state, unless, "[0:02 agent] someone will call you [0:09 agent] by tomorrow", CA_HIT);
}

static void test_match__unless_excuses_its_stretch_of_speech(void **state)
{
    ca_call call;
    make_call(*state, "[0:02 agent] someone will call you [0:04 agent] by tomorrow", &call);
    add_channel(*state, &call, CA_AGENT, 20, 5000);
    add_channel(*state, &call, CA_CUSTOMER, 20, 5000);
    *ca_push(*state, &call.segments) = (ca_segment){1, 1000, 6000};
    *ca_push(*state, &call.segments) = (ca_segment){0, 1000, 6000};
    assert_int_equal(judge(*state, unless, &call)->verdict, CA_MISS);
    set_confidence(&call, 1, 0.2); /* hardly said */
    assert_int_equal(judge(*state, unless, &call)->verdict, CA_HIT);
    set_confidence(&call, 1, 1);
    call.segments.items[1].end_ms = 3800; /* another stretch */
    assert_int_equal(judge(*state, unless, &call)->verdict, CA_HIT);
}

#define RIVALS                                                                                     \
    RULE("a", "required") "    phrases: [thank you]\n    rivals: [thank you for nothing]\n"

static void test_match__a_rival_in_the_line_wins(void **state)
{
    check(*state, RIVALS, "[0:02 agent] thank you for coming", CA_HIT);
    check(*state, RIVALS, "[0:02 agent] thank you for nothing", CA_MISS);
    check(*state, RIVALS, "[0:02 agent] thank you for nothing and thank you", CA_HIT);
}

/* Line 0 says the phrase and line 1 the rival at the same time. */
static ca_verdict race(ca_arena *arena, const char *text, double phrase, double rival)
{
    static const char rules[] = RULE("a", "required") "    phrases: [set up your]\n"
                                                      "    rivals: [shut up you]\n";
    ca_call call;
    make_call(arena, text, &call);
    for (size_t i = 0; i < 2; i++) {
        const char *word = call.words.items[call.lines.items[i].first_word].text;
        set_confidence(&call, i, strcmp(word, "set") == 0 ? phrase : rival);
    }
    return judge(arena, rules, &call)->verdict;
}

static void test_match__a_rival_in_another_line_must_be_better(void **state)
{
    static const char same[] = "[0:02 agent] set up your [0:02 agent] shut up you";
    assert_int_equal(race(*state, same, 0.6, 0.7), CA_MISS);
    assert_int_equal(race(*state, same, 0.7, 0.6), CA_HIT);
    assert_int_equal(race(*state, same, 0.6, 0.6), CA_HIT);
}

static void test_match__a_rival_in_another_line_must_be_there_at_that_time(void **state)
{
    /* a line lasts 1050 ms: 0.7 of it are 735 ms */
    ca_call call;
    static const char rules[] = RULE("a", "required") "    phrases: [set up your]\n"
                                                      "    rivals: [shut up you]\n";
    for (int64_t shift = 315; shift <= 316; shift++) {
        make_call(*state, "[0:02 agent] set up your [0:02 agent] shut up you", &call);
        set_confidence(&call, 0, 0.6);
        for (size_t i = 3; i < 6; i++) {
            call.words.items[i].start_ms += shift - 1;
            call.words.items[i].end_ms += shift - 1;
        }
        assert_int_equal(judge(*state, rules, &call)->verdict, shift == 315 ? CA_MISS : CA_HIT);
    }
    make_call(*state, "[0:02 agent] set up your [0:02 customer] shut up you", &call);
    set_confidence(&call, 0, 0.6);
    const char *any = ca_arena_printf(*state, "%s    who: any\n", rules);
    assert_int_equal(judge(*state, any, &call)->verdict, CA_HIT); /* somebody else */
}

/* ---- who can be told, what could be heard ---- */

static void test_match__a_mixed_channel_hides_who_spoke(void **state)
{
    static const char forbidden[] = RULE("a", "forbidden") "    phrases: [shut up]\n";
    static const char limit[] = RULE("a", "limit") "    max: 0\n    phrases: [shut up]\n";
    static const char any[] = RULE("a", "forbidden") "    who: any\n    phrases: [shut up]\n";
    ca_call call;
    check(*state, thanks, "[0:02 mixed] thank you", CA_HIT);
    check(*state, limit, "[0:02 mixed] shut up", CA_UNSURE);
    check(*state, any, "[0:02 mixed] shut up", CA_HIT);
    make_call(*state, "[0:02 mixed] shut up", &call);
    const ca_finding *finding = judge(*state, forbidden, &call);
    assert_int_equal(finding->verdict, CA_UNSURE);
    assert_int_equal(finding->hit_count, 1);
    assert_non_null(strstr(finding->note, "one channel"));
}

static void check_fitness(ca_arena *arena, double agent_snr, int64_t agent_speech,
                          ca_verdict verdict, const char *note)
{
    ca_call call;
    make_call(arena, "[0:02 agent] hello", &call);
    add_channel(arena, &call, CA_AGENT, agent_snr, agent_speech);
    add_channel(arena, &call, CA_CUSTOMER, 30, 1000);
    const ca_finding *finding = judge(arena, thanks, &call);
    assert_int_equal(finding->verdict, verdict);
    if (note != NULL) {
        assert_non_null(strstr(finding->note, note));
    }
}

static void test_match__a_miss_needs_audio_that_can_be_heard(void **state)
{
    check_fitness(*state, 10, 1000, CA_MISS, NULL);
    check_fitness(*state, 9.9, 1000, CA_UNSURE, "agent's side is too noisy: 9.9 dB");
    check_fitness(*state, 0, 0, CA_UNSURE, "agent's side is silent");
}

static void check_fault(ca_arena *arena, ca_channel channel, const char *note)
{
    ca_call call;
    make_call(arena, "[0:02 agent] hello", &call);
    *ca_push(arena, &call.channels) = channel;
    const ca_finding *finding = judge(arena, thanks, &call);
    assert_int_equal(finding->verdict, note != NULL ? CA_UNSURE : CA_MISS);
    assert_true((finding->note != NULL) == (note != NULL));
    if (note != NULL) {
        assert_string_equal(finding->note, note);
    }
}

static void test_match__a_miss_needs_audio_that_is_fit(void **state)
{
    const ca_channel fit = {CA_AGENT, 20, -20, 120, 0.10, 2000, 1000};
    ca_channel channel = fit;
    check_fault(*state, channel, NULL);
    channel.clip_share = 0.12;
    check_fault(*state, channel, "the agent's side is clipped: 12 % of it at full scale");
    channel.bandwidth_hz = 1400; /* the worse one is named */
    check_fault(*state, channel, "the agent's side is muffled: nothing above 1400 Hz");
    channel = fit;
    channel.bandwidth_hz = 1990;
    check_fault(*state, channel, "the agent's side is muffled: nothing above 1990 Hz");
    channel.bandwidth_hz = 0; /* not known */
    check_fault(*state, channel, NULL);
    channel = fit;
    channel.speech_ms = 999;
    check_fault(*state, channel, "the agent's side has only 999 ms of speech");
}

static void test_match__the_fittest_channel_of_a_side_counts(void **state)
{
    const ca_channel fit = {CA_AGENT, 12, -20, 120, 0, 3300, 5000};
    const ca_channel muffled = {CA_AGENT, 30, -20, 120, 0, 1400, 9000};
    const ca_channel brief = {CA_AGENT, 35, -20, 120, 0, 3300, 600};
    ca_call call;
    make_call(*state, "[0:02 agent] hello", &call);
    *ca_push(*state, &call.channels) = brief;
    *ca_push(*state, &call.channels) = muffled;
    assert_non_null(strstr(judge(*state, thanks, &call)->note, "muffled"));
    *ca_push(*state, &call.channels) = fit;
    assert_int_equal(judge(*state, thanks, &call)->verdict, CA_MISS);
    call.channels.items[2].speaker = CA_CUSTOMER; /* of no use to the agent's rule */
    assert_non_null(strstr(judge(*state, thanks, &call)->note, "muffled"));
}

static void test_match__fitness_is_of_the_side_that_is_asked_for(void **state)
{
    static const char any[] = RULE("a", "required") "    who: any\n    phrases: [thank you]\n";
    ca_call call;
    make_call(*state, "[0:02 agent] hello", &call);
    add_channel(*state, &call, CA_AGENT, 5, 1000);
    add_channel(*state, &call, CA_AGENT, 15, 1000); /* the best counts */
    assert_int_equal(judge(*state, thanks, &call)->verdict, CA_MISS);
    call.channels.items[1].speaker = CA_MIXED; /* carries the agent too */
    assert_int_equal(judge(*state, thanks, &call)->verdict, CA_MISS);
    call.channels.items[1].speaker = CA_CUSTOMER;
    assert_int_equal(judge(*state, thanks, &call)->verdict, CA_UNSURE);
    assert_int_equal(judge(*state, any, &call)->verdict, CA_MISS);
    call.channels.items[0].speaker = CA_CUSTOMER;
    assert_non_null(strstr(judge(*state, thanks, &call)->note, "not recorded"));
}

static void test_match__a_hit_in_noise_is_a_hit(void **state)
{
    ca_call call;
    make_call(*state, "[0:02 agent] thank you", &call);
    add_channel(*state, &call, CA_AGENT, 3, 1000);
    assert_int_equal(judge(*state, thanks, &call)->verdict, CA_HIT);
}

static void test_match__an_open_regex_needs_a_transcript(void **state)
{
    static const char rules[] = RULE("a", "forbidden") "    regex: 'no \\w+ refund'\n";
    static const char finite[] = RULE("a", "forbidden") "    regex: 'no (?:full|fast) refund'\n";
    ca_call call;
    make_call(*state, "[0:02 agent] hello", &call);
    call.transcript = false;
    const ca_finding *finding = judge(*state, rules, &call);
    assert_int_equal(finding->verdict, CA_UNSURE);
    assert_string_equal(finding->note, "needs a transcript");
    assert_int_equal(judge(*state, finite, &call)->verdict, CA_MISS);
    call.transcript = true;
    assert_int_equal(judge(*state, rules, &call)->verdict, CA_MISS);
    make_call(*state, "[0:02 agent] no full refund", &call);
    call.transcript = false;
    assert_int_equal(judge(*state, rules, &call)->verdict, CA_HIT);
}

static void test_match__a_limit_of_the_pattern_is_no_miss(void **state)
{
    static const char rules[] = RULE("a", "required") "    regex: '^(?:a+)+(?:x+)+z?$|q'\n";
    ca_call call;
    make_call(*state,
              "[0:02 agent] aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaxxxxxxxxxxxxxxxxxxxxxb",
              &call);
    const ca_finding *finding = judge(*state, rules, &call);
    assert_int_equal(finding->verdict, CA_UNSURE);
    assert_non_null(strstr(finding->note, "matching limit"));
}

/* ---- rule sets ---- */

static void test_match__judges_by_all_rule_sets_of_the_language(void **state)
{
    ca_rulesets sets = {0};
    ca_call call;
    add_rules(
        *state,
        "ruleset: zz\nlanguage: en-US\nrules:\n" RULE("z", "required") "    phrases: [hello]\n",
        &sets);
    add_rules(
        *state,
        "ruleset: other\nlanguage: zh-CN\nrules:\n" RULE("o", "required") "    phrases: [你好]\n",
        &sets);
    add_rules(*state,
              "ruleset: aa\nlanguage: en-US\nrules:\n" RULE(
                  "later", "required") "    within: {after: "
                                       "first}\n    phrases: "
                                       "[hello]\n" RULE("first", "required") "    "
                                                                             "phrases"
                                                                             ": "
                                                                             "[hello]"
                                                                             "\n",
              &sets);
    make_call(*state, "[0:02 agent] hello", &call);
    judge_by(*state, &sets, &call);
    assert_int_equal(call.findings.count, 3);
    assert_string_equal(call.findings.items[0].rule_id, "later"); /* as in the file */
    assert_string_equal(call.findings.items[1].rule_id, "first");
    assert_string_equal(call.findings.items[2].rule_id, "z");
    assert_string_equal(call.findings.items[2].ruleset, sets.items[0].hash.hex);
    char expected[128];
    (void)snprintf(expected, sizeof expected, "aa@%.16s zz@%.16s", sets.items[2].hash.hex,
                   sets.items[0].hash.hex);
    assert_string_equal(call.rulesets, expected);
}

static void test_match__a_call_in_a_language_without_rules_is_refused(void **state)
{
    ca_rulesets sets = {0};
    ca_call call;
    add_rules(*state, HEAD RULE("a", "required") "    phrases: [hello]\n", &sets);
    make_call(*state, "[0:02 agent] hello", &call);
    call.meta.language = "fr-FR";
    ca_error err = {0};
    ca_matcher *matcher = ca_matcher_new(&sets, &err);
    assert_false(ca_match(matcher, &belief, &call, *state, &err));
    assert_int_equal(err.reason, CA_REASON_NO_METADATA);
    assert_non_null(strstr(err.msg, "fr-FR"));
    ca_matcher_free(matcher);
}

static void test_match__judging_again_gives_the_same(void **state)
{
    ca_call call;
    ca_error err = {0};
    ca_buf once = {0}, twice = {0};
    make_call(*state, "[0:02 agent] thank you [0:02 agent] thank you [0:09 agent] bye", &call);
    judge(*state, thanks, &call);
    assert_true(ca_call_write(&call, true, &once, &err));
    judge(*state, thanks, &call);
    assert_true(ca_call_write(&call, true, &twice, &err));
    assert_string_equal(ca_buf_text(&once), ca_buf_text(&twice));
    ca_buf_release(&once);
    ca_buf_release(&twice);
}

static void test_match__judges_an_empty_call(void **state)
{
    ca_call call = {.meta.language = "en-US"};
    assert_int_equal(judge(*state, thanks, &call)->verdict, CA_MISS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(test_match__a_hit_says_what_was_heard_and_when),
        TEST(test_match__a_miss_says_the_nearest_thing_heard),
        TEST(test_match__confidence_decides),
        TEST(test_match__forbidden_is_satisfied_by_a_miss),
        TEST(test_match__asks_who_spoke),
        TEST(test_match__finds_all_matches_of_a_line),
        TEST(test_match__maps_chinese_text_to_words),
        TEST(test_match__spelling_does_not_matter),
        TEST(test_match__parts_of_a_phrase_count),
        TEST(test_match__parts_of_a_phrase_are_one_hit),
        TEST(test_match__a_match_inside_a_word_takes_the_word),
        TEST(test_match__limit_counts),
        TEST(test_match__overlapping_hits_are_one),
        TEST(test_match__window_first),
        TEST(test_match__window_last),
        TEST(test_match__window_after),
        TEST(test_match__window_before),
        TEST(test_match__does_not_apply_without_the_other_rule),
        TEST(test_match__a_limit_that_was_kept_is_still_heard),
        TEST(test_match__unless_excuses_its_line),
        TEST(test_match__unless_excuses_its_stretch_of_speech),
        TEST(test_match__a_rival_in_the_line_wins),
        TEST(test_match__a_rival_in_another_line_must_be_better),
        TEST(test_match__a_rival_in_another_line_must_be_there_at_that_time),
        TEST(test_match__a_mixed_channel_hides_who_spoke),
        TEST(test_match__a_miss_needs_audio_that_can_be_heard),
        TEST(test_match__a_miss_needs_audio_that_is_fit),
        TEST(test_match__the_fittest_channel_of_a_side_counts),
        TEST(test_match__fitness_is_of_the_side_that_is_asked_for),
        TEST(test_match__a_hit_in_noise_is_a_hit),
        TEST(test_match__an_open_regex_needs_a_transcript),
        TEST(test_match__a_limit_of_the_pattern_is_no_miss),
        TEST(test_match__judges_by_all_rule_sets_of_the_language),
        TEST(test_match__a_call_in_a_language_without_rules_is_refused),
        TEST(test_match__judging_again_gives_the_same),
        TEST(test_match__judges_an_empty_call),
    };
    return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
