/* fuzz_cdr.c - any bytes are a CDR or refused with a line; every row of it can be looked up, and
 * then none is unused. */
#include "callaudit/cdr.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static void look_up_all(ca_cdr *cdr, ca_arena *arena)
{
    ca_strings ids = {0};
    ca_strings rest = {0};
    ca_error err = {0};
    require(ca_cdr_unused(cdr, &ids, arena, &err));
    require(ids.count <= ca_cdr_count(cdr));
    for (size_t i = 0; i < ids.count; i++) {
        const ca_cdr_row *by_id = NULL;
        const ca_cdr_row *by_name = NULL;
        ca_error twice = {0};
        bool one = ca_cdr_find(cdr, CA_CDR_CALL_ID, ids.items[i], &by_id, &twice) &&
                   ca_cdr_find(cdr, CA_CDR_FILE_NAME, ids.items[i], &by_name, &twice);
        require(one ? by_id || by_name : twice.reason == CA_REASON_NO_METADATA);
        require(!by_id || strcmp(by_id->fields[CA_CDR_CALL_ID], ids.items[i]) == 0);
    }
    require(ca_cdr_unused(cdr, &rest, arena, &err));
    require(rest.count <= ids.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ca_cdr_columns named = {.call_id = "id", .file_name = "file", .agent = "agent"};
    const ca_cdr_columns unnamed = {0};
    for (int i = 0; i < 2; i++) {
        ca_error err = {0};
        ca_arena *arena = ca_arena_new(0);
        ca_cdr *cdr =
            ca_cdr_parse("cdr.csv", (const char *)data, size, i == 0 ? &named : &unnamed, &err);
        require((cdr == NULL) == (err.code != CA_OK));
        require(cdr || strncmp(err.msg, "cdr.csv:", 8) == 0);
        if (cdr && arena) {
            look_up_all(cdr, arena);
        }
        ca_cdr_free(cdr);
        ca_arena_free(arena);
    }
    return 0;
}
