/* calibration.h - from what the recognizer measured of a detection to the probability that the
 * wording was said. The numbers are models/hearing.yaml, compiled into the program; they come from
 * tests/bench/hearing/train.py and are frozen: nothing here learns. */
#ifndef CALLAUDIT_CALIBRATION_H
#define CALLAUDIT_CALIBRATION_H

#include "callaudit/node.h"

/* What speaks for a detection. */
typedef struct ca_evidence {
    double margin;   /* see ca_margin; log10 units */
    size_t phones;   /* of the reading that was heard; 0: no evidence, as for imported words */
    double phone_ms; /* mean duration of a phone */
    double snr_db;   /* of the channel */
} ca_evidence;

/* How well phrases were heard on the test part of the benchmark, for people who decide by it. */
typedef struct ca_promise {
    const char *condition; /* NULL: not measured */
    double courtesy_f1, forbidden_f1, precision;
} ca_promise;

/* For one language and kind of model. With m = min(margin, 110), l = ln phones,
 * d = min(phone_ms, 65), s = min(snr, 15):
 *     logit p = intercept + margin x m + phones x l + phone_ms x d + snr x s
 * logistic regression (D. R. Cox, "The regression analysis of binary sequences", 1958). */
typedef struct ca_calibration {
    const char *language;
    int sample_rate; /* of the model: 8000 or 16000 */
    double intercept, margin, phones, phone_ms, snr;
    ca_promise promise;
} ca_calibration;

/* The whole file: the cuts that make hit, unsure and miss of a probability, and the models. */
typedef struct ca_hearing {
    double accept, doubt, min_snr_db;
    CA_ARRAY(ca_calibration) models;
} ca_hearing;

/* Reads a file of that form; what is wrong goes to diags (and false). */
bool ca_hearing_parse(const char *path, const char *data, size_t length, ca_hearing *hearing,
                      ca_diags *diags, ca_arena *arena, ca_error *err);

/* The compiled-in models/hearing.yaml. */
bool ca_hearing_default(ca_hearing *hearing, ca_arena *arena, ca_error *err);

/* The entry of a language and sample rate; one of the same language, or any, where there is none:
 * margins are comparable between models, if not equally sure. NULL only for a
 * struct that was never read. */
const ca_calibration *ca_hearing_find(const ca_hearing *hearing, const char *language,
                                      int sample_rate);

/* The probability, three decimals. */
double ca_calibrate(const ca_calibration *calibration, const ca_evidence *evidence);

#endif
