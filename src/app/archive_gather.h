/* What an archive holds, read from the store page by page. */
#ifndef APP_ARCHIVE_GATHER_H
#define APP_ARCHIVE_GATHER_H

#include "app/app.h"
#include "app/archive_source.h"

/* A source for the account as it is now; messages that come later are not in it. It lives in arena (a wiped
 * one), and app must outlive it. ERR_KEY_GONE, ERR_NOT_FOUND. */
enum err archive_gather(struct app *app, struct arena *arena, int64_t account_id,
                        struct archive_source **ret_source);

#endif
