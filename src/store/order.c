#include "store/order.h"

#include "store/box.h"
#include "store/key.h"
#include "store/statements.h"

enum { ORDER_CODE = 1, ORDER_LINE = 2, ORDER_TRANSFER = 3 };
enum { PAYMENT_INSTRUMENT = 1, PAYMENT_PROVIDER = 2, PAYMENT_PROVIDER_ID = 3, PAYMENT_ORDER = 4 };

enum err store_order_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            const struct store_order *order)
{
    struct buf fields = buf_new(0);
    struct str box;
    pack_add(&fields, ORDER_CODE, order->code);
    pack_add_int(&fields, ORDER_LINE, order->line_id);
    pack_add_int(&fields, ORDER_TRANSFER, order->transfer_id);
    TRY(box_close(arena, key, BOX_PLACE("customer_order", order->account_id, order->order_id, 0), &fields,
                  &box));
    TRY(sql_exec(tx, STATEMENT_ORDER_INSERT, NULL, SQL_INT(order->account_id), SQL_INT(order->order_id),
                 SQL_TEXT(order->kind), SQL_INT(order->amount), SQL_INT(order->at), SQL_BYTES(box)));
    return store_reference_insert(tx, order->code, "VO", order->account_id, order->order_id);
}

static enum err order_row(struct sql_rows *rows, struct arena *arena, const struct seal_key *key,
                          int64_t account_id, struct store_order *ret_order)
{
    struct str fields;
    int64_t order_id = sql_int(rows, 0);
    TRY(box_open(arena, key, BOX_PLACE("customer_order", account_id, order_id, 0), sql_bytes(rows, 4),
                 &fields));
    *ret_order = (struct store_order){
        .account_id = account_id,
        .order_id = order_id,
        .kind = sql_text(rows, 1),
        .amount = sql_int(rows, 2),
        .at = sql_int(rows, 3),
        .code = pack_get(fields, ORDER_CODE),
        .line_id = pack_get_int(fields, ORDER_LINE),
        .transfer_id = pack_get_int(fields, ORDER_TRANSFER),
    };
    return ERR_NONE;
}

enum err store_order_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                          int64_t account_id, int64_t from, int64_t below, struct store_order *ret_orders,
                          size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    enum err error = ERR_NONE;
    TRY(sql_query(tx, STATEMENT_ORDER_LIST, &rows, SQL_INT(account_id), SQL_INT(from), SQL_INT(below),
                  SQL_INT((int64_t)limit)));
    while (error == ERR_NONE && count < limit && sql_next(&rows)) {
        error = order_row(&rows, arena, key, account_id, &ret_orders[count]);
        count += error == ERR_NONE;
    }
    TRY(sql_end(&rows));
    *ret_count = count;
    return error;
}

enum err store_order_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                         int64_t account_id, int64_t order_id, struct store_order *ret_order)
{
    size_t count;
    TRY(store_order_list(tx, arena, key, account_id, order_id, order_id + 1, ret_order, 1, &count));
    return count == 1 ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_payment_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                              const struct store_payment *payment)
{
    struct buf fields = buf_new(0);
    struct str box;
    pack_add(&fields, PAYMENT_INSTRUMENT, payment->instrument);
    pack_add(&fields, PAYMENT_PROVIDER, payment->provider);
    pack_add(&fields, PAYMENT_PROVIDER_ID, payment->provider_id);
    pack_add(&fields, PAYMENT_ORDER, payment->order_code);
    TRY(box_close(arena, key, BOX_PLACE("payment", payment->account_id, payment->payment_id, 0), &fields,
                  &box));
    return sql_exec(tx, STATEMENT_PAYMENT_INSERT, NULL, SQL_INT(payment->account_id),
                    SQL_INT(payment->payment_id), SQL_INT(payment->amount), SQL_INT(payment->refunded),
                    SQL_INT(payment->at), SQL_BYTES(box));
}

static enum err payment_row(struct sql_rows *rows, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_payment *ret_payment)
{
    struct str fields;
    int64_t payment_id = sql_int(rows, 0);
    TRY(box_open(arena, key, BOX_PLACE("payment", account_id, payment_id, 0), sql_bytes(rows, 4), &fields));
    *ret_payment = (struct store_payment){
        .account_id = account_id,
        .payment_id = payment_id,
        .amount = sql_int(rows, 1),
        .refunded = sql_int(rows, 2),
        .at = sql_int(rows, 3),
        .instrument = pack_get(fields, PAYMENT_INSTRUMENT),
        .provider = pack_get(fields, PAYMENT_PROVIDER),
        .provider_id = pack_get(fields, PAYMENT_PROVIDER_ID),
        .order_code = pack_get(fields, PAYMENT_ORDER),
    };
    return ERR_NONE;
}

enum err store_payment_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_payment *ret_payments, size_t limit,
                            size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    enum err error = ERR_NONE;
    TRY(sql_query(tx, STATEMENT_PAYMENT_LIST, &rows, SQL_INT(account_id), SQL_INT((int64_t)limit)));
    while (error == ERR_NONE && count < limit && sql_next(&rows)) {
        error = payment_row(&rows, arena, key, account_id, &ret_payments[count]);
        count += error == ERR_NONE;
    }
    TRY(sql_end(&rows));
    *ret_count = count;
    return error;
}

enum err store_payment_refund(struct sql_tx *tx, int64_t account_id, int64_t payment_id, int64_t amount)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_PAYMENT_REFUND, &changes, SQL_INT(account_id), SQL_INT(payment_id),
                 SQL_INT(amount)));
    return changes == 1 ? ERR_NONE : ERR_CONFLICT;
}
