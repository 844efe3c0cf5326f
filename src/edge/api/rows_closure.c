#include "edge/api/closure.h"
#include "edge/api/rows.h"

#include "app/account_show.h"
#include "app/closure_dates.h"
#include "app/closure_receipt.h"
#include "app/closure_request.h"
#include "app/session.h"
#include "base/clock.h"
#include "base/limits.h"

static struct closure_scope_choice scope_of_line(int64_t line_id)
{
    return (struct closure_scope_choice){.scope = line_id != 0 ? CLOSURE_SCOPE_NUMBER : CLOSURE_SCOPE_ACCOUNT,
                                         .line_id = line_id};
}

/* "preflight.balance_positive.what" with its count, amount and date. */
static struct str finding_text(struct call *call, const struct preflight_finding *finding, const char *part)
{
    const struct text_argument arguments[] = {
        {.name = "count", .kind = TEXT_KIND_INT, .number = finding->count},
        {.name = "amount", .kind = TEXT_KIND_MONEY, .number = finding->amount},
        {.name = "date", .kind = TEXT_KIND_DATE, .number = finding->date},
    };
    struct str name =
        arena_printf(call->arena, "preflight.%s.%s", closure_preflight_name(finding->row), part);
    return text_format(call->arena, call->language, text_find(name), arguments, 3);
}

static void add_remedies(struct json *json, const struct preflight_finding *finding)
{
    static const char *const when[] = {
        [PREFLIGHT_NOW] = "now", [PREFLIGHT_ON_SUBMIT] = "on_submit", [PREFLIGHT_BY_CLOSING] = "by_closing"};
    json_array(json, "remedies");
    for (size_t i = 0; i < PREFLIGHT_REMEDIES && finding->remedies[i].kind != REMEDY_NONE; i++) {
        json_object(json, NULL);
        json_text(json, "kind", closure_remedy_name(finding->remedies[i].kind));
        json_text(json, "when", when[finding->remedies[i].when]);
        json_object_end(json);
    }
    json_array_end(json);
}

static void add_finding(struct call *call, const struct preflight_finding *finding)
{
    static const char *const severities[] = {
        [PREFLIGHT_INFO] = "info", [PREFLIGHT_CARE] = "care", [PREFLIGHT_LOSS] = "loss"};
    struct json *json = &call->json;
    json_object(json, NULL);
    json_text(json, "id", closure_preflight_name(finding->row));
    json_text(json, "severity", severities[finding->severity]);
    json_str(json, "what", finding_text(call, finding, "what"));
    json_str(json, "why", finding_text(call, finding, "why"));
    if (finding->count != 0)
        json_int(json, "count", finding->count);
    else
        json_null(json, "count");
    if (finding->amount != 0)
        json_money(json, "amount", finding->amount);
    else
        json_null(json, "amount");
    json_time(json, "date", finding->date);
    add_remedies(json, finding);
    json_object_end(json);
}

static enum err add_open_case(struct call *call, const struct closure_check *check)
{
    struct closure_view *view;
    if (check->open_closure_id == 0) {
        json_null(&call->json, "under_way");
        return ERR_NONE;
    }
    TRY(closure_view(call->app, call->arena,
                     (struct closure_id){call->actor.account_id, check->open_closure_id}, &view));
    json_str(&call->json, "under_way", view->row.reference);
    return ERR_NONE;
}

static enum err get_preflight(struct call *call)
{
    struct closure_dates dates = closure_dates_of(call->app, call->now);
    struct closure_check *check;
    int64_t line_id;
    TRY(call_query_id(call, "line", &line_id));
    struct closure_scope_choice choice = scope_of_line(line_id);
    TRY(closure_check(call->app, call->arena, &call->actor, &choice, &check));
    struct json *json = call_answer(call, 200);
    json_array(json, "findings");
    for (size_t i = 0; i < check->finding_count; i++)
        add_finding(call, &check->findings[i]);
    json_array_end(json);
    json_int(json, "fine", (int64_t)check->fine_count);
    json_str(json, "mark", check->mark);
    TRY(add_open_case(call, check));
    json_time(json, "undo_until", dates.undo_until);
    json_time(json, "due_at", dates.due_at);
    json_time(json, "latest_start", dates.latest_start);
    return call_done(call);
}

static enum err post_proof_code(struct call *call)
{
    struct str masked;
    TRY(session_send_code(call->app, call->arena, &call->actor, &masked));
    struct json *json = call_answer(call, 200);
    json_str(json, "sent_to", masked);
    json_time(json, "expires_at", call->now + LIMIT_PROOF_MINUTES * MICROS_MINUTE);
    return call_done(call);
}

static enum err post_proof(struct call *call)
{
    TRY(session_prove(call->app, call->arena, &call->actor, call_text(call, "password"),
                      call_text(call, "code")));
    json_time(call_answer(call, 200), "proven_until", call->now + LIMIT_PROOF_MINUTES * MICROS_MINUTE);
    return call_done(call);
}

/* A date in the past is refused; today means as soon as possible. */
static enum err read_date(struct call *call, int64_t *ret_at)
{
    int64_t at = call_time(call, "date");
    if (at != 0 && at < call->now / MICROS_DAY * MICROS_DAY)
        return call_fault(call, "date", "invalid");
    if (at > closure_dates_of(call->app, call->now).latest_start)
        return call_fault(call, "date", "invalid");
    *ret_at = at > call->now ? at : 0;
    return ERR_NONE;
}

