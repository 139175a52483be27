/* test_call.c - a call's names, texts, order and JSON form. */
#include "callaudit/call.h"
#include "test_helpers.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char sha[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static int make_arena(void **state)
{
    *state = ca_arena_new(0);
    return *state != NULL ? 0 : -1;
}

static int drop_arena(void **state)
{
    ca_arena_free(*state);
    return 0;
}

static void add_word(ca_call *call, ca_arena *arena, const char *text, int64_t start_ms)
{
    ca_word *word = ca_push(arena, &call->words);
    assert_non_null(word);
    *word = (ca_word){start_ms, start_ms + 300, 0.75, text};
}

static void add_line(ca_call *call, ca_arena *arena, ca_line line)
{
    ca_line *place = ca_push(arena, &call->lines);
    assert_non_null(place);
    *place = line;
}

/* A call in which every field differs from its default. */
static void make_call(ca_call *call, ca_arena *arena)
{
    *call = (ca_call){
        .meta = {"C-1", "ann", "2026-10-05T09:15:12+08:00", "north", "loans", "in", "55", "en-US"},
        .path = "/rec/a.wav",
        .sha256 = sha,
        .duration_ms = 61000,
        .sample_rate = 8000,
        .truncated = true,
        .transcript = true,
        .model = "en-us",
        .profile = "ann@2",
        .warp = 1.17,
        .rulesets = "courtesy@1f",
        .score = {true, 87.125, 0.25, true},
    };
    *ca_push(arena, &call->channels) =
        (ca_channel){CA_CUSTOMER, 21.5, -19.25, 180.5, 0.001, 3400, 12345};
    *ca_push(arena, &call->segments) = (ca_segment){0, 1200, 2500};
    add_word(call, arena, "thank", 1200);
    add_word(call, arena, "you", 1500);
    add_line(call, arena,
             (ca_line){CA_CUSTOMER, CA_TIER_PHRASE, 1200, 1800, 0.625, 0, 2, 61.5, 14});
    *ca_push(arena, &call->hits) =
        (ca_hit){CA_MIXED, 1200, 1800, 0.625, "thank you", "thank(s| you)"};
    *ca_push(arena, &call->findings) =
        (ca_finding){"1f", "thanks", "Says thanks", CA_LIMIT, CA_CLOSING, 15, true,       CA_UNSURE,
                     -1,   1000,     60000,         0,        1,          0,  "too faint"};
    *ca_push(arena, &call->measures) = (ca_measure){"silence", -1, 1234567, "ms"};
    *ca_push(arena, &call->measures) = (ca_measure){"talk.share", CA_CUSTOMER, 0.375, "share"};
}

/* ---- names and texts ---- */

static void test_call__names(void **state)
{
    (void)state;
    assert_string_equal(ca_speaker_name(CA_MIXED), "mixed");
    assert_string_equal(ca_tier_name(CA_TIER_IMPORT), "import");
    assert_string_equal(ca_kind_name(CA_LIMIT), "limit");
    assert_string_equal(ca_dimension_name(CA_CLOSING), "closing");
    assert_string_equal(ca_verdict_name(CA_NA), "n/a");
}

static void test_call__text_has_spaces_except_between_chinese(void **state)
{
    ca_arena *arena = *state;
    ca_call call = {0};
    static const char *const words[] = {"您", "好", "this", "is", "北", "方", "bank"};
    for (size_t i = 0; i < COUNT(words); i++) {
        add_word(&call, arena, words[i], 0);
    }
    assert_string_equal(ca_words_text(&call.words, 0, 7, arena), "您好 this is 北方 bank");
    assert_string_equal(ca_words_text(&call.words, 2, 2, arena), "this is");
    assert_string_equal(ca_words_text(&call.words, 7, 0, arena), "");
}

static void test_call__text_fails_when_the_arena_is_full(void **state)
{
    ca_call call = {0};
    static char long_word[4000];
    memset(long_word, 'a', sizeof long_word - 1);
    add_word(&call, *state, long_word, 0);
    ca_arena *small = ca_arena_new(1000);
    assert_null(ca_words_text(&call.words, 0, 1, small));
    ca_arena_free(small);
}

/* ---- order ---- */

static void test_call__sorts_lines_by_each_key_in_turn(void **state)
{
    ca_arena *arena = *state;
    ca_call call = {0};
    ca_error err = {0};
    add_word(&call, arena, "b", 0);
    add_word(&call, arena, "a", 0);
    static const ca_line sorted[] = {
        {CA_CUSTOMER, CA_TIER_IMPORT, 10, 20, 0.1, 0, 1, 0, 0},  /* earliest start */
        {CA_CUSTOMER, CA_TIER_IMPORT, 30, 40, 0.2, 0, 1, 0, 0},  /* then end */
        {CA_AGENT, CA_TIER_IMPORT, 30, 50, 0.3, 0, 1, 0, 0},     /* then speaker */
        {CA_CUSTOMER, CA_TIER_PHRASE, 30, 50, 0.4, 0, 1, 0, 0},  /* then tier */
        {CA_CUSTOMER, CA_TIER_IMPORT, 30, 50, 0.5, 1, 1, 0, 0},  /* then text: a */
        {CA_CUSTOMER, CA_TIER_IMPORT, 30, 50, 0.55, 0, 1, 0, 0}, /* b; the surer first */
        {CA_CUSTOMER, CA_TIER_IMPORT, 30, 50, 0.52, 0, 1, 0, 0},
    };
    for (size_t i = 0; i < COUNT(sorted); i++) {
        add_line(&call, arena, sorted[(i * 3 + 4) % COUNT(sorted)]);
    }
    assert_true(ca_call_sort_lines(&call, arena, &err));
    for (size_t i = 0; i < COUNT(sorted); i++) {
        assert_float_equal(call.lines.items[i].confidence, sorted[i].confidence, 0);
    }
}

