/* test_config.c - callaudit.yaml: defaults, every key, every complaint with its place. */
#include "callaudit/config.h"
#include "callaudit/fs.h"
#include "test_helpers.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Models are looked up by ca_config_model only; here what it asks for is looked at. */
bool ca_model_resolve(ca_model *model, ca_arena *arena, ca_error *err)
{
    (void)arena;
    (void)err;
    model->sample_rate = 8000;
    return true;
}

typedef struct fixture {
    ca_arena *arena;
    char folder[32];
    char *path;
    ca_diags diags;
    ca_config config;
    ca_error err;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    if (f == NULL) {
        return -1;
    }
    strcpy(f->folder, "/tmp/ca-config-XXXXXX");
    f->arena = ca_arena_new(0);
    ca_diags_init(&f->diags, f->arena);
    if (mkdtemp(f->folder) == NULL || chdir(f->folder) != 0) {
        return -1;
    }
    f->path = ca_path_join(f->arena, f->folder, "desk.yaml");
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    (void)unlink(f->path);
    (void)unlink("callaudit.yaml");
    (void)unlink("own.yaml");
    int left = chdir("/") != 0 || rmdir(f->folder) != 0;
    ca_arena_free(f->arena);
    free(f);
    return left;
}

static bool load(fixture *f, const char *yaml)
{
    ca_diags_init(&f->diags, f->arena);
    f->err = (ca_error){0};
    assert_true(ca_write_file(f->path, yaml, strlen(yaml), &f->err));
    return ca_config_load(f->path, &f->config, &f->diags, f->arena, &f->err);
}

static const char *in_folder(fixture *f, const char *name)
{
    return ca_path_join(f->arena, f->folder, name);
}

static void check_defaults(const ca_config *config)
{
    assert_string_equal(config->database, "callaudit.db");
    assert_int_equal(config->rules.count, 1);
    assert_string_equal(config->rules.items[0], "rules");
    assert_string_equal(config->timezone, "UTC");
    assert_string_equal(config->language, "en-US");
    assert_string_equal(config->filename_pattern,
                        "(?<agent>[^_]+)_(?<started>\\d{8}T\\d{6})_(?<call_id>[^.]+)\\.");
    assert_null(config->cdr_path);
    assert_int_equal(config->channels.agent, CA_SIDE_LEFT);
    assert_int_equal(config->transcripts, CA_TRANSCRIPT_SAMPLE);
    assert_float_equal(config->belief.accept, config->hearing.accept, 0); /* models/hearing.yaml */
    assert_float_equal(config->belief.doubt, config->hearing.doubt, 0);
    assert_true(config->hearing.models.count > 0);
    assert_float_equal(config->belief.min_snr_db, 10, 0);
    assert_null(config->text);
    assert_float_equal(config->phrase_weight, 0.1, 0);
    assert_float_equal(config->text_weight, 0.1, 0);
    assert_int_equal(config->limits.settle_ms, 5000);
    assert_int_equal(config->limits.call_seconds, 300);
    assert_int_equal(config->limits.memory_bytes, 600000000);
    assert_int_equal(config->limits.audio.max_bytes, 1000000000);
    assert_int_equal(config->limits.audio.min_ms, 1000);
    assert_int_equal(config->limits.audio.max_ms, 4 * 3600 * 1000);
    assert_int_equal(config->rate_permille, 100);
    assert_int_equal(config->sample_min, 1);
}

static void test_config__defaults_without_a_file(void **state)
{
    fixture *f = *state;
    assert_true(ca_config_load(NULL, &f->config, &f->diags, f->arena, &f->err));
    assert_null(f->config.path);
    check_defaults(&f->config);
}

static void test_config__finds_the_file_of_the_working_folder(void **state)
{
    fixture *f = *state;
    static const char yaml[] = "language: zh-CN\n";
    assert_true(ca_write_file("callaudit.yaml", yaml, strlen(yaml), &f->err));
    assert_true(ca_config_load(NULL, &f->config, &f->diags, f->arena, &f->err));
    assert_string_equal(f->config.path, "callaudit.yaml");
    assert_string_equal(f->config.language, "zh-CN");
}

static void test_config__absent_keys_keep_their_defaults(void **state)
{
    fixture *f = *state;
    assert_true(load(f, "intake:\n"));
    check_defaults(&f->config);
}

static void write_file(fixture *f, const char *name, const char *text)
{
    ca_error err = {0};
    assert_true(ca_write_file(ca_path_join(f->arena, f->folder, name), text, strlen(text), &err));
}

