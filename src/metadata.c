/* metadata.c - one recording's facts from three sources, the first that has a field giving it. */
#include "callaudit/metadata.h"
#include "callaudit/cdr.h"
#include "callaudit/fs.h"
#include "callaudit/pattern.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MAX_SIDECAR = 1 << 20 };

struct ca_metadata {
    ca_arena *arena;
    const ca_config *config;
    ca_cdr *cdr;         /* NULL: none */
    ca_pattern *pattern; /* of file names; NULL: none */
    bool unlisted;       /* of the last look-up */
};

/* What each source knows of a recording; started_at is still as written. */
typedef struct sources {
    const char *path;
    ca_meta given, cdr, sidecar, name;
    const ca_cdr_row *row;
    bool has_sidecar;
    bool name_matches;
} sources;

/* ---- opening ---- */

ca_metadata *ca_metadata_open(const ca_config *config, ca_error *err)
{
    if (!ca_time_zone(config->timezone)) {
        ca_fail(err, CA_ESETUP, "there is no time zone '%s' in /usr/share/zoneinfo",
                config->timezone);
        return NULL;
    }
    ca_arena *arena = ca_arena_new(0);
    ca_metadata *metadata = arena != NULL ? ca_arena_alloc(arena, sizeof *metadata) : NULL;
    if (metadata == NULL) {
        ca_arena_free(arena);
        ca_fail_memory(err);
        return NULL;
    }
    *metadata = (ca_metadata){.arena = arena, .config = config};
    bool ready = true;
    if (config->filename_pattern != NULL) {
        metadata->pattern = ca_pattern_compile(config->filename_pattern, 0, NULL, err);
        ready = metadata->pattern != NULL || ca_error_context(err, "intake.filename");
    }
    if (ready && config->cdr_path != NULL) {
        metadata->cdr = ca_cdr_open(config->cdr_path, &config->cdr, err);
        ready = metadata->cdr != NULL;
    }
    if (!ready) {
        ca_metadata_close(metadata);
        return NULL;
    }
    return metadata;
}

void ca_metadata_close(ca_metadata *metadata)
{
    if (metadata != NULL) {
        ca_pattern_free(metadata->pattern);
        ca_cdr_free(metadata->cdr);
        ca_arena_free(metadata->arena);
    }
}

/* ---- file name ---- */

static const char *group(const ca_pattern *pattern, const char *text, const char *name,
                         ca_arena *arena)
{
    const char *value = ca_pattern_group(pattern, text, name, arena);
    return value != NULL && *value != '\0' ? value : NULL;
}

static bool read_name(ca_pattern *pattern, sources *found, ca_arena *arena, ca_error *err)
{
    const char *name = ca_path_name(found->path);
    size_t start = 0;
    size_t end = 0;
    if (pattern == NULL) {
        return true;
    }
    switch (ca_pattern_find(pattern, name, strlen(name), 0, &start, &end)) {
    case CA_MATCH_NONE: return true;
    case CA_MATCH_LIMIT:
        return ca_fail_call(err, CA_REASON_NO_METADATA,
                            "%s: intake.filename takes too many steps on this name", name);
    case CA_MATCH_FOUND: break;
    }
    found->name_matches = true;
    found->name = (ca_meta){
        .call_uid = group(pattern, name, "call_id", arena),
        .agent = group(pattern, name, "agent", arena),
        .started_at = group(pattern, name, "started", arena),
        .team = group(pattern, name, "team", arena),
        .queue = group(pattern, name, "queue", arena),
        .direction = group(pattern, name, "direction", arena),
        .customer = group(pattern, name, "customer", arena),
        .language = group(pattern, name, "language", arena),
    };
    return true;
}

/* ---- sidecar ---- */

/* A number serves as text (an agent may be 1042); empty texts are unknown. */
static const char *value_of(const ca_node *root, const char *key)
{
    const char *text = ca_node_text(root, key);
    return text != NULL && *text != '\0' ? text : NULL;
}

static const char *either(const char *first, const char *second)
{
    return first != NULL ? first : second;
}

