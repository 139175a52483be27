/* schema.h - the database's tables and views (DESIGN 8), as a list of numbered migrations.
 *
 * Tables are ours to change; the views v_* are public and keep their columns. */
#ifndef CALLAUDIT_SCHEMA_H
#define CALLAUDIT_SCHEMA_H

#include "callaudit/db.h"

enum {
    CA_SCHEMA_APPLICATION = 0x43417564, /* "CAud": PRAGMA application_id */
    CA_SCHEMA_VERSION = 3,              /* PRAGMA user_version of this program */
};

/* Refuses (CA_ESETUP) a database of another application, or of a newer program. *version is 0 for
 * a file that is still empty. */
bool ca_schema_check(ca_db *db, int64_t *version, ca_error *err);

/* Brings a checked database to the current version, one transaction a migration. Safe to run from
 * several processes at once. */
bool ca_schema_migrate(ca_db *db, ca_error *err);

/* What is wrong with the data, in words, one a problem: integrity, foreign keys, and promises of
 * our own that no constraint can keep (check.c). False only when the database cannot be read. */
bool ca_schema_problems(ca_db *db, ca_strings *problems, ca_arena *arena, ca_error *err);

#endif
