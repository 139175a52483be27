/* store.c - recordings and calls into rows. The rows below a call are written in store_rows.c and
 * read back in store_load.c; the tables are in schema.c. */
#include "callaudit/store.h"

#include "data/store_rows.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { UID_DIGITS = 32 };

/* A call without an id of its own is named by its bytes (DESIGN 3). */
static const char *uid_of(const ca_call *call, char from_hash[UID_DIGITS + 1])
{
    if (call->meta.call_uid != NULL || call->sha256 == NULL) {
        return call->meta.call_uid;
    }
    snprintf(from_hash, UID_DIGITS + 1, "%.*s", UID_DIGITS, call->sha256);
    return from_hash;
}

static const char *status_name(ca_status status)
{
    static const char *const names[] = {"queued", "judged", "failed", "duplicate"};
    assert((size_t)status < sizeof names / sizeof names[0]);
    return names[status];
}

static ca_status status_of(const char *name)
{
    ca_status status = CA_QUEUED;
    while (status < CA_DUPLICATE_OF && strcmp(name, status_name(status)) != 0) {
        status++;
    }
    return status;
}

/* NULL for none, as the tables have it. */
static const char *reason_or_null(ca_reason reason)
{
    return reason == CA_REASON_NONE ? NULL : ca_reason_name(reason);
}

/* ---- what is known ---- */

static const char sql_known[] =
    "SELECT r.status, r.reason, r.size, r.mtime_ns, r.attempts, coalesce(c.transcript, 0),"
    " coalesce(r.sha256, '')"
    " FROM recording AS r LEFT JOIN call AS c ON c.id = r.call_id WHERE r.path = :path";

bool ca_store_known(ca_db *db, const char *path, ca_known *known, ca_error *err)
{
    *known = (ca_known){0};
    ca_stmt *stmt = ca_db_prepare(db, sql_known, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "path", path);
    if (!ca_step_row(stmt, err)) {
        return err->code == CA_OK;
    }
    const char *reason = ca_column_text(stmt, 1);
    *known = (ca_known){
        .found = true,
        .status = status_of(ca_column_text(stmt, 0)),
        .reason = reason != NULL ? ca_reason_from_name(reason) : CA_REASON_NONE,
        .size = ca_column_int(stmt, 2),
        .mtime_ns = ca_column_int(stmt, 3),
        .attempts = (int)ca_column_int(stmt, 4),
        .transcript = ca_column_int(stmt, 5) != 0,
    };
    snprintf(known->sha256, sizeof known->sha256, "%s", ca_column_text(stmt, 6));
    ca_stmt_reset(stmt);
    return true;
}

/* The same bytes come before the same id; then the first path, so that the answer is one. */
#define OWNER                                                                                      \
    "SELECT path, coalesce(sha256 = :sha256, 0) FROM recording WHERE path <> :path AND status = "  \
    "'judged'"                                                                                     \
    " AND (sha256 = :sha256 OR call_uid = :call_uid)"                                              \
    " ORDER BY coalesce(sha256 = :sha256, 0) DESC, path LIMIT 1"

static const char sql_owner[] = OWNER;

bool ca_store_owner(ca_db *db, const char *path, const char *sha256, const char *call_uid,
                    const char **owner, bool *same_bytes, ca_arena *arena, ca_error *err)
{
    *owner = NULL;
    *same_bytes = false;
    ca_stmt *stmt = ca_db_prepare(db, sql_owner, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "path", path);
    ca_bind_text(stmt, "sha256", sha256);
    ca_bind_text(stmt, "call_uid", call_uid);
    if (!ca_step_row(stmt, err)) {
        return err->code == CA_OK;
    }
    *owner = ca_arena_strdup(arena, ca_column_text(stmt, 0));
    *same_bytes = ca_column_int(stmt, 1) != 0;
    ca_stmt_reset(stmt);
    return *owner != NULL || ca_fail_memory(err);
}

