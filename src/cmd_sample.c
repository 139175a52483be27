/* cmd_sample.c - `callaudit sample`: draws, lists and verifies a month's audit sample. */
#include "cmd.h"

#include "callaudit/json.h"
#include "callaudit/sample.h"

#include <inttypes.h>
#include <string.h>

static const char help[] =
    "usage: callaudit sample draw   --month YYYY-MM [--rate 10%] [--min N] [--seed TEXT] "
    "[OPTIONS]\n"
    "       callaudit sample list   --month YYYY-MM [--manifest] [OPTIONS]\n"
    "       callaudit sample verify --month YYYY-MM [OPTIONS]\n\n"
    "  draw     freezes the month's calls, then draws for each agent; again: takes in late calls\n"
    "           and draws what they or a higher rate add; what was drawn stays\n"
    "  list     the drawn calls, and the calls left out with their reason\n"
    "  verify   draws again from the stored calls and seed and compares; exit code 1 when\n"
    "           anything differs\n\n"
    "  --rate R        share of each agent's calls (default: the configuration's, 10%)\n"
    "  --min N         at least so many of each agent (default: the configuration's, 1)\n"
    "  --seed TEXT     fixes the draw (default: a random one, which is stored)\n"
    "  --manifest      list: the frozen calls as they were hashed, for sha256sum\n"
    "  --format F      table, csv (list alone) or json\n"
    "  --config FILE   configuration\n"
    "  --db FILE       database\n\n"
    "A call's ticket is the SHA-256 of callaudit-v1|SEED|YYYY-MM|CALL; the smallest are drawn:\n"
    "  printf 'callaudit-v1|%s|%s|%s' SEED 2026-10 CALL | sha256sum\n";

typedef struct arguments {
    const char *config, *db, *month, *seed;
    int rate_permille; /* 0: the configuration's */
    int64_t min;       /* -1: the configuration's */
    bool manifest;
    ca_format format;
} arguments;

/* ---- draw ---- */

static void draw_as_text(const ca_draw_result *result, const ca_draw *draw, ca_buf *out)
{
    ca_buf_printf(out,
                  "month     %s (%s)\n"
                  "frame     %" PRId64 " calls, %" PRId64 " left out\n"
                  "drawn     %" PRId64 " now, %" PRId64 " altogether\n"
                  "seed      %s\n"
                  "manifest  %s\n",
                  draw->month, result->timezone, result->frame, result->excluded, result->drawn,
                  result->total, result->seed, result->manifest.hex);
}

static bool draw_as_json(const ca_draw_result *result, const ca_draw *draw, ca_buf *out,
                         ca_error *err)
{
    ca_json *json = ca_json_new();
    if (json == NULL) {
        return ca_fail_memory(err);
    }
    ca_json_text(json, "month", draw->month);
    ca_json_text(json, "timezone", result->timezone);
    ca_json_int(json, "frame", result->frame);
    ca_json_int(json, "left_out", result->excluded);
    ca_json_int(json, "undated", result->undated);
    ca_json_int(json, "drawn", result->drawn);
    ca_json_int(json, "total", result->total);
    ca_json_text(json, "seed", result->seed);
    ca_json_text(json, "manifest", result->manifest.hex);
    bool done = ca_json_write(json, true, out, err);
    ca_buf_puts(out, "\n");
    ca_json_free(json);
    return done;
}

static int draw(const arguments *args, const ca_config *config, ca_db *db, ca_arena *arena)
{
    ca_error err = {0};
    ca_buf out = {0};
    ca_draw_result result;
    const ca_draw how = {
        .month = args->month,
        .timezone = config->timezone,
        .seed = args->seed,
        .rate_permille = args->rate_permille > 0 ? args->rate_permille : config->rate_permille,
        .min = args->min >= 0 ? (int)args->min : config->sample_min,
    };
    bool done = ca_sample_draw(db, &how, &result, arena, &err);
    if (done && args->format == CA_FORMAT_JSON) {
        done = draw_as_json(&result, &how, &out, &err);
    } else if (done) {
        draw_as_text(&result, &how, &out);
    }
    if (done && result.undated > 0) {
        (void)fprintf(stderr,
                      "callaudit: %" PRId64 " recordings have no start time, and so are in"
                      " no month; see 'callaudit report calls'\n",
                      result.undated);
    }
    int code = done ? cmd_answer(&out) : cmd_fail(&err);
    ca_buf_release(&out);
    return code;
}

/* ---- list ---- */

static int list(const arguments *args, const ca_config *config, ca_db *db, ca_arena *arena)
{
    (void)config;
    (void)arena;
    ca_error err = {0};
    ca_buf out = {0};
    bool done = args->manifest ? ca_sample_manifest(db, args->month, &out, &err)
                               : ca_report_sample(db, args->month, args->format, &out, &err);
    int code = done ? cmd_answer(&out) : cmd_fail(&err);
    ca_buf_release(&out);
    return code;
}

/* ---- verify ---- */

