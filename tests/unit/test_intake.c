/* test_intake.c - which recordings there are, in a tree made for each test. */
#include "callaudit/fs.h"
#include "callaudit/intake.h"
#include "test_helpers.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct fixture {
    ca_arena *arena;
    char root[32];
    ca_strings paths;
    ca_recordings found;
    ca_strings unreadable;
    ca_error err;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    if (f == NULL) {
        return -1;
    }
    strcpy(f->root, "/tmp/ca-intake-XXXXXX");
    f->arena = ca_arena_new(0);
    return mkdtemp(f->root) != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    char command[128];
    (void)snprintf(command, sizeof command, "chmod -R u+rwx %s; rm -rf %s", f->root, f->root);
    int left = system(command);
    ca_arena_free(f->arena);
    free(f);
    return left;
}

static const char *in_root(fixture *f, const char *name)
{
    return ca_path_join(f->arena, f->root, name);
}

static const char *make_file(fixture *f, const char *name)
{
    const char *path = in_root(f, name);
    assert_true(ca_make_folders(ca_path_folder(f->arena, path), &f->err));
    assert_true(ca_write_file(path, "RIFF", 4, &f->err));
    return path;
}

static bool scan(fixture *f, const char *name)
{
    f->found = (ca_recordings){0};
    f->unreadable = (ca_strings){0};
    f->paths = (ca_strings){0};
    assert_true(ca_strings_add(&f->paths, in_root(f, name), f->arena, &f->err));
    return ca_intake_scan(&f->paths, &f->found, &f->unreadable, f->arena, &f->err);
}

static void check_found(const fixture *f, size_t index, const char *path)
{
    assert_true(index < f->found.count);
    assert_string_equal(f->found.items[index].path, path);
}

static void test_intake__lists_known_endings_sorted(void **state)
{
    fixture *f = *state;
    const char *third = make_file(f, "z.wav");
    const char *second = make_file(f, "b/a.flac");
    const char *first = make_file(f, "a.wav");
    make_file(f, "notes.txt");
    make_file(f, ".hidden.wav");
    make_file(f, ".folder/x.wav");
    assert_true(scan(f, ""));
    assert_int_equal(f->found.count, 3);
    check_found(f, 0, first);
    check_found(f, 1, second);
    check_found(f, 2, third);
    assert_int_equal(f->found.items[0].size, 4);
    assert_true(f->found.items[0].mtime_ns > INT64_C(1500000000000000000));
    assert_int_equal(f->unreadable.count, 0);
}

static void test_intake__named_file_of_any_ending_once(void **state)
{
    fixture *f = *state;
    const char *path = make_file(f, "call.bin");
    assert_true(ca_strings_add(&f->paths, path, f->arena, &f->err));
    assert_true(ca_strings_add(&f->paths, path, f->arena, &f->err));
    assert_true(ca_strings_add(&f->paths, f->root, f->arena, &f->err));
    assert_true(ca_intake_scan(&f->paths, &f->found, &f->unreadable, f->arena, &f->err));
    assert_int_equal(f->found.count, 1);
    check_found(f, 0, path);
}

static void test_intake__paths_are_canonical(void **state)
{
    fixture *f = *state;
    const char *path = make_file(f, "real/a.wav");
    assert_int_equal(symlink("real", in_root(f, "link")), 0);
    assert_true(scan(f, "link/../link/a.wav"));
    check_found(f, 0, path);
    assert_true(scan(f, "link"));
    check_found(f, 0, path);
}

static void test_intake__links_inside_are_not_followed(void **state)
{
    fixture *f = *state;
    const char *path = make_file(f, "tree/a.wav");
    make_file(f, "outside/b.wav");
    assert_int_equal(symlink("../outside", in_root(f, "tree/out")), 0);
    assert_int_equal(symlink("../outside/b.wav", in_root(f, "tree/b.wav")), 0);
    assert_int_equal(symlink(".", in_root(f, "tree/loop")), 0);
    assert_int_equal(symlink("nowhere.wav", in_root(f, "tree/dangling.wav")), 0);
    assert_true(scan(f, "tree"));
    assert_int_equal(f->found.count, 1);
    check_found(f, 0, path);
    assert_int_equal(f->unreadable.count, 0);
}

static void test_intake__pipes_are_no_recordings(void **state)
{
    fixture *f = *state;
    assert_int_equal(mkfifo(in_root(f, "pipe.wav"), 0600), 0);
    assert_true(scan(f, ""));
    assert_int_equal(f->found.count, 0);
    assert_false(scan(f, "pipe.wav"));
    assert_int_equal(f->err.code, CA_EUSAGE);
}

