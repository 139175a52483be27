/* cmd_model_adapt.c - callaudit model adapt: the agents' voices, learned from recordings. */
#include "cmd_model.h"

#include "callaudit/adapt.h"

#include <string.h>
#include <unistd.h>

enum { COLUMNS = 10, FIRST_SCORE = 6, RESULT = COLUMNS - 1 };

static const char *const titles[COLUMNS] = {"agent", "language", "calls", "speech",  "before",
                                            "now",   "at 0.84",  "at 1",  "at 1.17", "result"};

static const char *warp_text(double warp, ca_arena *arena)
{
    return warp > 0 ? ca_arena_printf(arena, "%g", warp) : "-";
}

static const char *result_text(const ca_adapted *voice, ca_arena *arena)
{
    const char *name = ca_adapt_result_name(voice->result);
    return voice->profile.version > 0
               ? ca_arena_printf(arena, "%s, version %lld", name, (long long)voice->profile.version)
               : name;
}

/* An agent's name comes from strangers: nothing in it may steer the terminal. */
static const char *clean(const char *text, ca_arena *arena)
{
    char *copy = ca_arena_strdup(arena, text);
    if (copy) {
        ca_text_clean(copy);
    }
    return copy;
}

static bool fill_row(const ca_adapted *voice, const char *row[COLUMNS], ca_arena *arena)
{
    const ca_profile *p = &voice->profile;
    row[0] = clean(p->agent, arena);
    row[1] = clean(p->language, arena);
    row[2] = ca_arena_printf(arena, "%lld", (long long)p->calls);
    row[3] = ca_arena_printf(arena, "%.0f s", (double)p->speech_ms / 1000);
    row[4] = warp_text(voice->before, arena);
    row[5] = warp_text(p->warp, arena);
    for (int w = 0; w < CA_WARP_COUNT; w++) {
        row[FIRST_SCORE + w] = ca_arena_printf(arena, "%.1f", p->scores[w]);
    }
    row[RESULT] = result_text(voice, arena);
    bool whole = true;
    for (int i = 0; i < COLUMNS; i++) {
        whole = whole && row[i];
    }
    return whole;
}

static void put_row(const char *const row[COLUMNS], const size_t widths[COLUMNS], ca_buf *out)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        const int pad = (int)(widths[i] - ca_utf8_width(row[i]));
        const bool number = i > 1 && i < RESULT;
        const char *gap = i < RESULT ? "  " : "\n";
        if (number) {
            ca_buf_printf(out, "%*s%s%s", pad, "", row[i], gap);
        } else {
            ca_buf_printf(out, "%s%*s%s", row[i], i < RESULT ? pad : 0, "", gap);
        }
    }
}

static bool put_table(const ca_adaptation *found, ca_buf *out, ca_arena *arena)
{
    const size_t count = found->agents.count;
    const char *(*rows)[COLUMNS] = ca_arena_alloc(arena, (count + 1) * sizeof *rows);
    size_t widths[COLUMNS] = {0};
    if (rows == NULL) {
        return false;
    }
    memcpy(rows[0], titles, sizeof titles);
    for (size_t i = 0; i < count; i++) {
        if (!fill_row(&found->agents.items[i], rows[i + 1], arena)) {
            return false;
        }
    }
    for (size_t i = 0; i <= count; i++) {
        for (size_t k = 0; k < COLUMNS; k++) {
            const size_t width = ca_utf8_width(rows[i][k]);
            widths[k] = width > widths[k] ? width : widths[k];
        }
    }
    for (size_t i = 0; i <= count; i++) {
        put_row(rows[i], widths, out);
    }
    return true;
}

