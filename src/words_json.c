/* words_json.c - imported words as JSON: callaudit's own simple form, or a whole call. */
#include "words.h"

#include "callaudit/audio.h"

#include <math.h>
#include <string.h>

static bool refuse(const words_builder *b, const char *key, const char *wanted)
{
    return ca_fail_call(b->err, CA_REASON_UNREADABLE, "%s: expected %s", key, wanted);
}

/* Text of a key, NULL where it is absent, null or empty. A number serves: an agent may be 1042. */
static bool read_text(const words_builder *b, const ca_node *map, const char *key,
                      const char **value)
{
    const ca_node *node = ca_node_get(map, key);
    if (node == NULL || ca_node_is_null(node)) {
        return true;
    }
    if (node->kind != CA_NODE_SCALAR) {
        return refuse(b, key, "a text");
    }
    if (*node->text != '\0') {
        *value = ca_arena_strdup(b->arena, node->text);
        return *value != NULL || ca_fail_memory(b->err);
    }
    return true;
}

static bool read_number(const words_builder *b, const ca_node *map, const char *key, double low,
                        double high, double *value)
{
    const ca_node *node = ca_node_get(map, key);
    if (node == NULL || node->kind != CA_NODE_SCALAR || node->style != CA_SCALAR_PLAIN ||
        !ca_parse_double(node->text, low, high, value)) {
        return refuse(b, key, "a number within its bounds");
    }
    return true;
}

static bool read_ms(const words_builder *b, const ca_node *map, const char *key, int64_t low,
                    int64_t *ms)
{
    double value = 0;
    if (!read_number(b, map, key, (double)low, WORDS_MAX_MS, &value)) {
        return false;
    }
    *ms = llround(value);
    return true;
}

static bool read_line(words_builder *b, const ca_node *node)
{
    ca_speaker speaker = CA_MIXED;
    int64_t start_ms = 0;
    int64_t end_ms = 0;
    double confidence = 1;
    const char *name = ca_node_text(node, "speaker");
    const char *text = ca_node_text(node, "text");
    if (name == NULL || !words_speaker(name, strlen(name), &speaker)) {
        return refuse(b, "speaker", "agent, customer or mixed");
    }
    if (text == NULL) {
        return refuse(b, "text", "a text");
    }
    if (!read_ms(b, node, "start_ms", 0, &start_ms) ||
        !read_ms(b, node, "end_ms", start_ms, &end_ms)) {
        return false;
    }
    if (ca_node_get(node, "confidence") != NULL &&
        !read_number(b, node, "confidence", 0, 1, &confidence)) {
        return false;
    }
    size_t first = b->call->words.count;
    return words_add(b, text, strlen(text), start_ms, end_ms, confidence) &&
           words_end_line(b, first, speaker, start_ms, end_ms, confidence);
}

static bool read_lines(words_builder *b, const ca_node *lines)
{
    if (lines == NULL || lines->kind != CA_NODE_LIST) {
        return refuse(b, "lines", "a list of lines");
    }
    size_t number = 1;
    for (const ca_node *node = lines->first; node != NULL; node = node->next, number++) {
        if (!read_line(b, node)) {
            return ca_error_context(b->err, "lines, number %zu", number);
        }
    }
    return true;
}

static bool read_facts(words_builder *b, const ca_node *root)
{
    ca_call *call = b->call;
    ca_meta *meta = &call->meta;
    double channels = 0;
    if (ca_node_get(root, "channels") != NULL &&
        !read_number(b, root, "channels", 1, 8, &channels)) {
        return false;
    }
    if (ca_node_get(root, "duration_ms") != NULL &&
        !read_ms(b, root, "duration_ms", 0, &call->duration_ms)) {
        return false;
    }
    return read_text(b, root, "call_id", &meta->call_uid) &&
           read_text(b, root, "call_uid", &meta->call_uid) &&
           read_text(b, root, "recording", &call->path) &&
           read_text(b, root, "agent", &meta->agent) && read_text(b, root, "team", &meta->team) &&
           read_text(b, root, "queue", &meta->queue) &&
           read_text(b, root, "direction", &meta->direction) &&
           read_text(b, root, "customer", &meta->customer) &&
           read_text(b, root, "started_at", &meta->started_at) &&
           read_text(b, root, "started", &meta->started_at) &&
           read_text(b, root, "language", &meta->language);
}

/* A whole call: what somebody heard in it, and nothing of what was made of that. */
static bool read_call(words_builder *b, const ca_node *root)
{
    ca_call whole;
    if (!ca_call_read(root, &whole, b->arena, b->err)) {
        return false;
    }
    bool recorded = whole.path != NULL && ca_audio_known_name(whole.path);
    *b->call = (ca_call){.meta = whole.meta,
                         .path = recorded ? whole.path : NULL,
                         .duration_ms = whole.duration_ms,
                         .words = whole.words,
                         .lines = whole.lines};
    for (size_t i = 0; i < whole.lines.count; i++) {
        b->call->lines.items[i].tier = CA_TIER_IMPORT;
    }
    return words_finish(b);
}

bool ca_words_read_json(const char *data, size_t length, ca_call *call, ca_arena *arena,
                        ca_error *err)
{
    words_builder b = {call, arena, err};
    if (!words_begin(&b, data, length)) {
        return false;
    }
    const ca_node *root = ca_json_parse(data, length, arena, err);
    if (root == NULL) {
        return false;
    }
    if (root->kind != CA_NODE_MAP) {
        return ca_fail_call(err, CA_REASON_UNREADABLE, "expected one JSON object");
    }
    if (ca_node_get(root, "meta") != NULL) {
        return read_call(&b, root);
    }
    return read_facts(&b, root) && read_lines(&b, ca_node_get(root, "lines")) && words_finish(&b);
}
