#include "edge/api/closure.h"

#include "app/links.h"
#include "app/refund.h"

static const char *const refund_choices[] = {
    [CLOSURE_REFUND_ORIGIN] = "origin", [CLOSURE_REFUND_BANK] = "bank", [CLOSURE_REFUND_GIVE_UP] = "give_up"};
static const char *const refund_states[] = {[REFUND_OWED] = "owed",
                                            [REFUND_SENT] = "sent",
                                            [REFUND_SETTLED] = "settled",
                                            [REFUND_FAILED] = "failed",
                                            [REFUND_GIVEN_UP] = "given_up"};
static const char *const refusals[] = {[CLOSURE_REFUSAL_NOT_HOLDER] = "not_holder",
                                       [CLOSURE_REFUSAL_UNPROVEN] = "unproven",
                                       [CLOSURE_REFUSAL_CONTACT_OBJECTED] = "contact_objected"};

typedef enum err find_by_key(struct app *app, struct arena *arena, struct str reference, struct str key,
                             struct closure_id *ret_id);

static enum err find(struct call *call, find_by_key *by_key, struct closure_call *closure)
{
    struct str reference = http_param(call->request, "reference");
    closure->key = http_query(call->request, "key");
    if (closure->key.length != 0) {
        TRY(by_key(call->app, call->arena, reference, closure->key, &closure->id));
        closure->actor = (struct actor){.kind = ACTOR_LINK, .account_id = closure->id.account_id};
        return ERR_NONE;
    }
    TRY(closure_find(call->app, call->arena, reference, &closure->id));
    closure->actor = call->actor;
    return closure->id.account_id == call->actor.account_id ? ERR_NONE : ERR_NOT_FOUND;
}

static enum err open_by(struct call *call, find_by_key *by_key, struct closure_call *ret_closure)
{
    struct closure_call closure = {0};
    TRY(find(call, by_key, &closure));
    TRY(closure_view(call->app, call->arena, closure.id, &closure.view));
    *ret_closure = closure;
    return ERR_NONE;
}

enum err closure_call_open(struct call *call, struct closure_call *ret_closure)
{
    return open_by(call, closure_find_by_link, ret_closure);
}

enum err closure_call_open_by_alert(struct call *call, struct closure_call *ret_closure)
{
    return open_by(call, closure_find_by_alert, ret_closure);
}

static const char *word_of(const char *const *words, size_t count, int64_t value)
{
    return value > 0 && (size_t)value < count ? words[value] : NULL;
}
#define WORD(words_, value_) word_of((words_), sizeof(words_) / sizeof *(words_), (value_))

static void add_word(struct call *call, const char *name, const char *word)
{
    call_json_str(call, name, str_from(word));
}

static void add_times(struct call *call, const struct closure_view *view)
{
    const struct store_closure *row = &view->row;
    struct json *json = &call->json;
    json_time(json, "declared_at", row->declared_at);
    json_time(json, "submitted_at", row->submitted_at);
    json_time(json, "start_at", row->start_at);
    json_time(json, "due_at", row->due_at);
    json_time(json, "review_end_at", row->review_end_at);
    json_bool(json, "can_undo", view->can_undo);
    json_time(json, "undo_end_at", row->undo_end_at);
    json_time(json, "closed_at", row->closed_at);
    json_time(json, "forgotten_at", row->forgotten_at);
}

/* What stops it, in words: an objection, a question, a refusal, or a step that can't go on. */
static void add_obstacles(struct call *call, const struct store_closure *row)
{
    struct json *json = &call->json;
    json_bool(json, "objected", row->objected_at != 0);
    call_json_str(call, "question", row->state == CLOSURE_QUESTION ? row->own.question : STR_NONE);
    bool refused = row->state == CLOSURE_REFUSED;
    add_word(call, "refusal_reason", refused ? WORD(refusals, row->refusal_reason) : NULL);
    call_json_str(call, "refusal", refused ? row->own.refusal : STR_NONE);
    call_json_str(call, "waits_for", row->waits_for);
}

static void add_refunds(struct call *call, const struct closure_view *view)
{
    struct json *json = &call->json;
    add_word(call, "refund_choice", WORD(refund_choices, view->row.refund_choice));
    json_array(json, "refunds");
    for (size_t i = 0; i < view->refund_count; i++) {
        const struct store_refund *refund = &view->refunds[i];
        json_object(json, NULL);
        json_money(json, "amount", refund->amount);
        add_word(call, "state", WORD(refund_states, refund->state));
        json_int(json, "attempt", refund->attempt);
        call_json_str(call, "to", refund_label(call->arena, refund));
        json_time(json, "owed_at", refund->owed_at);
        json_time(json, "sent_at", refund->sent_at);
        json_time(json, "settled_at", refund->settled_at);
        json_time(json, "with_you_by", refund_arrives_by(refund));
        json_bool(json, "asks_destination", view->has_key && refund_asks_destination(refund));
        json_bool(json, "waits_for_person", refund_waits_for_person(view->refunds, view->refund_count, i));
        json_object_end(json);
    }
    json_array_end(json);
}

static void add_recipients(struct call *call, const struct closure_view *view)
{
    struct json *json = &call->json;
    json_array(json, "told");
    for (size_t i = 0; i < view->recipient_count; i++) {
        json_object(json, NULL);
        json_str(json, "who", view->recipients[i].recipient);
        call_json_str(call, "result", view->recipients[i].result);
        json_time(json, "at", view->recipients[i].told_at);
        json_object_end(json);
    }
    json_array_end(json);
}

/* The secret link is told to the logged-in holder alone, and never in an answer that is kept. */
static void add_link(struct call *call, const struct closure_call *closure)
{
    const struct store_closure *row = &closure->view->row;
    bool tells =
        closure->key.length == 0 && str_is(http_method(call->request), "GET") && row->own.secret.length != 0;
    call_json_str(call, "status_link",
                  tells ? links_status(call->app, call->arena, row->reference, row->own.secret) : STR_NONE);
}

enum err closure_call_answer(struct call *call, const struct closure_call *closure, int status)
{
    const struct closure_view *view = closure->view;
    const struct store_closure *row = &view->row;
    struct json *json = call_answer(call, status);
    json_str(json, "reference", row->reference);
    json_text(json, "scope", row->scope == CLOSURE_SCOPE_ACCOUNT ? "account" : "number");
    call_json_id(call, "line", row->line_id);
    json_text(json, "state", view->state_name);
    json_str(
        json, "state_text",
        text_by_name(call->language, arena_printf(call->arena, "closure.state.%s", view->state_name).data));
    json_time(json, "state_at", row->state_at);
    add_times(call, view);
    add_obstacles(call, row);
    add_refunds(call, view);
    add_recipients(call, view);
    json_bool(json, "receipt_made", view->receipt_made);
    json_bool(json, "forgotten_made", view->forgotten_made);
    add_link(call, closure);
    return call_done(call);
}
