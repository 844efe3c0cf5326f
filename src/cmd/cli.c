#include "cmd/cli.h"

#include "edge/control/control.h"

#include "base/limits.h"
#include "cmd/config.h"
#include "cmd/usage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CLI_INPUT_LIMIT = 16 * 1024 * 1024 };

static const struct cli_verb *const verb_tables[] = {
    cli_verbs_account, cli_verbs_number, cli_verbs_carrier, cli_verbs_closure, cli_verbs_keeping,
    cli_verbs_message, cli_verbs_node,   cli_verbs_port,    cli_verbs_sim,     cli_verbs_system};

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

static const char *how_to_mend(int code)
{
    switch (code) {
    case ENOENT:
        return "give the path of a file that is there, or \"-\" for standard input";
    case EACCES:
        return "let the user who runs violet read it";
    case EISDIR:
        return "that is a directory; give a file";
    default:
        return "see whether its disk is well";
    }
}

static enum err fail_to_read(struct cli *cli, const char *path, int code)
{
    return cli_fail(cli, code == ENOENT ? ERR_NOT_FOUND : ERR_IO, "can't read %s: %s; %s", path,
                    strerror(code), how_to_mend(code));
}

static enum err read_file(struct cli *cli, const char *path, size_t limit, struct str *ret_text)
{
    struct buf text = buf_new(limit);
    char chunk[65536];
    ssize_t got;
    int file = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail_to_read(cli, path, errno);
    while ((got = read(file, chunk, sizeof chunk)) > 0)
        buf_add_bytes(&text, chunk, (size_t)got);
    int failed = errno;
    close(file);
    enum err error = ERR_NONE;
    if (got < 0)
        error = fail_to_read(cli, path, failed);
    else if (text.failed)
        error = cli_fail(cli, ERR_TOO_LARGE, "%s is larger than %zu bytes; split it", path, limit);
    else
        *ret_text = arena_str(cli->arena, buf_str(&text));
    buf_free(&text);
    return error;
}

static void say_now(int file, struct buf *text)
{
    ssize_t written = write(file, text->data, text->length);
    (void)written; /* nobody listens: it serves all the same */
    text->length = 0;
}

/* A server's talk goes out as it happens, not when the verb ends. */
void cli_say(struct cli *cli)
{
    say_now(STDOUT_FILENO, &cli->out);
    say_now(STDERR_FILENO, &cli->err);
}

enum err cli_secret(struct cli *cli, const char *option, const char *what, struct str *ret_secret)
{
    struct str text;
    const char *path = cli_option(cli, option);
    if (path == NULL)
        return cli_fail(cli, ERR_USAGE,
                        "give the %s in a file: --%s FILE (\"-\" reads it from standard input)", what,
                        option);
    if (cli->input.data != NULL) { /* it came with the command over the control socket */
        text = cli->input;
    } else {
        TRY(read_file(cli, path, LIMIT_PASSWORD_MAX_BYTES + 2, &text));
    }
    while (text.length != 0 && (text.data[text.length - 1] == '\n' || text.data[text.length - 1] == '\r'))
        text.length--;
    *ret_secret = text;
    return ERR_NONE;
}

enum err cli_password(struct cli *cli, struct str *ret_password)
{
    return cli_secret(cli, "password-file", "password", ret_password);
}

const struct cli_verb *cli_verb_at(size_t index)
{
    for (size_t table = 0; table < sizeof verb_tables / sizeof *verb_tables; table++)
        for (const struct cli_verb *verb = verb_tables[table]; verb->noun != NULL; verb++)
            if (index-- == 0)
                return verb;
    return NULL;
}

const struct cli_verb *cli_find(int argc, char **argv, int *ret_used)
{
    const struct cli_verb *verb;
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++) {
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

static enum err add_word(struct cli *cli, const struct cli_verb *verb, const struct usage *usage,
                         const char *word)
{
    if (cli->word_count == usage->word_count)
        return cli_fail(cli, ERR_USAGE, "\"%s\" is one word too many; usage: violet %s", word, verb->usage);
    cli->words[cli->word_count++] = word;
    return ERR_NONE;
}

static enum err add_option(struct cli *cli, const struct usage *usage, const char *name, const char *value)
{
    const struct usage_option *option = usage_find(usage, str_from(name));
    struct str nearest = usage_nearest(usage, str_from(name))->name;
    if (option == NULL)
        return cli_fail(cli, ERR_USAGE, "no option --%s here. Did you mean --%.*s? --help lists them", name,
                        STR_ARG(nearest));
    if (cli_has(cli, name))
        return cli_fail(cli, ERR_USAGE, "--%s stands there twice; give it once", name);
    if (option->value.length != 0 && value == NULL)
        return cli_fail(cli, ERR_USAGE, "--%s wants a value: --%s %.*s", name, name, STR_ARG(option->value));
    cli->options[cli->option_count].name = name;
    cli->options[cli->option_count++].value = value != NULL ? value : "";
    return ERR_NONE;
}

static enum err parse(struct cli *cli, const struct cli_verb *verb, int argc, char **argv)
{
    struct usage usage;
    usage_read(verb, &usage);
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0 || argv[i][2] == '\0') {
            TRY(add_word(cli, verb, &usage, argv[i]));
            continue;
        }
        const char *name = argv[i] + 2;
        const struct usage_option *option = usage_find(&usage, str_from(name));
        bool takes = option != NULL && option->value.length != 0 && i + 1 < argc;
        TRY(add_option(cli, &usage, name, takes ? argv[++i] : NULL));
    }
    cli->json = cli_has(cli, "json");
    return ERR_NONE;
}

