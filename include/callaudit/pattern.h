/* pattern.h - PCRE2 patterns with UTF, UCP, JIT and limits. The only user of PCRE2. */
#ifndef CALLAUDIT_PATTERN_H
#define CALLAUDIT_PATTERN_H

#include "callaudit/text.h"

typedef struct ca_pattern ca_pattern;

enum { CA_PATTERN_CASELESS = 1, CA_PATTERN_EXTENDED = 2 };

/* A match ends at the latest after this many internal steps, this depth and this much heap;
 * what is past them is CA_MATCH_LIMIT, never "no match". */
enum { CA_PATTERN_MATCH_LIMIT = 500000, CA_PATTERN_DEPTH_LIMIT = 2000, CA_PATTERN_HEAP_KIB = 4096 };

typedef enum ca_match_result { CA_MATCH_NONE, CA_MATCH_FOUND, CA_MATCH_LIMIT } ca_match_result;

/* On failure *offset (when not NULL) is the byte of the regex that is wrong, and err says what. */
ca_pattern *ca_pattern_compile(const char *regex, unsigned flags, size_t *offset, ca_error *err);
void ca_pattern_free(ca_pattern *pattern);

/* Does the pattern match the empty string? */
bool ca_pattern_matches_empty(const ca_pattern *pattern);

/* The first match in text[from, length); start and end are byte offsets. Empty matches do not
 * count: the search goes on behind them. */
ca_match_result ca_pattern_find(ca_pattern *pattern, const char *text, size_t length, size_t from,
                                size_t *start, size_t *end);

/* Text of a named group in the last match of ca_pattern_find; NULL when it has no such group or
 * the group took no part. */
char *ca_pattern_group(const ca_pattern *pattern, const char *text, const char *name,
                       ca_arena *arena);

/* Appends the library and its version, for people. */
void ca_pattern_version(ca_buf *out);

#endif
