/* nearmiss.h - what is really said that sounds like a rule's wording but is another: the rivals
 * that its author would have to think of. Pure logic; the calls come from data/said.c.
 *
 * A stretch of one line is a near-miss of a rule when
 * - a speaker whom the rule asks says it;
 * - it has as many words as a wording of the rule's phrases, or one more or less (a Chinese
 *   character is a word);
 * - its edit distance to that wording over phones (insertions, deletions and substitutions cost one
 *   each; V. I. Levenshtein 1966) is at most 0.35 of the wording's phones and not 0: what has the
 *   same sounds no recognizer can tell from the wording, so it would be a harmful rival. A word is
 *   pronounced as its dictionary has it first. Without a dictionary, and where a word of either is
 *   not in it, letters stand for phones;
 * - it shares no word with a place where a wording of any rule of the language is said (phrases
 * with their min_words, regexes that are lists, rivals, unless), and is no part of one. Of those of
 * one rule that overlap, the nearest counts; of equally near ones the earlier, then the shorter. */
#ifndef CALLAUDIT_NEARMISS_H
#define CALLAUDIT_NEARMISS_H

#include "callaudit/lexicon.h"
#include "callaudit/rules.h"

enum {
    CA_NEARMISS_LEAST_CALLS = 2, /* a near-miss of one call alone is not told */
    CA_NEARMISS_MOST = 10,       /* told of a rule */
};

typedef struct ca_nearmiss {
    const ca_ruleset *ruleset;
    const ca_rule *rule;
    const char *wording; /* the nearest one of the rule */
    const char *text;    /* as said; in the languages zh-... in simplified characters */
    double distance;     /* edits per phone (letter) of the wording, above 0, at most 0.35 */
    int64_t calls, times;
    const char *call_uid; /* where it was said first: the first call taken */
    int64_t start_ms;
} ca_nearmiss;

typedef CA_ARRAY(ca_nearmiss) ca_nearmiss_list;

typedef struct ca_nearmiss_search ca_nearmiss_search;

/* A search for the rules of one language; lives, like all that it finds, in the arena. The rule
 * sets and the lexicon (NULL: letters) must outlive it. NULL on failure. */
ca_nearmiss_search *ca_nearmiss_new(const ca_rulesets *sets, const char *language,
                                    const ca_lexicon *lexicon, ca_arena *arena, ca_error *err);

/* Looks through the lines of a call, keyphrases left out; each call once. Nothing of the call is
 * kept. A call of another language is passed over. */
bool ca_nearmiss_take(ca_nearmiss_search *search, const ca_call *call, ca_error *err);

/* Adds the near-misses that at least CA_NEARMISS_LEAST_CALLS calls have: the rules in the order of
 * their sets and files, of each the CA_NEARMISS_MOST of most calls; equally many by their text. */
bool ca_nearmiss_collect(const ca_nearmiss_search *search, ca_nearmiss_list *out, ca_error *err);

#endif
