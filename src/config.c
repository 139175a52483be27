/* config.c - callaudit.yaml: defaults first, then what the file says, key by key. */
#include "callaudit/config.h"
#include "callaudit/corpus.h"
#include "callaudit/fs.h"
#include "callaudit/pattern.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char default_name[] = "callaudit.yaml";
static const char default_filename[] =
    "(?<agent>[^_]+)_(?<started>\\d{8}T\\d{6})_(?<call_id>[^.]+)\\.";

/* -kws_plp: how readily the phone loop beats a keyphrase (models/README.md). */
static const double default_prior = 1e-6;
static const double mandarin_prior = 1e-9;

/* Everything that reading one file needs. */
typedef struct reading {
    ca_config *config;
    const char *folder; /* of the file: its paths count from here */
    ca_diags *diags;
    ca_arena *arena;
    bool memory; /* false once the arena refused */
} reading;

/* ---- values ---- */

/* A number with a unit: how it is read, and what to write instead of what cannot be read. */
typedef struct quantity {
    bool (*parse)(const char *text, int64_t low, int64_t high, int64_t *value);
    const char *expected;
} quantity;

static const quantity times = {ca_parse_duration,
                               "expected a time within reason, as 500ms, 5s, 2m, 4h"};
static const quantity sizes = {ca_parse_size, "expected a size within reason, as 600MB or 1GB"};

bool ca_parse_rate(const char *text, int *permille)
{
    size_t whole = strspn(text, "0123456789");
    if (whole == 0 || whole > 3) {
        return false;
    }
    int value = 0;
    for (size_t i = 0; i < whole; i++) {
        value = value * 10 + (text[i] - '0');
    }
    const char *rest = text + whole;
    int tenths = 0;
    if (rest[0] == '.' && rest[1] >= '0' && rest[1] <= '9') {
        tenths = rest[1] - '0';
        rest += 2;
        rest += strspn(rest, "0");
    }
    value = value * 10 + tenths;
    if (strcmp(rest, "%") != 0 || value < 1 || value > 1000) {
        return false;
    }
    *permille = value;
    return true;
}

static void complain(reading *in, const ca_node *node, const char *message)
{
    ca_diag_add(in->diags, CA_ERROR, node->line, node->column, "%s: %s", node->key, message);
}

static const char *keep(reading *in, const char *text)
{
    if (text == NULL) {
        in->memory = false;
    }
    return text;
}

/* ---- keys: each read_ function leaves the default where the key is absent ---- */

static void read_text(reading *in, const ca_node *map, const char *key, const char **value)
{
    const char *text = ca_node_need_text(map, key, false, in->diags);
    if (text != NULL && *text == '\0') {
        complain(in, ca_node_get(map, key), "is empty");
    } else if (text != NULL) {
        *value = keep(in, ca_arena_strdup(in->arena, text));
    }
}

static void read_path(reading *in, const ca_node *map, const char *key, const char **value)
{
    const char *name = NULL;
    read_text(in, map, key, &name);
    if (name != NULL) {
        *value = keep(in, ca_path_join(in->arena, in->folder, name));
    }
}

static void read_quantity(reading *in, const ca_node *map, const char *key, const quantity *kind,
                          int64_t low, int64_t high, int64_t *value)
{
    const char *text = ca_node_need_text(map, key, false, in->diags);
    int64_t read = 0;
    if (text != NULL && kind->parse(text, low, high, &read)) {
        *value = read;
    } else if (text != NULL) {
        complain(in, ca_node_get(map, key), kind->expected);
    }
}

/* ---- sections ---- */

/* The map under `key`, its keys checked; NULL when it is absent, empty or no map. */
static const ca_node *section(reading *in, const ca_node *map, const char *key,
                              const char *const *names, size_t count)
{
    const ca_node *node = ca_node_get(map, key);
    if (node == NULL || ca_node_is_null(node)) {
        return NULL;
    }
    if (node->kind != CA_NODE_MAP) {
        complain(in, node, "expected keys below it");
        return NULL;
    }
    ca_node_check_keys(node, names, count, in->diags);
    return node;
}

