/* schema.c - migrations: a list of versions, each a list of SQL statements run in one transaction.
 * A published migration is never edited; a change is a new one behind it.
 *
 * call_uid is a call's identity on every machine; integer ids are this file's own and never shown.
 * Texts of enums are those of ca_speaker_name and its like, ca_reason_name, and the statuses of
 * store.h. Times in ms are whole numbers from the recording's beginning. */
#include "callaudit/schema.h"

#include <stddef.h>

/* SQL is laid out by hand. */
/* clang-format off */

/* ---- version 1: rules ---- */

/* A row a hash; name, language and text are unknown (NULL) when only imported findings name it. */
static const char create_ruleset[] =
    "CREATE TABLE ruleset ("
    " id INTEGER PRIMARY KEY,"
    " hash TEXT NOT NULL UNIQUE CHECK (hash <> ''),"
    " name TEXT,"
    " language TEXT,"
    " text TEXT,"
    " first_used TEXT"
    ") STRICT";

/* What findings say of their rule, once for all of them. Never updated: a rule that changed is
 * another row, and what the old one judged keeps its own. */
static const char create_rule[] =
    "CREATE TABLE rule ("
    " id INTEGER PRIMARY KEY,"
    " ruleset_id INTEGER NOT NULL REFERENCES ruleset,"
    " name TEXT NOT NULL CHECK (name <> '')," /* rule_id in the views */
    " title TEXT NOT NULL,"
    " kind TEXT NOT NULL CHECK (kind IN ('required', 'forbidden', 'limit')),"
    " dimension TEXT NOT NULL CHECK (dimension IN ('courtesy', 'process', 'knowledge', 'patience',"
    "  'efficiency', 'compliance', 'empathy', 'closing')),"
    " weight INTEGER NOT NULL,"
    " critical INTEGER NOT NULL CHECK (critical IN (0, 1)),"
    " UNIQUE (ruleset_id, name, title, kind, dimension, weight, critical)"
    ") STRICT";

/* ---- version 1: recordings and calls ---- */

/* The month of a call is the first seven characters of started_at: ca_meta.started_at carries the
 * offset of the desk's own time zone, so its date is the desk's date and the database needs no
 * time zone. */
#define MONTH " month TEXT GENERATED ALWAYS AS (substr(started_at, 1, 7)) VIRTUAL,"

#define REASONS                                                                                    \
    "('unreadable', 'empty', 'truncated', 'too-short', 'too-long', 'unsupported-codec',"           \
    " 'no-metadata', 'growing', 'duplicate', 'recognizer-failed', 'timeout', 'limit')"

/* What is known of a file, a row a path. Metadata is kept here too, since a recording that was
 * never judged is no call yet. A judged one may carry a reason: the mark 'truncated', or why a
 * later attempt failed. */
static const char create_recording[] =
    "CREATE TABLE recording ("
    " id INTEGER PRIMARY KEY,"
    " path TEXT NOT NULL UNIQUE CHECK (path <> ''),"
    " size INTEGER NOT NULL,"
    " mtime_ns INTEGER NOT NULL,"
    " sha256 TEXT CHECK (length(sha256) = 64),"
    " status TEXT NOT NULL CHECK (status IN ('queued', 'judged', 'failed', 'duplicate')),"
    " reason TEXT CHECK (reason IN " REASONS "),"
    " detail TEXT,"
    " attempts INTEGER NOT NULL DEFAULT 0," /* to judge these bytes */
    " call_id INTEGER REFERENCES call,"
    " duplicate_of TEXT," /* path */
    " call_uid TEXT,"
    " agent TEXT,"
    " started_at TEXT,"
    MONTH
    " team TEXT,"
    " queue TEXT,"
    " direction TEXT,"
    " customer TEXT,"
    " language TEXT,"
    " CHECK ((status = 'judged') <= (call_id IS NOT NULL))"
    ") STRICT";

