/* check.c - what can be wrong with a database that opens. */
#include "callaudit/schema.h"

#include <stddef.h>

/* Each row of each query is a problem in words. */
static const char *const problem_queries[] = {
    "SELECT 'integrity: ' || integrity_check FROM pragma_integrity_check"
    " WHERE integrity_check <> 'ok'",
    "SELECT 'foreign key: ' || \"table\" || ' row ' || coalesce(rowid, '?') || ' has no '"
    " || parent FROM pragma_foreign_key_check",
    "SELECT 'call ' || call_uid || ' has no judgement' FROM call"
    " WHERE id NOT IN (SELECT call_id FROM judgement)",
    "SELECT 'recording ' || r.path || ' is judged as another call, ' || c.call_uid"
    " FROM recording AS r JOIN call AS c ON c.id = r.call_id WHERE c.call_uid IS NOT r.call_uid",
    "SELECT 'call ' || c.call_uid || ': finding ' || f.seq || ' points to hits that are not there'"
    " FROM finding AS f JOIN judgement AS j ON j.id = f.judgement_id"
    " JOIN call AS c ON c.id = j.call_id"
    " WHERE f.hit_count <> (SELECT count(*) FROM hit AS h WHERE h.judgement_id = f.judgement_id"
    "  AND h.seq >= f.first_hit AND h.seq < f.first_hit + f.hit_count)",
    "SELECT 'call ' || c.call_uid || ': line ' || l.seq || ' points to words that are not there'"
    " FROM line AS l JOIN call AS c ON c.id = l.call_id"
    " WHERE l.word_count <> (SELECT count(*) FROM word AS w WHERE w.call_id = l.call_id"
    "  AND w.seq >= l.first_word AND w.seq < l.first_word + l.word_count)",
    "SELECT 'voice profile ' || agent || ', ' || language || ', ' || model || ': version '"
    " || max(version) || ' of ' || count(*) FROM voice_profile"
    " GROUP BY agent, language, model HAVING max(version) <> count(*)",
    "SELECT 'call ' || c.call_uid || ' was heard with a profile that is not there: ' || c.profile"
    " FROM call AS c WHERE c.profile IS NOT NULL AND NOT EXISTS (SELECT 1 FROM voice_profile AS p"
    "  WHERE p.agent || '@' || p.version = c.profile AND p.language = c.language"
    "  AND p.model = c.model)",
    "SELECT 'sample ' || month || ': frozen, but no ticket was drawn' FROM sample_month AS m"
    " WHERE EXISTS (SELECT 1 FROM frame WHERE month = m.month)"
    " AND NOT EXISTS (SELECT 1 FROM sample_ticket WHERE month = m.month)",
};

static bool add_problems(ca_db *db, const char *sql, ca_strings *problems, ca_arena *arena,
                         ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql, err);
    if (stmt == NULL) {
        return false;
    }
    while (ca_step_row(stmt, err)) {
        const char *text = ca_arena_strdup(arena, ca_column_text(stmt, 0));
        if (text == NULL || !ca_strings_add(problems, text, arena, err)) {
            ca_stmt_reset(stmt);
            return ca_fail_memory(err);
        }
    }
    return err->code == CA_OK;
}

bool ca_schema_problems(ca_db *db, ca_strings *problems, ca_arena *arena, ca_error *err)
{
    for (size_t i = 0; i < sizeof problem_queries / sizeof problem_queries[0]; i++) {
        if (!add_problems(db, problem_queries[i], problems, arena, err)) {
            return false;
        }
    }
    return true;
}
