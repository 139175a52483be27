/* profiles.c - the voice profiles' rows. They are added and read, never changed. */
#include "callaudit/profile.h"

_Static_assert(CA_WARP_COUNT == 3, "voice_profile has a column a warp");

static const char sql_newest[] =
    "SELECT agent, language, model, version, warp, calls, speech_ms, score_084, score_100,"
    "  score_117, made_at FROM voice_profile AS p"
    " WHERE version = (SELECT max(version) FROM voice_profile"
    "  WHERE agent = p.agent AND language = p.language AND model = p.model)"
    " ORDER BY agent, language, model";

static bool read_row(ca_stmt *stmt, ca_profile *profile, ca_arena *arena)
{
    *profile = (ca_profile){
        .agent = ca_arena_strdup(arena, ca_column_text(stmt, 0)),
        .language = ca_arena_strdup(arena, ca_column_text(stmt, 1)),
        .model = ca_arena_strdup(arena, ca_column_text(stmt, 2)),
        .version = ca_column_int(stmt, 3),
        .warp = ca_column_real(stmt, 4),
        .calls = ca_column_int(stmt, 5),
        .speech_ms = ca_column_int(stmt, 6),
        .scores = {ca_column_real(stmt, 7), ca_column_real(stmt, 8), ca_column_real(stmt, 9)},
        .made_at = ca_arena_strdup(arena, ca_column_text(stmt, 10)),
    };
    return profile->agent && profile->language && profile->model && profile->made_at;
}

bool ca_profiles_load(ca_db *db, ca_profiles *out, ca_arena *arena, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_newest, err);
    *out = (ca_profiles){0};
    while (stmt && ca_step_row(stmt, err)) {
        ca_profile *profile = ca_push(arena, out);
        if (!profile || !read_row(stmt, profile, arena)) {
            ca_stmt_reset(stmt);
            return ca_fail_memory(err);
        }
    }
    return err->code == CA_OK;
}

static const char sql_append[] =
    "INSERT INTO voice_profile (agent, language, model, version, warp, calls, speech_ms, made_at,"
    "  score_084, score_100, score_117)"
    " VALUES (:agent, :language, :model, 1 + (SELECT coalesce(max(version), 0) FROM voice_profile"
    "   WHERE agent = :agent AND language = :language AND model = :model),"
    "  :warp, :calls, :speech_ms, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'),"
    "  :score_084, :score_100, :score_117)"
    " RETURNING version, made_at";

static bool append(ca_db *db, ca_profile *profile, ca_arena *arena, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_append, err);
    if (!stmt) {
        return false;
    }
    ca_bind_text(stmt, "agent", profile->agent);
    ca_bind_text(stmt, "language", profile->language);
    ca_bind_text(stmt, "model", profile->model);
    ca_bind_real(stmt, "warp", profile->warp);
    ca_bind_int(stmt, "calls", profile->calls);
    ca_bind_int(stmt, "speech_ms", profile->speech_ms);
    ca_bind_real(stmt, "score_084", profile->scores[0]);
    ca_bind_real(stmt, "score_100", profile->scores[1]);
    ca_bind_real(stmt, "score_117", profile->scores[2]);
    if (!ca_step_row(stmt, err)) {
        return err->code == CA_OK && ca_fail(err, CA_EINTERNAL, "a statement returned no version");
    }
    profile->version = ca_column_int(stmt, 0);
    profile->made_at = ca_arena_strdup(arena, ca_column_text(stmt, 1));
    ca_stmt_reset(stmt);
    return profile->made_at || ca_fail_memory(err);
}

bool ca_profiles_append(ca_db *db, ca_profiles *profiles, ca_arena *arena, ca_error *err)
{
    for (size_t i = 0; i < profiles->count; i++) {
        if (!append(db, &profiles->items[i], arena, err)) {
            return ca_error_context(err, "profile of %s", profiles->items[i].agent);
        }
    }
    return true;
}
