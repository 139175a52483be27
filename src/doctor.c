/* doctor.c - the installation: libraries, configuration, database, rules, time zone, space. */
#include "doctor.h"

#include "callaudit/fetch.h"
#include "callaudit/fs.h"
#include "callaudit/metadata.h"
#include "callaudit/pattern.h"
#include "callaudit/schema.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const double LITTLE_SPACE_MB = 1000, NO_SPACE_MB = 50;

const char *ca_health_name(ca_health health)
{
    static const char *const names[] = {"ok", "warning", "problem"};
    return names[health];
}

void doctor_say(doctor *d, ca_health health, const char *topic, const char *advice, const char *fmt,
                ...)
{
    ca_error text = {0};
    va_list args;
    ca_check *check = ca_push(d->arena, d->checks);
    va_start(args, fmt);
    (void)vsnprintf(text.msg, sizeof text.msg, fmt, args);
    va_end(args);
    ca_text_clean(text.msg);
    if (check) {
        *check = (ca_check){health, ca_arena_strdup(d->arena, topic),
                            ca_arena_strdup(d->arena, text.msg), ca_arena_strdup(d->arena, advice)};
    }
    d->memory = d->memory && check && check->topic && check->text && (check->advice || !advice);
}

/* ---- program and configuration ---- */

static void check_program(doctor *d)
{
    static void (*const versions[])(ca_buf * out) = {
        ca_audio_version, ca_recognizer_version, ca_pattern_version, ca_yaml_version,
        ca_db_version,    ca_hash_version,       ca_json_version,    ca_fetch_version};
    ca_buf text = {0};
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        ca_buf_puts(&text, i > 0 ? ", " : "");
        versions[i](&text);
    }
    doctor_say(d, CA_HEALTH_OK, "program", NULL, "callaudit %s", d->request->program);
    doctor_say(d, CA_HEALTH_OK, "libraries", NULL, "%s", ca_buf_text(&text));
    ca_buf_release(&text);
}

/* Every complaint about a file is a line of its own. */
static void say_diags(doctor *d, const char *topic, const ca_diags *diags, const char *advice)
{
    enum { SHOWN = 20 };
    for (size_t i = 0; i < diags->list.count && i < SHOWN; i++) {
        const ca_diag *diag = &diags->list.items[i];
        doctor_say(d, diag->severity == CA_ERROR ? CA_HEALTH_PROBLEM : CA_HEALTH_WARNING, topic,
                   advice, "%s:%d:%d: %s", diag->path, diag->line, diag->column, diag->message);
    }
    if (diags->errors + diags->warnings > SHOWN) {
        doctor_say(d, diags->errors > 0 ? CA_HEALTH_PROBLEM : CA_HEALTH_WARNING, topic, advice,
                   "%zu more messages", diags->errors + diags->warnings - SHOWN);
    }
}

static bool check_config(doctor *d)
{
    ca_error err = {0};
    ca_diags diags;
    ca_diags_init(&diags, d->arena);
    const bool ok = ca_config_load(d->request->config_path, &d->config, &diags, d->arena, &err);
    say_diags(d, "configuration", &diags, "mend the file");
    if (!ok && diags.errors == 0) {
        doctor_say(d, CA_HEALTH_PROBLEM, "configuration", "name the file with --config FILE", "%s",
                   err.msg);
    } else if (ok && d->config.path) {
        doctor_say(d, CA_HEALTH_OK, "configuration", NULL, "%s", d->config.path);
    } else if (ok) {
        doctor_say(d, CA_HEALTH_WARNING, "configuration",
                   "name yours with --config FILE, as the night does",
                   "none: no callaudit.yaml here, the defaults count");
    }
    if (ok && d->request->rules) {
        d->config.rules = (ca_strings){0};
        d->memory =
            d->memory && ca_strings_add(&d->config.rules, d->request->rules, d->arena, NULL);
    }
    return ok;
}

/* ---- database and space ---- */

static void check_space(doctor *d, const char *topic, const char *folder)
{
    struct statvfs disk;
    if (statvfs(folder, &disk) != 0) {
        doctor_say(d, CA_HEALTH_PROBLEM, topic, "make the folder, or name another one", "%s: %s",
                   folder, strerror(errno));
        return;
    }
    const double free_mb = (double)disk.f_bavail * (double)disk.f_frsize / 1e6;
    const ca_health health = free_mb < NO_SPACE_MB
                                 ? CA_HEALTH_PROBLEM
                                 : (free_mb < LITTLE_SPACE_MB ? CA_HEALTH_WARNING : CA_HEALTH_OK);
    if (access(folder, W_OK | X_OK) != 0) {
        doctor_say(d, CA_HEALTH_PROBLEM, topic, "let the night's user write there",
                   "%s cannot be written: %s", folder, strerror(errno));
    } else {
        doctor_say(d, health, topic, health == CA_HEALTH_OK ? NULL : "make room",
                   "%s: %.1f GB free", folder, free_mb / 1000);
    }
}

