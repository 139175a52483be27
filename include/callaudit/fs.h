/* fs.h - files and folders. What is made here is readable by its owner alone (0600, 0700),
 * unless a comment says otherwise. */
#ifndef CALLAUDIT_FS_H
#define CALLAUDIT_FS_H

#include "callaudit/arena.h"

#include <stdint.h>

typedef struct ca_bytes {
    const char *data; /* followed by a NUL that does not count */
    size_t length;
} ca_bytes;

/* Reads a whole regular file of at most max bytes into the arena. */
bool ca_read_file(const char *path, size_t max, ca_bytes *out, ca_arena *arena, ca_error *err);

/* Writes a file in one step: a temporary beside it, then rename. */
bool ca_write_file(const char *path, const char *data, size_t length, ca_error *err);

/* The same for a file that exists, which keeps its mode and owner; a symbolic link is followed. */
bool ca_rewrite_file(const char *path, const char *data, size_t length, ca_error *err);

/* Makes a folder and its parents; an existing folder is fine. */
bool ca_make_folders(const char *path, ca_error *err);

/* The same, but readable by all (0755): for what holds no personal data. */
bool ca_make_public_folders(const char *path, ca_error *err);

/* folder/name in the arena; name alone when it is absolute or folder is "" or ".". */
char *ca_path_join(ca_arena *arena, const char *folder, const char *name);
const char *ca_path_name(const char *path);              /* behind the last '/' */
char *ca_path_folder(ca_arena *arena, const char *path); /* before it; "." when there is none */
const char *ca_path_extension(const char *path);         /* "wav" of "a.b.wav"; "" when none */
char *ca_path_stem(ca_arena *arena, const char *path);   /* path without ".ext" */

/* Names in a folder, sorted by bytes, without hidden ones. A folder that cannot be read fails. */
bool ca_list_folder(const char *path, ca_strings *names, ca_arena *arena, ca_error *err);

/* An anonymous file in memory with these bytes, for libraries that only take paths. Returns its
 * descriptor and writes a path that opens it ("/proc/self/fd/7"); -1 on failure. */
int ca_memory_file(const char *data, size_t length, char *path, size_t path_size, ca_error *err);

#endif
