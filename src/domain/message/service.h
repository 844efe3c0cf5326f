/* The services of the project's list (data/services.json), and which of them a text comes from. */
#ifndef DOMAIN_MESSAGE_SERVICE_H
#define DOMAIN_MESSAGE_SERVICE_H

#include "base/str.h"

#include <stdbool.h>

struct service {
    const char *key;      /* stable, for example "bank-of-america" */
    const char *name;     /* as people know it */
    const char *category; /* "bank", "payment", "mail", "identity", "social", "government", "health", "shop",
                           * "travel", "leisure", "work" or "other" */
    const char *security_url; /* its page on security or the second factor; "" for none */
    const char *closing_url;  /* its page that closes an account; "" for none */
    bool dangerous; /* bank, payment, mail, identity: who has its codes has money or more accounts */
};

/* The service that a text names as its sender, or NULL: by the sender's own name, a domain-bound code, a name
 * in the place where senders put theirs ("Chase: …", "【支付宝】…", "is your Facebook code"), or a link to
 * its own domain from a short code. A name in running text is none, nor one that a stranger's phone number
 * claims without a code. */
const struct service *service_match(struct str sender, struct str text);
/* The service of a key; NULL where there is none. */
const struct service *service_by_key(struct str key);
/* The service that a person typed: a name in any case, or a domain; NULL where the list has none. */
const struct service *service_by_name(struct str typed);
/* The order in which to leave: 0 bank, 1 payment, 2 mail, 3 identity, 4 social, 5 the rest. */
int service_rank(const struct service *service);

#endif
