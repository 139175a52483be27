/* cmd_import.c - `callaudit import`: words from any other recognizer, judged like heard ones. */
#include "cmd.h"

#include "callaudit/audio.h"
#include "callaudit/fs.h"
#include "callaudit/intake.h"
#include "callaudit/metadata.h"
#include "callaudit/pipeline.h"
#include "callaudit/store.h"
#include "callaudit/words.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char help[] =
    "usage: callaudit import --format json|vtt|ctm [OPTIONS] FILE...\n\n"
    "Judges calls by words that another recognizer, or a person, wrote down. What a file does\n"
    "not say about its call is looked up as for recordings: CDR, sidecar, file name.\n\n"
    "  --format FORMAT   json (callaudit's own), vtt (WebVTT) or ctm (NIST)\n"
    "  --config FILE     configuration (default: callaudit.yaml here, if there is one)\n"
    "  --db FILE         database\n"
    "  --rules DIR       rule files: a folder or one file\n"
    "  --cdr FILE.csv    call detail records\n"
    "  --agent NAME      who took the calls\n"
    "  --started TIME    when the call began, as 2026-10-05T09:15:12\n"
    "  --call-id ID      the call's id (for one file)\n"
    "  --language L      en-US, zh-CN ...\n\n"
    "These win over what the files say. Exit: 0 all judged, 1 some calls failed, 2 wrong usage,\n"
    "3 set-up.\n";

typedef bool (*word_reader)(const char *data, size_t length, ca_call *call, ca_arena *arena,
                            ca_error *err);

typedef struct arguments {
    const char *config, *db, *rules, *cdr;
    word_reader read;
    ca_meta meta; /* what the flags say */
    char **files;
    int count;
} arguments;

typedef struct importer {
    const arguments *args;
    ca_db *db;
    ca_metadata *metadata;
    ca_pipeline *pipeline;
    int judged, failed;
} importer;

/* ---- arguments ---- */

static bool parse_reader(const char *word, word_reader *reader)
{
    static const struct {
        const char *name;
        word_reader reader;
    } known[] = {
        {"json", ca_words_read_json}, {"vtt", ca_words_read_vtt}, {"ctm", ca_words_read_ctm}};
    for (size_t i = 0; word && i < sizeof known / sizeof *known; i++) {
        if (strcmp(word, known[i].name) == 0) {
            *reader = known[i].reader;
            return true;
        }
    }
    return false;
}

enum {
    OPT_FORMAT = 256,
    OPT_CONFIG,
    OPT_DB,
    OPT_RULES,
    OPT_CDR,
    OPT_AGENT,
    OPT_STARTED,
    OPT_CALL,
    OPT_LANGUAGE
};

static int parse_value(int option, const char *value, arguments *args)
{
    if (value != NULL && *value == '\0') {
        return cmd_usage("import", "an option without a value");
    }
    switch (option) {
    case OPT_FORMAT:
        return parse_reader(value, &args->read)
                   ? CMD_OK
                   : cmd_usage("import", "--format takes json, vtt or ctm, not '%s'", value);
    case OPT_CONFIG: args->config = value; return CMD_OK;
    case OPT_DB: args->db = value; return CMD_OK;
    case OPT_RULES: args->rules = value; return CMD_OK;
    case OPT_CDR: args->cdr = value; return CMD_OK;
    case OPT_AGENT: args->meta.agent = value; return CMD_OK;
    case OPT_STARTED: args->meta.started_at = value; return CMD_OK;
    case OPT_CALL: args->meta.call_uid = value; return CMD_OK;
    case OPT_LANGUAGE: args->meta.language = value; return CMD_OK;
    default: return CMD_USAGE; /* getopt has said why */
    }
}

/* CMD_OK, an exit code, or -1 for help. */
static int parse_arguments(int argc, char **argv, arguments *args)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"format", required_argument, NULL, OPT_FORMAT},
        {"config", required_argument, NULL, OPT_CONFIG},
        {"db", required_argument, NULL, OPT_DB},
        {"rules", required_argument, NULL, OPT_RULES},
        {"cdr", required_argument, NULL, OPT_CDR},
        {"agent", required_argument, NULL, OPT_AGENT},
        {"started", required_argument, NULL, OPT_STARTED},
        {"call-id", required_argument, NULL, OPT_CALL},
        {"language", required_argument, NULL, OPT_LANGUAGE},
        {NULL, 0, NULL, 0},
    };
    int option = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        int code = option == 'h' ? -1 : parse_value(option, optarg, args);
        if (code != CMD_OK) {
            return code;
        }
    }
    args->files = argv + optind;
    args->count = argc - optind;
    if (args->read == NULL) {
        return cmd_usage("import", "--format json, vtt or ctm is needed");
    }
    if (args->count == 0) {
        return cmd_usage("import", "name the files with the words");
    }
    if (args->count > 1 && args->meta.call_uid != NULL) {
        return cmd_usage("import", "--call-id goes with one file only");
    }
    return CMD_OK;
}

