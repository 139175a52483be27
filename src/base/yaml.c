/* yaml.c - reads the plain part of YAML into a tree of nodes. The only user of libyaml.
 *
 * Events are taken one by one and put on a stack of open lists and maps, so that the limits hold
 * before memory is spent. What YAML has beyond lists, maps and text (anchors, aliases, tags,
 * directives, several documents) is refused: nobody needs it here, and hostile files do. */
#include "callaudit/node.h"
#include "callaudit/text.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

typedef struct frame {
    ca_node *node;   /* an open list or map */
    ca_node *last;   /* its last child */
    const char *key; /* of the next value; NULL while a map waits for a key */
    yaml_mark_t key_mark;
} frame;

typedef struct reader {
    yaml_parser_t parser;
    frame stack[CA_NODE_MAX_DEPTH];
    size_t depth;
    size_t nodes;
    int documents;
    bool ended;
    ca_node *root;
    ca_diags *diags;
    ca_arena *arena;
} reader;

/* libyaml counts lines and columns from 0. A file is at most 4 MiB, so that they fit an int. */
static bool refuse(reader *r, yaml_mark_t at, const char *what)
{
    ca_diag_add(r->diags, CA_ERROR, (int)at.line + 1, (int)at.column + 1, "%s", what);
    return false;
}

/* ---- before libyaml sees the bytes ---- */

/* Complains at a byte of the file; columns count characters, as libyaml's do. */
static bool refuse_byte(ca_diags *diags, const char *data, size_t offset, const char *what)
{
    int line = 1;
    int column = 1;
    for (size_t i = 0; i < offset; i++) {
        if (data[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)data[i] & 0xC0) != 0x80) {
            column++;
        }
    }
    ca_diag_add(diags, CA_ERROR, line, column, "%s", what);
    return false;
}

/* Is this the first byte of a line, by YAML 1.1's line breaks (LF, CR, NEL, LS, PS)? */
static bool at_line_start(const char *data, size_t offset)
{
    static const char *const breaks[] = {"\n",           "\r",          "\xC2\x85", "\xE2\x80\xA8",
                                         "\xE2\x80\xA9", "\xEF\xBB\xBF" /* the byte order mark */};
    if (offset == 0) {
        return true;
    }
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++) {
        size_t length = strlen(breaks[i]);
        if (offset >= length && memcmp(data + offset - length, breaks[i], length) == 0) {
            return true;
        }
    }
    return false;
}

/* libyaml compares each %TAG line with all before it: a file full of them would take hours. */
static bool check_directives(const char *data, size_t length, ca_diags *diags)
{
    const char *end = data + length;
    for (const char *at = data; (at = memchr(at, '%', (size_t)(end - at))); at++) {
        if (at_line_start(data, (size_t)(at - data))) {
            return refuse_byte(diags, data, (size_t)(at - data),
                               "a line must not begin with '%': directives are not supported");
        }
    }
    return true;
}

static bool check_bytes(const char *data, size_t length, ca_diags *diags)
{
    if (length > CA_NODE_MAX_BYTES) {
        ca_diag_add(diags, CA_ERROR, 0, 0, "the file is over the limit of %d bytes",
                    CA_NODE_MAX_BYTES);
        return false;
    }
    for (size_t at = 0; at < length;) {
        size_t step = ca_utf8_step(data + at, length - at);
        if (step == 0) {
            return refuse_byte(diags, data, at, data[at] ? "not UTF-8" : "a NUL byte");
        }
        at += step;
    }
    return length == 0 || check_directives(data, length, diags);
}

/* ---- building the tree ---- */

static frame *top(reader *r)
{
    return r->depth > 0 ? &r->stack[r->depth - 1] : NULL;
}

static bool waits_for_key(reader *r)
{
    const frame *open = top(r);
    return open && open->node->kind == CA_NODE_MAP && !open->key;
}

static void link_child(frame *open, ca_node *node)
{
    if (open->last) {
        open->last->next = node;
    } else {
        open->node->first = node;
    }
    open->last = node;
    open->node->count++;
    if (open->key) {
        node->key = open->key;
        node->key_line = (int)open->key_mark.line + 1;
        node->key_column = (int)open->key_mark.column + 1;
        open->key = NULL;
    }
}

/* A new node as root, list item or map value; NULL after a complaint. */
static ca_node *add_node(reader *r, ca_node_kind kind, yaml_mark_t at)
{
    if (++r->nodes > CA_NODE_MAX_NODES) {
        refuse(r, at, "too many values in one file");
        return NULL;
    }
    ca_node *node = ca_arena_alloc(r->arena, sizeof *node);
    if (!node) {
        refuse(r, at, "out of memory");
        return NULL;
    }
    node->kind = kind;
    node->line = (int)at.line + 1;
    node->column = (int)at.column + 1;
    if (r->depth > 0) {
        link_child(top(r), node);
    } else {
        r->root = node;
    }
    return node;
}

static bool check_plain(reader *r, const yaml_char_t *anchor, const yaml_char_t *tag,
                        yaml_mark_t at)
{
    if (anchor) {
        return refuse(r, at, "anchors (&name) are not supported");
    }
    return tag ? refuse(r, at, "tags (!name) are not supported") : true;
}

static ca_scalar_style style_of(yaml_scalar_style_t style)
{
    switch (style) {
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return CA_SCALAR_DOUBLE;
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
    case YAML_LITERAL_SCALAR_STYLE:
    case YAML_FOLDED_SCALAR_STYLE: return CA_SCALAR_SINGLE;
    default: return CA_SCALAR_PLAIN;
    }
}

