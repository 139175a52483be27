/* test_json.c - JSON written in one form, and read into nodes. */
#include "test_helpers.h"

#include "callaudit/json.h"
#include "callaudit/node.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static ca_arena *arena;
static ca_error err;

static int setup(void **state)
{
    (void)state;
    arena = ca_arena_new(64 << 20);
    err = (ca_error){0};
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    ca_arena_free(arena);
    return 0;
}

static const ca_node *parse(const char *text)
{
    return ca_json_parse(text, strlen(text), arena, &err);
}

static ca_json *example(void)
{
    ca_json *json = ca_json_new();
    assert_non_null(json);
    ca_json_text(json, "z", "caf\xC3\xA9 \"x\"\n");
    ca_json_int(json, "a", INT64_MIN);
    ca_json_list(json, "list");
    ca_json_bool(json, NULL, true);
    ca_json_null(json, NULL);
    ca_json_object(json, NULL);
    ca_json_end(json);
    ca_json_end(json);
    ca_json_text(json, "none", NULL);
    return json;
}

static void assert_written(const ca_json *json, bool indent, const char *text)
{
    ca_buf out = {0};
    assert_true(ca_json_write(json, indent, &out, &err));
    assert_string_equal(ca_buf_text(&out), text);
    ca_buf_release(&out);
}

static void test_json__writes_in_order(void **state)
{
    (void)state;
    ca_json *json = example();
    assert_written(json, false,
                   "{\"z\":\"caf\xC3\xA9 \\\"x\\\"\\n\",\"a\":-9223372036854775808,"
                   "\"list\":[true,null,{}],\"none\":null}");
    ca_json_free(json);
    json = ca_json_new();
    ca_json_int(json, "n", 1);
    ca_json_list(json, "l");
    ca_json_int(json, NULL, 2);
    ca_json_end(json);
    assert_written(json, true, "{\n  \"n\": 1,\n  \"l\": [\n    2\n  ]\n}");
    ca_json_free(json);
    ca_json_free(NULL);
}

static void write_reals(void)
{
    ca_json *json = ca_json_new();
    ca_json_list(json, "r");
    static const double reals[] = {0.1, 0.1 + 0.2, 1, -0.0, 2.0 / 3, 1e300, -1e-7, 123456};
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) {
        ca_json_real(json, NULL, reals[i]);
    }
    ca_json_real(json, NULL, (double)NAN);
    ca_json_real(json, NULL, (double)INFINITY);
    ca_json_end(json);
    assert_written(json, false, "{\"r\":[0.1,0.3,1,0,0.666667,1e300,-1e-7,123456,null,null]}");
    ca_json_free(json);
}

static void test_json__reals_have_one_form(void **state)
{
    (void)state;
    write_reals();
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8") || setlocale(LC_NUMERIC, "fr_FR.UTF-8")) {
        write_reals();
        setlocale(LC_NUMERIC, "C");
    }
}

static void test_json__refuses_text_that_is_not_utf8(void **state)
{
    (void)state;
    ca_buf out = {0};
    ca_json *json = ca_json_new();
    ca_json_text(json, "k", "\xFF");
    ca_json_object(json, "later"); /* steps after the failure do nothing */
    ca_json_end(json);
    ca_json_end(json);
    assert_false(ca_json_write(json, true, &out, &err));
    assert_int_equal(err.code, CA_EINTERNAL);
    assert_string_equal(err.msg, "'k' is not UTF-8: ?");
    assert_int_equal(out.length, 0);
    ca_json_free(json);

    json = ca_json_new();
    ca_json_int(json, "\xC0", 1);
    assert_false(ca_json_write(json, true, &out, NULL));
    ca_json_free(json);
}

static void test_json__depth_is_limited_when_writing(void **state)
{
    (void)state;
    ca_buf out = {0};
    ca_json *json = ca_json_new();
    for (int i = 0; i < 40; i++) {
        ca_json_object(json, "o");
    }
    for (int i = 0; i < 40; i++) {
        ca_json_end(json);
    }
    assert_false(ca_json_write(json, false, &out, &err));
    assert_int_equal(err.code, CA_EINTERNAL);
    ca_json_free(json);
}

