/* adapt.h - learning agents' voices from recordings: what `callaudit model adapt` does.
 *
 * The result depends on which recordings there are and what they hold, never on their order: of
 * each agent and language the calls with the smallest SHA-256 are heard, and their scores are added
 * up in that order. */
#ifndef CALLAUDIT_ADAPT_H
#define CALLAUDIT_ADAPT_H

#include "callaudit/profile.h"
#include "callaudit/rules.h"

enum {
    CA_ADAPT_CALLS = 20,        /* heard of an agent and language, at most */
    CA_ADAPT_SPEECH_MS = 60000, /* of the agent in them, at least */
};

typedef struct ca_adapt_options {
    ca_strings paths;
    ca_strings agents; /* only these; empty: all */
    int jobs;          /* worker processes */
    bool dry_run;      /* writes nothing */
} ca_adapt_options;

typedef enum ca_adapt_result {
    CA_ADAPT_LEARNED,    /* a first version, or another warp than before: a new version */
    CA_ADAPT_UNCHANGED,  /* the warp of the newest version again */
    CA_ADAPT_TOO_LITTLE, /* less than CA_ADAPT_SPEECH_MS of speech */
    CA_ADAPT_NOT_HEARD,  /* none of the wordings was heard with any warp */
} ca_adapt_result;

/* One agent and language. */
typedef struct ca_adapted {
    ca_adapt_result result;
    ca_profile profile; /* version 0 unless one was written; model NULL where no call was heard */
    double before;      /* the newest version's warp; 0 when there was none */
} ca_adapted;

/* A recording that could not be used, and why. */
typedef struct ca_adapt_failure {
    const char *path;
    ca_error why; /* with a reason */
} ca_adapt_failure;

typedef struct ca_adaptation {
    CA_ARRAY(ca_adapted) agents;         /* sorted by agent and language */
    CA_ARRAY(ca_adapt_failure) failures; /* sorted by path */
    ca_strings unreadable;               /* folders and names that could not be read */
} ca_adaptation;

/* Hears the recordings, chooses, and writes all new versions in one transaction. The database need
 * not exist yet for a dry run. False for set-up and machine trouble, with nothing written;
 * recordings that fail are listed. */
bool ca_adapt(const ca_config *config, const ca_rulesets *rulesets, const ca_adapt_options *options,
              ca_adaptation *out, ca_arena *arena, ca_error *err);

const char *ca_adapt_result_name(ca_adapt_result result);

#endif
