/* batch.c - from the list of recordings to rows: who is to be judged, by whom, and what came out.
 */
#include "callaudit/batch.h"

#include "callaudit/metadata.h"
#include "callaudit/sample.h"
#include "callaudit/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WAIT_MS = 500, MAX_ATTEMPTS = 3 };

/* A recording that a worker has in hand. */
typedef struct in_hand {
    bool used;
    const ca_recording *recording;
    ca_call call; /* path, sha256, meta; in the arena below */
    ca_arena *arena;
} in_hand;

typedef struct batch {
    const ca_config *config;
    const ca_batch_options *options;
    ca_db *db;
    ca_metadata *metadata;
    ca_workers *workers;
    in_hand *hands;
    ca_batch_counts *counts;
    const ca_batch_watch *watch;
    struct timespec started;
    ca_arena *arena; /* of the whole run */
} batch;

/* ---- telling ---- */

static void update_clock(batch *b)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    b->counts->wall_seconds =
        (double)(now.tv_sec - b->started.tv_sec) + (double)(now.tv_nsec - b->started.tv_nsec) / 1e9;
}

static void tell(batch *b, const char *path, ca_batch_event event, const ca_error *why)
{
    ca_batch_counts *counts = b->counts;
    update_clock(b);
    if (path) {
        counts->left--;
        counts->judged += event == CA_BATCH_JUDGED;
        counts->duplicates += event == CA_BATCH_DUPLICATE;
        counts->growing += event == CA_BATCH_GROWING;
        counts->failed += event == CA_BATCH_FAILED;
        counts->by_reason[why->reason] += event == CA_BATCH_FAILED;
    }
    b->watch->observer(b->watch->context, path, event, why, counts);
}

/* ---- recordings that no worker sees ---- */

static bool store_failure(batch *b, const ca_recording *recording, const ca_call *call,
                          const ca_error *why, ca_error *err)
{
    ca_status status = CA_FAILED;
    ca_batch_event event = CA_BATCH_FAILED;
    if (why->reason == CA_REASON_GROWING) {
        status = CA_QUEUED;
        event = CA_BATCH_GROWING;
    } else if (why->reason == CA_REASON_DUPLICATE) {
        status = CA_DUPLICATE_OF;
        event = CA_BATCH_DUPLICATE;
    }
    if (!ca_store_failure(b->db, call, recording->size, recording->mtime_ns, status, why, err)) {
        return false;
    }
    tell(b, recording->path, event, why);
    return true;
}

static bool collect(batch *b, ca_error *err);

/* Is a call with these bytes or this id in a worker's hand? */
static bool is_in_hand(const batch *b, const ca_call *call)
{
    for (int i = 0; i < b->options->jobs; i++) {
        const in_hand *hand = &b->hands[i];
        if (hand->used && (strcmp(hand->call.sha256, call->sha256) == 0 ||
                           strcmp(hand->call.meta.call_uid, call->meta.call_uid) == 0)) {
            return true;
        }
    }
    return false;
}

/* Who else has these bytes or this call id and was judged. One that is still in hand is waited for:
 * whether this one is its duplicate must not depend on who is faster. */
static bool find_owner(batch *b, const ca_call *call, const char **owner, ca_arena *arena,
                       ca_error *err)
{
    while (is_in_hand(b, call) && !*b->watch->stop) {
        if (!collect(b, err)) {
            return false;
        }
    }
    return ca_store_owner(b->db, call->path, call->sha256, call->meta.call_uid, owner, arena, err);
}

/* The recording's metadata; counts it when the CDR does not know it. False with `why`, or err. */
static bool find_metadata(batch *b, const ca_recording *recording, ca_meta *meta, ca_arena *arena,
                          ca_error *why, ca_error *err)
{
    const bool found = ca_metadata_find(b->metadata, recording->path, meta, arena, why);
    if (ca_metadata_unlisted(b->metadata) &&
        !ca_strings_add(&b->counts->unlisted, recording->path, b->arena, err)) {
        return false;
    }
    return found;
}

