#include "edge/api/rows.h"

#include "app/line_list.h"
#include "app/number_lock.h"
#include "app/wallet_read.h"

static void add_line(struct call *call, const struct line_view *line)
{
    struct json *json = &call->json;
    json_object(json, NULL);
    call_json_id(call, "id", line->line_id);
    json_str(json, "number", line->e164);
    call_json_str(call, "name", line->name);
    call_json_str(call, "order", line->order_code);
    json_time(json, "since", line->since);
    json_time(json, "ended_at", line->ended_at);
    json_money(json, "fee", line->fee);
    json_time(json, "next_fee_at", line->next_fee_at);
    json_time(json, "fees_stopped_at", line->fees_stopped_at);
    json_time(json, "last_text_at", line->last_text_at);
    json_bool(json, "parked", line->number_state == NUMBER_PARKED);
    json_bool(json, "locked", line->locked_at != 0);
    json_time(json, "transfer_pin_until", line->pin_until > call->now ? line->pin_until : 0);
    json_time(json, "leaving_since", line->leaving_at);
    json_bool(json, "ported_out", line->ported);
    json_object_end(json);
}

static enum err get_numbers(struct call *call)
{
    struct line_view *lines;
    size_t count;
    TRY(line_list(call->app, call->arena, call->actor.account_id, &lines, &count));
    json_array(call_answer(call, 200), "numbers");
    for (size_t i = 0; i < count; i++)
        add_line(call, &lines[i]);
    json_array_end(&call->json);
    return call_done(call);
}

static enum err post_name(struct call *call)
{
    int64_t id;
    TRY(call_param_id(call, "id", &id));
    TRY(line_rename(call->app, &call->actor, id, call_text(call, "name")));
    json_str(call_answer(call, 200), "name", call_text(call, "name"));
    return call_done(call);
}

static enum err answer_lock(struct call *call, bool locked)
{
    int64_t id;
    TRY(call_param_id(call, "id", &id));
    TRY(number_lock(call->app, &call->actor, id, locked));
    json_bool(call_answer(call, 200), "locked", locked);
    return call_done(call);
}

static enum err post_lock(struct call *call)
{
    return answer_lock(call, true);
}

static enum err delete_lock(struct call *call)
{
    return answer_lock(call, false);
}

static enum err post_pin(struct call *call)
{
    int64_t id;
    struct number_pin pin;
    TRY(call_param_id(call, "id", &id));
    TRY(number_transfer_pin(call->app, &call->actor, id, &pin));
    struct json *json = call_answer(call, 201);
    json_text(json, "account_number", pin.account_number);
    json_text(json, "transfer_pin", pin.pin);
    json_time(json, "until", pin.until);
    return call_done(call);
}

static void add_entry(struct call *call, const struct wallet_entry *entry)
{
    struct json *json = &call->json;
    json_object(json, NULL);
    call_json_id(call, "id", entry->entry_id);
    json_money(json, "amount", entry->amount);
    json_time(json, "at", entry->at);
    json_str(json, "kind", entry->kind);
    call_json_str(call, "order", entry->order_code);
    json_object_end(json);
}

static enum err get_wallet(struct call *call)
{
    struct wallet_page page;
    int64_t before;
    size_t limit;
    TRY(call_query_id(call, "before", &before));
    TRY(call_query_limit(call, &limit));
    TRY(wallet_read(call->app, call->arena, call->actor.account_id, before, limit, &page));
    struct json *json = call_answer(call, 200);
    json_money(json, "balance", page.balance);
    json_text(json, "currency", "USD");
    json_array(json, "entries");
    for (size_t i = 0; i < page.count; i++)
        add_entry(call, &page.entries[i]);
    json_array_end(json);
    call_json_next(call, "before", page.next);
    return call_done(call);
}

const struct call_row rows_wallet[] = {
    {"GET", "/api/v1/wallet", HTTP_INLINE, CALL_SUBSCRIBER, get_wallet, {{0}}, 0},
    {"GET", "/api/v1/numbers", HTTP_INLINE, CALL_SUBSCRIBER, get_numbers, {{0}}, 0},
    {"POST",
     "/api/v1/numbers/{id}/name",
     HTTP_WORK,
     CALL_SUBSCRIBER,
     post_name,
     {{"name", CALL_TEXT, true}},
     0},
    {"POST", "/api/v1/numbers/{id}/lock", HTTP_WORK, CALL_SUBSCRIBER, post_lock, {{0}}, 0},
    {"DELETE", "/api/v1/numbers/{id}/lock", HTTP_WORK, CALL_SUBSCRIBER, delete_lock, {{0}}, 0},
    {"POST",
     "/api/v1/numbers/{id}/transfer-pin",
     HTTP_WORK,
     CALL_SUBSCRIBER,
     post_pin,
     {{0}},
     CALL_NOT_REPEATED},
    {0},
};