static bool on_scalar(reader *r, const yaml_event_t *event)
{
    yaml_mark_t at = event->start_mark;
    const char *value = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;

    if (!check_plain(r, event->data.scalar.anchor, event->data.scalar.tag, at)) {
        return false;
    }
    if (length > CA_NODE_MAX_SCALAR) {
        return refuse(r, at, "a text longer than 64 KiB");
    }
    if (!ca_utf8_valid(value, length)) {
        return refuse(r, at, "an escape that stands for NUL"); /* the bytes were checked before */
    }
    char *text = ca_arena_strndup(r->arena, value, length);
    if (!text) {
        return refuse(r, at, "out of memory");
    }
    if (waits_for_key(r)) {
        top(r)->key = text;
        top(r)->key_mark = at;
        return true;
    }
    ca_node *node = add_node(r, CA_NODE_SCALAR, at);
    if (node) {
        node->text = text;
        node->style = style_of(event->data.scalar.style);
    }
    return node != NULL;
}

static bool on_open(reader *r, ca_node_kind kind, yaml_mark_t at)
{
    if (waits_for_key(r)) {
        return refuse(r, at, "a key must be text, not a list or a map");
    }
    if (r->depth == CA_NODE_MAX_DEPTH) {
        return refuse(r, at, "lists and maps are nested too deep");
    }
    ca_node *node = add_node(r, kind, at);
    if (node) {
        r->stack[r->depth++] = (frame){.node = node};
    }
    return node != NULL;
}

/* By key, equal keys in the order of the file. */
static int by_key(const void *left, const void *right)
{
    const ca_node *a = *(const ca_node *const *)left;
    const ca_node *b = *(const ca_node *const *)right;
    int order = strcmp(a->key, b->key);
    if (order == 0) {
        order = a->key_line - b->key_line;
    }
    return order ? order : a->key_column - b->key_column;
}

/* Sorting keeps a map of a hundred thousand keys from taking a quadratic time. */
static bool check_duplicates(reader *r, const ca_node *map)
{
    if (map->count < 2) {
        return true;
    }
    const ca_node **sorted = ca_arena_alloc(r->arena, map->count * sizeof(const ca_node *));
    if (!sorted) {
        ca_diag_add(r->diags, CA_ERROR, map->line, map->column, "out of memory");
        return false;
    }
    size_t count = 0;
    for (const ca_node *child = map->first; child; child = child->next) {
        sorted[count++] = child;
    }
    qsort(sorted, count, sizeof(const ca_node *), by_key);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0) {
            ca_diag_add(r->diags, CA_ERROR, sorted[i]->key_line, sorted[i]->key_column,
                        "the key '%.60s' was already given on line %d", sorted[i]->key,
                        sorted[i - 1]->key_line);
        }
    }
    return true; /* the rest of the file is still worth reading */
}

static bool on_close(reader *r)
{
    const ca_node *closed = top(r)->node;
    r->depth--;
    return closed->kind != CA_NODE_MAP || check_duplicates(r, closed);
}

static bool on_event(reader *r, const yaml_event_t *event)
{
    yaml_mark_t at = event->start_mark;
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return ++r->documents == 1 || refuse(r, at, "a second document in the file");
    case YAML_ALIAS_EVENT: return refuse(r, at, "aliases (*name) are not supported");
    case YAML_SCALAR_EVENT: return on_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT:
        return check_plain(r, event->data.sequence_start.anchor, event->data.sequence_start.tag,
                           at) &&
               on_open(r, CA_NODE_LIST, at);
    case YAML_MAPPING_START_EVENT:
        return check_plain(r, event->data.mapping_start.anchor, event->data.mapping_start.tag,
                           at) &&
               on_open(r, CA_NODE_MAP, at);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return on_close(r);
    case YAML_STREAM_END_EVENT: r->ended = true; return true;
    default: return true;
    }
}

/* ---- running libyaml ---- */

static bool syntax_error(reader *r, const char *data)
{
    const yaml_parser_t *p = &r->parser;
    const char *problem = p->problem ? p->problem : "not YAML";
    if (p->error == YAML_MEMORY_ERROR) {
        return refuse(r, p->mark, "out of memory");
    }
    if (p->error == YAML_READER_ERROR) {
        return refuse_byte(r->diags, data, p->problem_offset, problem);
    }
    ca_diag_add(r->diags, CA_ERROR, (int)p->problem_mark.line + 1, (int)p->problem_mark.column + 1,
                p->context ? "%s (%s that begins on line %zu)" : "%s", problem, p->context,
                p->context_mark.line + 1);
    return false;
}

static bool read_events(reader *r, const char *data)
{
    while (!r->ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event)) {
            return syntax_error(r, data);
        }
        bool ok = on_event(r, &event);
        yaml_event_delete(&event);
        if (!ok) {
            return false;
        }
    }
    if (!r->root) {
        ca_diag_add(r->diags, CA_ERROR, 0, 0, "the file is empty");
    }
    return true;
}

const ca_node *ca_yaml_parse(const char *path, const char *data, size_t length, ca_diags *diags,
                             ca_arena *arena)
{
    reader r = {.diags = diags, .arena = arena};
    size_t errors_before = diags->errors;
    diags->path = path;
    if (!check_bytes(data, length, diags)) {
        return NULL;
    }
    if (!yaml_parser_initialize(&r.parser)) {
        ca_diag_add(diags, CA_ERROR, 0, 0, "out of memory");
        return NULL;
    }
    const char *bytes = length > 0 ? data : "";
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)bytes, length);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    read_events(&r, data);
    yaml_parser_delete(&r.parser);
    return diags->errors == errors_before ? r.root : NULL;
}

void ca_yaml_version(ca_buf *out)
{
    ca_buf_printf(out, "libyaml %s", yaml_get_version_string());
}