static void add_rules(reading *in, const char *name)
{
    const char *path = keep(in, ca_path_join(in->arena, in->folder, name));
    if (path != NULL && !ca_strings_add(&in->config->rules, path, in->arena, NULL)) {
        in->memory = false;
    }
}

static void read_rules(reading *in, const ca_node *root)
{
    const ca_node *node = ca_node_get(root, "rules");
    if (node == NULL) {
        return;
    }
    in->config->rules = (ca_strings){0};
    if (node->kind == CA_NODE_SCALAR && *node->text != '\0') {
        add_rules(in, node->text);
        return;
    }
    const ca_node *item = node->kind == CA_NODE_LIST ? node->first : NULL;
    for (; item != NULL; item = item->next) {
        if (item->kind != CA_NODE_SCALAR || *item->text == '\0') {
            ca_diag_add(in->diags, CA_ERROR, item->line, item->column,
                        "rules: expected a file or folder");
        } else {
            add_rules(in, item->text);
        }
    }
    if (node->first == NULL) {
        complain(in, node, "expected a file or folder, or a list of them");
    }
}

static void read_filename(reading *in, const ca_node *intake)
{
    const ca_node *node = ca_node_get(intake, "filename");
    if (node == NULL) {
        return;
    }
    if (ca_node_is_null(node)) {
        in->config->filename_pattern = NULL;
        return;
    }
    if (node->kind == CA_NODE_SCALAR && node->style == CA_SCALAR_DOUBLE) {
        complain(in, node, "YAML turns \"\\b\" into a backspace: write it in single quotes");
        return;
    }
    read_text(in, intake, "filename", &in->config->filename_pattern);
    if (!in->memory) {
        return;
    }
    ca_error why = {0};
    ca_pattern *pattern = ca_pattern_compile(in->config->filename_pattern, 0, NULL, &why);
    if (pattern == NULL) {
        complain(in, node, why.msg);
    }
    ca_pattern_free(pattern);
}

static void read_cdr(reading *in, const ca_node *intake)
{
    static const char *const names[] = {"file",  "call_id",   "file_name", "agent",   "team",
                                        "queue", "direction", "customer",  "started", "language"};
    const ca_node *cdr = section(in, intake, "cdr", names, COUNT(names));
    if (cdr == NULL) {
        return;
    }
    ca_cdr_columns *columns = &in->config->cdr;
    read_path(in, cdr, "file", &in->config->cdr_path);
    read_text(in, cdr, "call_id", &columns->call_id);
    read_text(in, cdr, "file_name", &columns->file_name);
    read_text(in, cdr, "agent", &columns->agent);
    read_text(in, cdr, "team", &columns->team);
    read_text(in, cdr, "queue", &columns->queue);
    read_text(in, cdr, "direction", &columns->direction);
    read_text(in, cdr, "customer", &columns->customer);
    read_text(in, cdr, "started", &columns->started);
    read_text(in, cdr, "language", &columns->language);
    if (columns->call_id == NULL && columns->file_name == NULL) {
        complain(in, cdr, "needs call_id or file_name, the column that joins it to recordings");
    }
}

static void read_intake(reading *in, const ca_node *root)
{
    static const char *const names[] = {"filename", "cdr", "settle"};
    const ca_node *intake = section(in, root, "intake", names, COUNT(names));
    if (intake != NULL) {
        read_filename(in, intake);
        read_cdr(in, intake);
        read_quantity(in, intake, "settle", &times, 0, 86400000, &in->config->limits.settle_ms);
    }
}

