/* cmd_run.c - `callaudit run`: starts the night, shows how it goes, says how it went. */
#include "cmd.h"

#include "callaudit/batch.h"
#include "callaudit/fs.h"
#include "callaudit/vocabulary.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "usage: callaudit run [OPTIONS] PATH...\n\n"
    "Judges every recording in the files and folders named, once. Can be run again at any\n"
    "time: what is judged is not done again, what was cut off is taken up.\n\n"
    "  --config FILE     configuration (default: callaudit.yaml here, if there is one)\n"
    "  --db FILE         database\n"
    "  --rules DIR       rule files: a folder or one file\n"
    "  --cdr FILE.csv    call detail records\n"
    "  --jobs N          worker processes (default: the number of cores)\n"
    "  --shard K/N       only the K-th of N parts, for many machines\n"
    "  --only sample     only transcripts still missing for the audit sample (default: all)\n"
    "  --format F        summary as text or json\n\n"
    "Exit: 0 all judged, 1 some calls failed, 2 wrong usage, 3 set-up; 130 or 143 when stopped.\n";

typedef struct arguments {
    const char *config, *db, *rules, *cdr;
    ca_batch_options batch;
    bool json;
} arguments;

/* What the observer needs: a bar on a terminal, lines in a log. */
typedef struct screen {
    bool terminal;
    bool bar_shown;
    int64_t shown_ms;
} screen;

static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
    stop_signal = number;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: waits end at once */
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* ---- arguments ---- */

static bool parse_shard(const char *text, ca_batch_options *options)
{
    char head[16];
    int64_t k = 0;
    int64_t n = 0;
    const char *slash = strchr(text, '/');
    if (!slash || (size_t)(slash - text) >= sizeof head) {
        return false;
    }
    memcpy(head, text, (size_t)(slash - text));
    head[slash - text] = '\0';
    if (!ca_parse_int(slash + 1, 1, 100000, &n) || !ca_parse_int(head, 1, n, &k)) {
        return false;
    }
    options->shard = (int)k;
    options->shards = (int)n;
    return true;
}

enum { OPT_CONFIG = 256, OPT_DB, OPT_RULES, OPT_CDR, OPT_JOBS, OPT_SHARD, OPT_ONLY, OPT_FORMAT };

static int parse_value(int option, const char *value, arguments *args)
{
    int64_t number = 0;
    switch (option) {
    case OPT_CONFIG: args->config = value; return CMD_OK;
    case OPT_DB: args->db = value; return CMD_OK;
    case OPT_RULES: args->rules = value; return CMD_OK;
    case OPT_CDR: args->cdr = value; return CMD_OK;
    case OPT_JOBS:
        if (!ca_parse_int(value, 1, 256, &number)) {
            return cmd_usage("run", "--jobs takes a number from 1 to 256, not '%s'", value);
        }
        args->batch.jobs = (int)number;
        return CMD_OK;
    case OPT_SHARD:
        if (!parse_shard(value, &args->batch)) {
            return cmd_usage("run", "--shard takes K/N, such as 1/8, not '%s'", value);
        }
        return CMD_OK;
    case OPT_ONLY:
        if (strcmp(value, "sample") != 0 && strcmp(value, "all") != 0) {
            return cmd_usage("run", "--only takes sample or all, not '%s'", value);
        }
        args->batch.only_sample = strcmp(value, "sample") == 0;
        return CMD_OK;
    case OPT_FORMAT:
        if (strcmp(value, "text") != 0 && strcmp(value, "json") != 0) {
            return cmd_usage("run", "--format takes text or json, not '%s'", value);
        }
        args->json = strcmp(value, "json") == 0;
        return CMD_OK;
    default: return cmd_usage("run", "unknown option");
    }
}

