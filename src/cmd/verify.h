/* `violet verify RECEIPT`: for whoever holds a receipt; needs no store and no network. */
#ifndef CMD_VERIFY_H
#define CMD_VERIFY_H

#include "cmd/cli.h"

/* Checks the receipt in cli->input (a CLI_INPUT verb without CLI_HOUSE; words[0] is its path) against the
 * signature beside it (its path + ".minisig", or --signature FILE) and the operator's public key (--key FILE,
 * else violet.pub of this machine's own signing directory). Options: --key, --signature, --json.
 * ERR_CORRUPT (exit code 1) where it is not what the operator signed, ERR_USAGE, ERR_NOT_FOUND where a file
 * is not there, ERR_IO. */
enum err cmd_verify(struct cli *cli);

#endif
