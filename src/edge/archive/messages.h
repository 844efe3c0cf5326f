/* The three files of messages. */
#ifndef EDGE_ARCHIVE_MESSAGES_H
#define EDGE_ARCHIVE_MESSAGES_H

#include "edge/archive/make.h"
#include "edge/archive/zip.h"

/* What a walk over the messages came to; two walks over the same messages agree. */
struct messages_walk {
    int64_t count;
    uint64_t sum; /* of ids and lengths */
};

/* Writes messages.json, messages.csv and messages.xml; ERR_CHANGED where the walks differ. *ret_count: how
 * many messages there are. */
enum err messages_write(const struct archive_source *source, struct zip *zip, int64_t *ret_count);

#endif