/* CMD_OK, an exit code, or -1 for help. */
static int parse_arguments(int argc, char **argv, arguments *args, ca_arena *arena)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"config", required_argument, NULL, OPT_CONFIG},
        {"db", required_argument, NULL, OPT_DB},
        {"rules", required_argument, NULL, OPT_RULES},
        {"cdr", required_argument, NULL, OPT_CDR},
        {"jobs", required_argument, NULL, OPT_JOBS},
        {"shard", required_argument, NULL, OPT_SHARD},
        {"only", required_argument, NULL, OPT_ONLY},
        {"format", required_argument, NULL, OPT_FORMAT},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            return -1;
        }
        if (option == '?') {
            return CMD_USAGE;
        }
        const int code = parse_value(option, optarg, args);
        if (code != CMD_OK) {
            return code;
        }
    }
    if (optind == argc) {
        return cmd_usage("run", "name the recordings, or the folders that hold them");
    }
    for (int i = optind; i < argc; i++) {
        ca_error err = {0};
        if (!ca_strings_add(&args->batch.paths, argv[i], arena, &err)) {
            return cmd_fail(&err);
        }
    }
    return CMD_OK;
}

/* Names come from strangers: nothing in them may steer the terminal. */
static void put_clean(ca_buf *out, const char *before, const char *name)
{
    ca_buf_puts(out, before);
    const size_t from = out->length;
    ca_buf_puts(out, name);
    if (!out->failed) {
        ca_text_clean(out->data + from);
    }
}

/* ---- progress ---- */

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void clear_bar(screen *s)
{
    if (s->bar_shown) {
        fputs("\r\033[K", stderr);
        s->bar_shown = false;
    }
}

static double hours_per_hour(const ca_batch_counts *counts)
{
    return counts->wall_seconds > 0 ? (double)counts->audio_ms / 1000 / counts->wall_seconds : 0;
}

/* Calls done of those that there were to do, speed, time left from the pace so far. */
static void draw_bar(screen *s, const ca_batch_counts *counts)
{
    const int64_t done = counts->judged + counts->failed + counts->duplicates + counts->growing;
    const int64_t todo = done + counts->left;
    const int64_t left =
        done > 0 ? (int64_t)(counts->wall_seconds / (double)done * (double)counts->left) : 0;
    if (now_ms() - s->shown_ms < 100) {
        return;
    }
    clear_bar(s);
    fprintf(stderr,
            "%" PRId64 " of %" PRId64 " calls, %" PRId64 " failed, %.0f audio hours an hour, "
            "%" PRId64 ":%02" PRId64 " left",
            done, todo, counts->failed, hours_per_hour(counts), left / 60, left % 60);
    fflush(stderr);
    s->bar_shown = true;
    s->shown_ms = now_ms();
}

static void observe(void *context, const char *path, ca_batch_event event, const ca_error *why,
                    const ca_batch_counts *counts)
{
    screen *s = context;
    if (path && event != CA_BATCH_JUDGED) {
        clear_bar(s);
        ca_buf line = {0};
        put_clean(&line, event == CA_BATCH_FAILED ? "failed: " : "note: ", path);
        fprintf(stderr, "%s: %s%s%s\n", ca_buf_text(&line), ca_reason_name(why->reason),
                *why->msg ? ": " : "", why->msg);
        ca_buf_release(&line);
    }
    if (s->terminal) {
        draw_bar(s, counts);
    }
}

/* ---- summary ---- */

static void summarize_failures(const ca_batch_counts *counts, ca_buf *out)
{
    const char *separator = " (";
    for (int r = 0; r < CA_REASON_COUNT; r++) {
        if (counts->by_reason[r] > 0) {
            ca_buf_printf(out, "%s%s %" PRId64, separator, ca_reason_name((ca_reason)r),
                          counts->by_reason[r]);
            separator = ", ";
        }
    }
    ca_buf_puts(out, counts->failed > 0 ? ")" : "");
}

static void add_note(ca_buf *out, int64_t number, const char *what)
{
    if (number > 0) {
        ca_buf_printf(out, ", %" PRId64 " %s", number, what);
    }
}

