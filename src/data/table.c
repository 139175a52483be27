/* table.c - the rows of one query in three formats. */
#include "callaudit/table.h"

#include "callaudit/json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char no_value[] = "–";

/* ---- texts that may be printed ---- */

/* Length of the control character at `at`: ASCII's, or one of the two-byte ones U+0080 to U+009F,
 * which terminals obey too; 0 for none. */
static size_t control_length(const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;
    if (byte[0] < 0x20 || byte[0] == 0x7f) {
        return 1;
    }
    return byte[0] == 0xc2 && byte[1] >= 0x80 && byte[1] <= 0x9f ? 2 : 0;
}

/* A '?' for each byte beyond ASCII when the text is not UTF-8, and for each control character
 * unless these may stay. NULL when out of memory. */
static const char *printable(const char *text, bool controls_stay, ca_arena *arena)
{
    bool valid = ca_utf8_valid(text, strlen(text));
    char *copy = ca_arena_alloc(arena, strlen(text) + 1);
    size_t length = 0;
    for (const char *at = text; copy != NULL && *at != '\0'; at++) {
        size_t control = controls_stay ? 0 : control_length(at);
        bool bad = control > 0 || (!valid && (*at & 0x80) != 0);
        copy[length++] = bad ? '?' : *at;
        at += control == 2;
    }
    return copy;
}

/* ---- JSON ---- */

static void json_value(ca_json *json, ca_stmt *stmt, int column, ca_arena *arena)
{
    const char *key = ca_column_name(stmt, column);
    switch (ca_column_type(stmt, column)) {
    case CA_TYPE_NULL: ca_json_null(json, key); break;
    case CA_TYPE_INT: ca_json_int(json, key, ca_column_int(stmt, column)); break;
    case CA_TYPE_REAL: ca_json_real(json, key, ca_column_real(stmt, column)); break;
    case CA_TYPE_TEXT:
        ca_json_text(json, key, printable(ca_column_text(stmt, column), true, arena));
        break;
    }
}

static bool json_row(ca_stmt *stmt, ca_buf *out, ca_error *err)
{
    ca_json *json = ca_json_new();
    ca_arena *arena = ca_arena_new(0);
    bool done = false;
    if (json == NULL || arena == NULL) {
        ca_fail_memory(err);
        goto done;
    }
    for (int i = 0; i < ca_column_count(stmt); i++) {
        json_value(json, stmt, i, arena);
    }
    done = ca_json_write(json, false, out, err);
done:
    ca_json_free(json);
    ca_arena_free(arena);
    return done;
}

bool ca_table_json_rows(ca_stmt *stmt, ca_buf *out, ca_error *err)
{
    const char *before = "\n";
    ca_buf_puts(out, "[");
    while (ca_step_row(stmt, err)) {
        ca_buf_puts(out, before);
        before = ",\n";
        if (!json_row(stmt, out, err)) {
            ca_stmt_reset(stmt);
            return false;
        }
    }
    ca_buf_puts(out, "\n]");
    return err->code == CA_OK;
}

static bool write_json(ca_stmt *stmt, const char *name, ca_buf *out, ca_error *err)
{
    ca_buf_printf(out, "{\"%s\":", name);
    bool done = ca_table_json_rows(stmt, out, err);
    ca_buf_puts(out, "}\n");
    return done;
}

/* ---- CSV ---- */

static void csv_field(ca_buf *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        ca_buf_puts(out, text);
        return;
    }
    ca_buf_puts(out, "\"");
    for (const char *at = text; *at != '\0'; at++) {
        ca_buf_add(out, at, 1);
        if (*at == '"') {
            ca_buf_puts(out, "\"");
        }
    }
    ca_buf_puts(out, "\"");
}

static bool csv_value(ca_stmt *stmt, int column, ca_arena *arena, ca_buf *out)
{
    const char *text = ca_column_text(stmt, column);
    if (text == NULL) {
        return true;
    }
    if (ca_column_type(stmt, column) != CA_TYPE_TEXT) { /* SQLite prints numbers without locale */
        ca_buf_puts(out, text);
        return true;
    }
    text = printable(text, true, arena);
    if (text != NULL) {
        csv_field(out, text);
    }
    return text != NULL;
}

static bool write_csv(ca_stmt *stmt, ca_arena *arena, ca_buf *out, ca_error *err)
{
    int columns = ca_column_count(stmt);
    for (int i = 0; i < columns; i++) {
        ca_buf_puts(out, i > 0 ? "," : "");
        csv_field(out, ca_column_name(stmt, i));
    }
    ca_buf_puts(out, "\r\n");
    while (ca_step_row(stmt, err)) {
        for (int i = 0; i < columns; i++) {
            ca_buf_puts(out, i > 0 ? "," : "");
            if (!csv_value(stmt, i, arena, out)) {
                ca_stmt_reset(stmt);
                return ca_fail_memory(err);
            }
        }
        ca_buf_puts(out, "\r\n");
    }
    return err->code == CA_OK;
}

/* ---- tables for people ---- */

typedef struct cell {
    const char *text;
    bool number;
} cell;

typedef struct grid {
    size_t width;         /* cells a row */
    CA_ARRAY(cell) cells; /* the headings are the first row */
    ca_arena *arena;
} grid;

