/* One closure as its holder sees it: by the secret link, or logged in. */
#ifndef EDGE_WEB_PAGE_CLOSURE_H
#define EDGE_WEB_PAGE_CLOSURE_H

#include "app/closure_view.h"
#include "edge/web/visit.h"

struct closure_visit {
    struct closure_id id;
    struct actor actor;
    struct str reference, key; /* key is empty for the logged-in holder */
    struct closure_view *view;
};

/* What was typed before, and where the mistake stands. */
struct closure_input {
    struct str reply, bank;
    enum text_id answer_mistake, bank_mistake;
};

/* Finds the closure of the route's {reference} by the link's secret or by the session. A form needs the
 * secret, or the session's token. ERR_NOT_FOUND, also for a wrong secret; ERR_UNAUTHENTICATED with neither.
 */
enum err closure_visit_open(struct visit *visit, struct closure_visit *ret_closure);
/* Who must log in or follow the link first is sent to do so; any other error is passed on. */
enum err closure_visit_refuse(struct visit *visit, enum err error);
/* "/closure/REF" + rest, with the key where there is one. */
struct str closure_visit_path(const struct visit *visit, const struct closure_visit *closure,
                              const char *rest);
/* The status page as an answer. */
enum err closure_status_show(struct visit *visit, const struct closure_visit *closure,
                             const struct closure_input *input);
/* A mailto: to support that names the closure. */
struct str closure_support_link(const struct visit *visit, struct str reference);

/* "This was not me" of a closure (place "closure") or of a declaration ("cancel"): the link of a mail leads
 * to a page whose button posts, because mail scanners follow links. */
void not_me_show(struct visit *visit, const char *place, struct str reference, struct str key, bool done,
                 bool too_late);

#endif
