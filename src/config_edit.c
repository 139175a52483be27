/* config_edit.c - the models: entry of callaudit.yaml. The YAML tree says where things stand; one
 * piece of the text is replaced; the result is parsed again and must differ in the entry alone, so
 * that a form that was not thought of is refused and not spoilt. */
#include "callaudit/config_edit.h"

#include "callaudit/node.h"

#include <string.h>
#include <strings.h>

typedef struct piece {
    size_t at, cut;   /* bytes of the old text */
    const char *text; /* what stands there from now on */
} piece;

typedef struct editor {
    const char *data;
    size_t length;
    const char *eol;
    const char *language;
    const char *value; /* the folder as YAML */
    ca_arena *arena;
} editor;

/* ---- the folder as YAML ---- */

static bool is_plain(const char *text)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
    return strspn(text, letters) == strlen(text) && strchr(text, '/') != NULL && text[0] != '-';
}

/* In single quotes only the quote itself needs care. */
static bool write_value(const char *folder, ca_buf *out, ca_error *err)
{
    if (!ca_utf8_valid(folder, strlen(folder))) {
        return ca_fail(err, CA_EUSAGE, "the folder's name is not UTF-8");
    }
    for (const char *c = folder; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 127 || strncmp(c, "\xc2\x85", 2) == 0 ||
            strncmp(c, "\xe2\x80\xa8", 3) == 0 || strncmp(c, "\xe2\x80\xa9", 3) == 0) {
            return ca_fail(err, CA_EUSAGE, "the folder's name holds a line break or the like");
        }
    }
    if (is_plain(folder)) {
        ca_buf_puts(out, folder);
    } else {
        ca_buf_puts(out, "'");
        for (const char *c = folder; *c; c++) {
            ca_buf_add(out, c, 1);
            ca_buf_puts(out, *c == '\'' ? "'" : "");
        }
        ca_buf_puts(out, "'");
    }
    return !out->failed || ca_fail_memory(err);
}

bool ca_config_model_lines(const char *language, const char *folder, ca_buf *out, ca_error *err)
{
    ca_buf_printf(out, "models:\n  %s: ", language);
    if (!write_value(folder, out, err)) {
        return false;
    }
    ca_buf_puts(out, "\n");
    return !out->failed || ca_fail_memory(err);
}

/* ---- places in the text ---- */

/* The first byte behind the line break of the line that holds `at`; the length at the end. */
static size_t next_line(const editor *e, size_t at)
{
    while (at < e->length && e->data[at] != '\n' && e->data[at] != '\r') {
        at++;
    }
    if (at < e->length) {
        at += e->data[at] == '\r' && at + 1 < e->length && e->data[at + 1] == '\n' ? 2 : 1;
    }
    return at;
}

static size_t line_start(const editor *e, int line)
{
    size_t at = 0;
    for (int i = 1; i < line && at < e->length; i++) {
        at = next_line(e, at);
    }
    return at;
}

/* Columns are characters. */
static size_t offset_of(const editor *e, int line, int column)
{
    size_t at = line_start(e, line);
    for (int i = 1; i < column && at < e->length; i++) {
        const size_t step = ca_utf8_step(e->data + at, e->length - at);
        at += step > 0 ? step : 1;
    }
    return at;
}

static bool ends_with_break(const editor *e, size_t at)
{
    return at == 0 || e->data[at - 1] == '\n' || e->data[at - 1] == '\r';
}

/* Bytes that a scalar takes in the text; 0 when it is written in a way that we do not replace. */
static size_t scalar_length(const editor *e, size_t at, const ca_node *node)
{
    const size_t length = strlen(node->text);
    const size_t left = e->length - at;
    if (node->style == CA_SCALAR_PLAIN) {
        return left >= length && memcmp(e->data + at, node->text, length) == 0 ? length : 0;
    }
    const char quote = node->style == CA_SCALAR_DOUBLE ? '"' : '\'';
    const bool simple = left >= length + 2 && e->data[at] == quote &&
                        memcmp(e->data + at + 1, node->text, length) == 0 &&
                        e->data[at + 1 + length] == quote && !strchr(node->text, quote);
    return simple ? length + 2 : 0;
}

