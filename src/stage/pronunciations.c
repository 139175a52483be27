/* pronunciations.c - the desk's own dictionary, line by line. */
#include "callaudit/pronunciations.h"

#include "callaudit/wording.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_WORD_BYTES = 100 };

static const char blanks[] = " \t\r";

typedef struct own_reader {
    const ca_strings *phones;
    ca_own_words *out;
    ca_diags *diags;
    ca_arena *arena;
    const char *line; /* its beginning */
    const char *end;  /* of what is said on it, the comment cut off */
    int number;
    bool memory; /* false once the arena refused */
} own_reader;

/* Columns count characters, as those of YAML files do. */
static int column_of(const own_reader *in, const char *at)
{
    int column = 1;
    for (const char *c = in->line; c < at; column++) {
        const size_t step = ca_utf8_step(c, (size_t)(in->end - c));
        c += step > 0 ? step : 1;
    }
    return column;
}

static bool complain(own_reader *in, const char *at, const char *what, const char *found)
{
    ca_diag_add(in->diags, CA_ERROR, in->number, column_of(in, at), "%s%s%s%s", what,
                found ? " '" : "", found ? found : "", found ? "'" : "");
    return false;
}

static const char *keep(own_reader *in, const char *text)
{
    in->memory = in->memory && text;
    return text;
}

/* ---- the word ---- */

/* The number of "word(2)" behind the word's own bytes; false when it is none. */
static bool is_number(const char *from, const char *end)
{
    return end - from == 3 && from[0] == '(' && from[1] >= '2' && from[1] <= '9' && from[2] == ')';
}

/* The word as phrases spell it; NULL when no phrase can hold it (complained) or out of memory. */
static const char *spell(own_reader *in, const char *from, const char *to)
{
    ca_strings spellings = {0};
    ca_error why = {0};
    size_t column = 0;
    const char *text = keep(in, ca_arena_strndup(in->arena, from, (size_t)(to - from)));
    if (!text) {
        return NULL;
    }
    if (to - from > MAX_WORD_BYTES) {
        complain(in, from, "the word is too long", NULL);
        return NULL;
    }
    if (strpbrk(text, "()[]|") || !ca_wording_expand(text, &spellings, &column, in->arena, &why) ||
        spellings.count != 1 || strchr(spellings.items[0], ' ')) {
        if (why.code != CA_ELIMIT) {
            complain(in, from, "expected a word as phrases spell it, found", text);
        }
        in->memory = in->memory && why.code != CA_ELIMIT;
        return NULL;
    }
    return spellings.items[0];
}

static bool read_name(own_reader *in, const char *from, const char *to, const char **name)
{
    const char *bracket = memchr(from, '(', (size_t)(to - from));
    const char *base = NULL;
    if (bracket && (bracket == from || !is_number(bracket, to))) {
        return complain(in, bracket, "expected (2) to (9) for a further pronunciation", NULL);
    }
    base = spell(in, from, bracket ? bracket : to);
    if (!base) {
        return false;
    }
    *name = keep(
        in, ca_arena_printf(in->arena, "%s%.*s", base, bracket ? 3 : 0, bracket ? bracket : ""));
    return *name != NULL;
}

/* ---- its phones ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *find_phone(const own_reader *in, const char *phone)
{
    const char **found = bsearch(&phone, in->phones->items, in->phones->count,
                                 sizeof *in->phones->items, compare_names);
    return found ? *found : NULL;
}

/* The phone meant by an unknown one: other letter case, or a slip of the pen. */
static const char *near_phone(const own_reader *in, const char *phone)
{
    for (size_t i = 0; i < in->phones->count; i++) {
        if (strcasecmp(in->phones->items[i], phone) == 0) {
            return in->phones->items[i];
        }
    }
    return ca_suggest(phone, in->phones->items, in->phones->count);
}

static void complain_phone(own_reader *in, const char *at, const char *phone)
{
    const char *near = near_phone(in, phone);
    ca_buf all = {0};
    for (size_t i = 0; !near && i < in->phones->count; i++) {
        ca_buf_printf(&all, " %s", in->phones->items[i]);
    }
    const int column = column_of(in, at);
    if (near) {
        ca_diag_add(in->diags, CA_ERROR, in->number, column,
                    "the model has no phone '%.40s'; did you mean '%s'?", phone, near);
    } else {
        ca_diag_add(in->diags, CA_ERROR, in->number, column,
                    "the model has no phone '%.40s', only%s", phone, ca_buf_text(&all));
    }
    ca_buf_release(&all);
}

/* One phone of the line; NULL when it is none. The CMU dictionary's stress digit is dropped. */
static const char *read_phone(own_reader *in, const char *from, const char *to)
{
    const char *text = keep(in, ca_arena_strndup(in->arena, from, (size_t)(to - from)));
    const char *phone = text ? find_phone(in, text) : NULL;
    if (!text || phone) {
        return phone;
    }
    if (to - from > 1 && to[-1] >= '0' && to[-1] <= '9') {
        const char *bare = keep(in, ca_arena_strndup(in->arena, from, (size_t)(to - from) - 1));
        phone = bare ? find_phone(in, bare) : NULL;
    }
    if (!phone && in->memory) {
        complain_phone(in, from, text);
    }
    return phone;
}

