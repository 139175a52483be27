/* test_arena.c - alignment, zeroing, the limit, growth and text in arenas. */
#include "test_helpers.h"

#include "callaudit/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(UNDER_ASAN)
#define UNDER_ASAN 1
#endif
#ifdef UNDER_ASAN
#include <sanitizer/asan_interface.h>
#endif

typedef CA_ARRAY(int) ints;

static int setup(void **state)
{
    *state = ca_arena_new(0);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    ca_arena_free(*state);
    return 0;
}

static void test_arena__blocks_are_aligned_zeroed_apart(void **state)
{
    char *before = NULL;
    size_t before_size = 0;
    for (size_t size = 0; size < 70000; size = size * 3 / 2 + 1) {
        char *block = ca_arena_alloc(*state, size);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(block[i], 0);
        }
        memset(block, 'x', size);
        if (before_size > 0) {
            assert_int_equal(before[before_size - 1], 'x');
        }
        assert_ptr_not_equal(block, before);
        before = block;
        before_size = size;
    }
}

static void test_arena__limit_holds(void **state)
{
    (void)state;
    ca_arena *arena = ca_arena_new(1024);
    assert_null(ca_arena_alloc(arena, 1025));
    assert_non_null(ca_arena_alloc(arena, 1000));
    assert_null(ca_arena_alloc(arena, 100));
    assert_non_null(ca_arena_alloc(arena, 16)); /* a refusal takes nothing */
    assert_null(ca_arena_alloc(arena, 1));
    ca_arena_free(arena);
}

static void test_arena__absurd_sizes_fail(void **state)
{
    assert_null(ca_arena_alloc(*state, SIZE_MAX));
    assert_null(ca_arena_alloc(*state, SIZE_MAX - 15));
    assert_null(ca_arena_strndup(*state, "x", SIZE_MAX));
    ca_arena_free(NULL);
}

static void test_arena__text(void **state)
{
    assert_string_equal(ca_arena_strdup(*state, "abc"), "abc");
    assert_null(ca_arena_strdup(*state, NULL));
    assert_string_equal(ca_arena_strndup(*state, "abc", 2), "ab");
    assert_string_equal(ca_arena_strndup(*state, NULL, 0), "");
    assert_string_equal(ca_arena_printf(*state, "%d-%s", 7, "x"), "7-x");
}

static void test_arena__arrays_grow(void **state)
{
    ints list = {0};
    for (int i = 0; i < 5000; i++) {
        int *item = ca_push((ca_arena *)*state, &list);
        assert_non_null(item);
        assert_int_equal(*item, 0);
        *item = i;
    }
    assert_int_equal(list.count, 5000);
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(list.items[i], i);
    }
}

static void test_arena__array_stops_at_limit(void **state)
{
    (void)state;
    ca_arena *arena = ca_arena_new(200);
    ints list = {0};
    size_t pushed = 0;
    while (ca_push(arena, &list)) {
        pushed++;
    }
    assert_int_equal(pushed, list.count);
    assert_true(pushed >= 8);

    ints huge = {.count = SIZE_MAX / 8, .capacity = SIZE_MAX / 8};
    assert_false(ca_array_room(arena, &huge, sizeof(int)));
    ca_arena_free(arena);
}

static void test_arena__strings(void **state)
{
    ca_strings list = {0};
    ca_error err = {0};
    assert_true(ca_strings_add(&list, "one", *state, &err));
    assert_true(ca_strings_add(&list, "two", *state, &err));
    assert_string_equal(list.items[1], "two");

    ca_arena *tiny = ca_arena_new(16);
    assert_false(ca_strings_add(&list, "a text that does not fit", tiny, &err));
    assert_int_equal(err.code, CA_ELIMIT);
    assert_int_equal(list.count, 2);
    ca_arena_free(tiny);
}

static void test_arena__unused_memory_is_poisoned(void **state)
{
#ifdef UNDER_ASAN
    char *block = ca_arena_alloc(*state, 20);
    assert_false(__asan_address_is_poisoned(block + 19));
    assert_true(__asan_address_is_poisoned(block + 20));
    char *even = ca_arena_alloc(*state, 32);
    (void)ca_arena_alloc(*state, 32);
    assert_true(__asan_address_is_poisoned(even + 32));
#else
    (void)state;
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_arena__blocks_are_aligned_zeroed_apart, setup,
                                        teardown),
        cmocka_unit_test(test_arena__limit_holds),
        cmocka_unit_test_setup_teardown(test_arena__absurd_sizes_fail, setup, teardown),
        cmocka_unit_test_setup_teardown(test_arena__text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_arena__arrays_grow, setup, teardown),
        cmocka_unit_test(test_arena__array_stops_at_limit),
        cmocka_unit_test_setup_teardown(test_arena__strings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_arena__unused_memory_is_poisoned, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
