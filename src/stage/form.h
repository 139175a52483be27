/* form.h - one form for the wordings of phrases; between wording.c, partial.c and form.c only. */
#ifndef STAGE_FORM_H
#define STAGE_FORM_H

#include "callaudit/text.h"

enum { FORM_CURLY_APOSTROPHE = 0x2019 };

bool form_is_space(uint32_t c);

/* The phrase with full width signs, letters and digits made half width; NULL when out of memory. */
char *form_half_width(const char *phrase, ca_arena *arena);

/* The byte of a phrase from which byte `at` of its half width form comes. */
size_t form_source_byte(const char *phrase, size_t at);

/* The one form of a wording: lower case, a space between words, none between Chinese characters. */
char *form_normalize(const char *raw, ca_arena *arena);

/* The wording as words of a text, in the same form, so that the two can be compared. */
const char *form_as_text(const char *wording, ca_arena *arena);

/* Would the words of a text ever be those of the wording? "a.mx" is two words wherever it is read.
 */
bool form_can_be_said(const char *wording, const char *text);

#endif
