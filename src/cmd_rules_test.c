/* cmd_rules_test.c - callaudit rules test: the rules against their own examples. */
#include "cmd_rules.h"

#include "callaudit/match.h"

#include <string.h>

typedef struct trial {
    const rules_request *request;
    ca_matcher *matcher;
    size_t run, failed;
    ca_buf lines;  /* table */
    ca_json *json; /* or JSON */
} trial;

static const ca_finding *find_finding(const ca_call *call, const ca_ruleset *set,
                                      const ca_rule *rule)
{
    for (size_t i = 0; i < call->findings.count; i++) {
        const ca_finding *finding = &call->findings.items[i];
        if (strcmp(finding->ruleset, set->hash.hex) == 0 &&
            strcmp(finding->rule_id, rule->id) == 0) {
            return finding;
        }
    }
    return NULL;
}

/* What speaks for the verdict: the first hit, else the nearest thing heard, else the note. */
static const char *evidence(const ca_call *call, const ca_finding *finding, ca_arena *arena)
{
    const ca_hit *hits = call->hits.items;
    const ca_hit *hit = finding->hit_count > 0  ? &hits[finding->first_hit]
                        : finding->nearest >= 0 ? &hits[finding->nearest]
                                                : NULL;
    if (hit == NULL) {
        return finding->note != NULL ? finding->note : "nothing near it was heard";
    }
    char at[32];
    ca_format_ms(hit->start_ms, at, sizeof at);
    const char *text = ca_arena_printf(arena, "%s'%s' by the %s at %s",
                                       finding->hit_count > 0 ? "" : "nearest: ", hit->text,
                                       ca_speaker_name(hit->speaker), at);
    return text != NULL ? text : "";
}

static void put_failure(trial *t, const ca_ruleset *set, const ca_rule *rule,
                        const ca_example *example, const char *found, const char *why)
{
    const char *expected = ca_verdict_name(example->expect_hit ? CA_HIT : CA_MISS);
    if (t->json == NULL) {
        ca_buf_printf(&t->lines, "%s:%d:%d: rule '%s': expected %s, found %s (%s)\n", set->path,
                      example->line, example->column, rule->id, expected, found, why);
        return;
    }
    ca_json_object(t->json, NULL);
    ca_json_text(t->json, "path", set->path);
    ca_json_int(t->json, "line", example->line);
    ca_json_int(t->json, "column", example->column);
    ca_json_text(t->json, "rule", rule->id);
    ca_json_text(t->json, "expected", expected);
    ca_json_text(t->json, "found", found);
    ca_json_text(t->json, "evidence", why);
    ca_json_end(t->json);
}

static bool try_example(trial *t, const ca_ruleset *set, const ca_rule *rule,
                        const ca_example *example, ca_arena *arena, ca_error *err)
{
    ca_call call;
    if (!ca_example_call(example, set->language, &call, arena, err) ||
        !ca_match(t->matcher, &t->request->config.belief, &call, arena, err)) {
        return ca_error_context(err, "%s:%d:%d", set->path, example->line, example->column);
    }
    const ca_finding *finding = find_finding(&call, set, rule);
    if (finding == NULL) {
        return ca_fail(err, CA_EINTERNAL, "%s: rule '%s' was not judged", set->path, rule->id);
    }
    t->run++;
    if (finding->verdict != (example->expect_hit ? CA_HIT : CA_MISS)) {
        t->failed++;
        put_failure(t, set, rule, example, ca_verdict_name(finding->verdict),
                    evidence(&call, finding, arena));
    }
    return true;
}

static bool try_rule(trial *t, const ca_ruleset *set, const ca_rule *rule, ca_error *err)
{
    for (size_t i = 0; i < rule->examples.count; i++) {
        ca_arena *arena = ca_arena_new(0);
        bool ok = arena != NULL ? try_example(t, set, rule, &rule->examples.items[i], arena, err)
                                : ca_fail_memory(err);
        ca_arena_free(arena);
        if (!ok) {
            return false;
        }
    }
    return true;
}

static bool try_all(trial *t, const ca_rulesets *sets, ca_error *err)
{
    t->matcher = ca_matcher_new(sets, err);
    if (t->matcher == NULL) {
        return false;
    }
    for (size_t i = 0; i < sets->count; i++) {
        for (size_t k = 0; k < sets->items[i].rules.count; k++) {
            if (!try_rule(t, &sets->items[i], &sets->items[i].rules.items[k], err)) {
                return false;
            }
        }
    }
    return t->run > 0 || ca_fail(err, CA_ESETUP, "no rule has an example under 'tests'");
}

static int answer_test(trial *t)
{
    int status = CMD_OK;
    if (t->json != NULL) {
        ca_json_end(t->json);
        ca_json_int(t->json, "examples", (int64_t)t->run);
        ca_json_int(t->json, "failed", (int64_t)t->failed);
        status = rules_answer_json(t->json);
    } else {
        ca_buf_printf(&t->lines, "%zu examples, %zu failed\n", t->run, t->failed);
        status = cmd_answer(&t->lines);
    }
    return status != CMD_OK || t->failed == 0 ? status : CMD_SETUP;
}

int rules_test(rules_request *r)
{
    trial t = {.request = r};
    ca_rulesets sets = {0};
    ca_error err = {0};
    int status = cmd_load_rules(&r->config, &sets, r->arena);
    if (status != CMD_OK) {
        return status;
    }
    if (r->format == CA_FORMAT_JSON) {
        t.json = ca_json_new();
        if (t.json == NULL) {
            return rules_no_memory();
        }
        ca_json_list(t.json, "failures");
    }
    status = try_all(&t, &sets, &err) ? answer_test(&t) : cmd_fail(&err);
    ca_matcher_free(t.matcher);
    ca_json_free(t.json);
    ca_buf_release(&t.lines);
    return status;
}
