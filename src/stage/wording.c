/* wording.c - a phrase, or a regex of the simple kind, as the set of its wordings.
 *
 * Both grammars are read by one recursive descent over sets of texts: a sequence is the product of
 * its parts, alternatives are a union, what is optional is a union with "". The pattern of a phrase
 * is made from the same set, so that what is listened for and what is matched never differ. Phrases
 * are read with full width signs and letters made half width. */
#include "callaudit/wording.h"

#include "form.h"
#include "partial.h"

#include <ctype.h>
#include <string.h>

enum {
    MAX_BYTES = 512,                  /* of one phrase; longer ones are no wording but a text */
    SCRATCH_BYTES = 16 << 20,         /* for the intermediate sets */
    MAX_CHOICES = 4 * CA_WORDING_MAX, /* of words to leave out; many come to the same wording */
};

typedef struct parser {
    const char *text;
    size_t at, length;
    bool regex;       /* which of the two grammars */
    size_t min_words; /* of a wording that suffice; 0 for all */
    ca_arena *scratch;
    size_t *column;
    ca_error *err;
} parser;

static bool parse_choice(parser *p, ca_strings *out);

static bool fail_at(parser *p, size_t at, const char *what)
{
    *p->column = at + 1;
    return ca_fail(p->err, CA_EINPUT, "%s", what);
}

static char peek(const parser *p)
{
    return p->at < p->length ? p->text[p->at] : '\0';
}

/* ---- sets of texts ---- */

static bool add(parser *p, ca_strings *set, const char *text)
{
    if (set->count >= CA_WORDING_MAX) {
        return fail_at(p, p->at, "stands for too many wordings: split it into several phrases");
    }
    return ca_strings_add(set, text, p->scratch, p->err);
}

static bool add_all(parser *p, ca_strings *set, const ca_strings *more)
{
    for (size_t i = 0; i < more->count; i++) {
        if (!add(p, set, more->items[i])) {
            return false;
        }
    }
    return true;
}

/* left becomes every text of left followed by every text of right. */
static bool multiply(parser *p, ca_strings *left, const ca_strings *right)
{
    ca_strings product = {0};
    for (size_t i = 0; i < left->count; i++) {
        for (size_t k = 0; k < right->count; k++) {
            const char *text = ca_arena_printf(p->scratch, "%s%s", left->items[i], right->items[k]);
            if (text == NULL) {
                return ca_fail_memory(p->err);
            }
            if (!add(p, &product, text)) {
                return false;
            }
        }
    }
    *left = product;
    return true;
}

/* ---- what can be spoken ---- */

static bool is_wordlike(const parser *p, size_t at)
{
    return at < p->length && (isalnum((unsigned char)p->text[at]) || (p->text[at] & 0x80) != 0);
}

/* Apostrophes belong to words, hyphens do inside them, full stops behind single letters (a.m.). */
static bool may_stand(const parser *p, size_t at, uint32_t c)
{
    if (form_is_space(c) || c == '\'' || c == FORM_CURLY_APOSTROPHE) {
        return true;
    }
    if (c == '-') {
        return at > 0 && is_wordlike(p, at - 1) && is_wordlike(p, at + 1);
    }
    if (c == '.') {
        return at > 0 && isalpha((unsigned char)p->text[at - 1]) &&
               (at == 1 || !is_wordlike(p, at - 2));
    }
    return ca_is_spoken(c);
}

/* ---- phrases ---- */

static bool phrase_group(parser *p, ca_strings *out)
{
    size_t open = p->at++;
    bool optional = p->text[open] == '[';
    char close = optional ? ']' : ')';
    if (!parse_choice(p, out)) {
        return false;
    }
    if (p->at == p->length) {
        return fail_at(p, open, optional ? "'[' is never closed" : "'(' is never closed");
    }
    if (p->text[p->at] != close) {
        return fail_at(p, p->at, optional ? "']' expected here" : "')' expected here");
    }
    p->at++;
    return !optional || add(p, out, "");
}

static bool phrase_run(parser *p, ca_strings *out)
{
    size_t from = p->at;
    while (p->at < p->length && strchr("()[]|", p->text[p->at]) == NULL) {
        const char *cursor = p->text + p->at;
        uint32_t c = ca_utf8_next(&cursor, p->text + p->length);
        if (!may_stand(p, p->at, c)) {
            return fail_at(p, p->at,
                           "this sign is never spoken: write words as they are said, and only "
                           "( | ) and [ ] beside them");
        }
        p->at = (size_t)(cursor - p->text);
    }
    const char *run = ca_arena_strndup(p->scratch, p->text + from, p->at - from);
    return run != NULL ? add(p, out, run) : ca_fail_memory(p->err);
}

