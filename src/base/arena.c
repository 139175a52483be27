/* arena.c - an arena as a list of chunks, filled one after another and freed together. */
#include "callaudit/arena.h"

#include "callaudit/heap.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(UNDER_ASAN)
#define UNDER_ASAN 1
#endif

#ifdef UNDER_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(address, size)   __asan_poison_memory_region((address), (size))
#define UNPOISON(address, size) __asan_unpoison_memory_region((address), (size))
enum { GUARD = 16 }; /* poisoned bytes behind each block, so that an overrun is seen */
#else
#define POISON(address, size)   ((void)(address), (void)(size))
#define UNPOISON(address, size) ((void)(address), (void)(size))
enum { GUARD = 0 };
#endif

enum {
    ALIGN = alignof(max_align_t),
    CHUNK = 64 << 10,
    OWN_CHUNK = CHUNK / 4, /* from this size on a block has a chunk for itself: little is wasted */
};

typedef struct chunk chunk;
struct chunk {
    chunk *next;
    size_t size;
    size_t used;
    alignas(max_align_t) char data[];
};

struct ca_arena {
    chunk *chunks; /* the first one is being filled */
    size_t limit;
    size_t used;
};

ca_arena *ca_arena_new(size_t limit)
{
    ca_arena *arena = ca_heap_alloc(sizeof *arena);
    if (arena) {
        arena->limit = limit ? limit : SIZE_MAX;
    }
    return arena;
}

void ca_arena_free(ca_arena *arena)
{
    if (!arena) {
        return;
    }
    for (chunk *c = arena->chunks, *next; c; c = next) {
        next = c->next;
        UNPOISON(c->data, c->size);
        free(c);
    }
    free(arena);
}

/* A chunk with room for `size` bytes, put where later allocations find the one with most room. */
static chunk *add_chunk(ca_arena *arena, size_t size)
{
    bool own = size >= OWN_CHUNK;
    size_t room = own ? size : CHUNK;
    chunk *c = ca_heap_alloc(sizeof *c + room);
    if (!c) {
        return NULL;
    }
    c->size = room;
    POISON(c->data, room);

    if (own && arena->chunks) {
        c->next = arena->chunks->next;
        arena->chunks->next = c;
    } else {
        c->next = arena->chunks;
        arena->chunks = c;
    }
    return c;
}

void *ca_arena_alloc(ca_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2) {
        return NULL;
    }
    size_t rounded = (size + (ALIGN - 1)) / ALIGN * ALIGN;
    if (rounded == 0) {
        rounded = ALIGN; /* empty blocks have addresses of their own as well */
    }
    if (rounded > arena->limit - arena->used) {
        return NULL;
    }

    size_t step = rounded + GUARD;
    chunk *c = arena->chunks;
    if (!c || step > c->size - c->used) {
        c = add_chunk(arena, step);
        if (!c) {
            return NULL;
        }
    }
    char *block = c->data + c->used;
    c->used += step;
    arena->used += rounded;
    UNPOISON(block, size);
    return block; /* zeroed, because the heap's memory is and chunks are never used again */
}

char *ca_arena_strndup(ca_arena *arena, const char *text, size_t length)
{
    if (length == SIZE_MAX) {
        return NULL;
    }
    char *copy = ca_arena_alloc(arena, length + 1);
    if (copy && length > 0) {
        memcpy(copy, text, length);
    }
    return copy;
}

char *ca_arena_strdup(ca_arena *arena, const char *text)
{
    return text ? ca_arena_strndup(arena, text, strlen(text)) : NULL;
}

char *ca_arena_printf(ca_arena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int length = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (length < 0) {
        return NULL;
    }

    size_t size = (size_t)length + 1;
    char *text = ca_arena_alloc(arena, size);
    if (text) {
        va_start(args, fmt);
        (void)vsnprintf(text, size, fmt, args);
        va_end(args);
    }
    return text;
}

bool ca_array_room(ca_arena *arena, void *array, size_t item_size)
{
    /* Each CA_ARRAY is a type of its own, so that this one is copied in and out: reading the
     * caller's struct through another type would break strict aliasing. */
    CA_ARRAY(void) any;
    memcpy(&any, array, sizeof any);
    if (any.count < any.capacity) {
        return true;
    }

    size_t capacity = any.capacity ? any.capacity * 2 : 8;
    if (capacity < any.capacity || capacity > SIZE_MAX / item_size) {
        return false;
    }
    void *items = ca_arena_alloc(arena, capacity * item_size);
    if (!items) {
        return false;
    }
    if (any.count > 0) {
        memcpy(items, any.items, any.count * item_size);
    }
    any.items = items;
    any.capacity = capacity;
    memcpy(array, &any, sizeof any);
    return true;
}

bool ca_strings_add(ca_strings *list, const char *text, ca_arena *arena, ca_error *err)
{
    const char *copy = ca_arena_strdup(arena, text);
    const char **item = copy ? ca_push(arena, list) : NULL;
    if (!item) {
        return ca_fail_memory(err);
    }
    *item = copy;
    return true;
}
