#include "edge/web/pages.h"

#include "app/ticket.h"
#include "base/limits.h"

enum { TICKET_ROWS = 50 };

static const char *const states[] = {
    [TICKET_OPEN] = "open", [TICKET_ANSWERED] = "answered", [TICKET_CLOSED] = "closed"};

/* What was typed before. */
struct ticket_input {
    struct str subject, text, from;
    enum text_id subject_mistake, text_mistake;
};

static enum err show_tickets(struct visit *visit, const struct ticket_input *input)
{
    struct store_ticket *found = ARENA_ARRAY(visit->arena, TICKET_ROWS, struct store_ticket);
    size_t count;
    TRY(ticket_list(visit->app, visit->arena, &visit->actor, found, TICKET_ROWS, &count));
    struct template_tickets_ticket *tickets =
        ARENA_ARRAY(visit->arena, count + 1, struct template_tickets_ticket);
    for (size_t i = 0; i < count; i++)
        tickets[i] = (struct template_tickets_ticket){
            .reference = found[i].reference,
            .subject = found[i].subject,
            .state = visit_text(visit, "ticket.state.", states[found[i].state]),
            .answered = found[i].state == TICKET_ANSWERED,
            .updated = found[i].updated_at,
        };
    struct template_tickets page = {
        .frame = visit_frame(visit),
        .tickets = tickets,
        .tickets_count = count,
        .from = input->from,
        .subject = input->subject,
        .subject_mistake = input->subject_mistake,
        .text = input->text,
        .text_mistake = input->text_mistake,
    };
    VISIT_SHOW(visit, tickets, &page);
    return ERR_NONE;
}

static enum err get_tickets(struct visit *visit)
{
    struct str from = http_query(visit->request, "from");
    return show_tickets(visit, &(const struct ticket_input){.from = str_part(from, 0, 100)});
}

static bool ticket_is_mistake(enum err error)
{
    return error == ERR_INVALID || error == ERR_RATE || error == ERR_POLICY;
}

static void mistake(struct visit *visit, const char *field, enum text_id message, enum text_id *ret_mistake)
{
    *ret_mistake = message;
    visit_set_mistake(visit, ERR_INVALID, field, message);
}

static void check_input(struct visit *visit, struct ticket_input *input)
{
    if (input->subject.length == 0 || input->subject.length > 200)
        mistake(visit, "subject", TEXT_MISTAKE_SUBJECT, &input->subject_mistake);
    if (str_trim(input->text).length == 0 || input->text.length > LIMIT_TICKET_BYTES)
        mistake(visit, "text", TEXT_MISTAKE_MESSAGE, &input->text_mistake);
}

static enum err post_ticket(struct visit *visit)
{
    struct ticket_input input = {
        .subject = str_trim(http_form(visit->request, "subject")),
        .text = http_form(visit->request, "text"),
        .from = http_form(visit->request, "from"),
    };
    struct ticket_ask ask = {.subject = input.subject, .text = input.text, .where = input.from};
    check_input(visit, &input);
    enum err error = visit->error;
    if (error == ERR_NONE)
        error = ticket_ask(visit->app, visit->arena, &visit->actor, &ask);
    if (error == ERR_NONE)
        return visit_go(visit, arena_printf(visit->arena, "/tickets/%.*s", STR_ARG(ask.ret_reference)),
                        "ticket_sent");
    if (!ticket_is_mistake(error))
        return error;
    if (visit->error == ERR_NONE)
        visit_set_failed(visit, error);
    return show_tickets(visit, &input);
}

/* The conversation of the route's {reference}, if it is the reader's. */
static enum err find_ticket(struct visit *visit, struct ticket_view **ret_view)
{
    int64_t account_id, ticket_id;
    TRY(ticket_find(visit->app, visit->arena, http_param(visit->request, "reference"), &account_id,
                    &ticket_id));
    if (account_id != visit->account.account_id)
        return ERR_NOT_FOUND;
    return ticket_read(visit->app, visit->arena, &visit->actor, account_id, ticket_id, ret_view);
}

static void show_ticket(struct visit *visit, const struct ticket_view *view, struct str text,
                        enum text_id text_mistake)
{
    struct template_ticket_message *messages =
        ARENA_ARRAY(visit->arena, view->message_count + 1, struct template_ticket_message);
    for (size_t i = 0; i < view->message_count; i++)
        messages[i] = (struct template_ticket_message){
            .own = view->messages[i].staff_id == 0,
            .at = view->messages[i].at,
            .text = view->messages[i].text,
        };
    struct template_ticket page = {
        .frame = visit_frame(visit),
        .reference = view->ticket.reference,
        .subject = view->ticket.subject,
        .state = visit_text(visit, "ticket.state.", states[view->ticket.state]),
        .closed = view->ticket.state == TICKET_CLOSED,
        .messages = messages,
        .messages_count = view->message_count,
        .text = text,
        .text_mistake = text_mistake,
    };
    page.frame.here = arena_printf(visit->arena, "/tickets/%.*s", STR_ARG(page.reference));
    VISIT_SHOW(visit, ticket, &page);
}

static enum err get_ticket(struct visit *visit)
{
    struct ticket_view *view;
    TRY(find_ticket(visit, &view));
    show_ticket(visit, view, STR_NONE, TEXT_NONE);
    return ERR_NONE;
}

static struct str ticket_path(const struct visit *visit, const struct ticket_view *view)
{
    return arena_printf(visit->arena, "/tickets/%.*s", STR_ARG(view->ticket.reference));
}

static enum err post_answer(struct visit *visit)
{
    struct ticket_view *view;
    struct str text = http_form(visit->request, "text");
    enum text_id text_mistake = TEXT_NONE;
    TRY(find_ticket(visit, &view));
    enum err error =
        ticket_answer(visit->app, &visit->actor, view->ticket.account_id, view->ticket.ticket_id, text);
    if (error == ERR_NONE)
        return visit_go(visit, ticket_path(visit, view), "ticket_sent");
    if (!ticket_is_mistake(error))
        return error;
    if (error == ERR_INVALID)
        mistake(visit, "text", TEXT_MISTAKE_MESSAGE, &text_mistake);
    else
        visit_set_failed(visit, error);
    show_ticket(visit, view, text, text_mistake);
    return ERR_NONE;
}

static enum err post_close(struct visit *visit)
{
    struct ticket_view *view;
    TRY(find_ticket(visit, &view));
    TRY(ticket_close(visit->app, &visit->actor, view->ticket.account_id, view->ticket.ticket_id));
    return visit_go(visit, ticket_path(visit, view), "ticket_closed");
}

const struct web_row page_tickets_rows[] = {
    {"GET", "/tickets", HTTP_INLINE, WEB_SUBSCRIBER, get_tickets, 0, 0},
    {"POST", "/tickets", HTTP_WORK, WEB_SUBSCRIBER, post_ticket, 0, 0},
    {"GET", "/tickets/{reference}", HTTP_INLINE, WEB_SUBSCRIBER, get_ticket, 0, 0},
    {"POST", "/tickets/{reference}/answer", HTTP_WORK, WEB_SUBSCRIBER, post_answer, 0, 0},
    {"POST", "/tickets/{reference}/close", HTTP_WORK, WEB_SUBSCRIBER, post_close, 0, 0},
    {0},
};
