#include "edge/api/rows.h"

#include "app/message_carry.h"
#include "app/message_search.h"
#include "app/message_send.h"
#include "base/money.h"

static void add_message(struct call *call, const struct message_view *message)
{
    struct json *json = &call->json;
    call_json_id(call, "id", message->message_id);
    call_json_id(call, "line", message->line_id);
    json_str(json, "number", message->number);
    json_text(json, "direction", message->sent ? "sent" : "received");
    json_str(json, "peer", message->peer);
    json_str(json, "text", message->text);
    call_json_str(call, "code", message->code);
    call_json_str(call, "service", message->service);
    json_bool(json, "flash", message->flash);
    json_time(json, "at", message->at);
    json_time(json, "sent_at", message->sent_at);
    json_time(json, "read_at", message->read_at);
    if (message->state == 0) {
        json_null(json, "delivery");
        return;
    }
    json_object(json, "delivery");
    json_text(json, "state", message_sent_word(message->state));
    json_int(json, "parts", message->parts);
    json_money(json, "price", message->price);
    json_object_end(json);
}

static enum err read_filter(struct call *call, struct message_filter *filter)
{
    bool follows = http_query(call->request, "after").length != 0;
    *filter = (struct message_filter){0};
    TRY(call_query_id(call, "line", &filter->line_id));
    TRY(call_query_id(call, "before", &filter->before));
    TRY(call_query_id(call, "after", &filter->after));
    TRY(call_query_limit(call, &filter->limit));
    if (follows && filter->before != 0)
        return call_fault(call, "before", "invalid");
    if (follows && filter->after == 0)
        filter->after = 1; /* from the first one on */
    return ERR_NONE;
}

static enum err get_messages(struct call *call)
{
    struct message_filter filter;
    struct message_page page;
    TRY(read_filter(call, &filter));
    TRY(message_list(call->app, call->arena, call->actor.account_id, &filter, &page));
    struct json *json = call_answer(call, 200);
    json_array(json, "messages");
    for (size_t i = 0; i < page.count; i++) {
        if (filter.line_id != 0 && page.messages[i].line_id != filter.line_id)
            continue; /* those who follow get all lines */
        json_object(json, NULL);
        add_message(call, &page.messages[i]);
        json_object_end(json);
    }
    json_array_end(json);
    json_int(json, "unread", page.unread);
    call_json_next(call, filter.after != 0 ? "after" : "before", page.next);
    return call_done(call);
}

static enum err get_search(struct call *call)
{
    struct message_search search = {.words = http_query(call->request, "q")};
    struct message_hits hits;
    TRY(call_query_id(call, "line", &search.line_id));
    TRY(call_query_id(call, "before", &search.before));
    TRY(call_query_limit(call, &search.limit));
    enum err error = message_search(call->app, call->arena, call->actor.account_id, &search, &hits);
    if (error == ERR_INVALID)
        return call_fault(call, "q", search.words.length == 0 ? "missing" : "invalid");
    TRY(error);
    struct json *json = call_answer(call, 200);
    json_array(json, "messages");
    for (size_t i = 0; i < hits.count; i++) {
        json_object(json, NULL);
        add_message(call, &hits.messages[i]);
        json_object_end(json);
    }
    json_array_end(json);
    json_int(json, "searched", hits.searched);
    call_json_next(call, "before", hits.next);
    return call_done(call);
}

static enum err get_message(struct call *call)
{
    struct message_view message;
    int64_t id;
    TRY(call_param_id(call, "id", &id));
    TRY(message_get(call->app, call->arena, call->actor.account_id, id, &message));
    call_answer(call, 200);
    add_message(call, &message);
    return call_done(call);
}

static enum err post_read(struct call *call)
{
    int64_t id;
    TRY(call_param_id(call, "id", &id));
    TRY(message_read(call->app, &call->actor, id));
    json_bool(call_answer(call, 200), "read", true);
    return call_done(call);
}

static enum err delete_message(struct call *call)
{
    int64_t id;
    TRY(call_param_id(call, "id", &id));
    TRY(message_delete(call->app, &call->actor, id));
    return call_done_empty(call);
}

static void add_quote(struct call *call, const struct message_quote *quote)
{
    struct json *json = &call->json;
    json_int(json, "parts", quote->parts);
    json_text(json, "alphabet", quote->wide ? "ucs2" : "gsm7");
    json_int(json, "characters", (int64_t)quote->units);
    json_int(json, "room", (int64_t)quote->room);
    json_money(json, "price", quote->price);
    json_int(json, "day_left", quote->day_left);
    call_json_str(call, "refused", str_from(message_refusal_word(quote->refusal)));
}

static enum err fault_of_text(struct call *call, enum err error)
{
    return error == ERR_INVALID ? call_fault(call, "text", "invalid") : error;
}

static enum err post_quote(struct call *call)
{
    struct message_quote quote;
    int64_t id;
    TRY(call_param_id(call, "id", &id));
    enum err error =
        message_quote(call->app, call->arena, call->actor.account_id, id, call_text(call, "text"), &quote);
    TRY(fault_of_text(call, error));
    call_answer(call, 200);
    add_quote(call, &quote);
    return call_done(call);
}

static enum err post_answer(struct call *call)
{
    struct message_send send = {.text = call_text(call, "text"),
                                .request = http_header(call->request, "Idempotency-Key"),
                                .most = -1};
    struct message_view message;
    TRY(call_param_id(call, "id", &send.answers));
    if (call_has(call, "most") &&
        (money_read(call_text(call, "most"), &send.most) != ERR_NONE || send.most < 0))
        return call_fault(call, "most", "invalid");
    TRY(fault_of_text(call, message_send(call->app, &call->actor, &send)));
    TRY(message_get(call->app, call->arena, call->actor.account_id, send.ret_message_id, &message));
    call_answer(call, 201);
    add_message(call, &message);
    return call_done(call);
}

const struct call_row rows_message[] = {
    {"GET", "/api/v1/messages", HTTP_INLINE, CALL_SUBSCRIBER, get_messages, {{0}}, 0},
    {"GET", "/api/v1/search", HTTP_WORK, CALL_SUBSCRIBER, get_search, {{0}}, 0},
    {"GET", "/api/v1/messages/{id}", HTTP_INLINE, CALL_SUBSCRIBER, get_message, {{0}}, 0},
    {"POST",
     "/api/v1/messages/{id}/quote",
     HTTP_WORK,
     CALL_SUBSCRIBER,
     post_quote,
     {{"text", CALL_TEXT, true}},
     CALL_NOT_REPEATED},
    {"POST",
     "/api/v1/messages/{id}/answer",
     HTTP_WORK,
     CALL_SUBSCRIBER,
     post_answer,
     {{"text", CALL_TEXT, true}, {"most", CALL_TEXT, false}},
     0},
    {"POST", "/api/v1/messages/{id}/read", HTTP_WORK, CALL_SUBSCRIBER, post_read, {{0}}, 0},
    {"DELETE", "/api/v1/messages/{id}", HTTP_WORK, CALL_SUBSCRIBER, delete_message, {{0}}, 0},
    {0},
};
