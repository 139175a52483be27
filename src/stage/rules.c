/* rules.c - rule files: finding them, reading them, and what makes one the same as another.
 *
 * A rule set's hash is the SHA-256 of its normalized text: one line of JSON with the name, the
 * language and each rule's id, title, dimension, kind, who, window, wordings, min_words (where it
 * is given, so that older files keep their hash), regex, weight, max and critical, in this order of
 * keys and the file's order of rules and wordings, each as its author wrote it. Comments, tests,
 * the order of keys, quoting, defaults that are written out and the rule set's own title do not
 * change it, since they change no judgement. */
#include "rule.h"

#include "callaudit/fs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum { MAX_FOLDER_DEPTH = 8 };

/* ---- names ---- */

const char *ca_who_name(ca_who who)
{
    static const char *const names[CA_WHO_COUNT] = {"agent", "customer", "any"};
    assert((int)who < CA_WHO_COUNT);
    return names[who];
}

const char *ca_window_name(ca_window_kind kind)
{
    static const char *const names[CA_WINDOW_COUNT] = {"all", "first", "last", "after", "before"};
    assert((int)kind < CA_WINDOW_COUNT);
    return names[kind];
}

/* ---- the rules among themselves ---- */

static bool same_id(const ca_rule_list *rules, const char *id, size_t before, size_t *index)
{
    for (size_t i = 0; i < before; i++) {
        if (strcmp(rules->items[i].id, id) == 0) {
            *index = i;
            return true;
        }
    }
    return false;
}

static void check_ids(const ca_rule_list *rules, ca_diags *diags)
{
    for (size_t i = 0, first = 0; i < rules->count; i++) {
        const ca_rule *rule = &rules->items[i];
        if (rule->id[0] != '\0' && same_id(rules, rule->id, i, &first)) {
            ca_diag_add(diags, CA_ERROR, rule->line, rule->column,
                        "the id '%s' is taken by the rule on line %d", rule->id,
                        rules->items[first].line);
        }
    }
}

static void complain_unknown(const ca_rule_list *rules, const ca_rule *rule, ca_diags *diags,
                             ca_arena *arena)
{
    const char **ids = ca_arena_alloc(arena, rules->count * sizeof *ids);
    for (size_t i = 0; ids != NULL && i < rules->count; i++) {
        ids[i] = rules->items[i].id;
    }
    const char *near = ids != NULL ? ca_suggest(rule->within.other, ids, rules->count) : NULL;
    ca_diag_add(diags, CA_ERROR, rule->line, rule->column,
                near != NULL ? "'within' of '%s' names '%s', which is no rule of this file; did "
                               "you mean '%s'?"
                             : "'within' of '%s' names '%s', which is no rule of this file",
                rule->id, rule->within.other, near);
}

/* Finds the rules that others refer to. */
static void resolve(ca_rule_list *rules, ca_diags *diags, ca_arena *arena)
{
    for (size_t i = 0; i < rules->count; i++) {
        ca_window *within = &rules->items[i].within;
        if (within->other == NULL) {
            within->kind = within->kind >= CA_WINDOW_AFTER ? CA_WINDOW_ALL : within->kind;
        } else if (!same_id(rules, within->other, rules->count, &within->other_index)) {
            complain_unknown(rules, &rules->items[i], diags, arena);
            *within = (ca_window){0};
        }
    }
}

typedef enum visit { UNSEEN, IN_CHAIN, DONE } visit;

/* A rule refers to one other at most, so what it rests on is a chain; it is put into the order
 * from its far end. */
static bool order_chain(const ca_rule_list *rules, size_t index, visit *seen, size_t *order,
                        size_t *count)
{
    const ca_rule *rule = &rules->items[index];
    if (seen[index] != UNSEEN) {
        return seen[index] == DONE;
    }
    seen[index] = IN_CHAIN;
    bool ok = rule->within.other == NULL ||
              order_chain(rules, rule->within.other_index, seen, order, count);
    seen[index] = DONE;
    order[(*count)++] = index;
    return ok;
}

static void put_in_order(ca_ruleset *set, ca_diags *diags, ca_arena *arena)
{
    size_t count = 0;
    visit *seen = ca_arena_alloc(arena, (set->rules.count + 1) * sizeof *seen);
    set->order = ca_arena_alloc(arena, (set->rules.count + 1) * sizeof *set->order);
    if (seen == NULL || set->order == NULL) {
        ca_diag_add(diags, CA_ERROR, 0, 0, "out of memory");
        return;
    }
    for (size_t i = 0; i < set->rules.count; i++) {
        const ca_rule *rule = &set->rules.items[i];
        if (seen[i] == UNSEEN && !order_chain(&set->rules, i, seen, set->order, &count)) {
            ca_diag_add(diags, CA_ERROR, rule->line, rule->column,
                        "'within' of '%s' leads back to where it began", rule->id);
        }
    }
}

