/* sample_frame.c - a month's frame as it is stored, and what follows from it. */
#include "data/sample_frame.h"

#include <stdlib.h>
#include <string.h>

/* ---- the manifest ---- */

static const char sql_manifest[] = "SELECT call_uid, agent FROM frame"
                                   " WHERE month = :month AND version <= :version"
                                   " ORDER BY call_uid"; /* binary: by bytes */

static bool add_manifest(ca_db *db, const char *month, int64_t version, ca_buf *out, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_manifest, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "month", month);
    ca_bind_int(stmt, "version", version);
    while (ca_step_row(stmt, err)) {
        ca_buf_puts(out, ca_column_text(stmt, 0));
        ca_buf_puts(out, "\t");
        ca_buf_puts(out, ca_column_text(stmt, 1));
        ca_buf_puts(out, "\n");
    }
    return err->code == CA_OK && (!out->failed || ca_fail_memory(err));
}

bool ca_sample_manifest(ca_db *db, const char *month, ca_buf *out, ca_error *err)
{
    return add_manifest(db, month, INT64_MAX, out, err);
}

bool ca_manifest_hash(ca_db *db, const char *month, int64_t version, ca_hash *hash, ca_error *err)
{
    ca_buf text = {0};
    bool done = add_manifest(db, month, version, &text, err);
    if (done) {
        *hash = ca_hash_bytes(ca_buf_text(&text), text.length);
    }
    ca_buf_release(&text);
    return done;
}

/* ---- the stored sample ---- */

/* A copy of the column's text, NULL for NULL; running out of memory is left in err. */
static const char *text(ca_stmt *stmt, int column, ca_arena *arena, ca_error *err)
{
    const char *value = ca_column_text(stmt, column);
    const char *copy = ca_arena_strdup(arena, value);
    if (value != NULL && copy == NULL) {
        ca_fail_memory(err);
    }
    return copy;
}

static const char sql_seed[] = "SELECT seed, timezone FROM sample_month WHERE month = :month";

bool ca_sample_seed(ca_db *db, ca_sample *of, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_seed, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "month", of->month);
    if (ca_step_row(stmt, err)) {
        of->seed = text(stmt, 0, of->arena, err);
        of->timezone = text(stmt, 1, of->arena, err);
        ca_stmt_reset(stmt);
    }
    return err->code == CA_OK;
}

static const char sql_versions[] = "SELECT version, rate_permille, min, manifest_sha256"
                                   " FROM frame_version WHERE month = :month ORDER BY version";

bool ca_sample_versions(ca_db *db, ca_sample *of, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_versions, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "month", of->month);
    while (ca_step_row(stmt, err)) {
        ca_frozen *version = ca_push(of->arena, &of->versions);
        if (version == NULL) {
            ca_stmt_reset(stmt);
            return ca_fail_memory(err);
        }
        version->version = ca_column_int(stmt, 0);
        version->rate_permille = (int)ca_column_int(stmt, 1);
        version->min = ca_column_int(stmt, 2);
        version->manifest = text(stmt, 3, of->arena, err);
    }
    return err->code == CA_OK;
}

static const char sql_calls[] =
    "SELECT f.call_uid, f.agent, f.version, t.ticket, t.agent, t.rank, t.version"
    " FROM frame AS f"
    " LEFT JOIN sample_ticket AS t ON t.month = f.month AND t.call_uid = f.call_uid"
    " WHERE f.month = :month";

static bool load_calls(ca_db *db, ca_sample *of, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_calls, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "month", of->month);
    while (ca_step_row(stmt, err)) {
        ca_framed *call = ca_push(of->arena, &of->calls);
        if (call == NULL) {
            ca_stmt_reset(stmt);
            return ca_fail_memory(err);
        }
        *call = (ca_framed){
            .call_uid = text(stmt, 0, of->arena, err),
            .agent = text(stmt, 1, of->arena, err),
            .version = ca_column_int(stmt, 2),
            .row_ticket = text(stmt, 3, of->arena, err),
            .row_agent = text(stmt, 4, of->arena, err),
            .row_rank = ca_column_int(stmt, 5),
            .row_version = ca_column_int(stmt, 6),
        };
    }
    return err->code == CA_OK;
}

bool ca_sample_load(ca_db *db, ca_sample *of, ca_error *err)
{
    return ca_sample_seed(db, of, err) && ca_sample_versions(db, of, err) &&
           load_calls(db, of, err);
}

/* ---- what follows from frame and seed: the same for drawing and verifying ---- */

static int by_agent_and_ticket(const void *left, const void *right)
{
    const ca_framed *a = left;
    const ca_framed *b = right;
    int order = strcmp(a->agent, b->agent);
    if (order == 0) {
        order = strcmp(a->ticket.hex, b->ticket.hex);
    }
    return order != 0 ? order : strcmp(a->call_uid, b->call_uid);
}

/* Index behind the last call of the agent whose calls begin at `first`. */
static size_t agent_end(const ca_sample *of, size_t first)
{
    size_t end = first;
    while (end < of->calls.count &&
           strcmp(of->calls.items[end].agent, of->calls.items[first].agent) == 0) {
        end++;
    }
    return end;
}

/* One agent's draw of one version; the calls lie in the order of their tickets. */
static void draw_agent(ca_framed *calls, size_t count, const ca_frozen *version)
{
    int64_t population = 0;
    for (size_t i = 0; i < count; i++) {
        population += calls[i].version <= version->version;
    }
    int64_t left = ca_sample_size(population, version->rate_permille, version->min);
    for (size_t i = 0; i < count && left > 0; i++) {
        if (calls[i].version <= version->version) {
            calls[i].drawn_in = calls[i].drawn_in != 0 ? calls[i].drawn_in : version->version;
            left--;
        }
    }
}

bool ca_sample_derive(ca_sample *of, ca_error *err)
{
    for (size_t i = 0; i < of->calls.count; i++) {
        ca_framed *call = &of->calls.items[i];
        call->ticket = ca_ticket(of->seed, of->month, call->call_uid);
        if (call->ticket.hex[0] == '\0') {
            return ca_fail_memory(err);
        }
    }
    if (of->calls.count > 0) {
        qsort(of->calls.items, of->calls.count, sizeof(ca_framed), by_agent_and_ticket);
    }
    for (size_t first = 0; first < of->calls.count;) {
        size_t end = agent_end(of, first);
        for (size_t i = first; i < end; i++) {
            of->calls.items[i].rank = (int64_t)(i - first) + 1;
        }
        for (size_t v = 0; v < of->versions.count; v++) {
            draw_agent(&of->calls.items[first], end - first, &of->versions.items[v]);
        }
        first = end;
    }
    return true;
}
