/* fake_recognize.c - stands in for stage/recognize.c: "hears" what RECORDING.words.json says, so
 * that everything around recognition can be tested exactly, fast and without models. The file may
 * also ask for trouble: {"fault": "crash" | "exit" | "hang" | "memory"}, and say how well each warp
 * suits the agent's voice: {"warps": [10, 10.5, 12]}. */
#include "callaudit/fs.h"
#include "callaudit/recognize.h"
#include "callaudit/words.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct ca_recognizer {
    bool transcripts;
};

ca_recognizer *ca_recognizer_new(const ca_model *model, const ca_keyphrases *phrases,
                                 bool transcripts, ca_error *err)
{
    (void)model;
    (void)phrases;
    ca_recognizer *recognizer = calloc(1, sizeof *recognizer);
    if (!recognizer) {
        ca_fail_memory(err);
        return NULL;
    }
    recognizer->transcripts = transcripts;
    return recognizer;
}

void ca_recognizer_free(ca_recognizer *recognizer)
{
    free(recognizer);
}

/* Stays just below what the system would refuse, long enough for the parent to see it. */
static void eat_memory(void)
{
    enum { STEP = 16 << 20 };
    for (;;) {
        char *block = malloc(STEP);
        if (block) {
            memset(block, 1, STEP);
        }
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
}

static void make_trouble(const char *fault)
{
    if (strcmp(fault, "crash") == 0) {
        raise(SIGSEGV);
        _exit(66); /* a sanitizer may have caught it */
    } else if (strcmp(fault, "exit") == 0) {
        _exit(1); /* as the library's own error paths do */
    } else if (strcmp(fault, "hang") == 0) {
        for (;;) {
            pause();
        }
    } else if (strcmp(fault, "memory") == 0) {
        eat_memory();
    } else if (strcmp(fault, "slow") == 0) {
        nanosleep(&(struct timespec){0, 150000000}, NULL);
    }
}

/* The recording's words lie in WORDS_DIR (environment) or beside it, under its name's stem. */
static char *find_words(const char *recording, ca_arena *arena)
{
    const char *folder = getenv("CALLAUDIT_FAKE_WORDS");
    char *stem = ca_path_stem(arena, folder ? ca_path_name(recording) : recording);
    return folder ? ca_arena_printf(arena, "%s/%s.words.json", folder, stem)
                  : ca_arena_printf(arena, "%s.words.json", stem);
}

/* *root is NULL when the recording has no words. */
static bool read_words(const char *recording, ca_bytes *file, const ca_node **root, ca_arena *arena,
                       ca_error *err)
{
    const char *path = find_words(recording, arena);
    *root = NULL;
    if (!path || access(path, R_OK) != 0) {
        return true; /* nothing said */
    }
    if (!ca_read_file(path, 1 << 20, file, arena, err)) {
        return false;
    }
    *root = ca_json_parse(file->data, file->length, arena, err);
    const char *fault = *root ? ca_node_text(*root, "fault") : NULL;
    if (fault) {
        make_trouble(fault);
    }
    return *root != NULL;
}

bool ca_recognizer_fit_warp(ca_recognizer *recognizer, const ca_audio *audio, const ca_call *call,
                            ca_warp_fit *fit, ca_arena *arena, ca_error *err)
{
    ca_bytes file;
    const ca_node *root;
    size_t w = 0;
    (void)recognizer;
    (void)audio;
    memset(fit, 0, sizeof *fit);
    if (!read_words(call->path, &file, &root, arena, err)) {
        return false;
    }
    for (size_t c = 0; c < call->channels.count; c++) {
        const ca_channel *channel = &call->channels.items[c];
        fit->speech_ms += channel->speaker == CA_AGENT ? channel->speech_ms : 0;
    }
    const ca_node *warps = root ? ca_node_get(root, "warps") : NULL;
    for (const ca_node *n = warps ? warps->first : NULL; n && w < CA_WARP_COUNT; n = n->next) {
        fit->scores[w++] = strtod(n->text, NULL);
    }
    return true;
}

bool ca_recognize(ca_recognizer *recognizer, const ca_audio *audio, bool transcript, ca_call *call,
                  ca_arena *arena, ca_error *err)
{
    ca_bytes file;
    ca_call heard = {0};
    const ca_node *root;
    (void)audio;
    call->model = "fake";
    call->transcript = transcript && recognizer->transcripts;
    if (!read_words(call->path, &file, &root, arena, err) || !root) {
        return err->code == CA_OK;
    }
    if (ca_node_get(root, "lines") &&
        !ca_words_read_json(file.data, file.length, &heard, arena, err)) {
        return false;
    }
    call->words.items = heard.words.items;
    call->words.count = heard.words.count;
    call->words.capacity = heard.words.capacity;
    call->lines.items = heard.lines.items;
    call->lines.count = heard.lines.count;
    call->lines.capacity = heard.lines.capacity;
    for (size_t i = 0; i < call->lines.count; i++) {
        call->lines.items[i].tier = CA_TIER_PHRASE;
    }
    return ca_call_sort_lines(call, arena, err);
}

void ca_recognizer_version(ca_buf *out)
{
    ca_buf_puts(out, "fake recognizer");
}