/* A call that was judged at least once. path is where it was last heard. */
static const char create_call[] =
    "CREATE TABLE call ("
    " id INTEGER PRIMARY KEY,"
    " call_uid TEXT NOT NULL UNIQUE CHECK (call_uid <> ''),"
    " path TEXT NOT NULL,"
    " sha256 TEXT CHECK (length(sha256) = 64),"
    " agent TEXT,"
    " started_at TEXT,"
    MONTH
    " team TEXT,"
    " queue TEXT,"
    " direction TEXT,"
    " customer TEXT,"
    " language TEXT,"
    " duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),"
    " sample_rate INTEGER NOT NULL,"
    " truncated INTEGER NOT NULL CHECK (truncated IN (0, 1)),"
    " transcript INTEGER NOT NULL CHECK (transcript IN (0, 1)),"
    " model TEXT"
    ") STRICT";

/* ---- version 1: what was heard; seq is the index in the ca_call's array ---- */

#define OF_CALL                                                                                    \
    " call_id INTEGER NOT NULL REFERENCES call ON DELETE CASCADE,"                                 \
    " seq INTEGER NOT NULL,"
#define PER_CALL " PRIMARY KEY (call_id, seq)) STRICT, WITHOUT ROWID"
#define SPEAKER  "CHECK (speaker IN ('agent', 'customer', 'mixed'))"

static const char create_channel[] =
    "CREATE TABLE channel ("
    OF_CALL
    " speaker TEXT NOT NULL " SPEAKER ","
    " snr_db REAL NOT NULL,"
    " level_dbfs REAL NOT NULL,"
    " pitch_hz REAL NOT NULL,"
    " clip_share REAL NOT NULL,"
    " speech_ms INTEGER NOT NULL,"
    PER_CALL;

static const char create_segment[] =
    "CREATE TABLE segment ("
    OF_CALL
    " channel INTEGER NOT NULL,"
    " start_ms INTEGER NOT NULL,"
    " end_ms INTEGER NOT NULL,"
    PER_CALL;

static const char create_word[] =
    "CREATE TABLE word ("
    OF_CALL
    " start_ms INTEGER NOT NULL,"
    " end_ms INTEGER NOT NULL,"
    " confidence REAL NOT NULL,"
    " text TEXT NOT NULL,"
    PER_CALL;

static const char create_line[] =
    "CREATE TABLE line ("
    OF_CALL
    " speaker TEXT NOT NULL " SPEAKER ","
    " tier TEXT NOT NULL CHECK (tier IN ('phrase', 'transcript', 'import')),"
    " start_ms INTEGER NOT NULL,"
    " end_ms INTEGER NOT NULL,"
    " confidence REAL NOT NULL,"
    " first_word INTEGER NOT NULL,"
    " word_count INTEGER NOT NULL,"
    PER_CALL;

static const char create_measure[] =
    "CREATE TABLE measure ("
    OF_CALL
    " name TEXT NOT NULL,"
    " speaker TEXT " SPEAKER ","
    " value REAL NOT NULL,"
    " unit TEXT NOT NULL,"
    PER_CALL;

/* ---- version 1: judgements; the newest one of a call is what the views show ---- */

static const char create_judgement[] =
    "CREATE TABLE judgement ("
    " id INTEGER PRIMARY KEY,"
    " call_id INTEGER NOT NULL REFERENCES call ON DELETE CASCADE,"
    " made_at TEXT NOT NULL," /* UTC */
    " program TEXT NOT NULL," /* version */
    " rulesets TEXT,"
    " decided INTEGER NOT NULL CHECK (decided = (score IS NOT NULL)),"
    " score REAL CHECK (score BETWEEN 0 AND 100),"
    " unsure_share REAL NOT NULL CHECK (unsure_share BETWEEN 0 AND 1),"
    " critical INTEGER NOT NULL CHECK (critical IN (0, 1))"
    ") STRICT";

#define OF_JUDGEMENT                                                                               \
    " judgement_id INTEGER NOT NULL REFERENCES judgement ON DELETE CASCADE,"                       \
    " seq INTEGER NOT NULL,"
#define PER_JUDGEMENT " PRIMARY KEY (judgement_id, seq)) STRICT, WITHOUT ROWID"

