/* profile.c - which profile a call is heard with. Their rows are in data/profiles.c. */
#include "callaudit/profile.h"

#include "callaudit/fs.h"

#include <string.h>

const ca_profile *ca_profiles_find(const ca_profiles *profiles, const char *agent,
                                   const char *language, const char *model)
{
    for (size_t i = 0; i < profiles->count; i++) {
        const ca_profile *profile = &profiles->items[i];
        if (strcmp(profile->agent, agent) == 0 && strcmp(profile->language, language) == 0 &&
            strcmp(profile->model, model) == 0) {
            return profile;
        }
    }
    return NULL;
}

/* The name of a language's model as calls have it; NULL where there is no model. */
static const char *model_name(const ca_config *config, const char *language, ca_arena *arena)
{
    ca_model model;
    ca_error none = {0};
    return ca_config_model(config, language, &model, arena, &none) ? ca_path_name(model.acoustic)
                                                                   : NULL;
}

bool ca_profiles_usable(ca_profiles *profiles, const ca_config *config, ca_arena *arena,
                        ca_error *err)
{
    CA_ARRAY(ca_call) heard = {0}; /* a language and its model */
    size_t kept = 0;
    for (size_t i = 0; i < profiles->count; i++) {
        const ca_profile *profile = &profiles->items[i];
        size_t at = 0;
        while (at < heard.count && strcmp(heard.items[at].meta.language, profile->language) != 0) {
            at++;
        }
        if (at == heard.count) {
            ca_call *one = ca_push(arena, &heard);
            if (!one) {
                return ca_fail_memory(err);
            }
            one->meta.language = profile->language;
            one->model = model_name(config, profile->language, arena);
        }
        if (heard.items[at].model && strcmp(heard.items[at].model, profile->model) == 0) {
            profiles->items[kept++] = *profile;
        }
    }
    profiles->count = kept;
    return true;
}

bool ca_profiles_give(const ca_profiles *profiles, ca_call *call, ca_arena *arena, ca_error *err)
{
    for (size_t i = 0; call->meta.agent && i < profiles->count; i++) {
        const ca_profile *profile = &profiles->items[i];
        if (strcmp(profile->agent, call->meta.agent) == 0 && call->meta.language &&
            strcmp(profile->language, call->meta.language) == 0) {
            call->warp = profile->warp;
            call->profile =
                ca_arena_printf(arena, "%s@%lld", profile->agent, (long long)profile->version);
            return call->profile || ca_fail_memory(err);
        }
    }
    return true;
}
