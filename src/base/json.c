/* json.c - reading JSON into nodes and writing it. The only user of jansson.
 *
 * jansson writes and reads numbers with '.' in every locale and keeps the order of keys. */
#include "callaudit/json.h"

#include "callaudit/heap.h"
#include "callaudit/node.h"

#include <assert.h>
#include <float.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 32, DECIMALS = 6 };

/* Lets the fault tests fail jansson's allocations as well. */
static void use_our_heap(void)
{
#ifdef CA_FAULTS
    json_set_alloc_funcs(ca_heap_alloc, free);
#endif
}

/* ---- writing ---- */

struct ca_json {
    json_t *open[DEPTH]; /* open[0] is the top value and owns the rest */
    size_t depth;
    ca_error err; /* the first failure; every later step does nothing */
};

ca_json *ca_json_new(void)
{
    use_our_heap();
    ca_json *json = ca_heap_alloc(sizeof *json);
    if (json) {
        json->open[0] = json_object();
        json->depth = 1;
    }
    if (json && !json->open[0]) {
        free(json);
        return NULL;
    }
    return json;
}

void ca_json_free(ca_json *json)
{
    if (json) {
        json_decref(json->open[0]);
        free(json);
    }
}

/* Puts value, which is ours to give away, into the innermost object or list. */
static bool put(ca_json *json, const char *key, json_t *value)
{
    if (json->err.code != CA_OK) {
        json_decref(value);
        return false;
    }
    json_t *parent = json->open[json->depth - 1];
    assert(json_is_object(parent) == (key != NULL));
    if (!value) {
        return ca_fail_memory(&json->err);
    }
    if (key && !ca_utf8_valid(key, strlen(key))) {
        json_decref(value);
        return ca_fail(&json->err, CA_EINTERNAL, "a JSON key that is not UTF-8: %s", key);
    }
    int failed =
        key ? json_object_set_new(parent, key, value) : json_array_append_new(parent, value);
    return failed ? ca_fail_memory(&json->err) : true;
}

static void open_value(ca_json *json, const char *key, json_t *value)
{
    if (!put(json, key, value)) {
        return;
    }
    if (json->depth == DEPTH) {
        ca_fail(&json->err, CA_EINTERNAL, "JSON nested deeper than %d", DEPTH);
        return;
    }
    json->open[json->depth++] = value;
}

void ca_json_object(ca_json *json, const char *key)
{
    open_value(json, key, json_object());
}

void ca_json_list(ca_json *json, const char *key)
{
    open_value(json, key, json_array());
}

void ca_json_end(ca_json *json)
{
    if (json->err.code == CA_OK) {
        assert(json->depth > 1);
        json->depth--;
    }
}

void ca_json_text(ca_json *json, const char *key, const char *value)
{
    if (value && !ca_utf8_valid(value, strlen(value))) {
        ca_fail(&json->err, CA_EINTERNAL, "'%s' is not UTF-8: %s", key ? key : "item", value);
        return;
    }
    put(json, key, value ? json_string(value) : json_null());
}

void ca_json_int(ca_json *json, const char *key, int64_t value)
{
    put(json, key, json_integer(value));
}

void ca_json_real(ca_json *json, const char *key, double value)
{
    if (!isfinite(value)) {
        put(json, key, json_null());
        return;
    }
    const bool whole = fabs(value) < 1e15 && value == floor(value);
    put(json, key, whole ? json_integer((json_int_t)value) : json_real(value));
}

void ca_json_bool(ca_json *json, const char *key, bool value)
{
    put(json, key, json_boolean(value));
}

void ca_json_null(ca_json *json, const char *key)
{
    put(json, key, json_null());
}

static int append(const char *bytes, size_t length, void *out)
{
    ca_buf *buf = out;
    ca_buf_add(buf, bytes, length);
    return buf->failed ? -1 : 0;
}

bool ca_json_write(const ca_json *json, bool indent, ca_buf *out, ca_error *err)
{
    if (json->err.code != CA_OK) {
        if (err && err->code == CA_OK) {
            *err = json->err;
        }
        return false;
    }
    assert(json->depth == 1);
    size_t flags = JSON_REAL_PRECISION(DECIMALS) | (indent ? JSON_INDENT(2) : JSON_COMPACT);
    if (json_dump_callback(json->open[0], append, out, flags) != 0) {
        return ca_fail_memory(err);
    }
    return true;
}

/* ---- reading ---- */

typedef struct reader {
    ca_arena *arena;
    ca_error *err;
} reader;

