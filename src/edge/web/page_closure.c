#include "edge/web/page_closure.h"

#include "app/closure_steps.h"
#include "app/refund.h"
#include "app/settings.h"
#include "app/ticket.h"
#include "base/clock.h"
#include "edge/web/pages.h"
#include "wire/phone.h"

enum { STATUS_STEPS = 8, STATUS_TICKETS = 16 };

static const char *const reasons[] = {[CLOSURE_REASON_NO_NEED] = "no_need",
                                      [CLOSURE_REASON_MISTAKE] = "mistake",
                                      [CLOSURE_REASON_NO_CODES] = "no_codes",
                                      [CLOSURE_REASON_PRICE] = "price",
                                      [CLOSURE_REASON_OTHER_NUMBER] = "other_number",
                                      [CLOSURE_REASON_PRIVACY] = "privacy",
                                      [CLOSURE_REASON_OTHER] = "other"};
enum { REASONS = sizeof reasons / sizeof *reasons };

/* When the present state ends by itself; 0: never, or nobody can say. */
static int64_t state_deadline(const struct store_closure *row)
{
    if (row->objected_at != 0)
        return 0;
    switch ((enum closure_state)row->state) {
    case CLOSURE_REVIEW:
        return row->review_end_at;
    case CLOSURE_COOLING:
        return row->undo_end_at;
    case CLOSURE_QUESTION:
    case CLOSURE_REFUSED:
    case CLOSURE_SETTLING:
    case CLOSURE_DISCONNECTING:
    case CLOSURE_FORGETTING:
        return row->deadline_at;
    case CLOSURE_UNDONE:
    case CLOSURE_CLOSED:
    case CLOSURE_FORGOTTEN:
        break;
    }
    return 0;
}

/* The way as one line of states; a question, a refusal and an undoing stand where the review or the cooling
 * would. */
static size_t way_of(const struct store_closure *row, enum closure_state ret_way[STATUS_STEPS])
{
    enum closure_state now = (enum closure_state)row->state;
    size_t count = 0;
    bool side = now == CLOSURE_QUESTION || now == CLOSURE_REFUSED;
    ret_way[count++] = side ? now : CLOSURE_REVIEW;
    if (now == CLOSURE_UNDONE) {
        ret_way[count++] = CLOSURE_UNDONE;
        return count;
    }
    ret_way[count++] = CLOSURE_COOLING;
    ret_way[count++] = CLOSURE_SETTLING;
    ret_way[count++] = CLOSURE_DISCONNECTING;
    ret_way[count++] = CLOSURE_CLOSED;
    if (row->scope == CLOSURE_SCOPE_ACCOUNT)
        ret_way[count++] = now == CLOSURE_FORGETTING ? CLOSURE_FORGETTING : CLOSURE_FORGOTTEN;
    return count;
}

/* What is known of when a state came or will come; 0: nothing. */
static int64_t step_at(const struct store_closure *row, const int64_t entered[CLOSURE_STATES],
                       enum closure_state state)
{
    if (state == (enum closure_state)row->state)
        return row->state_at;
    if (state == CLOSURE_SETTLING && row->state == CLOSURE_COOLING)
        return row->undo_end_at;
    return state == CLOSURE_CLOSED ? row->closed_at : entered[state];
}

static const char *const state_names[] = {[CLOSURE_REVIEW] = "review",
                                          [CLOSURE_QUESTION] = "question",
                                          [CLOSURE_REFUSED] = "refused",
                                          [CLOSURE_COOLING] = "cooling",
                                          [CLOSURE_UNDONE] = "undone",
                                          [CLOSURE_SETTLING] = "settling",
                                          [CLOSURE_DISCONNECTING] = "disconnecting",
                                          [CLOSURE_CLOSED] = "closed",
                                          [CLOSURE_FORGETTING] = "forgetting",
                                          [CLOSURE_FORGOTTEN] = "forgotten"};

static void show_steps(const struct visit *visit, const struct closure_view *view,
                       struct template_closure *page)
{
    struct template_closure_step *steps =
        ARENA_ARRAY(visit->arena, STATUS_STEPS + 1, struct template_closure_step);
    const struct store_closure *row = &view->row;
    enum closure_state way[STATUS_STEPS];
    int64_t entered[CLOSURE_STATES];
    size_t count = way_of(row, way);
    closure_steps(view->journal, view->journal_count, row->start_at, entered);
    bool past = true;
    steps[0] = (struct template_closure_step){TEXT_CLOSURE_STEP_RECEIVED, STR("past"), row->submitted_at};
    for (size_t i = 0; i < count; i++) {
        bool now = way[i] == (enum closure_state)row->state;
        past = past && !now;
        steps[i + 1] = (struct template_closure_step){
            .name = visit_text(visit, "closure.state.", state_names[way[i]]),
            .phase = now    ? STR("now")
                     : past ? STR("past")
                            : STR("next"),
            .at = now || past || way[i] == CLOSURE_SETTLING ? step_at(row, entered, way[i]) : 0,
        };
    }
    page->steps = steps;
    page->steps_count = count + 1;
}