static void read_channels(reading *in, const ca_node *root)
{
    static const char *const names[] = {"agent"};
    static const char *const sides[] = {"left", "right", "mono"};
    const ca_node *channels = section(in, root, "channels", names, COUNT(names));
    const char *text = channels ? ca_node_need_text(channels, "agent", true, in->diags) : NULL;
    if (text == NULL) {
        return;
    }
    int64_t number = 0;
    for (size_t i = 0; i < COUNT(sides); i++) {
        if (strcmp(text, sides[i]) == 0) {
            in->config->channels = (ca_channel_map){(ca_side)(CA_SIDE_LEFT + i), 0};
            return;
        }
    }
    if (ca_parse_int(text, 1, CA_AUDIO_MAX_CHANNELS, &number)) {
        in->config->channels = (ca_channel_map){CA_SIDE_NUMBER, (int)number};
    } else {
        complain(in, ca_node_get(channels, "agent"),
                 "expected left, right, mono or a channel from 1 to 8");
    }
}

static double prior_of(const char *language)
{
    bool mandarin = strncasecmp(language, "zh", 2) == 0 && (language[2] == '-' || !language[2]);
    return mandarin ? mandarin_prior : default_prior;
}

static void read_model_keys(reading *in, const ca_node *node, ca_model *model)
{
    static const char *const names[] = {"acoustic", "dictionary", "pronunciations",
                                        "language_model", "kws_plp"};
    ca_node_check_keys(node, names, COUNT(names), in->diags);
    read_path(in, node, "acoustic", &model->acoustic);
    read_path(in, node, "dictionary", &model->dictionary);
    read_path(in, node, "pronunciations", &model->pronunciations);
    read_path(in, node, "language_model", &model->language_model);
    ca_node_need_double(node, "kws_plp", 1e-60, 1, &model->phone_loop_prior, in->diags);
}

static void read_models(reading *in, const ca_node *root)
{
    const ca_node *models = ca_node_get(root, "models");
    if (models == NULL || ca_node_is_null(models)) {
        return;
    }
    if (models->kind != CA_NODE_MAP) {
        complain(in, models, "expected one key a language, as en-US: models/en-us-8khz");
        return;
    }
    for (const ca_node *node = models->first; node != NULL; node = node->next) {
        ca_model model = {.phone_loop_prior = prior_of(node->key)};
        model.language = keep(in, ca_arena_strdup(in->arena, node->key));
        if (node->kind == CA_NODE_MAP) {
            read_model_keys(in, node, &model);
        } else {
            read_path(in, models, node->key, &model.acoustic);
        }
        ca_model *place = ca_push(in->arena, &in->config->models);
        if (place == NULL) {
            in->memory = false;
            return;
        }
        *place = model;
    }
}

/* A text that cannot be used is told at once, not by every call that is heard. */
static void check_text(reading *in, const ca_node *node)
{
    ca_error why = {0};
    ca_strings lines = {0};
    const char *path = in->diags->path;
    const size_t errors = in->diags->errors;
    ca_arena *arena = ca_arena_new(0);
    if (arena == NULL) {
        in->memory = false;
    } else if (!ca_corpus_read(in->config->text, &lines, in->diags, arena, &why)) {
        in->diags->path = path;
        if (in->diags->errors == errors) {
            complain(in, node, why.msg);
        }
    }
    in->diags->path = path;
    ca_arena_free(arena);
}

static void use_hearing(ca_config *config)
{
    config->belief = (ca_belief){.accept = config->hearing.accept,
                                 .doubt = config->hearing.doubt,
                                 .min_snr_db = config->hearing.min_snr_db};
}

/* Numbers that a desk trained on its own calls stand in for the program's. */
static void read_calibration(reading *in, const ca_node *hearing)
{
    ca_error why = {0};
    ca_bytes bytes = {0};
    ca_diags diags;
    const char *path = NULL;
    read_path(in, hearing, "calibration", &path);
    if (path == NULL) {
        return;
    }
    ca_diags_init(&diags, in->arena);
    diags.path = path;
    if (!ca_read_file(path, CA_NODE_MAX_BYTES, &bytes, in->arena, &why) ||
        !ca_hearing_parse(path, bytes.data, bytes.length, &in->config->hearing, &diags, in->arena,
                          &why)) {
        complain(in, ca_node_get(hearing, "calibration"), why.msg);
    } else {
        use_hearing(in->config);
    }
}

