#include "cmd/cli.h"

#include "edge/control/control.h"

#include "base/limits.h"
#include "cmd/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CLI_INPUT_LIMIT = 16 * 1024 * 1024 };

static const struct cli_verb *const verb_tables[] = {cli_verbs_account, cli_verbs_number,  cli_verbs_closure,
                                                     cli_verbs_keeping, cli_verbs_message, cli_verbs_system};

const char *cli_option(const struct cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->option_count; i++)
        if (strcmp(cli->options[i].name, name) == 0)
            return cli->options[i].value;
    return NULL;
}

bool cli_has(const struct cli *cli, const char *name)
{
    return cli_option(cli, name) != NULL;
}

enum err cli_fail(struct cli *cli, enum err error, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    /* Whatever was tried: a full disk is the reason, and there is one way to mend it. */
    if (error == ERR_FULL)
        snprintf(text, sizeof text,
                 "no room is left on the disk that it writes to. Free some, then run it again.");
    buf_printf(&cli->err, "violet: %s\n", text[0] != '\0' ? text : err_code(error));
    return error;
}

static enum err read_file(struct cli *cli, const char *path, size_t limit, struct str *ret_text)
{
    struct buf text = buf_new(limit);
    char chunk[65536];
    ssize_t got;
    int file = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return cli_fail(cli, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "can't read %s: %s", path,
                        strerror(errno));
    while ((got = read(file, chunk, sizeof chunk)) > 0)
        buf_add_bytes(&text, chunk, (size_t)got);
    int failed = errno;
    close(file);
    enum err error = ERR_NONE;
    if (got < 0)
        error = cli_fail(cli, ERR_IO, "can't read %s: %s", path, strerror(failed));
    else if (text.failed)
        error = cli_fail(cli, ERR_TOO_LARGE, "%s is larger than %zu bytes", path, limit);
    else
        *ret_text = arena_str(cli->arena, buf_str(&text));
    buf_free(&text);
    return error;
}

enum err cli_password(struct cli *cli, struct str *ret_password)
{
    struct str text;
    const char *path = cli_option(cli, "password-file");
    if (path == NULL)
        return cli_fail(cli, ERR_USAGE,
                        "give the password in a file: --password-file FILE (\"-\" reads it from "
                        "standard input)");
    if (cli->input.data != NULL) { /* it came with the command over the control socket */
        text = cli->input;
    } else {
        TRY(read_file(cli, path, LIMIT_PASSWORD_MAX_BYTES + 2, &text));
    }
    while (text.length != 0 && (text.data[text.length - 1] == '\n' || text.data[text.length - 1] == '\r'))
        text.length--;
    *ret_password = text;
    return ERR_NONE;
}

const struct cli_verb *cli_find(int argc, char **argv, int *ret_used)
{
    for (size_t table = 0; table < sizeof verb_tables / sizeof *verb_tables; table++)
        for (const struct cli_verb *verb = verb_tables[table]; verb->noun != NULL; verb++) {
            bool alone = verb->verb[0] == '\0';
            if (argc < (alone ? 1 : 2) || strcmp(argv[0], verb->noun) != 0)
                continue;
            if (alone || strcmp(argv[1], verb->verb) == 0) {
                *ret_used = alone ? 1 : 2;
                return verb;
            }
        }
    return NULL;
}

/* Options that take no value. */
static bool is_flag(const char *name)
{
    static const char *const flags[] = {"json", "help", "dry-run", "mark", "yes", "self-test", "migrate"};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcmp(flags[i], name) == 0)
            return true;
    return false;
}

static enum err parse(struct cli *cli, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0 || argv[i][2] == '\0') {
            if (cli->word_count == CLI_WORDS)
                return cli_fail(cli, ERR_USAGE, "too many words");
            cli->words[cli->word_count++] = argv[i];
            continue;
        }
        const char *name = argv[i] + 2, *value = "";
        if (cli->option_count == CLI_OPTIONS)
            return cli_fail(cli, ERR_USAGE, "too many options");
        if (!is_flag(name)) {
            if (i + 1 == argc)
                return cli_fail(cli, ERR_USAGE, "--%s wants a value", name);
            value = argv[++i];
        }
        cli->options[cli->option_count].name = name;
        cli->options[cli->option_count++].value = value;
    }
    cli->json = cli_has(cli, "json");
    return ERR_NONE;
}

static void print_help(struct buf *out, const struct cli_verb *verb)
{
    buf_printf(out, "violet %s\n  %s\n  example: %s\n", verb->usage, verb->help, verb->example);
}

static void print_overview(struct buf *out)
{
    buf_add_c(out,
              "violet: a virtual-number service that people can leave\n\nusage: violet NOUN VERB [WORDS] "
              "[--option VALUE]\n\n");
    for (size_t table = 0; table < sizeof verb_tables / sizeof *verb_tables; table++)
        for (const struct cli_verb *verb = verb_tables[table]; verb->noun != NULL; verb++)
            buf_printf(out, "  violet %s\n      %s\n", verb->usage, verb->help);
    buf_add_c(out, "\noptions of every verb: --config FILE, --data DIRECTORY, --json, --help\n"
                   "exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 refused by policy, 5 try later\n");
}