/* ---- JSON ---- */

static bool read_back(const char *json, ca_call *call, ca_arena *arena, ca_error *err)
{
    const ca_node *root = ca_json_parse(json, strlen(json), arena, err);
    return root != NULL && ca_call_read(root, call, arena, err);
}

static void check_first_records(const ca_call *call)
{
    const ca_finding *finding = &call->findings.items[0];
    assert_string_equal(call->meta.customer, "55");
    assert_int_equal(call->sample_rate, 8000);
    assert_true(call->truncated);
    assert_string_equal(call->profile, "ann@2");
    assert_true(call->warp == 1.17);
    assert_int_equal(call->channels.items[0].speaker, CA_CUSTOMER);
    assert_float_equal(call->channels.items[0].level_dbfs, -19.25, 0);
    assert_int_equal(call->segments.items[0].end_ms, 2500);
    assert_int_equal(call->lines.items[0].word_count, 2);
    assert_int_equal(call->hits.items[0].speaker, CA_MIXED);
    assert_int_equal(finding->verdict, CA_UNSURE);
    assert_int_equal(finding->dimension, CA_CLOSING);
    assert_int_equal(finding->weight, 15);
    assert_int_equal(finding->ok, -1);
    assert_string_equal(finding->note, "too faint");
    assert_int_equal(call->measures.items[0].speaker, -1);
    assert_float_equal(call->measures.items[0].value, 1234567, 0);
    assert_int_equal(call->measures.items[1].speaker, CA_CUSTOMER);
    assert_true(call->score.critical);
    assert_float_equal(call->score.points, 87.125, 0);
}

static void test_call__round_trip_keeps_every_byte(void **state)
{
    ca_arena *arena = *state;
    for (int indent = 0; indent < 2; indent++) {
        ca_error err = {0};
        ca_call call;
        ca_call again;
        ca_buf first = {0};
        ca_buf second = {0};
        make_call(&call, arena);
        assert_true(ca_call_write(&call, indent, &first, &err));
        assert_true(read_back(ca_buf_text(&first), &again, arena, &err));
        check_first_records(&again);
        assert_true(ca_call_write(&again, indent, &second, &err));
        assert_string_equal(ca_buf_text(&first), ca_buf_text(&second));
        ca_buf_release(&first);
        ca_buf_release(&second);
    }
}

static void test_call__empty_call_round_trips(void **state)
{
    ca_arena *arena = *state;
    ca_error err = {0};
    ca_call call = {0};
    ca_call again;
    ca_buf json = {0};
    assert_true(ca_call_write(&call, false, &json, &err));
    assert_true(read_back(ca_buf_text(&json), &again, arena, &err));
    assert_null(again.meta.call_uid);
    assert_null(again.path);
    assert_int_equal(again.lines.count, 0);
    ca_buf_release(&json);
}

static void test_call__shows_texts_to_readers(void **state)
{
    ca_error err = {0};
    ca_call call;
    ca_buf json = {0};
    make_call(&call, *state);
    assert_true(ca_call_write(&call, false, &json, &err));
    assert_non_null(strstr(ca_buf_text(&json), "\"word_count\":2,\"text\":\"thank you\""));
    assert_non_null(strstr(ca_buf_text(&json), "\"heard\":[\"thank you\"]"));
    ca_buf_release(&json);
}

/* Writes the full call, puts `bad` in the place of `good`, and expects a refusal that names
 * `place`. */
static void check_refused(ca_arena *arena, const char *good, const char *bad, const char *place)
{
    ca_error err = {0};
    ca_call call;
    ca_buf json = {0};
    ca_buf damaged = {0};
    make_call(&call, arena);
    assert_true(ca_call_write(&call, false, &json, &err));
    const char *at = strstr(ca_buf_text(&json), good);
    if (at == NULL) {
        fail_msg("'%s' is not in %s", good, ca_buf_text(&json));
        return;
    }
    ca_buf_add(&damaged, json.data, (size_t)(at - json.data));
    ca_buf_printf(&damaged, "%s%s", bad, at + strlen(good));
    if (read_back(ca_buf_text(&damaged), &call, arena, &err)) {
        fail_msg("'%s' was believed", bad);
    }
    assert_int_equal(err.code, CA_EINPUT);
    if (strstr(err.msg, place) == NULL) {
        fail_msg("'%s' does not name '%s'", err.msg, place);
    }
    ca_buf_release(&json);
    ca_buf_release(&damaged);
}

