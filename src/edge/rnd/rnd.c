#include "edge/rnd/rnd.h"

#include "base/limits.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum err flush(struct buf *out, FILE *file)
{
    bool good = !out->failed && fwrite(out->data, 1, out->length, file) == out->length;
    out->length = 0;
    return good ? ERR_NONE : ERR_IO;
}

static enum err write_rows(const struct settings_rnd *settings, rnd_rows *rows, void *context,
                           struct arena *arena, struct buf *out, FILE *file, int64_t *ret_count)
{
    char after_text[16] = "";
    struct str after = STR_NONE;
    *ret_count = 0;
    for (size_t count = 1; count != 0; arena_reset(arena)) {
        struct rnd_row page[LIMIT_PAGE_ROWS] = {0};
        TRY(rows(context, arena, after, page, LIMIT_PAGE_ROWS, &count));
        for (size_t i = 0; i < count; i++)
            TRY(rnd_file_row(settings, &page[i], out));
        if (count != 0)
            snprintf(after_text, sizeof after_text, "%.*s", STR_ARG(page[count - 1].e164));
        after = str_from(after_text);
        *ret_count += (int64_t)count;
        TRY(flush(out, file));
    }
    return ERR_NONE;
}

static enum err write_content(const struct settings_rnd *settings, int64_t through, rnd_rows *rows,
                              void *context, FILE *file, int64_t *ret_count)
{
    struct arena *arena = arena_new(0);
    struct buf out = buf_new(0);
    rnd_file_head(settings, &out);
    enum err error =
        arena == NULL ? ERR_MEMORY : write_rows(settings, rows, context, arena, &out, file, ret_count);
    if (error == ERR_NONE && *ret_count == 0)
        error = rnd_file_nothing(settings, through, &out);
    if (error == ERR_NONE)
        error = flush(&out, file);
    buf_free(&out);
    arena_free(arena);
    return error;
}

static enum err sync_folder(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    int length = slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path);
    snprintf(folder, sizeof folder, "%.*s", length, slash == NULL ? "." : path);
    int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return ERR_IO;
    bool good = fsync(directory) == 0;
    close(directory);
    return good ? ERR_NONE : ERR_IO;
}

enum err rnd_write(const struct settings_rnd *settings, const char *path, int64_t through, rnd_rows *rows,
                   void *context, int64_t *ret_count)
{
    char part[4096];
    int64_t count = 0;
    if (settings->company_id[0] == '\0')
        return ERR_CONFIG;
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return ERR_INVALID;
    FILE *file = fopen(part, "we");
    if (file == NULL)
        return ERR_IO;
    enum err error = write_content(settings, through, rows, context, file, &count);
    bool kept = fflush(file) == 0 && fsync(fileno(file)) == 0;
    kept = fclose(file) == 0 && kept;
    if (error == ERR_NONE && (!kept || rename(part, path) != 0))
        error = ERR_IO;
    if (error == ERR_NONE)
        error = sync_folder(path);
    if (error != ERR_NONE) {
        unlink(part);
        return error;
    }
    *ret_count = count;
    return ERR_NONE;
}
