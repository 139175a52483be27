/* fs.c - reading and writing whole files, folders, and taking paths apart. */
#include "callaudit/fs.h"

#include "callaudit/text.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- whole files ---- */

/* Reads until `size` bytes are there or the file ends. */
static bool read_all(int fd, char *data, size_t size, size_t *length)
{
    *length = 0;
    while (*length < size) {
        ssize_t got = read(fd, data + *length, size - *length);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return false;
        }
        if (got == 0) {
            break;
        }
        *length += (size_t)got;
    }
    return true;
}

static bool write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t put = write(fd, data, length);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            return false;
        }
        data += put;
        length -= (size_t)put;
    }
    return true;
}

static bool read_open_file(int fd, const char *path, size_t max, ca_bytes *out, ca_arena *arena,
                           ca_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return ca_fail(err, CA_EIO, "%s: %s", path, strerror(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return ca_fail_call(err, CA_REASON_UNREADABLE, "%s: not a regular file", path);
    }
    if ((uintmax_t)info.st_size > max) {
        return ca_fail_call(err, CA_REASON_LIMIT, "%s: over the limit of %zu bytes", path, max);
    }
    size_t size = (size_t)info.st_size;
    size_t length = 0;
    char *data = ca_arena_alloc(arena, size + 1);
    if (!data) {
        return ca_fail_memory(err);
    }
    if (!read_all(fd, data, size, &length)) {
        return ca_fail(err, CA_EIO, "%s: %s", path, strerror(errno));
    }
    data[length] = '\0';
    *out = (ca_bytes){data, length};
    return true;
}

bool ca_read_file(const char *path, size_t max, ca_bytes *out, ca_arena *arena, ca_error *err)
{
    /* A pipe that a stranger left in the folder must not block us, nor a terminal become ours. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return ca_fail_call(err, CA_REASON_UNREADABLE, "%s: %s", path, strerror(errno));
    }
    bool ok = read_open_file(fd, path, max, out, arena, err);
    (void)close(fd);
    return ok;
}

/* Writes and closes fd; false with errno. */
static bool fill_and_close(int fd, const char *data, size_t length)
{
    bool ok = write_all(fd, data, length) && fsync(fd) == 0;
    int saved = errno;
    if (close(fd) != 0 && ok) {
        return false;
    }
    errno = saved;
    return ok;
}

/* "folder/.name.XXXXXX": hidden, so that ca_list_folder never shows an unfinished file. */
static void temporary_name(const char *path, ca_buf *out)
{
    const char *name = ca_path_name(path);
    ca_buf_add(out, path, (size_t)(name - path));
    ca_buf_printf(out, ".%s.XXXXXX", name);
}

static bool replace_file(const char *path, char *temporary, const char *data, size_t length)
{
    int fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
    if (fd < 0) {
        return false;
    }
    if (fill_and_close(fd, data, length) && rename(temporary, path) == 0) {
        return true;
    }
    int saved = errno;
    (void)unlink(temporary);
    errno = saved;
    return false;
}

bool ca_write_file(const char *path, const char *data, size_t length, ca_error *err)
{
    struct stat info;
    /* rename() would put a plain file in the place of a device or a link such as /dev/stdout. */
    if (lstat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
        return ca_fail(err, CA_EIO, "%s: exists and is not a regular file", path);
    }
    ca_buf temporary = {0};
    temporary_name(path, &temporary);
    bool ok = !temporary.failed;
    if (!ok) {
        ca_fail_memory(err);
    } else if (!replace_file(path, temporary.data, data, length)) {
        ok = ca_fail(err, CA_EIO, "cannot write %s: %s", path, strerror(errno));
    }
    ca_buf_release(&temporary);
    return ok;
}

/* Fills the temporary with mode and owner of the file that it will replace. */
static bool rewrite(const char *path, char *temporary, const struct stat *old, const char *data,
                    size_t length)
{
    const int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    const bool other = old->st_uid != geteuid() || old->st_gid != getegid();
    if ((other && fchown(fd, old->st_uid, old->st_gid) != 0) ||
        fchmod(fd, old->st_mode & 07777) != 0) {
        (void)close(fd);
    } else if (fill_and_close(fd, data, length) && rename(temporary, path) == 0) {
        return true;
    }
    const int saved = errno;
    (void)unlink(temporary);
    errno = saved;
    return false;
}

bool ca_rewrite_file(const char *path, const char *data, size_t length, ca_error *err)
{
    struct stat old;
    char *real = realpath(path, NULL);
    if (!real || stat(real, &old) != 0 || !S_ISREG(old.st_mode)) {
        ca_fail(err, CA_EIO, "%s: %s", path, real ? "not a regular file" : strerror(errno));
        free(real);
        return false;
    }
    ca_buf temporary = {0};
    temporary_name(real, &temporary);
    bool ok = !temporary.failed;
    if (!ok) {
        ca_fail_memory(err);
    } else if (!rewrite(real, temporary.data, &old, data, length)) {
        ok = ca_fail(err, CA_EIO, "cannot rewrite %s: %s", path, strerror(errno));
    }
    ca_buf_release(&temporary);
    free(real);
    return ok;
}

int ca_memory_file(const char *data, size_t length, char *path, size_t path_size, ca_error *err)
{
    int fd = memfd_create("callaudit", MFD_CLOEXEC);
    if (fd < 0 || !write_all(fd, data, length) || lseek(fd, 0, SEEK_SET) < 0) {
        ca_fail(err, CA_EIO, "cannot make a file in memory: %s", strerror(errno));
        if (fd >= 0) {
            (void)close(fd);
        }
        return -1;
    }
    int written = snprintf(path, path_size, "/proc/self/fd/%d", fd);
    assert(written > 0 && (size_t)written < path_size);
    (void)written;
    return fd;
}

/* ---- folders ---- */

/* Makes the folder and each parent by cutting `path` at every '/' in turn. */
static bool make_each(char *path, mode_t mode)
{
    for (char *at = path + 1;; at++) {
        char here = *at;
        if (here != '/' && here != '\0') {
            continue;
        }
        *at = '\0';
        if (mkdir(path, mode) != 0 && errno != EEXIST) {
            return false;
        }
        *at = here;
        if (here == '\0') {
            return true;
        }
    }
}

static bool make_folders(const char *path, mode_t mode, ca_error *err)
{
    struct stat info;
    ca_buf copy = {0};
    ca_buf_puts(&copy, *path ? path : ".");
    bool ok = !copy.failed;
    if (!ok) {
        ca_fail_memory(err);
    } else if (!make_each(copy.data, mode) || stat(copy.data, &info) != 0) {
        ok = ca_fail(err, CA_EIO, "cannot make the folder %s: %s", path, strerror(errno));
    } else if (!S_ISDIR(info.st_mode)) {
        ok = ca_fail(err, CA_EIO, "%s: exists and is not a folder", path);
    }
    ca_buf_release(&copy);
    return ok;
}

bool ca_make_folders(const char *path, ca_error *err)
{
    return make_folders(path, 0700, err);
}

bool ca_make_public_folders(const char *path, ca_error *err)
{
    return make_folders(path, 0755, err);
}

static int by_bytes(const void *left, const void *right)
{
    const char *const *a = left;
    const char *const *b = right;
    return strcmp(*a, *b);
}

bool ca_list_folder(const char *path, ca_strings *names, ca_arena *arena, ca_error *err)
{
    DIR *folder = opendir(path);
    bool ok = folder != NULL;
    while (ok) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (!entry) {
            ok = errno == 0;
            break;
        }
        if (entry->d_name[0] != '.') {
            ok = ca_strings_add(names, entry->d_name, arena, err);
        }
    }
    if (!ok) {
        ca_fail(err, CA_EIO, "cannot read the folder %s: %s", path, strerror(errno));
    }
    if (folder) {
        (void)closedir(folder);
    }
    if (ok && names->count > 1) {
        qsort(names->items, names->count, sizeof names->items[0], by_bytes);
    }
    return ok;
}

/* ---- paths ---- */

char *ca_path_join(ca_arena *arena, const char *folder, const char *name)
{
    size_t length = strlen(folder);
    if (name[0] == '/' || length == 0 || strcmp(folder, ".") == 0) {
        return ca_arena_strdup(arena, name);
    }
    return ca_arena_printf(arena, "%s%s%s", folder, folder[length - 1] == '/' ? "" : "/", name);
}

const char *ca_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *ca_path_folder(ca_arena *arena, const char *path)
{
    const char *end = ca_path_name(path);
    if (end == path) {
        return ca_arena_strdup(arena, ".");
    }
    while (end > path + 1 && end[-1] == '/') {
        end--;
    }
    return ca_arena_strndup(arena, path, (size_t)(end - path));
}

/* The '.' before the extension, or NULL. A first or last '.' begins none: ".profile", "a.". */
static const char *extension_dot(const char *path)
{
    const char *name = ca_path_name(path);
    const char *dot = strrchr(name, '.');
    return dot && dot > name && dot[1] != '\0' ? dot : NULL;
}

const char *ca_path_extension(const char *path)
{
    const char *dot = extension_dot(path);
    return dot ? dot + 1 : "";
}

char *ca_path_stem(ca_arena *arena, const char *path)
{
    const char *dot = extension_dot(path);
    return ca_arena_strndup(arena, path, dot ? (size_t)(dot - path) : strlen(path));
}
