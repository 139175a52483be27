/* cmd_explain.c - `callaudit explain`: why a call was judged as it was, from the database; and the
 * trace of a recording through the stages. */
#include "cmd.h"

#include "callaudit/intake.h"
#include "callaudit/metadata.h"
#include "callaudit/pipeline.h"
#include "callaudit/profile.h"
#include "callaudit/store.h"

#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: callaudit explain [OPTIONS] CALL [RULE]\n"
    "       callaudit explain [OPTIONS] --trace FILE [--until STAGE]\n\n"
    "CALL is a call id, a unique beginning of one, or a recording's file name. Without RULE all\n"
    "findings are told; with it that one, and every line that was heard in the call.\n"
    "A trace prints the call as JSON after each stage: decode, segment, recognize, match,\n"
    "measure, score; heard with the voice profile that a run would use now.\n\n"
    "  --config FILE   configuration\n"
    "  --db FILE       database\n"
    "  --rules DIR     rule files, for a trace\n"
    "  --language L    language of a traced recording (default: what its metadata says)\n"
    "  --transcript    trace with a transcript\n"
    "  --format F      text or json\n";

typedef struct arguments {
    const char *config, *db, *rules, *language, *trace, *call, *rule;
    ca_stage until;
    bool transcript, json;
} arguments;

/* ---- text ---- */

static void put_time(ca_buf *out, int64_t ms)
{
    char text[32];
    ca_format_ms(ms, text, sizeof text);
    ca_buf_puts(out, text);
}

static void put_span(ca_buf *out, int64_t start_ms, int64_t end_ms)
{
    put_time(out, start_ms);
    ca_buf_puts(out, " - ");
    put_time(out, end_ms);
}

static void put_hit(ca_buf *out, const char *label, const ca_hit *hit)
{
    ca_buf_printf(out, "      %s ", label);
    put_span(out, hit->start_ms, hit->end_ms);
    ca_buf_printf(out, "  %s: \"%s\"  confidence %.2f", ca_speaker_name(hit->speaker), hit->text,
                  hit->confidence);
    if (strcmp(hit->pattern, hit->text) != 0) {
        ca_buf_printf(out, ", by the wording \"%s\"", hit->pattern);
    }
    ca_buf_puts(out, "\n");
}

static const char *judgement_of(const ca_finding *finding)
{
    if (finding->ok < 0) {
        return finding->verdict == CA_NA ? "does not apply" : "undecided";
    }
    return finding->ok ? "kept" : "fault";
}

static void put_finding(ca_buf *out, const ca_call *call, const ca_finding *finding)
{
    ca_buf_printf(out, "  %-7s %s (%s, %s, weight %d%s): %s\n", ca_verdict_name(finding->verdict),
                  finding->rule_id, ca_kind_name(finding->kind),
                  ca_dimension_name(finding->dimension), finding->weight,
                  finding->critical ? ", critical" : "", judgement_of(finding));
    ca_buf_printf(out, "      %s\n", finding->title);
    if (finding->note) {
        ca_buf_printf(out, "      because: %s\n", finding->note);
    }
    for (size_t i = 0; i < finding->hit_count; i++) {
        put_hit(out, "heard  ", &call->hits.items[finding->first_hit + i]);
    }
    if (finding->verdict == CA_MISS || finding->verdict == CA_UNSURE) {
        ca_buf_puts(out, "      sought  ");
        put_span(out, finding->window_start_ms, finding->window_end_ms);
        ca_buf_puts(out, "\n");
    }
    if (finding->nearest >= 0) {
        put_hit(out, "nearest", &call->hits.items[finding->nearest]);
    }
}

