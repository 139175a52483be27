/* cmd_rules.c - callaudit rules: its command line, and `rules list`. */
#include "cmd_rules.h"

#include "callaudit/sample.h"

#include <inttypes.h>
#include <string.h>

static const char usage[] =
    "usage: callaudit rules check|test|list [--config FILE] [--format table|json] [PATH...]\n"
    "       callaudit rules rivals [--db FILE] [--month YYYY-MM] [OPTIONS] [PATH...]\n\n"
    "  check  says what is wrong with the rule files, and which words no dictionary\n"
    "         knows: those whose pronunciation was guessed, and those that cannot be heard\n"
    "  test   judges the examples in each rule's 'tests' and says which come out otherwise\n"
    "  list   prints the rules\n"
    "  rivals suggests rivals: what at least two calls in the database (transcripts and imports;\n"
    "         of one month, or all) really say that sounds like a wording but is another\n\n"
    "PATH is a rule file or a folder of them; without one, the configuration's 'rules'.\n"
    "Exit codes: 0 all well, 2 wrong usage, 3 a rule file is wrong or an example failed.\n";

/* Writes the finished JSON to stdout; the exit code. */
int rules_answer_json(ca_json *json)
{
    ca_buf out = {0};
    ca_error err = {0};
    bool ok = ca_json_write(json, true, &out, &err);
    ca_buf_puts(&out, "\n");
    int status = ok ? cmd_answer(&out) : cmd_fail(&err);
    ca_buf_release(&out);
    return status;
}

int rules_no_memory(void)
{
    ca_error err = {0};
    ca_fail_memory(&err);
    return cmd_fail(&err);
}

/* ---- list ---- */

enum { WEIGHT = 3, MIN_WORDS = 6, TITLE, COLUMNS };

static const char *const column_names[COLUMNS] = {"id",  "kind",   "dimension", "weight",
                                                  "who", "window", "min_words", "title"};

static const char *span_text(const ca_window *window, ca_arena *arena)
{
    if (window->share > 0) {
        return ca_arena_printf(arena, "%g%%", window->share * 100);
    }
    bool whole = window->ms % 1000 == 0;
    return ca_arena_printf(arena, "%" PRId64 "%s", whole ? window->ms / 1000 : window->ms,
                           whole ? "s" : "ms");
}

static const char *window_text(const ca_window *window, ca_arena *arena)
{
    const char *kind = ca_window_name(window->kind);
    if (window->kind == CA_WINDOW_ALL) {
        return kind;
    }
    const char *span = span_text(window, arena);
    if (window->other == NULL) {
        return ca_arena_printf(arena, "%s %s", kind, span);
    }
    return ca_arena_printf(arena, "%s %s%s%s", kind, window->other, window->ms > 0 ? ", " : "",
                           window->ms > 0 ? span : "");
}

static void fill_row(const ca_rule *rule, const char *row[COLUMNS], ca_arena *arena)
{
    const char *const cells[COLUMNS] = {
        rule->id,
        ca_kind_name(rule->kind),
        ca_dimension_name(rule->dimension),
        ca_arena_printf(arena, "%d", rule->weight),
        ca_who_name(rule->who),
        window_text(&rule->within, arena),
        rule->min_words > 0 ? ca_arena_printf(arena, "%d", rule->min_words) : "-",
        rule->title};
    for (size_t i = 0; i < COLUMNS; i++) {
        row[i] = cells[i] != NULL ? cells[i] : "";
    }
}

static void put_row(const char *const row[COLUMNS], const size_t widths[COLUMNS], ca_buf *out)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        size_t pad = i == TITLE ? 0 : widths[i] - ca_utf8_width(row[i]) + 2;
        ca_buf_printf(out, "%s%*s", row[i], (int)pad, "");
    }
    ca_buf_puts(out, "\n");
}

static void put_ruleset_table(const ca_ruleset *set, ca_buf *out, ca_arena *arena)
{
    const size_t count = set->rules.count;
    const char *(*rows)[COLUMNS] = ca_arena_alloc(arena, (count + 1) * sizeof *rows);
    size_t widths[COLUMNS] = {0};
    if (rows == NULL) {
        out->failed = true;
        return;
    }
    memcpy(rows[0], column_names, sizeof column_names);
    for (size_t i = 0; i < count; i++) {
        fill_row(&set->rules.items[i], rows[i + 1], arena);
    }
    for (size_t i = 0; i <= count; i++) {
        for (size_t k = 0; k < COLUMNS; k++) {
            size_t width = ca_utf8_width(rows[i][k]);
            widths[k] = width > widths[k] ? width : widths[k];
        }
    }
    ca_buf_printf(out, "%s (%s, %s)\n", set->name, set->language, set->path);
    for (size_t i = 0; i <= count; i++) {
        put_row(rows[i], widths, out);
    }
}

