/* A ZIP written as a stream through libarchive, each file hashed on its way. */
#ifndef EDGE_ARCHIVE_ZIP_H
#define EDGE_ARCHIVE_ZIP_H

#include "base/err.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "edge/archive/make.h"

enum { ZIP_FILES = 16, ZIP_NAME_BYTES = 32 };

struct zip_file {
    char name[ZIP_NAME_BYTES];
    int64_t size;
    uint8_t digest[DIGEST_BYTES];
};

struct zip;

/* Opens the stream. now is the time the files get, microseconds UTC. ERR_MEMORY. */
enum err zip_new(const struct archive_sink *sink, int64_t now, struct zip **ret_zip);
/* Frees without finishing, accepts NULL: after zip_finish, or to give up. */
void zip_free(struct zip *zip);
/* Begins a file; at most ZIP_FILES. Ends the one before. */
enum err zip_file_begin(struct zip *zip, const char *name);
/* Adds content and empties it. Called often it costs little: it waits until there is enough. */
enum err zip_add(struct zip *zip, struct buf *content);
/* Ends the last file's content. */
enum err zip_file_end(struct zip *zip);
/* Ends the ZIP: the sink has had its last chunk. */
enum err zip_finish(struct zip *zip);
/* The files that have ended. */
const struct zip_file *zip_files(const struct zip *zip, size_t *ret_count);

#endif
