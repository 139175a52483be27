/* test_heap.c - fails each allocation of a run in turn: every module must report it and leak
 * nothing (AddressSanitizer watches). Only builds with -DCA_FAULTS can do so. */
#include "test_helpers.h"

#include "callaudit/fs.h"
#include "callaudit/heap.h"
#include "callaudit/json.h"
#include "callaudit/node.h"
#include "callaudit/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_heap__plain_use(void **state)
{
    (void)state;
    char *block = ca_heap_alloc(8);
    assert_non_null(block);
    assert_int_equal(block[7], 0);
    block = ca_heap_realloc(block, 100);
    assert_non_null(block);
    free(block);
}

#ifdef CA_FAULTS

/* Runs `work` with the 1st, 2nd, ... allocation failing, until it needs no more; it must fail each
 * time and succeed at last. */
static void walk(bool (*work)(void))
{
    unsigned long n = 1;
    for (;; n++) {
        assert_true(n < 10000);
        ca_heap_fail_at = n;
        bool ok = work();
        bool reached = ca_heap_fail_at == 0;
        ca_heap_fail_at = 0;
        assert_true(ok == !reached);
        if (!reached) {
            break;
        }
    }
    assert_true(n > 1);
}

static bool use_arena(void)
{
    ca_arena *arena = ca_arena_new(0);
    bool ok = arena && ca_arena_alloc(arena, 10) && ca_arena_alloc(arena, 100000) &&
              ca_arena_printf(arena, "%70000d", 1);
    ca_arena_free(arena);
    return ok;
}

static bool use_buffer(void)
{
    ca_buf buf = {0};
    for (int i = 0; i < 300; i++) {
        ca_buf_printf(&buf, "%d", i);
    }
    bool ok = !buf.failed;
    ca_buf_release(&buf);
    return ok;
}

static bool use_json(void)
{
    ca_buf out = {0};
    ca_error err = {0};
    ca_json *json = ca_json_new();
    bool ok = json != NULL;
    if (ok) {
        ca_json_object(json, "o");
        ca_json_text(json, "t", "x");
        ca_json_list(json, "l");
        ca_json_real(json, NULL, 0.5);
        ca_json_int(json, NULL, 5);
        ca_json_end(json);
        ca_json_end(json);
        ok = ca_json_write(json, true, &out, &err);
        assert_true(ok == (err.code == CA_OK));
    }
    ca_json_free(json);
    ca_buf_release(&out);
    return ok;
}

static bool read_json(void)
{
    static const char text[] = "{\"a\":[1,2.5,\"x\",null],\"b\":{\"c\":true}}";
    ca_error err = {0};
    ca_arena *arena = ca_arena_new(0);
    bool ok = arena && ca_json_parse(text, sizeof text - 1, arena, &err);
    /* Not always CA_ELIMIT: jansson takes some of its own failures for errors of syntax. */
    assert_true(ok || !arena || err.code != CA_OK);
    ca_arena_free(arena);
    return ok;
}

static bool read_yaml(void)
{
    static const char text[] = "a: [1, 2]\nb: {c: d, e: 'f'}\n";
    ca_arena *arena = ca_arena_new(0);
    ca_diags diags;
    ca_diags_init(&diags, arena);
    bool ok = arena && ca_yaml_parse("t", text, sizeof text - 1, &diags, arena);
    assert_true(ok || !arena || diags.errors > 0);
    ca_arena_free(arena);
    return ok;
}

static bool use_pattern(void)
{
    ca_error err = {0};
    size_t start, end;
    ca_pattern *pattern = ca_pattern_compile("(?<a>b+)c", CA_PATTERN_CASELESS, NULL, &err);
    assert_true(pattern || err.code != CA_OK);
    bool ok = pattern && ca_pattern_find(pattern, "abbc", 4, 0, &start, &end) == CA_MATCH_FOUND;
    ca_pattern_free(pattern);
    return ok;
}

static bool make_folders(void)
{
    ca_error err = {0};
    bool ok = ca_make_folders(".", &err);
    assert_true(ok || err.code == CA_ELIMIT);
    return ok;
}

static void test_heap__every_allocation_may_fail(void **state)
{
    (void)state;
    walk(use_arena);
    walk(use_buffer);
    walk(use_json);
    walk(read_json);
    walk(read_yaml);
    walk(make_folders);
}

/* Without memory for JIT a pattern still works, so that only errors are asked for here. */
static void test_heap__pattern_without_memory(void **state)
{
    (void)state;
    unsigned long n = 0;
    bool reached = true;
    while (reached) {
        ca_heap_fail_at = ++n;
        (void)use_pattern();
        reached = ca_heap_fail_at == 0;
    }
    ca_heap_fail_at = 0;
    assert_true(n > 5);
    assert_true(use_pattern());
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heap__plain_use),
#ifdef CA_FAULTS
        cmocka_unit_test(test_heap__every_allocation_may_fail),
        cmocka_unit_test(test_heap__pattern_without_memory),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
