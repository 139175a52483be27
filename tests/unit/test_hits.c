/* test_hits.c - finding and merging hits: what excuses, what covers what, and how long many take.
 */
#include "test_helpers.h"

#include "stage/hits.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

#ifdef __SANITIZE_ADDRESS__
static const double most_seconds = 5;
#else
static const double most_seconds = 1;
#endif

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

static void add_line(ca_arena *arena, ca_call *call, const char *text, int64_t start_ms,
                     int64_t end_ms, double confidence)
{
    ca_word_reader reader = {text, text + strlen(text), false};
    ca_text_word found;
    const size_t first = call->words.count;
    while (ca_text_word_next(&reader, &found)) {
        ca_word *word = ca_push(arena, &call->words);
        assert_non_null(word);
        *word = (ca_word){start_ms, end_ms, confidence, ca_text_word_spell(&found, arena)};
    }
    ca_line *line = ca_push(arena, &call->lines);
    assert_non_null(line);
    *line = (ca_line){.speaker = CA_AGENT,
                      .tier = CA_TIER_IMPORT,
                      .start_ms = start_ms,
                      .end_ms = end_ms,
                      .confidence = confidence,
                      .first_word = first,
                      .word_count = call->words.count - first};
}

/* Hits of {phrases: [problem], rivals: [no problem], unless: [sorry]}. */
static ca_hits find(ca_arena *arena, const ca_call *call, bool *limited)
{
    static ca_wording phrase = {"problem", 1, 1}, rival = {"no problem", 2, 1},
                      unless = {"sorry", 3, 1};
    const ca_rule rule = {
        .phrases = {&phrase, 1, 1}, .rivals = {&rival, 1, 1}, .unless = {&unless, 1, 1}};
    rule_patterns patterns;
    heard_call heard;
    ca_hits hits = {0};
    ca_error err = {0};
    assert_true(rule_patterns_compile(&rule, &patterns, arena, &err));
    assert_true(heard_init(&heard, call, arena, &err));
    assert_true(hits_find(&heard, &patterns, CA_WHO_AGENT, 0.3, &hits, limited, &err));
    rule_patterns_release(&patterns);
    return hits;
}

