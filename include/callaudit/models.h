/* models.h - a folder of models: fetching known ones into it, and what is in it.
 *
 * A models folder holds one folder an acoustic model and beside them the dictionaries and language
 * models, as catalog.h names them: en-us-8khz/mdef, zh-cn.dict. A mirror has the same layout. */
#ifndef CALLAUDIT_MODELS_H
#define CALLAUDIT_MODELS_H

#include "callaudit/catalog.h"
#include "callaudit/config.h"

/* ---- fetching ---- */

typedef enum ca_fetched {
    CA_FETCHED_COMING, /* `bytes` of it so far */
    CA_FETCHED_NEW,
    CA_FETCHED_THERE, /* it was there already, with the right sum */
    CA_FETCHED_NONE,  /* an optional file that the source lacks */
} ca_fetched;

typedef void (*ca_fetch_observer)(void *context, const ca_known_file *file, ca_fetched state,
                                  int64_t bytes);

typedef struct ca_fetch_request {
    const char *from;           /* folder or base URL of a mirror; NULL: the public places */
    const char *to;             /* the models folder; made when it is not there */
    int silence_s;              /* see fetch.h */
    ca_fetch_observer observer; /* NULL: none */
    void *context;
} ca_fetch_request;

/* Brings every file of the model that is not there yet. A file takes its name only when its sum is
 * right; a file of that name with another content is never touched (CA_ESETUP). Files are readable
 * by all: they hold no personal data, and the night may run as another user. */
bool ca_model_fetch(const ca_known_model *model, const ca_fetch_request *request, ca_arena *arena,
                    ca_error *err);

/* ---- what is there ---- */

/* "models" beside the configuration file, or in the working folder. */
const char *ca_models_folder(const ca_config *config, ca_arena *arena);

typedef enum ca_sums {
    CA_SUMS_KNOWN,   /* every file is the known one */
    CA_SUMS_CHANGED, /* at least half of the files are, the others differ or are missing */
    CA_SUMS_OTHER,   /* not a model of the catalog */
} ca_sums;

const char *ca_sums_name(ca_sums sums);

/* One acoustic model that was found. */
typedef struct ca_found_model {
    ca_model model;     /* resolved as far as it goes */
    const char *source; /* "configuration", "Debian" or "folder" */
    ca_sums sums;
    const char *known;     /* the catalog's name of it; NULL for other ones */
    size_t words;          /* in its dictionary */
    bool language_model;   /* there is one that can be read */
    bool used;             /* the configuration uses it for its language */
    const char *complaint; /* what keeps it from being used; NULL when nothing does */
} ca_found_model;

typedef CA_ARRAY(ca_found_model) ca_found_models;

/* The configuration's models, Debian's, and those in `folder` whose names begin with their
 * language (en-us-8khz); sorted by language, then as just said. A folder that does not exist holds
 * none. */
bool ca_models_find(const ca_config *config, const char *folder, ca_found_models *found,
                    ca_arena *arena, ca_error *err);

/* Does the folder hold the files of an acoustic model? Names the first that is missing. */
bool ca_model_complete(const char *acoustic, ca_arena *arena, ca_error *err);

#endif
