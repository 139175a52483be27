/* Which keyphrase detections stand. */
#include "test_helpers.h"

#include "callaudit/detect.h"

#include <string.h>

typedef struct fixture {
    ca_arena *arena;
    ca_targets targets;
    ca_detections detections;
    ca_error err;
} fixture;

static void begin(fixture *f)
{
    memset(f, 0, sizeof *f);
    f->arena = ca_arena_new(0);
}

static size_t add_target(fixture *f, const char *text, size_t rule)
{
    ca_target *target = ca_push(f->arena, &f->targets);
    target->text = text;
    *ca_push(f->arena, &target->rules) = rule;
    return f->targets.count - 1;
}

static void add(fixture *f, size_t target, int start_ms, int end_ms, double margin)
{
    *ca_push(f->arena, &f->detections) = (ca_detection){.target = target,
                                                        .speaker = CA_AGENT,
                                                        .start_ms = start_ms,
                                                        .end_ms = end_ms,
                                                        .margin = margin};
}

static void test_detect__evidence_is_what_was_measured(void **state)
{
    (void)state;
    const ca_detection detection = {
        .start_ms = 1000, .end_ms = 2000, .margin = 60, .phones = 16, .confidence = 0.9};
    const ca_evidence evidence = ca_detection_evidence(&detection, 18);
    assert_true(ca_margin(-30, 20) == 14);
    assert_true(evidence.margin == 60 && evidence.phones == 16);
    assert_true(evidence.phone_ms == 62.5 && evidence.snr_db == 18);
}

static void test_detect__one_wording_is_said_once_at_a_time(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    size_t thanks = add_target(&f, "thank you for calling", 0);
    add(&f, thanks, 1000, 2000, 60);
    add(&f, thanks, 1010, 2010, 70);
    add(&f, thanks, 5000, 6000, 50);
    assert_true(ca_detections_compete(&f.detections, &f.targets, &f.err));
    assert_int_equal(f.detections.count, 2);
    assert_true(f.detections.items[0].margin == 70);
    ca_arena_free(f.arena);
}

static void test_detect__a_clear_lead_of_a_foreign_rule_wins(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    size_t waiting = add_target(&f, "thank you for waiting", 0);
    size_t calling = add_target(&f, "thank you for calling", 1);
    add(&f, waiting, 1000, 2000, 80);
    add(&f, calling, 1000, 2000, 71);
    assert_true(ca_detections_compete(&f.detections, &f.targets, &f.err));
    assert_int_equal(f.detections.count, 1);
    assert_int_equal(f.detections.items[0].target, waiting);
    ca_arena_free(f.arena);
}

static void test_detect__a_narrow_lead_or_little_overlap_does_not(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    size_t a = add_target(&f, "thank you for waiting", 0);
    size_t b = add_target(&f, "thank you for calling", 1);
    add(&f, a, 1000, 2000, 78);
    add(&f, b, 1000, 2000, 71); /* lead of 7 */
    add(&f, a, 4000, 5000, 99);
    add(&f, b, 4500, 5500, 50); /* half of it */
    assert_true(ca_detections_compete(&f.detections, &f.targets, &f.err));
    assert_int_equal(f.detections.count, 4);
    ca_arena_free(f.arena);
}

static void test_detect__wordings_of_one_rule_and_parts_are_left_to_the_matcher(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    size_t with = add_target(&f, "speaking with", 0);
    size_t to = add_target(&f, "speaking to", 0);
    size_t sorry = add_target(&f, "i'm sorry", 1);
    size_t hear = add_target(&f, "i'm sorry to hear", 2);
    add(&f, with, 1000, 2000, 80);
    add(&f, to, 1000, 2000, 50);
    add(&f, sorry, 3000, 3500, 50);
    add(&f, hear, 3000, 4000, 90);
    assert_true(ca_detections_compete(&f.detections, &f.targets, &f.err));
    assert_int_equal(f.detections.count, 4);
    ca_arena_free(f.arena);
}

static void test_detect__the_order_of_detections_changes_nothing(void **state)
{
    (void)state;
    fixture f;
    fixture g;
    begin(&f);
    begin(&g);
    const char *const texts[] = {"one two", "three four", "five six"};
    for (size_t i = 0; i < 3; i++) {
        add_target(&f, texts[i], i);
        add_target(&g, texts[i], i);
    }
    const double margins[] = {60, 69, 78}; /* each beats the one before it */
    for (size_t i = 0; i < 3; i++) {
        add(&f, i, 1000 + (int)i, 2000, margins[i]);
        add(&g, 2 - i, 1000 + (int)(2 - i), 2000, margins[2 - i]);
    }
    assert_true(ca_detections_compete(&f.detections, &f.targets, &f.err));
    assert_true(ca_detections_compete(&g.detections, &g.targets, &g.err));
    assert_int_equal(f.detections.count, 1);
    assert_int_equal(g.detections.count, 1);
    assert_int_equal(f.detections.items[0].target, g.detections.items[0].target);
    ca_arena_free(f.arena);
    ca_arena_free(g.arena);
}

static void test_detect__words_share_the_time_of_their_line(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    ca_call call = {0};
    size_t target = add_target(&f, "how may i", 0);
    ca_detection detection = {
        .target = target, .speaker = CA_AGENT, .start_ms = 1000, .end_ms = 1900, .confidence = 0.8};
    assert_true(ca_detection_add(&detection, &f.targets.items[target], &call, f.arena, &f.err));
    assert_int_equal(call.words.count, 3);
    assert_string_equal(call.words.items[1].text, "may");
    assert_int_equal(call.words.items[0].start_ms, 1000);
    assert_int_equal(call.words.items[1].start_ms, 1400);
    assert_int_equal(call.words.items[2].end_ms, 1900);
    assert_int_equal(call.lines.items[0].word_count, 3);
    assert_true(call.lines.items[0].confidence == 0.8 && call.words.items[0].confidence == 0.8);
    ca_arena_free(f.arena);
}

static void test_detect__chinese_words_are_characters(void **state)
{
    (void)state;
    fixture f;
    begin(&f);
    ca_call call = {0};
    size_t target = add_target(&f, "您好", 0);
    ca_detection detection = {.target = target, .speaker = CA_AGENT, .end_ms = 600};
    assert_true(ca_detection_add(&detection, &f.targets.items[target], &call, f.arena, &f.err));
    assert_int_equal(call.words.count, 2);
    assert_string_equal(call.words.items[0].text, "您");
    assert_int_equal(call.words.items[1].start_ms, 300);
    ca_arena_free(f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detect__evidence_is_what_was_measured),
        cmocka_unit_test(test_detect__one_wording_is_said_once_at_a_time),
        cmocka_unit_test(test_detect__a_clear_lead_of_a_foreign_rule_wins),
        cmocka_unit_test(test_detect__a_narrow_lead_or_little_overlap_does_not),
        cmocka_unit_test(test_detect__wordings_of_one_rule_and_parts_are_left_to_the_matcher),
        cmocka_unit_test(test_detect__the_order_of_detections_changes_nothing),
        cmocka_unit_test(test_detect__words_share_the_time_of_their_line),
        cmocka_unit_test(test_detect__chinese_words_are_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
