/* fuzz_yaml.c - any bytes are read as YAML or refused with a place; what is read keeps node.h. */
#include "callaudit/node.h"
#include "callaudit/text.h"

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

static void check_text(const char *text)
{
    size_t length = strlen(text);
    require(length <= CA_NODE_MAX_SCALAR && ca_utf8_valid(text, length));
}

static void check_node(const ca_node *node, bool in_map, int depth)
{
    size_t children = 0;
    require(node->line >= 1 && node->column >= 1);
    require((node->key != NULL) == in_map);
    if (in_map) {
        require(node->key_line >= 1 && node->key_column >= 1);
        check_text(node->key);
    }
    if (node->kind == CA_NODE_SCALAR) {
        check_text(node->text);
        require(!node->first);
    }
    require(node->kind == CA_NODE_SCALAR || depth < CA_NODE_MAX_DEPTH);
    for (const ca_node *child = node->first; child; child = child->next) {
        check_node(child, node->kind == CA_NODE_MAP, depth + 1);
        children++;
    }
    require(children == node->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ca_arena *arena = ca_arena_new((size_t)64 << 20);
    ca_diags diags;
    ca_error err = {0};
    if (!arena) {
        return 0;
    }
    ca_diags_init(&diags, arena);
    const ca_node *root = ca_yaml_parse("fuzz.yaml", (const char *)data, size, &diags, arena);
    require((root == NULL) == (diags.errors > 0));
    if (root) {
        check_node(root, false, 0);
    } else {
        require(!ca_diags_fail(&diags, &err) && err.code == CA_ESETUP);
        require(ca_utf8_valid(err.msg, strlen(err.msg)));
    }
    ca_arena_free(arena);
    return 0;
}
