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
    const char *hardness;     /* of closing: "easy", "medium", "limited", "hard", "impossible"; "": unknown */
    bool dangerous; /* bank, payment, mail, identity: who has its codes has money or more accounts */
    bool hidden;    /* a correction that takes it off the list */
};

struct service_table;
enum { SERVICE_TABLES = 3 };

/* The tables that are asked, those that win first; the shipped one stands behind them by itself. NULL instead
 * of a list: the shipped one alone. */
struct service_list {
    const struct service_table *tables[SERVICE_TABLES - 1];
};

/* What was found, and by which rule. */
struct service_match {
    const struct service *service; /* NULL: none */
    int sureness;                  /* percent */
    const char *rule;              /* "sender_name", "bound_domain", "brackets", "title" …; "": none */
};

/* The service that a text names as its sender, if any: by the sender's own name, a domain-bound code, a name
 * in the place where senders put theirs ("Chase: …", "【支付宝】…", "is your Facebook code"), a link to its
 * own domain from a short code, or the short code itself. A name in running text is none, nor one that a
 * stranger's phone number claims without a code. has_code: the text holds a code (message_find_code). */
struct service_match service_match(const struct service_list *list, struct str sender, struct str text,
                                   bool has_code);
/* The service of a key; NULL where there is none. */
const struct service *service_by_key(const struct service_list *list, struct str key);
/* The service that a person typed: a name in any case, or a domain; NULL where the list has none. */
const struct service *service_by_name(const struct service_list *list, struct str typed);
/* The order in which to leave: 0 bank, 1 payment, 2 mail, 3 identity, 4 social, 5 the rest. */
int service_rank(const struct service *service);
/* Whether its codes open money or more accounts: so of the categories bank, payment, mail and identity. */
bool service_category_is_dangerous(struct str category);

#endif
