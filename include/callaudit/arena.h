/* arena.h - memory that lives exactly as long as one call, one rule set or one command.
 *
 * Blocks are aligned for any type, zeroed, and freed together. Unused memory is poisoned under
 * AddressSanitizer. An arena has a limit in bytes; past it (or when the system has no more) the
 * functions return NULL and the caller reports ca_fail_memory(). Not for threads. */
#ifndef CALLAUDIT_ARENA_H
#define CALLAUDIT_ARENA_H

#include "callaudit/error.h"

#include <stddef.h>

typedef struct ca_arena ca_arena;

/* limit in bytes, 0 for none. NULL when out of memory. */
ca_arena *ca_arena_new(size_t limit);
void ca_arena_free(ca_arena *arena); /* NULL is fine */

void *ca_arena_alloc(ca_arena *arena, size_t size);
char *ca_arena_strdup(ca_arena *arena, const char *text); /* NULL text gives NULL */
char *ca_arena_strndup(ca_arena *arena, const char *text, size_t length);
char *ca_arena_printf(ca_arena *arena, const char *fmt, ...) CA_PRINTF(2, 3);

/* A growable array whose memory is the arena's:
 *     typedef CA_ARRAY(ca_word) ca_words;
 *     ca_word *word = ca_push(arena, &words);    a zeroed new last item, NULL when out of memory
 * Items move when the array grows: keep indexes, not pointers. */
#define CA_ARRAY(type)                                                                             \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count;                                                                              \
        size_t capacity;                                                                           \
    }
#define ca_push(arena, array)                                                                      \
    (ca_array_room((arena), (array), sizeof *(array)->items) ? &(array)->items[(array)->count++]   \
                                                             : NULL)

/* Makes room for one more item behind ca_push. `array` points to a CA_ARRAY struct. */
bool ca_array_room(ca_arena *arena, void *array, size_t item_size);

typedef CA_ARRAY(const char *) ca_strings;

bool ca_strings_add(ca_strings *list, const char *text, ca_arena *arena, ca_error *err);

#endif