/* ---- one call ---- */

static bool look_at(const char *path, ca_recording *file, ca_arena *arena, ca_error *err)
{
    struct stat info;
    char *canonical = realpath(path, NULL);
    if (canonical == NULL || stat(canonical, &info) != 0 || !S_ISREG(info.st_mode)) {
        free(canonical);
        return ca_fail_call(err, CA_REASON_UNREADABLE, "%s: no file that can be read", path);
    }
    file->path = ca_arena_strdup(arena, canonical);
    file->size = info.st_size;
    file->mtime_ns = (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
    free(canonical);
    return file->path != NULL || ca_fail_memory(err);
}

/* The recording that the words name, beside their own file; NULL in *path when they name none. Only
 * recordings may be named: what a stranger's words point to is read. What CTM names may be a call
 * and no file. */
static bool find_recording(const importer *in, const char *file, const char *recording,
                           const char **path, ca_arena *arena, ca_error *err)
{
    struct stat info;
    *path = NULL;
    if (recording == NULL) {
        return true;
    }
    bool known = ca_audio_known_name(recording);
    if (!known && (in->args->read != ca_words_read_ctm || strchr(recording, '/') != NULL)) {
        return ca_fail_call(err, CA_REASON_UNREADABLE,
                            "recording: '%.200s' is no name of a recording", recording);
    }
    const char *folder = ca_path_folder(arena, file);
    *path = folder != NULL ? ca_path_join(arena, folder, recording) : NULL;
    if (*path == NULL) {
        return ca_fail_memory(err);
    }
    return !known || stat(*path, &info) != 0 || S_ISREG(info.st_mode) ||
           ca_fail_call(err, CA_REASON_UNREADABLE, "recording: '%.200s' is no regular file",
                        recording);
}

/* Whose bytes stand for the call: the recording's when it is there, else the words file's. */
static bool identify(const char *file, const char *recording, ca_recording *source, ca_call *call,
                     ca_arena *arena, ca_error *err)
{
    ca_hash hash;
    ca_error absent = {0};
    bool there = recording != NULL && ca_audio_known_name(recording) &&
                 look_at(recording, source, arena, &absent);
    if ((!there && !look_at(file, source, arena, err)) ||
        !ca_intake_identify(source, INT64_MAX, &hash, err)) {
        return false;
    }
    call->path = source->path;
    call->sha256 = ca_arena_strdup(arena, hash.hex);
    return call->sha256 != NULL || ca_fail_memory(err);
}

static void prefer(const char **value, const char *flag)
{
    *value = flag != NULL ? flag : *value;
}

/* Flags win, then the file's own words, then what is known of the recording, or of the file. */
static bool complete(const importer *in, const char *file, const char *recording, ca_call *call,
                     ca_arena *arena, ca_error *err)
{
    ca_error why = {0};
    ca_meta said = call->meta;
    prefer(&said.agent, in->args->meta.agent);
    prefer(&said.started_at, in->args->meta.started_at);
    prefer(&said.call_uid, in->args->meta.call_uid);
    prefer(&said.language, in->args->meta.language);
    call->meta = said;
    bool known = recording != NULL &&
                 ca_metadata_complete(in->metadata, recording, &call->meta, arena, &why);
    if (!known) {
        call->meta = said;
        known = ca_metadata_complete(in->metadata, file, &call->meta, arena, err);
    }
    if (known && call->meta.call_uid == NULL) {
        call->meta.call_uid = ca_arena_strndup(arena, call->sha256, 32);
        return call->meta.call_uid != NULL || ca_fail_memory(err);
    }
    return known;
}

static bool check_owner(const importer *in, const ca_call *call, ca_arena *arena, ca_error *err)
{
    const char *owner = NULL;
    bool same_bytes = false;
    return ca_store_owner(in->db, call->path, call->sha256, call->meta.call_uid, &owner,
                          &same_bytes, arena, err) &&
           (owner == NULL || ca_fail_call(err, CA_REASON_DUPLICATE, "the same call as %s", owner));
}

static bool judge(importer *in, const char *file, const char *recording, ca_call *call,
                  ca_arena *arena, ca_error *err)
{
    ca_recording source = {0};
    if (!identify(file, recording, &source, call, arena, err)) {
        return false;
    }
    /* words that are not there do not make every rule missed: nobody knows what was said */
    const bool heard = call->words.count > 0 || ca_fail_call(err, CA_REASON_EMPTY, "no words");
    bool judged = heard && complete(in, file, recording, call, arena, err) &&
                  check_owner(in, call, arena, err) &&
                  ca_judge_call(in->pipeline, call, arena, err);
    if (judged) {
        return ca_store_call(in->db, call, source.size, source.mtime_ns, cmd_version, err);
    }
    if (err->code == CA_EINPUT || err->code == CA_ELIMIT) {
        ca_error trouble = {0};
        ca_status status = err->reason == CA_REASON_DUPLICATE ? CA_DUPLICATE_OF : CA_FAILED;
        if (!ca_store_failure(in->db, call, source.size, source.mtime_ns, status, err, &trouble)) {
            *err = trouble;
        }
    }
    return false;
}

static bool import_file(importer *in, const char *file, ca_call *call, ca_arena *arena,
                        ca_error *err)
{
    ca_bytes bytes = {0};
    assert(in->args->read != NULL); /* parse_arguments insists on it */
    if (!ca_read_file(file, CA_WORDS_MAX_BYTES, &bytes, arena, err)) {
        return false;
    }
    if (!in->args->read(bytes.data, bytes.length, call, arena, err)) {
        return ca_error_context(err, "%s", file);
    }
    const char *recording = NULL;
    return find_recording(in, file, call->path, &recording, arena, err) &&
           judge(in, file, recording, call, arena, err);
}

/* ---- telling ---- */

static void tell_judged(const char *file, const ca_call *call)
{
    int faults = 0;
    int unsure = 0;
    for (size_t i = 0; i < call->findings.count; i++) {
        faults += call->findings.items[i].ok == 0;
        unsure += call->findings.items[i].verdict == CA_UNSURE;
    }
    (void)fprintf(stderr, "%s: %s, %s: ", file, call->meta.call_uid, call->meta.agent);
    if (call->score.decided) {
        (void)fprintf(stderr, "score %.3f, ", call->score.points);
    } else {
        (void)fprintf(stderr, "no score, ");
    }
    (void)fprintf(stderr, "%d faults, %d unsure\n", faults, unsure);
}

/* False when there is no point in going on: the machine or the set-up is at fault, not the call. */
static bool import_one(importer *in, const char *file, ca_error *err)
{
    ca_error why = {0};
    ca_call call = {0};
    ca_arena *arena = ca_arena_new(CA_WORDS_MAX_MEMORY);
    bool judged = arena != NULL ? import_file(in, file, &call, arena, &why) : ca_fail_memory(&why);
    if (judged) {
        in->judged++;
        tell_judged(file, &call);
    } else if (why.code == CA_EINPUT || why.code == CA_ELIMIT) {
        if (why.code == CA_ELIMIT) {
            ca_error_context(&why, "the words may take %d MB of memory",
                             CA_WORDS_MAX_MEMORY / 1000000);
        }
        in->failed++;
        (void)fprintf(stderr, "failed: %s: %s: %s\n", file, ca_reason_name(why.reason), why.msg);
    } else {
        *err = why;
    }
    ca_arena_free(arena);
    return err->code == CA_OK;
}

/* ---- the command ---- */

static bool open_importer(importer *in, const ca_config *config, const ca_rulesets *rulesets,
                          ca_error *err)
{
    in->metadata = ca_metadata_open(config, err);
    in->pipeline = in->metadata != NULL ? ca_pipeline_new(config, rulesets, err) : NULL;
    in->db = in->pipeline != NULL ? ca_db_open(config->database, CA_DB_WRITE, err) : NULL;
    return in->db != NULL && ca_store_rulesets(in->db, rulesets, err);
}

static int import_all(const arguments *args, const ca_config *config, const ca_rulesets *rulesets)
{
    importer in = {.args = args};
    ca_error err = {0};
    ca_buf out = {0};
    int code = CMD_OK;
    bool going = open_importer(&in, config, rulesets, &err);
    for (int i = 0; going && i < args->count; i++) {
        going = import_one(&in, args->files[i], &err);
    }
    if (going) {
        ca_buf_printf(&out, "%d files: %d judged, %d failed\n", args->count, in.judged, in.failed);
        code = cmd_answer(&out);
        code = code == CMD_OK && in.failed > 0 ? CMD_SOME_FAILED : code;
    } else {
        code = cmd_fail(&err);
    }
    ca_buf_release(&out);
    ca_db_close(in.db);
    ca_pipeline_free(in.pipeline);
    ca_metadata_close(in.metadata);
    return code;
}

static int import(const arguments *args, ca_arena *arena)
{
    ca_config config;
    ca_rulesets rulesets = {0};
    int code = cmd_load_config(args->config, args->db, args->rules, &config, arena);
    if (code == CMD_OK) {
        config.cdr_path = args->cdr != NULL ? args->cdr : config.cdr_path;
        code = cmd_load_rules(&config, &rulesets, arena);
    }
    return code == CMD_OK ? import_all(args, &config, &rulesets) : code;
}

int cmd_import(int argc, char **argv)
{
    arguments args = {0};
    int code = parse_arguments(argc, argv, &args);
    if (code != CMD_OK) {
        (void)fputs(code == -1 ? help : "", stdout);
        return code == -1 ? CMD_OK : code;
    }
    ca_error err = {0};
    ca_arena *arena = ca_arena_new(0);
    if (arena == NULL) {
        ca_fail_memory(&err);
        return cmd_fail(&err);
    }
    code = import(&args, arena);
    ca_arena_free(arena);
    return code;
}
