/* The services that know the subscriber's number, dangerous first, and what the subscriber does about them.
 */
#ifndef APP_SERVICE_LIST_H
#define APP_SERVICE_LIST_H

#include "app/app.h"

struct service_view {
    int64_t service_id;
    int rank;             /* the order in which to leave; ticked off and quiet ones last */
    struct str name;      /* as people know it */
    const char *category; /* of the project's list: "bank", "payment", "mail" …; "other" */
    bool dangerous;       /* bank, payment, mail, identity: who has its codes has money or more accounts */
    bool by_hand;         /* added by the subscriber */
    int64_t first_at, last_at, last_code_at, count;
    int64_t done_at;                      /* ticked off; 0: not */
    bool still_sending;                   /* a message came after it was ticked off */
    struct str security_url, closing_url; /* may be empty */
    const char
        *hardness; /* of closing there: "easy", "medium", "limited", "hard", "impossible"; "": unknown */
};

/* The linked services of the account, or of one line (line_id 0: all), in arena: dangerous first (bank,
 * payment, mail …), of equals the newest; those that were ticked off and are quiet since, last. */
enum err service_list(struct app *app, struct arena *arena, int64_t account_id, int64_t line_id,
                      struct service_view **ret_services, size_t *ret_count);
/* Adds one by hand, of a line or (0) of the account; a name of the project's list is recognised. ERR_INVALID
 * for an empty or too long name, ERR_EXISTS, ERR_POLICY past LIMIT_SERVICES, ERR_NOT_FOUND for a line that is
 * not the account's. */
enum err service_add(struct app *app, const struct actor *actor, struct str name, int64_t line_id,
                     int64_t *ret_service_id);
/* Takes one off the list for good; ERR_NOT_FOUND. */
enum err service_remove(struct app *app, const struct actor *actor, int64_t service_id);
/* Ticks off, or takes the tick away; ERR_NOT_FOUND. */
enum err service_done(struct app *app, const struct actor *actor, int64_t service_id, bool done);

#endif
