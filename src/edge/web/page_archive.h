/* The newest archive as pages show it. */
#ifndef EDGE_WEB_PAGE_ARCHIVE_H
#define EDGE_WEB_PAGE_ARCHIVE_H

#include "edge/web/visit.h"

/* NULL where none was ever made; next: where the button comes back to. */
enum err page_archive_show(const struct visit *visit, const char *next,
                           const struct template_archive **ret_archive);

#endif
