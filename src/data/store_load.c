/* store_load.c - a stored call as the record that was stored. */
#include "callaudit/store.h"

#include <string.h>

/* Where rows come from, and where their texts go. */
typedef struct source {
    ca_db *db;
    int64_t id; /* of the call or the judgement */
    ca_arena *arena;
    ca_error *err;
} source;

/* ---- single values ---- */

/* A copy of the column's text, NULL for NULL; running out of memory is left in err. */
static const char *text(const source *from, ca_stmt *stmt, int column)
{
    const char *value = ca_column_text(stmt, column);
    const char *copy = ca_arena_strdup(from->arena, value);
    if (value != NULL && copy == NULL) {
        ca_fail_memory(from->err);
    }
    return copy;
}

static size_t size(const ca_stmt *stmt, int column)
{
    int64_t value = ca_column_int(stmt, column);
    return value < 0 ? SIZE_MAX : (size_t)value; /* check_references refuses it */
}

/* The value whose name the column holds; an unknown name is left in err. */
#define READ_ENUM(type, count, name_of)                                                            \
    static ca_##type read_##type(const source *from, ca_stmt *stmt, int column)                    \
    {                                                                                              \
        const char *name = ca_column_text(stmt, column);                                           \
        for (int i = 0; name != NULL && i < (count); i++) {                                        \
            if (strcmp(name, name_of((ca_##type)i)) == 0) {                                        \
                return (ca_##type)i;                                                               \
            }                                                                                      \
        }                                                                                          \
        ca_fail(from->err, CA_ESETUP, "the database holds an unknown " #type);                     \
        return (ca_##type)0;                                                                       \
    }

READ_ENUM(speaker, CA_SPEAKER_COUNT, ca_speaker_name)
READ_ENUM(tier, CA_TIER_COUNT, ca_tier_name)
READ_ENUM(kind, CA_KIND_COUNT, ca_kind_name)
READ_ENUM(dimension, CA_DIMENSION_COUNT, ca_dimension_name)
READ_ENUM(verdict, CA_VERDICT_COUNT, ca_verdict_name)

/* ---- rows ---- */

/* The statement for the rows of the source; NULL on error. */
static ca_stmt *rows_of(const source *from, const char *sql)
{
    ca_stmt *stmt = ca_db_prepare(from->db, sql, from->err);
    if (stmt != NULL) {
        ca_bind_int(stmt, "of", from->id);
    }
    return stmt;
}

/* The next row, while nothing has gone wrong with the rows before it. */
static bool next_row(const source *from, ca_stmt *stmt)
{
    if (from->err->code == CA_OK && ca_step_row(stmt, from->err)) {
        return true;
    }
    ca_stmt_reset(stmt);
    return false;
}

/* What a loop over rows returns when ca_push has no memory. */
static bool no_room(const source *from, ca_stmt *stmt)
{
    ca_stmt_reset(stmt);
    return ca_fail_memory(from->err);
}

static const char sql_channels[] = "SELECT speaker, snr_db, level_dbfs, pitch_hz,"
                                   " clip_share, bandwidth_hz, speech_ms"
                                   " FROM channel WHERE call_id = :of ORDER BY seq";

static bool load_channels(const source *from, ca_channels *channels)
{
    ca_stmt *stmt = rows_of(from, sql_channels);
    while (stmt != NULL && next_row(from, stmt)) {
        ca_channel *channel = ca_push(from->arena, channels);
        if (channel == NULL) {
            return no_room(from, stmt);
        }
        channel->speaker = read_speaker(from, stmt, 0);
        channel->snr_db = ca_column_real(stmt, 1);
        channel->level_dbfs = ca_column_real(stmt, 2);
        channel->pitch_hz = ca_column_real(stmt, 3);
        channel->clip_share = ca_column_real(stmt, 4);
        channel->bandwidth_hz = ca_column_real(stmt, 5);
        channel->speech_ms = ca_column_int(stmt, 6);
    }
    return from->err->code == CA_OK;
}

static const char sql_segments[] = "SELECT channel, start_ms, end_ms"
                                   " FROM segment WHERE call_id = :of ORDER BY seq";

static bool load_segments(const source *from, ca_segments *segments)
{
    ca_stmt *stmt = rows_of(from, sql_segments);
    while (stmt != NULL && next_row(from, stmt)) {
        ca_segment *segment = ca_push(from->arena, segments);
        if (segment == NULL) {
            return no_room(from, stmt);
        }
        segment->channel = (int)ca_column_int(stmt, 0);
        segment->start_ms = ca_column_int(stmt, 1);
        segment->end_ms = ca_column_int(stmt, 2);
    }
    return from->err->code == CA_OK;
}

static const char sql_words[] = "SELECT start_ms, end_ms, confidence, text"
                                " FROM word WHERE call_id = :of ORDER BY seq";

static bool load_words(const source *from, ca_words *words)
{
    ca_stmt *stmt = rows_of(from, sql_words);
    while (stmt != NULL && next_row(from, stmt)) {
        ca_word *word = ca_push(from->arena, words);
        if (word == NULL) {
            return no_room(from, stmt);
        }
        word->start_ms = ca_column_int(stmt, 0);
        word->end_ms = ca_column_int(stmt, 1);
        word->confidence = ca_column_real(stmt, 2);
        word->text = text(from, stmt, 3);
    }
    return from->err->code == CA_OK;
}

static const char sql_lines[] =
    "SELECT speaker, tier, start_ms, end_ms, confidence, first_word, word_count"
    " FROM line WHERE call_id = :of ORDER BY seq";

static bool load_lines(const source *from, ca_lines *lines)
{
    ca_stmt *stmt = rows_of(from, sql_lines);
    while (stmt != NULL && next_row(from, stmt)) {
        ca_line *line = ca_push(from->arena, lines);
        if (line == NULL) {
            return no_room(from, stmt);
        }
        line->speaker = read_speaker(from, stmt, 0);
        line->tier = read_tier(from, stmt, 1);
        line->start_ms = ca_column_int(stmt, 2);
        line->end_ms = ca_column_int(stmt, 3);
        line->confidence = ca_column_real(stmt, 4);
        line->first_word = size(stmt, 5);
        line->word_count = size(stmt, 6);
    }
    return from->err->code == CA_OK;
}

static const char sql_measures[] = "SELECT name, speaker, value, unit"
                                   " FROM measure WHERE call_id = :of ORDER BY seq";

static bool load_measures(const source *from, ca_measures *measures)
{
    ca_stmt *stmt = rows_of(from, sql_measures);
    while (stmt != NULL && next_row(from, stmt)) {
        ca_measure *measure = ca_push(from->arena, measures);
        if (measure == NULL) {
            return no_room(from, stmt);
        }
        measure->name = text(from, stmt, 0);
        measure->speaker = ca_column_is_null(stmt, 1) ? -1 : (int)read_speaker(from, stmt, 1);
        measure->value = ca_column_real(stmt, 2);
        measure->unit = text(from, stmt, 3);
    }
    return from->err->code == CA_OK;
}

static const char sql_hits[] = "SELECT speaker, start_ms, end_ms, confidence, text, pattern"
                               " FROM hit WHERE judgement_id = :of ORDER BY seq";

static bool load_hits(const source *from, ca_hits *hits)
{
    ca_stmt *stmt = rows_of(from, sql_hits);
    while (stmt != NULL && next_row(from, stmt)) {
        ca_hit *hit = ca_push(from->arena, hits);
        if (hit == NULL) {
            return no_room(from, stmt);
        }
        hit->speaker = read_speaker(from, stmt, 0);
        hit->start_ms = ca_column_int(stmt, 1);
        hit->end_ms = ca_column_int(stmt, 2);
        hit->confidence = ca_column_real(stmt, 3);
        hit->text = text(from, stmt, 4);
        hit->pattern = text(from, stmt, 5);
    }
    return from->err->code == CA_OK;
}

static const char sql_findings[] =
    "SELECT s.hash, u.name, u.title, u.kind, u.dimension, u.weight, u.critical,"
    "  f.verdict, coalesce(f.ok, -1), f.window_start_ms, f.window_end_ms, f.first_hit,"
    "  f.hit_count, coalesce(f.nearest, -1), f.note"
    " FROM finding AS f JOIN rule AS u ON u.id = f.rule_id JOIN ruleset AS s ON s.id = u.ruleset_id"
    " WHERE f.judgement_id = :of ORDER BY f.seq";

static void read_finding(const source *from, ca_stmt *stmt, ca_finding *finding)
{
    *finding = (ca_finding){
        .ruleset = text(from, stmt, 0),
        .rule_id = text(from, stmt, 1),
        .title = text(from, stmt, 2),
        .kind = read_kind(from, stmt, 3),
        .dimension = read_dimension(from, stmt, 4),
        .weight = (int)ca_column_int(stmt, 5),
        .critical = ca_column_int(stmt, 6) != 0,
        .verdict = read_verdict(from, stmt, 7),
        .ok = (int)ca_column_int(stmt, 8),
        .window_start_ms = ca_column_int(stmt, 9),
        .window_end_ms = ca_column_int(stmt, 10),
        .first_hit = size(stmt, 11),
        .hit_count = size(stmt, 12),
        .nearest = (long)ca_column_int(stmt, 13),
        .note = text(from, stmt, 14),
    };
}

static bool load_findings(const source *from, ca_findings *findings)
{
    ca_stmt *stmt = rows_of(from, sql_findings);
    while (stmt != NULL && next_row(from, stmt)) {
        ca_finding *finding = ca_push(from->arena, findings);
        if (finding == NULL) {
            return no_room(from, stmt);
        }
        read_finding(from, stmt, finding);
    }
    return from->err->code == CA_OK;
}

/* ---- the call's own row and its newest judgement ---- */

static const char sql_call[] =
    "SELECT c.call_uid, c.agent, c.started_at, c.team, c.queue, c.direction, c.customer,"
    "  c.language, c.path, c.sha256, c.duration_ms, c.sample_rate, c.truncated, c.transcript,"
    "  c.model, j.rulesets, j.decided, coalesce(j.score, 0), j.unsure_share, j.critical, j.id,"
    "  c.profile, coalesce(c.warp, 0)"
    " FROM call AS c JOIN judgement AS j ON j.call_id = c.id"
    " WHERE c.id = :of ORDER BY j.id DESC LIMIT 1";

static void read_call(const source *from, ca_stmt *stmt, ca_call *call)
{
    call->meta = (ca_meta){
        .call_uid = text(from, stmt, 0),
        .agent = text(from, stmt, 1),
        .started_at = text(from, stmt, 2),
        .team = text(from, stmt, 3),
        .queue = text(from, stmt, 4),
        .direction = text(from, stmt, 5),
        .customer = text(from, stmt, 6),
        .language = text(from, stmt, 7),
    };
    call->path = text(from, stmt, 8);
    call->sha256 = text(from, stmt, 9);
    call->duration_ms = ca_column_int(stmt, 10);
    call->sample_rate = (int)ca_column_int(stmt, 11);
    call->truncated = ca_column_int(stmt, 12) != 0;
    call->transcript = ca_column_int(stmt, 13) != 0;
    call->model = text(from, stmt, 14);
    call->rulesets = text(from, stmt, 15);
    call->profile = text(from, stmt, 21);
    call->warp = ca_column_real(stmt, 22);
    call->score = (ca_score){
        .decided = ca_column_int(stmt, 16) != 0,
        .points = ca_column_real(stmt, 17),
        .unsure_share = ca_column_real(stmt, 18),
        .critical = ca_column_int(stmt, 19) != 0,
    };
}

static bool load_call_row(const source *from, ca_call *call, int64_t *judgement)
{
    ca_stmt *stmt = rows_of(from, sql_call);
    if (stmt == NULL || !next_row(from, stmt)) {
        return ca_fail(from->err, CA_ESETUP, "the database holds a call without a judgement");
    }
    read_call(from, stmt, call);
    *judgement = ca_column_int(stmt, 20);
    ca_stmt_reset(stmt);
    return from->err->code == CA_OK;
}

/* ---- references: those who use the call index by them ---- */

static bool within(size_t first, size_t count, size_t total)
{
    return first <= total && count <= total - first;
}

static bool check_references(const ca_call *call, ca_error *err)
{
    bool sound = true;
    for (size_t i = 0; i < call->lines.count; i++) {
        const ca_line *line = &call->lines.items[i];
        sound = sound && within(line->first_word, line->word_count, call->words.count);
    }
    for (size_t i = 0; i < call->segments.count; i++) {
        int channel = call->segments.items[i].channel;
        sound = sound && channel >= 0 && (size_t)channel < call->channels.count;
    }
    for (size_t i = 0; i < call->findings.count; i++) {
        const ca_finding *finding = &call->findings.items[i];
        sound = sound && within(finding->first_hit, finding->hit_count, call->hits.count) &&
                finding->nearest < (long)call->hits.count;
    }
    return sound ||
           ca_fail(err, CA_ESETUP, "the database is damaged: call %s", call->meta.call_uid);
}

/* ---- which call ---- */

/* Tried in this order. Two ids are enough to know that a name fits several calls. */
static const char *const sql_find[] = {
    "SELECT id FROM call WHERE call_uid = :name",
    "SELECT id FROM call WHERE path = :name OR substr(path, -length(:name) - 1) = '/' || :name"
    " LIMIT 2",
    "SELECT id FROM call WHERE call_uid >= :name AND substr(call_uid, 1, length(:name)) = :name"
    " ORDER BY call_uid LIMIT 2",
};

/* The one call that the query finds: *id, 0 for none. */
static bool find_by(ca_db *db, const char *sql, const char *name, int64_t *id, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "name", name);
    *id = 0;
    while (ca_step_row(stmt, err)) {
        if (*id != 0) {
            ca_stmt_reset(stmt);
            return ca_fail(err, CA_EUSAGE, "'%s' fits several calls", name);
        }
        *id = ca_column_int(stmt, 0);
    }
    return err->code == CA_OK;
}

static bool find_call(ca_db *db, const char *name, int64_t *id, ca_error *err)
{
    *id = 0;
    size_t tries = name[0] != '\0' ? sizeof sql_find / sizeof sql_find[0] : 0;
    for (size_t i = 0; *id == 0 && i < tries; i++) {
        if (!find_by(db, sql_find[i], name, id, err)) {
            return false;
        }
    }
    return true;
}

bool ca_store_load(ca_db *db, const char *name, ca_call *call, bool *found, ca_arena *arena,
                   ca_error *err)
{
    source from = {.db = db, .arena = arena, .err = err};
    source judged = from;
    *call = (ca_call){0};
    *found = false;
    if (!find_call(db, name, &from.id, err) || from.id == 0) {
        return err->code == CA_OK;
    }
    *found = load_call_row(&from, call, &judged.id) && load_channels(&from, &call->channels) &&
             load_segments(&from, &call->segments) && load_words(&from, &call->words) &&
             load_lines(&from, &call->lines) && load_measures(&from, &call->measures) &&
             load_hits(&judged, &call->hits) && load_findings(&judged, &call->findings) &&
             check_references(call, err);
    return *found;
}