static enum err read_request(struct call *call, struct closure_request *request)
{
    static const char *const refunds[] = {[CLOSURE_REFUND_ORIGIN] = "origin",
                                          [CLOSURE_REFUND_BANK] = "bank",
                                          [CLOSURE_REFUND_GIVE_UP] = "give_up"};
    *request = (struct closure_request){
        .choice = scope_of_line(call_id(call, "line")),
        .bank = str_trim(call_text(call, "bank")),
        .mark = call_text(call, "mark"),
    };
    TRY(call_word(call, "refund", call_text(call, "refund"), refunds, 4, &request->refund_choice));
    if (request->refund_choice == CLOSURE_REFUND_BANK &&
        (request->bank.length < 8 || request->bank.length > 200))
        return call_fault(call, "bank", request->bank.length == 0 ? "missing" : "invalid");
    return read_date(call, &request->wished_at);
}

static enum err post_closure(struct call *call)
{
    struct closure_request request;
    struct closure_call closure = {.actor = call->actor};
    TRY(read_request(call, &request));
    TRY(closure_request(call->app, call->arena, &call->actor, &request));
    closure.id = (struct closure_id){call->actor.account_id, request.ret_closure_id};
    TRY(closure_view(call->app, call->arena, closure.id, &closure.view));
    http_add_header(call->request, "Location",
                    arena_printf(call->arena, "/api/v1/closures/%.*s", STR_ARG(request.ret_reference)));
    return closure_call_answer(call, &closure, request.ret_repeated ? 200 : 201);
}

static enum err get_closures(struct call *call)
{
    enum { SHOWN = 32 };
    struct closure_view *views = ARENA_ARRAY(call->arena, SHOWN, struct closure_view);
    size_t count;
    TRY(closure_list(call->app, call->arena, call->actor.account_id, views, SHOWN, &count));
    struct json *json = call_answer(call, 200);
    json_array(json, "closures");
    for (size_t i = 0; i < count; i++) {
        json_object(json, NULL);
        json_str(json, "reference", views[i].row.reference);
        json_text(json, "scope", views[i].row.scope == CLOSURE_SCOPE_ACCOUNT ? "account" : "number");
        call_json_id(call, "line", views[i].row.line_id);
        json_text(json, "state", views[i].state_name);
        json_bool(json, "can_undo", views[i].can_undo);
        json_time(json, "submitted_at", views[i].row.submitted_at);
        json_object_end(json);
    }
    json_array_end(json);
    return call_done(call);
}

static enum err get_closure(struct call *call)
{
    struct closure_call closure;
    TRY(closure_call_open(call, &closure));
    return closure_call_answer(call, &closure, 200);
}

/* The bytes that were signed, or the signature in minisign's format. */
static enum err get_receipt(struct call *call)
{
    static const char *const stages[] = {[RECEIPT_CLOSED] = "closed", [RECEIPT_FORGOTTEN] = "forgotten"};
    static const char *const formats[] = {"json", "minisig"};
    int64_t stage = RECEIPT_CLOSED, format = 0;
    struct closure_call closure;
    struct closure_receipt receipt;
    TRY(call_word(call, "stage", http_query(call->request, "stage"), stages, 3, &stage));
    TRY(call_word(call, "format", http_query(call->request, "format"), formats, 2, &format));
    TRY(closure_call_open(call, &closure));
    struct str secret = closure.key.length != 0 ? closure.key : closure.view->row.own.secret;
    if (secret.length == 0)
        return ERR_NOT_FOUND;
    TRY(closure_receipt_read(call->app, call->arena, closure.id.account_id, closure.id.closure_id,
                             (enum receipt_stage)stage, secret, &receipt));
    call->status = 200;
    call->content_type = format == 0 ? "application/json" : "text/plain; charset=utf-8";
    buf_add(&call->body, format == 0 ? receipt.text : receipt.signature);
    return ERR_NONE;
}

const struct call_row rows_closure[] = {
    {"GET", "/api/v1/closures", HTTP_INLINE, CALL_SUBSCRIBER, get_closures, {{0}}, 0},
    {"GET", "/api/v1/closures/preflight", HTTP_INLINE, CALL_SUBSCRIBER, get_preflight, {{0}}, 0},
    {"POST", "/api/v1/closures/proof-code", HTTP_WORK, CALL_SUBSCRIBER, post_proof_code, {{0}}, 0},
    {"POST",
     "/api/v1/closures/proof",
     HTTP_WORK,
     CALL_SUBSCRIBER,
     post_proof,
     {{"password", CALL_TEXT, true}, {"code", CALL_TEXT, false}},
     0},
    {"POST",
     "/api/v1/closures",
     HTTP_WORK,
     CALL_SUBSCRIBER,
     post_closure,
     {{"line", CALL_ID, false},
      {"date", CALL_TIME, false},
      {"refund", CALL_TEXT, false},
      {"bank", CALL_TEXT, false},
      {"mark", CALL_TEXT, false}},
     0},
    {"GET", "/api/v1/closures/{reference}", HTTP_INLINE, CALL_HOLDER, get_closure, {{0}}, 0},
    {"GET", "/api/v1/closures/{reference}/receipt", HTTP_INLINE, CALL_HOLDER, get_receipt, {{0}}, 0},
    {0},
};
