/* What a verb takes, read from its usage line: the one table behind the parser, --help, the man page and the
 * completions. In a usage line "[…]" may be left out, "--name]" is a flag, "--name VALUE" an option, "a|b" a
 * choice, any other word stands for one of the command line. */
#ifndef CMD_USAGE_H
#define CMD_USAGE_H

#include "cmd/cli.h"

enum { USAGE_OPTIONS = 24 };

struct usage_option {
    struct str name;  /* without "--" */
    struct str value; /* "FILE", "en|zh-CN"; empty: a flag */
    const char *help; /* of the options that every verb has; else NULL */
};

struct usage {
    struct usage_option options[USAGE_OPTIONS]; /* the verb's own, then those of every verb */
    size_t option_count;
    struct str words[CLI_WORDS]; /* "NUMBER", "bash|zsh" */
    size_t word_count;
};

void usage_read(const struct cli_verb *verb, struct usage *ret_usage);
/* The option of this name, or NULL. */
const struct usage_option *usage_find(const struct usage *usage, struct str name);
/* The option whose name is the fewest edits away. */
const struct usage_option *usage_nearest(const struct usage *usage, struct str name);
/* True where the value is a path: completions offer files. */
bool usage_is_path(struct str value);

#endif
