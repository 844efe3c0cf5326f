#include "store/idempotency.h"

#include "store/box.h"
#include "store/statements.h"

#include <string.h>

enum { FIELD_BODY = 1 };

/* The row has no number of its own: the first bytes of its hash stand for it. A key that is used again later
 * has another time, so an older answer does not open in its place. */
static struct seal_place place_of(const struct store_idempotency *row)
{
    uint64_t number = 0;
    memcpy(&number, row->key_hash.data,
           row->key_hash.length < sizeof number ? row->key_hash.length : sizeof number);
    return (struct seal_place){
        .table = "idempotency", .owner = row->account_id, .row = (int64_t)(number >> 1), .version = row->at};
}

static enum err row_open(struct sql_rows *rows, struct arena *arena, const struct seal_key *key,
                         struct store_idempotency *row)
{
    struct str fields;
    row->body_hash = arena_str(arena, sql_bytes(rows, 0));
    row->state = sql_int(rows, 1);
    row->status = sql_int(rows, 2);
    row->at = sql_int(rows, 3);
    row->subject_id = sql_int(rows, 5);
    if (row->state != IDEMPOTENCY_DONE)
        return ERR_NONE;
    struct seal_place place = place_of(row);
    TRY(box_open(arena, key, &place, sql_bytes(rows, 4), &fields));
    row->body = arena_str(arena, pack_get(fields, FIELD_BODY));
    return ERR_NONE;
}

enum err store_idempotency_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                               int64_t account_id, struct str key_hash, struct store_idempotency *ret_row)
{
    struct sql_rows rows;
    struct store_idempotency row = {.account_id = account_id, .key_hash = key_hash};
    TRY(sql_query(tx, STATEMENT_IDEMPOTENCY_GET, &rows, SQL_INT(account_id), SQL_BYTES(key_hash)));
    bool found = sql_next(&rows);
    enum err opened = found ? row_open(&rows, arena, key, &row) : ERR_NOT_FOUND;
    TRY(sql_end(&rows));
    TRY(opened);
    *ret_row = row;
    return ERR_NONE;
}

enum err store_idempotency_begin(struct sql_tx *tx, const struct store_idempotency *row)
{
    return sql_exec(tx, STATEMENT_IDEMPOTENCY_PUT, NULL, SQL_INT(row->account_id), SQL_BYTES(row->key_hash),
                    SQL_BYTES(row->body_hash), SQL_INT(IDEMPOTENCY_IN_FLIGHT), SQL_INT(row->at),
                    SQL_INT(row->subject_id));
}

enum err store_idempotency_made(struct sql_tx *tx, const struct store_idempotency *row)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_IDEMPOTENCY_MADE, &changes, SQL_INT(row->account_id), SQL_BYTES(row->key_hash),
                 SQL_INT(row->at), SQL_INT(row->subject_id)));
    return box_expect_one(changes);
}

enum err store_idempotency_finish(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                  const struct store_idempotency *row)
{
    struct seal_place place = place_of(row);
    struct buf fields = buf_new(0);
    struct str box;
    int64_t changes;
    pack_add(&fields, FIELD_BODY, row->body);
    TRY(box_close(arena, key, &place, &fields, &box));
    TRY(sql_exec(tx, STATEMENT_IDEMPOTENCY_FINISH, &changes, SQL_INT(row->account_id),
                 SQL_BYTES(row->key_hash), SQL_INT(row->at), SQL_INT(IDEMPOTENCY_DONE), SQL_INT(row->status),
                 SQL_BYTES(box)));
    return box_expect_one(changes);
}

enum err store_idempotency_release(struct sql_tx *tx, const struct store_idempotency *row)
{
    return sql_exec(tx, STATEMENT_IDEMPOTENCY_RELEASE, NULL, SQL_INT(row->account_id),
                    SQL_BYTES(row->key_hash), SQL_INT(row->at));
}
