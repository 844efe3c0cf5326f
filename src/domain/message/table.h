/* What tools/gen_services.py makes of the lists. Offsets instead of pointers: nothing to relocate. */
#ifndef DOMAIN_MESSAGE_TABLE_H
#define DOMAIN_MESSAGE_TABLE_H

#include "domain/message/service.h"

#include <stddef.h>
#include <stdint.h>

/* A name or domain, and its service. Sorted by the name with ASCII letters in lower case. */
struct service_name_row {
    uint32_t offset; /* in service_text */
    uint16_t service : 15, generic : 1;
};

extern const struct service service_rows[]; /* by key */
extern const size_t service_row_count;
extern const char service_text[];
extern const struct service_name_row service_names[];
extern const size_t service_name_count;
extern const struct service_name_row service_domains[];
extern const size_t service_domain_count;

#endif