/* "what (3): a, b, c"; of many, the first ones (JSON has all). */
static void list_names(ca_buf *out, const char *what, const ca_strings *names)
{
    enum { SHOWN = 10 };
    for (size_t i = 0; i < names->count && i < SHOWN; i++) {
        if (i == 0) {
            ca_buf_printf(out, "%s (%zu):", what, names->count);
        }
        put_clean(out, i ? ", " : " ", names->items[i]);
    }
    ca_buf_puts(out, names->count > SHOWN ? " ...\n" : (names->count > 0 ? "\n" : ""));
}

static void summarize_text(const arguments *args, const ca_batch_counts *counts, ca_buf *out)
{
    ca_buf_printf(out, "%" PRId64 " recordings: %" PRId64 " judged", counts->found, counts->judged);
    add_note(out, counts->truncated, "of them truncated");
    add_note(out, counts->already,
             args->batch.only_sample ? "that need no transcript" : "judged before");
    add_note(out, counts->duplicates, "duplicates");
    add_note(out, counts->growing, "still growing");
    add_note(out, counts->elsewhere, "of other shards");
    add_note(out, counts->left, "left undone");
    ca_buf_printf(out, ", %" PRId64 " failed", counts->failed);
    summarize_failures(counts, out);
    ca_buf_printf(out,
                  "\n%.2f audio hours in %.1f s: %.0f audio hours an hour; worker peak %.0f MB",
                  (double)counts->audio_ms / 3.6e6, counts->wall_seconds, hours_per_hour(counts),
                  (double)counts->peak_rss_bytes / 1048576);
    add_note(out, counts->replaced, "workers replaced");
    ca_buf_puts(out, "\n");
    list_names(out, "in the CDR but not recorded", &counts->unrecorded);
    list_names(out, "recorded but not in the CDR", &counts->unlisted);
    list_names(out, "could not be read", &counts->unreadable);
}

static void summarize_counts(const ca_batch_counts *counts, ca_json *json)
{
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"found", counts->found},           {"judged", counts->judged},
                   {"truncated", counts->truncated},   {"already", counts->already},
                   {"duplicates", counts->duplicates}, {"growing", counts->growing},
                   {"elsewhere", counts->elsewhere},   {"left", counts->left},
                   {"failed", counts->failed},         {"replaced", counts->replaced},
                   {"audio_ms", counts->audio_ms},     {"peak_rss_bytes", counts->peak_rss_bytes}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        ca_json_int(json, numbers[i].name, numbers[i].value);
    }
}

static void write_names(ca_json *json, const char *key, const ca_strings *names)
{
    ca_json_list(json, key);
    for (size_t i = 0; i < names->count; i++) {
        ca_json_text(json, NULL, names->items[i]);
    }
    ca_json_end(json);
}

static bool summarize_json(const ca_batch_counts *counts, ca_buf *out, ca_error *err)
{
    ca_json *json = ca_json_new();
    if (!json) {
        return ca_fail_memory(err);
    }
    summarize_counts(counts, json);
    write_names(json, "unrecorded", &counts->unrecorded);
    write_names(json, "unlisted", &counts->unlisted);
    write_names(json, "unreadable", &counts->unreadable);
    ca_json_object(json, "reasons");
    for (int r = 0; r < CA_REASON_COUNT; r++) {
        if (counts->by_reason[r] > 0) {
            ca_json_int(json, ca_reason_name((ca_reason)r), counts->by_reason[r]);
        }
    }
    ca_json_end(json);
    ca_json_object(json, "cpu_seconds");
    for (int s = 0; s < CA_STAGE_COUNT; s++) {
        ca_json_real(json, ca_stage_name((ca_stage)s), counts->cpu_seconds[s]);
    }
    ca_json_end(json);
    ca_json_real(json, "wall_seconds", counts->wall_seconds);
    const bool ok = ca_json_write(json, true, out, err);
    ca_buf_puts(out, "\n");
    ca_json_free(json);
    return ok;
}

static int print_summary(const arguments *args, const ca_batch_counts *counts)
{
    ca_buf out = {0};
    ca_error err = {0};
    int code = CMD_OK;
    if (!args->json) {
        summarize_text(args, counts, &out);
    } else if (!summarize_json(counts, &out, &err)) {
        code = cmd_fail(&err);
    }
    code = code == CMD_OK ? cmd_answer(&out) : code;
    ca_buf_release(&out);
    return code;
}

