/* Two append-only files in a directory of their own, mirrored, synced on every copy before they answer:
 * "log" (hashes of receipts and attestations, publishable) and "tombstones" (what a restore must replay). One
 * line a record, after a check of 16 digits and a space; a torn last line is cut off on opening. */
#ifndef CRYPTO_LOGS_H
#define CRYPTO_LOGS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct logs;
enum logs_file { LOGS_LOG, LOGS_TOMBSTONES };

/* Opens (makes, mode 0600) both files in directory and, unless NULL, in mirror; copies what one lacks, or
 * holds damaged, from the other. ERR_NOT_FOUND without a directory, ERR_CORRUPT where the copies cannot be
 * brought together without losing a record, ERR_FORBIDDEN, ERR_FULL, ERR_IO. */
enum err logs_open(const char *directory, const char *mirror, struct logs **ret_logs);
/* Closes; accepts NULL. */
void logs_free(struct logs *logs);
/* Appends one record (1 to LIMIT_LOGS_RECORD_BYTES, no newline or NUL in it) unless an equal one is there,
 * synced on every copy. Other processes may append too. After an error, append it again. ERR_INVALID,
 * ERR_FULL, ERR_IO. */
enum err logs_append(struct logs *logs, enum logs_file file, struct str record);
/* Calls each(record, context) from the first to the last, as they were at the call; stops at its first error
 * and returns it. */
enum err logs_walk(struct logs *logs, enum logs_file file, enum err (*each)(struct str record, void *context),
                   void *context);
/* Number of records. */
int64_t logs_count(struct logs *logs, enum logs_file file);

#endif
