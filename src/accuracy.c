/* accuracy.c - what the frozen numbers promise about hearing: what was measured with them. */
#include "callaudit/accuracy.h"

#include "callaudit/calibration.h"

#include <string.h>
#include <strings.h>

static bool promise(const ca_hearing *hearing, const char *language, int sample_rate, ca_buf *out)
{
    const ca_calibration *c = ca_hearing_find(hearing, language, sample_rate);
    const ca_promise *p = &c->promise;
    if (strcasecmp(c->language, language) != 0 || c->sample_rate != sample_rate || !p->condition) {
        return false;
    }
    ca_buf_printf(out,
                  "%s: F1 %.2f for required phrases, %.2f for forbidden ones, "
                  "%.0f of 100 hits right",
                  p->condition, p->courtesy_f1, p->forbidden_f1, 100 * p->precision);
    return true;
}

bool ca_accuracy_promise(const char *language, int sample_rate, ca_buf *out)
{
    ca_arena *arena = ca_arena_new(0);
    ca_hearing hearing;
    const bool known = arena && ca_hearing_default(&hearing, arena, NULL) &&
                       promise(&hearing, language, sample_rate, out);
    if (!known) {
        ca_buf_puts(out, "not measured");
    }
    ca_arena_free(arena);
    return known;
}
