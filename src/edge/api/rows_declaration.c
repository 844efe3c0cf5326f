#include "edge/api/rows.h"

#include "app/contact.h"
#include "app/declaration.h"
#include "base/clock.h"
#include "base/limits.h"
#include "wire/phone.h"

static bool is_line(struct str text)
{
    return text.length != 0 && text.length <= 200 && str_is_utf8(text);
}

static enum err read_declaration(struct call *call, struct declaration_new *declare)
{
    static const char *const kinds[] = {[DECLARATION_CANCEL] = "cancel", [DECLARATION_WITHDRAW] = "withdraw"};
    int64_t kind = DECLARATION_CANCEL, wished = call_time(call, "date");
    TRY(call_word(call, "kind", call_text(call, "kind"), kinds, 3, &kind));
    *declare = (struct declaration_new){
        .kind = (enum declaration_kind)kind,
        .name = str_trim(call_text(call, "name")),
        .contract = str_trim(call_text(call, "contract")),
        .mail = str_trim(call_text(call, "mail")),
        .reason = str_trim(call_text(call, "reason")),
        .language = call->language,
        .wished_at = wished > call->now ? wished : 0,
        .repeat = call->repeat,
    };
    if (!is_line(declare->name))
        return call_fault(call, "name", "invalid");
    if (!is_line(declare->contract))
        return call_fault(call, "contract", "invalid");
    return contact_mail_is_valid(declare->mail) ? ERR_NONE : call_fault(call, "mail", "invalid");
}

/* The secret of its link goes out by mail alone. */
static enum err post_declaration(struct call *call)
{
    struct declaration_new declare;
    TRY(read_declaration(call, &declare));
    TRY(declaration_record(call->app, call->arena, http_client(call->request), &declare));
    struct json *json = call_answer(call, 201);
    json_text(json, "reference", declare.ret_reference);
    json_text(json, "kind", declare.kind == DECLARATION_CANCEL ? "cancel" : "withdraw");
    json_time(json, "received_at", declare.ret_received_at);
    json_time(json, "ends_at", declare.wished_at != 0 ? declare.wished_at : declare.ret_received_at);
    return call_done(call);
}

/* By the link of the mails to the account's contacts, as the page behind it. */
static enum err get_declaration(struct call *call)
{
    static const char *const states[] = {[DECLARATION_RECEIVED] = "received",
                                         [DECLARATION_MATCHED] = "matched",
                                         [DECLARATION_UNMATCHED] = "unmatched",
                                         [DECLARATION_ENDED] = "ended",
                                         [DECLARATION_ENDED_UNMATCHED] = "ended_unmatched",
                                         [DECLARATION_OBJECTED] = "objected"};
    struct declaration_view *view;
    TRY(declaration_by_link(call->app, call->arena, http_param(call->request, "reference"),
                            http_query(call->request, "key"), &view));
    const struct store_declaration *row = &view->row;
    struct declaration_term term = declaration_term(row);
    struct json *json = call_answer(call, 200);
    json_str(json, "reference", row->reference);
    json_text(json, "kind", term.asked ? "withdraw" : "cancel");
    json_text(json, "taken_as", term.in_time ? "withdraw" : "cancel");
    json_text(json, "state", states[row->state]);
    json_text(json, "scope", row->line_id != 0 ? "number" : "account");
    call_json_str(call, "number", row->number.length != 0 ? phone_mask(call->arena, row->number) : STR_NONE);
    json_time(json, "received_at", row->received_at);
    json_time(json, "ends_at", row->wished_at != 0 ? row->wished_at : row->received_at);
    json_time(json, "goes_on_at", row->deadline_at);
    json_time(json, "bought_at", term.bought_at);
    json_time(json, "withdraw_last_day", term.last_day);
    return call_done(call);
}

static enum err post_not_me(struct call *call)
{
    TRY(declaration_object(call->app, call->arena, http_param(call->request, "reference"),
                           http_query(call->request, "key")));
    json_text(call_answer(call, 200), "state", "objected");
    return call_done(call);
}

const struct call_row rows_declaration[] = {
    {"POST",
     "/api/v1/declarations",
     HTTP_WORK,
     CALL_ANYBODY,
     post_declaration,
     {{"kind", CALL_TEXT, false},
      {"name", CALL_TEXT, true},
      {"contract", CALL_TEXT, true},
      {"mail", CALL_TEXT, true},
      {"reason", CALL_TEXT, false},
      {"date", CALL_TIME, false}},
     0},
    {"GET", "/api/v1/declarations/{reference}", HTTP_INLINE, CALL_HOLDER, get_declaration, {{0}}, 0},
    {"POST", "/api/v1/declarations/{reference}/not-me", HTTP_WORK, CALL_HOLDER, post_not_me, {{0}}, 0},
    {0},
};