/* Who recorded what: hash, metadata, duplicates. False with `why` when the call goes no further. */
static bool identify(batch *b, const ca_recording *recording, ca_call *call, ca_arena *arena,
                     ca_error *why, ca_error *err)
{
    ca_hash hash;
    const char *owner;
    if (!ca_intake_identify(recording, &hash, why)) {
        return false;
    }
    call->sha256 = ca_arena_strdup(arena, hash.hex);
    if (!call->sha256) {
        return ca_fail_memory(err);
    }
    if (!find_metadata(b, recording, &call->meta, arena, why, err)) {
        return false;
    }
    if (!call->meta.call_uid &&
        !(call->meta.call_uid = ca_arena_strndup(arena, call->sha256, 32))) {
        return ca_fail_memory(err);
    }
    if (!find_owner(b, call, &owner, arena, err)) {
        return false;
    }
    return !owner || ca_fail_call(why, CA_REASON_DUPLICATE, "the same call as %s", owner);
}

/* ---- what there is to do ---- */

/* A call whose judgement cost a worker more than once is not tried every night for ever. */
static bool is_given_up(const ca_known *known)
{
    return known->status == CA_FAILED && known->attempts >= MAX_ATTEMPTS &&
           (known->reason == CA_REASON_TIMEOUT || known->reason == CA_REASON_LIMIT ||
            known->reason == CA_REASON_RECOGNIZER_FAILED);
}

static bool is_unchanged(const ca_known *known, const ca_recording *recording)
{
    return known->found && known->size == recording->size && known->mtime_ns == recording->mtime_ns;
}

/* Does the audit sample hold this call without a transcript? */
static bool lacks_sample_transcript(batch *b, const ca_known *known, const char *path, bool *lacks,
                                    ca_error *err)
{
    *lacks = false;
    if (known->status != CA_JUDGED || known->transcript) {
        return true;
    }
    return ca_sample_has_path(b->db, path, lacks, err);
}

typedef enum need { NEED_NOTHING, NEED_JUDGEMENT, NEED_REST } need;

static bool find_need(batch *b, const ca_recording *recording, ca_known *known, need *out,
                      ca_error *err)
{
    if (!ca_store_known(b->db, recording->path, known, err)) {
        return false;
    }
    if (b->options->only_sample) {
        bool lacks;
        const bool ok = lacks_sample_transcript(b, known, recording->path, &lacks, err);
        *out = lacks ? NEED_JUDGEMENT : NEED_NOTHING;
        return ok;
    }
    if (!is_unchanged(known, recording)) {
        *out = NEED_JUDGEMENT;
    } else if (known->status == CA_JUDGED || known->status == CA_DUPLICATE_OF) {
        *out = NEED_NOTHING;
    } else {
        *out = is_given_up(known) ? NEED_REST : NEED_JUDGEMENT;
    }
    return true;
}

/* Shards are cut by content, so that copies of one recording meet in one shard. */
static bool is_of_shard(const batch *b, const char *sha256)
{
    char head[9] = {0};
    memcpy(head, sha256, 8);
    return (int)(strtoul(head, NULL, 16) % (unsigned long)b->options->shards) ==
           b->options->shard - 1;
}

/* ---- jobs ---- */

static bool wants_transcript(batch *b, const ca_call *call, bool *wants, ca_error *err)
{
    *wants = b->options->only_sample || b->config->transcripts == CA_TRANSCRIPT_ALL;
    if (*wants || b->config->transcripts != CA_TRANSCRIPT_SAMPLE) {
        return true;
    }
    return ca_sample_has_path(b->db, call->path, wants, err);
}

static size_t free_hand(const batch *b)
{
    size_t i = 0;
    while (b->hands[i].used) {
        i++;
    }
    return i;
}

