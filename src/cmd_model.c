/* cmd_model.c - callaudit model: its command line, and `model fetch`. */
#include "cmd_model.h"

#include "callaudit/fetch.h"
#include "callaudit/fs.h"

#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "usage: callaudit model list [--config FILE] [--to DIR] [--format table|json]\n"
    "       callaudit model fetch [--config FILE] [--from URL|DIR] [--to DIR] [--timeout S] "
    "NAME...\n"
    "       callaudit model use [--config FILE] [--to DIR] [--dry-run] LANGUAGE DIR|NAME\n"
    "       callaudit model adapt [--config FILE] [--db FILE] [--agent ID]... [--dry-run]\n"
    "                             [--jobs N] [--format table|json] PATH...\n\n"
    "  list   the models that are found, whether they are the known ones, and which are used\n"
    "  fetch  brings known models, each file checked by its SHA-256; can be run again at any time\n"
    "  use    writes the model of a language into the configuration\n"
    "  adapt  learns the agents' voices from recordings; later runs hear them with that\n\n"
    "  --config FILE   configuration (default: callaudit.yaml here, if there is one)\n"
    "  --to DIR        the models folder (default: models beside the configuration)\n"
    "  --from URL|DIR  a mirror or folder with the layout of a models folder: en-us-8khz/mdef ...\n"
    "                  (default: public copies of the PocketSphinx releases)\n"
    "  --timeout S     seconds of silence after which a server is given up (default: 30)\n"
    "  --dry-run       only prints: the lines that belong into the configuration, or what would\n"
    "                  be learned\n"
    "  --db FILE       database that keeps what is learned\n"
    "  --agent ID      only this agent's voice; can be given several times (default: all)\n"
    "  --jobs N        worker processes (default: the number of cores)\n\n";

/* ---- fetch ---- */

typedef struct screen {
    bool terminal;
    bool shown;
    struct timespec last;
} screen;

static void clear_progress(screen *s)
{
    if (s->shown) {
        fputs("\r\033[K", stderr);
        s->shown = false;
    }
}

static void show_progress(screen *s, const ca_known_file *file, int64_t bytes)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const double since =
        (double)(now.tv_sec - s->last.tv_sec) + (double)(now.tv_nsec - s->last.tv_nsec) / 1e9;
    if (!s->terminal || since < 0.1) {
        return;
    }
    clear_progress(s);
    fprintf(stderr, "%s: %.1f of %.1f MB", file->path, (double)bytes / 1e6,
            (double)file->size / 1e6);
    fflush(stderr);
    s->shown = true;
    s->last = now;
}

static void observe(void *context, const ca_known_file *file, ca_fetched state, int64_t bytes)
{
    screen *s = context;
    if (state == CA_FETCHED_COMING) {
        show_progress(s, file, bytes);
        return;
    }
    clear_progress(s);
    if (state == CA_FETCHED_NONE) {
        fprintf(stderr,
                "note: %s is not there to fetch: no public place has it, only a folder or mirror "
                "that was given it (--from). Without it this language has no transcripts\n",
                file->path);
    } else {
        printf("%s  %s\n", state == CA_FETCHED_NEW ? "fetched" : "there  ", file->path);
    }
}

static int put_known_names(const char *wrong)
{
    size_t count;
    const ca_known_model *known = ca_known_models(&count);
    ca_buf names = {0};
    for (size_t i = 0; i < count; i++) {
        ca_buf_printf(&names, "%s%s", i > 0 ? ", " : "", known[i].name);
    }
    int code = wrong ? cmd_usage("model", "no known model is called '%s': %s exist", wrong,
                                 ca_buf_text(&names))
                     : cmd_usage("model", "name what to fetch: %s", ca_buf_text(&names));
    ca_buf_release(&names);
    return code;
}

/* Public places do not have what Debian brings. */
static bool fetch_model(const ca_known_model *model, const ca_fetch_request *request,
                        ca_arena *arena, ca_error *err)
{
    if (model->package && !request->from) {
        return ca_fail(err, CA_ESETUP, "%s comes with Debian's package %s: apt-get install %s",
                       model->name, model->package, model->package);
    }
    return ca_model_fetch(model, request, arena, err) || ca_error_context(err, "%s", model->name);
}

int model_fetch(model_request *r)
{
    ca_error err = {0};
    screen s = {.terminal = isatty(STDERR_FILENO)};
    const ca_fetch_request request = {.from = r->from,
                                      .to = r->to,
                                      .silence_s = r->silence_s,
                                      .observer = observe,
                                      .context = &s};
    if (r->count == 0) {
        return put_known_names(NULL);
    }
    for (int i = 0; i < r->count; i++) {
        if (!ca_known_model_find(r->operands[i])) {
            return put_known_names(r->operands[i]);
        }
    }
    for (int i = 0; i < r->count && err.code == CA_OK; i++) {
        fetch_model(ca_known_model_find(r->operands[i]), &request, r->arena, &err);
    }
    clear_progress(&s);
    const int code = err.code != CA_OK ? cmd_fail(&err) : CMD_OK;
    const ca_buf flushed = {0};
    const int written = cmd_answer(&flushed);
    return code != CMD_OK ? code : written;
}

/* ---- the command line ---- */

static const struct verb {
    const char *name;
    int (*run)(model_request *r);
    int least, most; /* operands */
    const char *complaint;
} verbs[] = {
    {"list", model_list, 0, 0, "there is nothing more to name"},
    {"fetch", model_fetch, 0, 1000, "that is too much to fetch at once"},
    {"use", model_use, 2, 2, "name a language and its model's folder"},
    {"adapt", model_adapt, 1, INT_MAX, "name the recordings, or the folders that hold them"},
};

