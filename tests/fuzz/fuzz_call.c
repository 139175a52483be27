/* fuzz_call.c - any JSON is read as a call or refused; a call that was read can be used, written,
 * and read again, and is then written the same. */
#include "callaudit/call.h"

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

static bool read_call(const char *json, size_t length, ca_call *call, ca_arena *arena,
                      ca_error *err)
{
    const ca_node *root = ca_json_parse(json, length, arena, err);
    bool read = root && ca_call_read(root, call, arena, err);
    require(read == (err->code == CA_OK));
    return read;
}

/* Every index that was let through points at something. */
static void check_indexes(const ca_call *call)
{
    for (size_t i = 0; i < call->segments.count; i++) {
        const ca_segment *segment = &call->segments.items[i];
        require(segment->channel >= 0 && (size_t)segment->channel < call->channels.count);
        require(segment->start_ms >= 0 && segment->start_ms <= segment->end_ms);
    }
    for (size_t i = 0; i < call->lines.count; i++) {
        const ca_line *line = &call->lines.items[i];
        require(line->first_word <= call->words.count);
        require(line->word_count <= call->words.count - line->first_word);
        require(line->confidence >= 0 && line->confidence <= 1);
    }
    for (size_t i = 0; i < call->findings.count; i++) {
        const ca_finding *finding = &call->findings.items[i];
        require(finding->first_hit <= call->hits.count);
        require(finding->hit_count <= call->hits.count - finding->first_hit);
        require(finding->nearest >= -1 && finding->nearest < (long)call->hits.count);
        require(finding->rule_id != NULL && finding->ruleset != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ca_arena *arena = ca_arena_new((size_t)256 << 20);
    ca_error err = {0};
    ca_call call;
    ca_call again;
    ca_buf first = {0};
    ca_buf second = {0};
    if (arena && read_call((const char *)data, size, &call, arena, &err)) {
        check_indexes(&call);
        require(ca_call_sort_lines(&call, arena, &err));
        require(ca_call_write(&call, size % 2 == 0, &first, &err));
        if (read_call(first.data, first.length, &again, arena, &err)) {
            require(ca_call_write(&again, size % 2 == 0, &second, &err));
            require(strcmp(first.data, second.data) == 0);
        } else {
            require(err.reason == CA_REASON_LIMIT); /* a "heard" text may be too long to read */
        }
    }
    ca_buf_release(&first);
    ca_buf_release(&second);
    ca_arena_free(arena);
    return 0;
}
