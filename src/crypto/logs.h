/* Two append-only files in a directory of their own, mirrored, synced on every copy before they answer:
 * "log" (hashes of receipts and attestations, publishable) and "tombstones" (what a restore must replay). One
 * line a record; a torn last line is cut off on opening. */
#ifndef CRYPTO_LOGS_H
#define CRYPTO_LOGS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct logs;
enum logs_file { LOGS_LOG, LOGS_TOMBSTONES };

/* Opens (makes) both files in directory and, unless NULL, in mirror; copies what one lacks from the other. */
enum err logs_open(const char *directory, const char *mirror, struct logs **ret_logs);
/* Closes; accepts NULL. */
void logs_free(struct logs *logs);
/* Appends one record (no newline in it) unless an equal one is there, synced on every copy. ERR_FULL, ERR_IO.
 */
enum err logs_append(struct logs *logs, enum logs_file file, struct str record);
/* Calls each(record, context) from the first to the last; stops at its first error and returns it. */
enum err logs_walk(struct logs *logs, enum logs_file file, enum err (*each)(struct str record, void *context),
                   void *context);
/* Number of records. */
int64_t logs_count(struct logs *logs, enum logs_file file);

#endif