static bool give(batch *b, const ca_recording *recording, const ca_call *call, ca_arena *arena,
                 ca_error *err)
{
    ca_job job = {.id = free_hand(b), .call = *call};
    if (!wants_transcript(b, call, &job.transcript, err) ||
        !ca_workers_give(b->workers, &job, err)) {
        return false;
    }
    b->hands[job.id] = (in_hand){true, recording, *call, arena};
    return true;
}

/* Takes one recording up to a worker's hand, or stores why not. */
static bool begin(batch *b, const ca_recording *recording, ca_error *err)
{
    ca_error why = {0};
    ca_arena *arena = ca_arena_new(4 << 20);
    ca_call call = {.path = recording->path};
    if (!arena) {
        return ca_fail_memory(err);
    }
    const bool known = identify(b, recording, &call, arena, &why, err);
    bool ok = err->code == CA_OK;
    if (ok && call.sha256 && !is_of_shard(b, call.sha256)) {
        b->counts->elsewhere++;
        b->counts->left--;
    } else if (ok && known) {
        ok = give(b, recording, &call, arena, err);
        arena = ok ? NULL : arena; /* the hand keeps it */
    } else if (ok) {
        ok = store_failure(b, recording, &call, &why, err);
    }
    ca_arena_free(arena);
    return ok;
}

/* ---- outcomes ---- */

static void count_outcome(batch *b, const ca_outcome *outcome)
{
    ca_batch_counts *counts = b->counts;
    for (int s = 0; s < CA_STAGE_COUNT; s++) {
        counts->cpu_seconds[s] += outcome->cpu_seconds[s];
    }
    if (outcome->peak_rss_bytes > counts->peak_rss_bytes) {
        counts->peak_rss_bytes = outcome->peak_rss_bytes;
    }
    counts->replaced += outcome->replaced;
    if (outcome->failed.code == CA_OK) {
        counts->audio_ms += outcome->call.duration_ms;
        counts->truncated += outcome->call.truncated;
    }
}

static bool store_outcome(batch *b, ca_outcome *outcome, ca_error *err)
{
    in_hand *hand = &b->hands[outcome->id];
    const ca_recording *recording = hand->recording;
    bool ok;
    assert(hand->used && recording);
    count_outcome(b, outcome);
    if (outcome->failed.code != CA_OK) {
        ok = store_failure(b, recording, &hand->call, &outcome->failed, err);
    } else {
        /* What identifies the call is the parent's word, not the worker's. */
        outcome->call.path = hand->call.path;
        outcome->call.sha256 = hand->call.sha256;
        outcome->call.meta = hand->call.meta;
        ok = ca_store_call(b->db, &outcome->call, recording->size, recording->mtime_ns,
                           b->options->program, err);
        if (ok) {
            tell(b, recording->path, CA_BATCH_JUDGED, &outcome->failed);
        }
    }
    ca_arena_free(hand->arena);
    *hand = (in_hand){0};
    return ok;
}

/* Waits for one outcome, or a moment. */
static bool collect(batch *b, ca_error *err)
{
    ca_outcome outcome;
    bool got = false;
    ca_arena *arena = ca_arena_new(0);
    bool ok = arena ? ca_workers_wait(b->workers, WAIT_MS, &outcome, &got, arena, err)
                    : ca_fail_memory(err);
    if (ok && got) {
        ok = store_outcome(b, &outcome, err);
    } else if (ok) {
        tell(b, NULL, CA_BATCH_JUDGED, NULL);
    }
    ca_arena_free(arena);
    return ok;
}

/* ---- the night ---- */

/* A file that was written a moment ago may still be growing: wait once until the youngest has
 * settled; whether it grew meanwhile shows when it is hashed. */
static void settle(const batch *b, const ca_recordings *recordings)
{
    struct timespec now;
    int64_t youngest = 0;
    clock_gettime(CLOCK_REALTIME, &now);
    const int64_t now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    for (size_t i = 0; i < recordings->count; i++) {
        const int64_t time = recordings->items[i].mtime_ns;
        youngest = time > youngest && time <= now_ns ? time : youngest;
    }
    const int64_t wait = youngest + b->config->limits.settle_ms * 1000000 - now_ns;
    if (wait > 0) {
        nanosleep(&(struct timespec){wait / 1000000000, wait % 1000000000}, NULL);
    }
}