enum err cli_run(struct cli *cli, int argc, char **argv)
{
    int used;
    const struct cli_verb *verb = cli_find(argc, argv, &used);
    if (verb == NULL)
        return cli_fail(cli, ERR_USAGE, "no such command; `violet --help` lists them");
    if (cli->word_count == 0 && cli->option_count == 0)
        TRY(parse(cli, argc - used, argv + used));
    enum err error = verb->run(cli);
    /* Here, where the error is known: over the control socket only its exit code goes. */
    return error != ERR_NONE && cli->err.length == 0 ? cli_fail(cli, error, "%s", err_code(error)) : error;
}

enum err cli_settings(struct cli *cli, struct settings *ret_settings)
{
    const char *path = cli_option(cli, "config"), *data = cli_option(cli, "data");
    struct buf errors = buf_new(0);
    if (path == NULL)
        path = getenv("VIOLET_CONFIG");
    enum err error = path != NULL ? config_load(path, data, cli->arena, ret_settings, &errors)
                                  : config_defaults(data, cli->arena, ret_settings);
    if (error != ERR_NONE)
        buf_add(&cli->err, buf_str(&errors));
    buf_free(&errors);
    return error;
}

/* Runs in the serving process where there is one, else here with the store opened for it. */
static enum err run_with_house(struct cli *cli, const struct cli_verb *verb, int argc, char **argv)
{
    struct settings settings;
    struct house house;
    int exit_code;
    TRY(cli_settings(cli, &settings));
    const char *socket_path = arena_printf(cli->arena, "%s/control", settings.data).data;
    enum err asked = (verb->flags & CLI_ALONE) != 0
                         ? ERR_NOT_FOUND
                         : control_ask(socket_path, argc, argv, cli->input, &cli->out, &cli->err, &exit_code);
    if (asked == ERR_NONE) {
        for (int error = 0; error < ERR_COUNT; error++)
            if (err_exit_code((enum err)error) == exit_code)
                return (enum err)error;
        return ERR_INTERNAL;
    }
    struct buf why = buf_new(0);
    enum err error = house_open(&settings, (verb->flags & CLI_CREATE) != 0 ? HOUSE_CREATE : 0, &house, &why);
    if (error != ERR_NONE) {
        struct str text = buf_str(&why);
        error = cli_fail(cli, error, "%.*s", STR_ARG(text));
    } else {
        cli->house = &house;
        error = cli_run(cli, argc, argv);
        house_close(&house);
    }
    buf_free(&why);
    return error;
}

static enum err read_input(struct cli *cli, const struct cli_verb *verb)
{
    const char *password_file = cli_option(cli, "password-file");
    if ((verb->flags & CLI_INPUT) != 0 && cli->word_count != 0)
        return read_file(cli, cli->words[cli->word_count - 1], CLI_INPUT_LIMIT, &cli->input);
    if ((verb->flags & CLI_TEXT) != 0 && cli_has(cli, "text"))
        return read_file(cli, cli_option(cli, "text"), LIMIT_BODY_DEFAULT_BYTES, &cli->input);
    if (password_file != NULL)
        return read_file(cli, password_file, LIMIT_PASSWORD_MAX_BYTES + 2, &cli->input);
    return ERR_NONE;
}

static enum err run_verb(struct cli *cli, int argc, char **argv)
{
    int used;
    const struct cli_verb *verb = cli_find(argc, argv, &used);
    if (verb == NULL)
        return cli_fail(cli, ERR_USAGE, "no such command; `violet --help` lists them");
    TRY(parse(cli, argc - used, argv + used));
    if (cli_has(cli, "help")) {
        print_help(&cli->out, verb);
        return ERR_NONE;
    }
    TRY(read_input(cli, verb));
    return (verb->flags & CLI_HOUSE) != 0 ? run_with_house(cli, verb, argc, argv) : cli_run(cli, argc, argv);
}

static void print_all(int file, struct str text)
{
    while (text.length != 0) {
        ssize_t written = write(file, text.data, text.length);
        if (written <= 0)
            return;
        text = str_part(text, (size_t)written, text.length);
    }
}

int cli_main(int argc, char **argv)
{
    struct cli cli = {.arena = arena_new_wiped(0), .out = buf_new(0), .err = buf_new(0)};
    enum err error;
    if (cli.arena == NULL)
        return err_exit_code(ERR_MEMORY);
    if (argc < 1 || strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "help") == 0) {
        print_overview(argc < 1 ? &cli.err : &cli.out);
        error = argc < 1 ? ERR_USAGE : ERR_NONE;
    } else if (strcmp(argv[0], "--version") == 0) {
        buf_add_c(&cli.out, "violet " VIOLET_VERSION "\n");
        error = ERR_NONE;
    } else {
        error = run_verb(&cli, argc, argv);
    }
    if (error != ERR_NONE && cli.err.length == 0)
        cli_fail(&cli, error, "%s", err_code(error));
    print_all(STDOUT_FILENO, buf_str(&cli.out));
    print_all(STDERR_FILENO, buf_str(&cli.err));
    buf_free(&cli.out);
    buf_free(&cli.err);
    arena_free(cli.arena);
    return err_exit_code(error);
}
