/* adapt.c - from recordings to voice profiles: whose calls, which of them, what they say, what is
 * written. */
#include "callaudit/adapt.h"

#include "callaudit/fs.h"
#include "callaudit/intake.h"
#include "callaudit/metadata.h"
#include "callaudit/workers.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 500 };

/* A recording that may be heard. */
typedef struct candidate {
    const char *agent;
    const char *language;
    char sha256[65];
    const char *path;
    bool heard;
    ca_warp_fit fit;
} candidate;

typedef CA_ARRAY(candidate) candidates;

typedef struct adaptation {
    const ca_config *config;
    const ca_adapt_options *options;
    ca_metadata *metadata;
    ca_workers *workers;
    candidates list;
    ca_adaptation *out;
    ca_arena *arena;
} adaptation;

static bool note_failure(adaptation *a, const char *path, const ca_error *why, ca_error *err)
{
    ca_adapt_failure *failure = ca_push(a->arena, &a->out->failures);
    if (!failure) {
        return ca_fail_memory(err);
    }
    *failure = (ca_adapt_failure){path, *why};
    return true;
}

/* ---- whose calls ---- */

static bool is_wanted(const adaptation *a, const char *agent)
{
    const ca_strings *agents = &a->options->agents;
    bool wanted = agents->count == 0;
    for (size_t i = 0; i < agents->count; i++) {
        wanted = wanted || strcmp(agents->items[i], agent) == 0;
    }
    return wanted;
}

/* Takes the recording up when its agent is known and wanted. */
static bool look_at(adaptation *a, const ca_recording *recording, ca_error *err)
{
    ca_meta meta = {0};
    ca_hash hash;
    ca_error why = {0};
    const bool described = ca_metadata_find(a->metadata, recording->path, &meta, a->arena, &why);
    if (meta.agent && !is_wanted(a, meta.agent)) {
        return true;
    }
    if (!described ||
        !ca_intake_identify(recording, a->config->limits.audio.max_bytes, &hash, &why)) {
        return note_failure(a, recording->path, &why, err);
    }
    candidate *one = ca_push(a->arena, &a->list);
    if (!one) {
        return ca_fail_memory(err);
    }
    *one = (candidate){.agent = meta.agent, .language = meta.language, .path = recording->path};
    memcpy(one->sha256, hash.hex, sizeof one->sha256);
    return true;
}

static int compare_voices(const candidate *x, const candidate *y)
{
    const int order = strcmp(x->agent, y->agent);
    return order != 0 ? order : strcmp(x->language, y->language);
}

static int compare_candidates(const void *left, const void *right)
{
    const candidate *x = left;
    const candidate *y = right;
    int order = compare_voices(x, y);
    order = order != 0 ? order : strcmp(x->sha256, y->sha256);
    return order != 0 ? order : strcmp(x->path, y->path);
}

/* Sorts, drops copies, and keeps the first calls of each voice. */
static void pick(candidates *list)
{
    size_t kept = 0;
    size_t of_voice = 0;
    if (list->count > 0) {
        qsort(list->items, list->count, sizeof *list->items, compare_candidates);
    }
    for (size_t i = 0; i < list->count; i++) {
        const candidate *one = &list->items[i];
        const candidate *last = kept > 0 ? &list->items[kept - 1] : NULL;
        const bool same_voice = last && compare_voices(last, one) == 0;
        of_voice = same_voice ? of_voice : 0;
        if (of_voice < CA_ADAPT_CALLS && !(same_voice && strcmp(last->sha256, one->sha256) == 0)) {
            list->items[kept++] = *one;
            of_voice++;
        }
    }
    list->count = kept;
}

static bool find_candidates(adaptation *a, ca_error *err)
{
    ca_recordings recordings = {0};
    if (!ca_intake_scan(&a->options->paths, &recordings, &a->out->unreadable, a->arena, err)) {
        return false;
    }
    for (size_t i = 0; i < recordings.count; i++) {
        if (!look_at(a, &recordings.items[i], err)) {
            return false;
        }
    }
    pick(&a->list);
    return true;
}

/* ---- what they say ---- */