/* A recording that needs no judgement still counts when the CDR is reconciled. */
static bool pass_over(batch *b, const ca_recording *recording, ca_error *err)
{
    ca_error why = {0};
    ca_meta meta;
    ca_arena *arena = ca_arena_new(4 << 20);
    if (!arena) {
        return ca_fail_memory(err);
    }
    (void)find_metadata(b, recording, &meta, arena, &why, err);
    ca_arena_free(arena);
    b->counts->already++;
    b->counts->left--;
    return err->code == CA_OK;
}

static bool give_up(batch *b, const ca_recording *recording, const ca_known *known)
{
    ca_error why = {0};
    ca_fail_call(&why, known->reason, "given up after %d attempts", known->attempts);
    tell(b, recording->path, CA_BATCH_FAILED, &why);
    return true;
}

static bool visit(batch *b, const ca_recording *recording, ca_error *err)
{
    ca_known known = {0};
    need needs = NEED_NOTHING;
    if (!find_need(b, recording, &known, &needs, err)) {
        return false;
    }
    switch (needs) {
    case NEED_NOTHING: return pass_over(b, recording, err);
    case NEED_REST: return give_up(b, recording, &known);
    case NEED_JUDGEMENT: break;
    }
    return begin(b, recording, err);
}

static bool judge_all(batch *b, const ca_recordings *recordings, ca_error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < recordings->count && !*b->watch->stop; i++) {
        while (ok && !ca_workers_idle(b->workers) && !*b->watch->stop) {
            ok = collect(b, err);
        }
        ok = ok && (*b->watch->stop || visit(b, &recordings->items[i], err));
    }
    while (ok && ca_workers_busy(b->workers) > 0 && !*b->watch->stop) {
        ok = collect(b, err);
    }
    return ok;
}

static bool open_batch(batch *b, const ca_rulesets *rulesets, ca_error *err)
{
    b->hands = calloc((size_t)b->options->jobs, sizeof *b->hands);
    if (!b->hands) {
        return ca_fail_memory(err);
    }
    /* Workers before the database: they inherit nothing of it. */
    b->workers = ca_workers_start(b->config, rulesets, b->options->jobs, err);
    b->metadata = b->workers ? ca_metadata_open(b->config, err) : NULL;
    b->db = b->metadata ? ca_db_open(b->config->database, CA_DB_WRITE, err) : NULL;
    return b->db && ca_store_rulesets(b->db, rulesets, err);
}

static void close_batch(batch *b)
{
    ca_workers_stop(b->workers);
    for (int i = 0; b->hands && i < b->options->jobs; i++) {
        ca_arena_free(b->hands[i].arena);
    }
    free(b->hands);
    ca_metadata_close(b->metadata);
    ca_db_close(b->db);
}

bool ca_batch_run(const ca_config *config, const ca_rulesets *rulesets,
                  const ca_batch_options *options, const ca_batch_watch *watch,
                  ca_batch_counts *counts, ca_arena *arena, ca_error *err)
{
    batch b = {
        .config = config, .options = options, .watch = watch, .counts = counts, .arena = arena};
    ca_recordings recordings = {0};
    ca_strings unreadable = {0};
    clock_gettime(CLOCK_MONOTONIC, &b.started);
    bool ok = ca_intake_scan(&options->paths, &recordings, &unreadable, arena, err);
    counts->found = counts->left = (int64_t)recordings.count;
    counts->unreadable_folders = (int64_t)unreadable.count;
    if (ok && (ok = open_batch(&b, rulesets, err))) {
        settle(&b, &recordings);
        ok = judge_all(&b, &recordings, err) &&
             (*watch->stop || ca_metadata_unrecorded(b.metadata, &counts->unrecorded, arena, err));
    }
    update_clock(&b);
    close_batch(&b);
    return ok;
}
