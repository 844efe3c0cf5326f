/* The subscriber's request to close: the destructive act, and the declaration with it. Nothing irreversible
 * happens by it. */
#ifndef APP_CLOSURE_REQUEST_H
#define APP_CLOSURE_REQUEST_H

#include "app/closure_facts.h"

struct closure_request {
    struct closure_scope_choice choice;
    int64_t wished_at;     /* 0: as soon as possible; else at most 30 days ahead */
    int64_t refund_choice; /* enum closure_refund_choice; 0: origin */
    struct str bank;       /* of CLOSURE_REFUND_BANK */
    struct str mark;       /* of the check that was confirmed; empty: not compared */

    int64_t ret_closure_id;
    struct str ret_reference, ret_secret; /* in the caller's arena; the secret stands in links only */
    bool ret_repeated;                    /* one was under way already: that one is given */
};

/* Submits. ERR_PROOF_NEEDED without a fresh proof, ERR_CHANGED where the check is not the one that was
 * confirmed, ERR_NOT_FOUND, ERR_INVALID (date, bank account missing), ERR_STATE where the account is closed.
 */
enum err closure_request(struct app *app, struct arena *arena, const struct actor *actor,
                         struct closure_request *request);

/* A closure that starts without log-in, by a declaration that nobody objected to, of the account or of one
 * number: a person reviews it, and the refund goes to its origin only. Inside the declaration's transaction.
 */
enum err closure_submit_by_declaration(struct app *app, struct sql_tx *tx, struct arena *arena,
                                       struct account *account, const struct closure_scope_choice *choice,
                                       int64_t declared_at, int64_t now, int64_t *ret_closure_id);

#endif