static void put_rule_json(const ca_ruleset *set, const ca_rule *rule, ca_json *json,
                          ca_arena *arena)
{
    const char *row[COLUMNS];
    fill_row(rule, row, arena);
    ca_json_object(json, NULL);
    ca_json_text(json, "ruleset", set->name);
    for (size_t i = 0; i < COLUMNS; i++) {
        if (i == WEIGHT) {
            ca_json_int(json, column_names[i], rule->weight);
        } else if (i == MIN_WORDS && rule->min_words > 0) {
            ca_json_int(json, column_names[i], rule->min_words);
        } else if (i == MIN_WORDS) {
            ca_json_text(json, column_names[i], NULL);
        } else {
            ca_json_text(json, column_names[i], row[i]);
        }
    }
    ca_json_end(json);
}

static int list_json(const rules_request *r, const ca_rulesets *sets)
{
    ca_json *json = ca_json_new();
    if (json == NULL) {
        return rules_no_memory();
    }
    ca_json_list(json, "rules");
    for (size_t i = 0; i < sets->count; i++) {
        for (size_t k = 0; k < sets->items[i].rules.count; k++) {
            put_rule_json(&sets->items[i], &sets->items[i].rules.items[k], json, r->arena);
        }
    }
    ca_json_end(json);
    int status = rules_answer_json(json);
    ca_json_free(json);
    return status;
}

static int list(rules_request *r)
{
    ca_rulesets sets = {0};
    int status = cmd_load_rules(&r->config, &sets, r->arena);
    if (status != CMD_OK || r->format == CA_FORMAT_JSON) {
        return status != CMD_OK ? status : list_json(r, &sets);
    }
    ca_buf out = {0};
    for (size_t i = 0; i < sets.count; i++) {
        ca_buf_puts(&out, i > 0 ? "\n" : "");
        put_ruleset_table(&sets.items[i], &out, r->arena);
    }
    status = cmd_answer(&out);
    ca_buf_release(&out);
    return status;
}

/* ---- the command line ---- */

static const struct action {
    const char *name;
    int (*run)(rules_request *r);
} actions[] = {
    {"check", rules_check}, {"test", rules_test}, {"list", list}, {"rivals", rules_rivals}};

static const struct action *find_action(const char *name)
{
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (strcmp(actions[i].name, name) == 0) {
            return &actions[i];
        }
    }
    return NULL;
}

static int run_action(const struct action *action, rules_request *r, const char *config,
                      const char *db, char **paths, int count)
{
    ca_error err = {0};
    int status = cmd_load_config(config, db, NULL, &r->config, r->arena);
    if (status != CMD_OK) {
        return status;
    }
    if (count > 0) {
        r->config.rules = (ca_strings){0};
    }
    for (int i = 0; i < count; i++) {
        if (!ca_strings_add(&r->config.rules, paths[i], r->arena, &err)) {
            return cmd_fail(&err);
        }
    }
    return action->run(r);
}

int cmd_rules(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"format", required_argument, NULL, 'f'},
        {"db", required_argument, NULL, 'd'},     {"month", required_argument, NULL, 'm'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    rules_request r = {.format = CA_FORMAT_TABLE};
    const char *config = NULL, *db = NULL;
    optind = 0;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'c': config = optarg; break;
        case 'd': db = optarg; break;
        case 'm':
            r.month = optarg;
            if (!ca_month_valid(optarg)) {
                return cmd_usage("rules", "'%s' is no month (YYYY-MM)", optarg);
            }
            break;
        case 'h': return fputs(usage, stdout) < 0 ? CMD_SETUP : CMD_OK;
        case 'f':
            if (!cmd_parse_format(optarg, &r.format) || r.format == CA_FORMAT_CSV) {
                return cmd_usage("rules", "unknown format '%s': table and json exist", optarg);
            }
            break;
        default: return cmd_usage("rules", "wrong option '%s'", argv[optind - 1]);
        }
    }
    const char *name = optind < argc ? argv[optind] : "";
    const struct action *action = find_action(name);
    if (action == NULL) {
        return cmd_usage("rules", "%s%s: check, test, list and rivals exist",
                         name[0] != '\0' ? "unknown sub-command " : "no sub-command", name);
    }
    if ((db != NULL || r.month != NULL) && action->run != rules_rivals) {
        return cmd_usage("rules", "--db and --month belong to rivals");
    }
    r.arena = ca_arena_new(0);
    int status = r.arena != NULL
                     ? run_action(action, &r, config, db, argv + optind + 1, argc - optind - 1)
                     : rules_no_memory();
    ca_arena_free(r.arena);
    return status;
}