static void put_head(ca_buf *out, const ca_call *call)
{
    ca_buf_printf(out, "call %s  %s\n", call->meta.call_uid, call->path ? call->path : "");
    ca_buf_printf(out, "  agent %s%s%s, started %s, %s, ", call->meta.agent,
                  call->meta.team ? ", team " : "", call->meta.team ? call->meta.team : "",
                  call->meta.started_at, call->meta.language);
    put_time(out, call->duration_ms);
    ca_buf_printf(out, "%s\n", call->truncated ? ", truncated: judged on what can be read" : "");
    for (size_t c = 0; c < call->channels.count; c++) {
        const ca_channel *channel = &call->channels.items[c];
        ca_buf_printf(out, "  channel %zu: %s, %.1f s of speech, %.0f dB over the noise\n", c + 1,
                      ca_speaker_name(channel->speaker), (double)channel->speech_ms / 1000,
                      channel->snr_db);
    }
    ca_buf_printf(out, "  heard by %s%s", call->model ? call->model : "import",
                  call->transcript ? " with transcript" : "");
    if (call->profile) {
        ca_buf_printf(out, ", voice profile %s (warp %g)", call->profile, call->warp);
    }
    ca_buf_printf(out, "; judged by %s\n", call->rulesets);
    if (call->score.decided) {
        ca_buf_printf(out, "  score %.1f%s, unsure %.0f %% of the weight\n\n", call->score.points,
                      call->score.critical ? " (a critical rule was broken)" : "",
                      call->score.unsure_share * 100);
    } else {
        ca_buf_puts(out, "  no score: no rule could be decided\n\n");
    }
}

static void put_lines(ca_buf *out, const char *title, const ca_call *call, bool phrases,
                      bool others, ca_arena *arena)
{
    for (size_t i = 0; i < call->lines.count; i++) {
        const ca_line *line = &call->lines.items[i];
        if (!(line->tier == CA_TIER_PHRASE ? phrases : others)) {
            continue;
        }
        ca_buf_puts(out, title);
        title = "";
        ca_buf_puts(out, "  ");
        put_span(out, line->start_ms, line->end_ms);
        const char *text = ca_words_text(&call->words, line->first_word, line->word_count, arena);
        ca_buf_printf(out, "  %-8s %-10s %.2f  %s\n", ca_speaker_name(line->speaker),
                      ca_tier_name(line->tier), line->confidence, text ? text : "");
    }
}

/* A transcript holds the believed keyphrases already: to be read, it stands alone. */
static void put_words(ca_buf *out, const ca_call *call, ca_arena *arena)
{
    put_lines(out, "\nheard:\n", call, !call->transcript, true, arena);
    if (call->transcript) {
        put_lines(out, "\nkeyphrases:\n", call, true, false, arena);
    }
}

static int explain_text(const ca_call *call, const arguments *args, ca_arena *arena)
{
    ca_buf out = {0};
    size_t shown = 0;
    put_head(&out, call);
    for (size_t i = 0; i < call->findings.count; i++) {
        const ca_finding *finding = &call->findings.items[i];
        if (!args->rule || strcmp(finding->rule_id, args->rule) == 0) {
            put_finding(&out, call, finding);
            shown++;
        }
    }
    put_words(&out, call, arena);
    int code = CMD_OK;
    if (args->rule && shown == 0) {
        code = cmd_usage("explain", "call %s was not judged by a rule '%s'", call->meta.call_uid,
                         args->rule);
    }
    code = code == CMD_OK ? cmd_answer(&out) : code;
    ca_buf_release(&out);
    return code;
}

static int answer_json(const ca_call *call)
{
    ca_buf out = {0};
    ca_error err = {0};
    int code = CMD_OK;
    if (ca_call_write(call, true, &out, &err)) {
        ca_buf_puts(&out, "\n");
        code = cmd_answer(&out);
    } else {
        code = cmd_fail(&err);
    }
    ca_buf_release(&out);
    return code;
}

/* A call without a judgement: perhaps its recording failed, and why is known. */
static int explain_absence(const arguments *args, const char *why)
{
    if (!why) {
        return cmd_usage("explain", "the database has no call '%s'", args->call);
    }
    fprintf(stderr, "callaudit: %s is not judged: %s\n", args->call, why);
    return CMD_SOME_FAILED;
}

