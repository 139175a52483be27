/* intake.c - walks the named folders by descriptors, never by paths that may change meanwhile. */
#include "callaudit/intake.h"
#include "callaudit/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DEPTH = 64 };

typedef struct scan {
    ca_recordings *out;
    ca_strings *unreadable;
    ca_arena *arena;
    ca_error *err;
} scan;

static int64_t mtime_ns(const struct stat *info)
{
    return (int64_t)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec;
}

/* Keeps the path of something that cannot be taken; bytes that are not UTF-8 become '?'. */
static bool skip(scan *in, const char *path)
{
    char *shown = ca_arena_strdup(in->arena, path);
    if (shown == NULL) {
        return ca_fail_memory(in->err);
    }
    ca_text_clean(shown);
    return ca_strings_add(in->unreadable, shown, in->arena, in->err);
}

static bool take(scan *in, const char *path, const struct stat *info)
{
    if (!ca_utf8_valid(path, strlen(path))) {
        return skip(in, path);
    }
    const char *copy = ca_arena_strdup(in->arena, path);
    ca_recording *recording = copy != NULL ? ca_push(in->arena, in->out) : NULL;
    if (recording == NULL) {
        return ca_fail_memory(in->err);
    }
    *recording = (ca_recording){copy, info->st_size, mtime_ns(info)};
    return true;
}

/* ---- folders ---- */

static bool walk(scan *in, int fd, const char *path, int depth);

static bool enter(scan *in, int parent, const char *name, const char *path, int depth)
{
    int fd = -1;
    if (depth < MAX_DEPTH) {
        fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    return fd < 0 ? skip(in, path) : walk(in, fd, path, depth + 1);
}

static bool visit(scan *in, int folder, const char *folder_path, const char *name, int depth)
{
    struct stat info;
    if (name[0] == '.') {
        return true;
    }
    bool known = fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (!known && errno == ENOENT) {
        return true; /* moved away meanwhile */
    }
    bool is_folder = known && S_ISDIR(info.st_mode);
    if (known && !is_folder && (!S_ISREG(info.st_mode) || !ca_audio_known_name(name))) {
        return true;
    }
    const char *path = ca_path_join(in->arena, folder_path, name);
    if (path == NULL) {
        return ca_fail_memory(in->err);
    }
    if (is_folder) {
        return enter(in, folder, name, path, depth);
    }
    return known ? take(in, path, &info) : skip(in, path);
}

/* Takes over `fd`. */
static bool walk(scan *in, int fd, const char *path, int depth)
{
    DIR *folder = fdopendir(fd);
    bool going = folder != NULL;
    if (!going) {
        (void)close(fd);
        return skip(in, path);
    }
    while (going) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (entry == NULL) {
            going = errno == 0 || skip(in, path);
            break;
        }
        going = visit(in, fd, path, entry->d_name, depth);
    }
    (void)closedir(folder);
    return going;
}

/* ---- what the user named ---- */

static bool start(scan *in, const char *name)
{
    struct stat info;
    char *path = realpath(name, NULL);
    if (path == NULL || stat(path, &info) != 0) {
        ca_fail(in->err, CA_EUSAGE, "%s: %s", name, strerror(errno));
        free(path);
        return false;
    }
    bool done = false;
    if (S_ISDIR(info.st_mode)) {
        done = enter(in, AT_FDCWD, path, path, 0);
    } else if (S_ISREG(info.st_mode)) {
        done = take(in, path, &info);
    } else {
        ca_fail(in->err, CA_EUSAGE, "%s: neither a file nor a folder", name);
    }
    free(path);
    return done;
}

static int compare_paths(const void *left, const void *right)
{
    const ca_recording *a = left;
    const ca_recording *b = right;
    return strcmp(a->path, b->path);
}

static void sort_once_each(ca_recordings *list)
{
    size_t kept = 0;
    if (list->count < 2) {
        return;
    }
    qsort(list->items, list->count, sizeof *list->items, compare_paths);
    for (size_t i = 1; i < list->count; i++) {
        if (strcmp(list->items[kept].path, list->items[i].path) != 0) {
            list->items[++kept] = list->items[i];
        }
    }
    list->count = kept + 1;
}

bool ca_intake_scan(const ca_strings *paths, ca_recordings *out, ca_strings *unreadable,
                    ca_arena *arena, ca_error *err)
{
    scan in = {out, unreadable, arena, err};
    for (size_t i = 0; i < paths->count; i++) {
        if (!start(&in, paths->items[i])) {
            return false;
        }
    }
    sort_once_each(out);
    return true;
}

/* ---- one recording ---- */

static bool is_as_seen(const struct stat *info, const ca_recording *recording)
{
    return S_ISREG(info->st_mode) && info->st_size == recording->size &&
           mtime_ns(info) == recording->mtime_ns;
}

static bool unchanged(int fd, const ca_recording *recording)
{
    struct stat info;
    return fstat(fd, &info) == 0 && is_as_seen(&info, recording);
}

bool ca_intake_unchanged(const ca_recording *recording)
{
    struct stat info;
    return lstat(recording->path, &info) == 0 && is_as_seen(&info, recording);
}

bool ca_intake_identify(const ca_recording *recording, int64_t max_bytes, ca_hash *hash,
                        ca_error *err)
{
    ca_error why = {0};
    uint64_t length = 0;
    if (recording->size > max_bytes) { /* before it is read: hashing it could take hours */
        return ca_fail_call(err, CA_REASON_LIMIT, "%lld bytes, more than the limit of %lld",
                            (long long)recording->size, (long long)max_bytes);
    }
    int fd = open(recording->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return ca_fail_call(err, CA_REASON_UNREADABLE, "%s: %s", recording->path, strerror(errno));
    }
    bool same = unchanged(fd, recording);
    bool read = same && ca_hash_file(fd, hash, &length, &why);
    same = same && unchanged(fd, recording) && (!read || length == (uint64_t)recording->size);
    (void)close(fd);
    if (!same) {
        return ca_fail_call(err, CA_REASON_GROWING, "%s: still being written", recording->path);
    }
    return read || ca_fail_call(err, CA_REASON_UNREADABLE, "%s: %s", recording->path, why.msg);
}