static bool phrase_atom(parser *p, ca_strings *out)
{
    char c = peek(p);
    return c == '(' || c == '[' ? phrase_group(p, out) : phrase_run(p, out);
}

/* ---- regexes; every failure only says "not of the simple kind" ---- */

static bool regex_group(parser *p, ca_strings *out)
{
    p->at++;
    if (peek(p) == '?') {
        if (p->at + 1 >= p->length || p->text[p->at + 1] != ':') {
            return false;
        }
        p->at += 2;
    }
    if (!parse_choice(p, out) || peek(p) != ')') {
        return false;
    }
    p->at++;
    return true;
}

static bool regex_escape(parser *p, ca_strings *out)
{
    p->at++;
    char c = peek(p);
    p->at++;
    if (c == 'b') {
        return add(p, out, "");
    }
    if (c == 's') {
        bool more = peek(p) == '+';
        p->at += more;
        return !(more && peek(p) == '?') && add(p, out, " ");
    }
    if (c == '\0' || strchr(".-'", c) == NULL) {
        return false;
    }
    const char *text = ca_arena_strndup(p->scratch, &c, 1);
    return text != NULL && add(p, out, text);
}

static bool regex_literal(parser *p, ca_strings *out)
{
    const char *cursor = p->text + p->at;
    uint32_t c = ca_utf8_next(&cursor, p->text + p->length);
    const char half = (char)ca_fold_width(c);
    const bool wide = ca_fold_width(c) != c;
    if (c == '.' || !may_stand(p, p->at, ca_fold_width(c))) {
        return false;
    }
    size_t size = (size_t)(cursor - p->text) - p->at;
    const char *text = wide ? ca_arena_strndup(p->scratch, &half, 1)
                            : ca_arena_strndup(p->scratch, p->text + p->at, size);
    p->at += size;
    return text != NULL && add(p, out, text);
}

static bool regex_atom(parser *p, ca_strings *out)
{
    char c = peek(p);
    bool ok = c == '('    ? regex_group(p, out)
              : c == '\\' ? regex_escape(p, out)
                          : regex_literal(p, out);
    if (!ok || peek(p) != '?') {
        return ok; /* any other quantifier is refused as a literal */
    }
    p->at++;
    return add(p, out, "");
}

/* ---- both ---- */

static bool is_blank(const parser *p, size_t from)
{
    while (from < p->at && form_is_space((unsigned char)p->text[from])) {
        from++;
    }
    return from == p->at;
}

static bool parse_sequence(parser *p, ca_strings *out)
{
    size_t from = p->at;
    if (!add(p, out, "")) {
        return false;
    }
    while (p->at < p->length && strchr("|)]", p->text[p->at]) == NULL) {
        ca_strings atom = {0};
        if (!(p->regex ? regex_atom(p, &atom) : phrase_atom(p, &atom)) ||
            !multiply(p, out, &atom)) {
            return false;
        }
    }
    return p->regex || !is_blank(p, from) || fail_at(p, from, "words expected here");
}

static bool parse_choice(parser *p, ca_strings *out)
{
    for (;;) {
        ca_strings sequence = {0};
        if (!parse_sequence(p, &sequence) || !add_all(p, out, &sequence)) {
            return false;
        }
        if (peek(p) != '|') {
            return true;
        }
        p->at++;
    }
}

static bool parse_whole(parser *p, ca_strings *out)
{
    if (!(p->regex ? parse_choice(p, out) : parse_sequence(p, out))) {
        return false;
    }
    if (p->at == p->length) {
        return true;
    }
    return fail_at(p, p->at,
                   peek(p) == '|' ? "put alternatives into brackets: (a|b)"
                                  : "a bracket is closed that was never opened");
}

static bool contains(const ca_strings *list, size_t from, const char *text)
{
    for (size_t i = from; i < list->count; i++) {
        if (strcmp(list->items[i], text) == 0) {
            return true;
        }
    }
    return false;
}

/* Adds the form of the raw text unless it is in the list; *added says whether it was not. */
static bool add_form(parser *p, const char *raw, ca_strings *out, size_t first, bool *added,
                     ca_arena *arena)
{
    const char *text = form_normalize(raw, arena);
    *added = false;
    if (text == NULL) {
        return ca_fail_memory(p->err);
    }
    if (text[strspn(text, " '-.")] == '\0') {
        return fail_at(p, 0, "all of it can be left out: some word must remain");
    }
    const char *read = p->regex ? text : form_as_text(text, p->scratch);
    if (read == NULL) {
        return ca_fail_memory(p->err);
    }
    if (!form_can_be_said(text, read)) {
        return fail_at(p, 0, "signs stand where no word has any, so it would never be found");
    }
    *added = !contains(out, first, text);
    return !*added || ca_strings_add(out, text, arena, p->err);
}

