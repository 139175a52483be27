/* test_words.c - words from other recognizers: JSON, WebVTT, CTM. */
#include "callaudit/words.h"
#include "test_helpers.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

typedef bool (*word_reader)(const char *data, size_t length, ca_call *call, ca_arena *arena,
                            ca_error *err);

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

static void read_words(word_reader read, const char *text, ca_call *call, ca_arena *arena)
{
    ca_error err = {0};
    if (!read(text, strlen(text), call, arena, &err)) {
        fail_msg("%s", err.msg);
    }
    assert_true(call->transcript);
    assert_int_equal(call->channels.count, 0);
    for (size_t i = 0; i < call->lines.count; i++) {
        assert_int_equal(call->lines.items[i].tier, CA_TIER_IMPORT);
    }
}

static void check_line(const ca_call *call, size_t index, ca_speaker speaker, int64_t start_ms,
                       int64_t end_ms, const char *text, ca_arena *arena)
{
    assert_true(index < call->lines.count);
    const ca_line *line = &call->lines.items[index];
    assert_string_equal(ca_words_text(&call->words, line->first_word, line->word_count, arena),
                        text);
    assert_int_equal(line->speaker, speaker);
    assert_int_equal(line->start_ms, start_ms);
    assert_int_equal(line->end_ms, end_ms);
}

static void check_word(const ca_call *call, size_t index, int64_t start_ms, int64_t end_ms,
                       const char *text)
{
    assert_true(index < call->words.count);
    const ca_word *word = &call->words.items[index];
    assert_string_equal(word->text, text);
    assert_int_equal(word->start_ms, start_ms);
    assert_int_equal(word->end_ms, end_ms);
}

static void check_refused(word_reader read, const char *text, const char *part, ca_arena *arena)
{
    ca_error err = {0};
    ca_call call;
    if (read(text, strlen(text), &call, arena, &err)) {
        fail_msg("'%s' was read", text);
    }
    assert_int_equal(err.code, CA_EINPUT);
    if (strstr(err.msg, part) == NULL) {
        fail_msg("'%s' does not say '%s'", err.msg, part);
    }
}

/* ---- text into words ---- */

static void check_split(const char *text, const char *const *words, size_t count, ca_arena *arena)
{
    ca_call call;
    ca_buf json = {0};
    ca_buf_printf(&json,
                  "{\"lines\": [{\"speaker\": \"agent\", \"start_ms\": 0, \"end_ms\": 1000,"
                  " \"text\": \"%s\"}]}",
                  text);
    read_words(ca_words_read_json, ca_buf_text(&json), &call, arena);
    assert_int_equal(call.words.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(call.words.items[i].text, words[i]);
    }
    ca_buf_release(&json);
}

static void test_words__split_as_spoken(void **state)
{
    static const char *const english[] = {"don't", "say", "e-mail", "i'm", "3.5", "at", "10:30"};
    check_split("Don't say: 'e-mail', I\xE2\x80\x99m 3.5 \xE2\x80\x94 at 10:30.", english,
                COUNT(english), *state);
    static const char *const chinese[] = {"您", "好", "vip", "客", "户", "10086"};
    check_split("您好，VIP客户。10086！", chinese, COUNT(chinese), *state);
    static const char *const odd[] = {"zo\xC3\xAB", "a", "b", "c'"};
    check_split("Zo\xC3\xAB... (a-) -b, c'", odd, COUNT(odd), *state);
    check_split("?! … ——", NULL, 0, *state);
}

/* Phrases that `rules check` takes are found in the words of a text. */
static void test_words__keep_what_phrases_have(void **state)
{
    static const char *const words[] = {"at",  "nine",       "a.m.",  "it's",
                                        "our", "customers'", "choice"};
    check_split("At nine A.M. it's our customers\xE2\x80\x99 'choice'", words, COUNT(words),
                *state);
}

static void test_words__times_follow_characters(void **state)
{
    ca_call call;
    read_words(ca_words_read_json,
               "{\"lines\": [{\"speaker\": \"agent\", \"start_ms\": 1000, \"end_ms\": 2000,"
               " \"text\": \"ab, cdefgh 您好\", \"confidence\": 0.9}]}",
               &call, *state);
    check_word(&call, 0, 1000, 1200, "ab");
    check_word(&call, 1, 1200, 1800, "cdefgh");
    check_word(&call, 2, 1800, 1900, "您");
    check_word(&call, 3, 1900, 2000, "好");
    assert_float_equal(call.words.items[3].confidence, 0.9, 0);
}

