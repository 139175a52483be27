/* keyphrases.h - what the rules of one language ask the recognizer to listen for. */
#ifndef CALLAUDIT_KEYPHRASES_H
#define CALLAUDIT_KEYPHRASES_H

#include "callaudit/recognize.h"
#include "callaudit/rules.h"

/* What is left of a phrase when `min_words` let words be left out is listened for when it has at
 * least so many phones, by an estimate from its letters: 4 Chinese characters, 10 other letters.
 * Shorter ones are found in transcripts only. */
enum { CA_KEYPHRASE_LEAST_PHONES = 8 };

/* The wordings of a phrase as the recognizer is given them: half width, and for the languages
 * zh-... in simplified characters, as dictionaries are. The rule keeps its author's spelling. */
bool ca_keyphrases_of_phrase(const char *phrase, size_t min_words, const char *language,
                             ca_strings *out, ca_arena *arena, ca_error *err);

/* The same for a regex; none when it is no list of wordings. */
bool ca_keyphrases_of_regex(const char *regex, const char *language, ca_strings *out,
                            ca_arena *arena, ca_error *err);

/* Every wording of every rule of the language: phrases, enumerable regexes, rivals and unless. The
 * rules are numbered in the order of the rule sets. */
bool ca_keyphrases_collect(const ca_rulesets *rulesets, const char *language,
                           ca_keyphrases *phrases, ca_arena *arena, ca_error *err);

#endif