enum { VERBS = sizeof verbs / sizeof *verbs };

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < VERBS; i++) {
        if (strcmp(verbs[i].name, name) == 0) {
            return &verbs[i];
        }
    }
    return NULL;
}

enum {
    OPT_CONFIG = 256,
    OPT_FROM,
    OPT_TO,
    OPT_TIMEOUT,
    OPT_DRY_RUN,
    OPT_FORMAT,
    OPT_DB,
    OPT_AGENT,
    OPT_JOBS
};

static int parse_option(int option, const char *value, model_request *r)
{
    int64_t number = 0;
    ca_error err = {0};
    switch (option) {
    case OPT_CONFIG: r->config_path = value; return CMD_OK;
    case OPT_FROM: r->from = value; return CMD_OK;
    case OPT_TO: r->to = value; return CMD_OK;
    case OPT_DRY_RUN: r->dry_run = true; return CMD_OK;
    case OPT_TIMEOUT:
        if (!ca_parse_int(value, 1, 3600, &number)) {
            return cmd_usage("model", "--timeout takes 1 to 3600 seconds, not '%s'", value);
        }
        r->silence_s = (int)number;
        return CMD_OK;
    case OPT_DB: r->db = value; return CMD_OK;
    case OPT_AGENT:
        return ca_strings_add(&r->agents, value, r->arena, &err) ? CMD_OK : cmd_fail(&err);
    case OPT_JOBS:
        if (!ca_parse_int(value, 1, 256, &number)) {
            return cmd_usage("model", "--jobs takes a number from 1 to 256, not '%s'", value);
        }
        r->jobs = (int)number;
        return CMD_OK;
    case OPT_FORMAT:
        r->json = strcmp(value, "json") == 0;
        return r->json || strcmp(value, "table") == 0
                   ? CMD_OK
                   : cmd_usage("model", "unknown format '%s': table and json exist", value);
    default: return cmd_usage("model", "unknown option");
    }
}

/* CMD_OK, an exit code, or -1 for help. */
static int parse_arguments(int argc, char **argv, model_request *r, const struct verb **verb)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {"config", required_argument, NULL, OPT_CONFIG},
                                            {"from", required_argument, NULL, OPT_FROM},
                                            {"to", required_argument, NULL, OPT_TO},
                                            {"timeout", required_argument, NULL, OPT_TIMEOUT},
                                            {"dry-run", no_argument, NULL, OPT_DRY_RUN},
                                            {"format", required_argument, NULL, OPT_FORMAT},
                                            {"db", required_argument, NULL, OPT_DB},
                                            {"agent", required_argument, NULL, OPT_AGENT},
                                            {"jobs", required_argument, NULL, OPT_JOBS},
                                            {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        const int code = option == 'h' ? -1 : parse_option(option, optarg, r);
        if (code != CMD_OK) {
            return code;
        }
    }
    *verb = optind < argc ? find_verb(argv[optind]) : NULL;
    if (*verb == NULL) {
        return cmd_usage("model", "say list, fetch, use or adapt");
    }
    r->operands = argv + optind + 1;
    r->count = argc - optind - 1;
    if (r->count < (*verb)->least || r->count > (*verb)->most) {
        return cmd_usage("model", "%s", (*verb)->complaint);
    }
    if (r->from && (*verb)->run != model_fetch) {
        return cmd_usage("model", "--from belongs to fetch");
    }
    if (r->dry_run && (*verb)->run != model_use && (*verb)->run != model_adapt) {
        return cmd_usage("model", "--dry-run belongs to use and adapt");
    }
    if ((r->db || r->jobs > 0 || r->agents.count > 0) && (*verb)->run != model_adapt) {
        return cmd_usage("model", "--db, --agent and --jobs belong to adapt");
    }
    return CMD_OK;
}

static int print_help(void)
{
    size_t count;
    const ca_known_model *known = ca_known_models(&count);
    fputs(usage, stdout);
    for (size_t i = 0; i < count; i++) {
        printf("  %-16s%s\n", known[i].name, known[i].title);
    }
    puts("\nExit codes: 0 all well, 1 some recordings could not be heard, 2 wrong usage,\n"
         "3 a model could not be fetched or used, or set-up.");
    const ca_buf flushed = {0};
    return cmd_answer(&flushed);
}

/* The models folder that was named, or the one beside the configuration. */
static int choose_folder(model_request *r)
{
    ca_config config = {.path = r->config_path};
    if (r->config_path == NULL && access("callaudit.yaml", F_OK) == 0) {
        config.path = "callaudit.yaml";
    }
    if (r->to == NULL) {
        r->to = ca_models_folder(&config, r->arena);
    }
    return r->to != NULL && *r->to != '\0' ? CMD_OK : cmd_usage("model", "--to names no folder");
}

int cmd_model(int argc, char **argv)
{
    model_request r = {.silence_s = 30};
    const struct verb *verb = NULL;
    r.arena = ca_arena_new(0);
    int code = r.arena != NULL ? parse_arguments(argc, argv, &r, &verb) : CMD_SETUP;
    if (code == CMD_OK && verb != NULL) {
        code = choose_folder(&r);
        code = code == CMD_OK ? verb->run(&r) : code;
    }
    ca_arena_free(r.arena);
    return code == -1 ? print_help() : code;
}
