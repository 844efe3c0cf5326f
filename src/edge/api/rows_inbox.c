#include "edge/api/rows.h"

#include "app/message_forward.h"
#include "app/message_wishes.h"

#include <stdlib.h>

enum { HOUR_MINUTES = 60 };

static void add_minutes(struct call *call, const char *name, const char *sign, int64_t minutes)
{
    json_str(&call->json, name,
             arena_printf(call->arena, "%s%02d:%02d", sign, (int)(minutes / HOUR_MINUTES),
                          (int)(minutes % HOUR_MINUTES)));
}

static void add_quiet(struct call *call, const struct quiet_hours *quiet)
{
    if (quiet->from == quiet->to) {
        json_null(&call->json, "quiet");
        return;
    }
    json_object(&call->json, "quiet");
    add_minutes(call, "from", "", quiet->from);
    add_minutes(call, "to", "", quiet->to);
    add_minutes(call, "zone", quiet->zone < 0 ? "-" : "+", llabs(quiet->zone));
    json_object_end(&call->json);
}

static void add_forward(struct call *call, const struct message_wishes *wishes)
{
    struct json *json = &call->json;
    if (wishes->forward == FORWARD_OFF) {
        json_null(json, "forward");
        return;
    }
    bool webhook = wishes->forward == FORWARD_WEBHOOK;
    json_object(json, "forward");
    json_text(json, "kind", webhook ? "webhook" : "mail");
    json_str(json, "to", wishes->forward_to);
    json_time(json, "since", wishes->forward_since);
    call_json_str(call, "secret", webhook ? wishes->forward_secret : STR_NONE);
    json_object_end(json);
}

static enum err get_inbox(struct call *call)
{
    struct message_wishes wishes;
    TRY(message_wishes(call->app, call->arena, call->actor.account_id, &wishes));
    call_answer(call, 200);
    add_quiet(call, &wishes.quiet);
    add_forward(call, &wishes);
    call_json_str(call, "offered", wishes.offered_to);
    return call_done(call);
}

static enum err post_quiet(struct call *call)
{
    struct quiet_hours quiet;
    if (!quiet_read_minutes(call_text(call, "from"), &quiet.from))
        return call_fault(call, "from", "invalid");
    if (!quiet_read_minutes(call_text(call, "to"), &quiet.to))
        return call_fault(call, "to", "invalid");
    if (!quiet_read_zone(call_text(call, "zone"), &quiet.zone))
        return call_fault(call, "zone", "invalid");
    TRY(message_set_quiet(call->app, &call->actor, &quiet));
    call_answer(call, 200);
    add_quiet(call, &quiet);
    return call_done(call);
}

static enum err delete_quiet(struct call *call)
{
    TRY(message_set_quiet(call->app, &call->actor, &(const struct quiet_hours){0}));
    return call_done_empty(call);
}

static enum err get_blocks(struct call *call)
{
    struct message_wishes wishes;
    struct json *json = &call->json;
    TRY(message_wishes(call->app, call->arena, call->actor.account_id, &wishes));
    json_array(call_answer(call, 200), "blocks");
    for (size_t i = 0; i < wishes.blocked_count; i++) {
        json_object(json, NULL);
        call_json_id(call, "id", wishes.blocked[i].sender_id);
        json_str(json, "sender", wishes.blocked[i].sender);
        json_time(json, "blocked_at", wishes.blocked[i].blocked_at);
        json_time(json, "last_at", wishes.blocked[i].last_at);
        json_int(json, "refused", wishes.blocked[i].count);
        json_object_end(json);
    }
    json_array_end(json);
    return call_done(call);
}

static enum err post_block(struct call *call)
{
    int64_t id;
    TRY(message_block(call->app, &call->actor, call_text(call, "sender"), &id));
    call_answer(call, 201);
    call_json_id(call, "id", id);
    return call_done(call);
}

static enum err delete_block(struct call *call)
{
    int64_t id;
    TRY(call_param_id(call, "id", &id));
    TRY(message_unblock(call->app, &call->actor, id));
    return call_done_empty(call);
}

static enum err post_forward(struct call *call)
{
    bool mail = call_has(call, "contact"), webhook = call_has(call, "url");
    if (mail == webhook)
        return call_fault(call, mail ? "url" : "contact", mail ? "invalid" : "missing");
    if (mail)
        TRY(message_forward_to_mail(call->app, &call->actor, call_id(call, "contact")));
    else
        TRY(message_forward_offer(call->app, &call->actor, call_text(call, "url")));
    json_bool(call_answer(call, 200), "forwarding", mail);
    return call_done(call);
}

static enum err post_confirm(struct call *call)
{
    TRY(message_forward_confirm(call->app, &call->actor, call_text(call, "code")));
    json_bool(call_answer(call, 200), "forwarding", true);
    return call_done(call);
}

static enum err delete_forward(struct call *call)
{
    TRY(message_forward_stop(call->app, &call->actor));
    return call_done_empty(call);
}

const struct call_row rows_inbox[] = {
    {"GET", "/api/v1/inbox", HTTP_INLINE, CALL_SUBSCRIBER, get_inbox, {{0}}, 0},
    {"POST",
     "/api/v1/inbox/quiet",
     HTTP_WORK,
     CALL_SUBSCRIBER,
     post_quiet,
     {{"from", CALL_TEXT, true}, {"to", CALL_TEXT, true}, {"zone", CALL_TEXT, true}},
     0},
    {"DELETE", "/api/v1/inbox/quiet", HTTP_WORK, CALL_SUBSCRIBER, delete_quiet, {{0}}, 0},
    {"GET", "/api/v1/blocks", HTTP_INLINE, CALL_SUBSCRIBER, get_blocks, {{0}}, 0},
    {"POST", "/api/v1/blocks", HTTP_WORK, CALL_SUBSCRIBER, post_block, {{"sender", CALL_TEXT, true}}, 0},
    {"DELETE", "/api/v1/blocks/{id}", HTTP_WORK, CALL_SUBSCRIBER, delete_block, {{0}}, 0},
    {"POST",
     "/api/v1/inbox/forward",
     HTTP_WORK,
     CALL_SUBSCRIBER,
     post_forward,
     {{"contact", CALL_ID, false}, {"url", CALL_TEXT, false}},
     0},
    {"POST",
     "/api/v1/inbox/forward/confirm",
     HTTP_WORK,
     CALL_SUBSCRIBER,
     post_confirm,
     {{"code", CALL_TEXT, true}},
     0},
    {"DELETE", "/api/v1/inbox/forward", HTTP_WORK, CALL_SUBSCRIBER, delete_forward, {{0}}, 0},
    {0},
};
