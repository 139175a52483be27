/* store.h - calls into rows and back; the one writer of the database (DESIGN 8). */
#ifndef CALLAUDIT_STORE_H
#define CALLAUDIT_STORE_H

#include "callaudit/call.h"
#include "callaudit/db.h"
#include "callaudit/rules.h"

typedef enum ca_status { CA_QUEUED, CA_JUDGED, CA_FAILED, CA_DUPLICATE_OF } ca_status;

/* What the database knows of a recording's path. */
typedef struct ca_known {
    bool found;
    ca_status status;
    ca_reason reason;
    int64_t size, mtime_ns;
    int attempts;
    char sha256[65]; /* "" when it could not be hashed */
    bool transcript; /* the stored judgement rests on a transcript */
} ca_known;

/* The schema of schema.h must be in place (ca_db_open does it). */
bool ca_store_known(ca_db *db, const char *path, ca_known *known, ca_error *err);

/* Who has these bytes, or this call id, already: the path of a recording other than `path` that is
 * judged, one with the same bytes first; NULL when nobody. */
bool ca_store_owner(ca_db *db, const char *path, const char *sha256, const char *call_uid,
                    const char **owner, bool *same_bytes, ca_arena *arena, ca_error *err);

/* A judged recording has moved or was touched, its bytes are the same: `path`, size and time are
 * its new ones. One transaction. */
bool ca_store_moved(ca_db *db, const char *old_path, const char *path, int64_t size,
                    int64_t mtime_ns, ca_error *err);

/* Remembers the rule sets that judge from now on: name, hash, normalized text. */
bool ca_store_rulesets(ca_db *db, const ca_rulesets *rulesets, ca_error *err);

/* One transaction: the recording, the call, its words, measures and a new judgement with findings
 * and hits. Older judgements of the call stay; the newest is the one that the views show.
 * `recording` gives size and mtime. */
bool ca_store_call(ca_db *db, const ca_call *call, int64_t size, int64_t mtime_ns,
                   const char *program, ca_error *err);

/* One transaction: a recording that was not judged. meta may have NULLs. When its bytes were judged
 * before, they stay judged: the attempt is counted, and the reason and message are kept. */
bool ca_store_failure(ca_db *db, const ca_call *call, int64_t size, int64_t mtime_ns,
                      ca_status status, const ca_error *why, ca_error *err);

/* Why a recording that has no judgement has none, in words ("failed, empty: no samples"); NULL when
 * nothing is known of it. `name` as for ca_store_load. */
bool ca_store_why_not(ca_db *db, const char *name, const char **why, ca_arena *arena,
                      ca_error *err);

/* Loads a stored call with its words, lines, channels, measures, findings and hits (its newest
 * judgement). *found false when there is no such call_uid. A unique beginning of a call_uid or a
 * path's file name will do. */
bool ca_store_load(ca_db *db, const char *name, ca_call *call, bool *found, ca_arena *arena,
                   ca_error *err);

#endif
