/* The manual pages violet(1) and violet.conf(5), made of the tables of verbs and of configuration. */
#ifndef CMD_MANUAL_H
#define CMD_MANUAL_H

#include "cmd/cli.h"

/* The verb "man". */
enum err cmd_man(struct cli *cli);

#endif
