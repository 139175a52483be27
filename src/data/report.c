/* report.c - what managers ask: one query a report, three formats. */
#include "callaudit/report.h"

#include "callaudit/sample.h"
#include "callaudit/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Wilson's interval ---- */

/* The 0.975 quantile of the normal distribution; the view agent_interval has its square. */
static const double z95 = 1.959963984540054;

void ca_wilson(double p, int64_t n, int64_t population, double *low, double *high)
{
    *low = 0;
    *high = 1;
    if (n <= 0) {
        return;
    }
    double drawn = (double)n;
    double left = population > 1 ? (double)(population - n) / (double)(population - 1) : 0;
    double z2 = z95 * z95 * left;
    double centre = (p + z2 / (2 * drawn)) / (1 + z2 / drawn);
    double reach = sqrt(z2 * (p * (1 - p) + z2 / (4 * drawn)) / drawn) / (1 + z2 / drawn);
    *low = fmax(0, centre - reach);
    *high = fmin(1, centre + reach);
}

/* ---- periods ---- */

static bool parse_year(const char *text)
{
    return strspn(text, "0123456789") == 4 && text[4] == '\0';
}

static bool parse_quarter(const char *text)
{
    return strspn(text, "0123456789") == 4 && text[4] == '-' && text[5] == 'Q' && text[6] >= '1' &&
           text[6] <= '4' && text[7] == '\0';
}

static void set_period(ca_period *period, const char *year, int first, int last)
{
    (void)snprintf(period->from, sizeof period->from, "%.4s-%02u", year, (unsigned)first % 100);
    (void)snprintf(period->to, sizeof period->to, "%.4s-%02u", year, (unsigned)last % 100);
}

bool ca_period_parse(ca_span span, const char *text, ca_period *period)
{
    switch (span) {
    case CA_SPAN_ALL: *period = (ca_period){"0000-00", "9999-99"}; return true;
    case CA_SPAN_MONTH:
        if (!ca_month_valid(text)) {
            return false;
        }
        memcpy(period->from, text, sizeof period->from);
        memcpy(period->to, text, sizeof period->to);
        return true;
    case CA_SPAN_QUARTER:
        if (!parse_quarter(text)) {
            return false;
        }
        set_period(period, text, 3 * (text[6] - '1') + 1, 3 * (text[6] - '0'));
        return true;
    case CA_SPAN_YEAR:
        if (!parse_year(text)) {
            return false;
        }
        set_period(period, text, 1, 12);
        return true;
    }
    return false;
}

/* ---- reports ---- */

/* A query over a period; NULL on error. */
static ca_stmt *over_period(ca_db *db, const char *sql, const ca_period *period, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql, err);
    if (stmt != NULL) {
        ca_bind_text(stmt, "from", period->from);
        ca_bind_text(stmt, "to", period->to);
    }
    return stmt;
}

/* weight: a month counts with its N, as long as it has a score. */
static const char sql_agents[] =
    "WITH month AS (SELECT *, iif(decided > 0, population, 0) AS weight,"
    "   iif(unsure_share IS NULL, 0, population) AS unsure_weight"
    "  FROM agent_interval WHERE month BETWEEN :from AND :to),"
    " total AS (SELECT agent, sum(calls) AS calls, sum(judged) AS judged, sum(sampled) AS sampled,"
    "   sum(population) AS population, sum(decided) AS decided,"
    "   100.0 * sum(weight * p) / sum(weight) AS score,"
    "   100.0 * sqrt(sum(pow(weight * (p - low), 2))) / sum(weight) AS below,"
    "   100.0 * sqrt(sum(pow(weight * (high - p), 2))) / sum(weight) AS above,"
    "   sum(unsure_weight * unsure_share) / sum(unsure_weight) AS unsure_share,"
    "   sum(critical) AS critical"
    "  FROM month GROUP BY agent)"
    " SELECT agent,"
    "  (SELECT team FROM v_call AS c WHERE c.agent = t.agent AND team IS NOT NULL"
    "   AND substr(started_at, 1, 7) BETWEEN :from AND :to"
    "   ORDER BY started_at DESC, call_uid LIMIT 1) AS team,"
    "  calls, judged, sampled, population, decided, round(score, 3) AS score,"
    "  round(max(0.0, score - below), 3) AS low95, round(min(100.0, score + above), 3) AS high95,"
    "  round(unsure_share, 6) AS unsure_share, critical,"
    "  iif(decided < :few, 'too few', NULL) AS note"
    " FROM total AS t ORDER BY agent";

static const ca_table_column agent_columns[] = {
    {.title = "agent"},    {.title = "team"},
    {.title = "calls"},    {.title = "judged"},
    {.title = "sampled"},  {.join = " of "}, /* population */
    {.title = NULL},                         /* decided */
    {.title = "score"},    {.title = "95 % interval"},
    {.join = "–"},         {.title = "unsure %", .cell = CA_CELL_PERCENT},
    {.title = "critical"}, {.title = "note"},
};

