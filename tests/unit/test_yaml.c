/* test_yaml.c - what YAML is read, what is refused and where, and that hostile files cost little.
 */
#include "test_helpers.h"

#include "callaudit/node.h"
#include "callaudit/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { HOSTILE_BYTES = 128 << 10 };

static ca_arena *arena;
static ca_diags diags;

static int setup(void **state)
{
    (void)state;
    arena = ca_arena_new(64 << 20);
    ca_diags_init(&diags, arena);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    ca_arena_free(arena);
    return 0;
}

static const ca_node *parse_bytes(const char *data, size_t length)
{
    return ca_yaml_parse("t.yaml", data, length, &diags, arena);
}

static const ca_node *parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

/* The file is refused, and its first complaint is this one at this place. */
static void assert_refused_bytes(const char *data, size_t length, int line, int column,
                                 const char *message)
{
    ca_diags_init(&diags, arena);
    assert_null(parse_bytes(data, length));
    assert_true(diags.list.count > 0);
    assert_non_null(strstr(diags.list.items[0].message, message));
    assert_int_equal(diags.list.items[0].line, line);
    assert_int_equal(diags.list.items[0].column, column);
}

static void assert_refused(const char *text, int line, int column, const char *message)
{
    assert_refused_bytes(text, strlen(text), line, column, message);
}

static void test_yaml__tree(void **state)
{
    (void)state;
    const ca_node *root = parse("name: x\nrules:\n  - id: a\n    w: 1\n  - id: b\nend: {k: [1]}\n");
    assert_non_null(root);
    assert_int_equal(diags.errors, 0);
    assert_string_equal(diags.path, "t.yaml");
    assert_int_equal(root->kind, CA_NODE_MAP);
    assert_int_equal(root->count, 3);
    const ca_node *rules = ca_node_get(root, "rules");
    assert_int_equal(rules->kind, CA_NODE_LIST);
    assert_int_equal(rules->count, 2);
    assert_int_equal(rules->key_line, 2);
    assert_int_equal(rules->key_column, 1);
    assert_null(rules->first->key);
    const ca_node *weight = ca_node_get(rules->first, "w");
    assert_string_equal(weight->text, "1");
    assert_int_equal(weight->line, 4);
    assert_int_equal(weight->column, 8);
    assert_int_equal(weight->key_column, 5);
    assert_string_equal(ca_node_text(rules->first->next, "id"), "b");
    assert_null(rules->first->next->next);
    assert_string_equal(ca_node_get(ca_node_get(root, "end"), "k")->first->text, "1");
}

static void test_yaml__styles(void **state)
{
    (void)state;
    const ca_node *root =
        parse("a: plain\nb: '\\b'\nc: \"\\u4f60\"\nd: |\n  block\ne: >-\n  f\n  g\n");
    assert_non_null(root);
    assert_int_equal(ca_node_get(root, "a")->style, CA_SCALAR_PLAIN);
    assert_int_equal(ca_node_get(root, "b")->style, CA_SCALAR_SINGLE);
    assert_string_equal(ca_node_text(root, "b"), "\\b");
    assert_int_equal(ca_node_get(root, "c")->style, CA_SCALAR_DOUBLE);
    assert_string_equal(ca_node_text(root, "c"), "\xE4\xBD\xA0");
    assert_int_equal(ca_node_get(root, "d")->style, CA_SCALAR_SINGLE);
    assert_string_equal(ca_node_text(root, "d"), "block\n");
    assert_string_equal(ca_node_text(root, "e"), "f g");
}

static void test_yaml__small_documents(void **state)
{
    (void)state;
    assert_non_null(parse("\xEF\xBB\xBF"
                          "a: 1\n"));
    assert_non_null(parse("---\na: 1\n...\n"));
    assert_non_null(parse("a: 100%\nb: |\n  %x\n"));
    assert_int_equal(parse("[]")->kind, CA_NODE_LIST);
    assert_int_equal(parse("word")->kind, CA_NODE_SCALAR);
    assert_int_equal(diags.errors, 0);
    assert_refused("", 0, 0, "empty");
    assert_refused_bytes(NULL, 0, 0, 0, "empty");
    assert_refused("# nothing\n", 0, 0, "empty");
}