/* ---- the command ---- */

/* The desk's own pronunciations are right, if there are any. */
static bool check_pronunciations(const ca_model *model, ca_error *err)
{
    const ca_keyphrases none = {0};
    if (!model->pronunciations) {
        return true;
    }
    ca_lexicon *lexicon = ca_vocabulary_open(model, &none, err);
    const bool ok = lexicon != NULL;
    ca_lexicon_close(lexicon);
    return ok;
}

/* The language's model, with what transcripts need when they are wanted. */
static bool check_model(const ca_config *config, const ca_batch_options *options,
                        const char *language, ca_arena *arena, ca_error *err)
{
    ca_model model;
    const bool transcripts = options->only_sample || config->transcripts != CA_TRANSCRIPT_NONE;
    if (!ca_config_model(config, language, &model, arena, err) ||
        !check_pronunciations(&model, err)) {
        return false;
    }
    return !transcripts || (model.language_model && access(model.language_model, R_OK) == 0) ||
           ca_fail(err, CA_ESETUP, "transcripts need a language model for %s (%s)", language,
                   "models: language_model, or hearing: {transcript: none}");
}

/* The models of all rule sets, before the night begins. Without the usual language's there is
 * nothing to do; without another's its calls fail, and that is said now. */
static int check_models(const ca_config *config, const ca_rulesets *rulesets,
                        const ca_batch_options *options, ca_arena *arena)
{
    for (size_t i = 0; i < rulesets->count; i++) {
        ca_error err = {0};
        const char *language = rulesets->items[i].language;
        if (check_model(config, options, language, arena, &err)) {
            continue;
        }
        if (strcmp(language, config->language) == 0) {
            return cmd_fail(&err);
        }
        fprintf(stderr, "note: calls in %s cannot be heard: %s\n", language, err.msg);
    }
    return CMD_OK;
}

static int run(arguments *args, ca_arena *arena)
{
    ca_config config;
    ca_rulesets rulesets = {0};
    ca_batch_counts counts = {0};
    ca_error err = {0};
    screen s = {.terminal = isatty(STDERR_FILENO)};
    catch_signals();
    int code = cmd_load_config(args->config, args->db, args->rules, &config, arena);
    if (code != CMD_OK || (code = cmd_load_rules(&config, &rulesets, arena)) != CMD_OK ||
        (code = check_models(&config, &rulesets, &args->batch, arena)) != CMD_OK) {
        return code;
    }
    const ca_batch_watch watch = {observe, &s, &stop_signal};
    config.cdr_path = args->cdr ? args->cdr : config.cdr_path;
    const bool ok = ca_batch_run(&config, &rulesets, &args->batch, &watch, &counts, arena, &err);
    clear_bar(&s);
    if (!ok) {
        return cmd_fail(&err);
    }
    code = print_summary(args, &counts);
    if (stop_signal) {
        fprintf(stderr, "stopped; what was in hand is taken up by the next run\n");
        return 128 + stop_signal;
    }
    const bool trouble = counts.failed > 0 || counts.unreadable.count > 0;
    return code != CMD_OK ? code : (trouble ? CMD_SOME_FAILED : CMD_OK);
}

int cmd_run(int argc, char **argv)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    arguments args = {
        .batch = {
            .jobs = cores > 0 ? (int)cores : 1, .shard = 1, .shards = 1, .program = cmd_version}};
    ca_error err = {0};
    ca_arena *arena = ca_arena_new(0);
    if (!arena) {
        ca_fail_memory(&err);
        return cmd_fail(&err);
    }
    int code = parse_arguments(argc, argv, &args, arena);
    if (code == -1) {
        fputs(help, stdout);
        code = CMD_OK;
    } else if (code == CMD_OK) {
        code = run(&args, arena);
    }
    ca_arena_free(arena);
    return code;
}
