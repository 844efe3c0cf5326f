#include "store/closure.h"

#include "domain/types.h"
#include "store/box.h"
#include "store/statements.h"

enum err store_recipient_put(struct sql_tx *tx, int64_t account_id, int64_t closure_id, const char *recipient,
                             int64_t now, struct str result)
{
    return sql_exec(tx, STATEMENT_CLOSURE_RECIPIENT_PUT, NULL, SQL_INT(account_id), SQL_INT(closure_id),
                    SQL_TEXT(str_from(recipient)), SQL_INT(now), SQL_TEXT(result));
}

enum err store_recipient_list(struct sql_tx *tx, struct arena *arena, int64_t account_id, int64_t closure_id,
                              struct store_recipient *ret_rows, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_CLOSURE_RECIPIENT_LIST, &rows, SQL_INT(account_id), SQL_INT(closure_id)));
    while (count < limit && sql_next(&rows))
        ret_rows[count++] = (struct store_recipient){.recipient = arena_str(arena, sql_text(&rows, 0)),
                                                     .told_at = sql_int(&rows, 1),
                                                     .result = arena_str(arena, sql_text(&rows, 2))};
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

static const struct box_field refund_fields[] = {BOX_TEXT(1, struct store_refund, instrument),
                                                 BOX_TEXT(2, struct store_refund, bank_reference), BOX_END};

/* A refund's row is named by payment and attempt together. */
static int64_t refund_row(int64_t payment_id, int64_t attempt)
{
    return payment_id ^ (int64_t)((uint64_t)attempt << 56);
}

static enum err refund_seal(struct arena *arena, const struct seal_key *key,
                            const struct store_refund *refund, struct str *ret_box)
{
    struct buf fields = buf_new(0);
    box_pack(&fields, refund_fields, refund);
    return box_close(arena, key,
                     BOX_PLACE("refund", refund->closure_id, refund_row(refund->payment_id, refund->attempt),
                               refund->state),
                     &fields, ret_box);
}

enum err store_refund_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                             const struct store_refund *refund)
{
    struct str box;
    TRY(refund_seal(arena, key, refund, &box));
    return sql_exec(tx, STATEMENT_REFUND_INSERT, NULL, SQL_INT(refund->account_id),
                    SQL_INT(refund->closure_id), SQL_INT(refund->payment_id), SQL_INT(refund->attempt),
                    SQL_INT(refund->amount), SQL_INT(refund->state), SQL_INT(refund->owed_at),
                    SQL_BYTES(box));
}

static enum err refund_fetch(struct sql_rows *rows, struct arena *arena, const struct seal_key *key,
                             struct store_refund *refund)
{
    struct str fields;
    refund->payment_id = sql_int(rows, 0);
    refund->attempt = sql_int(rows, 1);
    refund->amount = sql_int(rows, 2);
    refund->state = sql_int(rows, 3);
    refund->owed_at = sql_int(rows, 4);
    refund->sent_at = sql_int(rows, 5);
    refund->settled_at = sql_int(rows, 6);
    if (key == NULL)
        return ERR_NONE;
    TRY(box_open(arena, key,
                 BOX_PLACE("refund", refund->closure_id, refund_row(refund->payment_id, refund->attempt),
                           refund->state),
                 sql_bytes(rows, 7), &fields));
    box_unpack(fields, refund_fields, refund);
    return ERR_NONE;
}

enum err store_refund_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           int64_t account_id, int64_t closure_id, struct store_refund **ret_rows,
                           size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    int64_t there;
    enum err error = ERR_NONE;
    TRY(sql_query(tx, STATEMENT_REFUND_COUNT, &rows, SQL_INT(account_id), SQL_INT(closure_id)));
    TRY(box_one_int(&rows, &there));
    struct store_refund *refunds = ARENA_ARRAY(arena, (size_t)there + 1, struct store_refund);
    TRY(sql_query(tx, STATEMENT_REFUND_LIST, &rows, SQL_INT(account_id), SQL_INT(closure_id)));
    while (error == ERR_NONE && count < (size_t)there && sql_next(&rows)) {
        refunds[count] = (struct store_refund){.account_id = account_id, .closure_id = closure_id};
        error = refund_fetch(&rows, arena, key, &refunds[count]);
        count += error == ERR_NONE;
    }
    enum err end = sql_end(&rows);
    *ret_rows = refunds;
    *ret_count = count;
    return error != ERR_NONE ? error : end;
}

