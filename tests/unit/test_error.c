/* test_error.c - the first error wins, messages are one line of UTF-8, names are stable; and the
 * complaints about files, which end as errors. */
#include "test_helpers.h"

#include "callaudit/diag.h"
#include "callaudit/error.h"

#include <stdio.h>
#include <string.h>

static void test_error__first_error_wins(void **state)
{
    (void)state;
    ca_error err = {0};
    assert_false(ca_fail(&err, CA_EIO, "disk %d", 1));
    assert_false(ca_fail_call(&err, CA_REASON_EMPTY, "second"));
    assert_false(ca_fail_memory(&err));
    assert_int_equal(err.code, CA_EIO);
    assert_int_equal(err.reason, CA_REASON_NONE);
    assert_string_equal(err.msg, "disk 1");
}

static void test_error__null_is_fine(void **state)
{
    (void)state;
    assert_false(ca_fail(NULL, CA_EIO, "x"));
    assert_false(ca_fail_memory(NULL));
    assert_false(ca_error_context(NULL, "x"));
}

static void test_error__call_has_reason(void **state)
{
    (void)state;
    ca_error err = {0};
    ca_fail_call(&err, CA_REASON_TOO_LONG, "%s", "hours");
    assert_int_equal(err.code, CA_EINPUT);
    assert_int_equal(err.reason, CA_REASON_TOO_LONG);
}

static void test_error__memory_is_a_limit(void **state)
{
    (void)state;
    ca_error err = {0};
    ca_fail_memory(&err);
    assert_int_equal(err.code, CA_ELIMIT);
    assert_int_equal(err.reason, CA_REASON_LIMIT);
}

static void test_error__context_goes_in_front(void **state)
{
    (void)state;
    ca_error err = {0};
    ca_error_context(&err, "nothing to say");
    assert_string_equal(err.msg, "");
    ca_fail(&err, CA_EIO, "disk");
    assert_false(ca_error_context(&err, "line %d", 3));
    ca_error_context(&err, "a.yaml");
    assert_string_equal(err.msg, "a.yaml: line 3: disk");
}

static void test_error__message_is_cut_and_one_line(void **state)
{
    (void)state;
    char big[2000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    ca_error err = {0};
    ca_fail(&err, CA_EIO, "%s", big);
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);
    ca_error_context(&err, "front");
    ca_error_context(&err, "%s", big);
    assert_int_equal(strlen(err.msg), sizeof err.msg - 1);

    ca_error dirty = {0};
    ca_fail(&dirty, CA_EIO, "a\nb\x1b[31m\xff \xe4\xbd\xa0");
    assert_string_equal(dirty.msg, "a b [31m? \xe4\xbd\xa0");
}

static void test_error__reason_names_round_trip(void **state)
{
    (void)state;
    for (int i = 0; i < CA_REASON_COUNT; i++) {
        const char *name = ca_reason_name((ca_reason)i);
        assert_non_null(name);
        assert_int_equal(ca_reason_from_name(name), i);
    }
    assert_string_equal(ca_reason_name(CA_REASON_TOO_SHORT), "too-short");
    assert_int_equal(ca_reason_from_name("nonsense"), CA_REASON_NONE);
}

static void test_diag__first_error_is_reported(void **state)
{
    (void)state;
    ca_arena *arena = ca_arena_new(0);
    ca_diags diags;
    ca_error err = {0};
    ca_diags_init(&diags, arena);
    diags.path = "r.yaml";
    ca_diag_add(&diags, CA_WARNING, 1, 1, "odd");
    ca_diag_add(&diags, CA_ERROR, 2, 5, "bad %s", "key\n");
    ca_diag_add(&diags, CA_ERROR, 3, 1, "worse");
    assert_int_equal(diags.errors, 2);
    assert_int_equal(diags.warnings, 1);
    assert_false(ca_diags_fail(&diags, &err));
    assert_int_equal(err.code, CA_ESETUP);
    assert_string_equal(err.msg, "r.yaml:2:5: bad key  (and 1 more)");
    ca_arena_free(arena);
}

static void test_diag__keeps_a_thousand(void **state)
{
    (void)state;
    ca_arena *arena = ca_arena_new(0);
    ca_diags diags;
    ca_error err = {0};
    ca_diags_init(&diags, arena);
    diags.path = "r.yaml";
    for (int i = 0; i < 1500; i++) {
        ca_diag_add(&diags, CA_ERROR, 0, 0, "bad");
    }
    assert_int_equal(diags.list.count, 1000);
    assert_int_equal(diags.errors, 1500);
    ca_diags_fail(&diags, &err);
    assert_string_equal(err.msg, "r.yaml: bad (and 1499 more)");
    ca_arena_free(arena);
}

static void test_diag__survives_no_memory(void **state)
{
    (void)state;
    ca_arena *arena = ca_arena_new(1);
    ca_diags diags;
    ca_error err = {0};
    ca_diags_init(&diags, arena);
    ca_diag_add(&diags, CA_ERROR, 1, 1, "bad");
    assert_int_equal(diags.errors, 1);
    assert_false(ca_diags_fail(&diags, &err));
    assert_int_equal(err.code, CA_ESETUP);
    ca_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error__first_error_wins),
        cmocka_unit_test(test_error__null_is_fine),
        cmocka_unit_test(test_error__call_has_reason),
        cmocka_unit_test(test_error__memory_is_a_limit),
        cmocka_unit_test(test_error__context_goes_in_front),
        cmocka_unit_test(test_error__message_is_cut_and_one_line),
        cmocka_unit_test(test_error__reason_names_round_trip),
        cmocka_unit_test(test_diag__first_error_is_reported),
        cmocka_unit_test(test_diag__keeps_a_thousand),
        cmocka_unit_test(test_diag__survives_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
