/* accuracy.h - what the frozen parameters promise about hearing, for people who decide by it. */
#ifndef CALLAUDIT_ACCURACY_H
#define CALLAUDIT_ACCURACY_H

#include "callaudit/text.h"

/* Appends in words how well phrases of the language are heard by a model of that sample rate (8000
 * or 16000 Hz). False, and "not measured", when nothing is known about such a model. */
bool ca_accuracy_promise(const char *language, int sample_rate, ca_buf *out);

#endif