/* first_hit and nearest are seq of the same judgement's hits. */
static const char create_finding[] =
    "CREATE TABLE finding ("
    OF_JUDGEMENT
    " rule_id INTEGER NOT NULL REFERENCES rule,"
    " verdict TEXT NOT NULL CHECK (verdict IN ('hit', 'miss', 'unsure', 'n/a')),"
    " ok INTEGER CHECK (ok IN (0, 1)),"
    " window_start_ms INTEGER NOT NULL,"
    " window_end_ms INTEGER NOT NULL,"
    " first_hit INTEGER NOT NULL,"
    " hit_count INTEGER NOT NULL,"
    " nearest INTEGER,"
    " note TEXT,"
    PER_JUDGEMENT;

static const char create_hit[] =
    "CREATE TABLE hit ("
    OF_JUDGEMENT
    " speaker TEXT NOT NULL " SPEAKER ","
    " start_ms INTEGER NOT NULL,"
    " end_ms INTEGER NOT NULL,"
    " confidence REAL NOT NULL,"
    " text TEXT NOT NULL,"
    " pattern TEXT NOT NULL,"
    PER_JUDGEMENT;

/* ---- version 1: the month's sample; see sample.c for how the rows come about ---- */

static const char create_sample_month[] =
    "CREATE TABLE sample_month ("
    " month TEXT PRIMARY KEY CHECK (month GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]'),"
    " seed TEXT NOT NULL CHECK (length(seed) BETWEEN 1 AND 128 AND instr(seed, '|') = 0),"
    " timezone TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID";

/* Each time that a frame was frozen. manifest_sha256 covers all frame rows up to that version. */
static const char create_frame_version[] =
    "CREATE TABLE frame_version ("
    " month TEXT NOT NULL REFERENCES sample_month,"
    " version INTEGER NOT NULL CHECK (version >= 1),"
    " rate_permille INTEGER NOT NULL CHECK (rate_permille BETWEEN 1 AND 1000),"
    " min INTEGER NOT NULL CHECK (min >= 0),"
    " manifest_sha256 TEXT NOT NULL CHECK (length(manifest_sha256) = 64),"
    " frozen_at TEXT NOT NULL," /* UTC */
    " PRIMARY KEY (month, version)"
    ") STRICT, WITHOUT ROWID";

/* A call of the frame, with the agent and the version in which it came in. Names calls by
 * call_uid: what was drawn stays on record whatever becomes of the call. */
static const char create_frame[] =
    "CREATE TABLE frame ("
    " month TEXT NOT NULL,"
    " call_uid TEXT NOT NULL,"
    " agent TEXT NOT NULL,"
    " version INTEGER NOT NULL,"
    " PRIMARY KEY (month, call_uid),"
    " FOREIGN KEY (month, version) REFERENCES frame_version"
    "  DEFERRABLE INITIALLY DEFERRED" /* its hash comes after the rows */
    ") STRICT, WITHOUT ROWID";

/* What the last freezing left out. */
static const char create_frame_excluded[] =
    "CREATE TABLE frame_excluded ("
    " month TEXT NOT NULL REFERENCES sample_month,"
    " path TEXT NOT NULL,"
    " call_uid TEXT,"
    " agent TEXT,"
    " reason TEXT NOT NULL CHECK (reason IN " REASONS "),"
    " PRIMARY KEY (month, path)"
    ") STRICT, WITHOUT ROWID";

/* rank is the ticket's place among all of the agent's frame, version the draw that took it. */
static const char create_sample_ticket[] =
    "CREATE TABLE sample_ticket ("
    " month TEXT NOT NULL,"
    " call_uid TEXT NOT NULL,"
    " agent TEXT NOT NULL,"
    " ticket TEXT NOT NULL CHECK (length(ticket) = 64),"
    " rank INTEGER NOT NULL CHECK (rank >= 1),"
    " version INTEGER NOT NULL,"
    " state TEXT NOT NULL DEFAULT 'drawn' CHECK (state IN ('drawn', 'reviewed', 'replaced')),"
    " PRIMARY KEY (month, call_uid),"
    " FOREIGN KEY (month, call_uid) REFERENCES frame,"
    " FOREIGN KEY (month, version) REFERENCES frame_version"
    ") STRICT, WITHOUT ROWID";

