/* cmd_db.c - `callaudit db`: check, back up and export the database. */
#include "cmd.h"

#include "callaudit/sample.h"
#include "callaudit/schema.h"

#include <string.h>

static const char help[] =
    "usage: callaudit db check [OPTIONS]\n"
    "       callaudit db backup FILE [OPTIONS]\n"
    "       callaudit db export [--month YYYY-MM] [OPTIONS]\n\n"
    "  check    SQLite's integrity check, foreign keys, and what callaudit promises besides;\n"
    "           prints each problem, exit code 1 when there is one\n"
    "  backup   a consistent copy into a new file, readable by its owner alone, while others work\n"
    "  export   all rows of the public views as JSON in one order that depends on nothing but\n"
    "           the calls: two databases that say the same give the same bytes\n\n"
    "  --config FILE   configuration\n"
    "  --db FILE       database\n";

typedef struct arguments {
    const char *config, *db, *month, *file;
} arguments;

static int check(ca_db *db, const arguments *args, ca_arena *arena)
{
    (void)args;
    ca_error err = {0};
    ca_strings problems = {0};
    if (!ca_schema_problems(db, &problems, arena, &err)) {
        return cmd_fail(&err);
    }
    for (size_t i = 0; i < problems.count; i++) {
        printf("%s\n", problems.items[i]);
    }
    if (problems.count == 0) {
        puts("no problems");
    }
    const ca_buf flushed = {0};
    int code = cmd_answer(&flushed);
    return code == CMD_OK && problems.count > 0 ? CMD_SOME_FAILED : code;
}

static int backup(ca_db *db, const arguments *args, ca_arena *arena)
{
    (void)arena;
    ca_error err = {0};
    return ca_db_backup(db, args->file, &err) ? CMD_OK : cmd_fail(&err);
}

static int export(ca_db *db, const arguments *args, ca_arena *arena)
{
    (void)arena;
    ca_error err = {0};
    ca_buf out = {0};
    bool done = ca_report_export(db, args->month, &out, &err);
    int code = done ? cmd_answer(&out) : cmd_fail(&err);
    ca_buf_release(&out);
    return code;
}

static const struct verb {
    const char *name;
    int (*run)(ca_db *db, const arguments *args, ca_arena *arena);
    int operands;
} verbs[] = {{"check", check, 0}, {"backup", backup, 1}, {"export", export, 0}};

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(name, verbs[i].name) == 0) {
            return &verbs[i];
        }
    }
    return NULL;
}

enum { OPT_CONFIG = 256, OPT_DB, OPT_MONTH };

static int parse_option(int option, const char *value, arguments *args)
{
    switch (option) {
    case OPT_CONFIG: args->config = value; return CMD_OK;
    case OPT_DB: args->db = value; return CMD_OK;
    case OPT_MONTH:
        args->month = value;
        return ca_month_valid(value) ? CMD_OK
                                     : cmd_usage("db", "'%s' is no month (YYYY-MM)", value);
    default: return CMD_USAGE;
    }
}

/* What stands on the line besides options: the verb and its operand. */
static int parse_operands(int argc, char **argv, arguments *args, const struct verb **verb)
{
    *verb = optind < argc ? find_verb(argv[optind]) : NULL;
    if (*verb == NULL) {
        return cmd_usage("db", "say check, backup or export");
    }
    if (argc - optind - 1 != (*verb)->operands) {
        return cmd_usage("db", (*verb)->operands > 0 ? "name the file to write"
                                                     : "there is nothing more to name");
    }
    args->file = (*verb)->operands > 0 ? argv[optind + 1] : NULL;
    if (args->month != NULL && (*verb)->run != export) {
        return cmd_usage("db", "--month belongs to export");
    }
    return CMD_OK;
}

/* CMD_OK, an exit code, or -1 for help. */
static int parse_arguments(int argc, char **argv, arguments *args, const struct verb **verb)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"config", required_argument, NULL, OPT_CONFIG},
        {"db", required_argument, NULL, OPT_DB},
        {"month", required_argument, NULL, OPT_MONTH},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        int code = option == 'h' ? -1 : parse_option(option, optarg, args);
        if (code != CMD_OK) {
            return code;
        }
    }
    return parse_operands(argc, argv, args, verb);
}

static int run_verb(const struct verb *verb, const arguments *args, ca_arena *arena)
{
    ca_config config;
    int code = cmd_load_config(args->config, args->db, NULL, &config, arena);
    if (code != CMD_OK) {
        return code;
    }
    ca_error err = {0};
    ca_db *db = ca_db_open(config.database, CA_DB_READ, &err);
    code = db != NULL ? verb->run(db, args, arena) : cmd_fail(&err);
    ca_db_close(db);
    return code;
}

int cmd_db(int argc, char **argv)
{
    arguments args = {0};
    const struct verb *verb = NULL;
    int code = parse_arguments(argc, argv, &args, &verb);
    if (code != CMD_OK || verb == NULL) {
        if (code == -1) {
            fputs(help, stdout);
        }
        return code == -1 ? CMD_OK : code;
    }
    ca_arena *arena = ca_arena_new(0);
    code = arena != NULL ? run_verb(verb, &args, arena) : CMD_SETUP;
    ca_arena_free(arena);
    return code;
}