static struct template_closure_refund show_refund(const struct visit *visit,
                                                  const struct store_refund *refund)
{
    static const char *const names[] = {[REFUND_OWED] = "owed",
                                        [REFUND_SENT] = "sent",
                                        [REFUND_SETTLED] = "settled",
                                        [REFUND_FAILED] = "failed",
                                        [REFUND_GIVEN_UP] = "given_up"};
    return (struct template_closure_refund){
        .amount = refund->amount,
        .to = refund_label(visit->arena, refund),
        .state = visit_text(visit, "refund.state.", names[refund->state]),
        .at = refund->state == REFUND_SETTLED ? refund->settled_at
              : refund->state == REFUND_SENT  ? refund->sent_at
                                              : refund->owed_at,
        .by = refund_arrives_by(refund),
    };
}

static void show_refunds(const struct visit *visit, const struct closure_view *view,
                         struct template_closure *page)
{
    struct template_closure_refund *refunds =
        ARENA_ARRAY(visit->arena, view->refund_count + 1, struct template_closure_refund);
    bool asks = false;
    for (size_t i = 0; i < view->refund_count; i++) {
        const struct store_refund *refund = &view->refunds[i];
        refunds[i] = show_refund(visit, refund);
        asks = asks || (view->has_key && refund_asks_destination(refund));
        page->bank_person |= refund_waits_for_person(view->refunds, view->refund_count, i);
    }
    bool allowed = refund_destination_allowed(&view->row, view->has_key) == ERR_NONE;
    page->asks_bank = asks && allowed;
    page->asks_proof = asks && !allowed;
    page->refunds = refunds;
    page->refunds_count = view->refund_count;
}

static void show_reasons(const struct visit *visit, const struct closure_view *view,
                         struct template_closure *page)
{
    struct template_closure_reason *shown =
        ARENA_ARRAY(visit->arena, REASONS, struct template_closure_reason);
    size_t count = 0;
    for (int64_t i = 1; i < REASONS; i++)
        shown[count++] = (struct template_closure_reason){
            .value = str_from(reasons[i]),
            .label = visit_text(visit, "closure.reason.", reasons[i]),
            .chosen = view->row.reason == i,
        };
    page->reasons = shown;
    page->reasons_count = count;
    page->reason_open = view->has_key && view->row.state != CLOSURE_UNDONE;
    page->comment = view->row.own.comment;
    page->reason_mistake_withdraw = view->row.reason == CLOSURE_REASON_MISTAKE &&
                                    (visit->app->settings->operator.markets & SETTINGS_MARKET_EU) != 0;
}

static void show_conversation(const struct closure_view *view, struct template_closure *page)
{
    static const char *const refusals[] = {[CLOSURE_REFUSAL_NOT_HOLDER] = "refusal.not_holder",
                                           [CLOSURE_REFUSAL_UNPROVEN] = "refusal.unproven",
                                           [CLOSURE_REFUSAL_CONTACT_OBJECTED] = "refusal.contact_objected"};
    const struct store_closure *row = &view->row;
    page->can_answer = row->state == CLOSURE_QUESTION || row->state == CLOSURE_REFUSED;
    page->question = row->own.question;
    page->replied = row->own.answer;
    if (row->state != CLOSURE_REFUSED || row->refusal_reason <= CLOSURE_REFUSAL_NONE ||
        row->refusal_reason > CLOSURE_REFUSAL_CONTACT_OBJECTED)
        return;
    page->refusal = text_find(str_from(refusals[row->refusal_reason]));
    page->refusal_words = row->own.refusal;
}