static void test_json__reads_a_tree(void **state)
{
    (void)state;
    const ca_node *root = parse("{\"s\": \"1\", \"i\": -12, \"r\": 0.1, \"b\": false, \"n\": null,"
                                "\"l\": [1, [], {\"k\": \"\\u4f60\"}]}");
    assert_non_null(root);
    assert_int_equal(root->kind, CA_NODE_MAP);
    assert_int_equal(root->count, 6);
    assert_int_equal(root->line, 0);
    assert_int_equal(ca_node_get(root, "s")->style, CA_SCALAR_SINGLE);
    assert_int_equal(ca_node_get(root, "i")->style, CA_SCALAR_PLAIN);
    assert_string_equal(ca_node_text(root, "i"), "-12");
    assert_string_equal(ca_node_text(root, "r"), "0.1");
    assert_string_equal(ca_node_text(root, "b"), "false");
    assert_true(ca_node_is_null(ca_node_get(root, "n")));
    assert_null(ca_node_text(root, "n"));
    const ca_node *list = ca_node_get(root, "l");
    assert_int_equal(list->count, 3);
    assert_string_equal(list->first->text, "1");
    assert_int_equal(list->first->next->count, 0);
    assert_string_equal(ca_node_text(list->first->next->next, "k"), "\xE4\xBD\xA0");
}

static void test_json__numbers_read_back_exactly(void **state)
{
    (void)state;
    const ca_node *root = parse("[1e300, 0.30000000000000004, 5e-324, 1.0, 9007199254740993]");
    static const double expected[] = {1e300, 0.30000000000000004, 5e-324, 1.0, 9007199254740992.0};
    assert_non_null(root);
    const ca_node *item = root->first;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++, item = item->next) {
        double value = 0;
        assert_true(ca_parse_double(item->text, -HUGE_VAL, HUGE_VAL, &value));
        assert_true(value == expected[i]);
    }
}

static void assert_refused(const char *text, size_t length, const char *message)
{
    err = (ca_error){0};
    assert_null(ca_json_parse(text, length, arena, &err));
    assert_int_equal(err.code, CA_EINPUT);
    assert_non_null(strstr(err.msg, message));
}

static void test_json__refuses(void **state)
{
    (void)state;
    assert_refused("", 0, "1:0: JSON");
    assert_refused("{\n  \"a\": 1,\n  x}", 16, "3:3: JSON");
    assert_refused("{\"a\":1,\"a\":2}", 13, "duplicate");
    assert_refused("[1]]", 4, "JSON");
    assert_refused("[\"\xFF\"]", 5, "unable to decode byte");
    assert_refused("[\"\\u0000\"]", 10, "JSON");
    assert_refused("[\"\\ud800\"]", 10, "JSON");
    assert_refused("[1\0]", 4, "NUL");
    assert_refused("[99999999999999999999]", 22, "too big");
    assert_refused("[NaN]", 5, "JSON");
}

static void test_json__depth_limit(void **state)
{
    (void)state;
    char text[2 * CA_NODE_MAX_DEPTH + 2];
    memset(text, '[', CA_NODE_MAX_DEPTH);
    memset(text + CA_NODE_MAX_DEPTH, ']', CA_NODE_MAX_DEPTH);
    assert_non_null(ca_json_parse(text, (size_t)2 * CA_NODE_MAX_DEPTH, arena, &err));
    memset(text, '[', CA_NODE_MAX_DEPTH + 1);
    memset(text + CA_NODE_MAX_DEPTH + 1, ']', CA_NODE_MAX_DEPTH + 1);
    assert_refused(text, sizeof text, "nested deeper");

    static char bomb[1 << 20];
    memset(bomb, '[', sizeof bomb);
    assert_refused(bomb, sizeof bomb, "JSON");
}

static void test_json__stops_at_the_arenas_limit(void **state)
{
    (void)state;
    for (size_t limit = 16; limit < 800; limit += 16) {
        ca_arena *small = ca_arena_new(limit);
        err = (ca_error){0};
        const ca_node *root = ca_json_parse("{\"a\":[1,\"b\"]}", 13, small, &err);
        assert_true((root == NULL) == (err.code == CA_ELIMIT));
        ca_arena_free(small);
    }
    assert_int_equal(err.code, CA_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_json__writes_in_order),
        TEST(test_json__reals_have_one_form),
        TEST(test_json__refuses_text_that_is_not_utf8),
        TEST(test_json__depth_is_limited_when_writing),
        TEST(test_json__reads_a_tree),
        TEST(test_json__numbers_read_back_exactly),
        TEST(test_json__refuses),
        TEST(test_json__depth_limit),
        TEST(test_json__stops_at_the_arenas_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
