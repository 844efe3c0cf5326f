#include "edge/web/page_closure.h"

#include "app/settings.h"
#include "base/encode.h"

static enum err find_by_key(struct visit *visit, struct closure_visit *closure, struct str reference)
{
    bool not_me = str_ends(http_path(visit->request), STR("/not-me"));
    TRY((not_me ? closure_find_by_alert : closure_find_by_link)(visit->app, visit->arena, reference,
                                                                closure->key, &closure->id));
    closure->actor = (struct actor){.kind = ACTOR_LINK, .account_id = closure->id.account_id};
    return ERR_NONE;
}

static enum err find_by_session(struct visit *visit, struct closure_visit *closure, struct str reference,
                                bool posts)
{
    if (!visit->signed_in)
        return ERR_UNAUTHENTICATED;
    if (posts && !visit_token_is_right(visit))
        return ERR_CROSS_SITE;
    TRY(closure_find(visit->app, visit->arena, reference, &closure->id));
    closure->actor = visit->actor;
    return closure->id.account_id == visit->account.account_id ? ERR_NONE : ERR_NOT_FOUND;
}

enum err closure_visit_open(struct visit *visit, struct closure_visit *ret_closure)
{
    struct str reference = http_param(visit->request, "reference");
    bool posts = str_is(http_method(visit->request), "POST");
    struct closure_visit closure = {
        .key = posts ? http_form(visit->request, "key") : http_query(visit->request, "key"),
    };
    if (closure.key.length != 0)
        TRY(find_by_key(visit, &closure, reference));
    else
        TRY(find_by_session(visit, &closure, reference, posts));
    TRY(closure_view(visit->app, visit->arena, closure.id, &closure.view));
    closure.reference = closure.view->row.reference;
    *ret_closure = closure;
    return ERR_NONE;
}

enum err closure_visit_refuse(struct visit *visit, enum err error)
{
    if (error != ERR_UNAUTHENTICATED || !str_is(http_method(visit->request), "GET"))
        return error;
    struct str here = encode_percent(visit->arena, http_path(visit->request));
    return visit_go(visit, arena_printf(visit->arena, "/login?next=%.*s", STR_ARG(here)), NULL);
}

struct str closure_visit_path(const struct visit *visit, const struct closure_visit *closure,
                              const char *rest)
{
    if (closure->key.length == 0)
        return arena_printf(visit->arena, "/closure/%.*s%s", STR_ARG(closure->reference), rest);
    return arena_printf(visit->arena, "/closure/%.*s%s?key=%.*s", STR_ARG(closure->reference), rest,
                        STR_ARG(encode_percent(visit->arena, closure->key)));
}

struct str closure_support_link(const struct visit *visit, struct str reference)
{
    return arena_printf(visit->arena, "mailto:%s?subject=%.*s", visit->app->settings->operator.support_mail,
                        STR_ARG(encode_percent(visit->arena, reference)));
}
