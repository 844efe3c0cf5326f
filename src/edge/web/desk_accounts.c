#include "app/account_create.h"
#include "app/ticket.h"
#include "edge/web/desk.h"
#include "edge/web/pages.h"

/* Accounts are not leafed through: one is found by what its holder names, a reference or the log-in name. */
static enum err find_account(const struct visit *visit, struct str query, int64_t *ret_account_id)
{
    struct closure_id closure;
    int64_t ticket_id;
    if (closure_find(visit->app, visit->arena, query, &closure) == ERR_NONE) {
        *ret_account_id = closure.account_id;
        return ERR_NONE;
    }
    if (ticket_find(visit->app, visit->arena, query, ret_account_id, &ticket_id) == ERR_NONE)
        return ERR_NONE;
    return account_find(visit->app, visit->arena, query, ret_account_id);
}

static enum err show_account(const struct visit *visit, int64_t account_id,
                             struct template_desk_accounts_account *ret_account)
{
    static const char *const states[] = {[ACCOUNT_ACTIVE] = "active",
                                         [ACCOUNT_SUSPENDED] = "suspended",
                                         [ACCOUNT_CLOSING] = "closing",
                                         [ACCOUNT_CLOSED] = "closed"};
    struct desk_facts facts;
    struct account_view view = {.state = ACCOUNT_CLOSED};
    TRY(desk_facts(visit->app, visit->arena, account_id, &facts));
    if (!facts.gone)
        TRY(account_show(visit->app, visit->arena, account_id, &view));
    *ret_account = (struct template_desk_accounts_account){
        .account_id = visit_id(visit, account_id),
        .name = view.name,
        .state = visit_text(visit, "account.state.", states[view.state]),
        .since = facts.account_created_at,
        .balance = facts.balance,
        .numbers = facts.line_count,
    };
    return ERR_NONE;
}

static enum err get_accounts(struct visit *visit)
{
    struct str query = str_trim(http_query(visit->request, "q"));
    struct template_desk_accounts_account account;
    int64_t account_id;
    size_t count = 0;
    if (query.length != 0) {
        enum err error = find_account(visit, query, &account_id);
        if (error == ERR_NONE)
            error = show_account(visit, account_id, &account);
        count = error == ERR_NONE;
        if (error == ERR_NOT_FOUND || error == ERR_INVALID)
            visit_set_mistake(visit, ERR_NOT_FOUND, "q", TEXT_MISTAKE_ACCOUNT);
        else
            TRY(error);
    }
    struct template_desk_accounts page = {
        .frame = desk_frame(visit), .query = query, .accounts = &account, .accounts_count = count};
    VISIT_SHOW(visit, desk_accounts, &page);
    return ERR_NONE;
}

const struct web_row desk_accounts_rows[] = {
    {"GET", "/desk/accounts", HTTP_WORK, WEB_DESK, get_accounts, 0, 0},
    {0},
};
