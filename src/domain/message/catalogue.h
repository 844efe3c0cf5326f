/* Look-ups in the lists of services. The list that wins is asked first. */
#ifndef DOMAIN_MESSAGE_CATALOGUE_H
#define DOMAIN_MESSAGE_CATALOGUE_H

#include "domain/message/table.h"

/* A name that was found. */
struct catalogue_name {
    const struct service *service; /* NULL: none */
    const char *name;              /* as the list writes it */
    enum service_name_use use;
    size_t length;
};

/* The service of a name, ASCII letters compared without case. */
struct catalogue_name catalogue_name(const struct service_list *list, struct str name);
/* The service of a sender's id as it comes (a short code, "HDFCBK"); NULL where the list has none. */
const struct service *catalogue_sender(const struct service_list *list, struct str sender);
/* The service of a host or one of its parent domains; NULL where the list has none. */
const struct service *catalogue_host(const struct service_list *list, struct str host);
/* The longest name that stands at index and ends with a word. Names in small letters that the list writes
 * otherwise count as none, unless any_case. */
struct catalogue_name catalogue_longest(const struct service_list *list, struct str text, size_t index,
                                        bool any_case);

#endif
