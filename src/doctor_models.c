/* doctor_models.c - what hears each language, and what it cannot hear. */
#include "doctor.h"

#include "callaudit/accuracy.h"
#include "callaudit/fs.h"
#include "callaudit/keyphrases.h"
#include "callaudit/vocabulary.h"
#include "callaudit/wording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* A language and the topic of its lines. */
typedef struct tongue {
    const char *language;
    bool usual; /* without the usual one's model no night runs; another's calls alone fail */
    ca_model model;
} tongue;

static void say_of(doctor *d, ca_health health, const tongue *t, const char *what,
                   const char *advice, const char *text)
{
    const char *topic = ca_arena_printf(d->arena, "%s %s", what, t->language);
    doctor_say(d, health, topic ? topic : what, advice, "%s", text);
}

static bool check_model(doctor *d, tongue *t)
{
    ca_error err = {0};
    if (!ca_config_model(&d->config, t->language, &t->model, d->arena, &err)) {
        say_of(d, t->usual ? CA_HEALTH_PROBLEM : CA_HEALTH_WARNING, t, "model",
               "'callaudit model list' shows what is there, 'model fetch' brings more", err.msg);
        return false;
    }
    const char *text = ca_arena_printf(d->arena, "%s, %s, %s", ca_path_name(t->model.acoustic),
                                       t->model.sample_rate == 8000 ? "telephone band" : "16 kHz",
                                       t->model.acoustic);
    say_of(d, CA_HEALTH_OK, t, "model", NULL, text ? text : t->model.acoustic);
    return true;
}

static void check_language_model(doctor *d, const tongue *t)
{
    const char *path = t->model.language_model;
    if (doctor_wants_transcripts(d) && (!path || access(path, R_OK) != 0)) {
        say_of(d, t->usual ? CA_HEALTH_PROBLEM : CA_HEALTH_WARNING, t, "transcripts",
               "name it as language_model, fetch it, or say hearing: {transcript: none}",
               "there is no language model, which transcripts need");
    }
}

enum { SHOWN = 10 }; /* words of a list */

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Each once, sorted; of many, the first ones. */
static void list_words(ca_strings *words, ca_buf *out)
{
    size_t different = 0;
    qsort(words->items, words->count, sizeof *words->items, by_text);
    for (size_t i = 0; i < words->count; i++) {
        if (i > 0 && strcmp(words->items[i], words->items[i - 1]) == 0) {
            continue;
        }
        if (different++ < SHOWN) {
            ca_buf_printf(out, "%s%s", different > 1 ? ", " : "", words->items[i]);
        }
    }
    ca_buf_puts(out, different > SHOWN ? " ..." : "");
    ca_buf_printf(out, " (%zu)", different);
}

static void list_guesses(const ca_guesses *guesses, ca_buf *out)
{
    for (size_t i = 0; i < guesses->count && i < SHOWN; i++) {
        ca_buf_printf(out, "%s%s", i > 0 ? ", " : "", guesses->items[i].word);
    }
    ca_buf_puts(out, guesses->count > SHOWN ? " ..." : "");
    ca_buf_printf(out, " (%zu)", guesses->count);
}

static void check_words(doctor *d, const tongue *t)
{
    ca_error err = {0};
    ca_keyphrases phrases = {0};
    ca_strings unknown = {0};
    ca_guesses guesses = {0};
    ca_diags diags;
    ca_buf text = {0};
    ca_diags_init(&diags, d->arena);
    if (!ca_keyphrases_collect(&d->rulesets, t->language, &phrases, d->arena, &err) ||
        !ca_vocabulary_review(&t->model, &phrases, &guesses, &unknown, &diags, d->arena, &err)) {
        say_of(d, CA_HEALTH_WARNING, t, "words", "mend the dictionary",
               diags.errors > 0 ? diags.list.items[0].message : err.msg);
    } else if (unknown.count > 0) {
        ca_buf_puts(&text, "not in the dictionary, so not heard: ");
        list_words(&unknown, &text);
        say_of(d, CA_HEALTH_WARNING, t, "words",
               "say it in other words, or add them to the dictionary; 'callaudit rules check' "
               "names the places",
               ca_buf_text(&text));
    } else if (guesses.count > 0) {
        ca_buf_puts(&text, "in no dictionary, so heard by a guess: ");
        list_guesses(&guesses, &text);
        say_of(d, CA_HEALTH_WARNING, t, "words",
               "'callaudit rules check' tells how each is listened for", ca_buf_text(&text));
    } else {
        ca_buf_printf(&text, "the dictionary knows all words of %zu wordings", phrases.count);
        say_of(d, CA_HEALTH_OK, t, "words", NULL, ca_buf_text(&text));
    }
    ca_buf_release(&text);
}

/* Regexes that stand for no list of wordings are found in transcripts only. */
static size_t count_open_regexes(doctor *d, const char *language)
{
    size_t count = 0;
    for (size_t i = 0; i < d->rulesets.count; i++) {
        const ca_ruleset *set = &d->rulesets.items[i];
        for (size_t k = 0; k < set->rules.count && strcasecmp(set->language, language) == 0; k++) {
            const char *regex = set->rules.items[k].regex.text;
            ca_strings wordings = {0};
            count += regex && !ca_wording_expand_regex(regex, &wordings, d->arena);
        }
    }
    return count;
}

static void check_regexes(doctor *d, const tongue *t)
{
    static const char *const when[] = {"no call", "the calls of the audit sample",
                                       "calls with findings", "every call"};
    const size_t count = count_open_regexes(d, t->language);
    const bool never = !doctor_wants_transcripts(d);
    if (count > 0) {
        char text[160];
        (void)snprintf(text, sizeof text, "%zu need a transcript, which is made of %s", count,
                       when[d->config.transcripts]);
        say_of(d, never ? CA_HEALTH_WARNING : CA_HEALTH_OK, t, "regexes",
               never ? "say hearing: {transcript: sample}, findings or all" : NULL, text);
    }
}

static void check_accuracy(doctor *d, const tongue *t)
{
    ca_buf text = {0};
    const bool known = ca_accuracy_promise(t->language, t->model.sample_rate, &text);
    say_of(d, known ? CA_HEALTH_OK : CA_HEALTH_WARNING, t, "accuracy",
           known ? NULL : "let people check the audit sample before scores count",
           ca_buf_text(&text));
    ca_buf_release(&text);
}

static bool has_rules(const doctor *d, const char *language)
{
    bool any = false;
    for (size_t i = 0; i < d->rulesets.count; i++) {
        any = any || strcasecmp(d->rulesets.items[i].language, language) == 0;
    }
    return any;
}

void doctor_models(doctor *d)
{
    ca_strings languages = {0};
    if (!doctor_languages(d, &languages)) {
        return;
    }
    for (size_t i = 0; i < languages.count; i++) {
        tongue t = {.language = languages.items[i], .usual = i == 0};
        if (d->rulesets.count > 0 && !has_rules(d, t.language)) {
            say_of(d, CA_HEALTH_WARNING, &t, "rules", "write some, or mend language:",
                   "no rule set judges calls in the usual language");
        }
        if (check_model(d, &t)) {
            check_language_model(d, &t);
            check_words(d, &t);
            check_regexes(d, &t);
            check_accuracy(d, &t);
        }
    }
}
