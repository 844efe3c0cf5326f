/* Refunds by the operator's hand: finance marks what was paid. */
#ifndef APP_REFUND_H
#define APP_REFUND_H

#include "app/closure_verbs.h"
#include "store/closure.h"

struct refund_id {
    struct closure_id closure;
    int64_t payment_id, attempt;
};

/* Finance or admin: it was sent, with the bank's or provider's reference. Moves the money on the ledger and
 * mails. ERR_STATE where it is not owed any more, ERR_INVALID for an empty reference, ERR_FORBIDDEN.
 * Idempotent by state. */
enum err refund_mark_sent(struct app *app, const struct actor *actor, struct refund_id id,
                          struct str reference);
/* It arrived; a second mail. ERR_STATE unless it was sent. */
enum err refund_mark_settled(struct app *app, const struct actor *actor, struct refund_id id);
/* It came back: owed again under the next attempt, and the status page asks for a destination. */
enum err refund_mark_failed(struct app *app, const struct actor *actor, struct refund_id id);

/* Where a refund goes, for pages, mails and the receipt: a payment's instrument as the subscriber knows it, a
 * bank account by its last four characters only. The desk, which pays it, reads the row itself. */
struct str refund_label(struct arena *arena, const struct store_refund *refund);

#endif