static bool read_phones(own_reader *in, const char *at, const char **phones)
{
    size_t count = 0;
    bool good = true;
    const char *text = "";
    while (in->memory && at < in->end) {
        const char *from = at + strspn(at, blanks);
        const char *to = from + strcspn(from, " \t\r\n");
        to = to < in->end ? to : in->end;
        at = to;
        if (from >= in->end) {
            break;
        }
        const char *phone = read_phone(in, from, to);
        good = good && phone;
        if (++count > CA_OWN_MAX_PHONES) {
            return complain(in, from, "more phones than a word can have", NULL);
        }
        if (phone) {
            text = keep(in, ca_arena_printf(in->arena, "%s%s%s", text, *text ? " " : "", phone));
        }
    }
    *phones = text;
    return good && in->memory;
}

/* ---- lines ---- */

static bool is_new(own_reader *in, const char *at, const char *name, const char *phones)
{
    const size_t base = strcspn(name, "(");
    for (size_t i = 0; i < in->out->count; i++) {
        const ca_own_word *other = &in->out->items[i];
        if (strncmp(other->name, name, base) != 0 || strcspn(other->name, "(") != base) {
            continue;
        }
        if (strcmp(other->name, name) == 0) {
            ca_diag_add(in->diags, CA_ERROR, in->number, column_of(in, at),
                        "'%s' was already given on line %d; further pronunciations are written "
                        "'%.*s(2)', '%.*s(3)'",
                        name, other->line, (int)base, name, (int)base, name);
            return false;
        }
        if (strcmp(other->phones, phones) == 0) {
            ca_diag_add(in->diags, CA_ERROR, in->number, column_of(in, at),
                        "the same pronunciation as on line %d", other->line);
            return false;
        }
    }
    return true;
}

static bool add_word(own_reader *in, const char *from)
{
    const char *to = from + strcspn(from, " \t\r\n");
    const char *name = NULL;
    const char *phones = NULL;
    to = to < in->end ? to : in->end;
    const bool named = read_name(in, from, to, &name);
    const bool pronounced = in->memory && read_phones(in, to, &phones);
    if (!named || !pronounced) {
        return in->memory;
    }
    if (*phones == '\0') {
        complain(in, to, "phones expected behind the word", NULL);
        return true;
    }
    if (!is_new(in, from, name, phones)) {
        return true;
    }
    ca_own_word *word = ca_push(in->arena, in->out);
    if (!word) {
        return false;
    }
    *word = (ca_own_word){name, phones, in->number};
    return true;
}

/* Where the comment begins: at a '#' with nothing or white space in front of it. */
static const char *cut_comment(const char *line, const char *end)
{
    for (const char *c = line; c < end; c++) {
        if (*c == '#' && (c == line || strchr(blanks, c[-1]))) {
            return c;
        }
    }
    return end;
}

static bool is_text(own_reader *in)
{
    for (const char *c = in->line; c < in->end;) {
        const size_t step = ca_utf8_step(c, (size_t)(in->end - c));
        if (step == 0) {
            return complain(in, c, *c ? "this is not UTF-8" : "a NUL byte", NULL);
        }
        c += step;
    }
    return true;
}

static bool read_line(own_reader *in, const char *line, const char *end)
{
    in->line = line;
    in->end = end;
    in->number++;
    if (!is_text(in)) {
        return true;
    }
    in->end = cut_comment(line, end);
    const char *from = line + strspn(line, blanks);
    return from >= in->end || add_word(in, from);
}

bool ca_pronunciations_parse(const char *path, const char *data, size_t length,
                             const ca_strings *phones, ca_own_words *out, ca_diags *diags,
                             ca_arena *arena)
{
    own_reader in = {.phones = phones, .out = out, .diags = diags, .arena = arena, .memory = true};
    char *text = ca_arena_alloc(arena, length + 1);
    diags->path = path;
    if (!text) {
        return false;
    }
    memcpy(text, data, length);
    const char *at = text + (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0);
    while (at < text + length) {
        const char *end = memchr(at, '\n', (size_t)(text + length - at));
        end = end ? end : text + length;
        if (out->count >= CA_OWN_MAX_WORDS) {
            ca_diag_add(diags, CA_ERROR, in.number + 1, 1, "more than %d words", CA_OWN_MAX_WORDS);
            return true;
        }
        if (!read_line(&in, at, end)) {
            return false;
        }
        at = end + 1;
    }
    if (out->count == 0 && diags->errors == 0) {
        ca_diag_add(diags, CA_ERROR, 0, 0, "no pronunciation: not one line \"word phone ...\"");
    }
    return true;
}
