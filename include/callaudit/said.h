/* said.h - the words of the stored calls, one call after another. */
#ifndef CALLAUDIT_SAID_H
#define CALLAUDIT_SAID_H

#include "callaudit/call.h"
#include "callaudit/db.h"

/* Of a call: call_uid, language, and the lines of tier transcript and import with their words (a
 * line whose words are missing is missing too). Gone when the visitor returns; false ends the walk
 * as a failure with the visitor's error. */
typedef bool (*ca_said_visitor)(void *context, const ca_call *call, ca_error *err);

/* Visits the calls that have such lines, sorted by call_uid: of the month (YYYY-MM), or all (NULL).
 */
bool ca_said_each(ca_db *db, const char *month, ca_said_visitor visit, void *context,
                  ca_error *err);

#endif