static const char create_indices[] =
    "CREATE INDEX recording_sha256 ON recording (sha256);"
    "CREATE INDEX recording_call_uid ON recording (call_uid);"
    "CREATE INDEX recording_call ON recording (call_id);"
    "CREATE INDEX recording_month ON recording (month, agent);"
    "CREATE INDEX call_month ON call (month, agent);"
    "CREATE INDEX judgement_call ON judgement (call_id);"
    "CREATE INDEX sample_agent ON sample_ticket (month, agent);"
    "CREATE INDEX frame_agent ON frame (month, agent);";

/* ---- version 1: views of our own, which the public ones and the reports rest on ---- */

/* Judged calls with their newest judgement; not those whose recording has since failed. */
static const char create_judged_call[] =
    "CREATE VIEW judged_call AS"
    " SELECT c.id, c.call_uid, c.path, c.sha256, c.agent, c.team, c.queue, c.direction,"
    "  c.customer, c.started_at, c.month, c.duration_ms, c.language, c.truncated, c.transcript,"
    "  j.id AS judgement_id, j.rulesets, j.score, j.unsure_share, j.critical"
    " FROM call AS c"
    " JOIN judgement AS j ON j.id = (SELECT max(id) FROM judgement WHERE call_id = c.id)"
    " WHERE NOT EXISTS (SELECT 1 FROM recording AS r WHERE r.path = c.path"
    "  AND r.call_uid = c.call_uid AND r.status IN ('failed', 'queued'))";

/* Judged, failed and queued ones with their month, a row a call. */
static const char create_known_call[] =
    "CREATE VIEW known_call AS"
    " SELECT c.call_uid, c.path, c.sha256, c.agent, c.team, c.queue, c.direction, c.started_at,"
    "  c.month, c.duration_ms,"
    "  (SELECT count(*) FROM channel WHERE call_id = c.id) AS channels,"
    "  c.language, 'judged' AS status,"
    "  CASE c.truncated WHEN 1 THEN 'truncated' END AS reason,"
    "  c.score, c.unsure_share, c.critical, c.rulesets"
    " FROM judged_call AS c"
    " UNION ALL"
    " SELECT r.call_uid, r.path, r.sha256, r.agent, r.team, r.queue, r.direction, r.started_at,"
    "  r.month, NULL, NULL, r.language, r.status, r.reason, NULL, NULL, NULL, NULL"
    " FROM recording AS r WHERE r.status IN ('failed', 'queued')";

/* The calls that an agent's score of a month rests on: the drawn ones, or all before a draw.
 * Scores have three decimals; as whole thousandths their sum depends on no order. */
static const char create_counted_call[] =
    "CREATE VIEW counted_call AS"
    " SELECT t.month, t.agent, t.call_uid, CAST(round(c.score * 1000) AS INTEGER) AS milli,"
    "  CAST(round(c.unsure_share * 1000000) AS INTEGER) AS unsure_micro"
    " FROM sample_ticket AS t JOIN judged_call AS c ON c.call_uid = t.call_uid"
    " WHERE t.state <> 'replaced'"
    " UNION ALL"
    " SELECT c.month, c.agent, c.call_uid, CAST(round(c.score * 1000) AS INTEGER),"
    "  CAST(round(c.unsure_share * 1000000) AS INTEGER)"
    " FROM judged_call AS c"
    " WHERE NOT EXISTS (SELECT 1 FROM sample_ticket WHERE month = c.month)";

/* One row a month and agent. decided = n of the interval, population = its N. critical counts all
 * judged calls: it is a list of cases, not an estimate. */
