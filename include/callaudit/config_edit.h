/* config_edit.h - one change to a configuration file that leaves every other byte as it is. */
#ifndef CALLAUDIT_CONFIG_EDIT_H
#define CALLAUDIT_CONFIG_EDIT_H

#include "callaudit/text.h"

/* Appends the lines "models:", "  LANGUAGE: FOLDER" (the folder quoted where YAML needs it). A
 * folder with control characters or other bytes than UTF-8 is refused (CA_EUSAGE). */
bool ca_config_model_lines(const char *language, const char *folder, ca_buf *out, ca_error *err);

/* Puts `models: {LANGUAGE: FOLDER}` into the text of a configuration (length 0: none yet): the
 * entry's text is replaced, or a line or an item of {...} is added. The result is read again: any
 * other difference than that entry, and every form that cannot be edited so (an entry that is a
 * map, text over several lines), is refused with CA_ESETUP and the reason. `path` is for messages.
 * Languages are compared without case. */
bool ca_config_set_model(const char *path, const char *data, size_t length, const char *language,
                         const char *folder, ca_buf *out, ca_arena *arena, ca_error *err);

#endif
