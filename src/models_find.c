/* models_find.c - which acoustic models there are, and what is to be said of each. */
#include "callaudit/fs.h"
#include "callaudit/hash.h"
#include "callaudit/lexicon.h"
#include "callaudit/models.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a search carries along. */
typedef struct search {
    const ca_config *config;
    ca_found_models *found;
    ca_arena *arena;
} search;

const char *ca_sums_name(ca_sums sums)
{
    static const char *const names[] = {"known", "changed", "other"};
    return names[sums];
}

const char *ca_models_folder(const ca_config *config, ca_arena *arena)
{
    const char *folder = config->path ? ca_path_folder(arena, config->path) : ".";
    return folder ? ca_path_join(arena, folder, "models") : NULL;
}

/* ---- sums ---- */

static bool is_known_file(const char *folder, const ca_known_file *file, ca_arena *arena)
{
    struct stat info;
    ca_hash hash;
    uint64_t length;
    const char *path = ca_path_join(arena, folder, ca_path_name(file->path));
    const int fd = path ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) : -1;
    const bool same = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
                      info.st_size == file->size && ca_hash_file(fd, &hash, &length, NULL) &&
                      strcmp(hash.hex, file->sha256) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return same;
}

static void compare_sums(ca_found_model *found, ca_arena *arena)
{
    size_t models;
    const ca_known_model *known = ca_known_models(&models);
    found->sums = CA_SUMS_OTHER;
    for (size_t m = 0; m < models; m++) {
        size_t same = 0;
        for (size_t f = 0; known[m].acoustic && f < known[m].count; f++) {
            same += is_known_file(found->model.acoustic, &known[m].files[f], arena);
        }
        if (same == known[m].count || same * 2 > known[m].count) {
            found->sums = same == known[m].count ? CA_SUMS_KNOWN : CA_SUMS_CHANGED;
            found->known = known[m].name;
        }
    }
}

/* ---- one model ---- */

bool ca_model_complete(const char *acoustic, ca_arena *arena, ca_error *err)
{
    static const char *const needed[] = {"mdef",      "feat.params",         "means",
                                         "variances", "transition_matrices", "sendump"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        const char *path = ca_path_join(arena, acoustic, needed[i]);
        const char *other = ca_path_join(arena, acoustic, "mixture_weights"); /* for sendump */
        if (!path || !other) {
            return ca_fail_memory(err);
        }
        if (access(path, R_OK) != 0 &&
            (strcmp(needed[i], "sendump") != 0 || access(other, R_OK) != 0)) {
            return ca_fail(err, CA_ESETUP, "%s: no acoustic model: %s: %s", acoustic, needed[i],
                           strerror(errno));
        }
    }
    return true;
}

static bool count_words(ca_found_model *found, ca_error *err)
{
    ca_lexicon *lexicon = ca_lexicon_open(found->model.dictionary, err);
    found->words = lexicon ? ca_lexicon_words(lexicon) : 0;
    ca_lexicon_close(lexicon);
    return lexicon != NULL;
}

/* Fills in the rest of a model that may be incomplete. */
static bool examine(ca_found_model *found, bool resolved, const ca_error *trouble, ca_arena *arena,
                    ca_error *err)
{
    const ca_model *model = &found->model;
    ca_error why = *trouble;
    if (model->acoustic) {
        compare_sums(found, arena);
    }
    const bool whole =
        resolved && ca_model_complete(model->acoustic, arena, &why) && count_words(found, &why);
    found->language_model = model->language_model && access(model->language_model, R_OK) == 0;
    if (!whole) {
        found->complaint = ca_arena_strdup(arena, why.msg);
    }
    return whole || found->complaint || ca_fail_memory(err);
}

