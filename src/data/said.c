/* said.c - the words of the stored calls. */
#include "callaudit/said.h"

#include <string.h>

static const char sql_said[] =
    "SELECT l.seq, l.speaker, l.tier, l.start_ms, l.end_ms, l.confidence,"
    "  w.start_ms, w.end_ms, w.confidence, w.text"
    " FROM line AS l JOIN word AS w ON w.call_id = l.call_id AND w.seq >= l.first_word"
    "  AND w.seq < l.first_word + l.word_count"
    " WHERE l.call_id = :of AND l.tier IN ('transcript', 'import') ORDER BY l.seq, w.seq";

static ca_speaker speaker_named(const char *name)
{
    for (int i = 0; name != NULL && i < CA_SPEAKER_COUNT; i++) {
        if (strcmp(name, ca_speaker_name((ca_speaker)i)) == 0) {
            return (ca_speaker)i;
        }
    }
    return CA_MIXED;
}

static ca_tier tier_named(const char *name)
{
    const char *transcript = ca_tier_name(CA_TIER_TRANSCRIPT);
    return name != NULL && strcmp(name, transcript) == 0 ? CA_TIER_TRANSCRIPT : CA_TIER_IMPORT;
}

/* A row is a word; the first one of a line brings the line. */
static bool add_word(ca_stmt *stmt, bool new_line, ca_call *call, ca_arena *arena)
{
    if (new_line) {
        ca_line *line = ca_push(arena, &call->lines);
        if (line == NULL) {
            return false;
        }
        *line = (ca_line){.speaker = speaker_named(ca_column_text(stmt, 1)),
                          .tier = tier_named(ca_column_text(stmt, 2)),
                          .start_ms = ca_column_int(stmt, 3),
                          .end_ms = ca_column_int(stmt, 4),
                          .confidence = ca_column_real(stmt, 5),
                          .first_word = call->words.count};
    }
    ca_word *word = ca_push(arena, &call->words);
    if (word == NULL) {
        return false;
    }
    *word = (ca_word){.start_ms = ca_column_int(stmt, 6),
                      .end_ms = ca_column_int(stmt, 7),
                      .confidence = ca_column_real(stmt, 8),
                      .text = ca_arena_strdup(arena, ca_column_text(stmt, 9))};
    call->lines.items[call->lines.count - 1].word_count++;
    return word->text != NULL;
}

static bool load_said(ca_db *db, int64_t id, ca_call *call, ca_arena *arena, ca_error *err)
{
    int64_t line = -1;
    ca_stmt *stmt = ca_db_prepare(db, sql_said, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_int(stmt, "of", id);
    while (ca_step_row(stmt, err)) {
        const int64_t seq = ca_column_int(stmt, 0);
        const char *text = ca_column_text(stmt, 9);
        if (text == NULL || !ca_utf8_valid(text, strlen(text))) {
            ca_stmt_reset(stmt);
            return ca_fail(err, CA_ESETUP, "the database is damaged: call %s", call->meta.call_uid);
        }
        if (!add_word(stmt, call->lines.count == 0 || seq != line, call, arena)) {
            ca_stmt_reset(stmt);
            return ca_fail_memory(err);
        }
        line = seq;
    }
    return err->code == CA_OK;
}

static const char sql_calls[] =
    "SELECT id, call_uid, language FROM call AS c"
    " WHERE (:month IS NULL OR month = :month) AND EXISTS (SELECT 1 FROM line"
    "  WHERE call_id = c.id AND tier IN ('transcript', 'import'))"
    " ORDER BY call_uid";

/* The call of the present row, in an arena of its own. */
static bool visit_row(ca_db *db, ca_stmt *stmt, ca_said_visitor visit, void *context, ca_error *err)
{
    const char *language = ca_column_text(stmt, 2);
    ca_call call = {0};
    ca_arena *arena = ca_arena_new(0);
    if (arena == NULL) {
        return ca_fail_memory(err);
    }
    call.meta.call_uid = ca_arena_strdup(arena, ca_column_text(stmt, 1));
    call.meta.language = ca_arena_strdup(arena, language);
    const bool copied =
        (call.meta.call_uid != NULL && (language == NULL || call.meta.language != NULL)) ||
        ca_fail_memory(err);
    const bool ok = copied && load_said(db, ca_column_int(stmt, 0), &call, arena, err) &&
                    visit(context, &call, err);
    ca_arena_free(arena);
    return ok;
}

bool ca_said_each(ca_db *db, const char *month, ca_said_visitor visit, void *context, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_calls, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "month", month);
    while (ca_step_row(stmt, err)) {
        if (!visit_row(db, stmt, visit, context, err)) {
            ca_stmt_reset(stmt);
            return false;
        }
    }
    return err->code == CA_OK;
}