/* What the holder asked in the conversations of this closure, and what support answered. */
static void show_answers(struct visit *visit, const struct closure_visit *closure,
                         struct template_closure *page)
{
    struct actor holder = {.kind = ACTOR_LINK, .account_id = closure->id.account_id};
    struct store_ticket *tickets = ARENA_ARRAY(visit->arena, STATUS_TICKETS, struct store_ticket);
    struct template_closure_answer *answers =
        ARENA_ARRAY(visit->arena, TICKET_MESSAGES, struct template_closure_answer);
    size_t found = 0, count = 0;
    if (ticket_list(visit->app, visit->arena, &holder, tickets, STATUS_TICKETS, &found) != ERR_NONE)
        return;
    for (size_t i = 0; i < found; i++) {
        struct ticket_view *ticket;
        if (tickets[i].closure_id != closure->id.closure_id ||
            ticket_read(visit->app, visit->arena, &holder, holder.account_id, tickets[i].ticket_id,
                        &ticket) != ERR_NONE)
            continue;
        for (size_t k = 0; k < ticket->message_count && count < TICKET_MESSAGES; k++)
            answers[count++] = (struct template_closure_answer){
                ticket->messages[k].staff_id == 0, ticket->messages[k].at, ticket->messages[k].text};
    }
    page->answers = answers;
    page->answers_count = count;
}

static void show_links(const struct visit *visit, const struct closure_visit *closure,
                       struct template_closure *page)
{
    const struct settings *settings = visit->app->settings;
    const struct closure_view *view = closure->view;
    if (view->receipt_made && (closure->key.length != 0 || view->has_key)) {
        page->receipt = closure_visit_path(visit, closure, "/receipt");
        page->json = closure_visit_path(visit, closure, "/receipt.json");
        page->signature = closure_visit_path(visit, closure, "/receipt.json.minisig");
    }
    page->by_law = view->row.hold != 0 && view->receipt_made && !view->forgotten_made;
    if (visit->signed_in && visit->account.account_id == closure->id.account_id && view->can_undo)
        page->archive = STR("/settings#archive");
    page->support_mail = str_from(settings->operator.support_mail);
    page->support_link = closure_support_link(visit, closure->reference);
    page->complaint = str_from(settings->operator.complaint_body);
}

enum err closure_status_show(struct visit *visit, const struct closure_visit *closure,
                             const struct closure_input *input)
{
    const struct closure_view *view = closure->view;
    const struct store_closure *row = &view->row;
    const char *name = view->state_name;
    struct template_closure page = {
        .frame = visit_frame(visit),
        .reference = closure->reference,
        .key = closure->key,
        .number = row->scope == CLOSURE_SCOPE_NUMBER && row->own.number_count != 0
                      ? phone_show(visit->arena, row->own.numbers[0])
                      : STR_NONE,
        .fresh = str_is(http_query(visit->request, "fresh"), "1"),
        .state = visit_text(visit, "closure.state.", name),
        .now = visit_text(visit, "closure.now.", name),
        .silence = visit_text(visit, "closure.silence.", name),
        .deadline = state_deadline(row),
        .declared = row->declared_at,
        .due = row->closed_at == 0 && row->state != CLOSURE_UNDONE ? row->due_at : 0,
        .undo_until = view->undo_until,
        .undo_longer = row->undo_end_at == 0,
        .stopped = row->objected_at != 0 && view->can_undo,
        .waits = row->waits_for.length != 0
                     ? visit_text(visit, "error.", arena_cstr(visit->arena, row->waits_for))
                     : TEXT_NONE,
        .reply = input->reply,
        .answer_mistake = input->answer_mistake,
        .bank = input->bank,
        .bank_mistake = input->bank_mistake,
    };
    show_steps(visit, view, &page);
    show_refunds(visit, view, &page);
    show_reasons(visit, view, &page);
    show_conversation(view, &page);
    show_answers(visit, closure, &page);
    show_links(visit, closure, &page);
    page.frame.here = closure_visit_path(visit, closure, "");
    VISIT_SHOW(visit, closure, &page);
    return ERR_NONE;
}

static enum err get_closure(struct visit *visit)
{
    struct closure_visit closure;
    enum err error = closure_visit_open(visit, &closure);
    if (error != ERR_NONE)
        return closure_visit_refuse(visit, error);
    return closure_status_show(visit, &closure, &(const struct closure_input){0});
}

/* Back to the status page with a word of what was done. */
static enum err back(struct visit *visit, const struct closure_visit *closure, const char *word)
{
    return visit_go(visit, closure_visit_path(visit, closure, ""), word);
}

/* The page again, with the mistake; what the reader can't mend is an error page. */
static enum err again(struct visit *visit, const struct closure_visit *closure, enum err error,
                      const struct closure_input *input)
{
    if (error != ERR_INVALID && error != ERR_STATE && error != ERR_RATE && error != ERR_POLICY)
        return error;
    if (visit->error == ERR_NONE)
        visit_set_failed(visit, error);
    return closure_status_show(visit, closure, input);
}

