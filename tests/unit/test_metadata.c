/* test_metadata.c - CDR rows, sidecars, file names and start times. */
#include "callaudit/cdr.h"
#include "callaudit/fs.h"
#include "callaudit/metadata.h"
#include "test_helpers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

typedef struct fixture {
    ca_arena *arena;
    char folder[32];
    const char *made[4]; /* files to remove */
    size_t made_count;
    ca_config config;
    ca_meta meta;
    ca_error err;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    if (f == NULL) {
        return -1;
    }
    strcpy(f->folder, "/tmp/ca-meta-XXXXXX");
    f->arena = ca_arena_new(0);
    f->config.timezone = "Asia/Shanghai";
    f->config.language = "zh-CN";
    f->config.filename_pattern = "(?<agent>[^_]+)_(?<started>\\d{8}T\\d{6})_(?<call_id>[^.]+)\\.";
    return mkdtemp(f->folder) != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < f->made_count; i++) {
        (void)unlink(f->made[i]);
    }
    int left = rmdir(f->folder);
    ca_arena_free(f->arena);
    free(f);
    return left;
}

static const char *make_file(fixture *f, const char *name, const char *text)
{
    const char *path = ca_path_join(f->arena, f->folder, name);
    assert_true(ca_write_file(path, text, strlen(text), &f->err));
    f->made[f->made_count++] = path;
    return path;
}

static bool find(fixture *f, const char *name)
{
    f->err = (ca_error){0};
    ca_metadata *metadata = ca_metadata_open(&f->config, &f->err);
    assert_non_null(metadata);
    bool found = ca_metadata_find(metadata, ca_path_join(f->arena, f->folder, name), &f->meta,
                                  f->arena, &f->err);
    ca_metadata_close(metadata);
    return found;
}

/* ---- CSV ---- */

static const ca_cdr_columns id_and_agent = {.call_id = "id", .agent = "who"};

static ca_cdr *parse(const char *csv, ca_error *err)
{
    *err = (ca_error){0};
    return ca_cdr_parse("cdr.csv", csv, strlen(csv), &id_and_agent, err);
}

static void test_metadata__csv_follows_rfc_4180(void **state)
{
    (void)state;
    ca_error err;
    const ca_cdr_row *row = NULL;
    ca_cdr *cdr = parse("\xEF\xBB\xBFid,x,who\r\n"
                        "1,\"a, \"\"b\"\"\r\nc\",\"Ann \"\"A\"\" Lee\"\r\n"
                        "\r\n"
                        "\"2\",,\n"
                        "3,,Zo\xC3\xAB",
                        &err);
    assert_non_null(cdr);
    assert_int_equal(ca_cdr_count(cdr), 3);
    assert_true(ca_cdr_find(cdr, CA_CDR_CALL_ID, "1", &row, &err));
    assert_string_equal(row->fields[CA_CDR_AGENT], "Ann \"A\" Lee");
    assert_int_equal(row->line, 2);
    assert_true(ca_cdr_find(cdr, CA_CDR_CALL_ID, "2", &row, &err));
    assert_null(row->fields[CA_CDR_AGENT]);
    assert_int_equal(row->line, 5);
    assert_true(ca_cdr_find(cdr, CA_CDR_CALL_ID, "3", &row, &err));
    assert_string_equal(row->fields[CA_CDR_AGENT], "Zo\xC3\xAB");
    assert_true(ca_cdr_find(cdr, CA_CDR_CALL_ID, "4", &row, &err));
    assert_null(row);
    ca_cdr_free(cdr);
}

