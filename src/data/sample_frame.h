/* sample_frame.h - a month's frame as it is stored, and what follows from it: shared by drawing and
 * verifying. */
#ifndef DATA_SAMPLE_FRAME_H
#define DATA_SAMPLE_FRAME_H

#include "callaudit/sample.h"

/* A call of the frame: what follows from frame and seed, and what the ticket's row says. */
typedef struct ca_framed {
    const char *call_uid;
    const char *agent;
    int64_t version; /* of the frame that it came in with */
    ca_hash ticket;
    int64_t rank;           /* among the agent's calls */
    int64_t drawn_in;       /* the first version that draws it, 0 for none */
    const char *row_ticket; /* NULL when there is no row */
    const char *row_agent;
    int64_t row_rank, row_version;
} ca_framed;

typedef struct ca_frozen {
    int64_t version;
    int rate_permille;
    int64_t min;
    const char *manifest;
} ca_frozen;

typedef struct ca_sample {
    const char *month;
    const char *seed; /* NULL when there is none yet */
    const char *timezone;
    CA_ARRAY(ca_frozen) versions;
    CA_ARRAY(ca_framed) calls;
    ca_arena *arena;
} ca_sample;

/* SHA-256 of the manifest of the frame as that version froze it. */
bool ca_manifest_hash(ca_db *db, const char *month, int64_t version, ca_hash *hash, ca_error *err);

/* Fill `of`, whose month and arena are set: seed and time zone, versions, or these and the calls.
 */
bool ca_sample_seed(ca_db *db, ca_sample *of, ca_error *err);
bool ca_sample_versions(ca_db *db, ca_sample *of, ca_error *err);
bool ca_sample_load(ca_db *db, ca_sample *of, ca_error *err);

/* Sets ticket, rank and drawn_in of every call; the calls come into the order of agent, ticket. */
bool ca_sample_derive(ca_sample *of, ca_error *err);

#endif
