/* profile.h - what is learned about an agent's voice: stored, versioned, never changed. Made by
 * `callaudit model adapt` alone; a run reads the newest ones once, when it begins. */
#ifndef CALLAUDIT_PROFILE_H
#define CALLAUDIT_PROFILE_H

#include "callaudit/call.h"
#include "callaudit/config.h"
#include "callaudit/db.h"

/* A profile is named by agent, language, acoustic model and version: the same on every machine. */
typedef struct ca_profile {
    const char *agent;
    const char *language;
    const char *model; /* as ca_call.model */
    int64_t version;   /* from 1 */
    double warp;       /* one of ca_warps */
    int64_t calls;     /* that it rests on */
    int64_t speech_ms; /* of the agent in them */
    double scores[CA_WARP_COUNT];
    const char *made_at; /* UTC; set when it is stored */
} ca_profile;

typedef CA_ARRAY(ca_profile) ca_profiles;

/* The newest profile of every agent, language and model, sorted by these. */
bool ca_profiles_load(ca_db *db, ca_profiles *out, ca_arena *arena, ca_error *err);

/* Appends profiles as the next version of their agent, language and model; sets version and
 * made_at. To be called in a transaction, which the caller rolls back when this fails. */
bool ca_profiles_append(ca_db *db, ca_profiles *profiles, ca_arena *arena, ca_error *err);

/* NULL when there is none. */
const ca_profile *ca_profiles_find(const ca_profiles *profiles, const char *agent,
                                   const char *language, const char *model);

/* Leaves only profiles of the model that the configuration has for their language. */
bool ca_profiles_usable(ca_profiles *profiles, const ca_config *config, ca_arena *arena,
                        ca_error *err);

/* Gives the call its agent's profile, of whatever model: see ca_profiles_usable. */
bool ca_profiles_give(const ca_profiles *profiles, ca_call *call, ca_arena *arena, ca_error *err);

#endif
