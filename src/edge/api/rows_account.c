#include "edge/api/rows.h"

#include "app/account_show.h"
#include "app/closure_view.h"

static const char *const account_states[] = {
    [ACCOUNT_ACTIVE] = "active",
    [ACCOUNT_SUSPENDED] = "suspended",
    [ACCOUNT_CLOSING] = "closing",
    [ACCOUNT_CLOSED] = "closed",
};

static enum err add_closing(struct call *call)
{
    struct closure_view *view = ARENA_NEW(call->arena, struct closure_view);
    enum err error = closure_under_way(call->app, call->arena, call->actor.account_id, view);
    if (error == ERR_NOT_FOUND) {
        json_null(&call->json, "closing");
        return ERR_NONE;
    }
    TRY(error);
    json_object(&call->json, "closing");
    json_str(&call->json, "reference", view->row.reference);
    json_text(&call->json, "state", view->state_name);
    json_bool(&call->json, "can_undo", view->can_undo);
    json_time(&call->json, "undo_until", view->can_undo ? view->row.undo_end_at : 0);
    json_object_end(&call->json);
    return ERR_NONE;
}

static enum err get_account(struct call *call)
{
    struct account_view view;
    struct account_security security = {0};
    TRY(account_show(call->app, call->arena, call->actor.account_id, &view));
    TRY(account_show_security(call->app, call->arena, call->actor.account_id, &security));
    struct json *json = call_answer(call, 200);
    call_json_id(call, "id", view.account_id);
    json_str(json, "name", view.name);
    json_text(json, "state", account_states[view.state]);
    json_str(json, "language", i18n_tag((enum language)view.language));
    json_time(json, "security_changed_at", view.security_at);
    json_bool(json, "locked", view.locked_at != 0);
    json_int(json, "sessions", security.sessions);
    call_json_str(call, "mail", security.mail);
    TRY(add_closing(call));
    return call_done(call);
}

const struct call_row rows_account[] = {
    {"GET", "/api/v1/account", HTTP_INLINE, CALL_SUBSCRIBER, get_account, {{0}}, 0},
    {0},
};
