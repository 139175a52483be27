/* test_models.c - the catalog, the signal of the doctor, and what rewriting and fetching promise.
 */
#include "test_helpers.h"

#include "callaudit/accuracy.h"
#include "callaudit/audio.h"
#include "callaudit/catalog.h"
#include "callaudit/fetch.h"
#include "callaudit/fs.h"
#include "callaudit/models.h"
#include "callaudit/segment.h"
#include "callaudit/speechlike.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ca_arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = ca_arena_new(16 << 20);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    ca_arena_free(arena);
    return 0;
}

/* A slip in the table would make a file that can never be fetched. */
static void test_models__catalog_is_well_formed(void **state)
{
    (void)state;
    size_t count;
    const ca_known_model *models = ca_known_models(&count);
    assert_true(count >= 5);
    for (size_t m = 0; m < count; m++) {
        assert_ptr_equal(ca_known_model_find(models[m].name), &models[m]);
        assert_true(models[m].count > 0);
        for (size_t f = 0; f < models[m].count; f++) {
            const ca_known_file *file = &models[m].files[f];
            assert_int_equal(strspn(file->sha256, "0123456789abcdef"), 64);
            assert_int_equal(strlen(file->sha256), 64);
            assert_in_range(file->size, 1, 50 << 20);
            assert_true(file->path[0] != '/' && file->path[0] != '.');
            assert_null(strstr(file->path, ".."));
            /* an acoustic model's files lie in the folder of its name */
            const size_t name = strlen(models[m].name);
            assert_true(!models[m].acoustic || (strncmp(file->path, models[m].name, name) == 0 &&
                                                file->path[name] == '/'));
            for (int p = 0; p < CA_KNOWN_PLACES && file->places[p]; p++) {
                assert_string_equal(ca_path_name(file->places[p])[0] == 'm' && !models[m].acoustic
                                        ? "mandarin_notone.dic"
                                        : ca_path_name(file->path),
                                    ca_path_name(file->places[p]));
            }
        }
    }
    assert_null(ca_known_model_find("en"));
}

static void test_models__sources(void **state)
{
    (void)state;
    assert_true(ca_fetch_supported("folder"));
    assert_true(ca_fetch_supported("/a/folder:8"));
    assert_true(ca_fetch_supported("HTTPS://host/x"));
    assert_true(ca_fetch_supported("file:///a"));
    assert_false(ca_fetch_supported("file://host/a"));
    assert_false(ca_fetch_supported("ftp://host/a"));
    assert_false(ca_fetch_supported("://"));
}

/* Fetches from `source` with room for `max` bytes into an unnamed file. */
static bool fetch(const char *source, int64_t max, bool *absent, ca_error *err)
{
    const ca_fetch_options options = {.max_bytes = max, .silence_s = 1};
    char path[64];
    const int fd = ca_memory_file("", 0, path, sizeof path, NULL);
    assert_true(fd >= 0);
    const bool ok = ca_fetch(source, &options, fd, absent, err);
    close(fd);
    return ok;
}

static void test_models__fetch_is_limited(void **state)
{
    (void)state;
    char path[64];
    bool absent;
    ca_error fits = {0}, over = {0}, none = {0};
    const int fd = ca_memory_file("12345", 5, path, sizeof path, NULL);
    assert_true(fetch(path, 5, &absent, &fits));
    assert_false(fetch(path, 4, &absent, &over));
    assert_int_equal(over.code, CA_ELIMIT);
    assert_false(absent);
    assert_false(fetch("/no/such/file", 4, &absent, &none));
    assert_int_equal(none.code, CA_EIO);
    assert_true(absent);
    close(fd);
}

/* The signal is two people talking, as the stages before the recognizer see it. */
static void test_models__speechlike_is_speech(void **state)
{
    (void)state;
    char path[64];
    ca_buf wav = {0}, again = {0};
    ca_audio audio = {0};
    ca_call call = {0};
    ca_error err = {0};
    const ca_audio_limits limits = {0, 60000, 1 << 30};
    const ca_channel_map map = {CA_SIDE_LEFT, 0};
    assert_true(ca_speechlike_wav(20, &wav, &err));
    assert_true(ca_speechlike_wav(20, &again, &err));
    assert_int_equal(wav.length, again.length);
    assert_memory_equal(wav.data, again.data, wav.length);
    const int fd = ca_memory_file(wav.data, wav.length, path, sizeof path, &err);
    assert_true(ca_audio_decode(path, &limits, &audio, &err));
    call.duration_ms = ca_audio_ms(&audio);
    assert_int_equal(call.duration_ms, 20000);
    assert_int_equal(audio.channels, 2);
    assert_true(ca_segment_call(&audio, &map, &call, arena, &err));
    assert_int_equal(call.channels.count, 2);
    int64_t speech = 0;
    for (size_t c = 0; c < 2; c++) {
        assert_in_range(call.channels.items[c].speech_ms, 5000, 15000);
        assert_true(call.channels.items[c].snr_db > 15);
        speech += call.channels.items[c].speech_ms;
    }
    assert_in_range(speech, 15000, 22000);
    ca_audio_release(&audio);
    ca_buf_release(&wav);
    ca_buf_release(&again);
    close(fd);
}

static void test_models__folder_lies_beside_the_configuration(void **state)
{
    (void)state;
    const ca_config none = {0}, etc = {.path = "/etc/callaudit.yaml"};
    assert_string_equal(ca_models_folder(&none, arena), "models");
    assert_string_equal(ca_models_folder(&etc, arena), "/etc/models");
}

static void test_models__nothing_is_promised_unmeasured(void **state)
{
    (void)state;
    ca_buf text = {0};
    assert_false(ca_accuracy_promise("xx-XX", 8000, &text));
    assert_string_equal(ca_buf_text(&text), "not measured");
    ca_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models__catalog_is_well_formed),
        cmocka_unit_test(test_models__sources),
        cmocka_unit_test(test_models__fetch_is_limited),
        cmocka_unit_test(test_models__speechlike_is_speech),
        cmocka_unit_test(test_models__folder_lies_beside_the_configuration),
        cmocka_unit_test(test_models__nothing_is_promised_unmeasured),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
