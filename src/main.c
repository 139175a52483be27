/* main.c - the command table, global options, exit code. */
#include "cmd.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"run", cmd_run, "judge the recordings in files and folders"},
    {"rules", cmd_rules, "check, test and list rule files"},
    {"explain", cmd_explain, "why a call was judged as it was; trace a recording"},
    {"import", cmd_import, "judge words from another recognizer"},
    {"sample", cmd_sample, "draw, list and verify a month's audit sample"},
    {"report", cmd_report, "scores of agents, calls and rules"},
    {"model", cmd_model, "list and fetch models, and choose which ones hear"},
    {"doctor", cmd_doctor, "would a night run here, and how long would it take"},
    {"db", cmd_db, "check, back up and export the database"},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *out)
{
    fputs("usage: callaudit COMMAND [OPTIONS]\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
    }
    fputs("\n'callaudit COMMAND --help' says more. Exit codes: 0 all well, 1 some calls failed,\n"
          "2 wrong usage, 3 set-up (configuration, rules, model, database), 130 and 143 stopped.\n",
          out);
}

/* A closed standard stream would hand its number to the next file that is opened. */
static void keep_streams(void)
{
    int fd;
    while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= STDERR_FILENO) {
    }
    if (fd > STDERR_FILENO) {
        close(fd);
    }
}

int main(int argc, char **argv)
{
    keep_streams();
    if (argc < 2) {
        print_help(stderr);
        return CMD_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return CMD_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("callaudit %s\n", cmd_version);
        return CMD_OK;
    }
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++) {
        names[i] = commands[i].name;
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    const char *near = ca_suggest(argv[1], names, COMMANDS);
    fprintf(stderr, "callaudit: unknown command '%s'%s%s%s\n", argv[1],
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return CMD_USAGE;
}
