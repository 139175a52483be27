/* hits.h - where the wordings of one rule stand in a call; between match.c and hits.c only. */
#ifndef STAGE_HITS_H
#define STAGE_HITS_H

#include "callaudit/pattern.h"
#include "callaudit/rules.h"

typedef struct hit_pattern {
    ca_pattern *compiled;
    const char *source; /* the phrase or regex as the author wrote it */
} hit_pattern;

typedef CA_ARRAY(hit_pattern) hit_patterns;

/* One rule, compiled. */
typedef struct rule_patterns {
    hit_patterns wanted; /* phrases and regex */
    hit_patterns rivals;
    hit_patterns unless;
    bool needs_transcript; /* its regex stands for more than a list of wordings */
} rule_patterns;

bool rule_patterns_compile(const ca_rule *rule, rule_patterns *out, ca_arena *arena, ca_error *err);
void rule_patterns_release(rule_patterns *patterns);

/* A line as text, with the way back from bytes to words. */
typedef struct heard_line {
    const ca_line *line;
    const char *text; /* folded, see fold.h */
    size_t length;
    size_t *word_at; /* where each word begins in text */
    long segment;    /* the speech segment that it lies in, -1 when there is none */
} heard_line;

typedef struct heard_call {
    const ca_call *call;
    heard_line *lines; /* as many as call->lines, in the same order */
    ca_arena *arena;
} heard_call;

bool heard_init(heard_call *heard, const ca_call *call, ca_arena *arena, ca_error *err);

/* Does a line of that speaker speak for (or against) a rule that asks for `who`? */
bool speaker_fits(ca_speaker speaker, ca_who who);

/* All hits of the rule in the call by a speaker that fits, neither excused by `unless` nor beaten
 * by a rival, whatever their confidence; sorted by start, end, speaker and text. *limited is set
 * when a pattern reached its limits: then more may have been said than was found. What is said in a
 * line excuses that line whatever its confidence, since its hits are heard no better; the rest of
 * its stretch of speech it excuses from the confidence `doubt` on. */
bool hits_find(const heard_call *heard, const rule_patterns *patterns, ca_who who, double doubt,
               ca_hits *out, bool *limited, ca_error *err);

/* Of overlapping hits of one speaker keeps the most confident. Keeps the order. */
bool hits_merge(ca_hits *hits, ca_arena *arena, ca_error *err);

#endif
