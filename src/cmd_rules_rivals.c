/* cmd_rules_rivals.c - callaudit rules rivals: near-misses of the rules that calls really say. */
#include "cmd_rules.h"

#include "callaudit/keyphrases.h"
#include "callaudit/nearmiss.h"
#include "callaudit/said.h"
#include "callaudit/vocabulary.h"

#include <inttypes.h>
#include <string.h>

/* A language of the rules. */
typedef struct ear {
    const char *language;
    ca_lexicon *lexicon; /* NULL: letters */
    ca_nearmiss_search *search;
} ear;

typedef struct listening {
    const rules_request *request;
    const ca_rulesets *sets;
    CA_ARRAY(ear) ears;
    size_t calls; /* with words, in a language of the rules */
} listening;

/* ---- listening ---- */

/* Without a model or with a wrong file of pronunciations there is still something to suggest. */
static bool open_lexicon(const rules_request *r, const ca_rulesets *sets, ear *one, ca_error *err)
{
    ca_model model = {0};
    ca_keyphrases phrases = {0};
    ca_error why = {0};
    if (!ca_keyphrases_collect(sets, one->language, &phrases, r->arena, err)) {
        return false;
    }
    if (ca_config_model(&r->config, one->language, &model, r->arena, &why)) {
        one->lexicon = ca_vocabulary_open(&model, &phrases, &why);
    }
    if (one->lexicon == NULL) {
        fprintf(stderr, "callaudit: words in %s are compared by letters: %s\n", one->language,
                why.msg);
    }
    return true;
}

static ear *find_ear(const listening *l, const char *language)
{
    for (size_t i = 0; i < l->ears.count; i++) {
        if (strcmp(l->ears.items[i].language, language) == 0) {
            return &l->ears.items[i];
        }
    }
    return NULL;
}

/* One a language, in the order of the rule sets; opened when a call comes that needs it. */
static bool list_ears(listening *l, ca_error *err)
{
    for (size_t i = 0; i < l->sets->count; i++) {
        const char *language = l->sets->items[i].language;
        if (find_ear(l, language) != NULL) {
            continue;
        }
        ear *one = ca_push(l->request->arena, &l->ears);
        if (one == NULL) {
            return ca_fail_memory(err);
        }
        one->language = language;
    }
    return true;
}

static bool open_ear(const listening *l, ear *one, ca_error *err)
{
    ca_arena *arena = l->request->arena;
    if (!open_lexicon(l->request, l->sets, one, err)) {
        return false;
    }
    one->search = ca_nearmiss_new(l->sets, one->language, one->lexicon, arena, err);
    return one->search != NULL;
}

static bool hear(void *context, const ca_call *call, ca_error *err)
{
    listening *l = context;
    ear *one = call->meta.language != NULL ? find_ear(l, call->meta.language) : NULL;
    if (one == NULL) {
        return true;
    }
    if (one->search == NULL && !open_ear(l, one, err)) {
        return false;
    }
    l->calls++;
    return ca_nearmiss_take(one->search, call, err) ||
           ca_error_context(err, "call %s", call->meta.call_uid);
}

static bool listen(listening *l, ca_nearmiss_list *found, ca_error *err)
{
    ca_db *db = ca_db_open(l->request->config.database, CA_DB_READ, err);
    bool ok = db != NULL && list_ears(l, err) && ca_said_each(db, l->request->month, hear, l, err);
    for (size_t i = 0; ok && i < l->ears.count; i++) {
        const ca_nearmiss_search *search = l->ears.items[i].search;
        ok = search == NULL || ca_nearmiss_collect(search, found, err);
    }
    for (size_t i = 0; i < l->ears.count; i++) {
        ca_lexicon_close(l->ears.items[i].lexicon);
    }
    ca_db_close(db);
    return ok;
}

/* ---- telling ---- */

enum { RULE, WORDING, SUGGESTION, CALLS, TIMES, EXAMPLE, COLUMNS };

typedef const char *row[COLUMNS];

static void fill_row(const ca_nearmiss *one, row cells, ca_arena *arena)
{
    const int64_t seconds = one->start_ms / 1000;
    cells[RULE] = one->rule->id;
    cells[WORDING] = one->wording;
    cells[SUGGESTION] = one->text;
    cells[CALLS] = ca_arena_printf(arena, "%" PRId64, one->calls);
    cells[TIMES] = ca_arena_printf(arena, "%" PRId64, one->times);
    cells[EXAMPLE] = ca_arena_printf(arena, "%s %02" PRId64 ":%02" PRId64, one->call_uid,
                                     seconds / 60, seconds % 60);
    for (size_t k = 0; k < COLUMNS; k++) {
        cells[k] = cells[k] != NULL ? cells[k] : "";
    }
}