static bool read_sidecar(sources *found, ca_arena *arena, ca_error *err)
{
    const char *stem = ca_path_stem(arena, found->path);
    const char *path = stem != NULL ? ca_arena_printf(arena, "%s.json", stem) : NULL;
    ca_error why = {0};
    ca_bytes bytes = {0};
    if (path == NULL) {
        return ca_fail_memory(err);
    }
    if (access(path, F_OK) != 0) {
        return true;
    }
    if (!ca_read_file(path, MAX_SIDECAR, &bytes, arena, &why)) {
        return ca_fail_call(err, CA_REASON_NO_METADATA, "sidecar %s", why.msg);
    }
    const ca_node *root = ca_json_parse(bytes.data, bytes.length, arena, &why);
    if (root == NULL || root->kind != CA_NODE_MAP) {
        return ca_fail_call(err, CA_REASON_NO_METADATA, "sidecar %s: %s", path,
                            root == NULL ? why.msg : "expected one JSON object");
    }
    found->has_sidecar = true;
    found->sidecar = (ca_meta){
        .call_uid = either(value_of(root, "call_id"), value_of(root, "call_uid")),
        .agent = value_of(root, "agent"),
        .started_at = either(value_of(root, "started"), value_of(root, "started_at")),
        .team = value_of(root, "team"),
        .queue = value_of(root, "queue"),
        .direction = value_of(root, "direction"),
        .customer = value_of(root, "customer"),
        .language = value_of(root, "language"),
    };
    return true;
}

/* ---- CDR ---- */

static bool read_cdr(ca_cdr *cdr, sources *found, ca_error *err)
{
    const char *ids[] = {found->given.call_uid, found->sidecar.call_uid, found->name.call_uid};
    const ca_cdr_row *row = NULL;
    if (cdr == NULL) {
        return true;
    }
    for (size_t i = 0; i < sizeof ids / sizeof *ids && row == NULL; i++) {
        if (ids[i] != NULL && !ca_cdr_find(cdr, CA_CDR_CALL_ID, ids[i], &row, err)) {
            return false;
        }
    }
    if (row == NULL && !ca_cdr_find(cdr, CA_CDR_FILE_NAME, found->path, &row, err)) {
        return false;
    }
    if (row != NULL) {
        found->row = row;
        found->cdr = (ca_meta){
            .call_uid = row->fields[CA_CDR_CALL_ID],
            .agent = row->fields[CA_CDR_AGENT],
            .started_at = row->fields[CA_CDR_STARTED],
            .team = row->fields[CA_CDR_TEAM],
            .queue = row->fields[CA_CDR_QUEUE],
            .direction = row->fields[CA_CDR_DIRECTION],
            .customer = row->fields[CA_CDR_CUSTOMER],
            .language = row->fields[CA_CDR_LANGUAGE],
        };
    }
    return true;
}

/* ---- together ---- */

/* The i-th text of a ca_meta, in the order of its members. */
enum { META_FIELDS = 8 };

static const char **field(ca_meta *meta, size_t i)
{
    const char **const fields[META_FIELDS] = {
        &meta->call_uid, &meta->agent,     &meta->started_at, &meta->team,
        &meta->queue,    &meta->direction, &meta->customer,   &meta->language,
    };
    return fields[i];
}

/* Takes each field from the first source that has it, copied into the arena. */
static bool merge(sources *from, ca_meta *meta, ca_arena *arena)
{
    enum { SOURCES = 4 };
    ca_meta *const order[SOURCES] = {&from->given, &from->cdr, &from->sidecar, &from->name};
    for (size_t i = 0; i < META_FIELDS; i++) {
        const char *text = NULL;
        for (size_t s = 0; s < SOURCES && text == NULL; s++) {
            text = *field(order[s], i);
        }
        *field(meta, i) = ca_arena_strdup(arena, text);
        if (text != NULL && *field(meta, i) == NULL) {
            return false;
        }
    }
    return true;
}

/* Control characters in a name would break the tables, manifests and terminals it is printed on. */
static bool is_clean(ca_meta *meta)
{
    for (size_t i = 0; i < META_FIELDS; i++) {
        const char *text = *field(meta, i);
        for (; text != NULL && *text != '\0'; text++) {
            if ((unsigned char)*text < 0x20 || *text == 0x7F) {
                return false;
            }
        }
    }
    return true;
}

