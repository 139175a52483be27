/* rules.h - rule files (DESIGN 4): YAML in, checked rules out. */
#ifndef CALLAUDIT_RULES_H
#define CALLAUDIT_RULES_H

#include "callaudit/call.h"
#include "callaudit/hash.h"

typedef enum ca_who { CA_WHO_AGENT, CA_WHO_CUSTOMER, CA_WHO_ANY } ca_who;

enum { CA_WHO_COUNT = CA_WHO_ANY + 1 };

/* Where in the call a rule looks. A bound is in ms or in share of the call's length. */
typedef enum ca_window_kind {
    CA_WINDOW_ALL,
    CA_WINDOW_FIRST,  /* first 20s, first 10% */
    CA_WINDOW_LAST,   /* last 30s, last 15% */
    CA_WINDOW_AFTER,  /* from the end of the first hit of another rule, for `limit` ms */
    CA_WINDOW_BEFORE, /* up to the start of the first hit of another rule, for `limit` ms */
} ca_window_kind;

enum { CA_WINDOW_COUNT = CA_WINDOW_BEFORE + 1 };

/* As rule files name them; a window's kind "all" is what a rule without `within` has. */
const char *ca_who_name(ca_who who);
const char *ca_window_name(ca_window_kind kind);

typedef struct ca_window {
    ca_window_kind kind;
    int64_t ms;        /* first, last: length; after, before: limit; 0 = up to the call's end */
    double share;      /* first, last by per cent: 0..1, else 0 */
    const char *other; /* after, before: id of the other rule of the same ruleset */
    size_t other_index;
} ca_window;

/* One wording as its author wrote it, with its place for messages. */
typedef struct ca_wording {
    const char *text;
    int line, column;
} ca_wording;

typedef CA_ARRAY(ca_wording) ca_wordings;

/* An example call inside a rule: parts "[m:ss speaker] words" in one string. */
typedef struct ca_example {
    const char *text;
    bool expect_hit;
    int line, column;
} ca_example;

typedef CA_ARRAY(ca_example) ca_examples;

typedef struct ca_rule {
    const char *id;
    const char *title;
    ca_dimension dimension;
    ca_kind kind;
    ca_who who;
    ca_window within;
    ca_wordings phrases;
    ca_wordings rivals;
    ca_wordings unless;
    ca_wording regex; /* text NULL when there is none */
    int min_words;    /* of a phrase that suffice, the others left out; 0: all */
    int weight;
    int max; /* limit: hits allowed */
    bool critical;
    ca_examples examples;
    int line, column;
} ca_rule;

typedef CA_ARRAY(ca_rule) ca_rule_list;

typedef struct ca_ruleset {
    const char *path;
    const char *name;
    const char *title;
    const char *language;
    ca_rule_list rules;
    size_t *order;    /* rule indexes in an order in which `other` rules come first */
    const char *text; /* normalized content: what changes a judgement, not comments or tests */
    ca_hash hash;     /* of text */
} ca_ruleset;

typedef CA_ARRAY(ca_ruleset) ca_rulesets;

enum { CA_RULES_MAX_BYTES = 1 << 20, CA_RULES_MAX_RULES = 1000 };

/* Reads every *.yaml and *.yml below each path (a folder, or one file), sorted by path. All that
 * is wrong goes into diags, every file is read; false when nothing usable came out or the disk
 * failed (err). With errors in diags the rule sets must not judge. Two rule sets of one name are
 * an error. */
bool ca_rules_load(const ca_strings *paths, ca_rulesets *out, ca_diags *diags, ca_arena *arena,
                   ca_error *err);

/* One file's bytes, for tests and fuzzing. NULL when it cannot be used at all. */
bool ca_rules_parse(const char *path, const char *data, size_t length, ca_rulesets *out,
                    ca_diags *diags, ca_arena *arena);

/* Turns an example into the call that it describes (imported words; a line lasts 350 ms a word,
 * 250 ms a Chinese character; the call ends with its last line unless "[m:ss end]" says more).
 * `trouble` gets what is wrong with its form. */
bool ca_example_call(const ca_example *example, const char *language, ca_call *call,
                     ca_arena *arena, ca_error *trouble);

#endif
