/* test_fs.c - files, folders and paths, in a folder of the test's own. */
#include "test_helpers.h"

#include "callaudit/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[256];
static ca_arena *arena;

static int setup(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    (void)snprintf(home, sizeof home, "%s/callaudit-fs.XXXXXX", base && *base ? base : "/tmp");
    arena = ca_arena_new(1 << 20);
    return mkdtemp(home) && arena ? 0 : -1;
}

/* Removes what the tests left: files, then folders, two levels at most. */
static void remove_folder(const char *path)
{
    ca_strings names = {0};
    if (ca_list_folder(path, &names, arena, NULL)) {
        for (size_t i = 0; i < names.count; i++) {
            const char *entry = ca_path_join(arena, path, names.items[i]);
            if (unlink(entry) != 0) {
                remove_folder(entry);
            }
        }
    }
    (void)rmdir(path);
}

static int teardown(void **state)
{
    (void)state;
    remove_folder(home);
    bool gone = access(home, F_OK) != 0;
    ca_arena_free(arena);
    return gone ? 0 : -1;
}

static const char *in_home(const char *name)
{
    return ca_path_join(arena, home, name);
}

static void test_fs__write_then_read(void **state)
{
    (void)state;
    ca_error err = {0};
    ca_bytes bytes;
    struct stat info;
    const char *path = in_home("a.txt");
    assert_true(ca_write_file(path, "old", 3, &err));
    assert_true(ca_write_file(path, "n\0w!", 4, &err));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_true(ca_read_file(path, 4, &bytes, arena, &err));
    assert_int_equal(bytes.length, 4);
    assert_memory_equal(bytes.data, "n\0w!", 5);
    assert_true(ca_write_file(path, NULL, 0, &err));
    assert_true(ca_read_file(path, 0, &bytes, arena, &err));
    assert_int_equal(bytes.length, 0);
}

static void test_fs__rewrite_keeps_mode_and_link(void **state)
{
    (void)state;
    ca_error err = {0}, none = {0}, folder = {0};
    ca_bytes bytes;
    struct stat info;
    const char *path = in_home("config");
    const char *link = in_home("link");
    assert_true(ca_write_file(path, "old", 3, &err));
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink("config", link), 0);
    assert_true(ca_rewrite_file(link, "longer", 6, &err));
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0640);
    assert_true(ca_read_file(path, 10, &bytes, arena, &err));
    assert_string_equal(bytes.data, "longer");
    assert_false(ca_rewrite_file(in_home("none"), "x", 1, &none));
    assert_int_equal(none.code, CA_EIO);
    assert_false(ca_rewrite_file(home, "x", 1, &folder));
    assert_int_equal(unlink(link), 0);
}

