#include "edge/api/rows.h"

#include "app/session.h"
#include "base/clock.h"
#include "base/limits.h"

static enum err post_session(struct call *call)
{
    char token[SESSION_TOKEN_SIZE];
    struct actor actor;
    TRY(session_login(call->app, call_text(call, "name"), call_text(call, "password"),
                      http_client(call->request), false, token, &actor));
    struct json *json = call_answer(call, 201);
    json_text(json, "token", token);
    json_text(json, "token_type", "Bearer");
    call_json_id(call, "account", actor.account_id);
    json_time(json, "expires_at", call->now + LIMIT_SESSION_DAYS * MICROS_DAY);
    return call_done(call);
}

static enum err delete_session(struct call *call)
{
    TRY(session_logout(call->app, &call->actor));
    return call_done_empty(call);
}

const struct call_row rows_session[] = {
    {"POST",
     "/api/v1/sessions",
     HTTP_WORK,
     CALL_ANYBODY,
     post_session,
     {{"name", CALL_TEXT, true}, {"password", CALL_TEXT, true}},
     CALL_NOT_REPEATED},
    {"DELETE", "/api/v1/sessions", HTTP_WORK, CALL_SUBSCRIBER, delete_session, {{0}}, 0},
    {0},
};