/* A desk's own numbers stand in for the frozen ones; cuts beside them in the file still win. */
static void test_config__a_desks_calibration_replaces_the_frozen_one(void **state)
{
    fixture *f = *state;
    ca_model model;
    write_file(f, "own.yaml",
               "accept: 0.8\ndoubt: 0.4\nmin_snr: 7\n"
               "models: [{language: en-US, sample_rate: 8000, margin: 0.5}]\n");
    assert_true(load(f, "hearing: {calibration: own.yaml, doubt: 0.6}\n"));
    assert_float_equal(f->config.belief.accept, 0.8, 0);
    assert_float_equal(f->config.belief.doubt, 0.6, 0);
    assert_float_equal(f->config.belief.min_snr_db, 7, 0);
    assert_true(ca_config_model(&f->config, "en-US", &model, f->arena, &f->err));
    assert_float_equal(model.calibration.margin, 0.5, 0);
}

static void test_config__a_wrong_calibration_is_told_with_both_places(void **state)
{
    fixture *f = *state;
    write_file(f, "own.yaml", "models: [{language: en-US, margn: 1}]\n");
    assert_false(load(f, "hearing: {calibration: own.yaml}\n"));
    assert_non_null(strstr(f->diags.list.items[0].message, "own.yaml:1:"));
    assert_int_equal(f->diags.list.items[0].line, 1);
}

static const char every_key[] = "database: data/calls.db\n"
                                "rules: [rules/en, /etc/rules.yaml]\n"
                                "timezone: Asia/Shanghai\n"
                                "language: zh-CN\n"
                                "intake:\n"
                                "  filename: '(?<call_id>\\d+)'\n"
                                "  settle: 500ms\n"
                                "  cdr: {file: cdr.csv, call_id: id, file_name: wav, agent: who,\n"
                                "        team: t, queue: q, direction: d, customer: c,\n"
                                "        started: s, language: l}\n"
                                "channels: {agent: 3}\n"
                                "models:\n"
                                "  en-US: m/en\n"
                                "  zh-CN: {acoustic: m/zh, dictionary: zh.dict,\n"
                                "          pronunciations: desk.dict, language_model: /lm.bin,\n"
                                "          kws_plp: 1e-20}\n"
                                "hearing: {transcript: all, accept: 0.7, doubt: 0.2, min_snr: 6}\n"
                                "sample: {rate: 2.5%, min: 3}\n"
                                "limits: {time: 2m, memory: 1.5GB, file: 20MB, shortest: 2s,\n"
                                "         longest: 1h}\n";

static void check_models(fixture *f)
{
    const ca_config *config = &f->config;
    assert_int_equal(config->models.count, 2);
    assert_string_equal(config->models.items[0].language, "en-US");
    assert_string_equal(config->models.items[0].acoustic, in_folder(f, "m/en"));
    assert_null(config->models.items[0].dictionary);
    assert_float_equal(config->models.items[0].phone_loop_prior, 1e-6, 0);
    assert_string_equal(config->models.items[1].acoustic, in_folder(f, "m/zh"));
    assert_string_equal(config->models.items[1].dictionary, in_folder(f, "zh.dict"));
    assert_string_equal(config->models.items[1].pronunciations, in_folder(f, "desk.dict"));
    assert_null(config->models.items[0].pronunciations);
    assert_string_equal(config->models.items[1].language_model, "/lm.bin");
    assert_float_equal(config->models.items[1].phone_loop_prior, 1e-20, 0);
}

static void check_cdr(fixture *f)
{
    const ca_cdr_columns *cdr = &f->config.cdr;
    assert_string_equal(f->config.cdr_path, in_folder(f, "cdr.csv"));
    assert_string_equal(cdr->call_id, "id");
    assert_string_equal(cdr->file_name, "wav");
    assert_string_equal(cdr->agent, "who");
    assert_string_equal(cdr->team, "t");
    assert_string_equal(cdr->queue, "q");
    assert_string_equal(cdr->direction, "d");
    assert_string_equal(cdr->customer, "c");
    assert_string_equal(cdr->started, "s");
    assert_string_equal(cdr->language, "l");
}

static void test_config__reads_every_key(void **state)
{
    fixture *f = *state;
    const ca_config *config = &f->config;
    assert_true(load(f, every_key));
    assert_string_equal(config->database, in_folder(f, "data/calls.db"));
    assert_int_equal(config->rules.count, 2);
    assert_string_equal(config->rules.items[0], in_folder(f, "rules/en"));
    assert_string_equal(config->rules.items[1], "/etc/rules.yaml");
    assert_string_equal(config->timezone, "Asia/Shanghai");
    assert_string_equal(config->filename_pattern, "(?<call_id>\\d+)");
    assert_int_equal(config->limits.settle_ms, 500);
    check_cdr(f);
    assert_int_equal(config->channels.agent, CA_SIDE_NUMBER);
    assert_int_equal(config->channels.number, 3);
    check_models(f);
    assert_int_equal(config->transcripts, CA_TRANSCRIPT_ALL);
    assert_float_equal(config->belief.accept, 0.7, 0);
    assert_float_equal(config->belief.doubt, 0.2, 0);
    assert_float_equal(config->belief.min_snr_db, 6, 0);
    assert_int_equal(config->rate_permille, 25);
    assert_int_equal(config->sample_min, 3);
    assert_int_equal(config->limits.call_seconds, 120);
    assert_int_equal(config->limits.memory_bytes, 1500000000);
    assert_int_equal(config->limits.audio.max_bytes, 20000000);
    assert_int_equal(config->limits.audio.min_ms, 2000);
    assert_int_equal(config->limits.audio.max_ms, 3600000);
}

