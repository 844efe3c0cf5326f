/* The command line: a table of verbs, their options and what they print. */
#ifndef CMD_CLI_H
#define CMD_CLI_H

#include "cmd/house.h"

#include "base/json.h"

enum { CLI_OPTIONS = 20, CLI_WORDS = 8 };

/* One run of a verb. Data goes to out, talk to err; the edge of the process (terminal or control socket)
 * prints them. */
struct cli {
    struct arena *arena;
    struct house *house;          /* NULL for verbs that need none */
    const char *words[CLI_WORDS]; /* what stands after noun and verb */
    size_t word_count;
    struct {
        const char *name, *value;
    } options[CLI_OPTIONS];
    size_t option_count;
    struct str input; /* content of the file that the verb reads */
    bool json;
    struct buf out, err;
};

enum {
    CLI_HOUSE = 1,        /* needs the store; runs in the serving process where there is one */
    CLI_INPUT = 2,        /* its last word names a file ("-" for standard input) that is read for it */
    CLI_CREATE = 4,       /* makes what is missing */
    CLI_ALONE = 8,        /* needs the store for itself: refused while a serve runs */
    CLI_HOUSE_NAMED = 32, /* needs no store, but uses the one that --config or --data names */
    CLI_TEXT = 16,        /* its --text names a file ("-" for standard input) that is read for it */
};

struct cli_verb {
    const char *noun, *verb; /* verb "" where the noun is all */
    const char *usage, *help, *example;
    unsigned flags; /* usage is what cmd/usage.h reads */
    enum err (*run)(struct cli *cli);
};

/* The value of --name, or NULL. */
const char *cli_option(const struct cli *cli, const char *name);
/* True where --name was given. */
bool cli_has(const struct cli *cli, const char *name);
/* Says what is wrong on err and returns the error. */
enum err cli_fail(struct cli *cli, enum err error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A secret from the file that the option names: what is told where it is missing. ERR_USAGE. */
enum err cli_secret(struct cli *cli, const char *option, const char *what, struct str *ret_secret);
/* A password from --password-file FILE or, in the demo's seed, none on the command line. ERR_USAGE. */
enum err cli_password(struct cli *cli, struct str *ret_password);

/* Prints at once what stands in out: for verbs that go on. */
void cli_say(struct cli *cli);
/* The configuration that --config, VIOLET_CONFIG and --data name; mistakes are said on err. */
enum err cli_settings(struct cli *cli, struct settings *ret_settings);

/* The verbs of each file, ended by a row without a noun. */
extern const struct cli_verb cli_verbs_account[];
extern const struct cli_verb cli_verbs_number[];
extern const struct cli_verb cli_verbs_carrier[];
extern const struct cli_verb cli_verbs_closure[];
extern const struct cli_verb cli_verbs_keeping[];
extern const struct cli_verb cli_verbs_message[];
extern const struct cli_verb cli_verbs_node[];
extern const struct cli_verb cli_verbs_port[];
extern const struct cli_verb cli_verbs_sim[];
extern const struct cli_verb cli_verbs_system[];

/* The verbs in the order of their files; NULL past the last one. */
const struct cli_verb *cli_verb_at(size_t index);
/* Finds the verb of argv; NULL. ret_used: how many words it took. */
const struct cli_verb *cli_find(int argc, char **argv, int *ret_used);
/* Runs a verb against an open house (or none); argv is what stands after the program's name. */
enum err cli_run(struct cli *cli, int argc, char **argv);
/* The whole command line of the process. */
int cli_main(int argc, char **argv);

#endif
