/* cmd_model_use.c - callaudit model use: the model of a language, into the configuration. */
#include "cmd_model.h"

#include "callaudit/config_edit.h"
#include "callaudit/fs.h"
#include "callaudit/lexicon.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is to be written, and where. */
typedef struct change {
    const char *language;
    const char *acoustic; /* the folder, as it can be opened from here */
    const char *written;  /* as it stands in the file */
    const char *path;     /* of the configuration */
    ca_bytes old;         /* its text; empty when there is no file yet */
} change;

/* "en-us" and "EN_US" as en-US; NULL when it is no language. */
static const char *spell_language(const char *text, ca_arena *arena)
{
    const size_t length = strlen(text);
    char *copy = ca_arena_strdup(arena, text);
    if (copy == NULL || (length != 2 && length != 5)) {
        return NULL;
    }
    for (size_t i = 0; i < length; i++) {
        const char c = copy[i];
        const bool big = c >= 'A' && c <= 'Z';
        const bool small = c >= 'a' && c <= 'z';
        if (i == 2 ? c != '-' && c != '_' : !big && !small) {
            return NULL;
        }
        copy[i] = i == 2 ? '-' : c;
        copy[i] = (char)(i < 2 && big ? c - 'A' + 'a' : (i > 2 && small ? c - 'a' + 'A' : copy[i]));
    }
    return copy;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return path != NULL && stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* A name without a slash is first one in the models folder, then one here. */
static bool find_folder(const model_request *r, change *c, ca_error *err)
{
    const char *name = r->operands[1];
    const char *inside = ca_path_join(r->arena, r->to, name);
    if (strchr(name, '/') == NULL && *name != '\0' && is_folder(inside)) {
        c->acoustic = inside;
    } else if (is_folder(name)) {
        c->acoustic = name;
    } else {
        return ca_fail(err, CA_ESETUP, "there is no model folder '%s', here or in %s", name, r->to);
    }
    return true;
}

/* As the file shall name it: from the file's own folder when it lies below, else absolute. */
static bool spell_folder(change *c, ca_arena *arena, ca_error *err)
{
    const char *base_name = ca_path_folder(arena, c->path);
    char *base = base_name != NULL ? realpath(base_name, NULL) : NULL;
    char *folder = realpath(c->acoustic, NULL);
    const size_t length = base != NULL ? strlen(base) : 0;
    bool ok = base != NULL && folder != NULL;
    if (!ok) {
        ca_fail(err, CA_EIO, "%s: %s", base == NULL ? base_name : c->acoustic, strerror(errno));
    } else if (strncmp(folder, base, length) == 0 && folder[length] == '/' && length > 1) {
        c->written = ca_arena_strdup(arena, folder + length + 1);
    } else {
        c->written = ca_arena_strdup(arena, folder);
    }
    free(base);
    free(folder);
    return ok && (c->written != NULL || ca_fail_memory(err));
}

/* The model must be whole, and its dictionary one. */
static bool check_model(const change *c, ca_arena *arena, ca_error *err)
{
    ca_model model = {.language = c->language, .acoustic = c->acoustic};
    if (!ca_model_complete(c->acoustic, arena, err) || !ca_model_resolve(&model, arena, err)) {
        return false;
    }
    ca_lexicon *lexicon = ca_lexicon_open(model.dictionary, err);
    ca_lexicon_close(lexicon);
    return lexicon != NULL;
}

static bool read_old(const model_request *r, change *c, ca_error *err)
{
    struct stat info;
    c->path = r->config_path != NULL ? r->config_path : "callaudit.yaml";
    c->old = (ca_bytes){"", 0};
    if (lstat(c->path, &info) != 0 && errno == ENOENT) {
        return true;
    }
    ca_error why = {0};
    return ca_read_file(c->path, CA_NODE_MAX_BYTES, &c->old, r->arena, &why) ||
           ca_fail(err, CA_ESETUP, "configuration %s", why.msg);
}

/* The new text loads, and leads to the model that was meant. */
static int check_result(const change *c, const ca_buf *text, ca_arena *arena)
{
    ca_config config;
    ca_model model;
    ca_diags diags;
    ca_error err = {0};
    struct stat meant, found;
    ca_diags_init(&diags, arena);
    const bool ok =
        ca_config_parse(c->path, ca_buf_text(text), text->length, &config, &diags, arena, &err) &&
        ca_config_model(&config, c->language, &model, arena, &err);
    cmd_print_diags(&diags);
    if (!ok) {
        return diags.errors > 0 ? CMD_SETUP : cmd_fail(&err);
    }
    if (stat(c->acoustic, &meant) != 0 || stat(model.acoustic, &found) != 0 ||
        meant.st_ino != found.st_ino || meant.st_dev != found.st_dev) {
        ca_fail(&err, CA_EINTERNAL, "%s would lead to %s instead of %s", c->path, model.acoustic,
                c->acoustic);
        return cmd_fail(&err);
    }
    return CMD_OK;
}

/* What the user can write by hand. */
static int refuse_edit(const change *c, const ca_error *why)
{
    ca_buf lines = {0};
    ca_error err = {0};
    const int code = cmd_fail(why);
    if (ca_config_model_lines(c->language, c->written, &lines, &err)) {
        fprintf(stderr, "callaudit: %s is as it was; write this into it:\n%s", c->path,
                ca_buf_text(&lines));
    }
    ca_buf_release(&lines);
    return code;
}

static int write_text(const change *c, const ca_buf *text)
{
    ca_error err = {0};
    const bool changed =
        text->length != c->old.length || memcmp(ca_buf_text(text), c->old.data, text->length) != 0;
    const bool ok =
        !changed ||
        (c->old.length > 0 ? ca_rewrite_file(c->path, ca_buf_text(text), text->length, &err)
                           : ca_write_file(c->path, ca_buf_text(text), text->length, &err));
    if (!ok) {
        return cmd_fail(&err);
    }
    printf("%s: %s hears with %s%s\n", c->path, c->language, c->written,
           changed ? "" : ", as before");
    const ca_buf flushed = {0};
    return cmd_answer(&flushed);
}

static int edit(const model_request *r, const change *c)
{
    ca_buf text = {0};
    ca_buf lines = {0};
    ca_error err = {0};
    int code;
    if (!ca_config_set_model(c->path, c->old.data, c->old.length, c->language, c->written, &text,
                             r->arena, &err)) {
        code = refuse_edit(c, &err);
    } else if ((code = check_result(c, &text, r->arena)) == CMD_OK && !r->dry_run) {
        code = write_text(c, &text);
    } else if (code == CMD_OK) {
        code = ca_config_model_lines(c->language, c->written, &lines, &err) ? cmd_answer(&lines)
                                                                            : cmd_fail(&err);
    }
    ca_buf_release(&text);
    ca_buf_release(&lines);
    return code;
}

int model_use(model_request *r)
{
    ca_error err = {0};
    change c = {.language = spell_language(r->operands[0], r->arena)};
    if (c.language == NULL) {
        return cmd_usage("model", "'%s' is no language as en-US or zh-CN", r->operands[0]);
    }
    if (!read_old(r, &c, &err) || !find_folder(r, &c, &err) || !check_model(&c, r->arena, &err) ||
        !spell_folder(&c, r->arena, &err)) {
        return cmd_fail(&err);
    }
    return edit(r, &c);
}
