/* match.c - judging a call by the rule sets of its language. hits.c finds, judge.c decides. */
#include "callaudit/match.h"

#include "judge.h"

#include <string.h>

enum { HASH_SHOWN = 16 };

struct ca_matcher {
    const ca_rulesets *rulesets;
    rule_patterns **patterns; /* [ruleset][rule] */
    ca_arena *arena;
};

/* ---- the matcher ---- */

static void release_ruleset(rule_patterns *patterns, const ca_ruleset *set)
{
    for (size_t i = 0; patterns != NULL && i < set->rules.count; i++) {
        rule_patterns_release(&patterns[i]);
    }
}

static rule_patterns *compile_ruleset(const ca_ruleset *set, ca_arena *arena, ca_error *err)
{
    rule_patterns *list = ca_arena_alloc(arena, (set->rules.count + 1) * sizeof *list);
    if (list == NULL) {
        ca_fail_memory(err);
        return NULL;
    }
    for (size_t i = 0; i < set->rules.count; i++) {
        if (rule_patterns_compile(&set->rules.items[i], &list[i], arena, err)) {
            continue;
        }
        ca_error_context(err, "%s: rule '%s'", set->path, set->rules.items[i].id);
        release_ruleset(list, set); /* those not compiled are empty */
        return NULL;
    }
    return list;
}

static bool compile_all(ca_matcher *matcher, ca_error *err)
{
    const ca_rulesets *sets = matcher->rulesets;
    matcher->patterns = ca_arena_alloc(matcher->arena, (sets->count + 1) * sizeof(rule_patterns *));
    if (matcher->patterns == NULL) {
        return ca_fail_memory(err);
    }
    for (size_t i = 0; i < sets->count; i++) {
        matcher->patterns[i] = compile_ruleset(&sets->items[i], matcher->arena, err);
        if (matcher->patterns[i] == NULL) {
            return false;
        }
    }
    return true;
}

ca_matcher *ca_matcher_new(const ca_rulesets *rulesets, ca_error *err)
{
    ca_arena *arena = ca_arena_new(0);
    ca_matcher *matcher = arena != NULL ? ca_arena_alloc(arena, sizeof *matcher) : NULL;
    if (matcher == NULL) {
        ca_arena_free(arena);
        ca_fail_memory(err);
        return NULL;
    }
    *matcher = (ca_matcher){.rulesets = rulesets, .arena = arena};
    if (!compile_all(matcher, err)) {
        ca_matcher_free(matcher);
        return NULL;
    }
    return matcher;
}

void ca_matcher_free(ca_matcher *matcher)
{
    if (matcher == NULL) {
        return;
    }
    for (size_t i = 0; matcher->patterns != NULL && i < matcher->rulesets->count; i++) {
        release_ruleset(matcher->patterns[i], &matcher->rulesets->items[i]);
    }
    ca_arena_free(matcher->arena);
}

/* ---- the call ---- */

/* Rules are judged in the order in which they rest on one another; findings stand in the order of
 * the file. */
static bool judge_set(judge *j)
{
    const size_t first = j->call->findings.count, count = j->set->rules.count;
    j->outcomes = ca_arena_alloc(j->arena, (count + 1) * sizeof *j->outcomes);
    if (j->outcomes == NULL) {
        return ca_fail_memory(j->err);
    }
    for (size_t i = 0; i < count; i++) {
        if (ca_push(j->arena, &j->call->findings) == NULL) {
            return ca_fail_memory(j->err);
        }
    }
    for (size_t i = 0; i < count; i++) {
        const size_t index = j->set->order[i];
        if (!judge_rule(j, index, &j->call->findings.items[first + index])) {
            return false;
        }
    }
    return true;
}

static bool add_name(judge *j)
{
    const char *names = j->call->rulesets;
    j->call->rulesets = ca_arena_printf(j->arena, "%s%s%s@%.*s", names, names[0] != '\0' ? " " : "",
                                        j->set->name, HASH_SHOWN, j->set->hash.hex);
    return j->call->rulesets != NULL || ca_fail_memory(j->err);
}

/* The first rule set of the language whose name sorts behind `after`; NULL when there is none. */
static const ca_ruleset *next_ruleset(const ca_rulesets *sets, const char *language,
                                      const ca_ruleset *after)
{
    const ca_ruleset *next = NULL;
    for (size_t i = 0; language != NULL && i < sets->count; i++) {
        const ca_ruleset *set = &sets->items[i];
        if (strcmp(set->language, language) == 0 &&
            (after == NULL || strcmp(set->name, after->name) > 0) &&
            (next == NULL || strcmp(set->name, next->name) < 0)) {
            next = set;
        }
    }
    return next;
}

bool ca_match(ca_matcher *matcher, const ca_belief *belief, ca_call *call, ca_arena *arena,
              ca_error *err)
{
    const ca_rulesets *sets = matcher->rulesets;
    judge j = {.belief = belief, .call = call, .arena = arena, .err = err};
    call->hits = (ca_hits){0};
    call->findings = (ca_findings){0};
    call->rulesets = "";
    if (!heard_init(&j.heard, call, arena, err)) {
        return false;
    }
    while ((j.set = next_ruleset(sets, call->meta.language, j.set)) != NULL) {
        j.patterns = matcher->patterns[j.set - sets->items];
        if (!judge_set(&j) || !add_name(&j)) {
            return false;
        }
    }
    return call->rulesets[0] != '\0' ||
           ca_fail_call(err, CA_REASON_NO_METADATA, "no rule set judges calls in '%s'",
                        call->meta.language != NULL ? call->meta.language : "");
}
