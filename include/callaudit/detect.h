/* detect.h - from raw keyphrase detections to what was said: confidence and competition. Pure
 * logic, no recognizer. */
#ifndef CALLAUDIT_DETECT_H
#define CALLAUDIT_DETECT_H

#include "callaudit/calibration.h"
#include "callaudit/call.h"

/* A wording that is listened for, shared by the rules that list it. */
typedef struct ca_target {
    const char *text;
    unsigned speakers; /* bits 1 << ca_speaker */
    CA_ARRAY(size_t) rules;
} ca_target;

typedef CA_ARRAY(ca_target) ca_targets;

typedef struct ca_detection {
    size_t target; /* index into the targets */
    ca_speaker speaker;
    int64_t start_ms, end_ms;
    double margin;
    size_t phones;     /* of the reading that was heard */
    double confidence; /* 0..1, see calibration.h */
} ca_detection;

typedef CA_ARRAY(ca_detection) ca_detections;

/* log10 likelihood ratio of the phrase against the phone loop, made comparable between phrases:
 *     margin = log_ratio + 2.2 x phones                   (slope measured, see models/README.md) */
double ca_margin(double log_ratio, size_t phones);

/* What speaks for a detection on a channel of that signal-to-noise ratio. */
ca_evidence ca_detection_evidence(const ca_detection *detection, double snr_db);

/* Reduces detections to those that stand, in place, sorted by start:
 *   - a wording is said only once at a time: of overlapping detections the greatest margin stays;
 *   - a detection goes when one of a foreign rule overlaps more than 0.7 of the shorter of the two
 *     with a margin greater by 8, unless the text of one contains the other's. Wordings of the same
 *     rule, its rivals included, are left to the matcher, which knows their roles. */
bool ca_detections_compete(ca_detections *detections, const ca_targets *targets, ca_error *err);

/* Appends a detection to the call as a line with words; times are spread by characters. */
bool ca_detection_add(const ca_detection *detection, const ca_target *target, ca_call *call,
                      ca_arena *arena, ca_error *err);

#endif
