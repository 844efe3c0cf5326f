/* Style sheet, script and pictures, embedded by tools/embed_assets.py. A path holds the hash of its content,
 * so it may be kept for ever. */
#ifndef EDGE_WEB_ASSETS_H
#define EDGE_WEB_ASSETS_H

#include "base/str.h"

struct asset {
    struct str path; /* "/assets/style.0123456789abcdef.css" */
    const char *content_type;
    struct str etag; /* with its quotes (RFC 9110, section 8.8.3) */
    struct str data;
};

extern const struct asset assets[];
extern const size_t asset_count;

/* The asset at a path; NULL where there is none. */
const struct asset *asset_find(struct str path);

#endif
