/* rule.c - one rule of a rule file: every key checked, every complaint at its place. */
#include "rule.h"

#include "callaudit/fold.h"
#include "callaudit/pattern.h"
#include "callaudit/wording.h"

#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum { ABSENT = -2, LONGEST_SPAN_MS = 24 * 3600 * 1000, LEAST_WORDS = 2, MOST_WORDS = 100 };

static void complain(const rule_reader *r, const ca_node *at, const char *what)
{
    ca_diag_add(r->diags, CA_ERROR, at->line, at->column, "%s", what);
}

/* ---- id and choices ---- */

static void read_id(const rule_reader *r, const ca_node *node, ca_rule *rule)
{
    rule->id = ca_node_need_text(node, "id", true, r->diags);
    if (rule->id == NULL) {
        rule->id = "";
        return;
    }
    bool ok = rule->id[0] != '\0' && rule->id[0] != '-' &&
              rule->id[strspn(rule->id, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
    if (!ok) {
        const ca_node *id = ca_node_get(node, "id");
        ca_diag_add(r->diags, CA_ERROR, id->line, id->column,
                    "id '%.60s': expected small letters a-z, digits and '-', the first no '-'",
                    rule->id);
    }
}

/* The index of the choice; 0 after a complaint, so that reading can go on. */
static int read_choice(const rule_reader *r, const ca_node *node, const char *key,
                       const char *const *names, size_t count, int absent)
{
    int choice = ca_node_need_choice(node, key, names, count, absent, r->diags);
    if (choice == ABSENT) {
        ca_diag_add(r->diags, CA_ERROR, node->line, node->column, "the key '%s' is missing", key);
    }
    return choice < 0 ? 0 : choice;
}

static void read_choices(const rule_reader *r, const ca_node *node, ca_rule *rule)
{
    const char *kinds[CA_KIND_COUNT], *dimensions[CA_DIMENSION_COUNT], *who[CA_WHO_COUNT];
    for (int i = 0; i < CA_KIND_COUNT; i++) {
        kinds[i] = ca_kind_name((ca_kind)i);
    }
    for (int i = 0; i < CA_DIMENSION_COUNT; i++) {
        dimensions[i] = ca_dimension_name((ca_dimension)i);
    }
    for (int i = 0; i < CA_WHO_COUNT; i++) {
        who[i] = ca_who_name((ca_who)i);
    }
    rule->kind = (ca_kind)read_choice(r, node, "kind", kinds, CA_KIND_COUNT, ABSENT);
    rule->dimension =
        (ca_dimension)read_choice(r, node, "dimension", dimensions, CA_DIMENSION_COUNT, ABSENT);
    rule->who = (ca_who)read_choice(r, node, "who", who, CA_WHO_COUNT, CA_WHO_AGENT);
}

/* ---- numbers ---- */

static void read_numbers(const rule_reader *r, const ca_node *node, ca_rule *rule)
{
    int64_t weight = 1, max = 0, min_words = 0;
    ca_node_need_int(node, "weight", 0, 100, &weight, r->diags);
    ca_node_need_int(node, "max", 0, 1000, &max, r->diags);
    ca_node_need_int(node, "min_words", LEAST_WORDS, MOST_WORDS, &min_words, r->diags);
    ca_node_need_bool(node, "critical", &rule->critical, r->diags);
    rule->weight = (int)weight;
    rule->max = (int)max;
    rule->min_words = (int)min_words;

    const ca_node *given = ca_node_get(node, "max");
    if (given == NULL && rule->kind == CA_LIMIT) {
        complain(r, node, "a rule of kind 'limit' needs 'max', the hits that are allowed");
    } else if (given != NULL && rule->kind != CA_LIMIT) {
        complain(r, given, "'max' belongs to rules of kind 'limit' only");
    }
    given = ca_node_get(node, "critical");
    if (given != NULL && rule->kind != CA_FORBIDDEN) {
        complain(r, given, "'critical' belongs to rules of kind 'forbidden' only");
    }
}

/* ---- within ---- */

/* "10%" as a share of the call. */
static bool parse_share(const char *text, double *share)
{
    char number[16];
    double value = 0;
    size_t digits = strspn(text, "0123456789.");
    if (digits >= sizeof number) {
        return false;
    }
    memcpy(number, text, digits);
    number[digits] = '\0';
    if (strcmp(text + digits + strspn(text + digits, " "), "%") != 0 ||
        !ca_parse_double(number, 0, 100, &value) || value <= 0) {
        return false;
    }
    *share = value / 100;
    return true;
}

static void read_span(const rule_reader *r, const ca_node *map, const char *key, ca_window *window)
{
    const char *text = ca_node_need_text(map, key, true, r->diags);
    bool relative = strcmp(key, "limit") == 0; /* to another rule's hit: no share of the call */
    if (text == NULL) {
        return;
    }
    if (!ca_parse_duration(text, 1, LONGEST_SPAN_MS, &window->ms) &&
        (relative || !parse_share(text, &window->share))) {
        const ca_node *node = ca_node_get(map, key);
        ca_diag_add(r->diags, CA_ERROR, node->line, node->column,
                    "'%s': expected a time such as 20s, 1m or 500ms%s, found '%.40s'", key,
                    relative ? "" : ", or a share of the call such as 10%", text);
        window->ms = 1;
        window->share = 0;
    }
}

static void read_window(const rule_reader *r, const ca_node *node, ca_window *window)
{
    enum { LIMIT = CA_WINDOW_COUNT - CA_WINDOW_FIRST };
    const char *keys[LIMIT + 1] = {[LIMIT] = "limit"};
    for (int i = 0; i < LIMIT; i++) {
        keys[i] = ca_window_name((ca_window_kind)(CA_WINDOW_FIRST + i));
    }
    const ca_node *map = ca_node_get(node, "within");
    if (map == NULL) {
        return;
    }
    ca_node_check_keys(map, keys, LENGTH(keys), r->diags);
    size_t given = 0;
    for (size_t i = 0; i < LIMIT; i++) {
        if (ca_node_get(map, keys[i]) != NULL) {
            window->kind = (ca_window_kind)(CA_WINDOW_FIRST + i);
            given++;
        }
    }
    if (given != 1) {
        complain(r, map, "'within' needs exactly one of first, last, after and before");
        window->kind = CA_WINDOW_ALL;
        return;
    }
    const char *key = keys[window->kind - CA_WINDOW_FIRST];
    const ca_node *limit = ca_node_get(map, "limit");
    if (window->kind <= CA_WINDOW_LAST) {
        read_span(r, map, key, window);
        if (limit != NULL) {
            complain(r, limit, "'limit' belongs to 'after' and 'before' only");
        }
        return;
    }
    window->other = ca_node_need_text(map, key, true, r->diags);
    if (limit != NULL) {
        read_span(r, map, "limit", window);
    }
}

/* ---- wordings ---- */

/* A wording that a phrase expands to, and where it was written. */
typedef struct expanded {
    const char *text;
    const char *folded; /* the same text for the same words, however written */
    size_t source;      /* index into the list it is from */
    bool rival;
    const ca_wording *from;
} expanded;

typedef CA_ARRAY(expanded) expanded_list;

static const ca_node *text_list(const rule_reader *r, const ca_node *map, const char *key)
{
    const ca_node *list = ca_node_get(map, key);
    if (list != NULL && (list->kind != CA_NODE_LIST || list->count == 0)) {
        ca_diag_add(r->diags, CA_ERROR, list->line, list->column,
                    "'%s': expected a list of texts: one a line with '- ' in front", key);
        return NULL;
    }
    return list;
}

static bool is_text(const rule_reader *r, const ca_node *item)
{
    if (item->kind == CA_NODE_SCALAR) {
        return true;
    }
    complain(r, item, "expected text; a text that begins with '[' or '{' needs single quotes");
    return false;
}

static void read_wordings(const rule_reader *r, const ca_node *node, const char *key,
                          ca_wordings *out)
{
    const ca_node *list = text_list(r, node, key);
    for (const ca_node *item = list ? list->first : NULL; item != NULL; item = item->next) {
        if (!is_text(r, item)) {
            continue;
        }
        ca_wording *wording = ca_push(r->arena, out);
        if (wording == NULL) {
            complain(r, item, "out of memory");
            return;
        }
        *wording = (ca_wording){item->text, item->line, item->column};
    }
}

/* Expands the phrase, complaining about its form. When too much comes of leaving words out, the
 * list's other phrases are read whole, so that a file of such mistakes is soon read. */
static void expand_phrase(rule_reader *r, const ca_wording *from, ca_wording_set *set)
{
    ca_error err = {0};
    size_t column = 1;
    if (!ca_wording_expand_partial(from->text, r->min_words, set, &column, r->arena, &err)) {
        ca_diag_add(r->diags, CA_ERROR, from->line, from->column, "'%.80s': %s (at byte %zu)",
                    from->text, err.msg, column);
        r->min_words = 0;
    }
    r->wordings += set->texts.count;
    if (r->wordings > RULE_MAX_WORDINGS) {
        ca_diag_add(r->diags, CA_ERROR, from->line, from->column,
                    "the file's phrases stand for more than %d wordings", RULE_MAX_WORDINGS);
    }
    if (r->min_words > 0 && 2 * r->min_words < set->longest) {
        ca_diag_add(r->diags, CA_WARNING, from->line, from->column,
                    "'%.80s': %zu of its %zu words are less than half: that may be found where "
                    "something else was said",
                    from->text, r->min_words, set->longest);
    }
    r->longest = set->longest > r->longest ? set->longest : r->longest;
}

/* Expands each phrase of the list; the whole wordings go to all. */
static void expand_list(rule_reader *r, const ca_wordings *list, bool rival, expanded_list *all)
{
    for (size_t i = 0; i < list->count && r->wordings <= RULE_MAX_WORDINGS; i++) {
        const ca_wording *from = &list->items[i];
        ca_wording_set set;
        expand_phrase(r, from, &set);
        for (size_t k = 0; all != NULL && k < set.texts.count && k < set.whole; k++) {
            ca_error err = {0};
            const char *text = set.texts.items[k];
            const char *folded = ca_fold(text, r->arena, &err);
            expanded *item = folded != NULL ? ca_push(r->arena, all) : NULL;
            if (item == NULL) {
                ca_diag_add(r->diags, CA_ERROR, from->line, from->column, "%s",
                            folded == NULL ? err.msg : "out of memory");
                return;
            }
            *item = (expanded){text, folded, i, rival, from};
        }
    }
}

/* By text; phrases before rivals, then in the order of the file. */
static int compare_expanded(const void *left, const void *right)
{
    const expanded *a = left, *b = right;
    int order = strcmp(a->folded, b->folded);
    if (order != 0) {
        return order;
    }
    return a->rival != b->rival ? a->rival - b->rival
                                : (a->source > b->source) - (a->source < b->source);
}

static void complain_repeats(const rule_reader *r, expanded_list *all)
{
    if (all->count > 0) {
        qsort(all->items, all->count, sizeof *all->items, compare_expanded);
    }
    for (size_t i = 1; i < all->count; i++) {
        const expanded *a = &all->items[i - 1], *b = &all->items[i];
        if (strcmp(a->folded, b->folded) != 0) {
            continue;
        }
        if (a->rival == b->rival) {
            ca_diag_add(r->diags, CA_WARNING, b->from->line, b->from->column,
                        "'%s' is already covered on line %d", b->text, a->from->line);
        } else {
            ca_diag_add(r->diags, CA_ERROR, b->from->line, b->from->column,
                        "the rival '%s' is a phrase of the rule as well (line %d): it would never "
                        "count",
                        b->text, a->from->line);
        }
    }
}

/* ---- regex ---- */

static void read_regex(const rule_reader *r, const ca_node *node, ca_rule *rule)
{
    const ca_node *regex = ca_node_get(node, "regex");
    const char *text = ca_node_need_text(node, "regex", false, r->diags);
    if (text == NULL) {
        return;
    }
    rule->regex = (ca_wording){text, regex->line, regex->column};
    if (regex->style == CA_SCALAR_DOUBLE) {
        complain(r, regex,
                 "a regex must not stand in double quotes, where YAML turns \"\\b\" into a "
                 "backspace: use single quotes");
        return;
    }
    ca_error err = {0};
    ca_pattern *pattern = ca_pattern_compile(text, CA_PATTERN_CASELESS, NULL, &err);
    if (pattern == NULL) {
        complain(r, regex, err.msg);
    } else if (ca_pattern_matches_empty(pattern)) {
        complain(r, regex,
                 "the regex matches nothing at all (the empty text): it would hit always");
    }
    ca_pattern_free(pattern);
}

/* The phrases have been expanded, without an error. */
static void check_min_words(const rule_reader *r, const ca_node *node, const ca_rule *rule)
{
    const ca_node *given = ca_node_get(node, "min_words");
    const size_t min_words = (size_t)rule->min_words;
    if (given == NULL || min_words == 0) {
        return;
    }
    if (rule->phrases.count == 0) {
        complain(r, given, "'min_words' belongs to rules with 'phrases'");
    } else if (min_words > r->longest) {
        ca_diag_add(r->diags, CA_ERROR, given->line, given->column,
                    "'min_words': the longest phrase has only %zu words", r->longest);
    } else if (min_words == r->longest) {
        ca_diag_add(r->diags, CA_WARNING, given->line, given->column,
                    "'min_words': no phrase is longer than %zu words, so no word can be left out",
                    min_words);
    }
}

static void read_texts(rule_reader *r, const ca_node *node, ca_rule *rule)
{
    expanded_list all = {0};
    read_wordings(r, node, "phrases", &rule->phrases);
    read_wordings(r, node, "rivals", &rule->rivals);
    read_wordings(r, node, "unless", &rule->unless);
    r->min_words = (size_t)rule->min_words;
    r->longest = 0;
    const size_t errors = r->diags->errors;
    expand_list(r, &rule->phrases, false, &all);
    if (r->diags->errors == errors) {
        check_min_words(r, node, rule);
    }
    r->min_words = 0;
    expand_list(r, &rule->rivals, true, &all);
    expand_list(r, &rule->unless, false, NULL);
    complain_repeats(r, &all);
    read_regex(r, node, rule);
    const ca_node *regex = ca_node_get(node, "regex");
    if (ca_node_get(node, "phrases") == NULL && (regex == NULL || ca_node_is_null(regex))) {
        complain(r, node, "the rule needs 'phrases' or a 'regex'");
    }
}

/* ---- tests ---- */

static void read_examples(const rule_reader *r, const ca_node *tests, bool expect_hit,
                          ca_examples *out)
{
    const ca_node *list = text_list(r, tests, expect_hit ? "hit" : "miss");
    for (const ca_node *item = list ? list->first : NULL; item != NULL; item = item->next) {
        if (!is_text(r, item)) {
            continue;
        }
        ca_call call;
        ca_error trouble = {0};
        ca_example *example = ca_push(r->arena, out);
        if (example == NULL) {
            complain(r, item, "out of memory");
            return;
        }
        *example = (ca_example){item->text, expect_hit, item->line, item->column};
        if (!ca_example_call(example, r->language, &call, r->arena, &trouble)) {
            complain(r, item, trouble.msg);
        }
    }
}

static void read_tests(const rule_reader *r, const ca_node *node, ca_rule *rule)
{
    static const char *const keys[] = {"hit", "miss"};
    const ca_node *tests = ca_node_get(node, "tests");
    if (tests != NULL) {
        ca_node_check_keys(tests, keys, LENGTH(keys), r->diags);
        read_examples(r, tests, true, &rule->examples);
        read_examples(r, tests, false, &rule->examples);
    }
}

/* ---- the rule ---- */

void rule_read(rule_reader *reader, const ca_node *node, ca_rule *rule)
{
    static const char *const keys[] = {"id",        "title",  "dimension", "kind",     "who",
                                       "within",    "max",    "phrases",   "regex",    "unless",
                                       "min_words", "rivals", "weight",    "critical", "tests"};
    rule->line = node->line;
    rule->column = node->column;
    rule->id = rule->title = "";
    ca_node_check_keys(node, keys, LENGTH(keys), reader->diags);
    if (node->kind != CA_NODE_MAP) {
        return;
    }
    read_id(reader, node, rule);
    const char *title = ca_node_need_text(node, "title", true, reader->diags);
    rule->title = title != NULL ? title : "";
    read_choices(reader, node, rule);
    read_numbers(reader, node, rule);
    read_window(reader, node, &rule->within);
    read_texts(reader, node, rule);
    read_tests(reader, node, rule);
}
