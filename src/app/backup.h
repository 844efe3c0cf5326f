/* A copy of the store that can be restored, verified before it counts. */
#ifndef APP_BACKUP_H
#define APP_BACKUP_H

#include "app/app.h"
#include "app/backup_files.h"

/* Makes a backup in directory (absolute; made where it is missing, else empty). It is read back, opened and
 * compared before it is recorded as verified, which a turn of the keyring waits for. ERR_POLICY where the
 * directory's tree holds a keyring or lies in the keyring's own directory, ERR_EXISTS where something else is
 * in it, ERR_CORRUPT where the copy is not what it should be, ERR_FULL, ERR_IO. What is left of a failed one
 * has no manifest and is no backup. */
enum err backup_make(struct app *app, struct arena *arena, const char *directory,
                     struct backup_manifest *ret_manifest);

/* Gives the store a name that stays, where it has none: every copy of it carries it from the beginning. */
enum err backup_name_store(struct app *app);

#endif
