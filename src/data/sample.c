/* sample.c - freezing a month's frame and drawing from it. What the frame gives is worked out in
 * sample_frame.c, and compared again in sample_verify.c. */
#include "callaudit/sample.h"

#include "data/sample_frame.h"

#include <string.h>
#include <sys/random.h>

enum { SEED_MAX = 128, SEED_BYTES = 16 };

/* ---- tickets and sizes ---- */

ca_hash ca_ticket(const char *seed, const char *month, const char *call_uid)
{
    ca_hash ticket = {""};
    ca_buf text = {0};
    ca_buf_printf(&text, "callaudit-v1|%s|%s|%s", seed, month, call_uid);
    if (!text.failed) {
        ticket = ca_hash_bytes(text.data, text.length);
    }
    ca_buf_release(&text);
    return ticket;
}

int64_t ca_sample_size(int64_t calls, int rate_permille, int64_t min)
{
    /* ceil(calls x rate / 1000) in parts, so that no product overflows. */
    int64_t size = calls / 1000 * rate_permille + (calls % 1000 * rate_permille + 999) / 1000;
    size = size < min ? min : size;
    return size < calls ? size : calls;
}

bool ca_month_valid(const char *month)
{
    static const char form[] = "dddd-dd";
    for (size_t i = 0; i < sizeof form; i++) { /* the NUL is part of the form */
        bool digit = month[i] >= '0' && month[i] <= '9';
        if (form[i] == 'd' ? !digit : month[i] != form[i]) {
            return false;
        }
    }
    int number = (month[5] - '0') * 10 + (month[6] - '0');
    return number >= 1 && number <= 12;
}

static bool seed_valid(const char *seed)
{
    size_t length = strlen(seed);
    bool valid = length >= 1 && length <= SEED_MAX;
    for (size_t i = 0; valid && i < length; i++) {
        valid = seed[i] > ' ' && seed[i] <= '~' && seed[i] != '|';
    }
    return valid;
}

static const char *random_seed(ca_arena *arena, ca_error *err)
{
    unsigned char bytes[SEED_BYTES];
    char *seed = ca_arena_alloc(arena, 2 * sizeof bytes + 1);
    if (seed == NULL) {
        ca_fail_memory(err);
        return NULL;
    }
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        ca_fail(err, CA_EIO, "the system gives no random numbers");
        return NULL;
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        seed[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        seed[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    return seed;
}

/* ---- freezing: the first transaction ---- */

static const char sql_month[] = "INSERT INTO sample_month (month, seed, timezone)"
                                " VALUES (:month, :seed, :timezone)";

/* Seed and time zone of a month are its first draw's. */
static bool check_month(const ca_draw *draw, const ca_sample *of, ca_error *err)
{
    if (draw->seed != NULL && strcmp(draw->seed, of->seed) != 0) {
        return ca_fail(err, CA_EUSAGE, "%s is drawn already, with seed %s", draw->month, of->seed);
    }
    return strcmp(draw->timezone, of->timezone) == 0 ||
           ca_fail(err, CA_EUSAGE, "%s is drawn already, with time zone %s: it cannot be %s now",
                   draw->month, of->timezone, draw->timezone);
}

/* The month's row, with the seed that holds from now on. */
static bool fix_month(ca_db *db, const ca_draw *draw, ca_sample *of, ca_error *err)
{
    if (of->seed != NULL) {
        return check_month(draw, of, err);
    }
    of->seed = draw->seed != NULL ? draw->seed : random_seed(of->arena, err);
    ca_stmt *stmt = of->seed != NULL ? ca_db_prepare(db, sql_month, err) : NULL;
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "month", draw->month);
    ca_bind_text(stmt, "seed", of->seed);
    ca_bind_text(stmt, "timezone", draw->timezone);
    return ca_step_done(stmt, err);
}

static const char sql_count[] = "SELECT (SELECT count(*) FROM frame WHERE month = :month),"
                                " (SELECT count(*) FROM frame_excluded WHERE month = :month),"
                                " (SELECT count(*) FROM sample_ticket WHERE month = :month),"
                                " (SELECT count(*) FROM known_call WHERE month IS NULL)";

typedef struct counts {
    int64_t frame, excluded, tickets, undated;
} counts;

static bool count(ca_db *db, const char *month, counts *now, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_count, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "month", month);
    if (!ca_step_row(stmt, err)) {
        return false;
    }
    *now = (counts){ca_column_int(stmt, 0), ca_column_int(stmt, 1), ca_column_int(stmt, 2),
                    ca_column_int(stmt, 3)};
    ca_stmt_reset(stmt);
    return true;
}