static bool same_folder(const char *a, const char *b)
{
    struct stat one, other;
    return a && b && stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

static bool is_listed(const search *s, const char *language, const char *acoustic)
{
    for (size_t i = 0; i < s->found->count; i++) {
        const ca_model *model = &s->found->items[i].model;
        if (strcasecmp(model->language, language) == 0 && same_folder(model->acoustic, acoustic)) {
            return true;
        }
    }
    return false;
}

static bool is_configured(const ca_config *config, const char *language)
{
    bool configured = false;
    for (size_t i = 0; i < config->models.count; i++) {
        configured = configured || strcasecmp(config->models.items[i].language, language) == 0;
    }
    return configured;
}

/* ---- where to look ---- */

static bool add_configured(const search *s, const char *language, ca_error *err)
{
    ca_error why = {0};
    ca_found_model *found = ca_push(s->arena, s->found);
    if (!found) {
        return ca_fail_memory(err);
    }
    found->source = "configuration";
    found->used = true;
    const bool resolved = ca_config_model(s->config, language, &found->model, s->arena, &why);
    return examine(found, resolved, &why, s->arena, err);
}

static bool add_folder(const search *s, const char *language, const char *acoustic,
                       const char *source, bool used, ca_error *err)
{
    ca_error why = {0};
    ca_model model = {.language = language, .acoustic = acoustic};
    const bool resolved = ca_model_resolve(&model, s->arena, &why);
    if (is_listed(s, language, model.acoustic)) {
        return true;
    }
    ca_found_model *found = ca_push(s->arena, s->found);
    if (!found) {
        return ca_fail_memory(err);
    }
    *found = (ca_found_model){.model = model, .source = source, .used = used};
    return examine(found, resolved, &why, s->arena, err);
}

/* "en-US" of "en-us-8khz"; NULL when the name begins otherwise. */
static const char *language_of(const char *name, ca_arena *arena)
{
    for (int i = 0; i < 5; i++) {
        const bool letter = name[i] >= 'a' && name[i] <= 'z';
        if (i == 2 ? name[i] != '-' : !letter) {
            return NULL;
        }
    }
    if (name[5] != '\0' && name[5] != '-') {
        return NULL;
    }
    return ca_arena_printf(arena, "%.2s-%c%c", name, name[3] - 'a' + 'A', name[4] - 'a' + 'A');
}

static bool add_folders(const search *s, const char *folder, ca_error *err)
{
    struct stat info;
    ca_strings names = {0};
    if (stat(folder, &info) != 0 || !S_ISDIR(info.st_mode)) {
        return true;
    }
    if (!ca_list_folder(folder, &names, s->arena, err)) {
        return false;
    }
    for (size_t i = 0; i < names.count; i++) {
        const char *path = ca_path_join(s->arena, folder, names.items[i]);
        const char *language = language_of(names.items[i], s->arena);
        if (language && path && stat(path, &info) == 0 && S_ISDIR(info.st_mode) &&
            !add_folder(s, language, path, "folder", false, err)) {
            return false;
        }
    }
    return true;
}

static int source_rank(const char *source)
{
    return *source == 'c' ? 0 : (*source == 'D' ? 1 : 2);
}

static int by_language(const void *left, const void *right)
{
    const ca_found_model *a = left, *b = right;
    int order = strcasecmp(a->model.language, b->model.language);
    order = order ? order : source_rank(a->source) - source_rank(b->source);
    return order || !a->model.acoustic || !b->model.acoustic
               ? order
               : strcmp(a->model.acoustic, b->model.acoustic);
}

bool ca_models_find(const ca_config *config, const char *folder, ca_found_models *found,
                    ca_arena *arena, ca_error *err)
{
    const search s = {config, found, arena};
    *found = (ca_found_models){0};
    for (size_t i = 0; i < config->models.count; i++) {
        if (!add_configured(&s, config->models.items[i].language, err)) {
            return false;
        }
    }
    if (!add_folder(&s, "en-US", NULL, "Debian", !is_configured(config, "en-US"), err) ||
        !add_folders(&s, folder, err)) {
        return false;
    }
    qsort(found->items, found->count, sizeof *found->items, by_language);
    return true;
}