/* ---- the piece to replace ---- */

static bool unsafe(ca_error *err, const char *why)
{
    return ca_fail(err, CA_ESETUP, "models: cannot be edited safely: %s", why);
}

static bool set_text(piece *p, char *text, ca_error *err)
{
    p->text = text;
    return text || ca_fail_memory(err);
}

static bool replace_scalar(const editor *e, const ca_node *node, const char *before,
                           const char *after, piece *p, ca_error *err)
{
    p->at = offset_of(e, node->line, node->column);
    p->cut = scalar_length(e, p->at, node);
    if (p->cut == 0) {
        return unsafe(err, "the entry is not plain text on one line");
    }
    return set_text(p, ca_arena_printf(e->arena, "%s%s%s", before, e->value, after), err);
}

/* A line of its own behind the line of the key `models`. */
static bool add_line(const editor *e, const ca_node *models, int indent, piece *p, ca_error *err)
{
    p->at = next_line(e, offset_of(e, models->key_line, models->key_column));
    p->cut = 0;
    const char *before = ends_with_break(e, p->at) ? "" : e->eol;
    return set_text(p,
                    ca_arena_printf(e->arena, "%s%*s%s: %s%s", before, indent, "", e->language,
                                    e->value, e->eol),
                    err);
}

/* Behind the brace that opens {...}. */
static bool add_item(const editor *e, const ca_node *models, piece *p, ca_error *err)
{
    p->at = offset_of(e, models->line, models->column) + 1;
    p->cut = 0;
    return set_text(
        p,
        ca_arena_printf(e->arena, "%s: %s%s", e->language, e->value, models->count > 0 ? ", " : ""),
        err);
}

/* The key and the entry at the end of the file. */
static bool add_section(const editor *e, const ca_node *root, piece *p, ca_error *err)
{
    const int indent = root->column - 1;
    if (e->data[offset_of(e, root->line, root->column)] == '{') {
        return unsafe(err, "the whole file is one {...}");
    }
    p->at = e->length;
    p->cut = 0;
    return set_text(p,
                    ca_arena_printf(e->arena, "%s%*smodels:%s%*s%s: %s%s",
                                    ends_with_break(e, e->length) ? "" : e->eol, indent, "", e->eol,
                                    indent + 2, "", e->language, e->value, e->eol),
                    err);
}

static const ca_node *find_language(const ca_node *models, const char *language)
{
    const ca_node *child = models && models->kind == CA_NODE_MAP ? models->first : NULL;
    while (child && strcasecmp(child->key, language) != 0) {
        child = child->next;
    }
    return child;
}

static bool find_piece(const editor *e, const ca_node *root, piece *p, ca_error *err)
{
    const ca_node *models = ca_node_get(root, "models");
    const ca_node *entry = find_language(models, e->language);
    if (!models) {
        return add_section(e, root, p, err);
    }
    if (entry) {
        return entry->kind == CA_NODE_SCALAR
                   ? replace_scalar(e, entry, "", "", p, err)
                   : unsafe(err, "the language's entry has settings of its own");
    }
    if (models->kind == CA_NODE_SCALAR && !ca_node_is_null(models)) {
        return unsafe(err, "it is text");
    }
    if (models->kind == CA_NODE_SCALAR) {
        if (*models->text == '\0' && models->style == CA_SCALAR_PLAIN) {
            return add_line(e, models, root->column + 1, p, err);
        }
        const char *open = ca_arena_printf(e->arena, "{%s: ", e->language);
        return open ? replace_scalar(e, models, open, "}", p, err) : ca_fail_memory(err);
    }
    if (models->kind == CA_NODE_MAP && e->data[offset_of(e, models->line, models->column)] == '{') {
        return add_item(e, models, p, err);
    }
    return models->kind == CA_NODE_MAP ? add_line(e, models, models->first->key_column - 1, p, err)
                                       : unsafe(err, "it is a list");
}