static void put_voice(const ca_adapted *voice, ca_json *json)
{
    const ca_profile *p = &voice->profile;
    ca_json_object(json, NULL);
    ca_json_text(json, "agent", p->agent);
    ca_json_text(json, "language", p->language);
    ca_json_text(json, "model", p->model);
    ca_json_int(json, "calls", p->calls);
    ca_json_int(json, "speech_ms", p->speech_ms);
    if (voice->before > 0) {
        ca_json_real(json, "before", voice->before);
    } else {
        ca_json_null(json, "before");
    }
    if (p->warp > 0) {
        ca_json_real(json, "now", p->warp);
    } else {
        ca_json_null(json, "now");
    }
    ca_json_list(json, "scores");
    for (int w = 0; w < CA_WARP_COUNT; w++) {
        ca_json_object(json, NULL);
        ca_json_real(json, "warp", ca_warps[w]);
        ca_json_real(json, "score", p->scores[w]);
        ca_json_end(json);
    }
    ca_json_end(json);
    ca_json_text(json, "result", ca_adapt_result_name(voice->result));
    ca_json_int(json, "version", p->version);
    ca_json_end(json);
}

static void put_json(const ca_adaptation *found, ca_json *json)
{
    ca_json_list(json, "voices");
    for (size_t i = 0; i < found->agents.count; i++) {
        put_voice(&found->agents.items[i], json);
    }
    ca_json_end(json);
    ca_json_list(json, "failed");
    for (size_t i = 0; i < found->failures.count; i++) {
        const ca_adapt_failure *failure = &found->failures.items[i];
        ca_json_object(json, NULL);
        ca_json_text(json, "path", failure->path);
        ca_json_text(json, "reason", ca_reason_name(failure->why.reason));
        ca_json_text(json, "message", failure->why.msg);
        ca_json_end(json);
    }
    ca_json_end(json);
}

static bool write_answer(const model_request *r, const ca_adaptation *found, ca_buf *out,
                         ca_error *err)
{
    if (!r->json) {
        return put_table(found, out, r->arena) || ca_fail_memory(err);
    }
    ca_json *json = ca_json_new();
    if (json == NULL) {
        return ca_fail_memory(err);
    }
    put_json(found, json);
    const bool ok = ca_json_write(json, true, out, err);
    ca_buf_puts(out, "\n");
    ca_json_free(json);
    return ok;
}

static void tell_failures(const ca_adaptation *found, ca_arena *arena)
{
    for (size_t i = 0; i < found->failures.count; i++) {
        const ca_adapt_failure *failure = &found->failures.items[i];
        const char *path = clean(failure->path, arena);
        fprintf(stderr, "failed: %s: %s: %s\n", path ? path : "?",
                ca_reason_name(failure->why.reason), failure->why.msg);
    }
    for (size_t i = 0; i < found->unreadable.count; i++) {
        fprintf(stderr, "could not be read: %s\n", found->unreadable.items[i]);
    }
}

static int answer(const model_request *r, const ca_adaptation *found)
{
    ca_buf out = {0};
    ca_error err = {0};
    tell_failures(found, r->arena);
    const int code = write_answer(r, found, &out, &err) ? cmd_answer(&out) : cmd_fail(&err);
    ca_buf_release(&out);
    const bool trouble = found->failures.count > 0 || found->unreadable.count > 0;
    return code == CMD_OK && trouble ? CMD_SOME_FAILED : code;
}

int model_adapt(model_request *r)
{
    ca_config config;
    ca_rulesets rulesets = {0};
    ca_adaptation found = {0};
    ca_error err = {0};
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    ca_adapt_options options = {.agents = r->agents,
                                .jobs = r->jobs > 0 ? r->jobs : (cores > 0 ? (int)cores : 1),
                                .dry_run = r->dry_run};
    int code = cmd_load_config(r->config_path, r->db, NULL, &config, r->arena);
    if (code != CMD_OK || (code = cmd_load_rules(&config, &rulesets, r->arena)) != CMD_OK) {
        return code;
    }
    for (int i = 0; i < r->count; i++) {
        if (!ca_strings_add(&options.paths, r->operands[i], r->arena, &err)) {
            return cmd_fail(&err);
        }
    }
    return ca_adapt(&config, &rulesets, &options, &found, r->arena, &err) ? answer(r, &found)
                                                                          : cmd_fail(&err);
}