static void check_open_database(doctor *d, const char *path)
{
    ca_error err = {0};
    int64_t version = 0;
    ca_db *db = ca_db_open(path, CA_DB_READ, &err);
    if (!db || !ca_schema_check(db, &version, &err)) {
        doctor_say(d, CA_HEALTH_PROBLEM, "database",
                   "name another one (database: FILE), or bring back a backup", "%s", err.msg);
    } else if (access(path, W_OK) != 0) {
        doctor_say(d, CA_HEALTH_PROBLEM, "database", "let the night's user write it",
                   "%s cannot be written: %s", path, strerror(errno));
    } else {
        doctor_say(d, CA_HEALTH_OK, "database", NULL, "%s, version %lld", path, (long long)version);
    }
    ca_db_close(db);
}

static void check_database(doctor *d)
{
    const char *path = d->config.database;
    const char *folder = ca_path_folder(d->arena, path);
    if (access(path, F_OK) == 0) {
        check_open_database(d, path);
    } else {
        doctor_say(d, CA_HEALTH_OK, "database", NULL, "%s is not there yet: the first run makes it",
                   path);
    }
    if (folder) {
        check_space(d, "database disk", folder);
    }
}

static void check_temporary(doctor *d)
{
    char path[64];
    ca_error err = {0};
    const char *folder = getenv("TMPDIR");
    check_space(d, "temporary disk", folder && *folder ? folder : "/tmp");
    const int fd = ca_memory_file("x", 1, path, sizeof path, &err);
    if (fd < 0 || access(path, R_OK) != 0) {
        doctor_say(d, CA_HEALTH_PROBLEM, "temporary disk", "mount /proc",
                   "files in memory cannot be opened: %s", fd < 0 ? err.msg : strerror(errno));
    }
    if (fd >= 0) {
        (void)close(fd);
    }
}

/* ---- rules and zone ---- */

static void check_rules(doctor *d)
{
    ca_error err = {0};
    ca_diags diags;
    size_t rules = 0;
    ca_diags_init(&diags, d->arena);
    const bool ok = ca_rules_load(&d->config.rules, &d->rulesets, &diags, d->arena, &err);
    say_diags(d, "rules", &diags, "mend the file; 'callaudit rules check' looks at it again");
    for (size_t i = 0; i < d->rulesets.count; i++) {
        rules += d->rulesets.items[i].rules.count;
    }
    if (diags.errors > 0) {
        d->rulesets = (ca_rulesets){0};
    } else if (!ok) {
        doctor_say(d, CA_HEALTH_PROBLEM, "rules",
                   "name the folder as rules: DIR, or by --rules DIR", "%s", err.msg);
    } else {
        doctor_say(d, CA_HEALTH_OK, "rules", NULL, "%zu rule files with %zu rules",
                   d->rulesets.count, rules);
    }
}

static void check_zone(doctor *d)
{
    if (ca_time_zone(d->config.timezone)) {
        doctor_say(d, CA_HEALTH_OK, "time zone", NULL, "%s", d->config.timezone);
    } else {
        doctor_say(d, CA_HEALTH_PROBLEM, "time zone",
                   "install Debian's package tzdata, or mend timezone:",
                   "there is no time zone '%s' in /usr/share/zoneinfo", d->config.timezone);
    }
}

/* ---- what the others need ---- */

bool doctor_languages(doctor *d, ca_strings *languages)
{
    bool ok = ca_strings_add(languages, d->config.language, d->arena, NULL);
    for (size_t i = 0; ok && i < d->rulesets.count; i++) {
        const char *language = d->rulesets.items[i].language;
        bool known = false;
        for (size_t k = 0; k < languages->count; k++) {
            known = known || strcasecmp(languages->items[k], language) == 0;
        }
        ok = known || ca_strings_add(languages, language, d->arena, NULL);
    }
    d->memory = d->memory && ok;
    return ok;
}

bool doctor_wants_transcripts(const doctor *d)
{
    return d->config.transcripts != CA_TRANSCRIPT_NONE;
}

bool ca_doctor(const ca_doctor_request *request, ca_checks *checks, ca_night *night,
               ca_arena *arena, ca_error *err)
{
    doctor d = {
        .request = request, .checks = checks, .night = night, .arena = arena, .memory = true};
    *night = (ca_night){.hours = request->hours, .cpus = sysconf(_SC_NPROCESSORS_ONLN)};
    check_program(&d);
    if (check_config(&d)) {
        check_database(&d);
        check_temporary(&d);
        check_zone(&d);
        check_rules(&d);
        doctor_models(&d);
        doctor_night(&d);
    }
    return d.memory || ca_fail_memory(err);
}
