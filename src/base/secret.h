/* A secret that the operator keeps in a file of its own: never on a command line, never in the configuration.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Reads the file's text without one line end at its end, at most LIMIT_SECRET_FILE_BYTES. ERR_NOT_FOUND,
 * ERR_FORBIDDEN (not readable, or others may read it: mode & 007), ERR_CONFIG (empty, too long, no regular
 * file), ERR_IO. */
enum err secret_read(const char *path, struct arena *arena, struct str *ret_secret);

#endif
