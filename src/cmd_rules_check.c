/* cmd_rules_check.c - callaudit rules check: what is wrong with the rule files. */
#include "cmd_rules.h"

#include "callaudit/keyphrases.h"
#include "callaudit/wording.h"

#include <stdlib.h>
#include <string.h>

static bool has_word(const char *text, const char *word)
{
    const size_t length = strlen(word);
    const char *cursor = word;
    bool han = length > 0 && ca_is_han(ca_utf8_next(&cursor, word + length));
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        bool begins = at == text || at[-1] == ' ';
        bool ends = at[length] == ' ' || at[length] == '\0';
        if (han || (begins && ends)) {
            return true;
        }
    }
    return false;
}

/* The first of the unknown words that a wording of the phrase has; NULL when it has none. */
static const char *find_unknown(const ca_strings *wordings, const ca_strings *unknown)
{
    for (size_t i = 0; i < wordings->count; i++) {
        for (size_t k = 0; k < unknown->count; k++) {
            if (has_word(wordings->items[i], unknown->items[k])) {
                return unknown->items[k];
            }
        }
    }
    return NULL;
}

static void warn_unknown(const ca_ruleset *set, const ca_wordings *list, const ca_strings *unknown,
                         ca_diags *diags)
{
    for (size_t i = 0; i < list->count; i++) {
        const ca_wording *wording = &list->items[i];
        ca_strings texts = {0};
        if (!ca_keyphrases_of_phrase(wording->text, 0, set->language, &texts, diags->arena, NULL)) {
            continue;
        }
        const char *word = find_unknown(&texts, unknown);
        if (word != NULL) {
            diags->path = set->path;
            ca_diag_add(diags, CA_WARNING, wording->line, wording->column,
                        "no dictionary of %s knows '%s': '%s' cannot be heard without a transcript",
                        set->language, word, wording->text);
        }
    }
}

static void warn_unknown_regex(const ca_ruleset *set, const ca_wording *regex,
                               const ca_strings *unknown, ca_diags *diags)
{
    ca_strings texts = {0};
    if (regex->text == NULL ||
        !ca_keyphrases_of_regex(regex->text, set->language, &texts, diags->arena, NULL)) {
        return;
    }
    const char *word = find_unknown(&texts, unknown);
    if (word != NULL) {
        diags->path = set->path;
        ca_diag_add(diags, CA_WARNING, regex->line, regex->column,
                    "no dictionary of %s knows '%s': such wordings cannot be heard without a "
                    "transcript",
                    set->language, word);
    }
}

/* Warns of words that the language's model cannot hear; false when there is no such model. */
static bool check_words(const rules_request *r, const ca_ruleset *set, ca_diags *diags,
                        ca_error *err)
{
    ca_model model = {0};
    ca_keyphrases phrases = {0};
    ca_strings unknown = {0};
    const ca_rulesets alone = {.items = (ca_ruleset[]){*set}, .count = 1};
    if (!ca_config_model(&r->config, set->language, &model, r->arena, err) ||
        !ca_keyphrases_collect(&alone, set->language, &phrases, r->arena, err) ||
        !ca_model_unknown_words(&model, &phrases, &unknown, r->arena, err)) {
        return false;
    }
    for (size_t i = 0; i < set->rules.count; i++) {
        const ca_rule *rule = &set->rules.items[i];
        warn_unknown(set, &rule->phrases, &unknown, diags);
        warn_unknown(set, &rule->rivals, &unknown, diags);
        warn_unknown(set, &rule->unless, &unknown, diags);
        warn_unknown_regex(set, &rule->regex, &unknown, diags);
    }
    return true;
}

/* Warns of regexes that no keyphrase pass can listen for, unless every call gets a transcript. */
static void check_regexes(const rules_request *r, const ca_ruleset *set, ca_diags *diags)
{
    for (size_t i = 0; i < set->rules.count; i++) {
        const ca_wording *regex = &set->rules.items[i].regex;
        ca_strings texts = {0};
        if (regex->text == NULL || r->config.transcripts == CA_TRANSCRIPT_ALL ||
            ca_wording_expand_regex(regex->text, &texts, r->arena)) {
            continue;
        }
        diags->path = set->path;
        ca_diag_add(diags, CA_WARNING, regex->line, regex->column,
                    "the regex is no list of at most %d wordings, so it needs a transcript: in "
                    "calls without one '%s' is unsure where its phrases are not heard",
                    CA_WORDING_MAX, set->rules.items[i].id);
    }
}