static bool problems_as_json(const char *month, const ca_strings *problems, ca_buf *out,
                             ca_error *err)
{
    ca_json *json = ca_json_new();
    if (json == NULL) {
        return ca_fail_memory(err);
    }
    ca_json_text(json, "month", month);
    ca_json_bool(json, "verified", problems->count == 0);
    ca_json_list(json, "problems");
    for (size_t i = 0; i < problems->count; i++) {
        ca_json_text(json, NULL, problems->items[i]);
    }
    ca_json_end(json);
    bool done = ca_json_write(json, true, out, err);
    ca_buf_puts(out, "\n");
    ca_json_free(json);
    return done;
}

static void problems_as_text(const char *month, const ca_strings *problems, ca_buf *out)
{
    for (size_t i = 0; i < problems->count; i++) {
        ca_buf_printf(out, "%s\n", problems->items[i]);
    }
    if (problems->count == 0) {
        ca_buf_printf(out, "%s is verified: frame, seed and tickets agree\n", month);
    }
}

static int verify(const arguments *args, const ca_config *config, ca_db *db, ca_arena *arena)
{
    (void)config;
    ca_error err = {0};
    ca_buf out = {0};
    ca_strings problems = {0};
    bool done = ca_sample_verify(db, args->month, &problems, arena, &err);
    if (done && args->format == CA_FORMAT_JSON) {
        done = problems_as_json(args->month, &problems, &out, &err);
    } else if (done) {
        problems_as_text(args->month, &problems, &out);
    }
    int code = done ? cmd_answer(&out) : cmd_fail(&err);
    ca_buf_release(&out);
    return code == CMD_OK && problems.count > 0 ? CMD_SOME_FAILED : code;
}

/* ---- the command line ---- */

static const struct verb {
    const char *name;
    ca_db_mode mode;
    int (*run)(const arguments *args, const ca_config *config, ca_db *db, ca_arena *arena);
} verbs[] = {
    {"draw", CA_DB_UPDATE, draw}, {"list", CA_DB_READ, list}, {"verify", CA_DB_READ, verify}};

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(name, verbs[i].name) == 0) {
            return &verbs[i];
        }
    }
    return NULL;
}

enum { OPT_CONFIG = 256, OPT_DB, OPT_MONTH, OPT_RATE, OPT_MIN, OPT_SEED, OPT_MANIFEST, OPT_FORMAT };

static int parse_option(int option, const char *value, arguments *args)
{
    switch (option) {
    case OPT_CONFIG: args->config = value; return CMD_OK;
    case OPT_DB: args->db = value; return CMD_OK;
    case OPT_SEED: args->seed = value; return CMD_OK;
    case OPT_MANIFEST: args->manifest = true; return CMD_OK;
    case OPT_MONTH:
        args->month = value;
        return ca_month_valid(value) ? CMD_OK
                                     : cmd_usage("sample", "'%s' is no month (YYYY-MM)", value);
    case OPT_RATE:
        return ca_parse_rate(value, &args->rate_permille)
                   ? CMD_OK
                   : cmd_usage("sample", "--rate takes 0.1%% to 100%%, not '%s'", value);
    case OPT_MIN:
        return ca_parse_int(value, 0, 1000000, &args->min)
                   ? CMD_OK
                   : cmd_usage("sample", "--min takes a number, not '%s'", value);
    case OPT_FORMAT:
        return cmd_parse_format(value, &args->format)
                   ? CMD_OK
                   : cmd_usage("sample", "--format takes table, csv or json, not '%s'", value);
    default: return CMD_USAGE;
    }
}

/* Options that the verb does not know. */
static int check_arguments(const arguments *args, const struct verb *verb)
{
    bool draws = args->seed != NULL || args->rate_permille > 0 || args->min >= 0;
    if (args->month == NULL) {
        return cmd_usage("sample", "which month? --month YYYY-MM");
    }
    if (draws && verb->run != draw) {
        return cmd_usage("sample", "--rate, --min and --seed belong to draw");
    }
    if (args->manifest && verb->run != list) {
        return cmd_usage("sample", "--manifest belongs to list");
    }
    if (args->format == CA_FORMAT_CSV && verb->run != list) {
        return cmd_usage("sample", "csv is a format of list alone");
    }
    return CMD_OK;
}

/* CMD_OK, an exit code, or -1 for help. */
static int parse_arguments(int argc, char **argv, arguments *args, const struct verb **verb)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"month", required_argument, NULL, OPT_MONTH},
        {"rate", required_argument, NULL, OPT_RATE},
        {"min", required_argument, NULL, OPT_MIN},
        {"seed", required_argument, NULL, OPT_SEED},
        {"manifest", no_argument, NULL, OPT_MANIFEST},
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
    *verb = optind + 1 == argc ? find_verb(argv[optind]) : NULL;
    return *verb != NULL ? check_arguments(args, *verb)
                         : cmd_usage("sample", "say one of draw, list and verify");
}

static int run_verb(const struct verb *verb, const arguments *args, ca_arena *arena)
{
    ca_config config;
    int code = cmd_load_config(args->config, args->db, NULL, &config, arena);
    if (code != CMD_OK) {
        return code;
    }
    ca_error err = {0};
    ca_db *db = ca_db_open(config.database, verb->mode, &err);
    code = db != NULL ? verb->run(args, &config, db, arena) : cmd_fail(&err);
    ca_db_close(db);
    return code;
}

int cmd_sample(int argc, char **argv)
{
    arguments args = {.min = -1, .format = CA_FORMAT_TABLE};
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
