#include "app/archive_read.h"

#include "app/keys.h"
#include "domain/types.h"
#include "store/archive.h"

#include <stdlib.h>

struct archive_reader {
    struct app *app;
    int64_t account_id, archive_id, next, chunks;
};

struct read_job {
    struct app *app;
    int64_t account_id, archive_id, seq;
    struct store_archive archive;
    struct str chunk;
};

static enum err find_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct read_job *job = context;
    (void)arena;
    return store_archive_get(tx, job->account_id, job->archive_id, &job->archive);
}

enum err archive_read(struct app *app, struct arena *arena, int64_t account_id, int64_t archive_id,
                      struct archive_reader **ret_reader, int64_t *ret_size)
{
    struct read_job job = {.app = app, .account_id = account_id, .archive_id = archive_id};
    TRY(sql_read(app->store, find_run, arena, &job));
    if (job.archive.state != ARCHIVE_READY)
        return ERR_STATE;
    struct archive_reader *reader = malloc(sizeof *reader);
    if (reader == NULL)
        return ERR_MEMORY;
    *reader = (struct archive_reader){app, account_id, archive_id, 0, job.archive.chunks};
    *ret_reader = reader;
    *ret_size = job.archive.size;
    return ERR_NONE;
}

static enum err chunk_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct read_job *job = context;
    struct seal_key *key = ARENA_NEW(arena, struct seal_key);
    TRY(keys_open(job->app, tx, "account", job->account_id, key));
    return store_archive_chunk_get(tx, arena, key, job->account_id, job->archive_id, job->seq, &job->chunk);
}

enum err archive_reader_next(void *context, struct arena *arena, struct str *ret_chunk, bool *ret_end)
{
    struct archive_reader *reader = context;
    struct read_job job = {.app = reader->app,
                           .account_id = reader->account_id,
                           .archive_id = reader->archive_id,
                           .seq = reader->next};
    *ret_end = reader->next >= reader->chunks;
    *ret_chunk = STR_NONE;
    if (*ret_end)
        return ERR_NONE;
    TRY(sql_read(reader->app->store, chunk_run, arena, &job));
    reader->next++;
    *ret_chunk = job.chunk;
    return ERR_NONE;
}

void archive_reader_free(void *reader)
{
    free(reader);
}