static void put_check(const ca_rulesets *sets, const ca_diags *diags, ca_json *json)
{
    ca_json_list(json, "rulesets");
    for (size_t i = 0; i < sets->count; i++) {
        ca_json_object(json, NULL);
        ca_json_text(json, "path", sets->items[i].path);
        ca_json_text(json, "name", sets->items[i].name);
        ca_json_text(json, "language", sets->items[i].language);
        ca_json_text(json, "hash", sets->items[i].hash.hex);
        ca_json_int(json, "rules", (int64_t)sets->items[i].rules.count);
        ca_json_end(json);
    }
    ca_json_end(json);
    ca_json_int(json, "errors", (int64_t)diags->errors);
    ca_json_int(json, "warnings", (int64_t)diags->warnings);
    ca_json_list(json, "diagnostics");
    for (size_t i = 0; i < diags->list.count; i++) {
        const ca_diag *diag = &diags->list.items[i];
        ca_json_object(json, NULL);
        ca_json_text(json, "path", diag->path);
        ca_json_int(json, "line", diag->line);
        ca_json_int(json, "column", diag->column);
        ca_json_text(json, "severity", diag->severity == CA_ERROR ? "error" : "warning");
        ca_json_text(json, "message", diag->message);
        ca_json_end(json);
    }
    ca_json_end(json);
}

static void put_check_table(const ca_rulesets *sets, const ca_diags *diags, ca_buf *out)
{
    size_t rules = 0;
    for (size_t i = 0; i < sets->count; i++) {
        rules += sets->items[i].rules.count;
    }
    ca_buf_printf(out, "%zu rule sets, %zu rules, %zu errors, %zu warnings\n", sets->count, rules,
                  diags->errors, diags->warnings);
}

static int compare_places(const void *left, const void *right)
{
    const ca_diag *a = left, *b = right;
    int order = strcmp(a->path, b->path);
    order = order != 0 ? order : a->line - b->line;
    order = order != 0 ? order : a->column - b->column;
    return order != 0 ? order : strcmp(a->message, b->message);
}

static int answer_check(const rules_request *r, const ca_rulesets *sets, const ca_diags *diags)
{
    int status = CMD_OK;
    if (r->format == CA_FORMAT_JSON) {
        ca_json *json = ca_json_new();
        if (json == NULL) {
            return rules_no_memory();
        }
        put_check(sets, diags, json);
        status = rules_answer_json(json);
        ca_json_free(json);
    } else {
        ca_buf out = {0};
        cmd_print_diags(diags);
        put_check_table(sets, diags, &out);
        status = cmd_answer(&out);
        ca_buf_release(&out);
    }
    return status != CMD_OK || diags->errors == 0 ? status : CMD_SETUP;
}

int rules_check(rules_request *r)
{
    ca_rulesets sets = {0};
    ca_diags diags;
    ca_error err = {0};
    ca_diags_init(&diags, r->arena);
    if (!ca_rules_load(&r->config.rules, &sets, &diags, r->arena, &err) && diags.errors == 0) {
        return cmd_fail(&err);
    }
    for (size_t i = 0; diags.errors == 0 && i < sets.count; i++) {
        ca_error why = {0};
        check_regexes(r, &sets.items[i], &diags);
        if (!check_words(r, &sets.items[i], &diags, &why)) {
            fprintf(stderr, "callaudit: words of '%s' not looked up: %s\n", sets.items[i].name,
                    why.msg);
        }
    }
    if (diags.list.count > 1) {
        qsort(diags.list.items, diags.list.count, sizeof *diags.list.items, compare_places);
    }
    return answer_check(r, &sets, &diags);
}
