/* test_hash.c - SHA-256 against the vectors of FIPS 180-4 (NIST's examples). */
#include "test_helpers.h"

#include "callaudit/fs.h"
#include "callaudit/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MILLION = 1000000 };

static const char empty_hex[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char abc_hex[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char million_hex[] =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static char *million(void)
{
    char *text = malloc(MILLION);
    assert_non_null(text);
    memset(text, 'a', MILLION);
    return text;
}

static void test_hash__vectors(void **state)
{
    (void)state;
    char *text = million();
    assert_string_equal(ca_hash_bytes("", 0).hex, empty_hex);
    assert_string_equal(ca_hash_bytes("abc", 3).hex, abc_hex);
    assert_string_equal(
        ca_hash_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56).hex,
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_string_equal(ca_hash_bytes(text, MILLION).hex, million_hex);
    free(text);
}

static void check_file(const char *data, size_t length, const char *hex)
{
    char path[32];
    ca_error err = {0};
    ca_hash hash;
    uint64_t size = 1;
    int fd = ca_memory_file(data, length, path, sizeof path, &err);
    assert_true(fd >= 0);
    (void)lseek(fd, 0, SEEK_END); /* where the descriptor stands does not matter */
    assert_true(ca_hash_file(fd, &hash, &size, &err));
    assert_string_equal(hash.hex, hex);
    assert_int_equal(size, length);
    close(fd);
}

static void test_hash__files(void **state)
{
    (void)state;
    char *text = million();
    check_file("", 0, empty_hex);
    check_file("abc", 3, abc_hex);
    check_file(text, MILLION, million_hex);
    free(text);
}

static void test_hash__bad_descriptor_fails(void **state)
{
    (void)state;
    ca_error err = {0};
    ca_hash hash;
    uint64_t size;
    int ends[2];
    assert_false(ca_hash_file(-1, &hash, &size, &err));
    assert_int_equal(err.code, CA_EIO);
    assert_int_equal(pipe(ends), 0);
    assert_false(ca_hash_file(ends[0], &hash, &size, NULL)); /* has no beginning */
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash__vectors),
        cmocka_unit_test(test_hash__files),
        cmocka_unit_test(test_hash__bad_descriptor_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