static void write_text(fixture *f, const char *text)
{
    assert_true(ca_write_file(in_folder(f, "desk.txt"), text, strlen(text), &f->err));
}

static void test_config__a_desks_text_is_read_when_the_file_is(void **state)
{
    fixture *f = *state;
    ca_model model;
    static const char yaml[] = "hearing: {text: desk.txt, phrase_weight: 0.2, text_weight: 0.3}\n";
    write_text(f, "northern bank\n");
    assert_true(load(f, yaml));
    assert_true(ca_config_model(&f->config, "en-US", &model, f->arena, &f->err));
    assert_string_equal(model.text, in_folder(f, "desk.txt"));
    assert_float_equal(model.phrase_weight, 0.2, 0);
    assert_float_equal(model.text_weight, 0.3, 0);
    write_text(f, "northern bank\nat \xFF\n");
    assert_false(load(f, yaml));
    assert_non_null(strstr(f->err.msg, "desk.txt:2:4: expected UTF-8"));
    (void)unlink(in_folder(f, "desk.txt"));
}

static void test_config__null_filename_means_no_pattern(void **state)
{
    fixture *f = *state;
    assert_true(load(f, "intake: {filename: ~}\n"));
    assert_null(f->config.filename_pattern);
}

static void test_config__names_the_agents_side(void **state)
{
    fixture *f = *state;
    assert_true(load(f, "channels: {agent: right}\n"));
    assert_int_equal(f->config.channels.agent, CA_SIDE_RIGHT);
    assert_true(load(f, "channels: {agent: mono}\n"));
    assert_int_equal(f->config.channels.agent, CA_SIDE_MONO);
}

/* ---- complaints ---- */

static void test_config__complains_with_place(void **state)
{
    static const struct {
        const char *yaml;
        int line, column;
        const char *text;
    } cases[] = {
        {"datbase: x\n", 1, 1, "did you mean 'database'"},
        {"- x\n", 1, 1, "expected keys"},
        {"intake: left\n", 1, 9, "intake"},
        {"intake:\n  setle: 5s\n", 2, 3, "did you mean 'settle'"},
        {"intake:\n  settle: 5\n", 2, 11, "5s"},
        {"intake:\n  settle: 5 parsecs\n", 2, 11, "5s"},
        {"intake:\n  filename: \"\\\\d+\"\n", 2, 13, "single quotes"},
        {"intake:\n  filename: '(?<agent'\n", 2, 13, "regex"},
        {"intake: {cdr: {agnt: a, call_id: b}}\n", 1, 16, "did you mean 'agent'"},
        {"intake: {cdr: {agent: a}}\n", 1, 15, "call_id or file_name"},
        {"channels: {agent: middle}\n", 1, 19, "left, right, mono"},
        {"channels: {agent: 9}\n", 1, 19, "left, right, mono"},
        {"models: here\n", 1, 9, "one key a language"},
        {"models: {en-US: {acoustics: x}}\n", 1, 18, "did you mean 'acoustic'"},
        {"hearing: {transcript: some}\n", 1, 23, "none, sample"},
        {"hearing: {accept: 1.5}\n", 1, 19, "0 to 1"},
        {"hearing: {doubt: 0.6}\n", 1, 10, "doubt must not be above accept"},
        {"hearing: {phrase_weight: 0.91}\n", 1, 26, "0 to 0.9"},
        {"hearing: {text_weight: x}\n", 1, 24, "0 to 0.9"},
        {"hearing: {phrase_weight: 0.5, text_weight: 0.5}\n", 1, 10, "leave too little"},
        {"hearing:\n  text: none.txt\n", 2, 9, "none.txt"},
        {"sample: {rate: 10}\n", 1, 16, "0.1%"},
        {"sample: {min: -1}\n", 1, 15, "0 to"},
        {"limits: {memory: 600}\n", 1, 18, "600MB"},
        {"limits: {memory: 1KB}\n", 1, 18, "within reason"},
        {"limits: {shortest: 2s, longest: 1s}\n", 1, 9, "shortest"},
        {"rules: []\n", 1, 8, "expected a file or folder"},
        {"rules: [[a]]\n", 1, 9, "expected a file or folder"},
        {"database: ''\n", 1, 11, "empty"},
        {"timezone: UTC\ntimezone: UTC\n", 2, 1, "timezone"},
    };
    fixture *f = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (load(f, cases[i].yaml) || f->diags.errors != 1) {
            fail_msg("%s: %zu errors", cases[i].yaml, f->diags.errors);
        }
        const ca_diag *diag = &f->diags.list.items[0];
        assert_string_equal(diag->path, f->path);
        if (diag->line != cases[i].line || diag->column != cases[i].column ||
            strstr(diag->message, cases[i].text) == NULL) {
            fail_msg("%s gave %d:%d: %s", cases[i].yaml, diag->line, diag->column, diag->message);
        }
        assert_int_equal(f->err.code, CA_ESETUP);
    }
}