static const char create_agent_month[] =
    "CREATE VIEW agent_month AS"
    " WITH heard AS (SELECT month, agent, count(*) AS calls, sum(status = 'judged') AS judged,"
    "   sum(coalesce(critical, 0)) AS critical"
    "  FROM known_call WHERE month IS NOT NULL AND agent IS NOT NULL GROUP BY month, agent),"
    " counted AS (SELECT month, agent, count(milli) AS decided, sum(milli) AS milli,"
    "   count(*) AS counted, sum(unsure_micro) AS unsure_micro"
    "  FROM counted_call WHERE agent IS NOT NULL GROUP BY month, agent),"
    " drawn AS (SELECT month, agent, count(*) AS sampled, sum(state = 'reviewed') AS reviewed"
    "  FROM sample_ticket WHERE state <> 'replaced' GROUP BY month, agent),"
    " framed AS (SELECT month, agent, count(*) AS population FROM frame GROUP BY month, agent)"
    " SELECT h.month, h.agent, h.calls, h.judged,"
    "  coalesce(d.sampled, 0) AS sampled, coalesce(d.reviewed, 0) AS reviewed,"
    "  CASE WHEN d.sampled IS NULL THEN h.judged ELSE f.population END AS population,"
    "  coalesce(c.decided, 0) AS decided,"
    "  c.milli / 100000.0 / c.decided AS p," /* NULL without decided calls */
    "  c.unsure_micro / 1000000.0 / c.counted AS unsure_share, h.critical"
    " FROM heard AS h"
    " LEFT JOIN counted AS c ON c.month = h.month AND c.agent = h.agent"
    " LEFT JOIN drawn AS d ON d.month = h.month AND d.agent = h.agent"
    " LEFT JOIN framed AS f ON f.month = h.month AND f.agent = h.agent";

/* Adds the Wilson interval, as ca_wilson of report.h computes it. z2 is z squared times the finite
 * population correction; 3.841458820694124 = 1.959963984540054 squared. */
static const char create_agent_interval[] =
    "CREATE VIEW agent_interval AS"
    " WITH term AS (SELECT *, CASE WHEN population <= 1 THEN 0.0"
    "   ELSE 3.841458820694124 * (population - decided) / (population - 1) END AS z2"
    "  FROM agent_month),"
    " half AS (SELECT *, (p + z2 / (2 * decided)) / (1 + z2 / decided) AS centre,"
    "   sqrt(z2 * (p * (1 - p) + z2 / (4 * decided)) / decided) / (1 + z2 / decided) AS reach"
    "  FROM term)"
    " SELECT month, agent, calls, judged, sampled, reviewed, population, decided, p,"
    "  max(0.0, centre - reach) AS low, min(1.0, centre + reach) AS high,"
    "  unsure_share, critical"
    " FROM half";

/* kept and broken are the decided ones. A rule that changed its kind is two rows of one rule_id. */
static const char create_rule_month[] =
    "CREATE VIEW rule_month AS"
    " SELECT c.month, u.name AS rule_id, u.dimension, u.kind,"
    "  sum(f.verdict <> 'n/a') AS applicable, sum(f.verdict = 'hit') AS hit,"
    "  sum(f.verdict = 'miss') AS miss, sum(f.verdict = 'unsure') AS unsure,"
    "  sum(f.ok IS 1) AS kept, sum(f.ok IS 0) AS broken"
    " FROM judged_call AS c"
    " JOIN finding AS f ON f.judgement_id = c.judgement_id"
    " JOIN rule AS u ON u.id = f.rule_id"
    " WHERE c.month IS NOT NULL GROUP BY c.month, u.name, u.dimension, u.kind";

/* ---- version 1: public views (DESIGN 8) ---- */

static const char create_v_call[] =
    "CREATE VIEW v_call AS"
    " SELECT call_uid, path, sha256, agent, team, queue, direction, started_at, duration_ms,"
    "  channels, language, status, reason, score, unsure_share, rulesets AS ruleset"
    " FROM known_call";

/* Times, words and speaker: of the first hit; for a miss the window searched and the nearest thing
 * heard; nothing where the rule does not apply. */