/* What stood under the new path was not judged, or its bytes are gone. */
static const char sql_vacate[] = "DELETE FROM recording WHERE path = :path AND path <> :old";
static const char sql_moved[] = "UPDATE recording SET path = :path, size = :size,"
                                " mtime_ns = :mtime_ns WHERE path = :old";

static const char sql_call_moved[] = "UPDATE call SET path = :path WHERE path = :old";

static bool rename_rows(ca_db *db, const char *sql, const char *old_path, const char *path,
                        ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "path", path);
    ca_bind_text(stmt, "old", old_path);
    return ca_step_done(stmt, err);
}

static bool move_recording(ca_db *db, const char *old_path, const char *path, int64_t size,
                           int64_t mtime_ns, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_moved, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "path", path);
    ca_bind_text(stmt, "old", old_path);
    ca_bind_int(stmt, "size", size);
    ca_bind_int(stmt, "mtime_ns", mtime_ns);
    return ca_step_done(stmt, err);
}

bool ca_store_moved(ca_db *db, const char *old_path, const char *path, int64_t size,
                    int64_t mtime_ns, ca_error *err)
{
    if (!ca_db_begin(db, err)) {
        return false;
    }
    const bool ok = rename_rows(db, sql_vacate, old_path, path, err) &&
                    move_recording(db, old_path, path, size, mtime_ns, err) &&
                    rename_rows(db, sql_call_moved, old_path, path, err) && ca_db_commit(db, err);
    if (!ok) {
        ca_db_rollback(db);
    }
    return ok;
}

static const char sql_why_not[] =
    "SELECT status || coalesce(', ' || reason, '') || coalesce(': ' || detail, '')"
    " FROM recording WHERE status <> 'judged'"
    " AND (call_uid = :name OR path = :name OR path LIKE '%/' || :name) ORDER BY path LIMIT 1";

bool ca_store_why_not(ca_db *db, const char *name, const char **why, ca_arena *arena, ca_error *err)
{
    *why = NULL;
    ca_stmt *stmt = ca_db_prepare(db, sql_why_not, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "name", name);
    if (!ca_step_row(stmt, err)) {
        return err->code == CA_OK;
    }
    *why = ca_arena_strdup(arena, ca_column_text(stmt, 0));
    ca_stmt_reset(stmt);
    return *why != NULL || ca_fail_memory(err);
}

/* ---- rule sets ---- */

/* A rule set that only findings named so far gets its name and text now. */
static const char sql_ruleset[] =
    "INSERT INTO ruleset (hash, name, language, text, first_used)"
    " VALUES (:hash, :name, :language, :text, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))"
    " ON CONFLICT (hash) DO UPDATE SET name = excluded.name, language = excluded.language,"
    "  text = excluded.text, first_used = excluded.first_used WHERE name IS NULL";

static bool save_ruleset(ca_db *db, const ca_ruleset *ruleset, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_ruleset, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "hash", ruleset->hash.hex);
    ca_bind_text(stmt, "name", ruleset->name);
    ca_bind_text(stmt, "language", ruleset->language);
    ca_bind_text(stmt, "text", ruleset->text);
    return ca_step_done(stmt, err);
}

bool ca_store_rulesets(ca_db *db, const ca_rulesets *rulesets, ca_error *err)
{
    if (!ca_db_begin(db, err)) {
        return false;
    }
    for (size_t i = 0; i < rulesets->count; i++) {
        if (!save_ruleset(db, &rulesets->items[i], err)) {
            ca_db_rollback(db);
            return false;
        }
    }
    return ca_db_commit(db, err);
}

/* ---- recordings ---- */

static void bind_meta(ca_stmt *stmt, const ca_call *call)
{
    char from_hash[UID_DIGITS + 1];
    const ca_meta *meta = &call->meta;
    ca_bind_text(stmt, "path", call->path);
    ca_bind_text(stmt, "sha256", call->sha256);
    ca_bind_text(stmt, "call_uid", uid_of(call, from_hash));
    ca_bind_text(stmt, "agent", meta->agent);
    ca_bind_text(stmt, "started_at", meta->started_at);
    ca_bind_text(stmt, "team", meta->team);
    ca_bind_text(stmt, "queue", meta->queue);
    ca_bind_text(stmt, "direction", meta->direction);
    ca_bind_text(stmt, "customer", meta->customer);
    ca_bind_text(stmt, "language", meta->language);
}