static bool give(adaptation *a, size_t id, ca_error *err)
{
    const candidate *one = &a->list.items[id];
    const ca_job job = {.id = id,
                        .fit = true,
                        .call = {.path = one->path,
                                 .sha256 = one->sha256,
                                 .meta = {.agent = one->agent, .language = one->language}}};
    return ca_workers_give(a->workers, &job, err);
}

/* Waits for one answer, or a moment. */
static bool collect(adaptation *a, ca_error *err)
{
    ca_outcome outcome;
    bool got = false;
    ca_arena *arena = ca_arena_new(0);
    bool ok = arena ? ca_workers_wait(a->workers, WAIT_MS, &outcome, &got, arena, err)
                    : ca_fail_memory(err);
    ca_arena_free(arena);
    if (!ok || !got) {
        return ok;
    }
    assert(outcome.id < a->list.count);
    candidate *one = &a->list.items[outcome.id];
    if (outcome.failed.code == CA_OK && !outcome.fitted) {
        ca_fail_call(&outcome.failed, CA_REASON_RECOGNIZER_FAILED, "the worker judged it instead");
    }
    one->heard = outcome.failed.code == CA_OK;
    one->fit = outcome.fit;
    return one->heard || note_failure(a, one->path, &outcome.failed, err);
}

static bool hear_all(adaptation *a, ca_error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < a->list.count; i++) {
        while (ok && !ca_workers_idle(a->workers)) {
            ok = collect(a, err);
        }
        ok = ok && give(a, i, err);
    }
    while (ok && ca_workers_busy(a->workers) > 0) {
        ok = collect(a, err);
    }
    return ok;
}

/* ---- adding up ---- */

static void add_call(ca_profile *profile, const candidate *one)
{
    if (!one->heard || one->fit.speech_ms == 0) {
        return;
    }
    profile->calls++;
    profile->speech_ms += one->fit.speech_ms;
    for (size_t w = 0; w < CA_WARP_COUNT; w++) {
        profile->scores[w] += one->fit.scores[w];
    }
}

/* One a voice, in the candidates' order. */
static bool add_up(adaptation *a, ca_error *err)
{
    for (size_t i = 0; i < a->list.count; i++) {
        const candidate *one = &a->list.items[i];
        if (i == 0 || compare_voices(one, &a->list.items[i - 1]) != 0) {
            ca_adapted *voice = ca_push(a->arena, &a->out->agents);
            if (!voice) {
                return ca_fail_memory(err);
            }
            voice->profile.agent = one->agent;
            voice->profile.language = one->language;
        }
        add_call(&a->out->agents.items[a->out->agents.count - 1].profile, one);
    }
    return true;
}

/* An agent who was asked for and has no recording is told of, too. */
static bool add_absent(adaptation *a, ca_error *err)
{
    for (size_t i = 0; i < a->options->agents.count; i++) {
        const char *agent = a->options->agents.items[i];
        bool found = false;
        for (size_t k = 0; k < a->out->agents.count; k++) {
            found = found || strcmp(a->out->agents.items[k].profile.agent, agent) == 0;
        }
        ca_adapted *voice = found ? NULL : ca_push(a->arena, &a->out->agents);
        if (voice) {
            voice->profile.agent = agent;
            voice->profile.language = a->config->language;
        } else if (!found) {
            return ca_fail_memory(err);
        }
    }
    return true;
}

static int compare_adapted(const void *left, const void *right)
{
    const ca_profile *x = &((const ca_adapted *)left)->profile;
    const ca_profile *y = &((const ca_adapted *)right)->profile;
    const int order = strcmp(x->agent, y->agent);
    return order != 0 ? order : strcmp(x->language, y->language);
}

static int compare_failures(const void *left, const void *right)
{
    return strcmp(((const ca_adapt_failure *)left)->path, ((const ca_adapt_failure *)right)->path);
}

static void sort_answer(ca_adaptation *out)
{
    if (out->agents.count > 0) {
        qsort(out->agents.items, out->agents.count, sizeof *out->agents.items, compare_adapted);
    }
    if (out->failures.count > 0) {
        qsort(out->failures.items, out->failures.count, sizeof *out->failures.items,
              compare_failures);
    }
}

/* ---- choosing and writing ---- */

static bool find_model(const adaptation *a, ca_profile *profile, ca_error *err)
{
    ca_model model;
    if (profile->calls == 0) {
        return true;
    }
    if (!ca_config_model(a->config, profile->language, &model, a->arena, err)) {
        return false;
    }
    profile->model = ca_path_name(model.acoustic);
    return true;
}

