/* reductions.h - what fast American speech makes of function words, alone and in a row. */
#ifndef CALLAUDIT_REDUCTIONS_H
#define CALLAUDIT_REDUCTIONS_H

#include <stddef.h>

typedef struct ca_reduction {
    const char *words;  /* "for"; a row's words are joined: "going_to", a name no wording has */
    const char *phones; /* "F ER", "G AH N AH"; phones of the CMU dictionary */
} ca_reduction;

/* The table for en-US; the longer rows come first. */
const ca_reduction *ca_reductions(size_t *count);

#endif