/* ---- the normalized text ---- */

static void put_wordings(ca_json *json, const char *key, const ca_wordings *list)
{
    ca_json_list(json, key);
    for (size_t i = 0; i < list->count; i++) {
        ca_json_text(json, NULL, list->items[i].text);
    }
    ca_json_end(json);
}

static void put_window(ca_json *json, const ca_window *window)
{
    ca_json_object(json, "within");
    ca_json_text(json, "kind", ca_window_name(window->kind));
    ca_json_int(json, "ms", window->ms);
    ca_json_real(json, "share", window->share);
    ca_json_text(json, "other", window->other);
    ca_json_end(json);
}

static void put_rule(ca_json *json, const ca_rule *rule)
{
    ca_json_object(json, NULL);
    ca_json_text(json, "id", rule->id);
    ca_json_text(json, "title", rule->title);
    ca_json_text(json, "dimension", ca_dimension_name(rule->dimension));
    ca_json_text(json, "kind", ca_kind_name(rule->kind));
    ca_json_text(json, "who", ca_who_name(rule->who));
    put_window(json, &rule->within);
    put_wordings(json, "phrases", &rule->phrases);
    if (rule->min_words > 0) {
        ca_json_int(json, "min_words", rule->min_words);
    }
    put_wordings(json, "rivals", &rule->rivals);
    put_wordings(json, "unless", &rule->unless);
    ca_json_text(json, "regex", rule->regex.text);
    ca_json_int(json, "weight", rule->weight);
    ca_json_int(json, "max", rule->max);
    ca_json_bool(json, "critical", rule->critical);
    ca_json_end(json);
}

static void put_ruleset(ca_json *json, const ca_ruleset *set)
{
    ca_json_text(json, "ruleset", set->name);
    ca_json_text(json, "language", set->language);
    ca_json_list(json, "rules");
    for (size_t i = 0; i < set->rules.count; i++) {
        put_rule(json, &set->rules.items[i]);
    }
    ca_json_end(json);
}

static void put_hash(ca_ruleset *set, ca_diags *diags, ca_arena *arena)
{
    ca_buf text = {0};
    ca_error err = {0};
    ca_json *json = ca_json_new();
    if (json != NULL) {
        put_ruleset(json, set);
    }
    if (json == NULL || !ca_json_write(json, false, &text, &err)) {
        ca_diag_add(diags, CA_ERROR, 0, 0, "%s", json == NULL ? "out of memory" : err.msg);
    } else {
        set->hash = ca_hash_bytes(text.data, text.length);
        set->text = ca_arena_strndup(arena, text.data, text.length);
    }
    ca_json_free(json);
    ca_buf_release(&text);
}

/* ---- one file ---- */

static void read_language(const ca_node *root, ca_ruleset *set, ca_diags *diags)
{
    static const char *const known[] = {"en-US", "zh-CN"};
    set->language = ca_node_need_text(root, "language", true, diags);
    if (set->language == NULL) {
        set->language = known[0];
        return;
    }
    for (size_t i = 0; i < LENGTH(known); i++) {
        if (strcmp(set->language, known[i]) == 0) {
            return;
        }
    }
    const ca_node *node = ca_node_get(root, "language");
    const char *near = ca_suggest(set->language, known, LENGTH(known));
    if (near != NULL) {
        ca_diag_add(diags, CA_ERROR, node->line, node->column,
                    "unknown language '%s'; did you mean '%s'?", set->language, near);
    } else {
        ca_diag_add(diags, CA_WARNING, node->line, node->column,
                    "language '%s' needs a model of your own: en-US and zh-CN come with one",
                    set->language);
    }
}

static void read_rules(const ca_node *root, ca_ruleset *set, ca_diags *diags, ca_arena *arena)
{
    rule_reader reader = {.language = set->language, .diags = diags, .arena = arena};
    const ca_node *list = ca_node_get(root, "rules");
    if (list == NULL || list->kind != CA_NODE_LIST || list->count == 0) {
        const ca_node *at = list != NULL ? list : root;
        ca_diag_add(diags, CA_ERROR, at->line, at->column,
                    "'rules': expected a list of rules, each with '- id: ...' in front");
        return;
    }
    if (list->count > CA_RULES_MAX_RULES) {
        ca_diag_add(diags, CA_ERROR, list->line, list->column, "more than %d rules in one file",
                    CA_RULES_MAX_RULES);
        return;
    }
    for (const ca_node *node = list->first; node != NULL; node = node->next) {
        ca_rule *rule = ca_push(arena, &set->rules);
        if (rule == NULL) {
            ca_diag_add(diags, CA_ERROR, node->line, node->column, "out of memory");
            return;
        }
        rule_read(&reader, node, rule);
    }
}

