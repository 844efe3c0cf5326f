/* The text of the monthly file for the Reassigned Numbers Database (47 CFR 64.1200(l), 52.15(f)(8)). The
 * registry's guide decides its form, so the operator's template does. */
#ifndef APP_RND_FILE_H
#define APP_RND_FILE_H

#include "app/settings.h"
#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

struct rnd_row {
    struct str e164; /* "+1" and ten digits: the database knows no others */
    int64_t disconnected_at;
};

/* Adds the header, where the template has one. */
void rnd_file_head(const struct settings_rnd *settings, struct buf *out);
/* Adds the line of a number. ERR_CONFIG where the template names something else, ERR_INVALID for a number
 * that is not of the North American plan. */
enum err rnd_file_row(const struct settings_rnd *settings, const struct rnd_row *row, struct buf *out);
/* Adds the line that says that there is nothing to report up to that day, microseconds UTC. */
enum err rnd_file_nothing(const struct settings_rnd *settings, int64_t through, struct buf *out);
/* The whole file. ERR_CONFIG without a company id too. */
enum err rnd_file_make(const struct settings_rnd *settings, const struct rnd_row *rows, size_t count,
                       int64_t through, struct buf *out);

#endif