static const char create_v_finding[] =
    "CREATE VIEW v_finding AS"
    " SELECT c.call_uid, c.agent, u.name AS rule_id, u.kind, u.dimension, f.verdict, f.ok,"
    "  h.speaker,"
    "  CASE WHEN f.verdict = 'n/a' THEN NULL WHEN f.hit_count > 0 THEN h.start_ms"
    "   ELSE f.window_start_ms END AS start_ms,"
    "  CASE WHEN f.verdict = 'n/a' THEN NULL WHEN f.hit_count > 0 THEN h.end_ms"
    "   ELSE f.window_end_ms END AS end_ms,"
    "  h.text, h.confidence, u.weight, u.critical"
    " FROM judged_call AS c"
    " JOIN finding AS f ON f.judgement_id = c.judgement_id"
    " JOIN rule AS u ON u.id = f.rule_id"
    " LEFT JOIN hit AS h ON h.judgement_id = f.judgement_id"
    "  AND h.seq = CASE WHEN f.hit_count > 0 THEN f.first_hit ELSE f.nearest END";

/* With a transcript, its words alone: those of the keyphrase pass are the same words again. */
static const char create_v_word[] =
    "CREATE VIEW v_word AS"
    " SELECT c.call_uid, l.speaker, w.start_ms, w.end_ms, w.text AS word, w.confidence"
    " FROM judged_call AS c"
    " JOIN line AS l ON l.call_id = c.id AND (c.transcript = 0 OR l.tier <> 'phrase')"
    " JOIN word AS w ON w.call_id = c.id"
    "  AND w.seq BETWEEN l.first_word AND l.first_word + l.word_count - 1";

static const char create_v_measure[] =
    "CREATE VIEW v_measure AS"
    " SELECT c.call_uid, m.name, m.speaker, m.value, m.unit"
    " FROM judged_call AS c JOIN measure AS m"
    "  ON m.call_id = c.id";

static const char create_v_sample[] =
    "CREATE VIEW v_sample AS"
    " SELECT t.month, t.agent, t.call_uid, t.ticket, t.rank, t.state, m.seed"
    " FROM sample_ticket AS t JOIN sample_month AS m ON m.month = t.month";

static const char create_v_agent_month[] =
    "CREATE VIEW v_agent_month AS"
    " SELECT month, agent, calls, judged, sampled, reviewed, round(100 * p, 3) AS score,"
    "  round(100 * low, 3) AS low95, round(100 * high, 3) AS high95, critical,"
    "  round(unsure_share, 6) AS unsure_share"
    " FROM agent_interval";

/* Precision and recall come from reviews, which a later version brings. */
static const char create_v_rule_month[] =
    "CREATE VIEW v_rule_month AS"
    " SELECT month, rule_id, sum(applicable) AS applicable, sum(hit) AS hit, sum(miss) AS miss,"
    "  sum(unsure) AS unsure, 0 AS reviewed, NULL AS precision, NULL AS recall"
    " FROM rule_month GROUP BY month, rule_id";

/* ---- version 2: what is learned about voices ---- */

/* Rows are added, never changed: what a judgement names stays what it was. A row is named by its
 * first four columns, on every machine. score_084: how well the wordings stood out with that warp. */
static const char create_voice_profile[] =
    "CREATE TABLE voice_profile ("
    " agent TEXT NOT NULL CHECK (agent <> ''),"
    " language TEXT NOT NULL CHECK (language <> ''),"
    " model TEXT NOT NULL CHECK (model <> ''),"
    " version INTEGER NOT NULL CHECK (version >= 1),"
    " warp REAL NOT NULL CHECK (warp IN (0.84, 1.0, 1.17)),"
    " calls INTEGER NOT NULL CHECK (calls >= 1),"
    " speech_ms INTEGER NOT NULL CHECK (speech_ms >= 0),"
    " made_at TEXT NOT NULL," /* UTC */
    " score_084 REAL NOT NULL,"
    " score_100 REAL NOT NULL,"
    " score_117 REAL NOT NULL,"
    " PRIMARY KEY (agent, language, model, version)"
    ") STRICT, WITHOUT ROWID";

