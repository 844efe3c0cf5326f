/* A ready archive as a stream: each chunk is opened while it leaves. */
#ifndef APP_ARCHIVE_READ_H
#define APP_ARCHIVE_READ_H

#include "app/app.h"

struct archive_reader;

/* Opens an archive of the account for reading; ret_size is its length in bytes. Free with
 * archive_reader_free. ERR_NOT_FOUND, ERR_STATE where it is not ready. */
enum err archive_read(struct app *app, struct arena *arena, int64_t account_id, int64_t archive_id,
                      struct archive_reader **ret_reader, int64_t *ret_size);
/* The next chunk, in arena; *ret_end after the last. The key is fetched each time: once the account is
 * forgotten, ERR_KEY_GONE. Its form is that of http's streams. */
enum err archive_reader_next(void *reader, struct arena *arena, struct str *ret_chunk, bool *ret_end);
/* Accepts NULL. */
void archive_reader_free(void *reader);

#endif
