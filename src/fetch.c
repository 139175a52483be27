/* fetch.c - the only user of libcurl. */
#include "callaudit/fetch.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_REDIRECTS = 5, SLOW_BYTES_PER_SECOND = 100, BLOCK_BYTES = 64 << 10 };

/* Where the bytes go. `trouble` keeps what libcurl would only call a write error. */
typedef struct sink {
    const ca_fetch_options *options;
    int fd;
    int64_t bytes;
    ca_error trouble;
} sink;

/* ---- sources ---- */

bool ca_fetch_is_url(const char *source)
{
    return strstr(source, "://") != NULL;
}

static bool has_scheme(const char *source, const char *scheme)
{
    return strncasecmp(source, scheme, strlen(scheme)) == 0;
}

bool ca_fetch_supported(const char *source)
{
    return !ca_fetch_is_url(source) || has_scheme(source, "http://") ||
           has_scheme(source, "https://") || has_scheme(source, "file:///") ||
           has_scheme(source, "file://localhost/");
}

/* ---- writing ---- */

static bool put(sink *to, const char *data, size_t length)
{
    if ((int64_t)length > to->options->max_bytes - to->bytes) {
        return ca_fail(&to->trouble, CA_ELIMIT, "more than the %lld bytes that it should have",
                       (long long)to->options->max_bytes);
    }
    while (length > 0) {
        const ssize_t wrote = write(to->fd, data, length);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote < 0) {
            return ca_fail(&to->trouble, CA_EIO, "cannot be written: %s", strerror(errno));
        }
        data += wrote;
        length -= (size_t)wrote;
        to->bytes += wrote;
    }
    if (to->options->progress) {
        to->options->progress(to->options->context, to->bytes);
    }
    return true;
}

/* ---- files ---- */

static bool copy_open_file(int from, sink *to)
{
    char block[BLOCK_BYTES];
    struct stat info;
    if (fstat(from, &info) != 0 || !S_ISREG(info.st_mode)) {
        return ca_fail(&to->trouble, CA_EIO, "not a regular file");
    }
    for (;;) {
        const ssize_t got = read(from, block, sizeof block);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return ca_fail(&to->trouble, CA_EIO, "%s", strerror(errno));
        }
        if (got == 0 || !put(to, block, (size_t)got)) {
            return got == 0;
        }
    }
}

static bool fetch_file(const char *path, sink *to, bool *absent)
{
    /* A pipe in the file's place must not block us. */
    const int from = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (from < 0) {
        *absent = errno == ENOENT || errno == ENOTDIR;
        return ca_fail(&to->trouble, CA_EIO, "%s", strerror(errno));
    }
    const bool ok = copy_open_file(from, to);
    (void)close(from);
    return ok;
}

/* The path behind file:, its escapes replaced. */
static bool fetch_file_url(const char *url, sink *to, bool *absent)
{
    CURLU *parts = curl_url();
    char *path = NULL;
    bool ok = parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
              curl_url_get(parts, CURLUPART_PATH, &path, CURLU_URLDECODE) == CURLUE_OK;
    ok = ok ? fetch_file(path, to, absent)
            : ca_fail(&to->trouble, CA_EUSAGE, "is no URL of a file on this machine");
    curl_free(path);
    curl_url_cleanup(parts);
    return ok;
}

/* ---- HTTP ---- */

static size_t on_data(char *data, size_t size, size_t count, void *context)
{
    return put(context, data, size * count) ? size * count : 0;
}

static void set_options(CURL *curl, const char *url, sink *to, char *message)
{
    const bool safe = has_scheme(url, "https://");
    const long silence = to->options->silence_s;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, safe ? "https" : "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, safe ? "https" : "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)MAX_REDIRECTS);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, silence);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES_PER_SECOND);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, silence);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "callaudit");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, to);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
}

static bool perform(CURL *curl, sink *to, const char *message, bool *absent)
{
    long status = 0;
    const CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK) {
        return true;
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    *absent = code == CURLE_HTTP_RETURNED_ERROR && (status == 404 || status == 410);
    return ca_fail(&to->trouble, CA_EIO, "%s", *message ? message : curl_easy_strerror(code));
}

static bool fetch_http(const char *url, sink *to, bool *absent)
{
    char message[CURL_ERROR_SIZE] = "";
    CURL *curl = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;
    if (!curl) {
        return ca_fail(&to->trouble, CA_EIO, "libcurl does not start");
    }
    set_options(curl, url, to, message);
    const bool ok = perform(curl, to, message, absent);
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    return ok;
}

bool ca_fetch(const char *source, const ca_fetch_options *options, int fd, bool *absent,
              ca_error *err)
{
    sink to = {.options = options, .fd = fd};
    bool ok;
    *absent = false;
    if (!ca_fetch_supported(source)) {
        return ca_fail(err, CA_EUSAGE, "%s: http, https and file URLs can be fetched", source);
    }
    if (!ca_fetch_is_url(source)) {
        ok = fetch_file(source, &to, absent);
    } else if (has_scheme(source, "file:")) {
        ok = fetch_file_url(source, &to, absent);
    } else {
        ok = fetch_http(source, &to, absent);
    }
    if (!ok) {
        ca_text_clean(to.trouble.msg);
        ca_fail(err, to.trouble.code, "%s: %s", source, to.trouble.msg);
    }
    return ok;
}

void ca_fetch_version(ca_buf *out)
{
    ca_buf_printf(out, "libcurl %s", curl_version_info(CURLVERSION_NOW)->version);
}
