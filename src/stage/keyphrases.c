/* keyphrases.c - from rules to the list of wordings. */
#include "callaudit/keyphrases.h"

#include "callaudit/fold.h"
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

/* Dictionaries of Chinese are written in simplified characters. */
static bool is_chinese(const char *language)
{
    return strncmp(language, "zh", 2) == 0 && (language[2] == '\0' || language[2] == '-');
}

/* Is what is left of a phrase long enough to be told from other speech? A Chinese character has two
 * phones, English some four for five letters. */
static bool can_be_heard(const char *text)
{
    enum { LEAST = 10 * CA_KEYPHRASE_LEAST_PHONES, HAN = 20, LETTER = 8 };
    size_t sum = 0;
    for (const char *at = text, *end = text + strlen(text); at < end;) {
        uint32_t c = ca_utf8_next(&at, end);
        sum += ca_is_han(c) ? HAN : ca_is_spoken(c) ? LETTER : 0;
    }
    return sum >= LEAST;
}

static bool spell(const char *text, const char *language, ca_strings *out, ca_arena *arena,
                  ca_error *err)
{
    const char *spelled = is_chinese(language) ? ca_fold_simplified(text, arena, err) : text;
    return spelled != NULL && ca_strings_add(out, spelled, arena, err);
}

bool ca_keyphrases_of_phrase(const char *phrase, size_t min_words, const char *language,
                             ca_strings *out, ca_arena *arena, ca_error *err)
{
    ca_wording_set set;
    if (!ca_wording_expand_partial(phrase, min_words, &set, NULL, arena, err)) {
        return false;
    }
    for (size_t i = 0; i < set.texts.count; i++) {
        const char *text = set.texts.items[i];
        if ((i < set.whole || can_be_heard(text)) && !spell(text, language, out, arena, err)) {
            return false;
        }
    }
    return true;
}

bool ca_keyphrases_of_regex(const char *regex, const char *language, ca_strings *out,
                            ca_arena *arena, ca_error *err)
{
    ca_strings texts = {0};
    if (!ca_wording_expand_regex(regex, &texts, arena)) {
        return true;
    }
    for (size_t i = 0; i < texts.count; i++) {
        if (!spell(texts.items[i], language, out, arena, err)) {
            return false;
        }
    }
    return true;
}

/* The rules of one language on their way to the list. */
typedef struct collector {
    const char *language;
    size_t number; /* of the rule at hand */
    unsigned speakers;
    ca_keyphrases *phrases;
    ca_arena *arena;
    ca_error *err;
} collector;

static bool add_texts(const collector *c, const ca_strings *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        ca_keyphrase *phrase = ca_push(c->arena, c->phrases);
        if (!phrase) {
            return ca_fail_memory(c->err);
        }
        *phrase = (ca_keyphrase){texts->items[i], c->number, c->speakers};
    }
    return true;
}

static bool add_wordings(const collector *c, const ca_wordings *wordings, int min_words)
{
    for (size_t i = 0; i < wordings->count; i++) {
        ca_strings texts = {0};
        if (!ca_keyphrases_of_phrase(wordings->items[i].text, (size_t)min_words, c->language,
                                     &texts, c->arena, c->err) ||
            !add_texts(c, &texts)) {
            return false;
        }
    }
    return true;
}

static bool add_rule(collector *c, const ca_rule *rule)
{
    ca_strings texts = {0};
    c->speakers = speakers_of(rule->who);
    if (rule->regex.text &&
        (!ca_keyphrases_of_regex(rule->regex.text, c->language, &texts, c->arena, c->err) ||
         !add_texts(c, &texts))) {
        return false;
    }
    return add_wordings(c, &rule->phrases, rule->min_words) && add_wordings(c, &rule->rivals, 0) &&
           add_wordings(c, &rule->unless, 0);
}

bool ca_keyphrases_collect(const ca_rulesets *rulesets, const char *language,
                           ca_keyphrases *phrases, ca_arena *arena, ca_error *err)
{
    collector c = {.language = language, .phrases = phrases, .arena = arena, .err = err};
    for (size_t s = 0; s < rulesets->count; s++) {
        const ca_ruleset *ruleset = &rulesets->items[s];
        for (size_t i = 0; i < ruleset->rules.count; i++, c.number++) {
            if (strcmp(ruleset->language, language) == 0 &&
                !add_rule(&c, &ruleset->rules.items[i])) {
                return false;
            }
        }
    }
    return true;
}
