/* node.c - walking over a tree that was read from YAML or JSON, with or without complaints. */
#include "callaudit/node.h"

#include "callaudit/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- walking ---- */

const ca_node *ca_node_get(const ca_node *map, const char *key)
{
    if (!map || map->kind != CA_NODE_MAP) {
        return NULL;
    }
    for (const ca_node *child = map->first; child; child = child->next) {
        if (strcmp(child->key, key) == 0) {
            return child;
        }
    }
    return NULL;
}

bool ca_node_is_null(const ca_node *node)
{
    return node->kind == CA_NODE_SCALAR && node->style == CA_SCALAR_PLAIN &&
           (node->text[0] == '\0' || strcmp(node->text, "~") == 0 ||
            strcmp(node->text, "null") == 0);
}

/* A null value is the same as a key that is not there. */
static const ca_node *present(const ca_node *map, const char *key)
{
    const ca_node *node = ca_node_get(map, key);
    return node && !ca_node_is_null(node) ? node : NULL;
}

const char *ca_node_text(const ca_node *map, const char *key)
{
    const ca_node *node = present(map, key);
    return node && node->kind == CA_NODE_SCALAR ? node->text : NULL;
}

int64_t ca_node_int(const ca_node *map, const char *key, int64_t absent)
{
    int64_t value = absent;
    const char *text = ca_node_text(map, key);
    return text && ca_parse_int(text, INT64_MIN, INT64_MAX, &value) ? value : absent;
}

double ca_node_double(const ca_node *map, const char *key, double absent)
{
    double value = absent;
    const char *text = ca_node_text(map, key);
    return text && ca_parse_double(text, -1e300, 1e300, &value) ? value : absent;
}

/* true or false without quotes; 'true' in quotes is text. */
static bool read_bool(const ca_node *node, bool *value)
{
    if (node->kind != CA_NODE_SCALAR || node->style != CA_SCALAR_PLAIN) {
        return false;
    }
    if (strcmp(node->text, "true") != 0 && strcmp(node->text, "false") != 0) {
        return false;
    }
    *value = node->text[0] == 't';
    return true;
}

bool ca_node_bool(const ca_node *map, const char *key, bool absent)
{
    bool value = absent;
    const ca_node *node = ca_node_get(map, key);
    return node && read_bool(node, &value) ? value : absent;
}

/* ---- checked walking ---- */

void ca_node_check_keys(const ca_node *map, const char *const *names, size_t count, ca_diags *diags)
{
    if (map->kind != CA_NODE_MAP) {
        ca_diag_add(diags, CA_ERROR, map->line, map->column, "expected a map of keys and values");
        return;
    }
    for (const ca_node *child = map->first; child; child = child->next) {
        size_t i = 0;
        while (i < count && strcmp(child->key, names[i]) != 0) {
            i++;
        }
        if (i < count) {
            continue;
        }
        const char *near = ca_suggest(child->key, names, count);
        ca_diag_add(diags, CA_ERROR, child->key_line, child->key_column,
                    near ? "unknown key '%s'; did you mean '%s'?" : "unknown key '%s'", child->key,
                    near);
    }
}

static bool expected(const ca_node *node, const char *what, ca_diags *diags)
{
    bool scalar = node->kind == CA_NODE_SCALAR;
    ca_diag_add(diags, CA_ERROR, node->line, node->column, "'%s': expected %s, found %s%.60s%s",
                node->key, what, scalar ? "'" : "", scalar ? node->text : "a list or a map",
                scalar ? "'" : "");
    return false;
}

const char *ca_node_need_text(const ca_node *map, const char *key, bool required, ca_diags *diags)
{
    const ca_node *node = present(map, key);
    if (node && node->kind == CA_NODE_SCALAR) {
        return node->text;
    }
    if (node) {
        expected(node, "text", diags);
    } else if (required) {
        ca_diag_add(diags, CA_ERROR, map->line, map->column, "the key '%s' is missing", key);
    }
    return NULL;
}

bool ca_node_need_int(const ca_node *map, const char *key, int64_t low, int64_t high,
                      int64_t *value, ca_diags *diags)
{
    const ca_node *node = present(map, key);
    if (!node || (node->kind == CA_NODE_SCALAR && ca_parse_int(node->text, low, high, value))) {
        return true;
    }
    char what[96];
    (void)snprintf(what, sizeof what, "a whole number from %" PRId64 " to %" PRId64, low, high);
    return expected(node, what, diags);
}

bool ca_node_need_double(const ca_node *map, const char *key, double low, double high,
                         double *value, ca_diags *diags)
{
    const ca_node *node = present(map, key);
    if (!node || (node->kind == CA_NODE_SCALAR && ca_parse_double(node->text, low, high, value))) {
        return true;
    }
    char what[96];
    (void)snprintf(what, sizeof what, "a number from %g to %g", low, high);
    return expected(node, what, diags);
}

bool ca_node_need_bool(const ca_node *map, const char *key, bool *value, ca_diags *diags)
{
    const ca_node *node = present(map, key);
    return !node || read_bool(node, value) ? true : expected(node, "true or false", diags);
}

/* "one of a, b, c", and what was probably meant. */
static void complain_choice(const ca_node *node, const char *const *names, size_t count,
                            ca_diags *diags)
{
    ca_buf what = {0};
    for (size_t i = 0; i < count; i++) {
        ca_buf_printf(&what, "%s%s", i > 0 ? ", " : "one of ", names[i]);
    }
    const char *near = node->kind == CA_NODE_SCALAR ? ca_suggest(node->text, names, count) : NULL;
    if (near) {
        ca_buf_printf(&what, " (did you mean '%s'?)", near);
    }
    expected(node, ca_buf_text(&what), diags);
    ca_buf_release(&what);
}

int ca_node_need_choice(const ca_node *map, const char *key, const char *const *names, size_t count,
                        int absent, ca_diags *diags)
{
    const ca_node *node = present(map, key);
    if (!node) {
        return absent;
    }
    for (size_t i = 0; i < count && node->kind == CA_NODE_SCALAR; i++) {
        if (strcmp(node->text, names[i]) == 0) {
            return (int)i;
        }
    }
    complain_choice(node, names, count, diags);
    return -1;
}
