/* What the compiled templates write values with; each makes its value safe for one kind of place. */
#ifndef EDGE_WEB_RENDER_H
#define EDGE_WEB_RENDER_H

#include "i18n/i18n.h"

/* Text of an element or of an attribute in double quotes: the five characters of HTML become entities,
 * control characters that HTML does not allow and broken UTF-8 become U+FFFD. */
void render_text(struct buf *out, struct str text);
void render_int(struct buf *out, int64_t number);
/* A path of ours for href, src or action: must begin with one '/' and hold no backslash, space or control
 * character; anything else is written as "#". */
void render_path(struct buf *out, struct str path);
/* An address for href: http, https, mailto or a path of ours; anything else is written as "#". */
void render_url(struct buf *out, struct str url);
/* Percent-encodes all but RFC 3986's unreserved characters, for a value inside an address. */
void render_percent(struct buf *out, struct str text);
/* A <time> element with the instant in its datetime attribute. */
void render_date(struct buf *out, enum language language, int64_t micros);
void render_time(struct buf *out, enum language language, int64_t micros);
void render_hour(struct buf *out, enum language language, int64_t micros);

#endif
