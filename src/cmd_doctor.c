/* cmd_doctor.c - callaudit doctor: would a night run here, and how long would it take? */
#include "cmd.h"

#include "callaudit/doctor.h"

#include <string.h>

static const char help[] =
    "usage: callaudit doctor [OPTIONS]\n\n"
    "Looks at everything that a night's run uses and says of each 'ok', 'warning' or 'problem'\n"
    "with what to do; measures what a night takes, with the recognizer at work.\n\n"
    "  --config FILE   configuration (default: callaudit.yaml here, if there is one)\n"
    "  --rules DIR     rule files: a folder or one file\n"
    "  --hours N       hours of audio in a night (default: 100)\n"
    "  --audio FILE    recording to measure with (default: 20 s of a made, speech-like signal)\n"
    "  --format F      table or json\n\n"
    "Exit: 0 a night can run, 2 wrong usage, 3 it could not.\n";

typedef struct arguments {
    ca_doctor_request request;
    bool json;
} arguments;

enum { OPT_CONFIG = 256, OPT_RULES, OPT_HOURS, OPT_AUDIO, OPT_FORMAT };

static int parse_option(int option, const char *value, arguments *args)
{
    switch (option) {
    case OPT_CONFIG: args->request.config_path = value; return CMD_OK;
    case OPT_RULES: args->request.rules = value; return CMD_OK;
    case OPT_AUDIO: args->request.audio = value; return CMD_OK;
    case OPT_HOURS:
        return ca_parse_double(value, 0.01, 1e6, &args->request.hours)
                   ? CMD_OK
                   : cmd_usage("doctor", "--hours takes a number up to a million, not '%s'", value);
    case OPT_FORMAT:
        args->json = strcmp(value, "json") == 0;
        return args->json || strcmp(value, "table") == 0
                   ? CMD_OK
                   : cmd_usage("doctor", "unknown format '%s': table and json exist", value);
    default: return cmd_usage("doctor", "unknown option");
    }
}

/* CMD_OK, an exit code, or -1 for help. */
static int parse_arguments(int argc, char **argv, arguments *args)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {"config", required_argument, NULL, OPT_CONFIG},
                                            {"rules", required_argument, NULL, OPT_RULES},
                                            {"hours", required_argument, NULL, OPT_HOURS},
                                            {"audio", required_argument, NULL, OPT_AUDIO},
                                            {"format", required_argument, NULL, OPT_FORMAT},
                                            {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        const int code = option == 'h' ? -1 : parse_option(option, optarg, args);
        if (code != CMD_OK) {
            return code;
        }
    }
    return optind == argc ? CMD_OK
                          : cmd_usage("doctor", "there is nothing to name besides options");
}

static size_t count_health(const ca_checks *checks, ca_health health)
{
    size_t count = 0;
    for (size_t i = 0; i < checks->count; i++) {
        count += checks->items[i].health == health;
    }
    return count;
}

static void put_table(const ca_checks *checks, ca_buf *out)
{
    size_t width = 0;
    for (size_t i = 0; i < checks->count; i++) {
        const size_t here = ca_utf8_width(checks->items[i].topic);
        width = here > width ? here : width;
    }
    for (size_t i = 0; i < checks->count; i++) {
        const ca_check *c = &checks->items[i];
        ca_buf_printf(out, "%-8s %s%*s  %s\n", ca_health_name(c->health), c->topic,
                      (int)(width - ca_utf8_width(c->topic)), "", c->text);
        if (c->advice != NULL) {
            ca_buf_printf(out, "%*s-> %s\n", (int)width + 11, "", c->advice);
        }
    }
    const size_t problems = count_health(checks, CA_HEALTH_PROBLEM);
    ca_buf_printf(out, "%s: %zu problems, %zu warnings\n",
                  problems > 0 ? "a night could not run" : "a night can run", problems,
                  count_health(checks, CA_HEALTH_WARNING));
}

static void put_json(const ca_checks *checks, const ca_night *night, ca_json *json)
{
    ca_json_list(json, "checks");
    for (size_t i = 0; i < checks->count; i++) {
        ca_json_object(json, NULL);
        ca_json_text(json, "topic", checks->items[i].topic);
        ca_json_text(json, "health", ca_health_name(checks->items[i].health));
        ca_json_text(json, "text", checks->items[i].text);
        ca_json_text(json, "advice", checks->items[i].advice);
        ca_json_end(json);
    }
    ca_json_end(json);
    ca_json_int(json, "problems", (int64_t)count_health(checks, CA_HEALTH_PROBLEM));
    ca_json_int(json, "warnings", (int64_t)count_health(checks, CA_HEALTH_WARNING));
    ca_json_object(json, "night");
    ca_json_real(json, "hours", night->hours);
    ca_json_int(json, "cpus", night->cpus);
    ca_json_real(json, "cpu_per_second", night->cpu_per_second);
    ca_json_real(json, "wall_hours", night->wall_hours);
    ca_json_int(json, "peak_rss_bytes", night->peak_rss_bytes);
    ca_json_end(json);
}

static bool write_answer(const arguments *args, const ca_checks *checks, const ca_night *night,
                         ca_buf *out, ca_error *err)
{
    if (!args->json) {
        put_table(checks, out);
        return true;
    }
    ca_json *json = ca_json_new();
    if (json == NULL) {
        return ca_fail_memory(err);
    }
    put_json(checks, night, json);
    const bool ok = ca_json_write(json, true, out, err);
    ca_buf_puts(out, "\n");
    ca_json_free(json);
    return ok;
}

static int examine(const arguments *args, ca_arena *arena)
{
    ca_checks checks = {0};
    ca_night night;
    ca_buf out = {0};
    ca_error err = {0};
    int code = ca_doctor(&args->request, &checks, &night, arena, &err) &&
                       write_answer(args, &checks, &night, &out, &err)
                   ? cmd_answer(&out)
                   : cmd_fail(&err);
    ca_buf_release(&out);
    return code == CMD_OK && count_health(&checks, CA_HEALTH_PROBLEM) > 0 ? CMD_SETUP : code;
}

int cmd_doctor(int argc, char **argv)
{
    arguments args = {.request = {.hours = 100, .program = cmd_version}};
    int code = parse_arguments(argc, argv, &args);
    if (code != CMD_OK) {
        if (code == -1) {
            fputs(help, stdout);
        }
        return code == -1 ? CMD_OK : code;
    }
    ca_arena *arena = ca_arena_new(0);
    code = arena != NULL ? examine(&args, arena) : CMD_SETUP;
    ca_arena_free(arena);
    return code;
}
