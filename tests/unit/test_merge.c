/* One transcript of what two tiers heard. */
#include "test_helpers.h"

#include "callaudit/merge.h"

#include <math.h>
#include <string.h>

typedef struct fixture {
    ca_arena *arena;
    ca_call call;
    ca_error err;
} fixture;

static void begin(fixture *f)
{
    memset(f, 0, sizeof *f);
    f->arena = ca_arena_new(0);
}

/* A line whose words share its time evenly, each with the line's confidence. */
static void add(fixture *f, ca_tier tier, ca_speaker speaker, int64_t start, int64_t end,
                double confidence, const char *text)
{
    const size_t first = f->call.words.count;
    size_t count = 1;
    for (const char *c = text; *c; c++) {
        count += *c == ' ';
    }
    for (size_t i = 0; i < count; i++) {
        const size_t length = strcspn(text, " ");
        ca_word *word = ca_push(f->arena, &f->call.words);
        *word = (ca_word){start + (end - start) * (int64_t)i / (int64_t)count,
                          start + (end - start) * (int64_t)(i + 1) / (int64_t)count, confidence,
                          ca_arena_strndup(f->arena, text, length)};
        text += length + (text[length] == ' ');
    }
    ca_line *line = ca_push(f->arena, &f->call.lines);
    *line = (ca_line){.speaker = speaker,
                      .tier = tier,
                      .start_ms = start,
                      .end_ms = end,
                      .confidence = confidence,
                      .first_word = first,
                      .word_count = count};
}

static void assert_line(fixture *f, size_t index, const char *text)
{
    assert_true(index < f->call.lines.count);
    const ca_line *line = &f->call.lines.items[index];
    assert_string_equal(ca_words_text(&f->call.words, line->first_word, line->word_count, f->arena),
                        text);
}

static void merge(fixture *f)
{
    assert_true(ca_merge_phrases(&f->call, f->arena, &f->err));
}

static void test_merge__a_surer_phrase_takes_the_place_of_the_words_under_it(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    add(&f, CA_TIER_TRANSCRIPT, CA_AGENT, 1000, 5000, 0.2, "and the following is bank");
    add(&f, CA_TIER_PHRASE, CA_AGENT, 1100, 4300, 0.8, "thanks for calling");
    merge(&f);
    assert_line(&f, 0, "thanks for calling bank");
    assert_line(&f, 1, "thanks for calling");
    const ca_line *line = &f.call.lines.items[0];
    const ca_word *words = f.call.words.items + line->first_word;
    assert_int_equal(line->start_ms, 1100);
    assert_int_equal(line->end_ms, 5000);
    assert_true(fabs(line->confidence - 0.65) < 1e-9); /* (3 x .8 + .2) / 4 */
    assert_int_equal(words[2].end_ms, 4300);
    assert_int_equal(words[3].start_ms, 4300); /* cut short: the phrase reaches into it */
    assert_true(words[0].confidence == 0.8 && words[3].confidence == 0.2);
    assert_int_equal(f.call.words.count, 7); /* nothing is left that no line holds */
    assert_int_equal(f.call.lines.items[1].tier, CA_TIER_PHRASE);
    assert_true(f.call.lines.items[1].confidence == 0.8);
    ca_arena_free(f.arena);
}

static void test_merge__what_is_not_surer_or_not_believed_changes_nothing(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    add(&f, CA_TIER_TRANSCRIPT, CA_AGENT, 1000, 2000, 0.7, "hang on");
    add(&f, CA_TIER_PHRASE, CA_AGENT, 1000, 2000, 0.7, "hold on");
    add(&f, CA_TIER_TRANSCRIPT, CA_AGENT, 3000, 4000, 0.1, "bang on");
    add(&f, CA_TIER_PHRASE, CA_AGENT, 3000, 4000, 0.499, "hold on");
    merge(&f);
    assert_line(&f, 0, "hang on");
    assert_line(&f, 2, "bang on");
    ca_arena_free(f.arena);
}

static void test_merge__another_speaker_another_time_and_imports_are_left_alone(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    add(&f, CA_TIER_TRANSCRIPT, CA_CUSTOMER, 1000, 2000, 0.1, "hang on");
    add(&f, CA_TIER_TRANSCRIPT, CA_AGENT, 2000, 3000, 0.1, "yes sir");
    add(&f, CA_TIER_IMPORT, CA_AGENT, 1000, 2000, 0.1, "oh no");
    add(&f, CA_TIER_PHRASE, CA_AGENT, 1000, 2000, 0.9, "hold on");
    merge(&f);
    assert_line(&f, 0, "hang on");
    assert_line(&f, 1, "yes sir");
    assert_line(&f, 2, "oh no");
    ca_arena_free(f.arena);
}

static void test_merge__of_rival_readings_the_surest_is_taken_whatever_their_order(void **state)
{
    (void)state;
    static const double sure[] = {0.74, 0.69, 0.88};
    static const char *const texts[] = {"call is recorded", "call may be recorded",
                                        "call was recorded"};
    static const size_t orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}};
    for (size_t o = 0; o < 3; o++) {
        fixture f;
        begin(&f);
        add(&f, CA_TIER_TRANSCRIPT, CA_AGENT, 0, 3000, 0.3, "and cold recording my friend ok");
        for (size_t i = 0; i < 3; i++) {
            const size_t n = orders[o][i];
            add(&f, CA_TIER_PHRASE, CA_AGENT, 500, 2500, sure[n], texts[n]);
        }
        merge(&f);
        assert_line(&f, 0, "and call was recorded ok");
        ca_arena_free(f.arena);
    }
}

static void test_merge__neighbours_may_touch(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    add(&f, CA_TIER_TRANSCRIPT, CA_AGENT, 0, 4000, 0.3, "a b c d");
    add(&f, CA_TIER_PHRASE, CA_AGENT, 0, 2100, 0.9, "thank you");
    add(&f, CA_TIER_PHRASE, CA_AGENT, 2000, 4000, 0.8, "good bye");
    merge(&f);
    assert_line(&f, 0, "thank you good bye");
    const ca_word *words = f.call.words.items;
    assert_int_equal(words[1].end_ms, 2100);
    assert_int_equal(words[2].start_ms, 2100);
    ca_arena_free(f.arena);
}

static void test_merge__nothing_is_something_too(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    merge(&f);
    assert_int_equal(f.call.lines.count, 0);
    add(&f, CA_TIER_PHRASE, CA_AGENT, 0, 500, 0.9, "yes");
    merge(&f);
    assert_line(&f, 0, "yes");
    ca_arena_free(f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge__a_surer_phrase_takes_the_place_of_the_words_under_it),
        cmocka_unit_test(test_merge__what_is_not_surer_or_not_believed_changes_nothing),
        cmocka_unit_test(test_merge__another_speaker_another_time_and_imports_are_left_alone),
        cmocka_unit_test(test_merge__of_rival_readings_the_surest_is_taken_whatever_their_order),
        cmocka_unit_test(test_merge__neighbours_may_touch),
        cmocka_unit_test(test_merge__nothing_is_something_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
