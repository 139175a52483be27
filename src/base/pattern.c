/* pattern.c - compiling and matching regular expressions. The only user of PCRE2. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "callaudit/pattern.h"

#include "callaudit/heap.h"

#include <assert.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

enum { JIT_STACK_FIRST = 32 << 10, JIT_STACK_MOST = 256 << 10 };

struct ca_pattern {
    pcre2_code *code;
    pcre2_match_context *limits;
    pcre2_match_data *match;
    pcre2_jit_stack *stack; /* NULL without JIT */
    bool matched;           /* `match` holds the last match of ca_pattern_find */
    bool matches_empty;
};

static void *take(size_t size, void *unused)
{
    (void)unused;
    return ca_heap_alloc(size);
}

static void give_back(void *block, void *unused)
{
    (void)unused;
    free(block);
}

/* PCRE2_MATCH_INVALID_UTF makes any text safe to search without a check of the whole of it before
 * each match: what is not UTF-8 matches nothing. */
static uint32_t compile_options(unsigned flags)
{
    return PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
           (flags & CA_PATTERN_CASELESS ? PCRE2_CASELESS : 0U) |
           (flags & CA_PATTERN_EXTENDED ? PCRE2_EXTENDED : 0U);
}

static pcre2_code *compile(const char *regex, unsigned flags, size_t *offset,
                           pcre2_general_context *heap, ca_error *err)
{
    int problem = 0;
    PCRE2_SIZE at = 0;
    char text[128] = "";
    pcre2_compile_context *context = pcre2_compile_context_create(heap);
    if (!context) {
        ca_fail_memory(err);
        return NULL;
    }
    /* Rule files come from every system: CR, LF and CRLF all end a line and a comment. */
    (void)pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)regex, strlen(regex), compile_options(flags),
                                     &problem, &at, context);
    pcre2_compile_context_free(context);
    if (code) {
        return code;
    }
    if (offset) {
        *offset = at;
    }
    (void)pcre2_get_error_message(problem, (PCRE2_UCHAR *)text, sizeof text);
    ca_fail(err, CA_ESETUP, "regex: %s (at byte %zu)", text, at);
    return NULL;
}

/* Without JIT (no support, or no memory that may be executed) the interpreter does the work. */
static void add_jit(ca_pattern *pattern, pcre2_general_context *heap)
{
    if (pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE) != 0) {
        return;
    }
    pattern->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MOST, heap);
    if (pattern->stack) { /* else a small stack of PCRE2's own */
        pcre2_jit_stack_assign(pattern->limits, NULL, pattern->stack);
    }
}

static bool prepare(ca_pattern *pattern, pcre2_general_context *heap)
{
    pattern->limits = pcre2_match_context_create(heap);
    pattern->match = pcre2_match_data_create_from_pattern(pattern->code, heap);
    if (!pattern->limits || !pattern->match) {
        return false;
    }
    (void)pcre2_set_match_limit(pattern->limits, CA_PATTERN_MATCH_LIMIT);
    (void)pcre2_set_depth_limit(pattern->limits, CA_PATTERN_DEPTH_LIMIT);
    (void)pcre2_set_heap_limit(pattern->limits, CA_PATTERN_HEAP_KIB);
    add_jit(pattern, heap);
    pattern->matches_empty =
        pcre2_match(pattern->code, (PCRE2_SPTR) "", 0, 0, 0, pattern->match, pattern->limits) > 0;
    return true;
}

ca_pattern *ca_pattern_compile(const char *regex, unsigned flags, size_t *offset, ca_error *err)
{
    ca_pattern *pattern = ca_heap_alloc(sizeof *pattern);
    pcre2_general_context *heap = pcre2_general_context_create(take, give_back, NULL);
    bool ok = false;
    if (offset) {
        *offset = 0;
    }
    if (!pattern || !heap) {
        ca_fail_memory(err);
        goto done;
    }
    pattern->code = compile(regex, flags, offset, heap, err);
    ok = pattern->code && (prepare(pattern, heap) || ca_fail_memory(err));
done:
    pcre2_general_context_free(heap); /* what was made with it holds a copy */
    if (!ok) {
        ca_pattern_free(pattern);
        return NULL;
    }
    return pattern;
}

void ca_pattern_free(ca_pattern *pattern)
{
    if (!pattern) {
        return;
    }
    pcre2_jit_stack_free(pattern->stack);
    pcre2_match_data_free(pattern->match);
    pcre2_match_context_free(pattern->limits);
    pcre2_code_free(pattern->code);
    free(pattern);
}

bool ca_pattern_matches_empty(const ca_pattern *pattern)
{
    return pattern->matches_empty;
}

ca_match_result ca_pattern_find(ca_pattern *pattern, const char *text, size_t length, size_t from,
                                size_t *start, size_t *end)
{
    pattern->matched = false;
    if (from >= length) {
        return CA_MATCH_NONE; /* only an empty match could be there */
    }
    int count = pcre2_match(pattern->code, (PCRE2_SPTR)text, length, from, PCRE2_NOTEMPTY,
                            pattern->match, pattern->limits);
    if (count == PCRE2_ERROR_NOMATCH) {
        return CA_MATCH_NONE;
    }
    if (count <= 0) {
        return CA_MATCH_LIMIT; /* steps, depth, heap, the JIT's stack: we do not know */
    }
    const PCRE2_SIZE *span = pcre2_get_ovector_pointer(pattern->match);
    *start = span[0];
    *end = span[1];
    pattern->matched = true;
    return CA_MATCH_FOUND;
}

char *ca_pattern_group(const ca_pattern *pattern, const char *text, const char *name,
                       ca_arena *arena)
{
    PCRE2_SPTR first = NULL;
    PCRE2_SPTR last = NULL;
    if (!pattern->matched) {
        return NULL;
    }
    int size = pcre2_substring_nametable_scan(pattern->code, (PCRE2_SPTR)name, &first, &last);
    if (size < 0) {
        return NULL;
    }
    const PCRE2_SIZE *span = pcre2_get_ovector_pointer(pattern->match);
    /* One entry a group, several under (?J): its number in two bytes, then its name. */
    for (PCRE2_SPTR entry = first; entry <= last; entry += size) {
        size_t number = (size_t)entry[0] << 8 | entry[1];
        PCRE2_SIZE start = span[2 * number];
        PCRE2_SIZE end = span[2 * number + 1];
        if (start != PCRE2_UNSET && end >= start) {
            return ca_arena_strndup(arena, text + start, end - start);
        }
    }
    return NULL;
}

void ca_pattern_version(ca_buf *out)
{
    char version[64] = "";
    (void)pcre2_config(PCRE2_CONFIG_VERSION, version);
    ca_buf_printf(out, "PCRE2 %s", version);
}
