/* A list of services as it is searched: what tools/gen_services.py compiles from the shipped one, and what
 * app builds of newer ones and of the desk's corrections. Offsets instead of pointers: nothing to relocate.
 */
#ifndef DOMAIN_MESSAGE_TABLE_H
#define DOMAIN_MESSAGE_TABLE_H

#include "domain/message/service.h"

#include <stddef.h>
#include <stdint.h>

/* Where a name counts. */
enum service_name_use {
    SERVICE_NAME_PLAIN, /* wherever senders put theirs */
    SERVICE_NAME_TITLE, /* a common word ("Square"): only with a code, as the title or in "your Square code"
                         */
    SERVICE_NAME_NEVER  /* says nothing ("Security") */
};

/* A name, domain or sender, and its service. Sorted by the name with ASCII letters in lower case. */
struct service_name_row {
    uint32_t offset; /* in the table's text */
    uint16_t service : 14, use : 2;
};

enum { SERVICE_TABLE_ROWS = 1 << 14 };

struct service_table {
    const struct service *rows; /* by key */
    const struct service_name_row *names, *domains, *senders;
    const char *text; /* NUL behind each name */
    size_t row_count, name_count, domain_count, sender_count;
};

extern const struct service_table service_shipped;

#endif
