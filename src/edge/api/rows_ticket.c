#include "edge/api/rows.h"

#include "app/ticket.h"

enum { TICKETS_SHOWN = 64 };

static const char *const states[] = {
    [TICKET_OPEN] = "open", [TICKET_ANSWERED] = "answered", [TICKET_CLOSED] = "closed"};

static void add_ticket(struct call *call, const struct store_ticket *ticket)
{
    struct json *json = &call->json;
    json_str(json, "reference", ticket->reference);
    json_str(json, "subject", ticket->subject);
    call_json_str(call, "where", ticket->where);
    json_text(json, "state", states[ticket->state]);
    json_time(json, "created_at", ticket->created_at);
    json_time(json, "updated_at", ticket->updated_at);
}

static enum err get_tickets(struct call *call)
{
    struct store_ticket *tickets = ARENA_ARRAY(call->arena, TICKETS_SHOWN, struct store_ticket);
    size_t count;
    TRY(ticket_list(call->app, call->arena, &call->actor, tickets, TICKETS_SHOWN, &count));
    struct json *json = call_answer(call, 200);
    json_array(json, "tickets");
    for (size_t i = 0; i < count; i++) {
        json_object(json, NULL);
        add_ticket(call, &tickets[i]);
        json_object_end(json);
    }
    json_array_end(json);
    return call_done(call);
}

static enum err find(struct call *call, int64_t *ret_ticket_id)
{
    int64_t account_id;
    TRY(ticket_find(call->app, call->arena, http_param(call->request, "reference"), &account_id,
                    ret_ticket_id));
    return account_id == call->actor.account_id ? ERR_NONE : ERR_NOT_FOUND;
}

static enum err answer_ticket(struct call *call, int64_t ticket_id, int status)
{
    struct ticket_view *view;
    TRY(ticket_read(call->app, call->arena, &call->actor, call->actor.account_id, ticket_id, &view));
    struct json *json = call_answer(call, status);
    add_ticket(call, &view->ticket);
    json_array(json, "messages");
    for (size_t i = 0; i < view->message_count; i++) {
        json_object(json, NULL);
        json_text(json, "from", view->messages[i].staff_id != 0 ? "support" : "subscriber");
        json_time(json, "at", view->messages[i].at);
        json_str(json, "text", view->messages[i].text);
        json_object_end(json);
    }
    json_array_end(json);
    return call_done(call);
}

static enum err post_ticket(struct call *call)
{
    struct ticket_ask ask = {.subject = str_trim(call_text(call, "subject")),
                             .text = call_text(call, "text")};
    enum err error = ticket_ask(call->app, call->arena, &call->actor, &ask);
    if (error == ERR_INVALID)
        return call_fault(call, "text", "invalid");
    TRY(error);
    return answer_ticket(call, ask.ret_ticket_id, 201);
}

static enum err get_ticket(struct call *call)
{
    int64_t id;
    TRY(find(call, &id));
    return answer_ticket(call, id, 200);
}

static enum err post_message(struct call *call)
{
    int64_t id;
    TRY(find(call, &id));
    enum err error =
        ticket_answer(call->app, &call->actor, call->actor.account_id, id, call_text(call, "text"));
    if (error == ERR_INVALID)
        return call_fault(call, "text", "invalid");
    TRY(error);
    return answer_ticket(call, id, 201);
}

static enum err post_close(struct call *call)
{
    int64_t id;
    TRY(find(call, &id));
    TRY(ticket_close(call->app, &call->actor, call->actor.account_id, id));
    return answer_ticket(call, id, 200);
}

const struct call_row rows_ticket[] = {
    {"GET", "/api/v1/tickets", HTTP_INLINE, CALL_SUBSCRIBER, get_tickets, {{0}}, 0},
    {"POST",
     "/api/v1/tickets",
     HTTP_WORK,
     CALL_SUBSCRIBER,
     post_ticket,
     {{"subject", CALL_TEXT, true}, {"text", CALL_TEXT, true}},
     0},
    {"GET", "/api/v1/tickets/{reference}", HTTP_INLINE, CALL_SUBSCRIBER, get_ticket, {{0}}, 0},
    {"POST",
     "/api/v1/tickets/{reference}/messages",
     HTTP_WORK,
     CALL_SUBSCRIBER,
     post_message,
     {{"text", CALL_TEXT, true}},
     0},
    {"POST", "/api/v1/tickets/{reference}/close", HTTP_WORK, CALL_SUBSCRIBER, post_close, {{0}}, 0},
    {0},
};