static void choose(ca_adapted *voice, const ca_profiles *newest)
{
    ca_profile *profile = &voice->profile;
    const ca_profile *old =
        profile->model ? ca_profiles_find(newest, profile->agent, profile->language, profile->model)
                       : NULL;
    const double *scores = profile->scores;
    const size_t chosen = ca_warp_choose(scores);
    voice->before = old ? old->warp : 0;
    if (profile->speech_ms < CA_ADAPT_SPEECH_MS) {
        voice->result = CA_ADAPT_TOO_LITTLE;
        return;
    }
    if (!(scores[chosen] > 0)) {
        voice->result = CA_ADAPT_NOT_HEARD;
        return;
    }
    profile->warp = ca_warps[chosen];
    const bool same = old && ca_warp_index(old->warp) == (int)chosen;
    voice->result = same ? CA_ADAPT_UNCHANGED : CA_ADAPT_LEARNED;
}

/* Chooses against the newest versions, and appends what is new. */
static bool conclude(adaptation *a, ca_db *db, ca_error *err)
{
    ca_profiles newest = {0};
    ca_profiles learned = {0};
    if (db && !ca_profiles_load(db, &newest, a->arena, err)) {
        return false;
    }
    for (size_t i = 0; i < a->out->agents.count; i++) {
        ca_adapted *voice = &a->out->agents.items[i];
        if (!find_model(a, &voice->profile, err)) {
            return false;
        }
        choose(voice, &newest);
        ca_profile *one = voice->result == CA_ADAPT_LEARNED ? ca_push(a->arena, &learned) : NULL;
        if (one) {
            *one = voice->profile;
        } else if (voice->result == CA_ADAPT_LEARNED) {
            return ca_fail_memory(err);
        }
    }
    if (a->options->dry_run || learned.count == 0) {
        return true;
    }
    if (!ca_profiles_append(db, &learned, a->arena, err)) {
        return false;
    }
    for (size_t i = 0, k = 0; i < a->out->agents.count; i++) {
        if (a->out->agents.items[i].result == CA_ADAPT_LEARNED) {
            a->out->agents.items[i].profile = learned.items[k++];
        }
    }
    return true;
}

static bool conclude_at_once(adaptation *a, ca_db *db, ca_error *err)
{
    if (!ca_db_begin(db, err)) {
        return false;
    }
    if (!conclude(a, db, err)) {
        ca_db_rollback(db);
        return false;
    }
    return ca_db_commit(db, err);
}

/* Opened before anything is heard, so that a wrong one does not cost an hour. *db stays NULL for a
 * dry run without one. */
static bool open_database(const adaptation *a, ca_db **db, ca_error *err)
{
    const char *path = a->config->database;
    const bool dry = a->options->dry_run;
    *db = NULL;
    if (dry && access(path, F_OK) != 0) {
        return true;
    }
    *db = ca_db_open(path, dry ? CA_DB_READ : CA_DB_WRITE, err);
    return *db != NULL;
}

/* Workers first, as in a night: they share little with the parent then. */
bool ca_adapt(const ca_config *config, const ca_rulesets *rulesets, const ca_adapt_options *options,
              ca_adaptation *out, ca_arena *arena, ca_error *err)
{
    adaptation a = {.config = config, .options = options, .out = out, .arena = arena};
    ca_db *db = NULL;
    a.workers = ca_workers_start(config, rulesets, options->jobs, err);
    a.metadata = a.workers ? ca_metadata_open(config, err) : NULL;
    bool ok = a.metadata && open_database(&a, &db, err) && find_candidates(&a, err) &&
              hear_all(&a, err) && add_up(&a, err) && add_absent(&a, err);
    ca_workers_stop(a.workers);
    ca_metadata_close(a.metadata);
    if (ok) {
        sort_answer(out);
        ok = options->dry_run ? conclude(&a, db, err) : conclude_at_once(&a, db, err);
    }
    ca_db_close(db);
    return ok;
}

const char *ca_adapt_result_name(ca_adapt_result result)
{
    static const char *const names[] = {"learned", "unchanged", "too little speech",
                                        "no wording heard"};
    return names[result];
}