static int explain_call(const arguments *args, const ca_config *config, ca_arena *arena)
{
    ca_error err = {0};
    ca_call call = {0};
    bool found = false;
    const char *why = NULL;
    ca_db *db = ca_db_open(config->database, CA_DB_READ, &err);
    const bool ok = db && ca_store_load(db, args->call, &call, &found, arena, &err) &&
                    (found || ca_store_why_not(db, args->call, &why, arena, &err));
    ca_db_close(db);
    if (!ok) {
        return cmd_fail(&err);
    }
    if (!found) {
        return explain_absence(args, why);
    }
    return args->json ? answer_json(&call) : explain_text(&call, args, arena);
}

/* ---- trace ---- */

typedef struct trace {
    ca_buf out;
    ca_error err;
} trace;

static void trace_stage(void *context, ca_stage stage, const ca_call *call)
{
    trace *t = context;
    ca_buf_printf(&t->out, "{\"stage\": \"%s\", \"call\":\n", ca_stage_name(stage));
    if (ca_call_write(call, true, &t->out, &t->err)) {
        ca_buf_puts(&t->out, "}\n");
    }
}

/* Identity as in a night, except that a recording without metadata can be traced too. */
static bool identify(const arguments *args, const ca_config *config, ca_call *call, ca_arena *arena,
                     ca_error *err)
{
    ca_error no_metadata = {0};
    ca_hash hash;
    ca_recordings list = {0};
    ca_strings unreadable = {0};
    const ca_strings paths = {.items = (const char *[]){args->trace}, .count = 1};
    if (!ca_intake_scan(&paths, &list, &unreadable, arena, err) || list.count != 1) {
        return ca_fail(err, CA_EUSAGE, "%s is not one recording", args->trace);
    }
    if (!ca_intake_identify(&list.items[0], INT64_MAX, &hash, err)) {
        return false;
    }
    ca_metadata *metadata = ca_metadata_open(config, err);
    if (!metadata) {
        return false;
    }
    (void)ca_metadata_find(metadata, list.items[0].path, &call->meta, arena, &no_metadata);
    ca_metadata_close(metadata);
    call->path = args->trace;
    call->sha256 = ca_arena_strdup(arena, hash.hex);
    if (!call->meta.call_uid && call->sha256) {
        call->meta.call_uid = ca_arena_strndup(arena, call->sha256, 32);
    }
    if (args->language || !call->meta.language) {
        call->meta.language = args->language ? args->language : config->language;
    }
    return (call->sha256 && call->meta.call_uid) || ca_fail_memory(err);
}

/* What a run would hear the call with now, where there is a database. */
static bool find_profile(const ca_config *config, ca_call *call, ca_arena *arena, ca_error *err)
{
    ca_profiles profiles;
    if (access(config->database, F_OK) != 0) {
        return true;
    }
    ca_db *db = ca_db_open(config->database, CA_DB_READ, err);
    const bool ok = db && ca_profiles_load(db, &profiles, arena, err) &&
                    ca_profiles_usable(&profiles, config, arena, err) &&
                    ca_profiles_give(&profiles, call, arena, err);
    ca_db_close(db);
    return ok;
}

static int trace_recording(const arguments *args, const ca_config *config, ca_arena *arena)
{
    trace t = {0};
    ca_call call = {0};
    ca_rulesets rulesets = {0};
    int code = cmd_load_rules(config, &rulesets, arena);
    if (code != CMD_OK) {
        return code;
    }
    ca_pipeline *pipeline = ca_pipeline_new(config, &rulesets, &t.err);
    const bool ok = pipeline && identify(args, config, &call, arena, &t.err) &&
                    find_profile(config, &call, arena, &t.err) &&
                    ca_process_call(pipeline, &call, args->transcript, args->until, trace_stage, &t,
                                    arena, &t.err);
    code = cmd_answer(&t.out); /* what was reached is worth reading, also when it failed then */
    if (!ok || t.err.code != CA_OK) {
        code = cmd_fail(&t.err);
    }
    ca_pipeline_free(pipeline);
    ca_buf_release(&t.out);
    return code;
}

