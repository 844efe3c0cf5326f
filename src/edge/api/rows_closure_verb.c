#include "edge/api/closure.h"
#include "edge/api/rows.h"

#include "app/refund.h"
#include "app/ticket.h"

/* Answers with the case as the verb left it. */
static enum err answer_again(struct call *call, struct closure_call *closure, enum err error)
{
    TRY(error);
    TRY(closure_view(call->app, call->arena, closure->id, &closure->view));
    return closure_call_answer(call, closure, 200);
}

static enum err post_undo(struct call *call)
{
    struct closure_call closure;
    TRY(closure_call_open(call, &closure));
    return answer_again(call, &closure, closure_undo(call->app, &closure.actor, closure.id));
}

/* The alert's key opens this and nothing else, so the answer tells nothing else either. */
static enum err post_not_me(struct call *call)
{
    struct closure_call closure;
    TRY(closure_call_open_by_alert(call, &closure));
    TRY(closure_not_me(call->app, &closure.actor, closure.id));
    struct json *json = call_answer(call, 200);
    json_str(json, "reference", closure.view->row.reference);
    json_bool(json, "objected", true);
    return call_done(call);
}

static enum err post_answer(struct call *call)
{
    struct closure_call closure;
    struct str text = call_text(call, "text");
    TRY(closure_call_open(call, &closure));
    enum err error = closure_answer(call->app, &closure.actor, closure.id, text);
    return error == ERR_INVALID ? call_fault(call, "text", "invalid") : answer_again(call, &closure, error);
}

static enum err post_reason(struct call *call)
{
    static const char *const reasons[] = {[CLOSURE_REASON_NO_NEED] = "no_need",
                                          [CLOSURE_REASON_MISTAKE] = "mistake",
                                          [CLOSURE_REASON_NO_CODES] = "no_codes",
                                          [CLOSURE_REASON_PRICE] = "price",
                                          [CLOSURE_REASON_OTHER_NUMBER] = "other_number",
                                          [CLOSURE_REASON_PRIVACY] = "privacy",
                                          [CLOSURE_REASON_OTHER] = "other"};
    struct closure_call closure;
    int64_t reason = CLOSURE_REASON_NONE;
    TRY(closure_call_open(call, &closure));
    TRY(call_word(call, "reason", call_text(call, "reason"), reasons, sizeof reasons / sizeof *reasons,
                  &reason));
    return answer_again(
        call, &closure,
        closure_tell_reason(call->app, closure.id, (enum closure_reason)reason, call_text(call, "comment")));
}

static enum err post_bank(struct call *call)
{
    struct closure_call closure;
    TRY(closure_call_open(call, &closure));
    enum err error = closure_set_bank(call->app, &closure.actor, closure.id, call_text(call, "bank"));
    return error == ERR_INVALID ? call_fault(call, "bank", "invalid") : answer_again(call, &closure, error);
}

/* The ticket knows which closure and which state it was asked from. The account may be gone already. */
static enum err post_ask(struct call *call)
{
    struct closure_call closure;
    TRY(closure_call_open(call, &closure));
    struct ticket_ask ask = {
        .subject = closure.view->row.reference,
        .text = call_text(call, "text"),
        .where = arena_printf(call->arena, "api closure %s", closure.view->state_name),
        .closure_id = closure.id.closure_id,
    };
    enum err error = ticket_ask_by_link(call->app, call->arena, closure.id.account_id, &ask);
    if (error == ERR_INVALID)
        return call_fault(call, "text", "invalid");
    TRY(error);
    json_str(call_answer(call, 201), "reference", ask.ret_reference);
    return call_done(call);
}

const struct call_row rows_closure_verb[] = {
    {"POST", "/api/v1/closures/{reference}/undo", HTTP_WORK, CALL_HOLDER, post_undo, {{0}}, 0},
    {"POST", "/api/v1/closures/{reference}/not-me", HTTP_WORK, CALL_HOLDER, post_not_me, {{0}}, 0},
    {"POST",
     "/api/v1/closures/{reference}/answer",
     HTTP_WORK,
     CALL_HOLDER,
     post_answer,
     {{"text", CALL_TEXT, true}},
     0},
    {"POST",
     "/api/v1/closures/{reference}/reason",
     HTTP_WORK,
     CALL_HOLDER,
     post_reason,
     {{"reason", CALL_TEXT, true}, {"comment", CALL_TEXT, false}},
     0},
    {"POST",
     "/api/v1/closures/{reference}/bank",
     HTTP_WORK,
     CALL_HOLDER,
     post_bank,
     {{"bank", CALL_TEXT, true}},
     0},
    {"POST",
     "/api/v1/closures/{reference}/ask",
     HTTP_WORK,
     CALL_HOLDER,
     post_ask,
     {{"text", CALL_TEXT, true}},
     0},
    {0},
};
