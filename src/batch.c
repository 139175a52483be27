/* batch.c - from the list of recordings to rows: who is to be judged, by whom, and what came out.
 */
#include "callaudit/batch.h"

#include "callaudit/metadata.h"
#include "callaudit/profile.h"
#include "callaudit/sample.h"
#include "callaudit/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

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
    ca_profiles profiles; /* as they were when the run began */
    ca_workers *workers;
    in_hand *hands;
    ca_batch_counts *counts;
    const ca_batch_watch *watch;
    struct timespec started;
    ca_arena *arena; /* of the whole run */
    int lock;        /* held while the run works on the database; -1 before */
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

/* What identify() found. */
typedef enum identity {
    ID_NEW,       /* to be judged */
    ID_JUDGED,    /* judged already under this or an older name; noted */
    ID_ELSEWHERE, /* of another shard */
    ID_STOPPED,   /* the run is ending: left for the next one */
    ID_REFUSED,   /* `why` says the reason */
    ID_BROKEN     /* the database or the machine failed: err */
} identity;

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

/* The same bytes again under the same name (touched) or a new one (moved). */
static identity note_move(batch *b, const char *old_path, const ca_recording *recording,
                          ca_error *err)
{
    return ca_store_moved(b->db, old_path, recording->path, recording->size, recording->mtime_ns,
                          err)
               ? ID_JUDGED
               : ID_BROKEN;
}

/* Has somebody else these bytes or this call id? One that is still in hand is waited for: whether
 * this one is its duplicate must not depend on who is faster. (The wait stores what comes.) */
static identity compare_with_others(batch *b, const ca_recording *recording, const ca_call *call,
                                    ca_arena *arena, ca_error *why, ca_error *err)
{
    const char *owner;
    bool same_bytes;
    while (is_in_hand(b, call)) {
        if (*b->watch->stop) {
            return ID_STOPPED;
        }
        if (!collect(b, err)) {
            return ID_BROKEN;
        }
    }
    if (!ca_store_owner(b->db, call->path, call->sha256, call->meta.call_uid, &owner, &same_bytes,
                        arena, err)) {
        return ID_BROKEN;
    }
    if (!owner) {
        return ID_NEW;
    }
    if (same_bytes && access(owner, F_OK) != 0) {
        return note_move(b, owner, recording, err);
    }
    if (same_bytes) {
        ca_fail_call(why, CA_REASON_DUPLICATE, "the same recording as %s", owner);
    } else { /* two calls cannot share an id, and which one has it is not guessed */
        ca_fail_call(why, CA_REASON_NO_METADATA,
                     "its call id %s is that of %s, whose audio differs", call->meta.call_uid,
                     owner);
    }
    return ID_REFUSED;
}

/* Shards are cut by content, so that copies of one recording meet in one shard. */
static bool is_of_shard(const batch *b, const char *sha256)
{
    char head[9] = {0};
    memcpy(head, sha256, 8);
    return (int)(strtoul(head, NULL, 16) % (unsigned long)b->options->shards) ==
           b->options->shard - 1;
}

/* The recording's metadata; counts it when the CDR does not know it. */
static bool find_metadata(batch *b, const ca_recording *recording, ca_meta *meta, ca_arena *arena,
                          ca_error *why, ca_error *err)
{
    const bool found = ca_metadata_find(b->metadata, recording->path, meta, arena, why);
    if (ca_metadata_unlisted(b->metadata)) {
        ca_strings_add(&b->counts->unlisted, recording->path, b->arena, err);
    }
    return found;
}

/* Who recorded what: metadata, hash, others with the same. */
static identity identify(batch *b, const ca_recording *recording, const ca_known *known,
                         ca_call *call, ca_arena *arena, ca_error *why, ca_error *err)
{
    ca_hash hash;
    ca_error no_metadata = {0};
    const bool described = find_metadata(b, recording, &call->meta, arena, &no_metadata, err);
    if (!ca_intake_identify(recording, b->config->limits.audio.max_bytes, &hash, why)) {
        return ID_REFUSED;
    }
    if (!is_of_shard(b, hash.hex)) {
        return ID_ELSEWHERE;
    }
    call->sha256 = ca_arena_strdup(arena, hash.hex);
    if (!described) {
        *why = no_metadata;
        return ID_REFUSED;
    }
    if (!call->meta.call_uid) {
        call->meta.call_uid = ca_arena_strndup(arena, hash.hex, 32);
    }
    if (!call->sha256 || !call->meta.call_uid || err->code != CA_OK) {
        ca_fail_memory(err);
        return ID_BROKEN;
    }
    if (!b->options->only_sample && known->status == CA_JUDGED &&
        strcmp(known->sha256, call->sha256) == 0) {
        return note_move(b, recording->path, recording, err);
    }
    return compare_with_others(b, recording, call, arena, why, err);
}

/* ---- what there is to do ---- */

/* A call whose hearing cost a worker more than once is not tried every night for ever. */
static bool is_given_up(const ca_known *known)
{
    return known->attempts >= MAX_ATTEMPTS &&
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
        if (lacks && is_unchanged(known, recording) && is_given_up(known)) {
            *out = NEED_REST;
        }
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
        !ca_profiles_give(&b->profiles, &job.call, arena, err) ||
        !ca_workers_give(b->workers, &job, err)) {
        return false;
    }
    b->hands[job.id] = (in_hand){true, recording, job.call, arena};
    return true;
}

