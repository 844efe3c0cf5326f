#include "app/wallet_read.h"

#include "app/wallet.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "domain/types.h"
#include "store/ledger.h"
#include "store/order.h"

enum { ORDERS_OF_A_PAGE = 2 * LIMIT_PAGE_ROWS };

struct read_job {
    struct app *app;
    struct arena *arena;
    int64_t account_id, before;
    size_t limit;
    struct wallet_page page;
};

static struct wallet_entry entry_of(const struct store_transfer *transfer)
{
    return (struct wallet_entry){
        .entry_id = transfer->transfer_id,
        .amount = transfer->credit == LEDGER_WALLET ? transfer->amount : -transfer->amount,
        .at = transfer->at,
        .kind = transfer->kind,
    };
}

/* Orders know their transfer, not the other way round: the ledger names nobody. An order is made in the same
 * moment as its transfer, so those of the page's time are enough. */
static enum err add_orders(struct read_job *job, struct sql_tx *tx, const struct account *account)
{
    struct wallet_page *page = &job->page;
    struct store_order *orders = ARENA_ARRAY(job->arena, ORDERS_OF_A_PAGE, struct store_order);
    size_t count;
    if (page->count == 0)
        return ERR_NONE;
    TRY(store_order_list(tx, job->arena, &account->key, job->account_id,
                         ids_lowest(page->entries[page->count - 1].at),
                         ids_lowest(page->entries[0].at + MICROS_SECOND), orders, ORDERS_OF_A_PAGE, &count));
    for (size_t i = 0; i < page->count; i++)
        for (size_t k = 0; k < count; k++)
            if (orders[k].transfer_id == page->entries[i].entry_id)
                page->entries[i].order_code = orders[k].code;
    return ERR_NONE;
}

static enum err read_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct read_job *job = context;
    struct account *account;
    (void)arena;
    TRY(account_load(job->app, tx, job->arena, job->account_id, &account));
    TRY(wallet_balance(tx, account, &job->page.balance));
    struct store_transfer *rows = ARENA_ARRAY(job->arena, job->limit + 1, struct store_transfer);
    size_t count;
    TRY(store_ledger_list(tx, account->row.ledger_id, LEDGER_WALLET, job->before, rows, job->limit + 1,
                          &count));
    job->page.count = count > job->limit ? job->limit : count;
    job->page.entries = ARENA_ARRAY(job->arena, job->limit, struct wallet_entry);
    for (size_t i = 0; i < job->page.count; i++)
        job->page.entries[i] = entry_of(&rows[i]);
    job->page.next = count > job->limit ? rows[job->limit - 1].transfer_id : 0;
    return add_orders(job, tx, account);
}

enum err wallet_read(struct app *app, struct arena *arena, int64_t account_id, int64_t before, size_t limit,
                     struct wallet_page *ret_page)
{
    struct read_job job = {
        .app = app,
        .arena = arena,
        .account_id = account_id,
        .before = before > 0 ? before : INT64_MAX,
        .limit = limit == 0 || limit > LIMIT_PAGE_ROWS ? LIMIT_PAGE_ROWS : limit,
    };
    TRY(sql_read(app->store, read_run, arena, &job));
    *ret_page = job.page;
    return ERR_NONE;
}