static ca_node *convert(const reader *r, json_t *value, size_t depth);

/* The shortest digits that read back as the same number; NULL when out of memory. */
static const char *real_text(json_t *value, char *out, size_t size)
{
    for (size_t digits = 15;; digits++) {
        double again = 0;
        size_t length =
            json_dumpb(value, out, size - 1, JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits));
        if (length == 0 || length >= size) {
            return NULL;
        }
        out[length] = '\0';
        bool same =
            ca_parse_double(out, -DBL_MAX, DBL_MAX, &again) && again == json_real_value(value);
        if (same || digits == DBL_DECIMAL_DIG) {
            return out;
        }
    }
}

static bool scalar(const reader *r, json_t *value, ca_node *node)
{
    char number[64];
    const char *text = NULL;
    switch (json_typeof(value)) {
    case JSON_STRING:
        text = json_string_value(value);
        node->style = CA_SCALAR_SINGLE;
        break;
    case JSON_INTEGER:
        (void)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        text = number;
        break;
    case JSON_REAL: text = real_text(value, number, sizeof number); break;
    case JSON_TRUE: text = "true"; break;
    case JSON_FALSE: text = "false"; break;
    default: text = "null"; break;
    }
    if (text && strlen(text) > CA_NODE_MAX_SCALAR) {
        return ca_fail_call(r->err, CA_REASON_LIMIT, "JSON: a text longer than 64 KiB");
    }
    node->text = ca_arena_strdup(r->arena, text);
    return node->text ? true : ca_fail_memory(r->err);
}

/* Adds a child behind *last; its key is NULL in a list. */
static bool add_child(const reader *r, ca_node *parent, ca_node **last, const char *key,
                      json_t *value, size_t depth)
{
    ca_node *node = convert(r, value, depth + 1);
    if (!node) {
        return false;
    }
    node->key = ca_arena_strdup(r->arena, key);
    if (key && !node->key) {
        return ca_fail_memory(r->err);
    }
    *(*last ? &(*last)->next : &parent->first) = node;
    *last = node;
    parent->count++;
    return true;
}

static bool children(const reader *r, json_t *value, ca_node *node, size_t depth)
{
    ca_node *last = NULL;
    if (depth >= CA_NODE_MAX_DEPTH) {
        return ca_fail_call(r->err, CA_REASON_LIMIT, "JSON nested deeper than %d",
                            CA_NODE_MAX_DEPTH);
    }
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            if (!add_child(r, node, &last, NULL, json_array_get(value, i), depth)) {
                return false;
            }
        }
        return true;
    }
    const char *key = NULL;
    json_t *item = NULL;
    json_object_foreach(value, key, item)
    {
        if (!add_child(r, node, &last, key, item, depth)) {
            return false;
        }
    }
    return true;
}

/* depth: lists and objects around this value, at most CA_NODE_MAX_DEPTH. */
static ca_node *convert(const reader *r, json_t *value, size_t depth)
{
    ca_node *node = ca_arena_alloc(r->arena, sizeof *node);
    if (!node) {
        ca_fail_memory(r->err);
        return NULL;
    }
    if (json_is_object(value) || json_is_array(value)) {
        node->kind = json_is_object(value) ? CA_NODE_MAP : CA_NODE_LIST;
        return children(r, value, node, depth) ? node : NULL;
    }
    node->kind = CA_NODE_SCALAR;
    return scalar(r, value, node) ? node : NULL;
}

const ca_node *ca_json_parse(const char *data, size_t length, ca_arena *arena, ca_error *err)
{
    use_our_heap();
    if (length > 0 && memchr(data, '\0', length)) { /* jansson would pass over some of them */
        ca_fail_call(err, CA_REASON_UNREADABLE, "JSON: a NUL byte");
        return NULL;
    }
    json_error_t problem = {0};
    json_t *top = json_loadb(data, length, JSON_REJECT_DUPLICATES, &problem);
    if (!top) {
        if (problem.text[0] == '\0') { /* jansson has no words for being out of memory */
            ca_fail_memory(err);
        } else {
            ca_fail_call(err, CA_REASON_UNREADABLE, "%d:%d: JSON: %s", problem.line, problem.column,
                         problem.text);
        }
        return NULL;
    }
    reader r = {arena, err};
    const ca_node *root = convert(&r, top, 0);
    json_decref(top);
    return root;
}

void ca_json_version(ca_buf *out)
{
    ca_buf_printf(out, "jansson %s", jansson_version_str());
}