static void test_yaml__refuses_what_nobody_needs(void **state)
{
    (void)state;
    assert_refused("a: &x 1\n", 1, 4, "anchors");
    assert_refused("a: 1\nb: &x [1]\n", 2, 4, "anchors");
    assert_refused("a: *x\n", 1, 4, "aliases");
    assert_refused("a: !!int 1\n", 1, 4, "tags");
    assert_refused("a: !x {b: 1}\n", 1, 4, "tags");
    assert_refused("a: 1\n---\nb: 2\n", 2, 1, "second document");
    assert_refused("%YAML 1.1\n---\na: 1\n", 1, 1, "directives");
    assert_refused("a: 1\n...\n%TAG ! x\n---\n", 3, 1, "directives");
    assert_refused("# c\xE2\x80\xA8%TAG ! x\n---\n", 1, 5, "directives");
    assert_refused("? [a]\n: 1\n", 1, 3, "a key must be text");
    assert_refused("? {a: b}\n: 1\n", 1, 3, "a key must be text");
}

static void test_yaml__refuses_duplicate_keys(void **state)
{
    (void)state;
    assert_refused("a: 1\nb: 2\n'a': 3\n", 3, 1, "the key 'a' was already given on line 1");
    assert_int_equal(diags.errors, 1);
    assert_refused("x:\n  - {k: 1, k: 2}\n", 2, 12, "'k'");
    ca_diags_init(&diags, arena);
    assert_non_null(parse("x: {k: 1}\ny: {k: 1}\n"));
}

static void test_yaml__refuses_bad_bytes(void **state)
{
    (void)state;
    assert_refused_bytes("a: 1\nb: \0\n", 10, 2, 4, "NUL");
    assert_refused("a: 1\n\xE4\xBD\xA0: \xFF\n", 2, 4, "not UTF-8");
    assert_refused_bytes("\xFF\xFE"
                         "a\0",
                         4, 1, 1, "not UTF-8"); /* UTF-16 */
    assert_refused("a: \"x\\0y\"\n", 1, 4, "NUL");
    assert_refused("a: 1\nb: \x01\n", 2, 4, "control characters");
}

static void test_yaml__says_where_syntax_breaks(void **state)
{
    (void)state;
    assert_refused("a: 1\n b: 2\n", 2, 3, "mapping values are not allowed");
    assert_refused("a: [1, 2\nb: 3\n", 2, 2, "begins on line 1");
    assert_refused("a: 'x\n", 2, 1, "unexpected end of stream");
    assert_refused("a:\n\t- 1\n", 2, 1, "cannot start any token");
}

/* A text of `count` repetitions between head and tail. */
static ca_buf repeat(const char *head, const char *piece, size_t count, const char *tail)
{
    ca_buf buf = {0};
    ca_buf_puts(&buf, head);
    for (size_t i = 0; i < count; i++) {
        ca_buf_puts(&buf, piece);
    }
    ca_buf_puts(&buf, tail);
    assert_false(buf.failed);
    return buf;
}

static void test_yaml__depth_limit(void **state)
{
    (void)state;
    ca_buf fits = repeat("", "- ", CA_NODE_MAX_DEPTH, "x\n");
    ca_buf over = repeat("", "- ", CA_NODE_MAX_DEPTH + 1, "x\n");
    assert_non_null(parse(fits.data));
    assert_refused(over.data, 1, 2 * CA_NODE_MAX_DEPTH + 1, "nested too deep");
    ca_buf_release(&fits);
    ca_buf_release(&over);
}

static void test_yaml__scalar_limit(void **state)
{
    (void)state;
    ca_buf fits = repeat("a: ", "x", CA_NODE_MAX_SCALAR, "\n");
    ca_buf over = repeat("a: ", "x", CA_NODE_MAX_SCALAR + 1, "\n");
    ca_buf key = repeat("? ", "x", CA_NODE_MAX_SCALAR + 1, "\n: 1\n");
    assert_non_null(parse(fits.data));
    assert_refused(over.data, 1, 4, "64 KiB");
    assert_refused(key.data, 1, 3, "64 KiB");
    ca_buf_release(&fits);
    ca_buf_release(&over);
    ca_buf_release(&key);
}