/* Adds the whole wordings; `kept` gets the raw text of each. */
static bool add_whole(parser *p, const ca_strings *raw, ca_strings *out, ca_strings *kept,
                      ca_arena *arena)
{
    const size_t first = out->count;
    for (size_t i = 0; i < raw->count; i++) {
        bool added;
        if (!add_form(p, raw->items[i], out, first, &added, arena) ||
            (added && !ca_strings_add(kept, raw->items[i], p->scratch, p->err))) {
            return false;
        }
    }
    return true;
}

static bool fail_many_partial(parser *p)
{
    return fail_at(p, 0,
                   "stands for too many wordings with words left out: let 'min_words' ask for "
                   "more of them, or split the phrase");
}

/* Adds what is left of the words when some are left out. */
static bool add_choices(parser *p, const ca_strings *words, ca_strings *out, ca_arena *arena)
{
    ca_strings texts = {0};
    if (!partial_choose(words, p->min_words, &texts, p->scratch, p->err)) {
        return false;
    }
    for (size_t i = 0; i < texts.count; i++) {
        bool added;
        if (!add_form(p, texts.items[i], out, 0, &added, arena)) {
            return false;
        }
        if (out->count > CA_WORDING_MAX) {
            return fail_many_partial(p);
        }
    }
    return true;
}

/* Adds what is left of the whole wordings when words of them are left out, and counts their words.
 */
static bool add_partial(parser *p, const ca_strings *whole, ca_wording_set *set, ca_arena *arena)
{
    const bool parted = partial_is_parted(p->text);
    size_t choices = 0;
    for (size_t i = 0; i < whole->count; i++) {
        ca_strings words = {0};
        if (!partial_split(whole->items[i], parted, &words, p->scratch, p->err)) {
            return false;
        }
        set->longest = words.count > set->longest ? words.count : set->longest;
        if (p->min_words == 0) {
            continue;
        }
        choices += partial_count(words.count, p->min_words, MAX_CHOICES);
        if (choices > MAX_CHOICES) {
            return fail_many_partial(p);
        }
        if (!add_choices(p, &words, &set->texts, arena)) {
            return false;
        }
    }
    return true;
}

static bool expand(parser *p, ca_wording_set *set, ca_arena *arena)
{
    const size_t first = set->texts.count;
    ca_strings raw = {0}, whole = {0};
    bool ok = parse_whole(p, &raw) && add_whole(p, &raw, &set->texts, &whole, arena);
    set->whole = set->texts.count;
    ok = ok && (p->regex || add_partial(p, &whole, set, arena));
    if (!ok) {
        set->texts.count = first;
    }
    return ok;
}

/* Checks what is not grammar, then reads the half width form. */
static bool expand_text(parser *p, const char *text, ca_wording_set *set, ca_arena *arena)
{
    p->text = text;
    p->length = strlen(text);
    if (p->length > MAX_BYTES) {
        return fail_at(p, MAX_BYTES, "too long for a phrase");
    }
    if (!ca_utf8_valid(text, p->length)) {
        return fail_at(p, 0, "not UTF-8");
    }
    p->scratch = ca_arena_new(SCRATCH_BYTES);
    if (p->scratch != NULL && !p->regex) {
        p->text = form_half_width(text, p->scratch);
    }
    bool ok = false;
    if (p->scratch == NULL || p->text == NULL) {
        ca_fail_memory(p->err);
    } else {
        p->length = strlen(p->text);
        ok = expand(p, set, arena);
        *p->column = ok || p->regex ? *p->column : form_source_byte(text, *p->column - 1) + 1;
    }
    ca_arena_free(p->scratch);
    return ok;
}

bool ca_wording_expand_partial(const char *phrase, size_t min_words, ca_wording_set *out,
                               size_t *column, ca_arena *arena, ca_error *err)
{
    size_t ignored = 0;
    parser p = {.min_words = min_words, .err = err};
    p.column = column != NULL ? column : &ignored;
    *p.column = 1;
    *out = (ca_wording_set){0};
    return expand_text(&p, phrase, out, arena);
}

bool ca_wording_expand(const char *phrase, ca_strings *out, size_t *column, ca_arena *arena,
                       ca_error *err)
{
    ca_wording_set set;
    bool ok = ca_wording_expand_partial(phrase, 0, &set, column, arena, err);
    for (size_t i = 0; ok && i < set.texts.count; i++) {
        ok = ca_strings_add(out, set.texts.items[i], arena, err);
    }
    return ok;
}

bool ca_wording_expand_regex(const char *regex, ca_strings *out, ca_arena *arena)
{
    size_t ignored = 1;
    parser p = {.regex = true, .column = &ignored};
    ca_wording_set set = {.texts = *out};
    bool ok = expand_text(&p, regex, &set, arena);
    *out = set.texts;
    return ok;
}
