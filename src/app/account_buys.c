#include "app/account_buys.h"

#include "domain/closure/states.h"
#include "store/closure.h"

enum { NEWEST_CLOSURES = 16 };

enum err account_check_buys(struct sql_tx *tx, struct arena *arena, const struct account *account)
{
    int64_t ids[NEWEST_CLOSURES];
    size_t count;
    struct store_closure closure;
    if (account->row.state == ACCOUNT_CLOSED)
        return ERR_STATE;
    if (account->row.state != ACCOUNT_CLOSING)
        return ERR_NONE;
    TRY(store_closure_of_account(tx, account->row.account_id, ids, NEWEST_CLOSURES, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(store_closure_get(tx, arena, account->row.account_id, ids[i], &closure));
        if (closure.scope == CLOSURE_SCOPE_ACCOUNT &&
            !closure_allows((enum closure_state)closure.state, CLOSURE_RIGHT_BUY))
            return ERR_STATE;
    }
    return ERR_NONE;
}
