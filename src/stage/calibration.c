/* calibration.c - the frozen numbers of hearing, read and applied. */
#include "callaudit/calibration.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* Beyond these more of the same says nothing new. A phone below 65 ms is faster than people speak;
 * above it pace tells a slow voice, not a true phrase. */
static const double CERTAIN_MARGIN = 110;
static const double UNHURRIED_PHONE_MS = 65;
static const double CLEAR_SNR_DB = 15;

/* models/hearing.yaml, a line each; made by the Makefile. */
extern const char *const ca_hearing_lines[];

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool read_promise(const ca_node *model, ca_promise *out, ca_diags *diags)
{
    static const char *const names[] = {"condition", "courtesy_f1", "forbidden_f1", "precision"};
    const ca_node *node = ca_node_get(model, "promise");
    if (!node) {
        return true;
    }
    ca_node_check_keys(node, names, COUNT(names), diags);
    out->condition = ca_node_need_text(node, "condition", true, diags);
    return ca_node_need_double(node, "courtesy_f1", 0, 1, &out->courtesy_f1, diags) &&
           ca_node_need_double(node, "forbidden_f1", 0, 1, &out->forbidden_f1, diags) &&
           ca_node_need_double(node, "precision", 0, 1, &out->precision, diags);
}

static void read_model(const ca_node *node, ca_calibration *out, ca_diags *diags)
{
    static const char *const names[] = {"language", "sample_rate", "intercept", "margin",
                                        "phones",   "phone_ms",    "snr",       "promise"};
    int64_t rate = 0;
    ca_node_check_keys(node, names, COUNT(names), diags);
    out->language = ca_node_need_text(node, "language", true, diags);
    ca_node_need_int(node, "sample_rate", 8000, 16000, &rate, diags);
    ca_node_need_double(node, "intercept", -100, 100, &out->intercept, diags);
    ca_node_need_double(node, "margin", 0, 10, &out->margin, diags);
    ca_node_need_double(node, "phones", -100, 100, &out->phones, diags);
    ca_node_need_double(node, "phone_ms", -10, 10, &out->phone_ms, diags);
    ca_node_need_double(node, "snr", -10, 10, &out->snr, diags);
    read_promise(node, &out->promise, diags);
    out->sample_rate = (int)rate;
    if (out->margin <= 0) {
        ca_diag_add(diags, CA_ERROR, node->line, node->column,
                    "margin: must be above 0: more evidence cannot make a phrase less likely");
    }
}

static void read_cuts(const ca_node *root, ca_hearing *hearing, ca_diags *diags)
{
    ca_node_need_double(root, "accept", 0, 1, &hearing->accept, diags);
    ca_node_need_double(root, "doubt", 0, 1, &hearing->doubt, diags);
    ca_node_need_double(root, "min_snr", -20, 60, &hearing->min_snr_db, diags);
    if (hearing->doubt > hearing->accept) {
        ca_diag_add(diags, CA_ERROR, root->line, root->column, "doubt must not be above accept");
    }
}

bool ca_hearing_parse(const char *path, const char *data, size_t length, ca_hearing *hearing,
                      ca_diags *diags, ca_arena *arena, ca_error *err)
{
    static const char *const names[] = {"accept", "doubt", "min_snr", "models"};
    *hearing = (ca_hearing){.accept = 0.5, .doubt = 0.3, .min_snr_db = 10};
    const ca_node *root = ca_yaml_parse(path, data, length, diags, arena);
    if (!root) {
        return ca_diags_fail(diags, err);
    }
    ca_node_check_keys(root, names, COUNT(names), diags);
    read_cuts(root, hearing, diags);
    const ca_node *models = ca_node_get(root, "models");
    for (const ca_node *m = models ? models->first : NULL; m; m = m->next) {
        ca_calibration *calibration = ca_push(arena, &hearing->models);
        if (!calibration) {
            return ca_fail_memory(err);
        }
        read_model(m, calibration, diags);
    }
    if (hearing->models.count == 0) {
        ca_diag_add(diags, CA_ERROR, root->line, root->column, "models: none is listed");
    }
    return diags->errors == 0 || ca_diags_fail(diags, err);
}

bool ca_hearing_default(ca_hearing *hearing, ca_arena *arena, ca_error *err)
{
    ca_buf text = {0};
    ca_diags diags;
    for (size_t i = 0; ca_hearing_lines[i]; i++) {
        ca_buf_puts(&text, ca_hearing_lines[i]);
    }
    char *copy = ca_arena_strndup(arena, ca_buf_text(&text), text.length);
    const size_t length = text.length;
    const bool failed = text.failed || !copy;
    ca_buf_release(&text);
    if (failed) {
        return ca_fail_memory(err);
    }
    ca_diags_init(&diags, arena);
    diags.path = "models/hearing.yaml";
    return ca_hearing_parse("models/hearing.yaml", copy, length, hearing, &diags, arena, err);
}

const ca_calibration *ca_hearing_find(const ca_hearing *hearing, const char *language,
                                      int sample_rate)
{
    const ca_calibration *best = NULL;
    int best_fit = -1;
    for (size_t i = 0; i < hearing->models.count; i++) {
        const ca_calibration *c = &hearing->models.items[i];
        const int fit =
            2 * (strcasecmp(c->language, language) == 0) + (c->sample_rate == sample_rate);
        if (fit > best_fit) {
            best = c;
            best_fit = fit;
        }
    }
    return best;
}

double ca_calibrate(const ca_calibration *c, const ca_evidence *evidence)
{
    const double phones = evidence->phones > 0 ? (double)evidence->phones : 1;
    const double logit = c->intercept + c->margin * fmin(evidence->margin, CERTAIN_MARGIN) +
                         c->phones * log(phones) +
                         c->phone_ms * fmin(evidence->phone_ms, UNHURRIED_PHONE_MS) +
                         c->snr * fmin(evidence->snr_db, CLEAR_SNR_DB);
    return round(1000 / (1 + exp(-logit))) / 1000;
}
