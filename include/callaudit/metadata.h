/* metadata.h - who was on the call (DESIGN 3): CDR rows, sidecar JSON, file name, in this order.
 * Nothing is guessed: without agent and start time a recording fails as no-metadata.
 *
 * Every time that leaves here is in the desk's time zone (the config's `timezone`), so that the
 * first seven characters of a started_at are the desk's month. */
#ifndef CALLAUDIT_METADATA_H
#define CALLAUDIT_METADATA_H

#include "callaudit/config.h"

typedef struct ca_metadata ca_metadata;

/* Sets the time zone, reads the CDR (see cdr.h) and compiles the file name pattern. Borrows the
 * config. NULL on error: CA_ESETUP with file:line. */
ca_metadata *ca_metadata_open(const ca_config *config, ca_error *err);
void ca_metadata_close(ca_metadata *metadata);

/* Fills meta for a recording. A field comes from the first source that has it; the CDR is joined
 * on the call id of the file name or sidecar, or on the recording's file name. Local start times
 * are completed with the config's time zone. call_uid stays NULL when no source names one (the
 * caller takes the hash). Fails as no-metadata naming what is missing and where it was sought; meta
 * then holds what was found. */
bool ca_metadata_find(ca_metadata *metadata, const char *path, ca_meta *meta, ca_arena *arena,
                      ca_error *err);

/* The same for a call that says some of it itself, as imported words do: what is set in meta stays
 * and comes first. */
bool ca_metadata_complete(ca_metadata *metadata, const char *path, ca_meta *meta, ca_arena *arena,
                          ca_error *err);

/* Call ids of CDR rows that no ca_metadata_find used: in the CDR but not recorded. */
bool ca_metadata_unrecorded(const ca_metadata *metadata, ca_strings *ids, ca_arena *arena,
                            ca_error *err);

/* Whether the last ca_metadata_find had a CDR to look into and found no row there: recorded but not
 * in the CDR. */
bool ca_metadata_unlisted(const ca_metadata *metadata);

/* Makes this the zone of the process (TZ and tzset: process-wide, not for threads), as every
 * function here does first. False when /usr/share/zoneinfo has no such zone; UTC always works. */
bool ca_time_zone(const char *zone);

/* "2026-10-05 09:15:12", "20261005T091512", with or without T, zone offset or Z, as ISO 8601 with
 * the offset of `zone`. A time without an offset is local; one that comes twice, when clocks go
 * back, is the first. NULL when it is no date, or a local time that the zone never had. */
const char *ca_time_normalize(const char *text, const char *zone, ca_arena *arena);

/* "2026-10" of a normalized time, in the time zone. False for a bad time. */
bool ca_time_month(const char *started_at, const char *zone, char month[8]);

#endif
