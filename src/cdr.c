/* cdr.c - the CSV is split in place, one pass over the bytes; then its rows are sorted for look-ups
 * by call id and by file name. */
#include "callaudit/cdr.h"
#include "callaudit/fs.h"
#include "callaudit/text.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* One row under one key. Most comparisons end at the hash, without a look at the text. */
typedef struct entry {
    uint64_t hash;
    const char *key;
    size_t row;
} entry;

typedef struct entries {
    entry *items;
    size_t count;
} entries;

struct ca_cdr {
    const char *path;
    ca_arena *arena;
    CA_ARRAY(ca_cdr_row) rows;
    entries by_id, by_name;
};

/* ---- CSV ---- */

typedef struct csv {
    const char *path;
    char *at, *end; /* *end is a NUL */
    int line;
    char *texts[CA_CDR_MAX_COLUMNS]; /* of the row last read */
    size_t count;
    ca_error *err;
} csv;

static bool refuse(const csv *in, int line, const char *why)
{
    return ca_fail(in->err, CA_ESETUP, "%s:%d: %s", in->path, line, why);
}

/* Takes the quotes off a field: text is moved to the left over them. */
static bool take_quoted(csv *in, char **stop)
{
    int first_line = in->line;
    char *out = in->at++;
    for (; in->at < in->end; in->at++) {
        if (*in->at == '"' && in->at[1] != '"') {
            in->at++;
            *stop = out;
            return true;
        }
        in->at += *in->at == '"';
        in->line += *in->at == '\n';
        *out++ = *in->at;
    }
    return refuse(in, first_line, "a quote that is never closed");
}

static bool take_plain(csv *in, char **stop)
{
    in->at += strcspn(in->at, ",\r\n\"");
    if (*in->at == '"') {
        return refuse(in, in->line, "a quote inside a field that does not begin with one");
    }
    *stop = in->at;
    return true;
}

/* Steps over what ends a field; *last says that the row ends as well. */
static bool take_delimiter(csv *in, bool *last)
{
    *last = true;
    if (*in->at == ',') {
        in->at++;
        *last = false;
        return true;
    }
    bool pair = in->at[0] == '\r' && in->at[1] == '\n';
    if (pair || *in->at == '\n') {
        in->at += pair ? 2 : 1;
        in->line++;
        return true;
    }
    if (in->at == in->end) {
        return true;
    }
    return refuse(in, in->line,
                  *in->at == '\r' ? "a carriage return without a line feed"
                                  : "text behind a closing quote");
}

/* Reads one row into texts; *line is where it begins. */
static bool take_row(csv *in, int *line)
{
    *line = in->line;
    in->count = 0;
    for (bool last = false; !last;) {
        char *text = in->at;
        char *stop = NULL;
        if (in->count == CA_CDR_MAX_COLUMNS) {
            return refuse(in, *line, "more than 256 fields");
        }
        if (!(*text == '"' ? take_quoted(in, &stop) : take_plain(in, &stop)) ||
            !take_delimiter(in, &last)) {
            return false;
        }
        *stop = '\0';
        in->texts[in->count++] = text;
    }
    return true;
}

static bool is_blank(const csv *in)
{
    return in->count == 1 && in->texts[0][0] == '\0';
}

/* A file in another encoding: the line where that shows. */
static bool check_utf8(csv *in)
{
    if (ca_utf8_valid(in->at, (size_t)(in->end - in->at))) {
        return true;
    }
    int line = 1;
    for (const char *from = in->at; from < in->end; line++) {
        const char *stop = memchr(from, '\n', (size_t)(in->end - from));
        stop = stop != NULL ? stop + 1 : in->end;
        if (!ca_utf8_valid(from, (size_t)(stop - from))) {
            return refuse(in, line, "not UTF-8; convert the file with iconv");
        }
        from = stop;
    }
    return refuse(in, line, "not UTF-8");
}

/* ---- header ---- */

static const char *const field_names[CA_CDR_FIELD_COUNT] = {
    "call_id",   "file_name", "agent",   "team",     "queue",
    "direction", "customer",  "started", "language",
};

typedef struct layout {
    size_t width;
    int column[CA_CDR_FIELD_COUNT]; /* -1 where the CDR has none */
} layout;

static bool has_column(const csv *in, const char *name, int *column)
{
    *column = -1;
    for (size_t i = 0; i < in->count; i++) {
        if (strcmp(in->texts[i], name) != 0) {
            continue;
        }
        if (*column >= 0) {
            return ca_fail(in->err, CA_ESETUP, "%s:1: two columns are called '%s'", in->path, name);
        }
        *column = (int)i;
    }
    return true;
}

