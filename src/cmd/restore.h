/* `violet restore BACKUP`: an older copy of the store made the present one. */
#ifndef CMD_RESTORE_H
#define CMD_RESTORE_H

#include "cmd/cli.h"

/* Takes data from the backup words[0], keys from --keys DIRECTORY (the newest backup; default: the same), the
 * keyring, logs and signing key that stand where the configuration says, and makes the store there; it must
 * not be there yet. Until all is done the store has another name, so that a restore that was cut off is never
 * served. */
enum err cmd_restore(struct cli *cli);

#endif