static bool fail_missing(const ca_metadata *metadata, const sources *found, const ca_meta *meta,
                         ca_error *err)
{
    const char *missing = meta->agent != NULL        ? "start time"
                          : meta->started_at != NULL ? "agent"
                                                     : "agent and start time";
    const char *cdr = metadata->cdr == NULL ? "there is no CDR"
                      : found->row == NULL  ? "no row of the CDR is this recording's"
                                            : "its CDR row does not say";
    const char *sidecar = found->has_sidecar ? "nor does its sidecar" : "there is no sidecar";
    const char *name = metadata->pattern == NULL ? "no pattern for file names is set"
                       : found->name_matches     ? "nor does the file name"
                                                 : "the file name does not match intake.filename";
    return ca_fail_call(err, CA_REASON_NO_METADATA, "%s: no %s: %s, %s, %s",
                        ca_path_name(found->path), missing, cdr, sidecar, name);
}

/* "EN_us", "en-us" and "en" as en-US, so that rule sets and models find it. */
static const char *canonical_language(const char *text, ca_arena *arena)
{
    static const char *const usual[] = {"en-US", "zh-CN"};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        if (strncasecmp(text, usual[i], 2) == 0 && text[2] == '\0') {
            return usual[i];
        }
    }
    char *copy = ca_arena_strdup(arena, text);
    bool region = false;
    for (char *c = copy; c != NULL && *c != '\0'; c++) {
        const bool separator = *c == '-' || *c == '_';
        if (separator) {
            *c = '-';
        } else if (region && *c >= 'a' && *c <= 'z') {
            *c = (char)(*c - 'a' + 'A');
        } else if (!region && *c >= 'A' && *c <= 'Z') {
            *c = (char)(*c - 'A' + 'a');
        }
        region = region || separator;
    }
    return copy != NULL ? copy : text;
}

static bool check(const ca_metadata *metadata, const sources *found, ca_meta *meta, ca_arena *arena,
                  ca_error *err)
{
    const char *written = meta->started_at;
    meta->language = canonical_language(meta->language, arena);
    if (written != NULL) {
        meta->started_at = ca_time_normalize(written, metadata->config->timezone, arena);
    }
    if (written != NULL && meta->started_at == NULL) {
        return ca_fail_call(err, CA_REASON_NO_METADATA,
                            "%s: the start time '%s' is no time that clocks in %s show",
                            ca_path_name(found->path), written, metadata->config->timezone);
    }
    if (meta->agent == NULL || meta->started_at == NULL) {
        return fail_missing(metadata, found, meta, err);
    }
    if (!is_clean(meta)) {
        *meta = (ca_meta){0};
        return ca_fail_call(err, CA_REASON_NO_METADATA, "%s: a control character in its metadata",
                            ca_path_name(found->path));
    }
    return true;
}

bool ca_metadata_complete(ca_metadata *metadata, const char *path, ca_meta *meta, ca_arena *arena,
                          ca_error *err)
{
    sources found = {.path = path, .given = *meta};
    ca_error why = {0};
    /* every source is read, so that the CDR is reconciled also where another one is broken */
    const bool name_read = read_name(metadata->pattern, &found, arena, &why);
    const bool sidecar_read = read_sidecar(&found, arena, &why);
    const bool cdr_read = read_cdr(metadata->cdr, &found, &why);
    const bool read = name_read && sidecar_read && cdr_read;
    metadata->unlisted = metadata->cdr != NULL && cdr_read && found.row == NULL;
    if (!merge(&found, meta, arena)) {
        return ca_fail_memory(err);
    }
    if (meta->language == NULL) {
        meta->language = metadata->config->language;
    }
    bool given = found.given.agent != NULL && found.given.started_at != NULL;
    if (!read && !given) { /* whatever other sources say, a person should look at this one */
        meta->started_at = NULL;
        return ca_fail_call(err, why.reason, "%s", why.msg);
    }
    return check(metadata, &found, meta, arena, err);
}

bool ca_metadata_find(ca_metadata *metadata, const char *path, ca_meta *meta, ca_arena *arena,
                      ca_error *err)
{
    *meta = (ca_meta){0};
    return ca_metadata_complete(metadata, path, meta, arena, err);
}

bool ca_metadata_unlisted(const ca_metadata *metadata)
{
    return metadata->unlisted;
}

bool ca_metadata_unrecorded(const ca_metadata *metadata, ca_strings *ids, ca_arena *arena,
                            ca_error *err)
{
    return metadata->cdr == NULL || ca_cdr_unused(metadata->cdr, ids, arena, err);
}
