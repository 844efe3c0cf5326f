#include "edge/archive/zip.h"

#include "base/clock.h"
#include "base/limits.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>

/* Without ZIP64 every reader can open it, but no file may pass this. */
#define FILE_BYTES_LIMIT (INT64_C(2) * 1024 * 1024 * 1024)

struct zip {
    struct archive *archive;
    struct archive_entry *entry;
    const struct archive_sink *sink;
    enum err sink_error; /* of the sink, which libarchive can't carry */
    int64_t now;
    struct digest digest;
    struct zip_file files[ZIP_FILES];
    size_t count;
    bool file_open, given_up;
};

/* libarchive 3.6 leaks the compressor where writing fails, so it is never told: what comes after the sink's
 * error, or after giving up, is thrown away. */
static la_ssize_t give_chunk(struct archive *archive, void *context, const void *bytes, size_t length)
{
    struct zip *zip = context;
    (void)archive;
    if (zip->sink_error == ERR_NONE && !zip->given_up)
        zip->sink_error = zip->sink->chunk(zip->sink->context, str_bytes(bytes, length));
    return (la_ssize_t)length;
}

static enum err result(const struct zip *zip, int code)
{
    if (zip->sink_error != ERR_NONE)
        return zip->sink_error;
    return code >= ARCHIVE_WARN ? ERR_NONE : ERR_INTERNAL;
}

/* Blocks of one size are what the sink seals: libarchive gathers them. */
static int set_up(struct zip *zip)
{
    struct archive *archive = zip->archive;
    int worst = archive_write_set_format_zip(archive);
    int codes[] = {
        archive_write_set_format_option(archive, "zip", "compression", "deflate"),
        archive_write_set_format_option(archive, "zip", "zip64", NULL),
        archive_write_add_filter_none(archive),
        archive_write_set_bytes_per_block(archive, LIMIT_ARCHIVE_CHUNK_BYTES),
        archive_write_set_bytes_in_last_block(archive, 1),
        archive_write_open(archive, zip, NULL, give_chunk, NULL),
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i] < worst)
            worst = codes[i];
    return worst;
}

enum err zip_new(const struct archive_sink *sink, int64_t now, struct zip **ret_zip)
{
    struct zip *zip = calloc(1, sizeof *zip);
    if (zip == NULL)
        return ERR_MEMORY;
    zip->sink = sink;
    zip->now = now;
    zip->archive = archive_write_new();
    zip->entry = archive_entry_new();
    if (zip->archive == NULL || zip->entry == NULL || set_up(zip) != ARCHIVE_OK) {
        zip_free(zip);
        return ERR_MEMORY;
    }
    *ret_zip = zip;
    return ERR_NONE;
}

void zip_free(struct zip *zip)
{
    if (zip == NULL)
        return;
    zip->given_up = true;
    archive_write_free(zip->archive);
    archive_entry_free(zip->entry);
    free(zip);
}

enum err zip_file_begin(struct zip *zip, const char *name)
{
    TRY(zip_file_end(zip));
    if (zip->count == ZIP_FILES)
        return ERR_FULL;
    struct zip_file *file = &zip->files[zip->count];
    snprintf(file->name, sizeof file->name, "%s", name);
    archive_entry_clear(zip->entry);
    archive_entry_set_pathname(zip->entry, file->name);
    archive_entry_set_filetype(zip->entry, AE_IFREG);
    archive_entry_set_perm(zip->entry, 0644);
    archive_entry_set_mtime(zip->entry, zip->now / MICROS_SECOND, 0);
    digest_start(&zip->digest);
    TRY(result(zip, archive_write_header(zip->archive, zip->entry)));
    zip->file_open = true;
    return ERR_NONE;
}

enum err zip_add(struct zip *zip, struct buf *content)
{
    struct str bytes = buf_str(content);
    struct zip_file *file = &zip->files[zip->count];
    if (content->failed)
        return ERR_MEMORY;
    if ((int64_t)bytes.length > FILE_BYTES_LIMIT - file->size)
        return ERR_TOO_LARGE;
    digest_add(&zip->digest, bytes);
    file->size += (int64_t)bytes.length;
    la_ssize_t written = bytes.length != 0 ? archive_write_data(zip->archive, bytes.data, bytes.length) : 0;
    content->length = 0;
    return result(zip, written < 0 ? (int)written : ARCHIVE_OK);
}

enum err zip_file_end(struct zip *zip)
{
    if (!zip->file_open)
        return ERR_NONE;
    zip->file_open = false;
    digest_finish(&zip->digest, zip->files[zip->count].digest);
    zip->count++;
    TRY(result(zip, archive_write_finish_entry(zip->archive)));
    if (zip->sink->step != NULL)
        zip->sink->step(zip->sink->context, (int)zip->count);
    return ERR_NONE;
}

enum err zip_finish(struct zip *zip)
{
    TRY(zip_file_end(zip));
    return result(zip, archive_write_close(zip->archive));
}

const struct zip_file *zip_files(const struct zip *zip, size_t *ret_count)
{
    *ret_count = zip->count;
    return zip->files;
}
