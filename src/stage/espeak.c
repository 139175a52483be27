/* espeak.c - espeak-ng, and nothing else that knows it. */
#include "callaudit/espeak.h"

#include "callaudit/text.h"

#include <espeak-ng/espeak_ng.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* speak_lib.h, espeak_TextToPhonemes: bit 1 asks for IPA, bits 8 to 23 are the separator. */
enum { PHONEME_MODE = (1 << 1) | ('_' << 8) };

struct ca_espeak {
    char *locale; /* the process's character locale, which the library changes */
};

static bool fail_status(espeak_ng_STATUS status, ca_error *err)
{
    char message[256] = "";
    espeak_ng_GetStatusCodeMessage(status, message, sizeof message);
    return ca_fail(err, CA_ESETUP, "espeak-ng, which guesses pronunciations: %s", message);
}

/* The library is started once and kept: 1.51 can be ended and started again, but the second ending
 * waits for ever for a thread that is gone (fifo_stop). */
static bool start(ca_error *err)
{
    static bool started;
    espeak_ng_ERROR_CONTEXT context = NULL;
    if (started) {
        return true;
    }
    espeak_ng_InitializePath(NULL);
    espeak_ng_STATUS status = espeak_ng_Initialize(&context);
    espeak_ng_ClearErrorContext(&context);
    if (status == ENS_OK) { /* once as well: every choice of a voice leaks a kilobyte */
        status = espeak_ng_SetVoiceByName("en-us");
    }
    started = status == ENS_OK;
    return started || fail_status(status, err);
}

ca_espeak *ca_espeak_open(ca_error *err)
{
    ca_espeak *espeak = calloc(1, sizeof *espeak);
    const char *locale = setlocale(LC_CTYPE, NULL);
    if (!espeak || !locale || !(espeak->locale = strdup(locale))) {
        free(espeak);
        ca_fail_memory(err);
        return NULL;
    }
    if (!start(err) || !setlocale(LC_CTYPE, "C.UTF-8")) {
        ca_fail(err, CA_ESETUP, "no locale C.UTF-8"); /* unless starting failed first */
        ca_espeak_close(espeak);
        return NULL;
    }
    return espeak;
}

void ca_espeak_close(ca_espeak *espeak)
{
    if (!espeak) {
        return;
    }
    (void)setlocale(LC_CTYPE, espeak->locale);
    free(espeak->locale);
    free(espeak);
}

char *ca_espeak_phonemes(ca_espeak *espeak, const char *text, ca_arena *arena, ca_error *err)
{
    (void)espeak;
    const void *rest = text;
    char *phonemes = ca_arena_strdup(arena, "");
    while (rest && phonemes) { /* a clause at a time */
        const char *clause = espeak_TextToPhonemes(&rest, espeakCHARS_UTF8, PHONEME_MODE);
        if (!clause) {
            break;
        }
        phonemes = ca_arena_printf(arena, "%s%s%s", phonemes, *phonemes ? " " : "", clause);
    }
    if (!phonemes) {
        ca_fail_memory(err);
    }
    return phonemes;
}
