#include "edge/web/page_closure.h"

#include "app/declaration.h"
#include "edge/web/pages.h"
#include "wire/phone.h"

static enum err open_declaration(struct visit *visit, struct str key, struct declaration_view **ret_view)
{
    return declaration_by_link(visit->app, visit->arena, http_param(visit->request, "reference"), key,
                               ret_view);
}

static struct str path_of(const struct visit *visit, const struct store_declaration *row, const char *below,
                          struct str key)
{
    return arena_printf(visit->arena, "/cancel/%.*s%s?key=%.*s", STR_ARG(row->reference), below,
                        STR_ARG(key));
}

/* What the link of a mail to the account's contacts leads to. */
static enum err get_declaration(struct visit *visit)
{
    static const char *const states[] = {[DECLARATION_RECEIVED] = "received",
                                         [DECLARATION_MATCHED] = "matched",
                                         [DECLARATION_UNMATCHED] = "unmatched",
                                         [DECLARATION_ENDED] = "ended",
                                         [DECLARATION_ENDED_UNMATCHED] = "ended_unmatched",
                                         [DECLARATION_OBJECTED] = "objected"};
    struct str key = http_query(visit->request, "key");
    struct declaration_view *view;
    TRY(open_declaration(visit, key, &view));
    const struct store_declaration *row = &view->row;
    struct declaration_term term = declaration_term(row);
    bool matched = row->state == DECLARATION_MATCHED;
    struct template_declaration page = {
        .frame = visit_frame(visit),
        .reference = row->reference,
        .state = visit_text(visit, "declaration.state.", states[row->state]),
        .withdraw = term.asked,
        .received = row->received_at,
        .wished_date = row->wished_at,
        .one_number = row->line_id != 0,
        .number = row->number.length != 0 ? phone_mask(visit->arena, row->number) : STR_NONE,
        .bought = term.bought_at,
        .last_day = term.last_day,
        .in_time = term.in_time,
        .until = matched ? row->deadline_at : 0,
        .not_me = matched ? path_of(visit, row, "/not-me", key) : STR_NONE,
        .close = STR("/close"),
    };
    page.frame.here = path_of(visit, row, "", key);
    VISIT_SHOW(visit, declaration, &page);
    return ERR_NONE;
}

static enum err get_not_me(struct visit *visit)
{
    struct str key = http_query(visit->request, "key");
    struct declaration_view *view;
    TRY(open_declaration(visit, key, &view));
    bool done = view->row.state == DECLARATION_OBJECTED;
    not_me_show(visit, "cancel", view->row.reference, key, done,
                !done && view->row.state != DECLARATION_MATCHED);
    return ERR_NONE;
}

static enum err post_not_me(struct visit *visit)
{
    struct str reference = http_param(visit->request, "reference"), key = http_form(visit->request, "key");
    enum err error = declaration_object(visit->app, visit->arena, reference, key);
    if (error != ERR_NONE && error != ERR_STATE)
        return error;
    not_me_show(visit, "cancel", reference, key, error == ERR_NONE, error == ERR_STATE);
    return ERR_NONE;
}

const struct web_row page_declaration_rows[] = {
    {"GET", "/cancel/{reference}", HTTP_INLINE, WEB_ANYBODY, get_declaration, 0, 0},
    {"GET", "/cancel/{reference}/not-me", HTTP_INLINE, WEB_ANYBODY, get_not_me, 0, 0},
    {"POST", "/cancel/{reference}/not-me", HTTP_WORK, WEB_ANYBODY, post_not_me, WEB_ROW_NO_TOKEN, 0},
    {0},
};