static const char *value_text(ca_stmt *stmt, int column, ca_cell kind, ca_arena *arena)
{
    char time[32];
    ca_type type = ca_column_type(stmt, column);
    if (type == CA_TYPE_NULL) {
        return no_value;
    }
    if (type == CA_TYPE_TEXT) {
        return printable(ca_column_text(stmt, column), false, arena);
    }
    if (kind == CA_CELL_PERCENT) {
        return ca_arena_printf(arena, "%.1f", 100 * ca_column_real(stmt, column));
    }
    if (kind == CA_CELL_TIME) {
        ca_format_ms(ca_column_int(stmt, column), time, sizeof time);
        return ca_arena_strdup(arena, time);
    }
    if (type == CA_TYPE_REAL) {
        return ca_arena_printf(arena, "%.1f", ca_column_real(stmt, column));
    }
    return ca_arena_printf(arena, "%" PRId64, ca_column_int(stmt, column));
}

static bool add_cell(grid *to, const char *text, bool number)
{
    cell *last = text != NULL ? ca_push(to->arena, &to->cells) : NULL;
    if (last != NULL) {
        *last = (cell){text, number};
    }
    return last != NULL;
}

/* Puts a value behind the last cell's, or leaves it away when either is missing. */
static bool join_cell(grid *to, const char *join, const char *text)
{
    assert(to->cells.items != NULL && to->cells.count > 0); /* the first column joins nothing */
    cell *last = &to->cells.items[to->cells.count - 1];
    if (text != NULL && strcmp(last->text, no_value) != 0 && strcmp(text, no_value) != 0) {
        last->text = ca_arena_printf(to->arena, "%s%s%s", last->text, join, text);
    }
    return text != NULL && last->text != NULL;
}

static bool add_row(grid *to, ca_stmt *stmt, const ca_table_column *columns)
{
    bool done = true;
    for (int i = 0; done && i < ca_column_count(stmt); i++) {
        const ca_table_column *column = &columns[i];
        const char *text = value_text(stmt, i, column->cell, to->arena);
        ca_type type = ca_column_type(stmt, i);
        if (column->join != NULL) {
            done = join_cell(to, column->join, text);
        } else if (column->title != NULL) {
            done = add_cell(to, text, type == CA_TYPE_INT || type == CA_TYPE_REAL);
        }
    }
    return done;
}

static bool add_headings(grid *to, ca_stmt *stmt, const ca_table_column *columns)
{
    bool done = true;
    for (int i = 0; done && i < ca_column_count(stmt); i++) {
        if (columns[i].title != NULL && columns[i].join == NULL) {
            done = add_cell(to, columns[i].title, false);
        }
    }
    to->width = to->cells.count;
    return done;
}

/* How wide a column is, and whether it stands to the right, as numbers do. */
static size_t measure_column(const grid *of, size_t column, bool *right)
{
    size_t widest = 0;
    *right = false;
    for (size_t i = column; i < of->cells.count; i += of->width) {
        size_t width = ca_utf8_width(of->cells.items[i].text);
        widest = width > widest ? width : widest;
        *right = *right || of->cells.items[i].number;
    }
    return widest;
}

static void put_cell(ca_buf *out, const char *text, size_t width, bool right, bool last)
{
    size_t used = ca_utf8_width(text);
    int pad = width > used ? (int)(width - used) : 0;
    if (right) {
        ca_buf_printf(out, "%*s%s", pad, "", text);
    } else {
        ca_buf_printf(out, "%s%*s", text, last ? 0 : pad, "");
    }
    ca_buf_puts(out, last ? "\n" : "  ");
}

static bool put_grid(const grid *of, ca_buf *out)
{
    size_t *widths = ca_arena_alloc(of->arena, of->width * sizeof *widths);
    bool *rights = ca_arena_alloc(of->arena, of->width * sizeof *rights);
    if (widths == NULL || rights == NULL) {
        return false;
    }
    for (size_t i = 0; i < of->width; i++) {
        widths[i] = measure_column(of, i, &rights[i]);
    }
    for (size_t i = 0; i < of->cells.count; i++) {
        size_t column = i % of->width;
        put_cell(out, of->cells.items[i].text, widths[column], rights[column],
                 column + 1 == of->width);
    }
    return true;
}

static bool write_table(ca_stmt *stmt, const ca_table_column *columns, ca_arena *arena, ca_buf *out,
                        ca_error *err)
{
    grid rows = {.arena = arena};
    bool done = add_headings(&rows, stmt, columns);
    while (done && ca_step_row(stmt, err)) {
        done = add_row(&rows, stmt, columns);
    }
    ca_stmt_reset(stmt);
    if (err->code != CA_OK) {
        return false;
    }
    return (done && put_grid(&rows, out)) || ca_fail_memory(err);
}

/* ---- all three ---- */

bool ca_table_write(ca_stmt *stmt, const char *name, const ca_table_column *columns,
                    ca_format format, ca_buf *out, ca_error *err)
{
    ca_arena *arena = ca_arena_new(0);
    if (arena == NULL) {
        return ca_fail_memory(err);
    }
    bool done = false;
    switch (format) {
    case CA_FORMAT_TABLE: done = write_table(stmt, columns, arena, out, err); break;
    case CA_FORMAT_CSV: done = write_csv(stmt, arena, out, err); break;
    case CA_FORMAT_JSON: done = write_json(stmt, name, out, err); break;
    }
    ca_arena_free(arena);
    return done && (!out->failed || ca_fail_memory(err));
}
