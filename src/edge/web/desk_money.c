#include "app/refund.h"
#include "edge/web/desk.h"
#include "edge/web/pages.h"

enum { MONEY_ROWS = 200 };

static const char *const states[] = {[REFUND_OWED] = "owed",
                                     [REFUND_SENT] = "sent",
                                     [REFUND_SETTLED] = "settled",
                                     [REFUND_FAILED] = "failed",
                                     [REFUND_GIVEN_UP] = "given_up"};

/* What waits for the desk, for the holder or for its arrival; a failed one only where no attempt follows it.
 */
static bool is_unfinished(const struct closure_view *view, size_t index)
{
    const struct store_refund *refund = &view->refunds[index];
    return refund->state == REFUND_OWED || refund->state == REFUND_SENT ||
           refund_waits_for_person(view->refunds, view->refund_count, index);
}

static struct template_desk_money_refund
show_refund(const struct visit *visit, const struct closure_view *view, const struct store_refund *refund)
{
    return (struct template_desk_money_refund){
        .reference = view->row.reference,
        .payment = visit_id(visit, refund->payment_id),
        .attempt = refund->attempt,
        .amount = refund->amount,
        .to = refund->instrument,
        .state = visit_text(visit, "refund.state.", states[refund->state]),
        .owed = refund->state == REFUND_OWED && !refund_asks_destination(refund),
        .asks = refund_asks_destination(refund) || refund->state == REFUND_FAILED,
        .asked = refund_asks_destination(refund) &&
                 refund_destination_allowed(&view->row, view->has_key) == ERR_NONE,
        .sent = refund->state == REFUND_SENT,
        .since = refund->state == REFUND_SENT ? refund->sent_at : refund->owed_at,
        .bank_reference = refund->bank_reference,
    };
}

static enum err show_money(struct visit *visit)
{
    struct store_desk_item *items;
    size_t found;
    struct template_desk_money page = {.frame = desk_frame(visit)};
    struct template_desk_money_refund *refunds =
        ARENA_ARRAY(visit->arena, MONEY_ROWS, struct template_desk_money_refund);
    TRY(desk_waiting(visit, "refund", &items, &found));
    for (size_t i = 0; i < found; i++) {
        struct closure_view *view;
        struct closure_id id = {items[i].account_id, items[i].subject_id};
        if (closure_view(visit->app, visit->arena, id, &view) != ERR_NONE || !view->has_key)
            continue;
        for (size_t k = 0; k < view->refund_count && page.refunds_count < MONEY_ROWS; k++)
            if (is_unfinished(view, k))
                refunds[page.refunds_count++] = show_refund(visit, view, &view->refunds[k]);
    }
    page.refunds = refunds;
    VISIT_SHOW(visit, desk_money, &page);
    return ERR_NONE;
}

static enum err get_money(struct visit *visit)
{
    TRY(desk_allow(visit, DESK_MONEY));
    return show_money(visit);
}

static enum err find_refund(struct visit *visit, struct refund_id *ret_id)
{
    TRY(desk_allow(visit, DESK_MONEY));
    TRY(closure_find(visit->app, visit->arena, http_param(visit->request, "reference"), &ret_id->closure));
    TRY(visit_param_id(visit, "payment", &ret_id->payment_id));
    return visit_param_id(visit, "attempt", &ret_id->attempt);
}

static enum err go_back(struct visit *visit, enum err error, const char *word)
{
    if (error == ERR_NONE)
        return visit_go(visit, STR("/desk/money"), word);
    if (!desk_is_mistake(error))
        return error;
    if (visit->error == ERR_NONE)
        visit_set_failed(visit, error);
    return show_money(visit);
}

static enum err post_sent(struct visit *visit)
{
    struct refund_id id;
    TRY(find_refund(visit, &id));
    enum err error = refund_mark_sent(visit->app, &visit->actor, id, http_form(visit->request, "reference"),
                                      http_form(visit->request, "to"));
    if (error == ERR_INVALID)
        visit_set_mistake(visit, error, "reference", TEXT_MISTAKE_REFERENCE);
    return go_back(visit, error, "refund_sent");
}

static enum err post_settled(struct visit *visit)
{
    struct refund_id id;
    TRY(find_refund(visit, &id));
    return go_back(visit, refund_mark_settled(visit->app, &visit->actor, id), "refund_settled");
}

static enum err post_failed(struct visit *visit)
{
    struct refund_id id;
    TRY(find_refund(visit, &id));
    return go_back(visit, refund_mark_failed(visit->app, &visit->actor, id), "refund_failed");
}

static enum err post_redirect(struct visit *visit)
{
    struct refund_id id;
    TRY(find_refund(visit, &id));
    enum err error = refund_redirect(visit->app, &visit->actor, id, http_form(visit->request, "to"));
    if (error == ERR_INVALID)
        visit_set_mistake(visit, error, "to", TEXT_MISTAKE_BANK);
    return go_back(visit, error, "refund_redirected");
}

#define MONEY_PATH "/desk/money/{reference}/{payment}/{attempt}/"

const struct web_row desk_money_rows[] = {
    {"GET", "/desk/money", HTTP_WORK, WEB_DESK, get_money, 0, 0},
    {"POST", MONEY_PATH "sent", HTTP_WORK, WEB_DESK, post_sent, 0, 0},
    {"POST", MONEY_PATH "settled", HTTP_WORK, WEB_DESK, post_settled, 0, 0},
    {"POST", MONEY_PATH "failed", HTTP_WORK, WEB_DESK, post_failed, 0, 0},
    {"POST", MONEY_PATH "redirect", HTTP_WORK, WEB_DESK, post_redirect, 0, 0},
    {0},
};
