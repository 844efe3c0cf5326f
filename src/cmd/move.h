/* `violet move`: a house changes its engine. */
#ifndef CMD_MOVE_H
#define CMD_MOVE_H

#include "cmd/cli.h"

/* The verb; see its row in the table of verbs. */
enum err cmd_move(struct cli *cli);

#endif