static enum err post_undo(struct visit *visit)
{
    struct closure_visit closure;
    TRY(closure_visit_open(visit, &closure));
    enum err error = closure_undo(visit->app, &closure.actor, closure.id);
    if (error == ERR_STATE && closure.view->row.state != CLOSURE_UNDONE) {
        visit_set_failed(visit, error);
        visit->failed = TEXT_CLOSURE_UNDO_OVER;
    }
    if (error != ERR_NONE)
        return again(visit, &closure, error, &(const struct closure_input){0});
    return back(visit, &closure, "undone");
}

static enum err post_answer(struct visit *visit)
{
    struct closure_visit closure;
    struct closure_input input = {.reply = http_form(visit->request, "text")};
    TRY(closure_visit_open(visit, &closure));
    enum err error = closure_answer(visit->app, &closure.actor, closure.id, input.reply);
    if (error == ERR_NONE)
        return back(visit, &closure, "answered");
    if (error == ERR_INVALID) {
        input.answer_mistake = TEXT_MISTAKE_TEXT;
        visit_set_mistake(visit, error, "text", TEXT_MISTAKE_TEXT);
    }
    return again(visit, &closure, error, &input);
}

static enum closure_reason read_reason(struct str word)
{
    for (int i = 1; i < REASONS; i++)
        if (str_is(word, reasons[i]))
            return (enum closure_reason)i;
    return CLOSURE_REASON_NONE;
}

static enum err post_reason(struct visit *visit)
{
    struct closure_visit closure;
    TRY(closure_visit_open(visit, &closure));
    enum closure_reason reason = read_reason(http_form(visit->request, "reason"));
    enum err error =
        closure_tell_reason(visit->app, closure.id, reason, http_form(visit->request, "comment"));
    if (error != ERR_NONE) {
        if (reason == CLOSURE_REASON_NONE)
            visit_set_mistake(visit, error, "reason", TEXT_MISTAKE_REASON);
        return again(visit, &closure, error, &(const struct closure_input){0});
    }
    return back(visit, &closure, "reason_told");
}

static enum err post_bank(struct visit *visit)
{
    struct closure_visit closure;
    struct closure_input input = {.bank = http_form(visit->request, "bank")};
    TRY(closure_visit_open(visit, &closure));
    enum err error = closure_set_bank(visit->app, &closure.actor, closure.id, input.bank);
    if (error == ERR_NONE)
        return back(visit, &closure, "bank_set");
    if (error == ERR_INVALID) {
        input.bank_mistake = TEXT_MISTAKE_BANK;
        visit_set_mistake(visit, error, "bank", TEXT_MISTAKE_BANK);
    }
    return again(visit, &closure, error, &input);
}

/* The ticket knows which closure, which page and which state was on the screen. */
static enum err post_ask(struct visit *visit)
{
    struct closure_visit closure;
    TRY(closure_visit_open(visit, &closure));
    struct ticket_ask ask = {
        .subject = closure.reference,
        .text = http_form(visit->request, "text"),
        .where = arena_printf(visit->arena, "closure %s", closure.view->state_name),
        .closure_id = closure.id.closure_id,
    };
    enum err error = ticket_ask_by_link(visit->app, visit->arena, closure.id.account_id, &ask);
    if (error != ERR_NONE) {
        if (error == ERR_INVALID)
            visit_set_mistake(visit, error, "text", TEXT_MISTAKE_MESSAGE);
        return again(visit, &closure, error, &(const struct closure_input){0});
    }
    return back(visit, &closure, "asked");
}

const struct web_row page_closure_rows[] = {
    {"GET", "/closure/{reference}", HTTP_INLINE, WEB_ANYBODY, get_closure, 0, 0},
    {"POST", "/closure/{reference}/undo", HTTP_WORK, WEB_ANYBODY, post_undo, WEB_ROW_NO_TOKEN, 0},
    {"POST", "/closure/{reference}/answer", HTTP_WORK, WEB_ANYBODY, post_answer, WEB_ROW_NO_TOKEN, 0},
    {"POST", "/closure/{reference}/reason", HTTP_WORK, WEB_ANYBODY, post_reason, WEB_ROW_NO_TOKEN, 0},
    {"POST", "/closure/{reference}/bank", HTTP_WORK, WEB_ANYBODY, post_bank, WEB_ROW_NO_TOKEN, 0},
    {"POST", "/closure/{reference}/ask", HTTP_WORK, WEB_ANYBODY, post_ask, WEB_ROW_NO_TOKEN, 0},
    {0},
};
