/* report.h - what managers ask the database. */
#ifndef CALLAUDIT_REPORT_H
#define CALLAUDIT_REPORT_H

#include "callaudit/db.h"
#include "callaudit/text.h"

typedef enum ca_format { CA_FORMAT_TABLE, CA_FORMAT_CSV, CA_FORMAT_JSON } ca_format;

/* Wilson score interval for a proportion (E. B. Wilson 1927), with the finite population
 * correction of n drawn from N: z^2 is multiplied by (N - n)/(N - 1) (Burstein 1975 form).
 * p is the sample's proportion 0..1 (a mean score / 100 is treated as one, which is conservative
 * since the variance of a mean of [0,1] values is at most p(1-p)). n = N gives low = high = p;
 * n = 0 gives 0..1. */
void ca_wilson(double p, int64_t n, int64_t population, double *low, double *high);

enum { CA_TOO_FEW = 30 }; /* fewer reviewed or judged calls than this are marked "too few" */

/* Months YYYY-MM, both included. 0000-00 to 9999-99 is all there is, calls without a start time
 * too. */
typedef struct ca_period {
    char from[8], to[8];
} ca_period;

typedef enum ca_span { CA_SPAN_ALL, CA_SPAN_MONTH, CA_SPAN_QUARTER, CA_SPAN_YEAR } ca_span;

/* "2026-10", "2026-Q4" or "2026" as a period; text is not looked at for CA_SPAN_ALL. False for
 * anything else. */
bool ca_period_parse(ca_span span, const char *text, ca_period *period);

/* Appends the report to out. Agents: by agent name, never ranked by score, with n of N, score,
 * interval, unsure share, critical calls and a note ("too few").
 *
 * Over several months the score is the mean of the months' scores weighted by their N, and the
 * interval is put together from theirs: the distances from score to limit, as independent errors,
 * by the root of their weighted squares (MOVER: Zou and Donner 2008, Statistics in Medicine 27,
 * 1693). Over one month that is the month's interval. */
bool ca_report_agents(ca_db *db, const ca_period *period, ca_format format, ca_buf *out,
                      ca_error *err);
bool ca_report_calls(ca_db *db, const ca_period *period, ca_format format, ca_buf *out,
                     ca_error *err);
bool ca_report_rules(ca_db *db, const ca_period *period, ca_format format, ca_buf *out,
                     ca_error *err);

/* The month's tickets by agent and rank, and the calls that were left out ("left out") with their
 * reason. */
bool ca_report_sample(ca_db *db, const char *month, ca_format format, ca_buf *out, ca_error *err);

/* All rows of the public views (of one month; NULL for all) as JSON in one fixed order, for tests
 * to compare: no row ids, no insertion order, no clock, and of paths the file name alone. */
bool ca_report_export(ca_db *db, const char *month, ca_buf *out, ca_error *err);

#endif
