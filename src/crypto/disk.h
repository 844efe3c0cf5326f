/* Small files that must be on the disk before anything rests on them. */
#ifndef CRYPTO_DISK_H
#define CRYPTO_DISK_H

#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <sys/types.h>

/* Opens a regular file for reading and writing. ERR_NOT_FOUND, ERR_FORBIDDEN (not ours to read, or its mode
 * lets group or others in), ERR_IO. */
enum err disk_open_private(const char *path, int *ret_fd);
/* Makes the file at path, mode 0600, with these bytes, all or nothing, synced with its directory. ERR_EXISTS
 * where one is there, ERR_NOT_FOUND without its directory, ERR_FORBIDDEN, ERR_FULL, ERR_IO. */
enum err disk_create_private(const char *path, struct str content);
/* The same, but takes the place of a file that is there. */
enum err disk_replace_private(const char *path, struct str content);
/* Reads exactly length bytes at offset; ERR_CORRUPT where the file is shorter, ERR_IO. */
enum err disk_read_at(int fd, void *ret_bytes, size_t length, off_t offset);
/* Writes length bytes at offset and syncs them; ERR_FULL, ERR_IO. */
enum err disk_write_at(int fd, const void *bytes, size_t length, off_t offset);
/* flock(2) by its operation; the lock goes with fd. ERR_LOCKED where LOCK_NB and held elsewhere, ERR_IO. */
enum err disk_lock(int fd, int operation);

/* No core file and no debugger of the same user sees this process: it holds keys from here on. */
void disk_no_dumps(void);

#endif
