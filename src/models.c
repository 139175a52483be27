/* models.c - fetching known models into a folder. */
#include "callaudit/models.h"

#include "callaudit/fetch.h"
#include "callaudit/fs.h"
#include "callaudit/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* One file on its way. */
typedef struct transfer {
    const ca_fetch_request *request;
    const ca_known_file *file;
    const char *path; /* where it will be */
    const char *part; /* its name until then */
} transfer;

static void tell(const transfer *t, ca_fetched state, int64_t bytes)
{
    if (t->request->observer) {
        t->request->observer(t->request->context, t->file, state, bytes);
    }
}

static void on_progress(void *context, int64_t bytes)
{
    tell(context, CA_FETCHED_COMING, bytes);
}

/* ---- checking ---- */

static bool check_sum(int fd, const ca_known_file *file, ca_error *err)
{
    ca_hash hash;
    uint64_t length;
    if (!ca_hash_file(fd, &hash, &length, err)) {
        return false;
    }
    if (length != (uint64_t)file->size) {
        return ca_fail(err, CA_ESETUP, "has %llu bytes instead of %lld", (unsigned long long)length,
                       (long long)file->size);
    }
    return strcmp(hash.hex, file->sha256) == 0 ||
           ca_fail(err, CA_ESETUP, "its SHA-256 is %s instead of %s", hash.hex, file->sha256);
}

/* Is the file there already? One of its name with another content is an error. */
static bool is_there(const transfer *t, bool *there, ca_error *err)
{
    struct stat info;
    ca_error why = {0};
    *there = false;
    const int fd = open(t->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return errno == ENOENT || ca_fail(err, CA_EIO, "%s: %s", t->path, strerror(errno));
    }
    *there = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && check_sum(fd, t->file, &why);
    (void)close(fd);
    return *there || ca_fail(err, CA_ESETUP,
                             "%s exists and is not the known file (%s): move it away, or fetch "
                             "into another folder with --to",
                             t->path, why.code != CA_OK ? why.msg : "not a regular file");
}

/* ---- one file ---- */

/* Opens the unfinished file for us alone; what an interrupted fetch left in it goes. */
static int open_part(const transfer *t, ca_error *err)
{
    struct stat open_one, named;
    const int fd = open(t->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0) {
        ca_fail(err, CA_EIO, "%s: %s", t->part, strerror(errno));
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &open_one) != 0 ||
        lstat(t->part, &named) != 0 || open_one.st_ino != named.st_ino ||
        !S_ISREG(open_one.st_mode) || ftruncate(fd, 0) != 0) {
        ca_fail(err, CA_EIO, "%s: another fetch is at work on it", t->part);
        (void)close(fd);
        return -1;
    }
    return fd;
}

static bool fetch_from(transfer *t, const char *source, bool *absent, ca_error *err)
{
    const ca_fetch_options options = {.max_bytes = t->file->size,
                                      .silence_s = t->request->silence_s,
                                      .progress = on_progress,
                                      .context = t};
    ca_error why = {0};
    *absent = false;
    const int fd = open_part(t, err);
    if (fd < 0) {
        return false;
    }
    bool ok = ca_fetch(source, &options, fd, absent, &why);
    if (ok && !check_sum(fd, t->file, &why)) {
        ok = ca_error_context(&why, "%s", source);
    }
    if (ok && (fchmod(fd, 0644) != 0 || fsync(fd) != 0 || rename(t->part, t->path) != 0)) {
        ok = ca_fail(&why, CA_EIO, "cannot write %s: %s", t->path, strerror(errno));
    }
    if (!ok) {
        (void)unlink(t->part);
        ca_fail(err, why.code == CA_ELIMIT ? CA_ESETUP : why.code, "%s", why.msg);
    }
    (void)close(fd);
    return ok;
}

/* A mirror's, or the public ones in turn; the trouble with the last one is told. */
static bool fetch_anywhere(transfer *t, bool *absent, ca_arena *arena, ca_error *err)
{
    const char *from = t->request->from;
    *absent = true;
    if (!from && !t->file->places[0]) {
        return ca_fail(err, CA_ESETUP, "%s: no public place has it", t->file->path);
    }
    for (int i = 0; i < (from ? 1 : CA_KNOWN_PLACES); i++) {
        const char *place = from ? from : ca_known_base;
        const char *rest = from ? t->file->path : t->file->places[i];
        if (!rest) {
            break;
        }
        const char *slash = place[strlen(place) - 1] == '/' ? "" : "/";
        const char *source = ca_arena_printf(arena, "%s%s%s", place, slash, rest);
        bool gone = false;
        memset(err, 0, sizeof *err);
        if (!source) {
            return ca_fail_memory(err);
        }
        if (fetch_from(t, source, &gone, err)) {
            return true;
        }
        *absent = *absent && gone;
    }
    return false;
}

static bool fetch_one(transfer *t, ca_arena *arena, ca_error *err)
{
    const char *name = ca_path_name(t->file->path);
    bool there = false;
    bool absent = false;
    ca_error why = {0};
    t->path = ca_path_join(arena, t->request->to, t->file->path);
    const char *folder = t->path ? ca_path_folder(arena, t->path) : NULL;
    t->part = folder ? ca_arena_printf(arena, "%s/.%s.part", folder, name) : NULL;
    if (!t->part) {
        return ca_fail_memory(err);
    }
    if (!ca_make_public_folders(folder, err) || !is_there(t, &there, err)) {
        return false;
    }
    if (there || fetch_anywhere(t, &absent, arena, &why)) {
        tell(t, there ? CA_FETCHED_THERE : CA_FETCHED_NEW, t->file->size);
        return true;
    }
    if (absent && t->file->optional) {
        tell(t, CA_FETCHED_NONE, 0);
        return true;
    }
    return ca_fail(err, why.code, "%s", why.msg);
}

bool ca_model_fetch(const ca_known_model *model, const ca_fetch_request *request, ca_arena *arena,
                    ca_error *err)
{
    if (request->from && (*request->from == '\0' || !ca_fetch_supported(request->from))) {
        return ca_fail(err, CA_EUSAGE, "'%s' is no folder and no http, https or file URL",
                       request->from);
    }
    for (size_t i = 0; i < model->count; i++) {
        transfer t = {.request = request, .file = &model->files[i]};
        if (!fetch_one(&t, arena, err)) {
            return false;
        }
    }
    return true;
}
