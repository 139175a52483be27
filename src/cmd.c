/* cmd.c - what the commands share: messages, exit codes, configuration, the answer. */
#include "cmd.h"

#include "callaudit/rules.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#ifndef CA_VERSION
#define CA_VERSION "0.1.0"
#endif

const char cmd_version[] = CA_VERSION;

int cmd_fail(const ca_error *err)
{
    (void)fprintf(stderr, "callaudit: %s\n", err->msg);
    switch (err->code) {
    case CA_OK: return CMD_OK;
    case CA_EUSAGE: return CMD_USAGE;
    case CA_EINPUT: return CMD_SOME_FAILED;
    default: return CMD_SETUP;
    }
}

int cmd_usage(const char *command, const char *fmt, ...)
{
    va_list args;
    (void)fprintf(stderr, "callaudit %s: ", command);
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    va_end(args);
    (void)fprintf(stderr, "\ntry 'callaudit %s --help'\n", command);
    return CMD_USAGE;
}

static void print_diag(const ca_diag *diag)
{
    (void)fprintf(stderr, "%s:", diag->path);
    if (diag->line > 0) {
        (void)fprintf(stderr, "%d:%d:", diag->line, diag->column);
    }
    (void)fprintf(stderr, " %s: %s\n", diag->severity == CA_ERROR ? "error" : "warning",
                  diag->message);
}

void cmd_print_diags(const ca_diags *diags)
{
    for (size_t i = 0; i < diags->list.count; i++) {
        print_diag(&diags->list.items[i]);
    }
    size_t unseen = diags->errors + diags->warnings - diags->list.count;
    if (unseen > 0) {
        (void)fprintf(stderr, "callaudit: %zu more messages\n", unseen);
    }
}

/* Prints the diagnostics, and the error when it is not one of them. */
static int report_load(bool loaded, const ca_diags *diags, const ca_error *err)
{
    cmd_print_diags(diags);
    if (diags->errors > 0) {
        return CMD_SETUP;
    }
    return loaded ? CMD_OK : cmd_fail(err);
}

int cmd_load_config(const char *path, const char *db, const char *rules, ca_config *config,
                    ca_arena *arena)
{
    ca_error err = {0};
    ca_diags diags;
    ca_diags_init(&diags, arena);
    bool loaded = ca_config_load(path, config, &diags, arena, &err);
    int status = report_load(loaded, &diags, &err);
    if (status != CMD_OK) {
        return status;
    }
    if (db != NULL) {
        config->database = db;
    }
    if (rules != NULL) {
        config->rules = (ca_strings){0};
        if (!ca_strings_add(&config->rules, rules, arena, &err)) {
            return cmd_fail(&err);
        }
    }
    return CMD_OK;
}

int cmd_load_rules(const ca_config *config, ca_rulesets *rulesets, ca_arena *arena)
{
    ca_error err = {0};
    ca_diags diags;
    ca_diags_init(&diags, arena);
    bool loaded = ca_rules_load(&config->rules, rulesets, &diags, arena, &err);
    return report_load(loaded, &diags, &err);
}

bool cmd_parse_format(const char *word, ca_format *format)
{
    static const char *const names[] = {"table", "csv", "json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(word, names[i]) == 0) {
            *format = (ca_format)i;
            return true;
        }
    }
    return false;
}

int cmd_answer(const ca_buf *out)
{
    bool written = !out->failed && fwrite(ca_buf_text(out), 1, out->length, stdout) == out->length;
    if (written && fflush(stdout) == 0) {
        return CMD_OK;
    }
    (void)fprintf(stderr, "callaudit: cannot write the answer: %s\n",
                  out->failed ? "out of memory" : strerror(errno));
    return CMD_SETUP;
}
