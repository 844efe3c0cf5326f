#include "app/lease.h"

#include "base/clock.h"
#include "base/limits.h"
#include "store/work.h"

static enum err hold_until(const struct lease *lease, struct sql_tx *tx, int64_t lease_until)
{
    return store_queue_hold(tx, lease->kind, lease->account_id, lease->subject_id, lease->fence, lease_until);
}

enum err lease_hold(const struct app *app, struct sql_tx *tx)
{
    if (app->lease == NULL)
        return ERR_NONE;
    return hold_until(app->lease, tx, clock_now() + LIMIT_LEASE_SECONDS * MICROS_SECOND);
}

enum err lease_end(const struct app *app, struct sql_tx *tx)
{
    if (app->lease == NULL)
        return ERR_NONE;
    atomic_store(&app->lease->ended, true);
    return hold_until(app->lease, tx, 0);
}