/* What a row of `recording` says beside the metadata. */
typedef struct state {
    int64_t size, mtime_ns;
    ca_status status;
    ca_reason reason;
    const char *detail;
    int64_t call_id; /* 0 for none */
} state;

/* Attempts are counted anew when the file changed; a queued one was none. */
static const char sql_recording[] =
    "INSERT INTO recording (path, size, mtime_ns, sha256, status, reason, detail, attempts,"
    "  call_id, duplicate_of, call_uid, agent, started_at, team, queue, direction, customer,"
    "  language)"
    " VALUES (:path, :size, :mtime_ns, :sha256, :status, :reason, :detail, :status <> 'queued',"
    "  :call_id, CASE :status WHEN 'duplicate' THEN (SELECT path FROM (" OWNER
    ")) END, :call_uid, :agent,"
    "  :started_at, :team, :queue, :direction, :customer, :language)"
    " ON CONFLICT (path) DO UPDATE SET"
    "  attempts = excluded.attempts + CASE WHEN size = excluded.size"
    "   AND mtime_ns = excluded.mtime_ns THEN attempts ELSE 0 END,"
    "  size = excluded.size, mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256,"
    "  status = excluded.status, reason = excluded.reason, detail = excluded.detail,"
    "  call_id = excluded.call_id, duplicate_of = excluded.duplicate_of,"
    "  call_uid = excluded.call_uid, agent = excluded.agent, started_at = excluded.started_at,"
    "  team = excluded.team, queue = excluded.queue, direction = excluded.direction,"
    "  customer = excluded.customer, language = excluded.language";

static bool save_recording(ca_db *db, const ca_call *call, const state *is, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_recording, err);
    if (stmt == NULL) {
        return false;
    }
    bind_meta(stmt, call);
    ca_bind_int(stmt, "size", is->size);
    ca_bind_int(stmt, "mtime_ns", is->mtime_ns);
    ca_bind_text(stmt, "status", status_name(is->status));
    ca_bind_text(stmt, "reason", reason_or_null(is->reason));
    ca_bind_text(stmt, "detail", is->detail);
    if (is->call_id != 0) {
        ca_bind_int(stmt, "call_id", is->call_id);
    } else {
        ca_bind_null(stmt, "call_id");
    }
    return ca_step_done(stmt, err);
}

static const char sql_failed_again[] =
    "UPDATE recording SET attempts = attempts + 1, size = :size, mtime_ns = :mtime_ns,"
    "  reason = :reason, detail = :detail"
    " WHERE path = :path AND status = 'judged' AND (sha256 = :sha256"
    "  OR (:sha256 IS NULL AND size = :size AND mtime_ns = :mtime_ns))" /* could not be read now */
    " RETURNING id";

/* *was says whether these bytes were judged before, and the failure is noted with them. */
static bool note_failure(ca_db *db, const ca_call *call, const state *is, bool *was, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_failed_again, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "path", call->path);
    ca_bind_text(stmt, "sha256", call->sha256);
    ca_bind_int(stmt, "size", is->size);
    ca_bind_int(stmt, "mtime_ns", is->mtime_ns);
    ca_bind_text(stmt, "reason", reason_or_null(is->reason));
    ca_bind_text(stmt, "detail", is->detail);
    *was = ca_step_row(stmt, err);
    ca_stmt_reset(stmt);
    return err->code == CA_OK;
}

bool ca_store_failure(ca_db *db, const ca_call *call, int64_t size, int64_t mtime_ns,
                      ca_status status, const ca_error *why, ca_error *err)
{
    assert(status != CA_JUDGED);
    const state is = {size, mtime_ns, status, why->reason, why->msg, 0};
    if (!ca_db_begin(db, err)) {
        return false;
    }
    bool noted = false;
    bool done = status != CA_FAILED || note_failure(db, call, &is, &noted, err);
    if (!done || (!noted && !save_recording(db, call, &is, err))) {
        ca_db_rollback(db);
        return false;
    }
    return ca_db_commit(db, err);
}

