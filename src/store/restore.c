#include "store/restore.h"

#include "store/box.h"
#include "store/statements.h"

enum err store_restore_clear(struct sql_tx *tx)
{
    TRY(sql_exec(tx, STATEMENT_RESTORE_KEY_CLEAR, NULL));
    TRY(sql_exec(tx, STATEMENT_RESTORE_DIRECTORY_CLEAR, NULL));
    return sql_exec(tx, STATEMENT_RESTORE_SESSION_CLEAR, NULL);
}

enum err store_restore_put_key(struct sql_tx *tx, int64_t owner_id, struct str kind, int64_t epoch,
                               struct str wrapped)
{
    return sql_exec(tx, STATEMENT_RESTORE_KEY_PUT, NULL, SQL_INT(owner_id), SQL_TEXT(kind), SQL_INT(epoch),
                    SQL_BYTES(wrapped));
}

enum err store_restore_staff(struct sql_tx *tx, int64_t after, int64_t *ret_ids, size_t limit,
                             size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_RESTORE_STAFF_LIST, &rows, SQL_INT(after), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_ids[count++] = sql_int(&rows, 0);
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_restore_closure(struct sql_tx *tx, const struct store_restore_closure *closure)
{
    TRY(sql_exec(tx, STATEMENT_RESTORE_CLOSURE, NULL, SQL_INT(closure->account_id),
                 SQL_INT(closure->closure_id), SQL_TEXT(closure->reference), SQL_INT(closure->scope),
                 SQL_INT(closure->line_id), SQL_INT(closure->state), SQL_INT(closure->now),
                 SQL_INT(closure->closed_at), SQL_INT(closure->deadline_at), SQL_INT(closure->amount),
                 SQL_BYTES(closure->secret_hash), SQL_BYTES(closure->link_public),
                 SQL_INT(closure->submitted_at)));
    return sql_exec(tx, STATEMENT_RESTORE_REFERENCE, NULL, SQL_TEXT(closure->reference),
                    SQL_INT(closure->account_id), SQL_INT(closure->closure_id));
}

enum err store_restore_account(struct sql_tx *tx, int64_t account_id, int64_t state, int64_t closed_at,
                               bool held)
{
    return sql_exec(tx, held ? STATEMENT_RESTORE_ACCOUNT_HELD : STATEMENT_RESTORE_ACCOUNT_CLOSE, NULL,
                    SQL_INT(account_id), SQL_INT(state), SQL_INT(closed_at));
}

enum err store_restore_end_lines(struct sql_tx *tx, int64_t account_id, int64_t line_id, int64_t at)
{
    return sql_exec(tx, STATEMENT_RESTORE_LINE_END, NULL, SQL_INT(account_id), SQL_INT(line_id), SQL_INT(at));
}

enum err store_restore_refund(struct sql_tx *tx, int64_t account_id, int64_t closure_id, int64_t payment_id,
                              int64_t attempt, int64_t amount, int64_t state, int64_t at)
{
    return sql_exec(tx, STATEMENT_RESTORE_REFUND, NULL, SQL_INT(account_id), SQL_INT(closure_id),
                    SQL_INT(payment_id), SQL_INT(attempt), SQL_INT(amount), SQL_INT(state), SQL_INT(at));
}

enum err store_restore_prune(struct sql_tx *tx, int64_t ticket_closed, int64_t outbox_cancelled, int64_t now)
{
    TRY(sql_exec(tx, STATEMENT_RESTORE_KEY_PRUNE, NULL));
    TRY(sql_exec(tx, STATEMENT_RESTORE_CLOSURE_UNSEALED, NULL));
    TRY(sql_exec(tx, STATEMENT_RESTORE_DECLARATION_UNSEALED, NULL));
    TRY(sql_exec(tx, STATEMENT_RESTORE_TICKET_UNSEALED, NULL, SQL_INT(ticket_closed)));
    TRY(sql_exec(tx, STATEMENT_RESTORE_TICKET_MESSAGE_DROP, NULL));
    TRY(sql_exec(tx, STATEMENT_RESTORE_OUTBOX_CANCEL, NULL, SQL_INT(outbox_cancelled), SQL_INT(now)));
    TRY(sql_exec(tx, STATEMENT_RESTORE_QUEUE_PRUNE, NULL));
    return sql_exec(tx, STATEMENT_RESTORE_DESK_PRUNE, NULL);
}

enum err store_restore_unreadable(struct sql_tx *tx, int64_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_RESTORE_UNREADABLE, &rows));
    return box_one_int(&rows, ret_count);
}
