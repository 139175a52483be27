/* cmd_rules_check.c - callaudit rules check: what is wrong with the rule files. */
#include "cmd_rules.h"

#include "callaudit/keyphrases.h"
#include "callaudit/vocabulary.h"
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

/* A wording or regex of the rules with all that it can sound like. */
typedef struct listened {
    const ca_wording *wording;
    ca_strings texts;
    bool regex;
} listened;

typedef CA_ARRAY(listened) listened_list;

static bool listen_to(const ca_wordings *wordings, const char *language, listened_list *list,
                      ca_arena *arena)
{
    for (size_t i = 0; i < wordings->count; i++) {
        listened one = {.wording = &wordings->items[i]};
        if (!ca_keyphrases_of_phrase(one.wording->text, 0, language, &one.texts, arena, NULL)) {
            continue;
        }
        listened *place = ca_push(arena, list);
        if (place == NULL) {
            return false;
        }
        *place = one;
    }
    return true;
}

/* What the recognizer listens for, in the order of the file. */
static bool listen_to_set(const ca_ruleset *set, listened_list *list, ca_arena *arena)
{
    for (size_t i = 0; i < set->rules.count; i++) {
        const ca_rule *rule = &set->rules.items[i];
        listened regex = {.wording = &rule->regex, .regex = true};
        if (!listen_to(&rule->phrases, set->language, list, arena) ||
            !listen_to(&rule->rivals, set->language, list, arena) ||
            !listen_to(&rule->unless, set->language, list, arena)) {
            return false;
        }
        if (rule->regex.text != NULL &&
            ca_keyphrases_of_regex(rule->regex.text, set->language, &regex.texts, arena, NULL)) {
            listened *place = ca_push(arena, list);
            if (place == NULL) {
                return false;
            }
            *place = regex;
        }
    }
    return true;
}

static bool has_word_anywhere(const ca_strings *texts, const char *word)
{
    for (size_t i = 0; i < texts->count; i++) {
        if (has_word(texts->items[i], word)) {
            return true;
        }
    }
    return false;
}

/* Every wording that cannot be heard is told with the first word that is to blame. */
static void warn_unknown(const ca_ruleset *set, const listened *one, const ca_strings *unknown,
                         ca_diags *diags)
{
    for (size_t i = 0; i < unknown->count; i++) {
        const char *word = unknown->items[i];
        if (!has_word_anywhere(&one->texts, word)) {
            continue;
        }
        if (one->regex) {
            ca_diag_add(diags, CA_WARNING, one->wording->line, one->wording->column,
                        "no dictionary of %s knows '%s': such wordings cannot be heard without a "
                        "transcript",
                        set->language, word);
        } else {
            ca_diag_add(diags, CA_WARNING, one->wording->line, one->wording->column,
                        "no dictionary of %s knows '%s': '%s' cannot be heard without a transcript",
                        set->language, word, one->wording->text);
        }
        return;
    }
}

/* Every guessed word is told once, where it first stands, with the line that would confirm it. */
static void warn_guess(const ca_ruleset *set, const listened_list *list, const ca_guess *guess,
                       const ca_model *model, ca_diags *diags)
{
    ca_buf lines = {0};
    const listened *first = NULL;
    for (size_t i = 0; i < list->count && first == NULL; i++) {
        first = has_word_anywhere(&list->items[i].texts, guess->word) ? &list->items[i] : NULL;
    }
    for (size_t i = 0; i < guess->phones.count; i++) {
        ca_buf_printf(&lines, "%s%s", i > 0 ? " or " : "", guess->phones.items[i]);
    }
    ca_diag_add(
        diags, CA_WARNING, first != NULL ? first->wording->line : 0,
        first != NULL ? first->wording->column : 0,
        "no dictionary of %s knows '%s', it is listened for as %s; confirm or correct it "
        "by a line '%s %s' in %s",
        set->language, guess->word, ca_buf_text(&lines), guess->word, guess->phones.items[0],
        model->pronunciations != NULL ? model->pronunciations
                                      : ca_arena_printf(diags->arena,
                                                        "a file that models: {%s: {pronunciations: "
                                                        "FILE}} names",
                                                        set->language));
    ca_buf_release(&lines);
}

/* Warns of words that the language's model cannot hear and of those that had to be guessed; false
 * when there is no such model. */
static bool check_words(const rules_request *r, const ca_ruleset *set, ca_diags *diags,
                        ca_error *err)
{
    ca_model model = {0};
    ca_keyphrases phrases = {0};
    ca_guesses guesses = {0};
    ca_strings unknown = {0};
    listened_list list = {0};
    const ca_rulesets alone = {.items = (ca_ruleset[]){*set}, .count = 1};
    if (!ca_config_model(&r->config, set->language, &model, r->arena, err) ||
        !ca_keyphrases_collect(&alone, set->language, &phrases, r->arena, err) ||
        !ca_vocabulary_review(&model, &phrases, &guesses, &unknown, diags, r->arena, err)) {
        return diags->errors > 0; /* mistakes in the desk's pronunciations are told there */
    }
    if (!listen_to_set(set, &list, r->arena)) {
        return ca_fail_memory(err);
    }
    diags->path = set->path;
    for (size_t i = 0; i < list.count; i++) {
        warn_unknown(set, &list.items[i], &unknown, diags);
    }
    for (size_t i = 0; i < guesses.count; i++) {
        warn_guess(set, &list, &guesses.items[i], &model, diags);
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