/* The near-misses of one rule set with its heading. */
static void put_table(const ca_nearmiss *found, size_t count, ca_buf *out, ca_arena *arena)
{
    row *rows = ca_arena_alloc(arena, (count + 1) * sizeof *rows);
    const row titles = {"rule", "wording", "suggestion", "calls", "times", "example"};
    size_t widths[COLUMNS] = {0};
    if (rows == NULL) {
        out->failed = true;
        return;
    }
    memcpy(rows[0], titles, sizeof titles);
    for (size_t i = 0; i < count; i++) {
        fill_row(&found[i], rows[i + 1], arena);
    }
    for (size_t i = 0; i <= count; i++) {
        for (size_t k = 0; k < COLUMNS; k++) {
            const size_t width = ca_utf8_width(rows[i][k]);
            widths[k] = width > widths[k] ? width : widths[k];
        }
    }
    ca_buf_printf(out, "%s (%s, %s)\n", found->ruleset->name, found->ruleset->language,
                  found->ruleset->path);
    for (size_t i = 0; i <= count; i++) {
        for (size_t k = 0; k < COLUMNS; k++) {
            const size_t pad = k == EXAMPLE ? 0 : widths[k] - ca_utf8_width(rows[i][k]) + 2;
            ca_buf_printf(out, "%s%*s", rows[i][k], (int)pad, "");
        }
        ca_buf_puts(out, "\n");
    }
}

static int answer_table(const listening *l, const ca_nearmiss_list *found)
{
    ca_buf out = {0};
    for (size_t i = 0, end; i < found->count; i = end) {
        for (end = i; end < found->count && found->items[end].ruleset == found->items[i].ruleset;) {
            end++;
        }
        ca_buf_puts(&out, i > 0 ? "\n" : "");
        put_table(&found->items[i], end - i, &out, l->request->arena);
    }
    const int status = cmd_answer(&out);
    ca_buf_release(&out);
    if (l->calls == 0) {
        fprintf(stderr, "no call in a language of the rules has words: they come from transcripts "
                        "(hearing: transcript) and 'callaudit import'\n");
    } else if (found->count == 0) {
        fprintf(stderr, "no near-miss in two of the %zu calls with words\n", l->calls);
    } else {
        fprintf(stderr,
                "from %zu calls with words. Add what must not count under 'rivals:' of its rule, "
                "and what should count under 'phrases:'.\n",
                l->calls);
    }
    return status;
}

static void put_near(const ca_nearmiss *one, ca_json *json)
{
    ca_json_object(json, NULL);
    ca_json_text(json, "ruleset", one->ruleset->name);
    ca_json_text(json, "rule", one->rule->id);
    ca_json_text(json, "wording", one->wording);
    ca_json_text(json, "suggestion", one->text);
    ca_json_real(json, "distance", one->distance);
    ca_json_int(json, "calls", one->calls);
    ca_json_int(json, "times", one->times);
    ca_json_text(json, "call", one->call_uid);
    ca_json_int(json, "start_ms", one->start_ms);
    ca_json_end(json);
}

static int answer_json(const listening *l, const ca_nearmiss_list *found)
{
    ca_json *json = ca_json_new();
    if (json == NULL) {
        return rules_no_memory();
    }
    ca_json_int(json, "calls", (int64_t)l->calls);
    ca_json_list(json, "rivals");
    for (size_t i = 0; i < found->count; i++) {
        put_near(&found->items[i], json);
    }
    ca_json_end(json);
    const int status = rules_answer_json(json);
    ca_json_free(json);
    return status;
}

int rules_rivals(rules_request *r)
{
    ca_rulesets sets = {0};
    ca_nearmiss_list found = {0};
    ca_error err = {0};
    listening l = {.request = r, .sets = &sets};
    const int status = cmd_load_rules(&r->config, &sets, r->arena);
    if (status != CMD_OK) {
        return status;
    }
    if (!listen(&l, &found, &err)) {
        return cmd_fail(&err);
    }
    return r->format == CA_FORMAT_JSON ? answer_json(&l, &found) : answer_table(&l, &found);
}
