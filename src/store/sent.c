#include "store/sent.h"

#include "base/ids.h"
#include "store/box.h"
#include "store/statements.h"

enum err store_sent_insert(struct sql_tx *tx, const struct store_sent_part *part, struct str request_key)
{
    return sql_exec(tx, STATEMENT_SENT_PART_INSERT, NULL, SQL_INT(part->account_id),
                    SQL_INT(part->message_id), SQL_INT(part->number), SQL_INT(part->line_id),
                    SQL_INT(part->state), SQL_INT(part->state_at), SQL_INT(part->price),
                    SQL_BYTES(request_key));
}

static enum err parts_of(struct sql_rows *rows, int64_t account_id, struct store_sent_part *ret_parts,
                         size_t limit, size_t *ret_count)
{
    size_t count = 0;
    while (count < limit && sql_next(rows))
        ret_parts[count++] = (struct store_sent_part){
            .account_id = account_id,
            .message_id = sql_int(rows, 0),
            .number = sql_int(rows, 1),
            .line_id = sql_int(rows, 2),
            .state = sql_int(rows, 3),
            .state_at = sql_int(rows, 4),
            .price = sql_int(rows, 5),
            .tries = sql_int(rows, 6),
        };
    TRY(sql_end(rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_sent_list(struct sql_tx *tx, int64_t account_id, int64_t message_id,
                         struct store_sent_part *ret_parts, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_SENT_PART_LIST, &rows, SQL_INT(account_id), SQL_INT(message_id),
                  SQL_INT((int64_t)limit)));
    return parts_of(&rows, account_id, ret_parts, limit, ret_count);
}

enum err store_sent_change(struct sql_tx *tx, const struct store_sent_part *part, int64_t before)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_SENT_PART_CHANGE, &changes, SQL_INT(part->account_id),
                 SQL_INT(part->message_id), SQL_INT(part->number), SQL_INT(part->state),
                 SQL_INT(part->state_at), SQL_INT(part->tries), SQL_INT(part->price), SQL_INT(before)));
    return box_expect_one(changes);
}

enum err store_sent_open(struct sql_tx *tx, int64_t account_id, int64_t line_id,
                         struct store_sent_part *ret_parts, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    if (line_id == 0)
        TRY(sql_query(tx, STATEMENT_SENT_PART_OPEN, &rows, SQL_INT(account_id), SQL_INT((int64_t)limit)));
    else
        TRY(sql_query(tx, STATEMENT_SENT_PART_OPEN_LINE, &rows, SQL_INT(account_id), SQL_INT((int64_t)limit),
                      SQL_INT(line_id)));
    return parts_of(&rows, account_id, ret_parts, limit, ret_count);
}

enum err store_sent_of_request(struct sql_tx *tx, int64_t account_id, struct str request_key, int64_t since,
                               int64_t *ret_message_id)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_SENT_PART_OF_REQUEST, &rows, SQL_INT(account_id), SQL_BYTES(request_key),
                  SQL_INT(ids_lowest(since))));
    TRY(box_one_int(&rows, ret_message_id));
    return *ret_message_id != 0 ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_sent_count_since(struct sql_tx *tx, int64_t account_id, int64_t since, int64_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_SENT_PART_COUNT_SINCE, &rows, SQL_INT(account_id),
                  SQL_INT(ids_lowest(since))));
    return box_one_int(&rows, ret_count);
}

enum err store_sent_sums(struct sql_tx *tx, int64_t account_id, int64_t from, int64_t to,
                         struct store_sent_sum *ret_sums, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_SENT_PART_SUMS, &rows, SQL_INT(account_id), SQL_INT(from), SQL_INT(to)));
    while (count < limit && sql_next(&rows))
        ret_sums[count++] = (struct store_sent_sum){
            .message_id = sql_int(&rows, 0),
            .parts = sql_int(&rows, 1),
            .price = sql_int(&rows, 2),
            .state_least = sql_int(&rows, 3),
            .state_most = sql_int(&rows, 4),
            .failed = sql_int(&rows, 5),
        };
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_sent_receipt_get(struct sql_tx *tx, struct str hash, struct store_sent_receipt *ret_receipt)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_SENT_RECEIPT_GET, &rows, SQL_BYTES(hash)));
    bool found = sql_next(&rows);
    if (found)
        *ret_receipt = (struct store_sent_receipt){
            .account_id = sql_int(&rows, 0),
            .message_id = sql_int(&rows, 1),
            .number = sql_int(&rows, 2),
            .state = sql_int(&rows, 3),
            .at = sql_int(&rows, 4),
        };
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_sent_receipt_put(struct sql_tx *tx, struct str hash, const struct store_sent_receipt *receipt)
{
    return sql_exec(tx, STATEMENT_SENT_RECEIPT_PUT, NULL, SQL_BYTES(hash), SQL_INT(receipt->account_id),
                    SQL_INT(receipt->message_id), SQL_INT(receipt->number), SQL_INT(receipt->state),
                    SQL_INT(receipt->at));
}

enum err store_sent_receipt_forget(struct sql_tx *tx, int64_t before, size_t limit, int64_t *ret_count)
{
    return sql_exec(tx, STATEMENT_SENT_RECEIPT_FORGET, ret_count, SQL_INT(before), SQL_INT((int64_t)limit));
}

int64_t store_opted_out_id(const struct seal_key *key, struct str peer)
{
    return seal_id(key, "opted_out", peer);
}

enum err store_opted_out_put(struct sql_tx *tx, int64_t account_id, int64_t line_id, int64_t peer_id,
                             int64_t at)
{
    return sql_exec(tx, STATEMENT_OPTED_OUT_PUT, NULL, SQL_INT(account_id), SQL_INT(line_id),
                    SQL_INT(peer_id), SQL_INT(at));
}

enum err store_opted_out_delete(struct sql_tx *tx, int64_t account_id, int64_t line_id, int64_t peer_id)
{
    return sql_exec(tx, STATEMENT_OPTED_OUT_DELETE, NULL, SQL_INT(account_id), SQL_INT(line_id),
                    SQL_INT(peer_id));
}

enum err store_opted_out_get(struct sql_tx *tx, int64_t account_id, int64_t line_id, int64_t peer_id,
                             int64_t *ret_at)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_OPTED_OUT_GET, &rows, SQL_INT(account_id), SQL_INT(line_id),
                  SQL_INT(peer_id)));
    return box_one_int(&rows, ret_at);
}