/* What shapes the language model of transcripts. */
static void read_language_model(reading *in, const ca_node *hearing)
{
    ca_config *config = in->config;
    read_path(in, hearing, "text", &config->text);
    if (config->text != NULL) {
        check_text(in, ca_node_get(hearing, "text"));
    }
    ca_node_need_double(hearing, "phrase_weight", 0, 0.9, &config->phrase_weight, in->diags);
    ca_node_need_double(hearing, "text_weight", 0, 0.9, &config->text_weight, in->diags);
    if (config->phrase_weight + config->text_weight > 0.95) {
        complain(in, hearing, "phrase_weight and text_weight leave too little for the model");
    }
}

static void read_hearing(reading *in, const ca_node *root)
{
    static const char *const names[] = {"transcript",  "accept", "doubt",         "min_snr",
                                        "calibration", "text",   "phrase_weight", "text_weight"};
    static const char *const when[] = {"none", "sample", "findings", "all"};
    const ca_node *hearing = section(in, root, "hearing", names, COUNT(names));
    if (hearing == NULL) {
        return;
    }
    ca_belief *belief = &in->config->belief;
    int choice = ca_node_need_choice(hearing, "transcript", when, COUNT(when),
                                     (int)in->config->transcripts, in->diags);
    if (choice >= 0) {
        in->config->transcripts = (ca_transcripts)choice;
    }
    read_calibration(in, hearing);
    ca_node_need_double(hearing, "accept", 0, 1, &belief->accept, in->diags);
    ca_node_need_double(hearing, "doubt", 0, 1, &belief->doubt, in->diags);
    ca_node_need_double(hearing, "min_snr", -20, 60, &belief->min_snr_db, in->diags);
    if (belief->doubt > belief->accept) {
        complain(in, hearing, "doubt must not be above accept");
    }
    read_language_model(in, hearing);
}

static void read_sample(reading *in, const ca_node *root)
{
    static const char *const names[] = {"rate", "min"};
    const ca_node *sample = section(in, root, "sample", names, COUNT(names));
    if (sample == NULL) {
        return;
    }
    const char *rate = ca_node_need_text(sample, "rate", false, in->diags);
    if (rate != NULL && !ca_parse_rate(rate, &in->config->rate_permille)) {
        complain(in, ca_node_get(sample, "rate"),
                 "expected 0.1% to 100%, with one decimal at most");
    }
    int64_t min = in->config->sample_min;
    ca_node_need_int(sample, "min", 0, 100000, &min, in->diags);
    in->config->sample_min = (int)min;
}

static void read_limits(reading *in, const ca_node *root)
{
    static const char *const names[] = {"time", "memory", "file", "shortest", "longest"};
    const ca_node *node = section(in, root, "limits", names, COUNT(names));
    if (node == NULL) {
        return;
    }
    ca_limits *limits = &in->config->limits;
    int64_t call_ms = limits->call_seconds * 1000;
    read_quantity(in, node, "time", &times, 1000, INT64_C(86400000), &call_ms);
    limits->call_seconds = (call_ms + 999) / 1000;
    read_quantity(in, node, "memory", &sizes, 100000000, INT64_C(1000000000000),
                  &limits->memory_bytes);
    read_quantity(in, node, "file", &sizes, 1000, INT64_C(1000000000000), &limits->audio.max_bytes);
    read_quantity(in, node, "shortest", &times, 0, INT64_C(3600000), &limits->audio.min_ms);
    read_quantity(in, node, "longest", &times, 1000, INT64_C(86400000), &limits->audio.max_ms);
    if (limits->audio.min_ms > limits->audio.max_ms) {
        complain(in, node, "shortest must not be above longest");
    }
}

/* ---- the file ---- */

