/* Completions for bash and zsh, made of the table of verbs. */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include "cmd/cli.h"

/* The verb "completion". */
enum err cmd_completion(struct cli *cli);

#endif
