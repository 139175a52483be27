/* keyphrases.c - from rules to the list of wordings. */
#include "callaudit/keyphrases.h"

#include "callaudit/wording.h"

#include <string.h>

/* On a mixed channel anybody may speak. */
static unsigned speakers_of(ca_who who)
{
    const unsigned agent = 1U << CA_AGENT;
    const unsigned customer = 1U << CA_CUSTOMER;
    const unsigned mixed = 1U << CA_MIXED;
    switch (who) {
    case CA_WHO_AGENT: return agent | mixed;
    case CA_WHO_CUSTOMER: return customer | mixed;
    case CA_WHO_ANY: break;
    }
    return agent | customer | mixed;
}

static bool add_texts(const ca_strings *texts, size_t number, unsigned speakers,
                      ca_keyphrases *phrases, ca_arena *arena, ca_error *err)
{
    for (size_t i = 0; i < texts->count; i++) {
        ca_keyphrase *phrase = ca_push(arena, phrases);
        if (!phrase) {
            return ca_fail_memory(err);
        }
        *phrase = (ca_keyphrase){texts->items[i], number, speakers};
    }
    return true;
}

static bool add_wordings(const ca_wordings *wordings, size_t number, unsigned speakers,
                         ca_keyphrases *phrases, ca_arena *arena, ca_error *err)
{
    for (size_t i = 0; i < wordings->count; i++) {
        ca_strings texts = {0};
        size_t column;
        if (!ca_wording_expand(wordings->items[i].text, &texts, &column, arena, err) ||
            !add_texts(&texts, number, speakers, phrases, arena, err)) {
            return false;
        }
    }
    return true;
}

static bool add_rule(const ca_rule *rule, size_t number, ca_keyphrases *phrases, ca_arena *arena,
                     ca_error *err)
{
    const unsigned speakers = speakers_of(rule->who);
    ca_strings texts = {0};
    if (rule->regex.text && ca_wording_expand_regex(rule->regex.text, &texts, arena) &&
        !add_texts(&texts, number, speakers, phrases, arena, err)) {
        return false;
    }
    return add_wordings(&rule->phrases, number, speakers, phrases, arena, err) &&
           add_wordings(&rule->rivals, number, speakers, phrases, arena, err) &&
           add_wordings(&rule->unless, number, speakers, phrases, arena, err);
}

bool ca_keyphrases_collect(const ca_rulesets *rulesets, const char *language,
                           ca_keyphrases *phrases, ca_arena *arena, ca_error *err)
{
    size_t number = 0;
    for (size_t s = 0; s < rulesets->count; s++) {
        const ca_ruleset *ruleset = &rulesets->items[s];
        for (size_t i = 0; i < ruleset->rules.count; i++, number++) {
            if (strcmp(ruleset->language, language) == 0 &&
                !add_rule(&ruleset->rules.items[i], number, phrases, arena, err)) {
                return false;
            }
        }
    }
    return true;
}
