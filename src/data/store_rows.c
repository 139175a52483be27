/* store_rows.c - what lies below a call: what was heard, and the judgement with its findings. */
#include "data/store_rows.h"

/* Where rows go: the database, and the row that they belong to. */
typedef struct target {
    ca_db *db;
    int64_t id; /* of the call or the judgement */
    ca_error *err;
} target;

/* The statement for row number `seq` of the target; NULL on error. */
static ca_stmt *start_row(const target *to, const char *sql, size_t seq)
{
    ca_stmt *stmt = ca_db_prepare(to->db, sql, to->err);
    if (stmt != NULL) {
        ca_bind_int(stmt, "of", to->id);
        ca_bind_int(stmt, "seq", (int64_t)seq);
    }
    return stmt;
}

bool ca_rows_step_id(ca_stmt *stmt, int64_t *id, ca_error *err)
{
    if (!ca_step_row(stmt, err)) {
        return err->code == CA_OK && ca_fail(err, CA_EINTERNAL, "a statement returned no id");
    }
    *id = ca_column_int(stmt, 0);
    ca_stmt_reset(stmt);
    return true;
}

/* ---- what was heard ---- */

static const char *const sql_forget[] = {
    "DELETE FROM channel WHERE call_id = :of", "DELETE FROM segment WHERE call_id = :of",
    "DELETE FROM word WHERE call_id = :of",    "DELETE FROM line WHERE call_id = :of",
    "DELETE FROM measure WHERE call_id = :of",
};

/* What an earlier hearing left. */
static bool forget_heard(const target *to)
{
    for (size_t i = 0; i < sizeof sql_forget / sizeof sql_forget[0]; i++) {
        ca_stmt *stmt = ca_db_prepare(to->db, sql_forget[i], to->err);
        if (stmt == NULL) {
            return false;
        }
        ca_bind_int(stmt, "of", to->id);
        if (!ca_step_done(stmt, to->err)) {
            return false;
        }
    }
    return true;
}

static const char sql_channel[] =
    "INSERT INTO channel (call_id, seq, speaker, snr_db, level_dbfs, pitch_hz,"
    "  clip_share, bandwidth_hz, speech_ms)"
    " VALUES (:of, :seq, :speaker, :snr_db, :level_dbfs, :pitch_hz,"
    "  :clip_share, :bandwidth_hz, :speech_ms)";

static bool save_channels(const target *to, const ca_channels *channels)
{
    for (size_t i = 0; i < channels->count; i++) {
        const ca_channel *channel = &channels->items[i];
        ca_stmt *stmt = start_row(to, sql_channel, i);
        if (stmt == NULL) {
            return false;
        }
        ca_bind_text(stmt, "speaker", ca_speaker_name(channel->speaker));
        ca_bind_real(stmt, "snr_db", channel->snr_db);
        ca_bind_real(stmt, "level_dbfs", channel->level_dbfs);
        ca_bind_real(stmt, "pitch_hz", channel->pitch_hz);
        ca_bind_real(stmt, "clip_share", channel->clip_share);
        ca_bind_real(stmt, "bandwidth_hz", channel->bandwidth_hz);
        ca_bind_int(stmt, "speech_ms", channel->speech_ms);
        if (!ca_step_done(stmt, to->err)) {
            return false;
        }
    }
    return true;
}

static const char sql_segment[] = "INSERT INTO segment (call_id, seq, channel, start_ms, end_ms)"
                                  " VALUES (:of, :seq, :channel, :start_ms, :end_ms)";

static bool save_segments(const target *to, const ca_segments *segments)
{
    for (size_t i = 0; i < segments->count; i++) {
        const ca_segment *segment = &segments->items[i];
        ca_stmt *stmt = start_row(to, sql_segment, i);
        if (stmt == NULL) {
            return false;
        }
        ca_bind_int(stmt, "channel", segment->channel);
        ca_bind_int(stmt, "start_ms", segment->start_ms);
        ca_bind_int(stmt, "end_ms", segment->end_ms);
        if (!ca_step_done(stmt, to->err)) {
            return false;
        }
    }
    return true;
}

static const char sql_word[] = "INSERT INTO word (call_id, seq, start_ms, end_ms, confidence, text)"
                               " VALUES (:of, :seq, :start_ms, :end_ms, :confidence, :text)";