/* ---- what came out ---- */

static bool same_tree(const ca_node *a, const ca_node *b)
{
    if (a->kind != b->kind || a->count != b->count ||
        (a->kind == CA_NODE_SCALAR && (a->style != b->style || strcmp(a->text, b->text) != 0))) {
        return false;
    }
    const ca_node *y = b->first;
    for (const ca_node *x = a->first; x; x = x->next, y = y->next) {
        if ((x->key && strcmp(x->key, y->key) != 0) || !same_tree(x, y)) {
            return false;
        }
    }
    return true;
}

static const ca_node *skip(const ca_node *node, const ca_node *left_out)
{
    return node && node == left_out ? node->next : node;
}

/* The children of two maps, but for one of each. */
static bool same_children(const ca_node *a, const ca_node *without_a, const ca_node *b,
                          const ca_node *without_b)
{
    const ca_node *x = skip(a ? a->first : NULL, without_a);
    const ca_node *y = skip(b ? b->first : NULL, without_b);
    while (x && y && strcmp(x->key, y->key) == 0 && same_tree(x, y)) {
        x = skip(x->next, without_a);
        y = skip(y->next, without_b);
    }
    return !x && !y;
}

static bool is_right(const ca_node *before, const ca_node *after, const char *language,
                     const char *folder)
{
    const ca_node *old = ca_node_get(before, "models");
    const ca_node *new = ca_node_get(after, "models");
    const ca_node *entry = find_language(new, language);
    const ca_node *old_map = old && old->kind == CA_NODE_MAP ? old : NULL;
    return entry && entry->kind == CA_NODE_SCALAR && strcmp(entry->text, folder) == 0 &&
           same_children(before, old, after, new) &&
           same_children(old_map, find_language(old_map, language), new, entry);
}

static const ca_node *parse(const char *path, const char *data, size_t length, ca_arena *arena,
                            ca_error *err)
{
    ca_diags diags;
    ca_diags_init(&diags, arena);
    const ca_node *root = ca_yaml_parse(path, data, length, &diags, arena);
    if (root && root->kind == CA_NODE_MAP) {
        return root;
    }
    if (diags.errors > 0) {
        ca_diags_fail(&diags, err);
    } else {
        ca_fail(err, CA_ESETUP, "%s: expected keys, as database: FILE", path);
    }
    return NULL;
}

static bool edit(editor *e, const char *path, const char *folder, ca_buf *out, ca_error *err)
{
    piece p = {0};
    ca_error why = {0};
    const ca_node *before = parse(path, e->data, e->length, e->arena, err);
    if (!before || !find_piece(e, before, &p, err)) {
        return false;
    }
    ca_buf_add(out, e->data, p.at);
    ca_buf_puts(out, p.text);
    ca_buf_add(out, e->data + p.at + p.cut, e->length - p.at - p.cut);
    if (out->failed) {
        return ca_fail_memory(err);
    }
    const ca_node *after = parse(path, ca_buf_text(out), out->length, e->arena, &why);
    return (after && is_right(before, after, e->language, folder)) ||
           unsafe(err, "the file is written in a way that this program does not change");
}

bool ca_config_set_model(const char *path, const char *data, size_t length, const char *language,
                         const char *folder, ca_buf *out, ca_arena *arena, ca_error *err)
{
    ca_buf value = {0};
    editor e = {.data = data, .length = length, .eol = "\n", .language = language, .arena = arena};
    if (length == 0) {
        return ca_config_model_lines(language, folder, out, err);
    }
    const size_t second = next_line(&e, 0);
    if (second >= 2 && data[second - 1] == '\n' && data[second - 2] == '\r') {
        e.eol = "\r\n";
    }
    bool ok = write_value(folder, &value, err);
    e.value = ca_buf_text(&value);
    ok = ok && edit(&e, path, folder, out, err);
    ca_buf_release(&value);
    return ok;
}
