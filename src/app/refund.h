/* Refunds by the operator's hand: finance marks what was paid; the holder says where to, once a way failed.
 */
#ifndef APP_REFUND_H
#define APP_REFUND_H

#include "app/closure_verbs.h"
#include "store/closure.h"

struct refund_id {
    struct closure_id closure;
    int64_t payment_id, attempt;
};

/* Finance or admin: it was sent, with the bank's or provider's reference, to the destination that the page
 * showed (`to`; empty: not compared). Moves the money on the ledger and mails. ERR_STATE where it is not owed
 * any more or waits for a destination, ERR_CHANGED where the holder has named another one meanwhile,
 * ERR_INVALID for an empty reference, ERR_FORBIDDEN. Idempotent by state. */
enum err refund_mark_sent(struct app *app, const struct actor *actor, struct refund_id id,
                          struct str reference, struct str to);
/* It arrived; a second mail. ERR_STATE unless it was sent. */
enum err refund_mark_settled(struct app *app, const struct actor *actor, struct refund_id id);
/* It came back for good: owed again under the next attempt, for which status page and mail ask for a
 * destination. After LIMIT_REFUND_ATTEMPTS nothing is tried any more by itself: a ticket before the desk, and
 * the status page says that a person sees to it. */
enum err refund_mark_failed(struct app *app, const struct actor *actor, struct refund_id id);
/* Finance or admin writes down where a refund goes that waits for a destination, as the holder has said who
 * is proven; one that is out of attempts gets its next one so. ERR_STATE for any other, ERR_INVALID. */
enum err refund_redirect(struct app *app, const struct actor *actor, struct refund_id id, struct str to);

/* The holder, by link or log-in: where every refund of the closure goes that waits for a destination.
 * ERR_STATE while it is locked or none waits, ERR_POLICY where a declaration began the closure (the money
 * goes back to where it came from only, unless a person knows the holder), ERR_INVALID. */
enum err closure_set_bank(struct app *app, const struct actor *actor, struct closure_id id, struct str bank);

/* A bank account as a person writes it: one line of 8 to 200 bytes. */
bool refund_destination_fits(struct str to);
/* It is owed and nobody has said where it goes. */
bool refund_asks_destination(const struct store_refund *refund);
/* It failed and no next attempt was made: a person sees to it. rows: all refunds of the closure. */
bool refund_waits_for_person(const struct store_refund *rows, size_t count, size_t index);
/* Whether the holder may name a destination without a person of the desk; as closure_set_bank's errors. */
enum err refund_destination_allowed(const struct store_closure *closure, bool has_key);
/* With the holder by then at the latest, for page, mail, receipt and API; 0 unless it is sent. */
int64_t refund_arrives_by(const struct store_refund *refund);
/* How many refunds wait for the desk or for their arrival. */
enum err refund_count_waiting(struct app *app, struct arena *arena, int64_t *ret_count);

/* Where a refund goes, for pages, mails and the receipt: a payment's instrument as the subscriber knows it, a
 * bank account by its last four characters only. The desk, which pays it, reads the row itself. */
struct str refund_label(struct arena *arena, const struct store_refund *refund);

#endif