enum err store_refund_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                          int64_t account_id, int64_t closure_id, int64_t payment_id, int64_t attempt,
                          struct store_refund *ret_refund)
{
    struct sql_rows rows;
    struct store_refund refund = {.account_id = account_id, .closure_id = closure_id};
    TRY(sql_query(tx, STATEMENT_REFUND_GET, &rows, SQL_INT(account_id), SQL_INT(closure_id),
                  SQL_INT(payment_id), SQL_INT(attempt)));
    enum err error = sql_next(&rows) ? refund_fetch(&rows, arena, key, &refund) : ERR_NOT_FOUND;
    TRY(sql_end(&rows));
    TRY(error);
    *ret_refund = refund;
    return ERR_NONE;
}

enum err store_refund_unfinished(struct sql_tx *tx, int64_t account_id, int64_t closure_id,
                                 bool *ret_unfinished)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_REFUND_UNFINISHED, &rows, SQL_INT(account_id), SQL_INT(closure_id),
                  SQL_INT(REFUND_OWED), SQL_INT(REFUND_SENT), SQL_INT(REFUND_FAILED)));
    *ret_unfinished = sql_next(&rows);
    return sql_end(&rows);
}

enum err store_refund_waiting_count(struct sql_tx *tx, int64_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_REFUND_WAITING_COUNT, &rows, SQL_INT(REFUND_OWED), SQL_INT(REFUND_SENT),
                  SQL_INT(REFUND_FAILED)));
    return box_one_int(&rows, ret_count);
}

enum err store_refund_update(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                             const struct store_refund *refund, int64_t state_before)
{
    int64_t changes;
    struct str box;
    TRY(refund_seal(arena, key, refund, &box));
    TRY(sql_exec(tx, STATEMENT_REFUND_UPDATE, &changes, SQL_INT(refund->account_id),
                 SQL_INT(refund->closure_id), SQL_INT(refund->payment_id), SQL_INT(refund->attempt),
                 SQL_INT(refund->state), SQL_INT(refund->sent_at), SQL_INT(refund->settled_at),
                 SQL_BYTES(box), SQL_INT(state_before)));
    return box_expect_one(changes);
}

enum err store_receipt_insert(struct sql_tx *tx, const struct store_receipt *receipt)
{
    return sql_exec(tx, STATEMENT_RECEIPT_INSERT, NULL, SQL_INT(receipt->account_id),
                    SQL_INT(receipt->closure_id), SQL_INT(receipt->stage), SQL_INT(receipt->made_at),
                    SQL_BYTES(receipt->hash), SQL_TEXT(receipt->signature), SQL_BYTES(receipt->link_box));
}

enum err store_receipt_get(struct sql_tx *tx, struct arena *arena, int64_t account_id, int64_t closure_id,
                           int64_t stage, struct store_receipt *ret_receipt)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_RECEIPT_GET, &rows, SQL_INT(account_id), SQL_INT(closure_id),
                  SQL_INT(stage)));
    bool found = sql_next(&rows);
    if (found)
        *ret_receipt = (struct store_receipt){
            .account_id = account_id,
            .closure_id = closure_id,
            .stage = stage,
            .made_at = sql_int(&rows, 0),
            .hash = arena_str(arena, sql_bytes(&rows, 1)),
            .signature = arena_str(arena, sql_text(&rows, 2)),
            .link_box = arena_str(arena, sql_bytes(&rows, 3)),
        };
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_leaf_insert(struct sql_tx *tx, struct str hash, const char *kind, int64_t now)
{
    return sql_exec(tx, STATEMENT_LOG_LEAF_INSERT, NULL, SQL_BYTES(hash), SQL_TEXT(str_from(kind)),
                    SQL_INT(now));
}

enum err store_leaf_unwritten(struct sql_tx *tx, struct arena *arena, struct str *ret_hashes,
                              struct str *ret_kinds, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_LOG_LEAF_UNWRITTEN, &rows, SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows)) {
        ret_hashes[count] = arena_str(arena, sql_bytes(&rows, 0));
        ret_kinds[count++] = arena_str(arena, sql_text(&rows, 1));
    }
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_leaf_written(struct sql_tx *tx, struct str hash, int64_t now)
{
    return sql_exec(tx, STATEMENT_LOG_LEAF_WRITTEN, NULL, SQL_BYTES(hash), SQL_INT(now));
}
