/* fuzz_json.c - any bytes are read as JSON or refused; what is read can be written and read again,
 * and is then written the same. */
#include "callaudit/json.h"
#include "callaudit/node.h"

#include <float.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static void write_node(ca_json *json, const ca_node *node);

static void write_children(ca_json *json, const ca_node *node)
{
    size_t children = 0;
    for (const ca_node *child = node->first; child; child = child->next) {
        require((child->key != NULL) == (node->kind == CA_NODE_MAP));
        write_node(json, child);
        children++;
    }
    require(children == node->count);
    ca_json_end(json);
}

static void write_scalar(ca_json *json, const ca_node *node)
{
    int64_t whole;
    double real;
    if (node->style == CA_SCALAR_SINGLE) {
        ca_json_text(json, node->key, node->text);
    } else if (ca_node_is_null(node)) {
        ca_json_null(json, node->key);
    } else if (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0) {
        ca_json_bool(json, node->key, node->text[0] == 't');
    } else if (ca_parse_int(node->text, INT64_MIN, INT64_MAX, &whole)) {
        ca_json_int(json, node->key, whole);
    } else {
        require(ca_parse_double(node->text, -DBL_MAX, DBL_MAX, &real));
        ca_json_real(json, node->key, real);
    }
}

static void write_node(ca_json *json, const ca_node *node)
{
    if (node->kind == CA_NODE_MAP) {
        ca_json_object(json, node->key);
        write_children(json, node);
    } else if (node->kind == CA_NODE_LIST) {
        ca_json_list(json, node->key);
        write_children(json, node);
    } else {
        write_scalar(json, node);
    }
}

/* {"top": node} as text; false when it is nested too deep for the writer. */
static bool write_text(const ca_node *node, ca_buf *out)
{
    ca_json *json = ca_json_new();
    ca_error err = {0};
    require(json != NULL);
    if (node->kind == CA_NODE_MAP) {
        ca_json_object(json, "top");
    } else {
        ca_json_list(json, "top");
    }
    write_children(json, node);
    bool ok = ca_json_write(json, false, out, &err);
    require(ok || err.code == CA_EINTERNAL);
    ca_json_free(json);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ca_arena *arena = ca_arena_new((size_t)256 << 20);
    ca_error err = {0};
    ca_buf first = {0};
    ca_buf second = {0};
    if (!arena) {
        return 0;
    }
    const ca_node *root = ca_json_parse((const char *)data, size, arena, &err);
    require((root == NULL) == (err.code != CA_OK));
    if (root && write_text(root, &first)) {
        const ca_node *again = ca_json_parse(first.data, first.length, arena, &err);
        /* "top" is one level more, which may be one too many. */
        if (again && write_text(again->first, &second)) {
            require(strcmp(first.data, second.data) == 0);
        }
        require(again || err.reason == CA_REASON_LIMIT);
    }
    ca_buf_release(&first);
    ca_buf_release(&second);
    ca_arena_free(arena);
    return 0;
}
