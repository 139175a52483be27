/* fuzz_rules.c - any bytes as a rule file; one without errors must compile, judge its examples and
 * say what it listens for. */
#include "callaudit/keyphrases.h"
#include "callaudit/match.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge_examples(ca_matcher *matcher, const ca_ruleset *set, const ca_rule *rule)
{
    static const ca_belief belief = {.accept = 0.5, .doubt = 0.3, .min_snr_db = 10};
    for (size_t i = 0; i < rule->examples.count && i < 4; i++) {
        ca_call call;
        ca_error err = {0};
        ca_arena *arena = ca_arena_new(0);
        /* checked when the file was read, so that it must succeed now */
        if (arena == NULL ||
            !ca_example_call(&rule->examples.items[i], set->language, &call, arena, &err) ||
            !ca_match(matcher, &belief, &call, arena, &err)) {
            abort();
        }
        ca_arena_free(arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ca_rulesets sets = {0};
    ca_diags diags;
    ca_error err = {0};
    ca_arena *arena = ca_arena_new(0);
    if (arena == NULL) {
        return 0;
    }
    ca_diags_init(&diags, arena);
    if (ca_rules_parse("fuzz.yaml", (const char *)data, size, &sets, &diags, arena) &&
        diags.errors == 0) {
        ca_keyphrases phrases = {0};
        ca_matcher *matcher = ca_matcher_new(&sets, &err);
        if (matcher == NULL ||
            !ca_keyphrases_collect(&sets, sets.items[0].language, &phrases, arena, &err)) {
            abort();
        }
        for (size_t i = 0; i < sets.items[0].rules.count; i++) {
            judge_examples(matcher, &sets.items[0], &sets.items[0].rules.items[i]);
        }
        ca_matcher_free(matcher);
    }
    ca_arena_free(arena);
    return 0;
}
