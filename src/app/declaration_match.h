/* Whom and what a declaration concerns, and what follows from that inside its transaction. */
#ifndef APP_DECLARATION_MATCH_H
#define APP_DECLARATION_MATCH_H

#include "app/account.h"
#include "store/declaration.h"
#include "store/line.h"

struct declaration_subject {
    int64_t account_id; /* 0: nobody is found */
    int64_t line_id;    /* the one number that it names; 0: the whole account */
    int64_t order_id;   /* the purchase that it names; 0: none */
};

/* By log-in name, one of our numbers, or an order: the first that fits. */
enum err declaration_find_subject(struct app *app, struct sql_tx *tx, struct arena *arena,
                                  struct str contract, struct declaration_subject *ret_subject);
/* Writes account, line, number, purchase, state and deadline into the row, stops the fees from its date and
 * tells every contact. Where nothing is left to cancel the row has ended and nobody is told. ret_is_contact:
 * the declaration's own address is a verified contact of the account. */
enum err declaration_apply_match(struct app *app, struct sql_tx *tx, struct arena *arena,
                                 const struct declaration_subject *subject, int64_t now, struct str secret,
                                 struct store_declaration *row, bool *ret_is_contact);
/* Fees go on for what the declaration concerned, unless another one or a closure still holds them. */
enum err declaration_resume_fees(struct sql_tx *tx, struct arena *arena, struct account *account,
                                 const struct store_declaration *row, int64_t now);
/* A withdrawal in time gives back what the numbers cost that it concerns, to the wallet that paid for them;
 * or takes it again, once it is revoked. Once for each declaration and order. */
enum err declaration_pay_back(struct sql_tx *tx, struct arena *arena, struct account *account,
                              const struct store_declaration *row, bool again, int64_t now);
/* Its page behind the secret link, as a full address. */
struct str declaration_link(struct app *app, struct arena *arena, struct str reference, struct str secret,
                            const char *below);

#endif