/* AGENT@VERSION in the call's language and model; NULL for words heard without a profile. */
static const char add_call_profile[] = "ALTER TABLE call ADD COLUMN profile TEXT";
static const char add_call_warp[] =
    "ALTER TABLE call ADD COLUMN warp REAL CHECK ((warp IS NULL) = (profile IS NULL))";
static const char add_judgement_profile[] = "ALTER TABLE judgement ADD COLUMN profile TEXT";

/* ---- version 3: how far up the speech of a channel reaches ---- */

/* 0: not known, as of calls that were heard before this version. */
static const char add_channel_bandwidth[] =
    "ALTER TABLE channel ADD COLUMN bandwidth_hz REAL NOT NULL DEFAULT 0";

/* clang-format on */

/* ---- the list ---- */

static const char *const version_1[] = {
    "PRAGMA application_id = 0x43417564",
    create_ruleset,
    create_rule,
    create_call,
    create_recording,
    create_channel,
    create_segment,
    create_word,
    create_line,
    create_measure,
    create_judgement,
    create_finding,
    create_hit,
    create_sample_month,
    create_frame_version,
    create_frame,
    create_frame_excluded,
    create_sample_ticket,
    create_indices,
    create_judged_call,
    create_known_call,
    create_counted_call,
    create_agent_month,
    create_agent_interval,
    create_rule_month,
    create_v_call,
    create_v_finding,
    create_v_word,
    create_v_measure,
    create_v_sample,
    create_v_agent_month,
    create_v_rule_month,
    "PRAGMA user_version = 1",
    NULL,
};

static const char *const version_2[] = {
    create_voice_profile,  add_call_profile,          add_call_warp,
    add_judgement_profile, "PRAGMA user_version = 2", NULL,
};

static const char *const version_3[] = {
    add_channel_bandwidth,
    "PRAGMA user_version = 3",
    NULL,
};

static const char *const *const migrations[CA_SCHEMA_VERSION] = {version_1, version_2, version_3};

/* ---- running it ---- */

static const char sql_identity[] = "SELECT (SELECT application_id FROM pragma_application_id),"
                                   " (SELECT user_version FROM pragma_user_version),"
                                   " (SELECT count(*) FROM sqlite_schema)";

bool ca_schema_check(ca_db *db, int64_t *version, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_identity, err);
    if (stmt == NULL || !ca_step_row(stmt, err)) {
        return false;
    }
    int64_t application = ca_column_int(stmt, 0);
    *version = ca_column_int(stmt, 1);
    bool empty = application == 0 && *version == 0 && ca_column_int(stmt, 2) == 0;
    ca_stmt_reset(stmt);
    if (!empty && application != CA_SCHEMA_APPLICATION) {
        return ca_fail(err, CA_ESETUP, "this database is not one of callaudit");
    }
    if (*version > CA_SCHEMA_VERSION) {
        return ca_fail(err, CA_ESETUP,
                       "the database is of a newer program (version %d, mine is %d)", (int)*version,
                       CA_SCHEMA_VERSION);
    }
    return true;
}

/* Runs the next migration. The version is read again inside the transaction: another process may
 * have been first. */
static bool migrate_once(ca_db *db, int64_t *version, ca_error *err)
{
    if (!ca_db_begin(db, err)) {
        return false;
    }
    bool done = ca_schema_check(db, version, err);
    if (done && *version < CA_SCHEMA_VERSION) {
        for (const char *const *sql = migrations[*version]; done && *sql != NULL; sql++) {
            done = ca_db_exec(db, *sql, err);
        }
        ++*version;
    }
    if (!done) {
        ca_db_rollback(db);
        return false;
    }
    return ca_db_commit(db, err);
}

bool ca_schema_migrate(ca_db *db, ca_error *err)
{
    int64_t version = 0;
    if (!ca_schema_check(db, &version, err)) {
        return false;
    }
    while (version < CA_SCHEMA_VERSION) {
        if (!migrate_once(db, &version, err)) {
            return false;
        }
    }
    return true;
}
