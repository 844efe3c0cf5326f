/* The files of the archive that are no messages. */
#ifndef EDGE_ARCHIVE_FILES_H
#define EDGE_ARCHIVE_FILES_H

#include "edge/archive/make.h"
#include "edge/archive/zip.h"

/* The call list: its column names; calls themselves are not kept by this version's store. */
enum err files_write_calls(struct zip *zip);
enum err files_write_wallet(const struct archive_source *source, struct zip *zip);
enum err files_write_services(const struct archive_source *source, struct zip *zip);
enum err files_write_account(const struct archive_source *source, struct zip *zip);
/* In both languages, the account's own first. message_count as messages_write said. */
enum err files_write_readme(const struct archive_source *source, int64_t message_count, struct zip *zip);
/* Names, sizes and SHA-256 of the files before it. */
enum err files_write_manifest(const struct archive_source *source, struct zip *zip);

#endif
