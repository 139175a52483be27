/* doctor_night.c - how long a night takes, measured by a worker on a recording. A short signal that
 * it hears before makes it load what it needs, so that loading is not counted. */
#include "doctor.h"

#include "callaudit/fs.h"
#include "callaudit/hash.h"
#include "callaudit/speechlike.h"
#include "callaudit/workers.h"

#include <stdio.h>
#include <unistd.h>

enum { SECONDS = 20, WARM_UP_SECONDS = 2, TICK_MS = 1000, PATH_SIZE = 64 };

static const double NIGHT_HOURS = 8, DAY_HOURS = 24;

/* What workers hear. */
typedef struct recordings {
    const char *warm_up, *path;
} recordings;

/* What was measured for a language. */
typedef struct pace {
    double cpu_per_second;
    int64_t peak_rss_bytes;
    int64_t duration_ms;
} pace;

/* A worker hears the recording once. */
static bool hear(doctor *d, ca_workers *workers, const char *path, const char *language,
                 bool transcript, pace *p, ca_error *err)
{
    ca_outcome outcome;
    bool got = false;
    const ca_hash nobody = ca_hash_bytes("", 0); /* a call has one; nothing is stored */
    const ca_job job = {.transcript = transcript,
                        .call = {.path = path,
                                 .sha256 = nobody.hex,
                                 .meta = {.call_uid = "doctor", .language = language}}};
    if (!ca_workers_give(workers, &job, err)) {
        return false;
    }
    while (!got) {
        if (!ca_workers_wait(workers, TICK_MS, &outcome, &got, d->arena, err)) {
            return false;
        }
    }
    if (outcome.failed.code != CA_OK) {
        return ca_fail(err, outcome.failed.code, "%s", outcome.failed.msg);
    }
    double cpu = 0;
    for (int s = 0; s < CA_STAGE_COUNT; s++) {
        cpu += outcome.cpu_seconds[s];
    }
    p->duration_ms = outcome.call.duration_ms;
    p->cpu_per_second = cpu / ((double)outcome.call.duration_ms / 1000);
    p->peak_rss_bytes = outcome.peak_rss_bytes;
    return outcome.call.duration_ms > 0 || ca_fail(err, CA_EINPUT, "it has no length");
}

static bool measure(doctor *d, const recordings *r, const char *language, bool transcript, pace *p,
                    ca_error *err)
{
    ca_workers *workers = ca_workers_start(&d->config, &d->rulesets, 1, err);
    const bool ok = workers && hear(d, workers, r->warm_up, language, transcript, p, err) &&
                    hear(d, workers, r->path, language, transcript, p, err);
    ca_workers_stop(workers);
    return ok;
}

static const char *span_text(double hours, ca_arena *arena)
{
    const char *text = hours < 1.0 / 60 ? "less than a minute"
                                        : ca_arena_printf(arena, "about %.0f minutes", hours * 60);
    text = hours >= 2 ? ca_arena_printf(arena, "about %.1f hours", hours) : text;
    return text ? text : "";
}

static void say_night(doctor *d, const char *language, bool usual, const pace *p)
{
    ca_night *night = d->night;
    const double wall = p->cpu_per_second * night->hours / (double)night->cpus;
    const ca_health health = wall > DAY_HOURS
                                 ? CA_HEALTH_PROBLEM
                                 : (wall > NIGHT_HOURS ? CA_HEALTH_WARNING : CA_HEALTH_OK);
    const char *topic = ca_arena_printf(d->arena, "night %s", language);
    doctor_say(d, usual ? health : (health == CA_HEALTH_OK ? health : CA_HEALTH_WARNING),
               topic ? topic : "night",
               health == CA_HEALTH_OK
                   ? NULL
                   : "use more cores or machines (--shard K/N), a telephone-band "
                     "model, or fewer transcripts",
               "%g hours of audio take %s on %ld cores: %.4f CPU seconds a second of audio, "
               "%.0f MB a worker",
               night->hours, span_text(wall, d->arena), night->cpus, p->cpu_per_second,
               (double)p->peak_rss_bytes / 1048576);
    if (usual) {
        night->cpu_per_second = p->cpu_per_second;
        night->wall_hours = wall;
        night->peak_rss_bytes = p->peak_rss_bytes;
    }
}