static void test_yaml__node_and_byte_limits(void **state)
{
    (void)state;
    ca_buf fits = repeat("", "- x\n", CA_NODE_MAX_NODES - 1, "");
    ca_buf nodes = repeat("", "- x\n", CA_NODE_MAX_NODES, "");
    ca_buf bytes = repeat("a: 1\n", "\n", CA_NODE_MAX_BYTES, "");
    assert_non_null(parse_bytes(fits.data, fits.length));
    assert_refused_bytes(nodes.data, nodes.length, CA_NODE_MAX_NODES, 3, "too many values");
    assert_refused_bytes(bytes.data, bytes.length, 0, 0, "over the limit");
    ca_buf_release(&fits);
    ca_buf_release(&nodes);
    ca_buf_release(&bytes);
}

static void test_yaml__stops_at_the_arenas_limit(void **state)
{
    (void)state;
    for (size_t limit = 16; limit < 2000; limit += 16) {
        ca_arena *small = ca_arena_new(limit);
        ca_diags_init(&diags, arena);
        const ca_node *root = ca_yaml_parse("t", "a: [1, {b: c, d: e}]", 20, &diags, small);
        assert_true((root == NULL) == (diags.errors > 0));
        ca_arena_free(small);
    }
    assert_int_equal(diags.errors, 0);
}

/* Processor seconds that reading a file takes. */
static double seconds_to_parse(const ca_buf *file)
{
    struct timespec before, after;
    ca_arena *own = ca_arena_new(64 << 20);
    ca_diags_init(&diags, own);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    (void)ca_yaml_parse("t", file->data, file->length, &diags, own);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    ca_arena_free(own);
    return (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
}

/* A file of each piece over and over, alone and within what opens a context, must be read or
 * refused soon: a hundredth of a second, in fact. The bound is generous, because sanitizers are
 * slow; what is quadratic takes longer still. */
static void test_yaml__hostile_files_cost_little(void **state)
{
    (void)state;
    static const char *const heads[] = {"", "[", "{", "\"", "'", "a: |\n", "- ", "? ", "a: "};
    static const char *const pieces[] = {
        "[",
        "{",
        "- ",
        "? ",
        "[]\n",
        "a: ",
        "{a: ",
        "\"",
        "''",
        "#",
        "%TAG !a! b\n",
        "a\n",
        "a: 1\n",
        " ",
        "---\n",
        "&a ",
        "*a\n",
        "!a ",
        "|\n",
        ":\n",
        ",",
        "- a\n",
        "- - - -\n",
        "\\n",
        "\n",
        "[a,",
        "{a,",
        "a\n: ",
        "{? a\n",
        "x",
        "- |\n  a\n",
        "\r",
        "...\n",
        "- \"\\x41\"\n",
        "[{",
        "\t",
        " a\n",
        "a,",
        "a: b, ",
        "\n ",
        " #\n",
        "? a\n",
        "\xE2\x80\xA8",
        "- {a: 1, b: 2}\n",
    };
    for (size_t h = 0; h < sizeof heads / sizeof heads[0]; h++) {
        for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
            ca_buf file = repeat(heads[h], pieces[p], HOSTILE_BYTES / strlen(pieces[p]), "");
            double seconds = seconds_to_parse(&file);
            ca_buf_release(&file);
            if (seconds > 1) {
                fail_msg("'%s' and many '%s' took %.1f s", heads[h], pieces[p], seconds);
            }
        }
    }
}

static void test_yaml__many_keys_are_quick(void **state)
{
    (void)state;
    ca_buf file = {0};
    for (int i = 0; i < 150000; i++) {
        ca_buf_printf(&file, "k%d: %d\n", i, i);
    }
    ca_buf_puts(&file, "k7: again\n");
    assert_refused_bytes(file.data, file.length, 150001, 1, "already given on line 8");
    ca_buf_release(&file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_yaml__tree),
        TEST(test_yaml__styles),
        TEST(test_yaml__small_documents),
        TEST(test_yaml__refuses_what_nobody_needs),
        TEST(test_yaml__refuses_duplicate_keys),
        TEST(test_yaml__refuses_bad_bytes),
        TEST(test_yaml__says_where_syntax_breaks),
        TEST(test_yaml__depth_limit),
        TEST(test_yaml__scalar_limit),
        TEST(test_yaml__node_and_byte_limits),
        TEST(test_yaml__stops_at_the_arenas_limit),
        TEST(test_yaml__hostile_files_cost_little),
        TEST(test_yaml__many_keys_are_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