static bool no_column(const csv *in, const char *name)
{
    const char *near = ca_suggest(name, (const char *const *)in->texts, in->count);
    return ca_fail(in->err, CA_ESETUP, "%s:1: no column '%s'%s%s%s", in->path, name,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool take_header(csv *in, const ca_cdr_columns *columns, layout *out)
{
    const char *names[CA_CDR_FIELD_COUNT] = {
        columns->call_id,   columns->file_name, columns->agent,   columns->team,     columns->queue,
        columns->direction, columns->customer,  columns->started, columns->language,
    };
    bool named = false;
    int line = 0;
    for (size_t i = 0; i < CA_CDR_FIELD_COUNT; i++) {
        named = named || names[i] != NULL;
    }
    if (!take_row(in, &line)) {
        return false;
    }
    for (size_t i = 0; i < CA_CDR_FIELD_COUNT; i++) {
        const char *name = named ? names[i] : field_names[i];
        out->column[i] = -1;
        if (name != NULL && !has_column(in, name, &out->column[i])) {
            return false;
        }
        if (named && name != NULL && out->column[i] < 0) {
            return no_column(in, name);
        }
    }
    out->width = in->count;
    if (out->column[CA_CDR_CALL_ID] < 0 && out->column[CA_CDR_FILE_NAME] < 0) {
        return refuse(in, 1, "no column for the call id or the file name");
    }
    return true;
}

/* ---- rows ---- */

static bool take_rows(ca_cdr *cdr, csv *in, const layout *shape)
{
    while (in->at < in->end) {
        int line = 0;
        if (!take_row(in, &line)) {
            return false;
        }
        if (is_blank(in)) {
            continue;
        }
        if (in->count != shape->width) {
            return ca_fail(in->err, CA_ESETUP, "%s:%d: %zu fields, but the header has %zu",
                           in->path, line, in->count, shape->width);
        }
        ca_cdr_row *row = ca_push(cdr->arena, &cdr->rows);
        if (row == NULL) {
            return ca_fail_memory(in->err);
        }
        row->line = line;
        for (size_t i = 0; i < CA_CDR_FIELD_COUNT; i++) {
            const char *text = shape->column[i] < 0 ? "" : in->texts[shape->column[i]];
            row->fields[i] = *text != '\0' ? text : NULL;
        }
    }
    return true;
}

/* FNV-1a. Equal hashes of different keys cost a comparison, no more. */
static entry make_entry(ca_cdr_field key, const char *text, size_t row)
{
    const char *name = key == CA_CDR_FILE_NAME ? ca_path_name(text) : text;
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (const char *at = name; *at != '\0'; at++) {
        hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001B3);
    }
    return (entry){hash, name, row};
}

static int compare_keys(const void *left, const void *right)
{
    const entry *a = left;
    const entry *b = right;
    if (a->hash != b->hash) {
        return a->hash < b->hash ? -1 : 1;
    }
    return strcmp(a->key, b->key);
}

static int compare_entries(const void *left, const void *right)
{
    const entry *a = left;
    const entry *b = right;
    int order = compare_keys(a, b);
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

static bool sort_rows(ca_cdr *cdr, ca_cdr_field key, entries *out, ca_error *err)
{
    out->items = ca_arena_alloc(cdr->arena, (cdr->rows.count + 1) * sizeof *out->items);
    if (out->items == NULL) {
        return ca_fail_memory(err);
    }
    for (size_t i = 0; i < cdr->rows.count; i++) {
        const char *text = cdr->rows.items[i].fields[key];
        if (text != NULL) {
            out->items[out->count++] = make_entry(key, text, i);
        }
    }
    qsort(out->items, out->count, sizeof *out->items, compare_entries);
    return true;
}

static bool parse(ca_cdr *cdr, csv *in, const ca_cdr_columns *columns)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    layout shape = {0};
    if (strncmp(in->at, byte_order_mark, 3) == 0) {
        in->at += 3;
    }
    return check_utf8(in) && take_header(in, columns, &shape) && take_rows(cdr, in, &shape) &&
           sort_rows(cdr, CA_CDR_CALL_ID, &cdr->by_id, in->err) &&
           sort_rows(cdr, CA_CDR_FILE_NAME, &cdr->by_name, in->err);
}

/* ---- life ---- */

static ca_cdr *new_cdr(const char *path, ca_error *err)
{
    ca_arena *arena = ca_arena_new(0);
    ca_cdr *cdr = arena != NULL ? ca_arena_alloc(arena, sizeof *cdr) : NULL;
    char *name = cdr != NULL ? ca_arena_strdup(arena, path) : NULL;
    if (name == NULL) {
        ca_arena_free(arena);
        ca_fail_memory(err);
        return NULL;
    }
    cdr->arena = arena;
    cdr->path = name;
    return cdr;
}

void ca_cdr_free(ca_cdr *cdr)
{
    if (cdr != NULL) {
        ca_arena_free(cdr->arena);
    }
}

/* `data` is the new CDR's own and is cut into fields where it stands. */
static ca_cdr *cut(ca_cdr *cdr, char *data, size_t length, const ca_cdr_columns *columns,
                   ca_error *err)
{
    csv in = {.path = cdr->path, .at = data, .end = data + length, .line = 1, .err = err};
    bool good = length <= CA_CDR_MAX_BYTES ? parse(cdr, &in, columns)
                                           : ca_fail(err, CA_ESETUP, "%s: over 1 GiB", cdr->path);
    if (!good) {
        ca_cdr_free(cdr);
        return NULL;
    }
    return cdr;
}

ca_cdr *ca_cdr_open(const char *path, const ca_cdr_columns *columns, ca_error *err)
{
    ca_error why = {0};
    ca_bytes bytes = {0};
    ca_cdr *cdr = new_cdr(path, err);
    if (cdr != NULL && !ca_read_file(path, CA_CDR_MAX_BYTES, &bytes, cdr->arena, &why)) {
        ca_fail(err, CA_ESETUP, "CDR %s", why.msg);
        ca_cdr_free(cdr);
        return NULL;
    }
    /* The bytes lie in our own arena: const only keeps others from writing there. */
    return cdr != NULL ? cut(cdr, (char *)bytes.data, bytes.length, columns, err) : NULL;
}

ca_cdr *ca_cdr_parse(const char *path, const char *data, size_t length,
                     const ca_cdr_columns *columns, ca_error *err)
{
    ca_cdr *cdr = new_cdr(path, err);
    char *copy = cdr != NULL ? ca_arena_strndup(cdr->arena, data, length) : NULL;
    if (copy == NULL) {
        ca_fail_memory(err);
        ca_cdr_free(cdr);
        return NULL;
    }
    return cut(cdr, copy, length, columns, err);
}

size_t ca_cdr_count(const ca_cdr *cdr)
{
    return cdr->rows.count;
}

/* ---- look-ups ---- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_row(const ca_cdr_row *a, const ca_cdr_row *b)
{
    for (size_t i = 0; i < CA_CDR_FIELD_COUNT; i++) {
        if (!same_text(a->fields[i], b->fields[i])) {
            return false;
        }
    }
    return true;
}

bool ca_cdr_find(ca_cdr *cdr, ca_cdr_field key, const char *value, const ca_cdr_row **row,
                 ca_error *err)
{
    assert(key == CA_CDR_CALL_ID || key == CA_CDR_FILE_NAME);
    const entries *index = key == CA_CDR_CALL_ID ? &cdr->by_id : &cdr->by_name;
    entry wanted = make_entry(key, value, 0);
    *row = NULL;
    const entry *found = index->count > 0 ? bsearch(&wanted, index->items, index->count,
                                                    sizeof *index->items, compare_keys)
                                          : NULL;
    if (found == NULL) {
        return true;
    }
    while (found > index->items && compare_keys(&found[-1], &wanted) == 0) {
        found--;
    }
    const entry *end = index->items + index->count;
    ca_cdr_row *first = &cdr->rows.items[found->row];
    for (; found < end && compare_keys(found, &wanted) == 0; found++) {
        ca_cdr_row *other = &cdr->rows.items[found->row];
        other->used = true;
        if (!same_row(first, other)) {
            return ca_fail_call(err, CA_REASON_NO_METADATA, "%s: lines %d and %d both have %s '%s'",
                                cdr->path, first->line, other->line, field_names[key], wanted.key);
        }
    }
    *row = first;
    return true;
}

bool ca_cdr_unused(const ca_cdr *cdr, ca_strings *ids, ca_arena *arena, ca_error *err)
{
    for (size_t i = 0; i < cdr->rows.count; i++) {
        const ca_cdr_row *row = &cdr->rows.items[i];
        const char *id = row->fields[CA_CDR_CALL_ID];
        id = id != NULL ? id : row->fields[CA_CDR_FILE_NAME];
        if (!row->used && id != NULL && !ca_strings_add(ids, id, arena, err)) {
            return false;
        }
    }
    return true;
}