static const char sql_frame[] =
    "INSERT INTO frame (month, call_uid, agent, version)"
    " SELECT :month, call_uid, agent, :version FROM judged_call"
    " WHERE month = :month AND agent <> ''"
    " AND call_uid NOT IN (SELECT call_uid FROM frame WHERE month = :month)";

static const char sql_forget_excluded[] = "DELETE FROM frame_excluded WHERE month = :month";

static const char sql_exclude[] =
    "INSERT INTO frame_excluded (month, path, call_uid, agent, reason)"
    " SELECT :month, path, call_uid, agent, CASE WHEN status = 'queued' THEN 'growing'"
    "  WHEN status = 'judged' THEN 'no-metadata' ELSE coalesce(reason, 'unreadable') END"
    " FROM known_call WHERE month = :month AND (status <> 'judged' OR coalesce(agent, '') = '')"
    " AND coalesce(call_uid, '') NOT IN (SELECT call_uid FROM frame WHERE month = :month)"
    " ON CONFLICT DO NOTHING"; /* a path that was used twice */

static bool run_for_month(ca_db *db, const char *sql, const char *month, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "month", month);
    return ca_step_done(stmt, err);
}

/* Takes the month's calls that are not in the frame yet into `version`. */
static bool extend_frame(ca_db *db, const char *month, int64_t version, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_frame, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "month", month);
    ca_bind_int(stmt, "version", version);
    return ca_step_done(stmt, err) && run_for_month(db, sql_forget_excluded, month, err) &&
           run_for_month(db, sql_exclude, month, err);
}

static const char sql_freeze[] =
    "INSERT INTO frame_version (month, version, rate_permille, min, manifest_sha256, frozen_at)"
    " VALUES (:month, :version, :rate, :min, :manifest, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))";

static bool freeze_version(ca_db *db, const ca_draw *draw, int64_t version, ca_error *err)
{
    ca_hash manifest;
    if (!ca_manifest_hash(db, draw->month, version, &manifest, err)) {
        return false;
    }
    ca_stmt *stmt = ca_db_prepare(db, sql_freeze, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "month", draw->month);
    ca_bind_int(stmt, "version", version);
    ca_bind_int(stmt, "rate", draw->rate_permille);
    ca_bind_int(stmt, "min", draw->min);
    ca_bind_text(stmt, "manifest", manifest.hex);
    return ca_step_done(stmt, err);
}

/* A new version, unless there are no new calls and rate and min are the last version's. */
static bool freeze(ca_db *db, const ca_draw *draw, ca_arena *arena, ca_error *err)
{
    ca_sample of = {.month = draw->month, .arena = arena};
    if (!ca_sample_seed(db, &of, err) || !ca_sample_versions(db, &of, err) ||
        !fix_month(db, draw, &of, err)) {
        return false;
    }
    const ca_frozen *last =
        of.versions.count > 0 ? &of.versions.items[of.versions.count - 1] : NULL;
    int64_t version = last != NULL ? last->version + 1 : 1;
    counts before;
    counts after;
    if (!count(db, draw->month, &before, err) || !extend_frame(db, draw->month, version, err) ||
        !count(db, draw->month, &after, err)) {
        return false;
    }
    if (after.frame == 0) {
        return ca_fail(err, CA_EUSAGE, "no judged call of %s to draw from", draw->month);
    }
    bool same = last != NULL && after.frame == before.frame &&
                last->rate_permille == draw->rate_permille && last->min == draw->min;
    return same || freeze_version(db, draw, version, err);
}

/* ---- drawing: the second transaction ---- */