static void test_metadata__csv_faults_name_their_line(void **state)
{
    static const struct {
        const char *csv, *message;
    } cases[] = {
        {"id,who\n1,\"a\n", "cdr.csv:2: a quote that is never closed"},
        {"id,who\n1,a\n2,b\"c\"\n", "cdr.csv:3: a quote inside"},
        {"id,who\n1,\"a\"b\n", "cdr.csv:2: text behind a closing quote"},
        {"id,who\n1\n", "cdr.csv:2: 1 fields, but the header has 2"},
        {"id,who\n1,\"x\ny\"\n1,2,3\n", "cdr.csv:4: 3 fields, but the header has 2"},
        {"id,who\n1,a,\n", "cdr.csv:2: 3 fields"},
        {"id,who\r1,a\r", "cdr.csv:1: a carriage return"},
        {"id,who\n1,\xB0\xAE\n", "cdr.csv:2: not UTF-8"},
        {"id,whom\n1,a\n", "cdr.csv:1: no column 'who'; did you mean 'whom'?"},
        {"id,who,id\n1,a,2\n", "cdr.csv:1: two columns are called 'id'"},
        {"", "cdr.csv:1: no column 'id'"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        ca_error err;
        assert_null(parse(cases[i].csv, &err));
        assert_int_equal(err.code, CA_ESETUP);
        if (strncmp(err.msg, cases[i].message, strlen(cases[i].message)) != 0) {
            fail_msg("%s gave '%s'", cases[i].csv, err.msg);
        }
    }
}

static void test_metadata__csv_without_mapping_uses_field_names(void **state)
{
    static const char csv[] = "agent,call_id,other\nann,7,x\n";
    const ca_cdr_columns none = {0};
    const ca_cdr_row *row = NULL;
    ca_error err = {0};
    (void)state;
    ca_cdr *cdr = ca_cdr_parse("cdr.csv", csv, strlen(csv), &none, &err);
    assert_non_null(cdr);
    assert_true(ca_cdr_find(cdr, CA_CDR_CALL_ID, "7", &row, &err));
    assert_string_equal(row->fields[CA_CDR_AGENT], "ann");
    ca_cdr_free(cdr);
    assert_null(ca_cdr_parse("cdr.csv", "agent\nann\n", 10, &none, &err));
    assert_non_null(strstr(err.msg, "no column for the call id or the file name"));
}

static void test_metadata__rows_of_one_id_must_agree(void **state)
{
    ca_error err;
    const ca_cdr_row *row = NULL;
    (void)state;
    ca_cdr *cdr = parse("id,who\n1,ann\n2,bob\n1,cid\n2,bob\n", &err);
    assert_false(ca_cdr_find(cdr, CA_CDR_CALL_ID, "1", &row, &err));
    assert_int_equal(err.reason, CA_REASON_NO_METADATA);
    assert_string_equal(err.msg, "cdr.csv: lines 2 and 4 both have call_id '1'");
    err = (ca_error){0};
    assert_true(ca_cdr_find(cdr, CA_CDR_CALL_ID, "2", &row, &err));
    assert_int_equal(row->line, 3);
    ca_cdr_free(cdr);
}

/* ---- sources ---- */

static void test_metadata__file_name_alone(void **state)
{
    fixture *f = *state;
    assert_true(find(f, "ann_20261005T091512_C-1.wav"));
    assert_string_equal(f->meta.agent, "ann");
    assert_string_equal(f->meta.started_at, "2026-10-05T09:15:12+08:00");
    assert_string_equal(f->meta.call_uid, "C-1");
    assert_string_equal(f->meta.language, "zh-CN");
    assert_null(f->meta.queue);
}

static void test_metadata__first_source_with_a_field_wins(void **state)
{
    fixture *f = *state;
    f->config.cdr = (ca_cdr_columns){.call_id = "id", .agent = "who", .queue = "queue"};
    f->config.cdr_path = make_file(f, "cdr.csv", "id,who,queue\nC-1,cdr agent,\n");
    make_file(f, "ann_20261005T091512_C-1.json",
              "{\"agent\": \"sidecar agent\", \"queue\": 12, \"team\": null, \"language\": \"\"}");
    assert_true(find(f, "ann_20261005T091512_C-1.wav"));
    assert_string_equal(f->meta.agent, "cdr agent");
    assert_string_equal(f->meta.queue, "12");
    assert_string_equal(f->meta.started_at, "2026-10-05T09:15:12+08:00");
    assert_null(f->meta.team);
    assert_string_equal(f->meta.language, "zh-CN");
}

static void test_metadata__joins_on_the_sidecars_call_id(void **state)
{
    fixture *f = *state;
    f->config.cdr = (ca_cdr_columns){.call_id = "id", .agent = "who"};
    f->config.cdr_path = make_file(f, "cdr.csv", "id,who\nX-9,nina\n");
    make_file(f, "a.json", "{\"call_id\": \"X-9\", \"started\": \"2026-10-05T00:30:00Z\"}");
    assert_true(find(f, "a.wav"));
    assert_string_equal(f->meta.agent, "nina");
    assert_string_equal(f->meta.call_uid, "X-9");
    assert_string_equal(f->meta.started_at, "2026-10-05T08:30:00+08:00");
}

static void test_metadata__joins_on_the_file_name(void **state)
{
    fixture *f = *state;
    f->config.cdr = (ca_cdr_columns){.file_name = "file", .agent = "who", .started = "at"};
    f->config.cdr_path =
        make_file(f, "cdr.csv", "file,who,at\n/var/spool/b.wav,bob,2026-10-31 23:59:59\n");
    assert_true(find(f, "b.wav"));
    assert_string_equal(f->meta.agent, "bob");
    assert_string_equal(f->meta.started_at, "2026-10-31T23:59:59+08:00");
    assert_null(f->meta.call_uid);
}

static void check_missing(fixture *f, const char *name, const char *part)
{
    assert_false(find(f, name));
    assert_int_equal(f->err.code, CA_EINPUT);
    assert_int_equal(f->err.reason, CA_REASON_NO_METADATA);
    if (strstr(f->err.msg, part) == NULL) {
        fail_msg("'%s' does not say '%s'", f->err.msg, part);
    }
}

static void test_metadata__says_what_is_missing(void **state)
{
    fixture *f = *state;
    check_missing(f, "x.wav", "no agent and start time: there is no CDR");
    check_missing(f, "x.wav", "does not match intake.filename");
    check_missing(f, "ann_20261305T091512_C.wav", "'20261305T091512'");
    make_file(f, "s.json", "{\"agent\": \"ann\"}");
    check_missing(f, "s.wav", "no start time");
    make_file(f, "t.json", "{\"started\": \"2026-10-05 09:15:12\"}");
    check_missing(f, "t.wav", "no agent:");
    assert_string_equal(f->meta.started_at, "2026-10-05T09:15:12+08:00");
}

static void test_metadata__bad_sidecar_fails_the_recording(void **state)
{
    fixture *f = *state;
    make_file(f, "ann_20261005T091512_C-1.json", "{\"agent\": }");
    check_missing(f, "ann_20261005T091512_C-1.wav", "sidecar");
    make_file(f, "bob_20261005T091512_C-1.json", "[]");
    check_missing(f, "bob_20261005T091512_C-1.wav", "expected one JSON object");
}

static void test_metadata__control_characters_are_refused(void **state)
{
    fixture *f = *state;
    make_file(f, "a.json", "{\"agent\": \"ann\\tbob\", \"started\": \"2026-10-05 09:15:12\"}");
    check_missing(f, "a.wav", "control character");
    assert_null(f->meta.agent);
}

static void test_metadata__what_the_caller_gives_comes_first(void **state)
{
    fixture *f = *state;
    ca_metadata *metadata = ca_metadata_open(&f->config, &f->err);
    ca_meta meta = {.agent = "eve", .call_uid = "E-1", .language = "en-US"};
    assert_true(ca_metadata_complete(metadata, "/rec/ann_20261005T091512_C-1.wav", &meta, f->arena,
                                     &f->err));
    assert_string_equal(meta.agent, "eve");
    assert_string_equal(meta.call_uid, "E-1");
    assert_string_equal(meta.language, "en-US");
    assert_string_equal(meta.started_at, "2026-10-05T09:15:12+08:00");
    ca_metadata_close(metadata);
}

static void test_metadata__lists_calls_without_recording(void **state)
{
    fixture *f = *state;
    ca_strings ids = {0};
    f->config.cdr = id_and_agent;
    f->config.cdr_path = make_file(f, "cdr.csv", "id,who\nC-3,x\nC-1,y\nC-2,z\n");
    ca_metadata *metadata = ca_metadata_open(&f->config, &f->err);
    assert_true(ca_metadata_find(metadata, "/rec/ann_20261005T091512_C-1.wav", &f->meta, f->arena,
                                 &f->err));
    assert_true(ca_metadata_unrecorded(metadata, &ids, f->arena, &f->err));
    assert_int_equal(ids.count, 2);
    assert_string_equal(ids.items[0], "C-3");
    assert_string_equal(ids.items[1], "C-2");
    ca_metadata_close(metadata);
}

static void check_setup_error(fixture *f, const char *part)
{
    f->err = (ca_error){0};
    assert_null(ca_metadata_open(&f->config, &f->err));
    assert_int_equal(f->err.code, CA_ESETUP);
    assert_non_null(strstr(f->err.msg, part));
}

static void test_metadata__open_refuses_bad_setup(void **state)
{
    fixture *f = *state;
    f->config.timezone = "Asia/Shanghigh";
    check_setup_error(f, "Asia/Shanghigh");
    f->config.timezone = "UTC";
    f->config.filename_pattern = "(?<agent";
    check_setup_error(f, "intake.filename");
    f->config.filename_pattern = NULL;
    f->config.cdr_path = "/nowhere/cdr.csv";
    check_setup_error(f, "/nowhere/cdr.csv");
}

/* ---- times ---- */

static void test_metadata__normalizes_times(void **state)
{
    static const struct {
        const char *text, *zone, *iso; /* NULL: refused */
    } cases[] = {
        {"2026-10-05 09:15:12", "Asia/Shanghai", "2026-10-05T09:15:12+08:00"},
        {"2026-10-05T09:15:12", "Asia/Shanghai", "2026-10-05T09:15:12+08:00"},
        {"20261005T091512", "Asia/Shanghai", "2026-10-05T09:15:12+08:00"},
        {"20261005091512", "UTC", "2026-10-05T09:15:12+00:00"},
        {"2026-10-05T09:15:12.987", "UTC", "2026-10-05T09:15:12+00:00"},
        {"2026-09-30T23:00:00Z", "Asia/Shanghai", "2026-10-01T07:00:00+08:00"},
        {"2026-10-05T09:15:12+0200", "UTC", "2026-10-05T07:15:12+00:00"},
        {"2026-10-05 09:15:12 -05", "UTC", "2026-10-05T14:15:12+00:00"},
        {"2026-10-05T09:15:12+05:45", "Asia/Kathmandu", "2026-10-05T09:15:12+05:45"},
        {"2024-02-29 00:00:00", "UTC", "2024-02-29T00:00:00+00:00"},
        {"2026-06-01 12:00:00", "America/St_Johns", "2026-06-01T12:00:00-02:30"},
        /* Berlin: 29 March 2026 has no 02:30, 25 October has it twice */
        {"2026-03-29 01:59:59", "Europe/Berlin", "2026-03-29T01:59:59+01:00"},
        {"2026-03-29 02:30:00", "Europe/Berlin", NULL},
        {"2026-03-29 03:00:00", "Europe/Berlin", "2026-03-29T03:00:00+02:00"},
        {"2026-10-25 02:30:00", "Europe/Berlin", "2026-10-25T02:30:00+02:00"},
        {"2026-10-25T02:30:00+01:00", "Europe/Berlin", "2026-10-25T02:30:00+01:00"},
        {"2026-10-25 03:00:00", "Europe/Berlin", "2026-10-25T03:00:00+01:00"},
        /* Samoa skipped 30 December 2011 */
        {"2011-12-30 12:00:00", "Pacific/Apia", NULL},
        {"2011-12-31 00:00:00", "Pacific/Apia", "2011-12-31T00:00:00+14:00"},
        {"2023-02-29 00:00:00", "UTC", NULL},
        {"2026-13-01 00:00:00", "UTC", NULL},
        {"2026-10-05 24:00:00", "UTC", NULL},
        {"2026-10-05 09:60:00", "UTC", NULL},
        {"2026-10-05 09:15", "UTC", NULL},
        {"2026-10-05", "UTC", NULL},
        {"2026-10-05 09:15:12 CET", "UTC", NULL},
        {"2026-10-05 09:15:12+15:00", "UTC", NULL},
        {"2026-1005 09:15:12", "UTC", NULL},
        {"05.10.2026 09:15:12", "UTC", NULL},
        {"", "UTC", NULL},
        {"2026-10-05 09:15:12", "../../etc/passwd", NULL},
        {"2026-10-05 09:15:12", "Asia", NULL},
        {"2026-10-05 09:15:12", "", NULL},
    };
    const fixture *f = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *iso = ca_time_normalize(cases[i].text, cases[i].zone, f->arena);
        if ((iso == NULL) != (cases[i].iso == NULL) ||
            (iso != NULL && strcmp(iso, cases[i].iso) != 0)) {
            fail_msg("%s in %s gave %s", cases[i].text, cases[i].zone, iso ? iso : "nothing");
        }
    }
}