/* What transcripts cost besides, where they are made of some calls. */
static void say_transcripts(doctor *d, const char *language, const recordings *r)
{
    pace p = {0};
    ca_error err = {0};
    const bool sample = d->config.transcripts == CA_TRANSCRIPT_SAMPLE;
    const double share = sample ? d->config.rate_permille / 1000.0 : 1;
    const char *topic = ca_arena_printf(d->arena, "transcripts %s", language);
    if (!measure(d, r, language, true, &p, &err)) {
        doctor_say(d, CA_HEALTH_WARNING, topic ? topic : "transcripts",
                   "see 'callaudit model list' for the language model", "not measured: %s",
                   err.msg);
        return;
    }
    const double hours = p.cpu_per_second * share * d->night->hours / (double)d->night->cpus;
    doctor_say(d, CA_HEALTH_OK, topic ? topic : "transcripts", NULL,
               "%s of %g hours take %s more: %.3f CPU seconds a second of audio",
               sample ? "those of the audit sample" : "at most, were all to have findings, those",
               d->night->hours, span_text(hours, d->arena), p.cpu_per_second);
}

static void measure_language(doctor *d, const char *language, bool usual, const recordings *r)
{
    pace p = {0};
    ca_model model;
    ca_error err = {0};
    const char *topic = ca_arena_printf(d->arena, "night %s", language);
    if (!ca_config_model(&d->config, language, &model, d->arena, &err)) {
        return; /* said before */
    }
    const bool reads = model.language_model && access(model.language_model, R_OK) == 0;
    const bool all = d->config.transcripts == CA_TRANSCRIPT_ALL && reads;
    if (!measure(d, r, language, all, &p, &err)) {
        doctor_say(d, usual ? CA_HEALTH_PROBLEM : CA_HEALTH_WARNING, topic ? topic : "night",
                   d->request->audio ? "measure with another recording, or without --audio"
                                     : "see 'callaudit model list'",
                   "cannot be measured%s%s: %s", d->request->audio ? " with " : "",
                   d->request->audio ? d->request->audio : "", err.msg);
        return;
    }
    say_night(d, language, usual, &p);
    if (usual && reads && !all && doctor_wants_transcripts(d)) {
        say_transcripts(d, language, r);
    }
}

static void check_memory(doctor *d)
{
    const double total = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / 1048576;
    const double needed = (double)d->night->peak_rss_bytes / 1048576 * (double)d->night->cpus;
    if (needed > 0) {
        doctor_say(d, needed > total ? CA_HEALTH_WARNING : CA_HEALTH_OK, "memory",
                   needed > total ? "run with fewer --jobs" : NULL,
                   "%.0f MB for %ld workers of %.0f MB in the machine", needed, d->night->cpus,
                   total);
    }
}

static void measure_all(doctor *d, const recordings *r)
{
    ca_strings languages = {0};
    if (!doctor_languages(d, &languages)) {
        return;
    }
    for (size_t i = 0; i < languages.count; i++) {
        measure_language(d, languages.items[i], i == 0, r);
    }
    check_memory(d);
}

/* A made signal as a file in memory, by a name that a worker can open, who closes what it
 * inherits. Returns the descriptor, -1 on failure. */
static int make_recording(int seconds, char path[PATH_SIZE], ca_error *err)
{
    ca_buf wav = {0};
    int fd = -1;
    if (ca_speechlike_wav(seconds, &wav, err)) {
        fd = ca_memory_file(wav.data, wav.length, path, PATH_SIZE, err);
        (void)snprintf(path, PATH_SIZE, "/proc/%ld/fd/%d", (long)getpid(), fd);
    }
    ca_buf_release(&wav);
    return fd;
}

void doctor_night(doctor *d)
{
    char short_path[PATH_SIZE], long_path[PATH_SIZE];
    ca_error err = {0};
    if (d->rulesets.count == 0) {
        return; /* said before: there is nothing to judge by */
    }
    const int short_fd = make_recording(WARM_UP_SECONDS, short_path, &err);
    const int long_fd = make_recording(SECONDS, long_path, &err);
    if (short_fd >= 0 && long_fd >= 0) {
        const char *audio = d->request->audio;
        measure_all(d, &(recordings){short_path, audio ? audio : long_path});
    } else {
        doctor_say(d, CA_HEALTH_PROBLEM, "night", "free some memory", "cannot be measured: %s",
                   err.msg);
    }
    if (short_fd >= 0) {
        (void)close(short_fd);
    }
    if (long_fd >= 0) {
        (void)close(long_fd);
    }
}