/* ---- JSON ---- */

static void test_words__json_with_everything(void **state)
{
    ca_call call;
    read_words(ca_words_read_json,
               "{\"call_uid\": \"C-1\", \"recording\": \"../a.wav\", \"agent\": 1042,"
               " \"team\": \"north\", \"queue\": \"loans\", \"direction\": \"in\","
               " \"started\": \"2026-10-05 09:15:12\", \"language\": \"en-US\", \"channels\": 2,"
               " \"duration_ms\": 9000, \"lines\": ["
               "  {\"speaker\": \"customer\", \"start_ms\": 3000, \"end_ms\": 4000,"
               "   \"text\": \"Hello\"},"
               "  {\"speaker\": \"agent\", \"start_ms\": 1000, \"end_ms\": 2000.4,"
               "   \"text\": \"good morning\", \"confidence\": 0.25}]}",
               &call, *state);
    assert_string_equal(call.meta.call_uid, "C-1");
    assert_string_equal(call.path, "../a.wav");
    assert_string_equal(call.meta.agent, "1042");
    assert_string_equal(call.meta.started_at, "2026-10-05 09:15:12");
    assert_string_equal(call.meta.language, "en-US");
    assert_null(call.meta.customer);
    assert_int_equal(call.duration_ms, 9000);
    assert_int_equal(call.lines.count, 2);
    check_line(&call, 0, CA_AGENT, 1000, 2000, "good morning", *state);
    check_line(&call, 1, CA_CUSTOMER, 3000, 4000, "hello", *state);
    assert_float_equal(call.lines.items[0].confidence, 0.25, 0);
    assert_float_equal(call.lines.items[1].confidence, 1, 0);
}

static void test_words__json_duration_covers_the_lines(void **state)
{
    ca_call call;
    read_words(ca_words_read_json,
               "{\"duration_ms\": 10, \"lines\": [{\"speaker\": \"mixed\", \"start_ms\": 0,"
               " \"end_ms\": 700, \"text\": \"x\"}]}",
               &call, *state);
    assert_int_equal(call.duration_ms, 700);
}

static void test_words__json_of_a_whole_call(void **state)
{
    ca_call call;
    ca_call again;
    ca_buf json = {0};
    ca_error err = {0};
    read_words(ca_words_read_json,
               "{\"agent\": \"ann\", \"lines\": [{\"speaker\": \"agent\", \"start_ms\": 0,"
               " \"end_ms\": 700, \"text\": \"hello\"}]}",
               &call, *state);
    assert_true(ca_call_write(&call, true, &json, &err));
    read_words(ca_words_read_json, ca_buf_text(&json), &again, *state);
    assert_string_equal(again.meta.agent, "ann");
    check_line(&again, 0, CA_AGENT, 0, 700, "hello", *state);
    ca_buf_release(&json);
}

/* A whole call that was heard, or that somebody made up, is read as imported words are. */
static void test_words__json_of_a_heard_call(void **state)
{
    static ca_channel channel = {.speaker = CA_AGENT};
    static ca_segment segment = {0, 0, 500};
    static ca_word word = {0, 700, 1, "hello"};
    static ca_line line = {CA_AGENT, CA_TIER_PHRASE, 0, 700, 1, 0, 0, 0, 1};
    static ca_measure measure = {"talk", 0, 500, "ms"};
    static const struct {
        const char *path, *wanted;
    } paths[] = {{"/rec/a.wav", "/rec/a.wav"}, {"/etc/hostname", NULL}, {NULL, NULL}};
    for (size_t i = 0; i < COUNT(paths); i++) {
        ca_call heard = {.meta = {.agent = "ann"},
                         .path = paths[i].path,
                         .duration_ms = 10,
                         .sample_rate = 8000,
                         .truncated = true,
                         .model = "en-us",
                         .rulesets = "desk@1",
                         .channels = {&channel, 1, 1},
                         .segments = {&segment, 1, 1},
                         .words = {&word, 1, 1},
                         .lines = {&line, 1, 1},
                         .measures = {&measure, 1, 1}};
        ca_call call;
        ca_buf json = {0};
        ca_error err = {0};
        assert_true(ca_call_write(&heard, false, &json, &err));
        read_words(ca_words_read_json, ca_buf_text(&json), &call, *state);
        ca_buf_release(&json);
        check_line(&call, 0, CA_AGENT, 0, 700, "hello", *state);
        assert_string_equal(call.meta.agent, "ann");
        assert_int_equal(call.duration_ms, 700);
        assert_int_equal(call.segments.count + call.measures.count, 0);
        assert_int_equal(call.sample_rate, 0);
        assert_null(call.model);
        assert_null(call.rulesets);
        if (paths[i].wanted == NULL) {
            assert_null(call.path);
        } else {
            assert_string_equal(call.path, paths[i].wanted);
        }
    }
}

