/* Look-ups in the compiled lists. */
#ifndef DOMAIN_MESSAGE_CATALOGUE_H
#define DOMAIN_MESSAGE_CATALOGUE_H

#include "domain/message/table.h"

/* The row of a name, ASCII letters compared without case; NULL where the list has none. */
const struct service_name_row *catalogue_name(struct str name);
/* The service of a host or one of its parent domains; NULL where the list has none. */
const struct service *catalogue_host(struct str host);
/* The longest name of the list that stands at index and ends with a word; its row and length. Generic words
 * ("Shop", "Security") and names in small letters count as none. NULL where there is none. */
const struct service_name_row *catalogue_longest(struct str text, size_t index, size_t *ret_length);
const struct service *catalogue_service(const struct service_name_row *row);

#endif