static void test_fs__public_folders_are_for_all(void **state)
{
    (void)state;
    ca_error err = {0};
    struct stat info;
    const mode_t before = umask(022);
    assert_true(ca_make_public_folders(in_home("public/a"), &err));
    umask(before);
    assert_int_equal(stat(in_home("public/a"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0755);
}

static void test_fs__read_refuses(void **state)
{
    (void)state;
    ca_bytes bytes;
    ca_error missing = {0};
    assert_false(ca_read_file(in_home("none"), 10, &bytes, arena, &missing));
    assert_int_equal(missing.code, CA_EINPUT);
    assert_int_equal(missing.reason, CA_REASON_UNREADABLE);
    assert_non_null(strstr(missing.msg, "none"));

    ca_error large = {0};
    assert_true(ca_write_file(in_home("large"), "12345", 5, NULL));
    assert_false(ca_read_file(in_home("large"), 4, &bytes, arena, &large));
    assert_int_equal(large.reason, CA_REASON_LIMIT);

    ca_error memory = {0};
    ca_arena *tiny = ca_arena_new(1);
    assert_false(ca_read_file(in_home("large"), 5, &bytes, tiny, &memory));
    assert_int_equal(memory.code, CA_ELIMIT);
    ca_arena_free(tiny);
}

static void test_fs__read_does_not_block(void **state)
{
    (void)state;
    ca_bytes bytes;
    ca_error fifo = {0};
    ca_error folder = {0};
    ca_error device = {0};
    assert_int_equal(mkfifo(in_home("pipe"), 0600), 0);
    assert_false(ca_read_file(in_home("pipe"), 10, &bytes, arena, &fifo));
    assert_int_equal(fifo.reason, CA_REASON_UNREADABLE);
    assert_false(ca_read_file(home, 10, &bytes, arena, &folder));
    assert_int_equal(folder.reason, CA_REASON_UNREADABLE);
    assert_false(ca_read_file("/dev/zero", 10, &bytes, arena, &device));
}

static void test_fs__write_refuses(void **state)
{
    (void)state;
    ca_error err = {0};
    ca_error missing = {0};
    ca_error link = {0};
    assert_false(ca_write_file(home, "x", 1, &err)); /* a folder */
    assert_int_equal(err.code, CA_EIO);
    assert_false(ca_write_file(in_home("none/x"), "x", 1, &missing));
    assert_int_equal(missing.code, CA_EIO);
    assert_int_equal(symlink("/dev/null", in_home("link")), 0);
    assert_false(ca_write_file(in_home("link"), "x", 1, &link));
    assert_int_equal(link.code, CA_EIO);
}

static void test_fs__failed_write_leaves_nothing(void **state)
{
    (void)state;
    /* The temporary's name is longer than a name may be. */
    char name[260];
    memset(name, 'n', 253);
    name[253] = '\0';
    assert_false(ca_write_file(in_home(name), "x", 1, NULL));
    assert_int_not_equal(access(in_home(name), F_OK), 0);
}

static void test_fs__make_folders(void **state)
{
    (void)state;
    ca_error err = {0};
    struct stat info;
    assert_true(ca_make_folders(in_home("f/g//h/"), &err));
    assert_true(ca_make_folders(in_home("f/g/h"), &err));
    assert_int_equal(stat(in_home("f/g/h"), &info), 0);
    assert_true(S_ISDIR(info.st_mode));
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_true(ca_make_folders("/", &err));
    assert_true(ca_make_folders(".", &err));

    ca_error file = {0};
    assert_true(ca_write_file(in_home("plain"), "", 0, NULL));
    assert_false(ca_make_folders(in_home("plain"), &file));
    assert_int_equal(file.code, CA_EIO);
    assert_false(ca_make_folders(in_home("plain/x"), NULL));
}

static void test_fs__list_is_sorted(void **state)
{
    (void)state;
    ca_error err = {0};
    ca_strings names = {0};
    const char *folder = in_home("list");
    assert_true(ca_make_folders(folder, &err));
    assert_true(ca_list_folder(folder, &names, arena, &err));
    assert_int_equal(names.count, 0);
    static const char *const made[] = {"b", "a", "B", ".hidden", "\xE4\xBD\xA0"};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        assert_true(ca_write_file(ca_path_join(arena, folder, made[i]), "", 0, &err));
    }
    assert_true(ca_list_folder(folder, &names, arena, &err));
    assert_int_equal(names.count, 4);
    assert_string_equal(names.items[0], "B");
    assert_string_equal(names.items[1], "a");
    assert_string_equal(names.items[2], "b");
    assert_int_equal(unlink(ca_path_join(arena, folder, ".hidden")), 0);
    assert_false(ca_list_folder(in_home("nowhere"), &names, arena, &err));
    assert_int_equal(err.code, CA_EIO);
}

static void test_fs__paths(void **state)
{
    (void)state;
    assert_string_equal(ca_path_join(arena, "a", "b"), "a/b");
    assert_string_equal(ca_path_join(arena, "a/", "b"), "a/b");
    assert_string_equal(ca_path_join(arena, "a", "/b"), "/b");
    assert_string_equal(ca_path_join(arena, "", "b"), "b");
    assert_string_equal(ca_path_join(arena, ".", "b"), "b");
    assert_string_equal(ca_path_name("a/b.wav"), "b.wav");
    assert_string_equal(ca_path_name("b.wav"), "b.wav");
    assert_string_equal(ca_path_folder(arena, "a/b/c"), "a/b");
    assert_string_equal(ca_path_folder(arena, "a//c"), "a");
    assert_string_equal(ca_path_folder(arena, "/c"), "/");
    assert_string_equal(ca_path_folder(arena, "c"), ".");
}

static void test_fs__extensions(void **state)
{
    (void)state;
    assert_string_equal(ca_path_extension("x/a.b.wav"), "wav");
    assert_string_equal(ca_path_extension("x.d/a"), "");
    assert_string_equal(ca_path_extension(".profile"), "");
    assert_string_equal(ca_path_extension("a."), "");
    assert_string_equal(ca_path_stem(arena, "x/a.b.wav"), "x/a.b");
    assert_string_equal(ca_path_stem(arena, "x.d/a"), "x.d/a");
    assert_string_equal(ca_path_stem(arena, "x/.profile"), "x/.profile");
}

static void test_fs__memory_file(void **state)
{
    (void)state;
    ca_error err = {0};
    char path[32];
    char back[8] = "";
    int fd = ca_memory_file("hello", 5, path, sizeof path, &err);
    assert_true(fd >= 0);
    int again = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(again >= 0);
    assert_int_equal(read(again, back, sizeof back), 5);
    assert_string_equal(back, "hello");
    close(again);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fs__write_then_read),
        cmocka_unit_test(test_fs__rewrite_keeps_mode_and_link),
        cmocka_unit_test(test_fs__public_folders_are_for_all),
        cmocka_unit_test(test_fs__read_refuses),
        cmocka_unit_test(test_fs__read_does_not_block),
        cmocka_unit_test(test_fs__write_refuses),
        cmocka_unit_test(test_fs__failed_write_leaves_nothing),
        cmocka_unit_test(test_fs__make_folders),
        cmocka_unit_test(test_fs__list_is_sorted),
        cmocka_unit_test(test_fs__paths),
        cmocka_unit_test(test_fs__extensions),
        cmocka_unit_test(test_fs__memory_file),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