static void test_call__refuses_what_is_out_of_bounds(void **state)
{
    static const struct {
        const char *good, *bad, *place;
    } cases[] = {
        {"\"meta\":{", "\"meta\":[],\"x\":{", "call.meta"},
        {"\"agent\":\"ann\"", "\"agent\":7", "meta.agent"},
        {sha, "0123", "call.sha256"},
        {"\"duration_ms\":61000", "\"duration_ms\":-1", "call.duration_ms"},
        {"\"duration_ms\":61000", "\"duration_ms\":61000.5", "call.duration_ms"},
        {"\"duration_ms\":61000", "\"duration_ms\":\"61000\"", "call.duration_ms"},
        {"\"truncated\":true", "\"truncated\":1", "call.truncated"},
        {"\"profile\":\"ann@2\"", "\"profile\":2", "call.profile"},
        {"\"profile\":\"ann@2\"", "\"profile\":null", "call.warp"},
        {"\"warp\":1.17", "\"warp\":0", "call.warp"},
        {"\"warp\":1.17", "\"warp\":1.1", "call.warp"},
        {"\"warp\":1.17", "\"wasp\":1.17", "call.warp"},
        {"\"speaker\":\"customer\"", "\"speaker\":\"caller\"", "channels.speaker"},
        {"\"clip_share\":0.001", "\"clip_share\":1.5", "channels.clip_share"},
        {"\"bandwidth_hz\":3400", "\"bandwidth_hz\":-10", "channels.bandwidth_hz"},
        {"\"snr_db\":21.5", "\"snr_db\":null", "channels.snr_db"},
        {"\"channel\":0", "\"channel\":1", "segments.channel"},
        {"\"channel\":0", "\"channel\":-1", "segments.channel"},
        {"\"start_ms\":1200,\"end_ms\":2500", "\"start_ms\":1200,\"end_ms\":1199",
         "segments.end_ms"},
        {"\"confidence\":0.75", "\"confidence\":1.01", "words.confidence"},
        {"\"text\":\"you\"", "\"text\":null", "words.text"},
        {"\"tier\":\"phrase\"", "\"tier\":\"guess\"", "lines.tier"},
        {"\"phones\":14", "\"phones\":0", "lines.phones"},
        {"\"margin\":61.5", "\"margin\":null", "lines.margin"},
        {"\"first_word\":0", "\"first_word\":3", "lines.first_word"},
        {"\"word_count\":2", "\"word_count\":3", "lines.word_count"},
        {"\"first_word\":0,\"word_count\":2", "\"first_word\":1,\"word_count\":2",
         "lines.word_count"},
        {"\"pattern\":\"thank(s| you)\"", "\"pattern\":null", "hits.pattern"},
        {"\"kind\":\"limit\"", "\"kind\":\"maybe\"", "findings.kind"},
        {"\"dimension\":\"closing\"", "\"dimension\":\"opening\"", "findings.dimension"},
        {"\"weight\":15", "\"weight\":101", "findings.weight"},
        {"\"verdict\":\"unsure\"", "\"verdict\":\"na\"", "findings.verdict"},
        {"\"ok\":-1", "\"ok\":2", "findings.ok"},
        {"\"window_end_ms\":60000", "\"window_end_ms\":999", "findings.window_end_ms"},
        {"\"hit_count\":1", "\"hit_count\":2", "findings.hit_count"},
        {"\"first_hit\":0", "\"first_hit\":18446744073709551615", "JSON"},
        {"\"nearest\":0", "\"nearest\":1", "findings.nearest"},
        {"\"nearest\":0", "\"nearest\":-2", "findings.nearest"},
        {"\"speaker\":null", "\"speaker\":\"nobody\"", "measures.speaker"},
        {"\"measures\":[", "\"measures\":{},\"x\":[", "call.measures"},
        {"\"points\":87.125", "\"points\":100.5", "score.points"},
        {"\"decided\":true,", "", "score.decided"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        check_refused(*state, cases[i].good, cases[i].bad, cases[i].place);
    }
}

static void test_call__refuses_what_is_no_call(void **state)
{
    static const char *const texts[] = {"[]", "{}", "{\"meta\":{}}"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        ca_error err = {0};
        ca_call call;
        assert_false(read_back(texts[i], &call, *state, &err));
        assert_int_equal(err.code, CA_EINPUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_call__names, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(test_call__text_has_spaces_except_between_chinese,
                                        make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(test_call__text_fails_when_the_arena_is_full, make_arena,
                                        drop_arena),
        cmocka_unit_test_setup_teardown(test_call__sorts_lines_by_each_key_in_turn, make_arena,
                                        drop_arena),
        cmocka_unit_test_setup_teardown(test_call__round_trip_keeps_every_byte, make_arena,
                                        drop_arena),
        cmocka_unit_test_setup_teardown(test_call__empty_call_round_trips, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(test_call__shows_texts_to_readers, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(test_call__refuses_what_is_out_of_bounds, make_arena,
                                        drop_arena),
        cmocka_unit_test_setup_teardown(test_call__refuses_what_is_no_call, make_arena, drop_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
