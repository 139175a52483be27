/* node.h - the tree that a YAML or JSON file is read into, and checked walking over it.
 *
 * Rule files, the configuration, sidecars, imported words and the workers' answers are all read
 * through it, so that every complaint names file:line:col and what was expected. */
#ifndef CALLAUDIT_NODE_H
#define CALLAUDIT_NODE_H

#include "callaudit/diag.h"
#include "callaudit/text.h"

#include <stdint.h>

typedef enum ca_node_kind { CA_NODE_SCALAR, CA_NODE_LIST, CA_NODE_MAP } ca_node_kind;

typedef enum ca_scalar_style {
    CA_SCALAR_PLAIN,  /* unquoted YAML; JSON numbers, true, false, null */
    CA_SCALAR_SINGLE, /* single quotes or block text; JSON strings */
    CA_SCALAR_DOUBLE, /* double-quoted YAML, whose escapes YAML has already replaced */
} ca_scalar_style;

typedef struct ca_node ca_node;
struct ca_node {
    ca_node_kind kind;
    ca_scalar_style style;
    int line, column; /* 1-based; 0 when the reader does not know (JSON) */
    const char *text; /* scalar: UTF-8 without NUL */
    const char *key;  /* of this node in its map, else NULL */
    int key_line, key_column;
    ca_node *first; /* list items or map values, in file order */
    ca_node *next;
    size_t count; /* children */
};

/* Reading limits; a file past one of them is an error with its place. */
enum {
    CA_NODE_MAX_BYTES = 4 << 20,
    CA_NODE_MAX_DEPTH = 32,
    CA_NODE_MAX_NODES = 200000,
    CA_NODE_MAX_SCALAR = 64 << 10,
};

/* YAML by libyaml events. One document; anchors, aliases, tags and duplicate keys are errors.
 * Adds what is wrong to diags and returns NULL when there is no usable tree. */
const ca_node *ca_yaml_parse(const char *path, const char *data, size_t length, ca_diags *diags,
                             ca_arena *arena);

/* JSON by jansson into the same tree. The byte limit is the caller's. */
const ca_node *ca_json_parse(const char *data, size_t length, ca_arena *arena, ca_error *err);

/* ---- walking ---- */
const ca_node *ca_node_get(const ca_node *map, const char *key); /* NULL when absent or no map */
const char *ca_node_text(const ca_node *map, const char *key);   /* NULL for null and no scalar */
bool ca_node_is_null(const ca_node *node);                       /* plain empty, ~ or null */
int64_t ca_node_int(const ca_node *map, const char *key, int64_t absent);
double ca_node_double(const ca_node *map, const char *key, double absent);
bool ca_node_bool(const ca_node *map, const char *key, bool absent);

/* ---- checked walking: complain in diags at the node's place ---- */

/* Every key of the map is among names; others are errors with a suggestion. */
void ca_node_check_keys(const ca_node *map, const char *const *names, size_t count,
                        ca_diags *diags);

/* The scalar text of a required or optional key; NULL (and an error when required or not a
 * scalar) otherwise. */
const char *ca_node_need_text(const ca_node *map, const char *key, bool required, ca_diags *diags);
bool ca_node_need_int(const ca_node *map, const char *key, int64_t low, int64_t high,
                      int64_t *value, ca_diags *diags); /* leaves *value when absent */
bool ca_node_need_double(const ca_node *map, const char *key, double low, double high,
                         double *value, ca_diags *diags);
bool ca_node_need_bool(const ca_node *map, const char *key, bool *value, ca_diags *diags);

/* The index of the scalar among names, `absent` when the key is not there, -1 after an error. */
int ca_node_need_choice(const ca_node *map, const char *key, const char *const *names, size_t count,
                        int absent, ca_diags *diags);

/* Appends the library and its version, for people. */
void ca_yaml_version(ca_buf *out);

#endif
