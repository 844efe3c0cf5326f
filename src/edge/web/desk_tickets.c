#include "app/ticket.h"
#include "edge/web/desk.h"
#include "edge/web/pages.h"

static const char *const states[] = {
    [TICKET_OPEN] = "open", [TICKET_ANSWERED] = "answered", [TICKET_CLOSED] = "closed"};

static struct str ticket_path(const struct visit *visit, struct str reference)
{
    return arena_printf(visit->arena, "/desk/tickets/%.*s", STR_ARG(reference));
}

static enum err show_queue(const struct visit *visit, struct str current, struct template_desk_queue *queue)
{
    struct store_desk_item *items;
    size_t found;
    TRY(desk_waiting(visit, "ticket", &items, &found));
    struct template_desk_queue_row *rows =
        ARENA_ARRAY(visit->arena, found + 1, struct template_desk_queue_row);
    for (size_t i = 0; i < found; i++) {
        struct ticket_view *view;
        if (ticket_read(visit->app, visit->arena, &visit->actor, items[i].account_id, items[i].subject_id,
                        &view) != ERR_NONE)
            continue;
        rows[queue->rows_count++] = (struct template_desk_queue_row){
            .page = ticket_path(visit, view->ticket.reference),
            .reference = view->ticket.reference,
            .summary = view->ticket.subject,
            .state = visit_text(visit, "ticket.state.", states[view->ticket.state]),
            .due = items[i].due,
            .late = items[i].due < visit->now,
            .current = str_equal(view->ticket.reference, current),
        };
    }
    queue->rows = rows;
    return ERR_NONE;
}

/* The case that the ticket is about; STR_NONE for whoever may not review. */
static struct str case_path(const struct visit *visit, const struct store_ticket *ticket)
{
    struct closure_view *view;
    struct closure_id id = {ticket->account_id, ticket->closure_id};
    if (ticket->closure_id == 0 || desk_allow(visit, DESK_REVIEW) != ERR_NONE ||
        closure_view(visit->app, visit->arena, id, &view) != ERR_NONE)
        return STR_NONE;
    return arena_printf(visit->arena, "/desk/reviews/%.*s", STR_ARG(view->row.reference));
}

static void show_ticket(const struct visit *visit, const struct ticket_view *view,
                        struct template_desk_tickets_ticket *ticket)
{
    struct template_desk_tickets_message *messages =
        ARENA_ARRAY(visit->arena, view->message_count + 1, struct template_desk_tickets_message);
    for (size_t i = 0; i < view->message_count; i++)
        messages[i] = (struct template_desk_tickets_message){view->messages[i].staff_id != 0,
                                                             view->messages[i].at, view->messages[i].text};
    *ticket = (struct template_desk_tickets_ticket){
        .reference = view->ticket.reference,
        .subject = view->ticket.subject,
        .where = view->ticket.where,
        .closure = case_path(visit, &view->ticket),
        .state = visit_text(visit, "ticket.state.", states[view->ticket.state]),
        .closed = view->ticket.state == TICKET_CLOSED,
        .operator= str_is(view->ticket.key_kind, "case") && view->ticket.mail.length == 0,
        .messages = messages,
        .messages_count = view->message_count,
    };
}

static enum err show_tickets(struct visit *visit, const struct ticket_view *view)
{
    struct template_desk_tickets page = {.frame = desk_frame(visit)};
    struct template_desk_tickets_ticket ticket;
    TRY(show_queue(visit, view != NULL ? view->ticket.reference : STR_NONE, &page.queue));
    if (view != NULL) {
        show_ticket(visit, view, &ticket);
        page.ticket = &ticket;
    }
    VISIT_SHOW(visit, desk_tickets, &page);
    return ERR_NONE;
}

static enum err get_tickets(struct visit *visit)
{
    return show_tickets(visit, NULL);
}

static enum err find_ticket(struct visit *visit, struct ticket_view **ret_view)
{
    int64_t account_id, ticket_id;
    TRY(ticket_find(visit->app, visit->arena, http_param(visit->request, "reference"), &account_id,
                    &ticket_id));
    return ticket_read(visit->app, visit->arena, &visit->actor, account_id, ticket_id, ret_view);
}

static enum err get_ticket(struct visit *visit)
{
    struct ticket_view *view;
    TRY(find_ticket(visit, &view));
    return show_tickets(visit, view);
}

static enum err go_back(struct visit *visit, const struct ticket_view *view, enum err error, const char *word)
{
    if (error == ERR_NONE)
        return visit_go(visit, ticket_path(visit, view->ticket.reference), word);
    if (!desk_is_mistake(error))
        return error;
    visit_set_failed(visit, error);
    return show_tickets(visit, view);
}

static enum err post_answer(struct visit *visit)
{
    struct ticket_view *view;
    TRY(find_ticket(visit, &view));
    enum err error = ticket_answer(visit->app, &visit->actor, view->ticket.account_id, view->ticket.ticket_id,
                                   http_form(visit->request, "text"));
    return go_back(visit, view, error, "ticket_answered");
}

static enum err post_close(struct visit *visit)
{
    struct ticket_view *view;
    TRY(find_ticket(visit, &view));
    enum err error = ticket_close(visit->app, &visit->actor, view->ticket.account_id, view->ticket.ticket_id);
    return go_back(visit, view, error, "ticket_closed");
}

const struct web_row desk_tickets_rows[] = {
    {"GET", "/desk/tickets", HTTP_WORK, WEB_DESK, get_tickets, 0, 0},
    {"GET", "/desk/tickets/{reference}", HTTP_WORK, WEB_DESK, get_ticket, 0, 0},
    {"POST", "/desk/tickets/{reference}/answer", HTTP_WORK, WEB_DESK, post_answer, 0, 0},
    {"POST", "/desk/tickets/{reference}/close", HTTP_WORK, WEB_DESK, post_close, 0, 0},
    {0},
};
