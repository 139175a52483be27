/* sample_verify.c - draws a month again from the stored frame and seed, and compares. Outside this
 * program `sample list --manifest` and sha256sum do the same. */
#include "data/sample_frame.h"

#include <string.h>

typedef struct notes {
    ca_strings *problems;
    ca_arena *arena;
    ca_error *err;
} notes;

/* Notes a problem; false when out of memory. */
static bool note(const notes *to, const char *problem)
{
    return problem != NULL ? ca_strings_add(to->problems, problem, to->arena, to->err)
                           : ca_fail_memory(to->err);
}

static bool verify_version(ca_db *db, const ca_sample *of, const ca_frozen *version,
                           const notes *to)
{
    ca_hash hash;
    if (!ca_manifest_hash(db, of->month, version->version, &hash, to->err)) {
        return false;
    }
    return strcmp(hash.hex, version->manifest) == 0 ||
           note(to, ca_arena_printf(to->arena,
                                    "frame version %d: the manifest's hash is %s, recorded is %s",
                                    (int)version->version, hash.hex, version->manifest));
}

/* What is wrong with a call's ticket, in words; NULL for nothing. */
static const char *call_problem(const ca_framed *call)
{
    if (call->row_ticket == NULL) {
        return call->drawn_in != 0 ? "is among the smallest tickets, but was not drawn" : NULL;
    }
    if (call->drawn_in == 0) {
        return "was drawn, but is not among the smallest tickets";
    }
    if (strcmp(call->row_ticket, call->ticket.hex) != 0) {
        return "has another ticket than its hash";
    }
    if (strcmp(call->row_agent, call->agent) != 0) {
        return "has another agent in the sample than in the frame";
    }
    if (call->row_rank != call->rank) {
        return "has another rank";
    }
    return call->row_version != call->drawn_in ? "was drawn with another version" : NULL;
}

static bool verify_call(const ca_framed *call, const notes *to)
{
    const char *problem = call_problem(call);
    return problem == NULL || note(to, ca_arena_printf(to->arena, "call %s of %s %s",
                                                       call->call_uid, call->agent, problem));
}

/* What the frame's own calls cannot show: tickets without a frame, and tickets that somebody took
 * out of the sample (reviews and replacements are not made yet). */
static const char sql_strays[] =
    "SELECT call_uid, 'was drawn, but is not in the frame' FROM sample_ticket AS t"
    " WHERE month = :month AND NOT EXISTS"
    " (SELECT 1 FROM frame WHERE month = t.month AND call_uid = t.call_uid)"
    " UNION ALL SELECT call_uid, 'was drawn, but is marked as ' || state FROM sample_ticket"
    " WHERE month = :month AND state <> 'drawn' ORDER BY call_uid";

static bool verify_strays(ca_db *db, const ca_sample *of, const notes *to)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_strays, to->err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "month", of->month);
    while (ca_step_row(stmt, to->err)) {
        const char *call_uid = ca_arena_strdup(to->arena, ca_column_text(stmt, 0));
        if (call_uid == NULL || !note(to, ca_arena_printf(to->arena, "call %s %s", call_uid,
                                                          ca_column_text(stmt, 1)))) {
            ca_stmt_reset(stmt);
            return false;
        }
    }
    return to->err->code == CA_OK;
}

bool ca_sample_verify(ca_db *db, const char *month, ca_strings *problems, ca_arena *arena,
                      ca_error *err)
{
    const notes to = {problems, arena, err};
    ca_sample of = {.month = month, .arena = arena};
    if (!ca_sample_load(db, &of, err)) {
        return false;
    }
    if (of.seed == NULL) {
        return note(&to, ca_arena_printf(arena, "no sample was drawn for %s", month));
    }
    bool done = ca_sample_derive(&of, err);
    for (size_t i = 0; done && i < of.versions.count; i++) {
        done = verify_version(db, &of, &of.versions.items[i], &to);
    }
    for (size_t i = 0; done && i < of.calls.count; i++) {
        done = verify_call(&of.calls.items[i], &to);
    }
    return done && verify_strays(db, &of, &to);
}