static bool set_defaults(ca_config *config, ca_arena *arena, ca_error *err)
{
    *config = (ca_config){
        .database = "callaudit.db",
        .timezone = "UTC",
        .language = "en-US",
        .filename_pattern = default_filename,
        .channels = {CA_SIDE_LEFT, 0},
        .transcripts = CA_TRANSCRIPT_SAMPLE,
        .phrase_weight = 0.1,
        .text_weight = 0.1,
        .limits = {.audio = {.min_ms = 1000, .max_ms = 14400000, .max_bytes = 1000000000},
                   .call_seconds = 300,
                   .memory_bytes = 600000000,
                   .settle_ms = 5000},
        .rate_permille = 100,
        .sample_min = 1,
    };
    if (!ca_hearing_default(&config->hearing, arena, err)) {
        return false;
    }
    use_hearing(config);
    return ca_strings_add(&config->rules, "rules", arena, err);
}

static void read_root(reading *in, const ca_node *root)
{
    static const char *const names[] = {"database", "rules",  "timezone", "language", "intake",
                                        "channels", "models", "hearing",  "sample",   "limits"};
    ca_node_check_keys(root, names, COUNT(names), in->diags);
    read_path(in, root, "database", &in->config->database);
    read_rules(in, root);
    read_text(in, root, "timezone", &in->config->timezone);
    read_text(in, root, "language", &in->config->language);
    read_intake(in, root);
    read_channels(in, root);
    read_models(in, root);
    read_hearing(in, root);
    read_sample(in, root);
    read_limits(in, root);
}

bool ca_config_parse(const char *path, const char *data, size_t length, ca_config *config,
                     ca_diags *diags, ca_arena *arena, ca_error *err)
{
    if (!set_defaults(config, arena, err)) {
        return false;
    }
    config->path = path;
    reading in = {config, ca_path_folder(arena, path), diags, arena, true};
    if (in.folder == NULL) {
        return ca_fail_memory(err);
    }
    const ca_node *root = ca_yaml_parse(path, data, length, diags, arena);
    if (root != NULL && root->kind != CA_NODE_MAP) {
        ca_diag_add(diags, CA_ERROR, root->line, root->column, "expected keys, as database: FILE");
    } else if (root != NULL) {
        read_root(&in, root);
    }
    return diags->errors > 0 ? ca_diags_fail(diags, err) : in.memory || ca_fail_memory(err);
}

bool ca_config_load(const char *path, ca_config *config, ca_diags *diags, ca_arena *arena,
                    ca_error *err)
{
    if (!set_defaults(config, arena, err)) {
        return false;
    }
    if (path == NULL && access(default_name, F_OK) != 0) {
        return true;
    }
    config->path = path != NULL ? path : default_name;
    ca_error why = {0};
    ca_bytes bytes = {0};
    if (!ca_read_file(config->path, CA_NODE_MAX_BYTES, &bytes, arena, &why)) {
        return ca_fail(err, CA_ESETUP, "configuration %s", why.msg);
    }
    return ca_config_parse(config->path, bytes.data, bytes.length, config, diags, arena, err);
}

bool ca_config_model(const ca_config *config, const char *language, ca_model *model,
                     ca_arena *arena, ca_error *err)
{
    *model = (ca_model){.language = language, .phone_loop_prior = prior_of(language)};
    bool given = false;
    for (size_t i = 0; i < config->models.count && !given; i++) {
        if (strcasecmp(config->models.items[i].language, language) == 0) {
            *model = config->models.items[i];
            given = true;
        }
    }
    if (!given && strcasecmp(language, "en-US") != 0) {
        return ca_fail(err, CA_ESETUP,
                       "no model for %s: name one in the configuration, as models: {%s: FOLDER}",
                       language, language);
    }
    model->phrase_weight = config->phrase_weight;
    model->text = config->text;
    model->text_weight = config->text_weight;
    if (!ca_model_resolve(model, arena, err)) {
        return false;
    }
    const ca_calibration *numbers = ca_hearing_find(&config->hearing, language, model->sample_rate);
    model->calibration = numbers ? *numbers : (ca_calibration){0};
    return true;
}
