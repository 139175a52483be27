/* cmd.h - what the commands share. The cmd_*.c files and main.c are the only code that prints. */
#ifndef CMD_H
#define CMD_H

#include "callaudit/config.h"
#include "callaudit/report.h"

#include <getopt.h>
#include <stdio.h>

enum { CMD_OK = 0, CMD_SOME_FAILED = 1, CMD_USAGE = 2, CMD_SETUP = 3 };

/* One a sub-command: argv[0] is its name. Returns the exit code. */
int cmd_run(int argc, char **argv);
int cmd_rules(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_sample(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_model(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_db(int argc, char **argv);

/* "callaudit: message" on stderr; the exit code that belongs to the error. */
int cmd_fail(const ca_error *err);

/* A wrong command line: the message, "try 'callaudit COMMAND --help'"; CMD_USAGE. */
int cmd_usage(const char *command, const char *fmt, ...) CA_PRINTF(2, 3);

/* All diagnostics as path:line:col: error|warning: message on stderr. */
void cmd_print_diags(const ca_diags *diags);

/* Loads the configuration, prints what is wrong with it; CMD_OK or the exit code. `db` and `rules`
 * (NULL when not given) win over the file. */
int cmd_load_config(const char *path, const char *db, const char *rules, ca_config *config,
                    ca_arena *arena);

/* Loads the configured rule sets and prints what is wrong; CMD_OK or the exit code. */
int cmd_load_rules(const ca_config *config, ca_rulesets *rulesets, ca_arena *arena);

/* table, csv or json; false for another word. */
bool cmd_parse_format(const char *word, ca_format *format);

/* Writes the answer to stdout; the exit code (a full disk or closed pipe is an error). */
int cmd_answer(const ca_buf *out);

/* Version of the program, stored with every judgement. */
extern const char cmd_version[];

#endif
