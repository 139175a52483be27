/* call.h - READ FIRST: every record that crosses a stage.
 *
 *   decode     path -> ca_audio (samples per channel)                         stage/audio
 *   segment    samples -> segments of speech, fitness of each channel         stage/segment
 *   recognize  segments -> lines of words with times and confidence           stage/recognize
 *   match      rules, lines -> findings with the hits they rest on            stage/match
 *   measure    segments, lines -> numbers about the call                      stage/measure
 *   score      findings -> score                                              stage/score
 *   store      the call -> rows, one transaction                              data/store
 *
 * Records refer to one another by array index, never by pointer. Times are integer milliseconds
 * from the beginning of the recording. Everything a ca_call points to lives in the call's arena.
 * A call prints as JSON (ca_call_write), is read back from it (ca_call_read), compares as text
 * and stores as rows. */
#ifndef CALLAUDIT_CALL_H
#define CALLAUDIT_CALL_H

#include "callaudit/json.h"
#include "callaudit/node.h"

/* ---- who speaks ---- */

typedef enum ca_speaker {
    CA_AGENT,
    CA_CUSTOMER,
    CA_MIXED, /* both on one channel: cannot be told apart */
    CA_SPEAKER_COUNT
} ca_speaker;

/* ---- metadata (DESIGN 3); NULL where unknown ---- */

typedef struct ca_meta {
    const char *call_uid;
    const char *agent;
    const char *started_at; /* ISO 8601 with offset: 2026-10-05T09:15:12+08:00 */
    const char *team;
    const char *queue;
    const char *direction;
    const char *customer;
    const char *language; /* en-US, zh-CN */
} ca_meta;

/* ---- audio and speech ---- */

typedef struct ca_channel {
    ca_speaker speaker;
    double snr_db;       /* speech level over noise floor; 0 without speech */
    double level_dbfs;   /* RMS of the speech, 0 = full scale square wave; -120 without speech */
    double pitch_hz;     /* median fundamental frequency of the speech; 0 where none was found */
    double clip_share;   /* share of the samples at G.711's full scale or above, 0..1 */
    double bandwidth_hz; /* how far up the speech reaches, see spectrum.h; 0 where not known */
    int64_t speech_ms;   /* speech found by the segmenter */
} ca_channel;

typedef struct ca_segment {
    int channel; /* index into ca_call.channels */
    int64_t start_ms, end_ms;
} ca_segment;

/* ---- what was heard ---- */

typedef enum ca_tier {
    CA_TIER_PHRASE,     /* keyphrase pass: the line is one wording of a rule */
    CA_TIER_TRANSCRIPT, /* large-vocabulary decoding: the line is a segment */
    CA_TIER_IMPORT,     /* words from another recognizer or a person */
    CA_TIER_COUNT
} ca_tier;

typedef struct ca_word {
    int64_t start_ms, end_ms;
    double confidence; /* 0..1 */
    const char *text;  /* lower case, as in the dictionary without variant marks */
} ca_word;

typedef struct ca_line {
    ca_speaker speaker;
    ca_tier tier;
    int64_t start_ms, end_ms;
    double confidence; /* 0..1; that the line was said */
    size_t first_word; /* index into ca_call.words */
    size_t word_count;
    double margin; /* keyphrases: the evidence that confidence rests on, see detect.h */
    int phones;    /* keyphrases: of the reading that was heard; else 0 */
} ca_line;

/* ---- what the rules say ---- */

typedef enum ca_kind { CA_REQUIRED, CA_FORBIDDEN, CA_LIMIT, CA_KIND_COUNT } ca_kind;

typedef enum ca_dimension {
    CA_COURTESY,
    CA_PROCESS,
    CA_KNOWLEDGE,
    CA_PATIENCE,
    CA_EFFICIENCY,
    CA_COMPLIANCE,
    CA_EMPATHY,
    CA_CLOSING,
    CA_DIMENSION_COUNT
} ca_dimension;

typedef enum ca_verdict {
    CA_HIT,    /* the wording was heard (limit: more often than allowed) */
    CA_MISS,   /* it was not, and would have been */
    CA_UNSURE, /* heard too poorly to say, or a matching limit was reached */
    CA_NA,     /* the rule does not apply to this call */
    CA_VERDICT_COUNT
} ca_verdict;