/* ---- the call itself ---- */

/* The manifest of a sample has a line a call with its id and agent: neither may break it. */
static bool check_name(const char *what, const char *name, ca_error *err)
{
    size_t length = name != NULL ? strlen(name) : 0;
    bool clean = name == NULL || ca_utf8_valid(name, length);
    for (size_t i = 0; clean && i < length; i++) {
        clean = (unsigned char)name[i] >= 0x20 && name[i] != 0x7f;
    }
    return clean || ca_fail_call(err, CA_REASON_NO_METADATA,
                                 "the %s is not UTF-8 without control characters", what);
}

static bool check_names(const ca_call *call, ca_error *err)
{
    if (call->meta.call_uid == NULL && call->sha256 == NULL) {
        return ca_fail_call(err, CA_REASON_NO_METADATA, "neither a call id nor a hash");
    }
    return check_name("call id", call->meta.call_uid, err) &&
           check_name("agent", call->meta.agent, err);
}

static const char sql_call[] =
    "INSERT INTO call (call_uid, path, sha256, agent, started_at, team, queue, direction,"
    "  customer, language, duration_ms, sample_rate, truncated, transcript, model, profile,"
    "  warp)"
    " VALUES (:call_uid, :path, :sha256, :agent, :started_at, :team, :queue, :direction,"
    "  :customer, :language, :duration_ms, :sample_rate, :truncated, :transcript, :model,"
    "  :profile, iif(:profile IS NULL, NULL, :warp))"
    " ON CONFLICT (call_uid) DO UPDATE SET path = excluded.path, sha256 = excluded.sha256,"
    "  agent = excluded.agent, started_at = excluded.started_at, team = excluded.team,"
    "  queue = excluded.queue, direction = excluded.direction, customer = excluded.customer,"
    "  language = excluded.language, duration_ms = excluded.duration_ms,"
    "  sample_rate = excluded.sample_rate, truncated = excluded.truncated,"
    "  transcript = excluded.transcript, model = excluded.model,"
    "  profile = excluded.profile, warp = excluded.warp"
    " RETURNING id";

static bool save_call_row(ca_db *db, const ca_call *call, int64_t *id, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_call, err);
    if (stmt == NULL) {
        return false;
    }
    bind_meta(stmt, call);
    ca_bind_int(stmt, "duration_ms", call->duration_ms);
    ca_bind_int(stmt, "sample_rate", call->sample_rate);
    ca_bind_int(stmt, "truncated", call->truncated);
    ca_bind_int(stmt, "transcript", call->transcript);
    ca_bind_text(stmt, "model", call->model);
    ca_bind_text(stmt, "profile", call->profile);
    ca_bind_real(stmt, "warp", call->warp);
    return ca_rows_step_id(stmt, id, err);
}

static bool save_judged(ca_db *db, const ca_call *call, state *is, const char *program,
                        ca_error *err)
{
    return save_call_row(db, call, &is->call_id, err) &&
           ca_rows_heard(db, is->call_id, call, err) &&
           ca_rows_judgement(db, is->call_id, call, program, err) &&
           save_recording(db, call, is, err);
}

bool ca_store_call(ca_db *db, const ca_call *call, int64_t size, int64_t mtime_ns,
                   const char *program, ca_error *err)
{
    ca_reason mark = call->truncated ? CA_REASON_TRUNCATED : CA_REASON_NONE;
    state is = {size, mtime_ns, CA_JUDGED, mark, NULL, 0};
    if (!check_names(call, err) || !ca_db_begin(db, err)) {
        return false;
    }
    if (!save_judged(db, call, &is, program, err)) {
        ca_db_rollback(db);
        return ca_error_context(err, "storing %s", call->path);
    }
    return ca_db_commit(db, err);
}