static void test_hits__doubtful_line_excuses_itself_alone(void **state)
{
    static ca_channel channel = {.speaker = CA_AGENT};
    static ca_segment segment = {0, 0, 10000};
    static const struct {
        double confidence; /* of the line with the excuse */
        size_t hits;
    } cases[] = {{0.29, 1}, {0.3, 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        ca_call call = {.channels = {&channel, 1, 1}, .segments = {&segment, 1, 1}};
        bool limited = false;
        add_line(*state, &call, "sorry that is a problem", 1000, 2000, cases[i].confidence);
        add_line(*state, &call, "a problem", 3000, 4000, 0.9);
        ca_hits hits = find(*state, &call, &limited);
        assert_int_equal(hits.count, cases[i].hits);
        assert_true(hits.count == 0 || hits.items[0].start_ms == 3000);
        assert_false(limited);
    }
}

static void test_hits__rivals_beat_inside_or_surer(void **state)
{
    bool limited = false;
    ca_call call = {0};
    add_line(*state, &call, "no problem but a problem", 0, 1000, 0.5); /* one of two is left */
    add_line(*state, &call, "problem", 10000, 11000, 0.5);             /* beaten by the next */
    add_line(*state, &call, "no problem", 10200, 11200, 0.6);
    add_line(*state, &call, "problem", 20000, 21000, 0.5); /* the rival is no surer */
    add_line(*state, &call, "no problem", 20000, 21000, 0.5);
    add_line(*state, &call, "problem", 30000, 31000, 0.5); /* overlaps too little */
    add_line(*state, &call, "no problem", 30300, 31300, 0.9);
    ca_hits hits = find(*state, &call, &limited);
    assert_int_equal(hits.count, 3);
    assert_int_equal(hits.items[0].start_ms, 0);
    assert_int_equal(hits.items[1].start_ms, 20000);
    assert_int_equal(hits.items[2].start_ms, 30000);
    assert_false(limited);
}

/* ---- merging, against its definition ---- */

static int stronger(const void *left, const void *right)
{
    const ca_hit *a = left, *b = right;
    int64_t m = a->end_ms - a->start_ms, n = b->end_ms - b->start_ms;
    if (a->confidence != b->confidence) {
        return a->confidence > b->confidence ? -1 : 1;
    }
    if (m != n) {
        return m > n ? -1 : 1;
    }
    if (a->start_ms != b->start_ms) {
        return a->start_ms < b->start_ms ? -1 : 1;
    }
    return (a->speaker > b->speaker) - (a->speaker < b->speaker);
}

/* Keeps what overlaps nothing kept, the strongest first; returns how many, the sum of the starts of
 * which goes to *sum. */
static size_t merge_plainly(ca_hit *hits, size_t count, int64_t *sum)
{
    size_t kept = 0;
    *sum = 0;
    qsort(hits, count, sizeof *hits, stronger);
    for (size_t i = 0; i < count; i++) {
        bool covered = false;
        for (size_t k = 0; k < kept && !covered; k++) {
            covered = hits[i].speaker == hits[k].speaker &&
                      (hits[i].start_ms == hits[k].start_ms ||
                       (hits[i].start_ms < hits[k].end_ms && hits[k].start_ms < hits[i].end_ms));
        }
        if (!covered) {
            *sum += hits[i].start_ms * (hits[i].speaker + 1);
            hits[kept++] = hits[i];
        }
    }
    return kept;
}

static void test_hits__merge_keeps_the_strongest(void **state)
{
    unsigned random = 1;
    for (int round = 0; round < 400; round++) {
        ca_hits hits = {0};
        ca_hit copy[40];
        ca_error err = {0};
        size_t count = (size_t)round % COUNT(copy) + 1;
        for (size_t i = 0; i < count; i++) {
            ca_hit *hit = ca_push(*state, &hits);
            assert_non_null(hit);
            unsigned dice[4];
            for (size_t d = 0; d < COUNT(dice); d++) {
                random = random * 1664525U + 1013904223U;
                dice[d] = random >> 16;
            }
            *hit = (ca_hit){.speaker = (ca_speaker)(dice[0] % 2),
                            .start_ms = dice[1] % 60,
                            .confidence = dice[2] % 3 / 2.0,
                            .text = "",
                            .pattern = ""};
            hit->end_ms = hit->start_ms + dice[3] % 12;
            copy[i] = *hit;
        }
        int64_t wanted = 0, sum = 0;
        size_t kept = merge_plainly(copy, count, &wanted);
        assert_true(hits_merge(&hits, *state, &err));
        assert_int_equal(hits.count, kept);
        for (size_t i = 0; i < hits.count; i++) {
            sum += hits.items[i].start_ms * (hits.items[i].speaker + 1);
            assert_true(i == 0 || hits.items[i - 1].start_ms <= hits.items[i].start_ms);
        }
        assert_int_equal(sum, wanted);
    }
}

/* ---- many ---- */

enum { MANY = 100000 };

static void check_many(ca_arena *arena, const ca_call *call, size_t wanted, bool expect_limited)
{
    ca_error err = {0};
    bool limited = false;
    clock_t begin = clock();
    ca_hits hits = find(arena, call, &limited);
    assert_true(hits_merge(&hits, arena, &err));
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    assert_int_equal(hits.count, wanted);
    assert_int_equal(limited, expect_limited);
    if (seconds > most_seconds) {
        fail_msg("%zu lines took %.2f s", call->lines.count, seconds);
    }
}

static void test_hits__many_lines(void **state)
{
    ca_call call = {0};
    for (int i = 0; i < MANY; i++) {
        add_line(*state, &call, "a problem and no problem", i * 10, i * 10 + 9, 1);
    }
    check_many(*state, &call, MANY, false);
}

static void test_hits__many_in_one_line(void **state)
{
    ca_call call = {0};
    ca_buf text = {0};
    for (int i = 0; i < MANY; i++) {
        ca_buf_puts(&text, "a problem no problem ");
    }
    add_line(*state, &call, ca_buf_text(&text), 0, 1000000, 1);
    ca_buf_release(&text);
    for (size_t i = 0; i < call.words.count; i++) {
        call.words.items[i].start_ms = (int64_t)i;
        call.words.items[i].end_ms = (int64_t)i + 1;
    }
    check_many(*state, &call, MANY, false);
}

/* Lines whose times say nothing, or overlap all of them a little. */
static void test_hits__many_at_the_same_time(void **state)
{
    ca_call untimed = {0};
    ca_call nested = {0};
    for (int i = 0; i < MANY / 2; i++) {
        add_line(*state, &untimed, "problem", 0, 0, 1);
        add_line(*state, &untimed, "no problem", 0, 0, 1);
        add_line(*state, &nested, "problem", i, MANY - i, 1);
        add_line(*state, &nested, "no problem", i, MANY - i, 1);
    }
    check_many(*state, &untimed, 1, false);
    check_many(*state, &nested, 1, false);
    ca_call apart = {0};
    for (int i = 0; i < MANY / 2; i++) {
        add_line(*state, &apart, "problem", i, 2 * MANY + i, 0.5);
        add_line(*state, &apart, "no problem", MANY + i, 3 * MANY + i, 0.6);
    }
    check_many(*state, &apart, 1, true);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(test_hits__doubtful_line_excuses_itself_alone),
        TEST(test_hits__rivals_beat_inside_or_surer),
        TEST(test_hits__merge_keeps_the_strongest),
        TEST(test_hits__many_lines),
        TEST(test_hits__many_in_one_line),
        TEST(test_hits__many_at_the_same_time),
    };
    return cmocka_run_group_tests_name("hits", tests, NULL, NULL);
}