static void print_help(struct buf *out, const struct cli_verb *verb)
{
    struct usage usage;
    usage_read(verb, &usage);
    buf_printf(out, "violet %s\n  %s\n  example: %s\noptions of every command:\n", verb->usage, verb->help,
               verb->example);
    for (size_t i = 0; i < usage.option_count; i++)
        if (usage.options[i].help != NULL)
            buf_printf(out, "  --%.*s %.*s: %s\n", STR_ARG(usage.options[i].name),
                       STR_ARG(usage.options[i].value), usage.options[i].help);
}

/* Said where no verb was found: those of the noun, where that is one. */
static enum err fail_to_find(struct cli *cli, const char *noun)
{
    struct buf verbs = buf_new(1024);
    const struct cli_verb *verb;
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++)
        if (strcmp(verb->noun, noun) == 0)
            buf_printf(&verbs, "%s%s", verbs.length == 0 ? "" : ", ", verb->verb);
    enum err error =
        verbs.length == 0
            ? cli_fail(cli, ERR_USAGE, "no such command as \"%s\"; `violet --help` lists them", noun)
            : cli_fail(cli, ERR_USAGE,
                       "say what to do: violet %s followed by one of: %.*s; `violet --help` tells more", noun,
                       (int)verbs.length, verbs.data);
    buf_free(&verbs);
    return error;
}

static void print_overview(struct buf *out)
{
    buf_add_c(out,
              "violet: a virtual-number service that people can leave\n\nusage: violet NOUN VERB [WORDS] "
              "[--option VALUE]\n\n");
    const struct cli_verb *verb;
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++)
        buf_printf(out, "  violet %s\n      %s\n", verb->usage, verb->help);
    buf_add_c(out, "\noptions of every verb: --config FILE, --data DIRECTORY, --json, --help\n"
                   "exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 refused by policy, 5 try later\n");
}

enum err cli_run(struct cli *cli, int argc, char **argv)
{
    int used;
    const struct cli_verb *verb = cli_find(argc, argv, &used);
    if (verb == NULL)
        return fail_to_find(cli, argc > 0 ? argv[0] : "");
    if (cli->word_count == 0 && cli->option_count == 0)
        TRY(parse(cli, verb, argc - used, argv + used));
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
    if (error == ERR_NONE && cli_has(cli, "store"))
        ret_settings->store_url = cli_option(cli, "store");
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
    const char *secret_file = cli_option(cli, "password-file");
    if (secret_file == NULL)
        secret_file = cli_option(cli, "pin-file");
    if ((verb->flags & CLI_INPUT) != 0 && cli->word_count != 0)
        return read_file(cli, cli->words[cli->word_count - 1], CLI_INPUT_LIMIT, &cli->input);
    if ((verb->flags & CLI_TEXT) != 0 && cli_has(cli, "text"))
        return read_file(cli, cli_option(cli, "text"), LIMIT_BODY_DEFAULT_BYTES, &cli->input);
    if (secret_file != NULL)
        return read_file(cli, secret_file, LIMIT_PASSWORD_MAX_BYTES + 2, &cli->input);
    return ERR_NONE;
}

static enum err run_verb(struct cli *cli, int argc, char **argv)
{
    int used;
    const struct cli_verb *verb = cli_find(argc, argv, &used);
    if (verb == NULL)
        return fail_to_find(cli, argc > 0 ? argv[0] : "");
    TRY(parse(cli, verb, argc - used, argv + used));
    if (cli_has(cli, "help")) {
        print_help(&cli->out, verb);
        return ERR_NONE;
    }
    TRY(read_input(cli, verb));
    bool named = (verb->flags & CLI_HOUSE_NAMED) != 0 && (cli_has(cli, "config") || cli_has(cli, "data"));
    return named || (verb->flags & CLI_HOUSE) != 0 ? run_with_house(cli, verb, argc, argv)
                                                   : cli_run(cli, argc, argv);
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
    if (cli.out.failed) { /* half an answer would be taken for a whole one */
        buf_free(&cli.out);
        error = cli_fail(&cli, ERR_TOO_LARGE, "the answer does not fit in memory; ask for less");
    }
    print_all(STDOUT_FILENO, buf_str(&cli.out));
    print_all(STDERR_FILENO, buf_str(&cli.err));
    buf_free(&cli.out);
    buf_free(&cli.err);
    arena_free(cli.arena);
    return err_exit_code(error);
}
