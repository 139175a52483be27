/* json.h - writing JSON through jansson. Keys keep the order in which they were written, numbers
 * have one form, so that the same data gives the same bytes. */
#ifndef CALLAUDIT_JSON_H
#define CALLAUDIT_JSON_H

#include "callaudit/text.h"

typedef struct ca_json ca_json;

/* A writer whose top value is an object. NULL when out of memory. */
ca_json *ca_json_new(void);
void ca_json_free(ca_json *json);

/* Inside a list `key` is NULL. A NULL text writes null. Whole numbers keep all their digits, other
 * reals have six significant ones; NaN and infinity are null. */
void ca_json_object(ca_json *json, const char *key);
void ca_json_list(ca_json *json, const char *key);
void ca_json_end(ca_json *json); /* closes the innermost object or list */
void ca_json_text(ca_json *json, const char *key, const char *value);
void ca_json_int(ca_json *json, const char *key, int64_t value);
void ca_json_real(ca_json *json, const char *key, double value);
void ca_json_bool(ca_json *json, const char *key, bool value);
void ca_json_null(ca_json *json, const char *key);

/* The finished text: indented by two, or in one line. Fails when any step was out of memory or a
 * text was not UTF-8. */
bool ca_json_write(const ca_json *json, bool indent, ca_buf *out, ca_error *err);

/* Appends the library and its version, for people. */
void ca_json_version(ca_buf *out);

#endif