static const char sql_ticket[] =
    "INSERT INTO sample_ticket (month, call_uid, agent, ticket, rank, version)"
    " VALUES (:month, :call_uid, :agent, :ticket, :rank, :version)"
    " ON CONFLICT (month, call_uid) DO UPDATE SET rank = excluded.rank";

static bool save_ticket(ca_db *db, const char *month, const ca_framed *call, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_ticket, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "month", month);
    ca_bind_text(stmt, "call_uid", call->call_uid);
    ca_bind_text(stmt, "agent", call->agent);
    ca_bind_text(stmt, "ticket", call->ticket.hex);
    ca_bind_int(stmt, "rank", call->rank);
    ca_bind_int(stmt, "version", call->drawn_in);
    return ca_step_done(stmt, err);
}

/* Rows for all that the frozen versions draw and that have none yet. */
static bool draw_tickets(ca_db *db, ca_sample *of, ca_error *err)
{
    if (!ca_sample_load(db, of, err) || !ca_sample_derive(of, err)) {
        return false;
    }
    for (size_t i = 0; i < of->calls.count; i++) {
        const ca_framed *call = &of->calls.items[i];
        bool news =
            call->drawn_in != 0 && (call->row_ticket == NULL || call->row_rank != call->rank);
        if (news && !save_ticket(db, of->month, call, err)) {
            return false;
        }
    }
    return true;
}

/* ---- both ---- */

static bool check_draw(const ca_draw *draw, ca_error *err)
{
    if (!ca_month_valid(draw->month)) {
        return ca_fail(err, CA_EUSAGE, "'%s' is no month (YYYY-MM)", draw->month);
    }
    if (draw->seed != NULL && !seed_valid(draw->seed)) {
        return ca_fail(err, CA_EUSAGE, "a seed is 1 to %d visible ASCII characters without '|'",
                       SEED_MAX);
    }
    return (draw->rate_permille >= 1 && draw->rate_permille <= 1000 && draw->min >= 0) ||
           ca_fail(err, CA_EUSAGE, "the rate is 0.1%% to 100%%, the least number 0 or more");
}

static bool run_freeze(ca_db *db, const ca_draw *draw, ca_arena *arena, ca_error *err)
{
    if (!ca_db_begin(db, err)) {
        return false;
    }
    if (!freeze(db, draw, arena, err)) {
        ca_db_rollback(db);
        return false;
    }
    return ca_db_commit(db, err);
}

static bool run_draw(ca_db *db, ca_sample *of, counts *before, counts *after, ca_error *err)
{
    if (!ca_db_begin(db, err)) {
        return false;
    }
    if (!count(db, of->month, before, err) || !draw_tickets(db, of, err) ||
        !count(db, of->month, after, err)) {
        ca_db_rollback(db);
        return false;
    }
    return ca_db_commit(db, err);
}

bool ca_sample_draw(ca_db *db, const ca_draw *draw, ca_draw_result *result, ca_arena *arena,
                    ca_error *err)
{
    ca_sample of = {.month = draw->month, .arena = arena};
    counts before;
    counts after;
    *result = (ca_draw_result){0};
    if (!check_draw(draw, err) || !run_freeze(db, draw, arena, err) ||
        !run_draw(db, &of, &before, &after, err)) {
        return false;
    }
    result->frame = after.frame;
    result->excluded = after.excluded;
    result->undated = after.undated;
    result->drawn = after.tickets - before.tickets;
    result->total = after.tickets;
    result->seed = of.seed;
    result->timezone = of.timezone;
    return ca_manifest_hash(db, draw->month, INT64_MAX, &result->manifest, err);
}

/* ---- asking ---- */

static const char sql_has_path[] =
    "SELECT 1 FROM recording AS r JOIN call AS c ON c.id = r.call_id"
    " JOIN sample_ticket AS t ON t.call_uid = c.call_uid AND t.month = c.month"
    " WHERE r.path = :path AND t.state <> 'replaced'";

bool ca_sample_has_path(ca_db *db, const char *path, bool *has, ca_error *err)
{
    *has = false;
    ca_stmt *stmt = ca_db_prepare(db, sql_has_path, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "path", path);
    *has = ca_step_row(stmt, err);
    ca_stmt_reset(stmt);
    return err->code == CA_OK;
}
