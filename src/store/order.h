/* Rows of customer_order and payment. An order's box holds its public code ("VO-…"), what it bought and its
 * transfer; a payment's holds the instrument as the subscriber knows it and the provider's id. */
#ifndef STORE_ORDER_H
#define STORE_ORDER_H

#include "crypto/seal.h"
#include "sql/sql.h"

struct store_order {
    int64_t account_id, order_id;
    struct str kind; /* "top_up", "number" */
    int64_t amount;  /* millionths: paid in (top-up) or charged (purchase) */
    int64_t at;
    struct str code;     /* "VO-…" */
    int64_t line_id;     /* of a number; else 0 */
    int64_t transfer_id; /* its row in the statement; 0: none */
};

/* Inserts the order and its public reference. */
enum err store_order_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            const struct store_order *order);
/* Opened; ERR_NOT_FOUND. */
enum err store_order_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                         int64_t account_id, int64_t order_id, struct store_order *ret_order);
/* Orders with ids in [from, below), newest first, opened; at most limit. */
enum err store_order_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                          int64_t account_id, int64_t from, int64_t below, struct store_order *ret_orders,
                          size_t limit, size_t *ret_count);

struct store_payment {
    int64_t account_id, payment_id;
    int64_t amount, refunded; /* millionths */
    int64_t at;
    struct str instrument;  /* "Visa ···· 4242", "cash": what the subscriber recognises */
    struct str provider;    /* who took it: "manual" */
    struct str provider_id; /* the provider's own id, or the operator's note */
    struct str order_code;
};

enum err store_payment_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                              const struct store_payment *payment);
/* All payments of an account, newest first, opened; at most limit. */
enum err store_payment_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_payment *ret_payments, size_t limit,
                            size_t *ret_count);
/* Counts a refund against its payment; ERR_CONFLICT where more would go back than came in. */
enum err store_payment_refund(struct sql_tx *tx, int64_t account_id, int64_t payment_id, int64_t amount);

#endif
