/* The desk (运营后台): what its pages share. */
#ifndef EDGE_WEB_DESK_H
#define EDGE_WEB_DESK_H

#include "app/closure_view.h"
#include "edge/web/visit.h"

enum { DESK_ROWS = 50 };

/* Bits of who may come to a page. */
enum {
    DESK_REVIEW = 1 << ROLE_REVIEWER | 1 << ROLE_ADMIN,
    DESK_MONEY = 1 << ROLE_FINANCE | 1 << ROLE_ADMIN,
    DESK_ADMIN = 1 << ROLE_ADMIN,
};

/* ERR_FORBIDDEN unless the member of staff has one of the roles. */
enum err desk_allow(const struct visit *visit, unsigned roles);
struct template_desk desk_frame(const struct visit *visit);
/* What waits, soonest due first, in the visit's arena. */
enum err desk_waiting(const struct visit *visit, const char *kind, struct store_desk_item **ret_items,
                      size_t *ret_count);
/* What a person at the desk can mend: the page is shown again with it. */
bool desk_is_mistake(enum err error);

#endif