bool ca_report_agents(ca_db *db, const ca_period *period, ca_format format, ca_buf *out,
                      ca_error *err)
{
    ca_stmt *stmt = over_period(db, sql_agents, period, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_int(stmt, "few", CA_TOO_FEW);
    return ca_table_write(stmt, "agents", agent_columns, format, out, err);
}

static const char sql_calls[] =
    "SELECT call_uid, agent, team, queue, direction, started_at, duration_ms, language, status,"
    "  score, unsure_share, reason, path, ruleset"
    " FROM v_call WHERE substr(started_at, 1, 7) BETWEEN :from AND :to"
    "  OR (started_at IS NULL AND :from = '0000-00')"
    " ORDER BY started_at, call_uid, path";

static const ca_table_column call_columns[] = {
    {.title = "call"},
    {.title = "agent"},
    {.title = "team"},
    {.title = NULL}, /* queue */
    {.title = NULL}, /* direction */
    {.title = "started"},
    {.title = "length", .cell = CA_CELL_TIME},
    {.title = NULL}, /* language */
    {.title = "status"},
    {.title = "score"},
    {.title = "unsure %", .cell = CA_CELL_PERCENT},
    {.title = "reason"},
    {.title = NULL}, /* path */
    {.title = NULL}, /* ruleset */
};

bool ca_report_calls(ca_db *db, const ca_period *period, ca_format format, ca_buf *out,
                     ca_error *err)
{
    ca_stmt *stmt = over_period(db, sql_calls, period, err);
    return stmt != NULL && ca_table_write(stmt, "calls", call_columns, format, out, err);
}

static const char sql_rules[] =
    "SELECT rule_id, dimension, kind, sum(applicable) AS applicable, sum(hit) AS hit,"
    "  sum(miss) AS miss, sum(unsure) AS unsure, sum(kept) AS kept, sum(broken) AS broken,"
    "  round(1.0 * sum(kept) / nullif(sum(kept) + sum(broken), 0), 6) AS kept_share"
    " FROM rule_month WHERE month BETWEEN :from AND :to"
    " GROUP BY rule_id, dimension, kind ORDER BY rule_id, dimension, kind";

static const ca_table_column rule_columns[] = {
    {.title = "rule"},   {.title = "dimension"},
    {.title = "kind"},   {.title = "calls"},
    {.title = "hit"},    {.title = "miss"},
    {.title = "unsure"}, {.title = "kept"},
    {.title = "broken"}, {.title = "kept %", .cell = CA_CELL_PERCENT},
};

bool ca_report_rules(ca_db *db, const ca_period *period, ca_format format, ca_buf *out,
                     ca_error *err)
{
    ca_stmt *stmt = over_period(db, sql_rules, period, err);
    return stmt != NULL && ca_table_write(stmt, "rules", rule_columns, format, out, err);
}

static const char sql_sample[] =
    "SELECT * FROM ("
    "  SELECT s.agent, s.call_uid, s.state, s.rank, NULL AS reason, s.ticket,"
    "   (SELECT path FROM call AS c WHERE c.call_uid = s.call_uid) AS path"
    "  FROM v_sample AS s WHERE s.month = :month"
    "  UNION ALL"
    "  SELECT agent, call_uid, 'left out', NULL, reason, NULL, path"
    "  FROM frame_excluded WHERE month = :month)"
    " ORDER BY agent, rank IS NULL, rank, call_uid, path";

static const ca_table_column sample_columns[] = {
    {.title = "agent"},  {.title = "call"}, {.title = "state"},     {.title = "rank"},
    {.title = "reason"}, {.title = NULL},   {.title = "recording"},
};

bool ca_report_sample(ca_db *db, const char *month, ca_format format, ca_buf *out, ca_error *err)
{
    ca_stmt *stmt = ca_db_prepare(db, sql_sample, err);
    if (stmt == NULL) {
        return false;
    }
    ca_bind_text(stmt, "month", month);
    return ca_table_write(stmt, "sample", sample_columns, format, out, err);
}

/* ---- export ---- */

/* Each view with all its columns, ordered by them: rows that compare equal are equal. */
#define OF_MONTH                                                                                   \
    " WHERE :month IS NULL OR call_uid IN"                                                         \
    " (SELECT call_uid FROM v_call WHERE substr(started_at, 1, 7) = :month)"

static const struct export
{
    const char *view, *sql;
}
exports[] = {
    {"v_call",
     "SELECT call_uid, replace(path, rtrim(path, replace(path, '/', '')), '') AS path, sha256,"
     "  agent, team, queue, direction, started_at, duration_ms, channels, language, status, reason,"
     "  score, unsure_share, ruleset"
     " FROM v_call WHERE :month IS NULL OR substr(started_at, 1, 7) = :month"
     " ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16"},
    {"v_finding",
     "SELECT * FROM v_finding" OF_MONTH " ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14"},
    {"v_word", "SELECT * FROM v_word" OF_MONTH " ORDER BY 1, 3, 4, 2, 5, 6"},
    {"v_measure", "SELECT * FROM v_measure" OF_MONTH " ORDER BY 1, 2, 3, 4, 5"},
    {"v_sample", "SELECT * FROM v_sample WHERE :month IS NULL OR month = :month"
                 " ORDER BY 1, 2, 5, 3, 4, 6, 7"},
    {"v_agent_month", "SELECT * FROM v_agent_month WHERE :month IS NULL OR month = :month"
                      " ORDER BY month, agent"},
    {"v_rule_month", "SELECT * FROM v_rule_month WHERE :month IS NULL OR month = :month"
                     " ORDER BY month, rule_id"},
};

bool ca_report_export(ca_db *db, const char *month, ca_buf *out, ca_error *err)
{
    const char *before = "{";
    for (size_t i = 0; i < sizeof exports / sizeof exports[0]; i++) {
        ca_stmt *stmt = ca_db_prepare(db, exports[i].sql, err);
        if (stmt == NULL) {
            return false;
        }
        ca_bind_text(stmt, "month", month);
        ca_buf_printf(out, "%s\"%s\":", before, exports[i].view);
        before = ",\n";
        if (!ca_table_json_rows(stmt, out, err)) {
            return false;
        }
    }
    ca_buf_puts(out, "}\n");
    return !out->failed || ca_fail_memory(err);
}
