/* fetch.h - one file from elsewhere: a path, a file: URL, or HTTP(S) by libcurl, whose only user
 * this is. Nothing here is trusted: the caller checks what came. */
#ifndef CALLAUDIT_FETCH_H
#define CALLAUDIT_FETCH_H

#include "callaudit/error.h"
#include "callaudit/text.h"

/* Told now and then how many bytes came. */
typedef void (*ca_fetch_progress)(void *context, int64_t bytes);

typedef struct ca_fetch_options {
    int64_t max_bytes;          /* more is refused: CA_ELIMIT */
    int silence_s;              /* no connection, or under 100 bytes/s, for so long: CA_EIO */
    ca_fetch_progress progress; /* NULL: none */
    void *context;
} ca_fetch_options;

/* True for text with a scheme ("https://..."); a plain path has none. */
bool ca_fetch_is_url(const char *source);

/* True when ca_fetch takes it: a path, or a URL of http, https or file (this machine's). */
bool ca_fetch_supported(const char *source);

/* Writes what `source` holds to the descriptor, from where it stands. At most five redirects are
 * followed, from https to https alone; certificates are checked. *absent (set on every failure)
 * says that there is no such file, as against every other trouble. */
bool ca_fetch(const char *source, const ca_fetch_options *options, int fd, bool *absent,
              ca_error *err);

/* Appends the library and its version. */
void ca_fetch_version(ca_buf *out);

#endif