static void test_metadata__month_is_the_desks(void **state)
{
    char month[8];
    (void)state;
    assert_true(ca_time_month("2026-09-30T23:00:00+00:00", "Asia/Shanghai", month));
    assert_string_equal(month, "2026-10");
    assert_true(ca_time_month("2026-09-30T23:00:00+00:00", "UTC", month));
    assert_string_equal(month, "2026-09");
    assert_false(ca_time_month("yesterday", "UTC", month));
    assert_false(ca_time_month("2026-09-30T23:00:00Z", "Mars/Base", month));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_metadata__csv_follows_rfc_4180),
        TEST(test_metadata__csv_faults_name_their_line),
        TEST(test_metadata__csv_without_mapping_uses_field_names),
        TEST(test_metadata__rows_of_one_id_must_agree),
        TEST(test_metadata__file_name_alone),
        TEST(test_metadata__first_source_with_a_field_wins),
        TEST(test_metadata__joins_on_the_sidecars_call_id),
        TEST(test_metadata__joins_on_the_file_name),
        TEST(test_metadata__says_what_is_missing),
        TEST(test_metadata__bad_sidecar_fails_the_recording),
        TEST(test_metadata__control_characters_are_refused),
        TEST(test_metadata__what_the_caller_gives_comes_first),
        TEST(test_metadata__lists_calls_without_recording),
        TEST(test_metadata__open_refuses_bad_setup),
        TEST(test_metadata__normalizes_times),
        TEST(test_metadata__month_is_the_desks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