/* ---- arguments ---- */

enum { OPT_CONFIG = 256, OPT_DB, OPT_RULES, OPT_LANGUAGE, OPT_TRACE, OPT_UNTIL, OPT_FORMAT };

static int parse_until(const char *word, ca_stage *until)
{
    const char *names[CA_STAGE_COUNT];
    for (int s = 0; s < CA_STAGE_COUNT; s++) {
        names[s] = ca_stage_name((ca_stage)s);
        if (strcmp(word, names[s]) == 0) {
            *until = (ca_stage)s;
            return CMD_OK;
        }
    }
    const char *near = ca_suggest(word, names, CA_STAGE_COUNT);
    return cmd_usage("explain", "--until takes a stage (decode ... score), not '%s'%s%s", word,
                     near ? "; did you mean " : "", near ? near : "");
}

static int parse_value(int option, const char *value, arguments *args)
{
    switch (option) {
    case 't': args->transcript = true; return CMD_OK;
    case OPT_CONFIG: args->config = value; return CMD_OK;
    case OPT_DB: args->db = value; return CMD_OK;
    case OPT_RULES: args->rules = value; return CMD_OK;
    case OPT_LANGUAGE: args->language = value; return CMD_OK;
    case OPT_TRACE: args->trace = value; return CMD_OK;
    case OPT_UNTIL: return parse_until(value, &args->until);
    case OPT_FORMAT:
        if (strcmp(value, "text") != 0 && strcmp(value, "json") != 0) {
            return cmd_usage("explain", "--format takes text or json, not '%s'", value);
        }
        args->json = strcmp(value, "json") == 0;
        return CMD_OK;
    default: return CMD_USAGE;
    }
}

/* CMD_OK, an exit code, or -1 for help. */
static int parse_arguments(int argc, char **argv, arguments *args)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"transcript", no_argument, NULL, 't'},
        {"config", required_argument, NULL, OPT_CONFIG},
        {"db", required_argument, NULL, OPT_DB},
        {"rules", required_argument, NULL, OPT_RULES},
        {"language", required_argument, NULL, OPT_LANGUAGE},
        {"trace", required_argument, NULL, OPT_TRACE},
        {"until", required_argument, NULL, OPT_UNTIL},
        {"format", required_argument, NULL, OPT_FORMAT},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            return -1;
        }
        const int code = parse_value(option, optarg, args);
        if (code != CMD_OK) {
            return code;
        }
    }
    args->call = optind < argc ? argv[optind++] : NULL;
    args->rule = optind < argc ? argv[optind++] : NULL;
    if (optind < argc || (args->call != NULL) == (args->trace != NULL)) {
        return cmd_usage("explain", "name one call, or one recording with --trace");
    }
    return CMD_OK;
}

int cmd_explain(int argc, char **argv)
{
    arguments args = {.until = CA_STAGE_SCORE};
    ca_config config;
    ca_error err = {0};
    int code = parse_arguments(argc, argv, &args);
    if (code == -1) {
        fputs(help, stdout);
        return CMD_OK;
    }
    if (code != CMD_OK) {
        return code;
    }
    ca_arena *arena = ca_arena_new(0);
    if (!arena) {
        ca_fail_memory(&err);
        return cmd_fail(&err);
    }
    code = cmd_load_config(args.config, args.db, args.rules, &config, arena);
    if (code == CMD_OK) {
        code = args.trace ? trace_recording(&args, &config, arena)
                          : explain_call(&args, &config, arena);
    }
    ca_arena_free(arena);
    return code;
}