static bool save_words(const target *to, const ca_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        const ca_word *word = &words->items[i];
        ca_stmt *stmt = start_row(to, sql_word, i);
        if (stmt == NULL) {
            return false;
        }
        ca_bind_int(stmt, "start_ms", word->start_ms);
        ca_bind_int(stmt, "end_ms", word->end_ms);
        ca_bind_real(stmt, "confidence", word->confidence);
        ca_bind_text(stmt, "text", word->text);
        if (!ca_step_done(stmt, to->err)) {
            return false;
        }
    }
    return true;
}

static const char sql_line[] =
    "INSERT INTO line (call_id, seq, speaker, tier, start_ms, end_ms, confidence, first_word,"
    "  word_count)"
    " VALUES (:of, :seq, :speaker, :tier, :start_ms, :end_ms, :confidence, :first_word,"
    "  :word_count)";

static bool save_lines(const target *to, const ca_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++) {
        const ca_line *line = &lines->items[i];
        ca_stmt *stmt = start_row(to, sql_line, i);
        if (stmt == NULL) {
            return false;
        }
        ca_bind_text(stmt, "speaker", ca_speaker_name(line->speaker));
        ca_bind_text(stmt, "tier", ca_tier_name(line->tier));
        ca_bind_int(stmt, "start_ms", line->start_ms);
        ca_bind_int(stmt, "end_ms", line->end_ms);
        ca_bind_real(stmt, "confidence", line->confidence);
        ca_bind_int(stmt, "first_word", (int64_t)line->first_word);
        ca_bind_int(stmt, "word_count", (int64_t)line->word_count);
        if (!ca_step_done(stmt, to->err)) {
            return false;
        }
    }
    return true;
}

static const char sql_measure[] = "INSERT INTO measure (call_id, seq, name, speaker, value, unit)"
                                  " VALUES (:of, :seq, :name, :speaker, :value, :unit)";

static bool save_measures(const target *to, const ca_measures *measures)
{
    for (size_t i = 0; i < measures->count; i++) {
        const ca_measure *measure = &measures->items[i];
        bool whole_call = measure->speaker < 0;
        ca_stmt *stmt = start_row(to, sql_measure, i);
        if (stmt == NULL) {
            return false;
        }
        ca_bind_text(stmt, "name", measure->name);
        ca_bind_text(stmt, "speaker",
                     whole_call ? NULL : ca_speaker_name((ca_speaker)measure->speaker));
        ca_bind_real(stmt, "value", measure->value);
        ca_bind_text(stmt, "unit", measure->unit);
        if (!ca_step_done(stmt, to->err)) {
            return false;
        }
    }
    return true;
}

bool ca_rows_heard(ca_db *db, int64_t call_id, const ca_call *call, ca_error *err)
{
    const target to = {db, call_id, err};
    return forget_heard(&to) && save_channels(&to, &call->channels) &&
           save_segments(&to, &call->segments) && save_words(&to, &call->words) &&
           save_lines(&to, &call->lines) && save_measures(&to, &call->measures);
}

/* ---- rules ---- */

static const char sql_name_ruleset[] = "INSERT INTO ruleset (hash) VALUES (:hash)"
                                       " ON CONFLICT (hash) DO NOTHING";

/* A rule set that ca_store_rulesets has not named, as with imported findings, gets a row too. */
static bool name_ruleset(ca_db *db, const char *hash, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_name_ruleset, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "hash", hash);
    return ca_step_done(stmt, err);
}

static const char sql_rule_id[] =
    "INSERT INTO rule (ruleset_id, name, title, kind, dimension, weight, critical)"
    " VALUES ((SELECT id FROM ruleset WHERE hash = :ruleset), :name, :title, :kind,"
    "  :dimension, :weight, :critical)"
    " ON CONFLICT DO UPDATE SET name = name" /* nothing changes, but RETURNING sees the row */
    " RETURNING id";

static bool rule_id(ca_db *db, const ca_finding *finding, int64_t *id, ca_error *err)
{
    if (!name_ruleset(db, finding->ruleset, err)) {
        return false;
    }
    ca_stmt *stmt = ca_db_prepare(db, sql_rule_id, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "ruleset", finding->ruleset);
    ca_bind_text(stmt, "name", finding->rule_id);
    ca_bind_text(stmt, "title", finding->title);
    ca_bind_text(stmt, "kind", ca_kind_name(finding->kind));
    ca_bind_text(stmt, "dimension", ca_dimension_name(finding->dimension));
    ca_bind_int(stmt, "weight", finding->weight);
    ca_bind_int(stmt, "critical", finding->critical);
    return ca_rows_step_id(stmt, id, err);
}

