/* catalog.h - the acoustic models, dictionaries and language models that callaudit knows byte by
 * byte: where each file lies in a models folder, its size, its SHA-256, and which public copies of
 * it there are. */
#ifndef CALLAUDIT_CATALOG_H
#define CALLAUDIT_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CA_KNOWN_PLACES = 2 };

typedef struct ca_known_file {
    const char *path; /* in the models folder, and on a mirror: "en-us-8khz/mdef" */
    int64_t size;     /* bytes */
    const char *sha256;
    const char *places[CA_KNOWN_PLACES]; /* behind ca_known_base; NULL: no (further) public one */
    bool optional;                       /* what a source lacks is noted, not an error */
} ca_known_file;

typedef struct ca_known_model {
    const char *name;     /* for an acoustic model, that of its folder */
    const char *language; /* en-US, zh-CN */
    const char *title;
    const char *package; /* Debian's, which brings it; NULL when none does */
    const ca_known_file *files;
    size_t count;
    bool acoustic; /* a folder of an acoustic model, else dictionary and language model */
} ca_known_model;

/* What the places of files stand behind. */
extern const char ca_known_base[];

/* All of them, in a fixed order. */
const ca_known_model *ca_known_models(size_t *count);

/* NULL when there is none of that name. */
const ca_known_model *ca_known_model_find(const char *name);

#endif