static void read_ruleset(const ca_node *root, ca_ruleset *set, ca_diags *diags, ca_arena *arena)
{
    static const char *const keys[] = {"ruleset", "title", "language", "rules"};
    ca_node_check_keys(root, keys, LENGTH(keys), diags);
    set->name = ca_node_need_text(root, "ruleset", true, diags);
    if (set->name == NULL) {
        set->name = "";
    } else if (set->name[0] == '\0' || strpbrk(set->name, " \t\n@") != NULL) {
        const ca_node *node = ca_node_get(root, "ruleset");
        ca_diag_add(diags, CA_ERROR, node->line, node->column,
                    "'ruleset': expected a name without white space and '@'");
    }
    set->title = ca_node_need_text(root, "title", false, diags);
    read_language(root, set, diags);
    read_rules(root, set, diags, arena);
    check_ids(&set->rules, diags);
    resolve(&set->rules, diags, arena);
    put_in_order(set, diags, arena);
    put_hash(set, diags, arena);
}

bool ca_rules_parse(const char *path, const char *data, size_t length, ca_rulesets *out,
                    ca_diags *diags, ca_arena *arena)
{
    diags->path = path;
    if (length > CA_RULES_MAX_BYTES) {
        ca_diag_add(diags, CA_ERROR, 0, 0, "a rule file of more than %d bytes", CA_RULES_MAX_BYTES);
        return false;
    }
    const ca_node *root = ca_yaml_parse(path, data, length, diags, arena);
    if (root == NULL) {
        return false;
    }
    if (root->kind != CA_NODE_MAP) {
        ca_diag_add(diags, CA_ERROR, root->line, root->column,
                    "expected a rule file: a map with ruleset, language and rules");
        return false;
    }
    ca_ruleset *set = ca_push(arena, out);
    if (set == NULL) {
        ca_diag_add(diags, CA_ERROR, 0, 0, "out of memory");
        return false;
    }
    set->path = path;
    read_ruleset(root, set, diags, arena);
    return true;
}

/* ---- all files ---- */

static bool is_rule_file(const char *path)
{
    const char *extension = ca_path_extension(path);
    return strcmp(extension, "yaml") == 0 || strcmp(extension, "yml") == 0;
}

/* Adds the rule files at or below the path; one that the user named is taken whatever its ending.
 */
static bool collect(const char *path, int depth, ca_strings *files, ca_arena *arena, ca_error *err)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        return ca_fail(err, CA_ESETUP, "no rules at %s", path);
    }
    if (!S_ISDIR(info.st_mode)) {
        return (depth > 0 && !is_rule_file(path)) || ca_strings_add(files, path, arena, err);
    }
    if (depth > MAX_FOLDER_DEPTH) {
        return ca_fail(err, CA_ESETUP, "folders of rules nested too deep: %s", path);
    }
    ca_strings names = {0};
    if (!ca_list_folder(path, &names, arena, err)) {
        return false;
    }
    for (size_t i = 0; i < names.count; i++) {
        const char *child = ca_path_join(arena, path, names.items[i]);
        if (child == NULL) {
            return ca_fail_memory(err);
        }
        if (!collect(child, depth + 1, files, arena, err)) {
            return false;
        }
    }
    return true;
}

static int compare_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void read_file(const char *path, ca_rulesets *out, ca_diags *diags, ca_arena *arena)
{
    ca_bytes bytes = {0};
    ca_error err = {0};
    diags->path = path;
    if (ca_read_file(path, CA_RULES_MAX_BYTES, &bytes, arena, &err)) {
        ca_rules_parse(path, bytes.data, bytes.length, out, diags, arena);
    } else {
        ca_diag_add(diags, CA_ERROR, 0, 0, "%s", err.msg);
    }
}

static void check_names(const ca_rulesets *sets, ca_diags *diags)
{
    for (size_t i = 0; i < sets->count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(sets->items[i].name, sets->items[k].name) == 0) {
                diags->path = sets->items[i].path;
                ca_diag_add(diags, CA_ERROR, 1, 1, "the name '%s' is taken by the rule set in %s",
                            sets->items[i].name, sets->items[k].path);
                break;
            }
        }
    }
}

bool ca_rules_load(const ca_strings *paths, ca_rulesets *out, ca_diags *diags, ca_arena *arena,
                   ca_error *err)
{
    ca_strings files = {0};
    for (size_t i = 0; i < paths->count; i++) {
        if (!collect(paths->items[i], 0, &files, arena, err)) {
            return false;
        }
    }
    if (files.count == 0) {
        return ca_fail(err, CA_ESETUP, "no rule file (*.yaml) in %s",
                       paths->count > 0 ? paths->items[0] : "no folder at all");
    }
    qsort(files.items, files.count, sizeof *files.items, compare_text);
    for (size_t i = 0; i < files.count; i++) {
        if (i == 0 || strcmp(files.items[i], files.items[i - 1]) != 0) {
            read_file(files.items[i], out, diags, arena);
        }
    }
    check_names(out, diags);
    return out->count > 0 || ca_diags_fail(diags, err);
}