/* ---- the judgement ---- */

static const char sql_finding[] =
    "INSERT INTO finding (judgement_id, seq, rule_id, verdict, ok, window_start_ms,"
    "  window_end_ms, first_hit, hit_count, nearest, note)"
    " VALUES (:of, :seq, :rule, :verdict, :ok, :window_start_ms, :window_end_ms, :first_hit,"
    "  :hit_count, :nearest, :note)";

static void bind_unless_negative(ca_stmt *stmt, const char *name, int64_t value)
{
    if (value < 0) {
        ca_bind_null(stmt, name);
    } else {
        ca_bind_int(stmt, name, value);
    }
}

static bool save_finding(const target *to, size_t seq, const ca_finding *finding)
{
    int64_t rule = 0;
    ca_stmt *stmt =
        rule_id(to->db, finding, &rule, to->err) ? start_row(to, sql_finding, seq) : NULL;
    if (stmt == NULL) {
        return false;
    }
    ca_bind_int(stmt, "rule", rule);
    ca_bind_text(stmt, "verdict", ca_verdict_name(finding->verdict));
    bind_unless_negative(stmt, "ok", finding->ok);
    ca_bind_int(stmt, "window_start_ms", finding->window_start_ms);
    ca_bind_int(stmt, "window_end_ms", finding->window_end_ms);
    ca_bind_int(stmt, "first_hit", (int64_t)finding->first_hit);
    ca_bind_int(stmt, "hit_count", (int64_t)finding->hit_count);
    bind_unless_negative(stmt, "nearest", finding->nearest);
    ca_bind_text(stmt, "note", finding->note);
    return ca_step_done(stmt, to->err);
}

static bool save_findings(const target *to, const ca_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (!save_finding(to, i, &findings->items[i])) {
            return false;
        }
    }
    return true;
}

static const char sql_hit[] =
    "INSERT INTO hit (judgement_id, seq, speaker, start_ms, end_ms, confidence, text, pattern)"
    " VALUES (:of, :seq, :speaker, :start_ms, :end_ms, :confidence, :text, :pattern)";

static bool save_hits(const target *to, const ca_hits *hits)
{
    for (size_t i = 0; i < hits->count; i++) {
        const ca_hit *hit = &hits->items[i];
        ca_stmt *stmt = start_row(to, sql_hit, i);
        if (stmt == NULL) {
            return false;
        }
        ca_bind_text(stmt, "speaker", ca_speaker_name(hit->speaker));
        ca_bind_int(stmt, "start_ms", hit->start_ms);
        ca_bind_int(stmt, "end_ms", hit->end_ms);
        ca_bind_real(stmt, "confidence", hit->confidence);
        ca_bind_text(stmt, "text", hit->text);
        ca_bind_text(stmt, "pattern", hit->pattern);
        if (!ca_step_done(stmt, to->err)) {
            return false;
        }
    }
    return true;
}

static const char sql_judgement[] =
    "INSERT INTO judgement (call_id, made_at, program, rulesets, decided, score, unsure_share,"
    "  critical, profile)"
    " VALUES (:call, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), :program, :rulesets, :decided,"
    "  iif(:decided, :score, NULL), :unsure_share, :critical, :profile)"
    " RETURNING id";

bool ca_rows_judgement(ca_db *db, int64_t call_id, const ca_call *call, const char *program,
                       ca_error *err)
{
    target to = {db, 0, err};
    ca_stmt *stmt = ca_db_prepare(db, sql_judgement, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_int(stmt, "call", call_id);
    ca_bind_text(stmt, "program", program);
    ca_bind_text(stmt, "rulesets", call->rulesets);
    ca_bind_int(stmt, "decided", call->score.decided);
    ca_bind_real(stmt, "score", call->score.points);
    ca_bind_real(stmt, "unsure_share", call->score.unsure_share);
    ca_bind_int(stmt, "critical", call->score.critical);
    ca_bind_text(stmt, "profile", call->profile);
    return ca_rows_step_id(stmt, &to.id, err) && save_hits(&to, &call->hits) &&
           save_findings(&to, &call->findings);
}