static void test_words__stay_within_their_limits(void **state)
{
    static char zeros[CA_WORDS_MAX_BYTES + 1];
    ca_call call;
    ca_error err = {0};
    (void)state;
    memset(zeros, ' ', sizeof zeros);
    assert_false(ca_words_read_json(zeros, sizeof zeros, &call, *state, &err));
    assert_int_equal(err.reason, CA_REASON_LIMIT);
    memset(zeros, '0', sizeof zeros);
    memcpy(zeros, "{\"lines\":[", 10);
    for (size_t i = 11; i < CA_WORDS_MAX_BYTES - 3; i += 2) {
        zeros[i] = ',';
    }
    memcpy(zeros + CA_WORDS_MAX_BYTES - 4, "0 ]}", 4);
    ca_arena *arena = ca_arena_new(CA_WORDS_MAX_MEMORY);
    err = (ca_error){0};
    assert_false(ca_words_read_json(zeros, CA_WORDS_MAX_BYTES, &call, arena, &err));
    assert_int_equal(err.code, CA_ELIMIT);
    ca_arena_free(arena);
}

static void test_words__json_refuses(void **state)
{
    static const struct {
        const char *json, *part;
    } cases[] = {
        {"[]", "one JSON object"},
        {"{", "JSON"},
        {"{\"lines\": {}}", "lines"},
        {"{\"agent\": [],"
         "\"lines\": []}",
         "agent"},
        {"{\"duration_ms\": -1, \"lines\": []}", "duration_ms"},
        {"{\"channels\": 0, \"lines\": []}", "channels"},
        {"{\"lines\": [7]}", "lines, number 1: speaker"},
        {"{\"lines\": [{\"speaker\": \"bob\"}]}", "speaker"},
        {"{\"lines\": [{\"speaker\": \"agent\", \"start_ms\": 0, \"end_ms\": 1}]}", "text"},
        {"{\"lines\": [{\"speaker\": \"agent\", \"start_ms\": 5, \"end_ms\": 4, \"text\": \"\"}]}",
         "end_ms"},
        {"{\"lines\": [{\"speaker\": \"agent\", \"start_ms\": 0, \"end_ms\": 1e12,"
         " \"text\": \"\"}]}",
         "end_ms"},
        {"{\"lines\": [{\"speaker\": \"agent\", \"start_ms\": 0, \"end_ms\": 1, \"text\": \"a\","
         " \"confidence\": 2}]}",
         "confidence"},
        {"{\"meta\": {}, \"lines\": []}", "meta.call_uid"},
        {"\xFF", "UTF-8"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        check_refused(ca_words_read_json, cases[i].json, cases[i].part, *state);
    }
}

/* ---- WebVTT ---- */

static void test_words__vtt_voices_and_prefixes(void **state)
{
    ca_call call;
    read_words(ca_words_read_vtt,
               "\xEF\xBB\xBFWEBVTT - a call\nKind: captions\n\n"
               "NOTE nothing --> here\nstill a note\n\n"
               "STYLE\n::cue {}\n\n"
               "1\n00:01.000 --> 00:02.000 align:start\n<v Agent>Good <b>morning</b>\n\n"
               "00:00:02.500 --> 00:00:03.500\nCustomer: Hello &amp; good\nday\n\n"
               "01:00:00.000 --> 01:00:01.000\n<v.loud Mary Jones>Who am I?</v>",
               &call, *state);
    assert_int_equal(call.lines.count, 3);
    check_line(&call, 0, CA_AGENT, 1000, 2000, "good morning", *state);
    check_line(&call, 1, CA_CUSTOMER, 2500, 3500, "hello good day", *state);
    check_line(&call, 2, CA_MIXED, 3600000, 3601000, "who am i", *state);
    assert_int_equal(call.duration_ms, 3601000);
}

static void test_words__vtt_voices_share_a_cue(void **state)
{
    ca_call call;
    read_words(ca_words_read_vtt,
               "WEBVTT\r\n\r\n00:00.000 --> 00:01.000\r\n<v agent>abc def</v><v customer>gh\r\n"
               "agent: ij\r\n",
               &call, *state);
    assert_int_equal(call.lines.count, 3);
    check_line(&call, 0, CA_AGENT, 0, 600, "abc def", *state);
    check_line(&call, 1, CA_CUSTOMER, 600, 800, "gh", *state);
    check_line(&call, 2, CA_AGENT, 800, 1000, "ij", *state);
}

static void test_words__vtt_refuses(void **state)
{
    static const struct {
        const char *vtt, *part;
    } cases[] = {
        {"", "line 1: expected WEBVTT"},
        {"WEBVTTX\n", "line 1: expected WEBVTT"},
        {"WEBVTT\n\nname\ntext\n", "line 4: expected a cue's times"},
        {"WEBVTT\n\nname", "line 3: expected a cue's times"},
        {"WEBVTT\n\n00:01.000 --> soon\n", "line 3: expected a cue's end"},
        {"WEBVTT\n\n00:01.000 -> 00:02.000 -->\n", "line 3: expected -->"},
        {"WEBVTT\n\n1:00.000 --> 00:02.000\n", "line 3: expected a cue's times"},
        {"WEBVTT\n\n00:61.000 --> 02:02.000\n", "line 3"},
        {"WEBVTT\n\n00:02.000 --> 00:01.999\n", "before it starts"},
        {"WEBVTT\n\n999:00:00.000 --> 999:00:01.000\nx\n", "line 3"},
        {"WEBVTT\n\n00:01.000 --> 00:02.000\n<v agent hello\n", "line 4: a tag"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        check_refused(ca_words_read_vtt, cases[i].vtt, cases[i].part, *state);
    }
}

/* ---- CTM ---- */

static void test_words__ctm_channels_and_pauses(void **state)
{
    ca_call call;
    read_words(ca_words_read_ctm,
               ";; a comment\n"
               "c1 B 1.00 0.40 YES 0.5\n"
               "c1 A 0.10 0.40 Good 0.9\n"
               "c1\tA 0.50 0.50 morning 0.7\r\n"
               "c1 A 1.80 0.10 then\n" /* 0.8 s later: the same line */
               "c1 A 2.701 0.20 later NA\n"
               "c1 A 2.95 0.01 <noise> 0.1\n"
               "\n"
               "c1 2 9.00 0.60 您好 0.8 lex agent",
               &call, *state);
    assert_string_equal(call.path, "c1");
    assert_int_equal(call.lines.count, 4);
    check_line(&call, 0, CA_AGENT, 100, 1900, "good morning then", *state);
    check_line(&call, 1, CA_CUSTOMER, 1000, 1400, "yes", *state);
    check_line(&call, 2, CA_AGENT, 2701, 2901, "later", *state);
    check_line(&call, 3, CA_CUSTOMER, 9000, 9600, "您好", *state);
    check_word(&call, call.lines.items[3].first_word + 1, 9300, 9600, "好");
    assert_float_equal(call.lines.items[0].confidence, (0.9 + 0.7 + 1) / 3, 1e-12);
    assert_float_equal(call.lines.items[1].confidence, 0.5, 0);
    assert_int_equal(call.duration_ms, 9600);
}

static void test_words__ctm_refuses(void **state)
{
    static const struct {
        const char *ctm, *part;
    } cases[] = {
        {"c1 A 0.1 0.2\n", "line 1: expected: file channel"},
        {"c1 A 0.1 0.2 a\nc1 C 0.1 0.2 b\n", "line 2: expected channel"},
        {"c1 A -1 0.2 a\n", "line 1: expected start"},
        {"c1 A 0 1e9 a\n", "line 1: expected start"},
        {"c1 A nan 1 a\n", "line 1: expected start"},
        {"c1 A 0 1 a 1.5\n", "line 1: expected a confidence"},
        {"c1 A 0 1 a\nc2 A 0 1 b\n", "line 2: words of a second recording"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        check_refused(ca_words_read_ctm, cases[i].ctm, cases[i].part, *state);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_words__split_as_spoken),
        TEST(test_words__keep_what_phrases_have),
        TEST(test_words__times_follow_characters),
        TEST(test_words__json_with_everything),
        TEST(test_words__json_duration_covers_the_lines),
        TEST(test_words__json_of_a_whole_call),
        TEST(test_words__json_of_a_heard_call),
        TEST(test_words__stay_within_their_limits),
        TEST(test_words__json_refuses),
        TEST(test_words__vtt_voices_and_prefixes),
        TEST(test_words__vtt_voices_share_a_cue),
        TEST(test_words__vtt_refuses),
        TEST(test_words__ctm_channels_and_pauses),
        TEST(test_words__ctm_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