static void count_passed(batch *b, int64_t *counter)
{
    (*counter)++;
    b->counts->left--;
}

/* Takes one recording up to a worker's hand, or stores why not. */
static bool begin(batch *b, const ca_recording *recording, const ca_known *known, ca_error *err)
{
    ca_error why = {0};
    ca_arena *arena = ca_arena_new(4 << 20);
    ca_call call = {.path = recording->path};
    bool ok = true;
    if (!arena) {
        return ca_fail_memory(err);
    }
    switch (identify(b, recording, known, &call, arena, &why, err)) {
    case ID_NEW:
        ok = give(b, recording, &call, arena, err);
        arena = ok ? NULL : arena; /* the hand keeps it */
        break;
    case ID_REFUSED: ok = store_failure(b, recording, &call, &why, err); break;
    case ID_JUDGED: count_passed(b, &b->counts->already); break;
    case ID_ELSEWHERE: count_passed(b, &b->counts->elsewhere); break;
    case ID_STOPPED: break;
    case ID_BROKEN: ok = false; break;
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
}

/* The judged call, unless its file changed since it was hashed: then nobody knows what was heard.
 */
static bool store_judged(batch *b, const in_hand *hand, ca_call *judged, ca_error *err)
{
    ca_error none = {0};
    const ca_recording *recording = hand->recording;
    if (!ca_intake_unchanged(recording)) {
        ca_fail_call(&none, CA_REASON_GROWING, "changed while it was judged");
        return store_failure(b, recording, &hand->call, &none, err);
    }
    /* What identifies the call is the parent's word, not the worker's. */
    judged->path = hand->call.path;
    judged->sha256 = hand->call.sha256;
    judged->meta = hand->call.meta;
    judged->profile = judged->profile ? hand->call.profile : NULL;
    judged->warp = judged->profile ? hand->call.warp : 0;
    if (!ca_store_call(b->db, judged, recording->size, recording->mtime_ns, b->options->program,
                       err)) {
        return false;
    }
    b->counts->audio_ms += judged->duration_ms;
    b->counts->truncated += judged->truncated;
    tell(b, recording->path, CA_BATCH_JUDGED, &none);
    return true;
}

static bool store_outcome(batch *b, ca_outcome *outcome, ca_error *err)
{
    in_hand *hand = &b->hands[outcome->id];
    assert(hand->used && hand->recording);
    count_outcome(b, outcome);
    const bool ok = outcome->failed.code == CA_OK
                        ? store_judged(b, hand, &outcome->call, err)
                        : store_failure(b, hand->recording, &hand->call, &outcome->failed, err);
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
    count_passed(b, &b->counts->already);
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
    return begin(b, recording, &known, err);
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

/* Two runs over one database would judge everything twice: a lock beside it keeps them apart. */
static bool take_lock(batch *b, ca_error *err)
{
    char *path = ca_arena_printf(b->arena, "%s.lock", b->config->database);
    if (!path) {
        return ca_fail_memory(err);
    }
    b->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (b->lock < 0) {
        return ca_fail(err, CA_ESETUP, "%s: %s", path, strerror(errno));
    }
    if (flock(b->lock, LOCK_EX | LOCK_NB) != 0) {
        return ca_fail(err, CA_ESETUP, "another run is working on %s", b->config->database);
    }
    return true;
}

/* Workers first: then the first of them share little with the parent. Those that replace them drop
 * what they share, and its size is not counted as theirs. */
static bool open_batch(batch *b, const ca_rulesets *rulesets, ca_error *err)
{
    if (!take_lock(b, err)) {
        return false;
    }
    b->hands = calloc((size_t)b->options->jobs, sizeof *b->hands);
    if (!b->hands) {
        return ca_fail_memory(err);
    }
    b->workers = ca_workers_start(b->config, rulesets, b->options->jobs, err);
    b->metadata = b->workers ? ca_metadata_open(b->config, err) : NULL;
    b->db = b->metadata ? ca_db_open(b->config->database, CA_DB_WRITE, err) : NULL;
    return b->db && ca_store_rulesets(b->db, rulesets, err) &&
           ca_profiles_load(b->db, &b->profiles, b->arena, err) &&
           ca_profiles_usable(&b->profiles, b->config, b->arena, err);
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
    if (b->lock >= 0) {
        close(b->lock);
    }
}

bool ca_batch_run(const ca_config *config, const ca_rulesets *rulesets,
                  const ca_batch_options *options, const ca_batch_watch *watch,
                  ca_batch_counts *counts, ca_arena *arena, ca_error *err)
{
    batch b = {.config = config,
               .options = options,
               .watch = watch,
               .counts = counts,
               .arena = arena,
               .lock = -1};
    ca_recordings recordings = {0};
    clock_gettime(CLOCK_MONOTONIC, &b.started);
    bool ok = ca_intake_scan(&options->paths, &recordings, &counts->unreadable, arena, err);
    counts->found = counts->left = (int64_t)recordings.count;
    if (ok && (ok = open_batch(&b, rulesets, err))) {
        settle(&b, &recordings);
        ok = judge_all(&b, &recordings, err) &&
             (*watch->stop || ca_metadata_unrecorded(b.metadata, &counts->unrecorded, arena, err));
    }
    update_clock(&b);
    close_batch(&b);
    return ok;
}