typedef struct ca_hit {
    ca_speaker speaker;
    int64_t start_ms, end_ms;
    double confidence;
    const char *text;    /* the words that matched, as heard */
    const char *pattern; /* the phrase or regex of the rule that matched them */
} ca_hit;

typedef struct ca_finding {
    const char *ruleset; /* its hash */
    const char *rule_id;
    const char *title;
    ca_kind kind;
    ca_dimension dimension;
    int weight; /* points, 0..100 */
    bool critical;
    ca_verdict verdict;
    int ok;                                 /* 1 satisfied, 0 not, -1 undecided (unsure, n/a) */
    int64_t window_start_ms, window_end_ms; /* where the wording was looked for */
    size_t first_hit, hit_count;            /* in ca_call.hits; for unsure: the doubtful ones */
    long nearest;     /* miss: index in ca_call.hits of the nearest thing heard, else -1 */
    const char *note; /* why unsure or n/a, in words; NULL otherwise */
} ca_finding;

typedef struct ca_measure {
    const char *name; /* "talk.share", "silence.longest" ... see measure.h */
    int speaker;      /* a ca_speaker, or -1 for the call as a whole */
    double value;
    const char *unit; /* "ms", "share", "db", "hz" */
} ca_measure;

typedef struct ca_score {
    bool decided;        /* false when no rule could be decided: there is no score then */
    double points;       /* 0..100, three decimals */
    double unsure_share; /* weight of unsure rules over weight of applicable rules, 0..1 */
    bool critical;       /* a critical forbidden rule was hit */
} ca_score;

/* ---- the call ---- */

typedef CA_ARRAY(ca_channel) ca_channels;
typedef CA_ARRAY(ca_segment) ca_segments;
typedef CA_ARRAY(ca_word) ca_words;
typedef CA_ARRAY(ca_line) ca_lines;
typedef CA_ARRAY(ca_hit) ca_hits;
typedef CA_ARRAY(ca_finding) ca_findings;
typedef CA_ARRAY(ca_measure) ca_measures;

typedef struct ca_call {
    ca_meta meta;
    const char *path;   /* of the recording */
    const char *sha256; /* of its bytes, 64 hex digits */
    int64_t duration_ms;
    int sample_rate;      /* Hz, as recorded */
    bool truncated;       /* judged on what could be read */
    bool transcript;      /* the transcript tier ran, or complete words were imported */
    const char *model;    /* the acoustic model that heard it; NULL for imported words */
    const char *profile;  /* of the agent's voice that it was heard with, AGENT@VERSION, or NULL */
    double warp;          /* by that profile, one of ca_warps; 0 without one */
    const char *rulesets; /* "name@hash name@hash", sorted; what judged it */
    ca_channels channels;
    ca_segments segments;
    ca_words words;
    ca_lines lines;
    ca_hits hits;
    ca_findings findings;
    ca_measures measures;
    ca_score score;
} ca_call;

/* Names as they appear in rule files, JSON and the database; never NULL for a valid value. */
const char *ca_speaker_name(ca_speaker speaker);
const char *ca_tier_name(ca_tier tier);
const char *ca_kind_name(ca_kind kind);
const char *ca_dimension_name(ca_dimension dimension);
const char *ca_verdict_name(ca_verdict verdict);

/* Text of the words [first, first + count): joined by spaces, except between Chinese ones. */
const char *ca_words_text(const ca_words *words, size_t first, size_t count, ca_arena *arena);

/* Sorts lines by start, end, speaker, tier and text, so that a call has one form. */
bool ca_call_sort_lines(ca_call *call, ca_arena *arena, ca_error *err);

/* The whole call as one JSON object (keys documented in README.md, "Traces"). */
bool ca_call_write(const ca_call *call, bool indent, ca_buf *out, ca_error *err);

/* Reads what ca_call_write wrote. Every index, enum and number is checked: a call that a damaged
 * or hostile worker or file sends is refused with CA_EINPUT. */
bool ca_call_read(const ca_node *root, ca_call *call, ca_arena *arena, ca_error *err);

#endif
