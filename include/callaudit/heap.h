/* heap.h - the two doors through which base takes memory from the system.
 *
 * Only base uses them; other code takes memory from an arena. Release with free(). A build with
 * -DCA_FAULTS can make any one allocation fail, which is how the fault tests walk through every
 * out-of-memory path. */
#ifndef CALLAUDIT_HEAP_H
#define CALLAUDIT_HEAP_H

#include <stddef.h>

void *ca_heap_alloc(size_t size); /* zeroed; NULL when out of memory */
void *ca_heap_realloc(void *block, size_t size);

#ifdef CA_FAULTS
/* 0: none fails. n: the n-th allocation from now fails, once; still above 0 after a run, the run
 * never came that far. */
extern unsigned long ca_heap_fail_at;
#endif

#endif
