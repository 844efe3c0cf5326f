/* 备份我的数据: one archive of everything the subscriber has, made in the background, kept as sealed chunks.
 */
#ifndef APP_ARCHIVE_MAKE_H
#define APP_ARCHIVE_MAKE_H

#include "app/app.h"
#include "app/archive_source.h"

struct archive_view {
    int64_t archive_id;
    int64_t state; /* enum archive_state */
    int64_t created_at, done_at;
    int64_t step, steps; /* progress */
    int64_t size;        /* bytes, of a ready one */
};

/* Who turns a source into a ZIP; once, before the scheduler starts. */
void archive_register(archive_make_fn *make);
/* Asks for an archive; while one is being made, that one is given. ERR_STATE once the account is closed. */
enum err archive_begin(struct app *app, const struct actor *actor, int64_t *ret_archive_id);
/* The scheduler's job "archive". A run that was cut off is made anew. */
enum err archive_run(struct app *app, int64_t account_id, int64_t archive_id);
/* One archive of the account, or (0) the newest; ERR_NOT_FOUND. */
enum err archive_show(struct app *app, struct arena *arena, int64_t account_id, int64_t archive_id,
                      struct archive_view *ret_view);

#endif
