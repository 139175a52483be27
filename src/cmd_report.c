/* cmd_report.c - `callaudit report`: scores of agents, calls and rules over a period. */
#include "cmd.h"

#include <string.h>

static const char help[] =
    "usage: callaudit report agents|calls|rules [OPTIONS]\n\n"
    "  agents   score of each agent by name, with its 95 % interval; never ranked\n"
    "  calls    every recording of the period with its score, or why it has none\n"
    "  rules    how often each rule was kept, broken or undecided\n\n"
    "  --month YYYY-MM     one month\n"
    "  --quarter YYYY-QN   one quarter, such as 2026-Q4\n"
    "  --year YYYY         one year; without a period: all there is\n"
    "  --format F          table, csv or json\n"
    "  --config FILE       configuration\n"
    "  --db FILE           database\n\n"
    "Once a month's audit sample is drawn, agents' scores of that month are over the sampled\n"
    "calls alone, and the interval says how far all of the agent's calls may be from that.\n"
    "Before, they are over all judged calls. 'too few': under 30 scored calls, compare nobody.\n";

typedef bool report(ca_db *db, const ca_period *period, ca_format format, ca_buf *out,
                    ca_error *err);

typedef struct arguments {
    const char *config, *db;
    report *which;
    ca_period period;
    ca_format format;
} arguments;

static report *find_report(const char *name)
{
    static const struct {
        const char *name;
        report *run;
    } reports[] = {
        {"agents", ca_report_agents}, {"calls", ca_report_calls}, {"rules", ca_report_rules}};
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        if (strcmp(name, reports[i].name) == 0) {
            return reports[i].run;
        }
    }
    return NULL;
}

enum { OPT_CONFIG = 256, OPT_DB, OPT_FORMAT };

static int parse_option(int option, const char *value, arguments *args)
{
    ca_span span = option == 'm' ? CA_SPAN_MONTH : option == 'q' ? CA_SPAN_QUARTER : CA_SPAN_YEAR;
    switch (option) {
    case OPT_CONFIG: args->config = value; return CMD_OK;
    case OPT_DB: args->db = value; return CMD_OK;
    case OPT_FORMAT:
        return cmd_parse_format(value, &args->format)
                   ? CMD_OK
                   : cmd_usage("report", "--format takes table, csv or json, not '%s'", value);
    case 'm':
    case 'q':
    case 'y':
        if (args->period.from[0] != '\0') {
            return cmd_usage("report", "one of --month, --quarter and --year is enough");
        }
        return ca_period_parse(span, value, &args->period)
                   ? CMD_OK
                   : cmd_usage("report", "'%s' is no period (2026-10, 2026-Q4, 2026)", value);
    default: return CMD_USAGE;
    }
}

/* CMD_OK, an exit code, or -1 for help. */
static int parse_arguments(int argc, char **argv, arguments *args)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"month", required_argument, NULL, 'm'},
        {"quarter", required_argument, NULL, 'q'},
        {"year", required_argument, NULL, 'y'},
        {"format", required_argument, NULL, OPT_FORMAT},
        {"config", required_argument, NULL, OPT_CONFIG},
        {"db", required_argument, NULL, OPT_DB},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        int code = option == 'h' ? -1 : parse_option(option, optarg, args);
        if (code != CMD_OK) {
            return code;
        }
    }
    if (optind + 1 != argc) {
        return cmd_usage("report", "name one report: agents, calls or rules");
    }
    args->which = find_report(argv[optind]);
    if (args->which == NULL) {
        return cmd_usage("report", "no report '%s': agents, calls or rules", argv[optind]);
    }
    if (args->period.from[0] == '\0') {
        (void)ca_period_parse(CA_SPAN_ALL, NULL, &args->period);
    }
    return CMD_OK;
}

static int write_report(const arguments *args, const ca_config *config)
{
    ca_error err = {0};
    ca_buf out = {0};
    ca_db *db = ca_db_open(config->database, CA_DB_READ, &err);
    bool done = db != NULL && args->which(db, &args->period, args->format, &out, &err);
    int code = done ? cmd_answer(&out) : cmd_fail(&err);
    ca_db_close(db);
    ca_buf_release(&out);
    return code;
}

int cmd_report(int argc, char **argv)
{
    arguments args = {.format = CA_FORMAT_TABLE};
    ca_config config;
    int code = parse_arguments(argc, argv, &args);
    if (code != CMD_OK || args.which == NULL) {
        if (code == -1) {
            fputs(help, stdout);
        }
        return code == -1 ? CMD_OK : code;
    }
    ca_arena *arena = ca_arena_new(0);
    code = arena != NULL ? cmd_load_config(args.config, args.db, NULL, &config, arena) : CMD_SETUP;
    if (code == CMD_OK) {
        code = write_report(&args, &config);
    }
    ca_arena_free(arena);
    return code;
}
