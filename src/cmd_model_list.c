/* cmd_model_list.c - callaudit model list: which models there are. */
#include "cmd_model.h"

#include <string.h>

enum { COLUMNS = 9, PATH = COLUMNS - 1 };

static const char *const titles[COLUMNS] = {"",     "language", "model", "from", "band",
                                            "sums", "words",    "LM",    "path"};

static const char *band_of(const ca_model *model)
{
    return model->sample_rate == 0 ? "-" : (model->sample_rate == 8000 ? "8 kHz" : "16 kHz");
}

static const char *name_of(const ca_found_model *found)
{
    if (found->known != NULL) {
        return found->known;
    }
    const char *slash = found->model.acoustic ? strrchr(found->model.acoustic, '/') : NULL;
    return slash != NULL && slash[1] != '\0'
               ? slash + 1
               : (found->model.acoustic ? found->model.acoustic : "-");
}

static bool fill_row(const ca_found_model *found, const char *row[COLUMNS], ca_arena *arena)
{
    const char *words = ca_arena_printf(arena, "%zu", found->words);
    const char *const cells[COLUMNS] = {found->used ? "*" : "",
                                        found->model.language,
                                        name_of(found),
                                        found->source,
                                        band_of(&found->model),
                                        found->model.acoustic ? ca_sums_name(found->sums) : "-",
                                        words,
                                        found->language_model ? "yes" : "no",
                                        found->model.acoustic ? found->model.acoustic : "-"};
    memcpy(row, cells, sizeof cells);
    return words != NULL;
}

static void put_row(const char *const row[COLUMNS], const size_t widths[COLUMNS], ca_buf *out)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        const size_t pad = i == PATH ? 0 : widths[i] - ca_utf8_width(row[i]) + 2;
        ca_buf_printf(out, "%s%*s", row[i], (int)pad, "");
    }
    ca_buf_puts(out, "\n");
}

static bool put_table(const ca_found_models *found, ca_buf *out, ca_arena *arena)
{
    const char *(*rows)[COLUMNS] = ca_arena_alloc(arena, (found->count + 1) * sizeof *rows);
    size_t widths[COLUMNS] = {0};
    if (rows == NULL) {
        return false;
    }
    memcpy(rows[0], titles, sizeof titles);
    for (size_t i = 0; i < found->count; i++) {
        if (!fill_row(&found->items[i], rows[i + 1], arena)) {
            return false;
        }
    }
    for (size_t i = 0; i <= found->count; i++) {
        for (size_t k = 0; k < COLUMNS; k++) {
            const size_t width = ca_utf8_width(rows[i][k]);
            widths[k] = width > widths[k] ? width : widths[k];
        }
    }
    for (size_t i = 0; i <= found->count; i++) {
        put_row(rows[i], widths, out);
    }
    for (size_t i = 0; i < found->count; i++) {
        if (found->items[i].complaint != NULL) {
            ca_buf_printf(out, "%s %s cannot be used: %s\n", found->items[i].model.language,
                          name_of(&found->items[i]), found->items[i].complaint);
        }
    }
    return true;
}

static void put_json(const ca_found_models *found, const char *folder, ca_json *json)
{
    ca_json_text(json, "folder", folder);
    ca_json_list(json, "models");
    for (size_t i = 0; i < found->count; i++) {
        const ca_found_model *f = &found->items[i];
        ca_json_object(json, NULL);
        ca_json_text(json, "language", f->model.language);
        ca_json_text(json, "name", name_of(f));
        ca_json_text(json, "source", f->source);
        ca_json_text(json, "path", f->model.acoustic);
        ca_json_int(json, "sample_rate", f->model.sample_rate);
        ca_json_text(json, "sums", f->model.acoustic ? ca_sums_name(f->sums) : NULL);
        ca_json_text(json, "dictionary", f->model.dictionary);
        ca_json_int(json, "words", (int64_t)f->words);
        ca_json_text(json, "language_model", f->language_model ? f->model.language_model : NULL);
        ca_json_bool(json, "used", f->used);
        ca_json_text(json, "complaint", f->complaint);
        ca_json_end(json);
    }
    ca_json_end(json);
}

static bool write_answer(const model_request *r, const ca_found_models *found, ca_buf *out,
                         ca_error *err)
{
    if (!r->json) {
        return put_table(found, out, r->arena) || ca_fail_memory(err);
    }
    ca_json *json = ca_json_new();
    if (json == NULL) {
        return ca_fail_memory(err);
    }
    put_json(found, r->to, json);
    const bool ok = ca_json_write(json, true, out, err);
    ca_buf_puts(out, "\n");
    ca_json_free(json);
    return ok;
}

int model_list(model_request *r)
{
    ca_config config;
    ca_found_models found;
    ca_error err = {0};
    ca_buf out = {0};
    int code = cmd_load_config(r->config_path, NULL, NULL, &config, r->arena);
    if (code != CMD_OK) {
        return code;
    }
    code = ca_models_find(&config, r->to, &found, r->arena, &err) &&
                   write_answer(r, &found, &out, &err)
               ? cmd_answer(&out)
               : cmd_fail(&err);
    ca_buf_release(&out);
    return code;
}
