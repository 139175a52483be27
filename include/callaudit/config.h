/* config.h - callaudit.yaml (DESIGN 2), checked like a rule file. */
#ifndef CALLAUDIT_CONFIG_H
#define CALLAUDIT_CONFIG_H

#include "callaudit/match.h"
#include "callaudit/recognize.h"
#include "callaudit/segment.h"

typedef enum ca_transcripts {
    CA_TRANSCRIPT_NONE,
    CA_TRANSCRIPT_SAMPLE,   /* calls of the month's audit sample */
    CA_TRANSCRIPT_FINDINGS, /* calls with a fault or a doubt from the keyphrase pass */
    CA_TRANSCRIPT_ALL,
} ca_transcripts;

/* CSV columns of the CDR; NULL where the desk has none. */
typedef struct ca_cdr_columns {
    const char *call_id, *file_name, *agent, *team, *queue, *direction, *customer, *started,
        *language;
} ca_cdr_columns;

typedef struct ca_limits {
    ca_audio_limits audio;
    int64_t call_seconds; /* a worker's time for one call beyond twice its length */
    int64_t memory_bytes; /* a worker's resident memory */
    int64_t settle_ms;    /* a file younger than this may still be growing */
} ca_limits;

typedef struct ca_config {
    const char *path;     /* NULL for the defaults */
    const char *database; /* this and every other path: relative to the file, already joined */
    ca_strings rules;
    const char *timezone;         /* IANA name; default UTC */
    const char *language;         /* of calls whose metadata does not say; default en-US */
    const char *filename_pattern; /* NULL: none */
    const char *cdr_path;
    ca_cdr_columns cdr;
    ca_channel_map channels;
    CA_ARRAY(ca_model) models;
    ca_transcripts transcripts;
    const char *text;     /* hearing: text, the desk's own for the language model; NULL for none */
    double phrase_weight; /* hearing: phrase_weight, default 0.1; ca_model says what it is */
    double text_weight;   /* hearing: text_weight, default 0.1 */
    ca_hearing hearing;   /* the frozen numbers, or those of hearing.calibration */
    ca_belief belief;     /* their cuts, unless the file has its own */
    ca_limits limits;
    int rate_permille; /* sample: rate, default 100 */
    int sample_min;    /* sample: min, default 1 */
} ca_config;

/* Reads the file; path NULL means callaudit.yaml in the working folder if there is one, else the
 * defaults. Problems go to diags (and false). */
bool ca_config_load(const char *path, ca_config *config, ca_diags *diags, ca_arena *arena,
                    ca_error *err);

/* The same for the bytes of a file that stands, or will stand, at `path`. */
bool ca_config_parse(const char *path, const char *data, size_t length, ca_config *config,
                     ca_diags *diags, ca_arena *arena, ca_error *err);

/* The model of a language, resolved; CA_ESETUP when there is none. */
bool ca_config_model(const ca_config *config, const char *language, ca_model *model,
                     ca_arena *arena, ca_error *err);

/* "10%", "2.5%" as permille; false for anything outside 0.1 % .. 100 %. */
bool ca_parse_rate(const char *text, int *permille);

#endif
