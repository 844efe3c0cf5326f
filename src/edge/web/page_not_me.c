#include "edge/web/page_closure.h"

#include "app/settings.h"
#include "edge/web/pages.h"

#include <string.h>

void not_me_show(struct visit *visit, const char *place, struct str reference, struct str key, bool done,
                 bool too_late)
{
    struct template_not_me page = {
        .frame = visit_frame(visit),
        .reference = reference,
        .key = key,
        .declaration = strcmp(place, "cancel") == 0,
        .post = arena_printf(visit->arena, "/%s/%.*s/not-me", place,
                             STR_ARG(http_param(visit->request, "reference"))),
        .done = done,
        .too_late = too_late,
        .support_link = closure_support_link(visit, reference),
        .support_mail = str_from(visit->app->settings->operator.support_mail),
    };
    page.frame.here = arena_printf(visit->arena, "%.*s?key=%.*s", STR_ARG(page.post), STR_ARG(key));
    VISIT_SHOW(visit, not_me, &page);
}

static enum err get_not_me(struct visit *visit)
{
    struct closure_visit closure;
    enum err error = closure_visit_open(visit, &closure);
    if (error != ERR_NONE)
        return closure_visit_refuse(visit, error);
    not_me_show(visit, "closure", closure.reference, closure.key, closure.view->row.objected_at != 0,
                !closure.view->can_undo);
    return ERR_NONE;
}

static enum err post_not_me(struct visit *visit)
{
    struct closure_visit closure;
    TRY(closure_visit_open(visit, &closure));
    enum err error = closure_not_me(visit->app, &closure.actor, closure.id);
    if (error != ERR_NONE && error != ERR_STATE)
        return error;
    not_me_show(visit, "closure", closure.reference, closure.key, error == ERR_NONE, error == ERR_STATE);
    return ERR_NONE;
}

const struct web_row page_not_me_rows[] = {
    {"GET", "/closure/{reference}/not-me", HTTP_INLINE, WEB_ANYBODY, get_not_me, 0, 0},
    {"POST", "/closure/{reference}/not-me", HTTP_WORK, WEB_ANYBODY, post_not_me, WEB_ROW_NO_TOKEN, 0},
    {0},
};
