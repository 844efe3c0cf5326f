/* A top-up by the operator's hand: cash came in outside Violet. */
#ifndef APP_WALLET_CREDIT_H
#define APP_WALLET_CREDIT_H

#include "app/app.h"
#include "base/ids.h"

struct wallet_credit {
    int64_t account_id;
    int64_t amount;        /* millionths, above 0 */
    struct str instrument; /* what the subscriber recognises on a refund: "Visa ···· 4242"; empty: "cash" */
    struct str provider_id; /* the operator's own note or the provider's id; may be empty */
    struct str request;     /* the same text twice is one top-up; empty: each call is one */
    int64_t now;            /* 0: now */
    char ret_order[IDS_REFERENCE_SIZE];
    int64_t ret_balance;
    bool ret_repeated;
};

/* Credits the wallet, with an order number and a payment that can be refunded later. ERR_INVALID for the
 * amount or too long texts, ERR_NOT_FOUND, ERR_STATE from a closure's cooling-off on,
 * ERR_KEY_REUSED where the same request had another amount. */
enum err wallet_credit(struct app *app, const struct actor *actor, struct wallet_credit *credit);

#endif