static void test_config__file_that_is_not_there_is_setup(void **state)
{
    fixture *f = *state;
    assert_false(ca_config_load(f->path, &f->config, &f->diags, f->arena, &f->err));
    assert_int_equal(f->err.code, CA_ESETUP);
    assert_non_null(strstr(f->err.msg, "desk.yaml"));
}

/* ---- models and rates ---- */

static void test_config__model_of_a_language(void **state)
{
    fixture *f = *state;
    ca_model model;
    assert_true(load(f, "models: {zh-CN: m/zh, zhuang: m/za}\n"));
    assert_true(ca_config_model(&f->config, "zh-CN", &model, f->arena, &f->err));
    assert_string_equal(model.acoustic, in_folder(f, "m/zh"));
    assert_float_equal(model.phone_loop_prior, 1e-9, 0);
    assert_int_equal(model.sample_rate, 8000);
    assert_true(ca_config_model(&f->config, "zhuang", &model, f->arena, &f->err));
    assert_float_equal(model.phone_loop_prior, 1e-6, 0);
    assert_true(ca_config_model(&f->config, "en-US", &model, f->arena, &f->err));
    assert_null(model.acoustic);
    assert_float_equal(model.phone_loop_prior, 1e-6, 0);
}

/* The long form may leave out the folder: Debian's model with the desk's own words. */
static void test_config__pronunciations_without_a_folder(void **state)
{
    fixture *f = *state;
    ca_model model;
    assert_true(load(f, "models: {en-US: {pronunciations: desk.dict}}\n"));
    assert_true(ca_config_model(&f->config, "en-US", &model, f->arena, &f->err));
    assert_null(model.acoustic);
    assert_string_equal(model.pronunciations, in_folder(f, "desk.dict"));
    assert_float_equal(model.phone_loop_prior, 1e-6, 0);
}

static void test_config__language_without_a_model_is_setup(void **state)
{
    fixture *f = *state;
    ca_model model;
    assert_true(load(f, "language: en-US\n"));
    assert_false(ca_config_model(&f->config, "fr-FR", &model, f->arena, &f->err));
    assert_int_equal(f->err.code, CA_ESETUP);
    assert_non_null(strstr(f->err.msg, "models: {fr-FR: FOLDER}"));
}

static void test_config__parses_rates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int permille; /* -1: refused */
    } cases[] = {
        {"10%", 100}, {"2.5%", 25},   {"0.1%", 1},  {"100%", 1000}, {"7.50%", 75}, {"0%", -1},
        {"0.0%", -1}, {"100.1%", -1}, {"10", -1},   {"2.55%", -1},  {"%", -1},     {"-1%", -1},
        {"1e1%", -1}, {" 10%", -1},   {"10%x", -1}, {"5.%", -1},    {"", -1},      {"9999%", -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int permille = -1;
        bool read = ca_parse_rate(cases[i].text, &permille);
        if (read != (cases[i].permille > 0) || permille != cases[i].permille) {
            fail_msg("'%s' gave %d", cases[i].text, permille);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_config__defaults_without_a_file),
        TEST(test_config__finds_the_file_of_the_working_folder),
        TEST(test_config__absent_keys_keep_their_defaults),
        TEST(test_config__a_desks_calibration_replaces_the_frozen_one),
        TEST(test_config__a_wrong_calibration_is_told_with_both_places),
        TEST(test_config__reads_every_key),
        TEST(test_config__a_desks_text_is_read_when_the_file_is),
        TEST(test_config__null_filename_means_no_pattern),
        TEST(test_config__names_the_agents_side),
        TEST(test_config__complains_with_place),
        TEST(test_config__file_that_is_not_there_is_setup),
        TEST(test_config__model_of_a_language),
        TEST(test_config__pronunciations_without_a_folder),
        TEST(test_config__language_without_a_model_is_setup),
        TEST(test_config__parses_rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
