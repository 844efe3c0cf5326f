/* The archive: everything a subscriber has, as one ZIP, made as a stream so that its size is bounded by no
 * memory and each piece can be sealed before the next one is made.
 *
 *   messages.xml  SMS Backup & Restore, which Android tools read    wallet.csv, services.csv, calls.csv
 *   messages.csv  for spreadsheets                                  account.json
 *   messages.json exact, for programs                               README.txt, manifest.json (SHA-256 of
 * each) */
#ifndef EDGE_ARCHIVE_MAKE_H
#define EDGE_ARCHIVE_MAKE_H

#include "app/archive_source.h"

/* Makes the archive from first to last byte. Errors of source and sink as they are; ERR_CHANGED where
 * messages came out differently the second time (make it anew), ERR_TOO_LARGE past 2 GiB in one file,
 * ERR_INTERNAL or ERR_MEMORY where libarchive fails. What the sink got before an error is no archive. */
enum err archive_make(const struct archive_source *source, const struct archive_sink *sink);

#endif