static void test_intake__path_that_is_not_there(void **state)
{
    fixture *f = *state;
    assert_false(scan(f, "nowhere"));
    assert_int_equal(f->err.code, CA_EUSAGE);
    assert_non_null(strstr(f->err.msg, "nowhere"));
}

static void test_intake__names_that_are_not_utf8(void **state)
{
    fixture *f = *state;
    const char *good = make_file(f, "ok.wav");
    make_file(f, "caf\xE9.wav");
    assert_true(scan(f, ""));
    assert_int_equal(f->found.count, 1);
    check_found(f, 0, good);
    assert_int_equal(f->unreadable.count, 1);
    assert_string_equal(f->unreadable.items[0], in_root(f, "caf?.wav"));
}

static void test_intake__folder_that_cannot_be_read(void **state)
{
    fixture *f = *state;
    if (geteuid() == 0) {
        skip(); /* root reads everything */
    }
    make_file(f, "closed/a.wav");
    assert_int_equal(chmod(in_root(f, "closed"), 0), 0);
    assert_true(scan(f, ""));
    assert_int_equal(f->found.count, 0);
    assert_int_equal(f->unreadable.count, 1);
    assert_string_equal(f->unreadable.items[0], in_root(f, "closed"));
}

static void test_intake__depth_is_limited(void **state)
{
    fixture *f = *state;
    ca_buf deep = {0};
    for (int i = 0; i < 64; i++) {
        ca_buf_puts(&deep, "d/");
        if (i == 62) { /* the root is the first of 64 levels */
            make_file(f, ca_arena_printf(f->arena, "%sfits.wav", deep.data));
        } else if (i == 63) {
            make_file(f, ca_arena_printf(f->arena, "%stoo-deep.wav", deep.data));
        }
    }
    assert_true(scan(f, ""));
    assert_int_equal(f->found.count, 1);
    assert_string_equal(ca_path_name(f->found.items[0].path), "fits.wav");
    assert_int_equal(f->unreadable.count, 1);
    ca_buf_release(&deep);
}

/* ---- one recording ---- */

static void check_reason(const fixture *f, ca_reason reason)
{
    ca_error err = {0};
    ca_hash hash;
    assert_false(ca_intake_identify(&f->found.items[0], INT64_MAX, &hash, &err));
    assert_int_equal(err.code, CA_EINPUT);
    assert_int_equal(err.reason, reason);
}

static void test_intake__identifies_by_content(void **state)
{
    fixture *f = *state;
    ca_hash hash;
    make_file(f, "a.wav");
    assert_true(scan(f, ""));
    assert_true(ca_intake_identify(&f->found.items[0], INT64_MAX, &hash, &f->err));
    assert_string_equal(hash.hex, ca_hash_bytes("RIFF", 4).hex);
}

static void test_intake__growing_file_is_left(void **state)
{
    fixture *f = *state;
    const char *path = make_file(f, "a.wav");
    assert_true(scan(f, ""));
    FILE *file = fopen(path, "ab");
    assert_non_null(file);
    assert_int_equal(fputs("more", file) < 0, 0);
    assert_int_equal(fclose(file), 0);
    check_reason(f, CA_REASON_GROWING);

    const int64_t ns = f->found.items[0].mtime_ns; /* as if it grew within one tick of the clock */
    const struct timespec then = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
    assert_int_equal(utimensat(AT_FDCWD, path, (const struct timespec[]){then, then}, 0), 0);
    check_reason(f, CA_REASON_GROWING);
}

static void test_intake__touched_file_is_left(void **state)
{
    fixture *f = *state;
    const struct timespec times[2] = {{.tv_sec = 1700000000}, {.tv_sec = 1700000000}};
    const char *path = make_file(f, "a.wav");
    assert_true(scan(f, ""));
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    check_reason(f, CA_REASON_GROWING);
}

static void test_intake__vanished_file_is_unreadable(void **state)
{
    fixture *f = *state;
    const char *path = make_file(f, "a.wav");
    assert_true(scan(f, ""));
    assert_int_equal(unlink(path), 0);
    check_reason(f, CA_REASON_UNREADABLE);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    check_reason(f, CA_REASON_UNREADABLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_intake__lists_known_endings_sorted),
        TEST(test_intake__named_file_of_any_ending_once),
        TEST(test_intake__paths_are_canonical),
        TEST(test_intake__links_inside_are_not_followed),
        TEST(test_intake__pipes_are_no_recordings),
        TEST(test_intake__path_that_is_not_there),
        TEST(test_intake__names_that_are_not_utf8),
        TEST(test_intake__folder_that_cannot_be_read),
        TEST(test_intake__depth_is_limited),
        TEST(test_intake__identifies_by_content),
        TEST(test_intake__growing_file_is_left),
        TEST(test_intake__touched_file_is_left),
        TEST(test_intake__vanished_file_is_unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
