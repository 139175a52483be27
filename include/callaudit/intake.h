/* intake.h - which recordings there are. */
#ifndef CALLAUDIT_INTAKE_H
#define CALLAUDIT_INTAKE_H

#include "callaudit/config.h"
#include "callaudit/hash.h"

typedef struct ca_recording {
    const char *path; /* canonical: absolute, no symbolic links */
    int64_t size;
    int64_t mtime_ns;
} ca_recording;

typedef CA_ARRAY(ca_recording) ca_recordings;

/* Lists recordings below the paths: sorted by path, each once, hidden names and foreign endings
 * skipped (a file named by the user is taken whatever its ending). Symbolic links inside a folder
 * are not followed: what they show of the named tree is listed at its own place. A path that does
 * not exist is CA_EUSAGE. Folders that cannot be read or lie more than 64 deep, and names that are
 * not UTF-8, are added to `unreadable`. */
bool ca_intake_scan(const ca_strings *paths, ca_recordings *out, ca_strings *unreadable,
                    ca_arena *arena, ca_error *err);

/* Hashes the file unless it is larger than max_bytes (reason limit), it grows meanwhile: size or
 * time differ from what the scan saw, before or after reading (growing), or it cannot be read
 * (unreadable). */
bool ca_intake_identify(const ca_recording *recording, int64_t max_bytes, ca_hash *hash,
                        ca_error *err);

/* Is the file still as the scan saw it? */
bool ca_intake_unchanged(const ca_recording *recording);

#endif
