/* heap.c - system memory, with a switch that makes one allocation fail for the fault tests. */
#include "callaudit/heap.h"

#include <stdbool.h>
#include <stdlib.h>

#ifdef CA_FAULTS
unsigned long ca_heap_fail_at;

static bool must_fail(void)
{
    return ca_heap_fail_at > 0 && --ca_heap_fail_at == 0;
}
#else
static bool must_fail(void)
{
    return false;
}
#endif

void *ca_heap_alloc(size_t size)
{
    return must_fail() ? NULL : calloc(1, size);
}

void *ca_heap_realloc(void *block, size_t size)
{
    return must_fail() ? NULL : realloc(block, size);
}
