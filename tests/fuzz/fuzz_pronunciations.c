/* fuzz_pronunciations.c - any bytes are the desk's own dictionary or refused with a place; what is
 * read keeps pronunciations.h. */
#include "callaudit/pronunciations.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const phone_names[] = {"AA", "AE", "AH", "B", "IY", "K", "L", "ao", "h"};

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static bool is_phone(const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof phone_names / sizeof *phone_names; i++) {
        if (strlen(phone_names[i]) == length && memcmp(phone_names[i], text, length) == 0) {
            return true;
        }
    }
    return false;
}

static void check_word(const ca_own_word *word)
{
    size_t phones = 0;
    const size_t length = strlen(word->name);
    require(length > 0 && ca_utf8_valid(word->name, length) && !strpbrk(word->name, " \t\n"));
    require(word->line >= 1 && *word->phones != '\0');
    for (const char *at = word->phones; *at; phones++) {
        const size_t step = strcspn(at, " ");
        require(is_phone(at, step));
        at += step + (at[step] == ' ');
    }
    require(phones <= CA_OWN_MAX_PHONES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ca_diags diags;
    ca_own_words words = {0};
    ca_arena *arena = ca_arena_new(256 << 20);
    ca_strings phones = {(const char **)phone_names, sizeof phone_names / sizeof *phone_names, 0};
    ca_diags_init(&diags, arena);
    const bool done = ca_pronunciations_parse("desk.dict", (const char *)data, size, &phones,
                                              &words, &diags, arena);
    require(done || diags.errors > 0 || words.count > 0);
    require(words.count <= CA_OWN_MAX_WORDS);
    for (size_t i = 0; i < words.count; i++) {
        check_word(&words.items[i]);
    }
    for (size_t i = 0; i < diags.list.count; i++) {
        require(diags.list.items[i].line >= 0 && *diags.list.items[i].message);
    }
    ca_arena_free(arena);
    return 0;
}
