/* The monthly file for the Reassigned Numbers Database on disk: which numbers were disconnected for good, and
 * when. */
#ifndef EDGE_RND_RND_H
#define EDGE_RND_RND_H

#include "app/rnd_file.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

/* Fills at most limit rows with numbers after `after` (STR_NONE: from the first), in the order of their
 * digits; *ret_count 0: no more. */
typedef enum err rnd_rows(void *context, struct arena *arena, struct str after, struct rnd_row *ret_rows,
                          size_t limit, size_t *ret_count);

/* Writes the file: header, one line a number, or the line that says that there is nothing to report. through
 * is the day up to which it covers, microseconds UTC. The file appears whole and synced or not at all, and
 * may be written again. ERR_CONFIG without a company id or with a template that names something else,
 * ERR_INVALID for a number that is not of the North American plan, ERR_IO. */
enum err rnd_write(const struct settings_rnd *settings, const char *path, int64_t through, rnd_rows *rows,
                   void *context, int64_t *ret_count);

#endif
