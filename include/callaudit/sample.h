/* sample.h - the monthly audit sample (DESIGN 7).
 *
 * Ticket of a call = SHA-256 of "callaudit-v1|SEED|YYYY-MM|call_uid" (UTF-8, no line end), compared
 * as a 256-bit big-endian number, which is the order of its hex text. Per agent the n smallest
 * tickets are drawn, n = max(min, ceil(rate x N)), not more than N.
 *
 * Calls that come late, or a higher rate, make a new version of the frame, which is frozen with a
 * manifest of its own. Of each version the n smallest tickets are drawn, and what an earlier
 * version drew stays drawn even where a late call's ticket is smaller. So the sample is the union
 * of the versions' draws: no call leaves it, and no call escapes it by coming late. */
#ifndef CALLAUDIT_SAMPLE_H
#define CALLAUDIT_SAMPLE_H

#include "callaudit/db.h"
#include "callaudit/hash.h"
#include "callaudit/text.h"

typedef struct ca_draw {
    const char *month;    /* YYYY-MM */
    const char *timezone; /* which decided what is in the month */
    const char *seed;     /* NULL: the month's stored seed, or a new random one; else 1 to 128 ASCII
                             characters that show (no space), without '|' */
    int rate_permille;
    int min;
} ca_draw;

typedef struct ca_draw_result {
    int64_t frame;    /* calls in the frame */
    int64_t excluded; /* calls of the month left out, each with a reason */
    int64_t undated;  /* recordings without a start time: in no month's frame */
    int64_t drawn;    /* tickets drawn now */
    int64_t total;    /* drawn altogether */
    ca_hash manifest; /* of the frame, stored before the draw */
    const char *seed;
    const char *timezone; /* both as stored */
} ca_draw_result;

/* Its hex is "" when out of memory. */
ca_hash ca_ticket(const char *seed, const char *month, const char *call_uid);

/* n of N at rate_permille/1000, at least min, at most N; integer arithmetic. */
int64_t ca_sample_size(int64_t calls, int rate_permille, int64_t min);

/* YYYY-MM, month 01 to 12. */
bool ca_month_valid(const char *month);

/* Freezes the frame (in the first transaction), then draws (in the second). Drawing a month again
 * keeps its seed and only adds what late calls add. A different seed or time
 * zone for a drawn month is CA_EUSAGE. */
bool ca_sample_draw(ca_db *db, const ca_draw *draw, ca_draw_result *result, ca_arena *arena,
                    ca_error *err);

/* Draws again from the stored frame and seed and compares. Differences, in words, go to
 * `problems`; false only when the database cannot be read. */
bool ca_sample_verify(ca_db *db, const char *month, ca_strings *problems, ca_arena *arena,
                      ca_error *err);

/* Is the recording's call drawn for an audit (of whatever month), and not replaced? */
bool ca_sample_has_path(ca_db *db, const char *path, bool *has, ca_error *err);

/* The manifest of the month's frame as it was hashed: one line "call_uid\tagent\n" a call, sorted
 * by call_uid's bytes; appended to out. */
bool ca_sample_manifest(ca_db *db, const char *month, ca_buf *out, ca_error *err);

#endif
