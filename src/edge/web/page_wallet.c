#include "edge/web/pages.h"

#include "app/wallet_read.h"

static enum err get_wallet(struct visit *visit)
{
    struct wallet_page found;
    int64_t before;
    TRY(visit_read_id(http_query(visit->request, "before"), &before));
    TRY(wallet_read(visit->app, visit->arena, visit->account.account_id, before, 0, &found));
    struct template_wallet_entry *entries =
        ARENA_ARRAY(visit->arena, found.count + 1, struct template_wallet_entry);
    for (size_t i = 0; i < found.count; i++)
        entries[i] = (struct template_wallet_entry){
            .at = found.entries[i].at,
            .kind = visit_text(visit, "transfer.", arena_cstr(visit->arena, found.entries[i].kind)),
            .order = found.entries[i].order_code,
            .amount = found.entries[i].amount,
        };
    struct template_wallet page = {
        .frame = visit_frame(visit),
        .balance = found.balance,
        .negative = found.balance < 0,
        .entries = entries,
        .entries_count = found.count,
        .older = found.next != 0 ? arena_printf(visit->arena, "/wallet?before=%lld", (long long)found.next)
                                 : STR_NONE,
        .newest = before != 0 ? STR("/wallet") : STR_NONE,
    };
    VISIT_SHOW(visit, wallet, &page);
    return ERR_NONE;
}

const struct web_row page_wallet_rows[] = {
    {"GET", "/wallet", HTTP_INLINE, WEB_SUBSCRIBER, get_wallet, 0, 0},
    {0},
};
