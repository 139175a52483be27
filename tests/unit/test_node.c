/* test_node.c - walking over trees, and the complaints of the checked walk. */
#include "test_helpers.h"

#include "callaudit/node.h"

#include <stdio.h>
#include <string.h>

typedef struct fixture {
    ca_arena *arena;
    ca_diags diags;
    const ca_node *root;
} fixture;

static fixture f;

static const char source[] = "text: hello\n"
                             "empty:\n"
                             "tilde: ~\n"
                             "quoted: '~'\n"
                             "int: -42\n"
                             "real: 2.5\n"
                             "quoted_int: '7'\n"
                             "yes: true\n"
                             "no: false\n"
                             "quoted_bool: 'true'\n"
                             "list: [1, 2]\n"
                             "kind: requird\n";

static int setup(void **state)
{
    (void)state;
    f.arena = ca_arena_new(0);
    ca_diags_init(&f.diags, f.arena);
    f.root = ca_yaml_parse("t.yaml", source, strlen(source), &f.diags, f.arena);
    return f.root ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    ca_arena_free(f.arena);
    return 0;
}

static void assert_last(const char *message, int line, int column)
{
    assert_true(f.diags.list.count > 0);
    const ca_diag *last = &f.diags.list.items[f.diags.list.count - 1];
    assert_string_equal(last->message, message);
    assert_int_equal(last->line, line);
    assert_int_equal(last->column, column);
    assert_string_equal(last->path, "t.yaml");
}

static void test_node__get(void **state)
{
    (void)state;
    assert_non_null(ca_node_get(f.root, "list"));
    assert_null(ca_node_get(f.root, "absent"));
    assert_null(ca_node_get(NULL, "x"));
    assert_null(ca_node_get(ca_node_get(f.root, "list"), "x"));
    assert_string_equal(ca_node_text(f.root, "text"), "hello");
    assert_string_equal(ca_node_text(f.root, "quoted"), "~");
    assert_null(ca_node_text(f.root, "list"));
    assert_null(ca_node_text(f.root, "tilde"));
    assert_null(ca_node_text(f.root, "empty"));
    assert_true(ca_node_is_null(ca_node_get(f.root, "empty")));
    assert_false(ca_node_is_null(ca_node_get(f.root, "quoted")));
}

static void test_node__values(void **state)
{
    (void)state;
    assert_int_equal(ca_node_int(f.root, "int", 1), -42);
    assert_int_equal(ca_node_int(f.root, "quoted_int", 1), 7);
    assert_int_equal(ca_node_int(f.root, "text", 1), 1);
    assert_int_equal(ca_node_int(f.root, "absent", 1), 1);
    assert_true(ca_node_double(f.root, "real", 1) == 2.5);
    assert_true(ca_node_double(f.root, "int", 1) == -42);
    assert_true(ca_node_double(f.root, "list", 1) == 1);
    assert_true(ca_node_bool(f.root, "yes", false));
    assert_false(ca_node_bool(f.root, "no", true));
    assert_false(ca_node_bool(f.root, "quoted_bool", false));
    assert_true(ca_node_bool(f.root, "list", true));
}

static void test_node__check_keys(void **state)
{
    (void)state;
    static const char *const names[] = {"text",        "empty",      "tilde", "quoted",
                                        "int",         "quoted_int", "yes",   "no",
                                        "quoted_bool", "lists",      "real",  "kind"};
    ca_node_check_keys(f.root, names, sizeof names / sizeof names[0], &f.diags);
    assert_int_equal(f.diags.errors, 1);
    assert_last("unknown key 'list'; did you mean 'lists'?", 11, 1);
    ca_node_check_keys(f.root, names, 0, &f.diags);
    assert_last("unknown key 'kind'", 12, 1);
    ca_node_check_keys(ca_node_get(f.root, "list"), names, 1, &f.diags);
    assert_last("expected a map of keys and values", 11, 7);
}

static void test_node__need_text(void **state)
{
    (void)state;
    assert_string_equal(ca_node_need_text(f.root, "text", true, &f.diags), "hello");
    assert_null(ca_node_need_text(f.root, "absent", false, &f.diags));
    assert_null(ca_node_need_text(f.root, "empty", false, &f.diags));
    assert_int_equal(f.diags.errors, 0);
    assert_null(ca_node_need_text(f.root, "absent", true, &f.diags));
    assert_last("the key 'absent' is missing", 1, 1);
    assert_null(ca_node_need_text(f.root, "empty", true, &f.diags));
    assert_last("the key 'empty' is missing", 1, 1);
    assert_null(ca_node_need_text(f.root, "list", false, &f.diags));
    assert_last("'list': expected text, found a list or a map", 11, 7);
}

static void test_node__need_numbers(void **state)
{
    (void)state;
    int64_t whole = 5;
    double real = 0.5;
    assert_true(ca_node_need_int(f.root, "absent", 0, 9, &whole, &f.diags));
    assert_true(ca_node_need_int(f.root, "empty", 0, 9, &whole, &f.diags));
    assert_int_equal(whole, 5);
    assert_true(ca_node_need_int(f.root, "int", -50, 9, &whole, &f.diags));
    assert_int_equal(whole, -42);
    assert_true(ca_node_need_double(f.root, "real", 0, 9, &real, &f.diags));
    assert_true(real == 2.5);
    assert_int_equal(f.diags.errors, 0);

    assert_false(ca_node_need_int(f.root, "int", 0, 9, &whole, &f.diags));
    assert_last("'int': expected a whole number from 0 to 9, found '-42'", 5, 6);
    assert_false(ca_node_need_double(f.root, "text", 0, 1.5, &real, &f.diags));
    assert_last("'text': expected a number from 0 to 1.5, found 'hello'", 1, 7);
    assert_false(ca_node_need_double(f.root, "list", 0, 1, &real, &f.diags));
}

static void test_node__need_bool(void **state)
{
    (void)state;
    bool value = false;
    assert_true(ca_node_need_bool(f.root, "yes", &value, &f.diags));
    assert_true(value);
    assert_true(ca_node_need_bool(f.root, "absent", &value, &f.diags));
    assert_true(value);
    assert_false(ca_node_need_bool(f.root, "quoted_bool", &value, &f.diags));
    assert_last("'quoted_bool': expected true or false, found 'true'", 10, 14);
}

static void test_node__need_choice(void **state)
{
    (void)state;
    static const char *const kinds[] = {"required", "forbidden"};
    static const char *const words[] = {"bye", "hello"};
    assert_int_equal(ca_node_need_choice(f.root, "text", words, 2, 0, &f.diags), 1);
    assert_int_equal(ca_node_need_choice(f.root, "absent", words, 2, 9, &f.diags), 9);
    assert_int_equal(f.diags.errors, 0);
    assert_int_equal(ca_node_need_choice(f.root, "kind", kinds, 2, 0, &f.diags), -1);
    assert_last("'kind': expected one of required, forbidden (did you mean 'required'?), "
                "found 'requird'",
                12, 7);
    assert_int_equal(ca_node_need_choice(f.root, "list", kinds, 2, 0, &f.diags), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_node__get),         TEST(test_node__values),       TEST(test_node__check_keys),
        TEST(test_node__need_text),   TEST(test_node__need_numbers), TEST(test_node__need_bool),
        TEST(test_node__need_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
