#include "store/work.h"

#include "base/ids.h"
#include "base/limits.h"
#include "store/box.h"
#include "store/statements.h"

#include <string.h>

static int64_t bucket_of(int64_t account_id)
{
    return account_id % LIMIT_BUCKETS;
}

/* A place that was left and taken again must not meet the fence of an earlier life: it begins anywhere. */
static int64_t first_fence(void)
{
    return ids_random_id() >> 1;
}

enum err store_queue_add(struct sql_tx *tx, const char *kind, int64_t account_id, int64_t subject_id,
                         int64_t due)
{
    return sql_exec(tx, STATEMENT_QUEUE_INSERT, NULL, SQL_INT(bucket_of(account_id)), SQL_INT(due),
                    SQL_INT(ids_random_id()), SQL_TEXT(str_from(kind)), SQL_INT(account_id),
                    SQL_INT(subject_id), SQL_INT(first_fence()));
}

enum err store_queue_remove(struct sql_tx *tx, const char *kind, int64_t account_id, int64_t subject_id)
{
    return sql_exec(tx, STATEMENT_QUEUE_DELETE_SUBJECT, NULL, SQL_INT(account_id), SQL_INT(subject_id),
                    SQL_TEXT(str_from(kind)), SQL_INT(bucket_of(account_id)));
}

enum err store_queue_move(struct sql_tx *tx, const char *kind, int64_t account_id, int64_t subject_id,
                          int64_t due)
{
    int64_t changes;
    if (due == 0)
        return store_queue_remove(tx, kind, account_id, subject_id);
    TRY(sql_exec(tx, STATEMENT_QUEUE_MOVE, &changes, SQL_INT(account_id), SQL_INT(subject_id),
                 SQL_TEXT(str_from(kind)), SQL_INT(due), SQL_INT(bucket_of(account_id))));
    return changes != 0 ? ERR_NONE : store_queue_add(tx, kind, account_id, subject_id, due);
}

static enum err set_lease(struct sql_tx *tx, unsigned statement, const char *kind, int64_t account_id,
                          int64_t subject_id, int64_t fence, int64_t lease_until)
{
    int64_t changes;
    TRY(sql_exec(tx, statement, &changes, SQL_INT(account_id), SQL_INT(subject_id), SQL_TEXT(str_from(kind)),
                 SQL_INT(lease_until), SQL_INT(bucket_of(account_id)), SQL_INT(fence)));
    return box_expect_one(changes);
}

enum err store_queue_hold(struct sql_tx *tx, const char *kind, int64_t account_id, int64_t subject_id,
                          int64_t fence, int64_t lease_until)
{
    return set_lease(tx, STATEMENT_QUEUE_HOLD, kind, account_id, subject_id, fence, lease_until);
}

enum err store_queue_renew(struct sql_tx *tx, const char *kind, int64_t account_id, int64_t subject_id,
                           int64_t fence, int64_t lease_until)
{
    return set_lease(tx, STATEMENT_QUEUE_RENEW, kind, account_id, subject_id, fence, lease_until);
}

enum err store_queue_due(struct sql_tx *tx, struct arena *arena, int64_t bucket, int64_t now,
                         struct store_queue_item *ret_items, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_QUEUE_DUE, &rows, SQL_INT(bucket), SQL_INT(now), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_items[count++] = (struct store_queue_item){
            .bucket = bucket,
            .due = sql_int(&rows, 0),
            .queue_id = sql_int(&rows, 1),
            .kind = arena_str(arena, sql_text(&rows, 2)),
            .account_id = sql_int(&rows, 3),
            .subject_id = sql_int(&rows, 4),
            .fence = sql_int(&rows, 5),
        };
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_queue_release(struct sql_tx *tx, int64_t node_id, int64_t now)
{
    for (int64_t bucket = 0; bucket < LIMIT_BUCKETS; bucket++)
        TRY(sql_exec(tx, STATEMENT_QUEUE_RELEASE, NULL, SQL_INT(bucket), SQL_INT(now), SQL_INT(node_id)));
    return ERR_NONE;
}

enum err store_queue_claim(struct sql_tx *tx, const struct store_queue_item *item, int64_t node_id,
                           int64_t lease_until)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_QUEUE_CLAIM, &changes, SQL_INT(item->bucket), SQL_INT(item->due),
                 SQL_INT(item->queue_id), SQL_INT(lease_until), SQL_INT(item->fence), SQL_INT(node_id)));
    return box_expect_one(changes);
}

enum err store_outbox_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                             const struct store_outbox *outbox, int64_t due)
{
    int64_t changes;
    struct str box =
        seal_box(arena, key, BOX_PLACE("outbox", outbox->account_id, outbox->outbox_id, 0), outbox->fields);
    TRY(sql_exec(tx, STATEMENT_OUTBOX_INSERT, &changes, SQL_INT(outbox->account_id),
                 SQL_INT(outbox->outbox_id), SQL_TEXT(outbox->kind), SQL_TEXT(outbox->effect_key),
                 SQL_TEXT(outbox->key_kind), SQL_INT(outbox->key_owner), SQL_INT(outbox->closure_id),
                 SQL_INT(outbox->created_at), SQL_BYTES(box)));
    return changes == 1 ? store_queue_add(tx, "outbox", outbox->account_id, outbox->outbox_id, due)
                        : ERR_NONE;
}

enum err store_outbox_get(struct sql_tx *tx, int64_t account_id, int64_t outbox_id,
                          struct store_outbox *ret_outbox, struct str *ret_box)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_OUTBOX_GET, &rows, SQL_INT(account_id), SQL_INT(outbox_id)));
    bool found = sql_next(&rows);
    if (found) {
        *ret_outbox = (struct store_outbox){
            .account_id = account_id,
            .outbox_id = outbox_id,
            .kind = sql_text(&rows, 0),
            .effect_key = sql_text(&rows, 1),
            .key_kind = sql_text(&rows, 2),
            .key_owner = sql_int(&rows, 3),
            .closure_id = sql_int(&rows, 4),
            .state = sql_int(&rows, 5),
            .tries = sql_int(&rows, 6),
            .created_at = sql_int(&rows, 7),
        };
        *ret_box = sql_bytes(&rows, 8);
    }
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_outbox_open(struct arena *arena, const struct seal_key *key, struct store_outbox *outbox,
                           struct str box)
{
    return box_open(arena, key, BOX_PLACE("outbox", outbox->account_id, outbox->outbox_id, 0), box,
                    &outbox->fields);
}

enum err store_outbox_finish(struct sql_tx *tx, const struct store_outbox *outbox,
                             enum store_outbox_state state, int64_t now, struct str result)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_OUTBOX_DONE, &changes, SQL_INT(outbox->account_id), SQL_INT(outbox->outbox_id),
                 SQL_INT(state), SQL_INT(outbox->tries), SQL_INT(state == OUTBOX_WAITING ? 0 : now),
                 SQL_TEXT(result)));
    return box_expect_one(changes);
}

enum err store_outbox_waiting(struct sql_tx *tx, int64_t account_id, const char *key_kind, int64_t key_owner,
                              int64_t *ret_ids, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_OUTBOX_WAITING, &rows, SQL_INT(account_id), SQL_TEXT(str_from(key_kind)),
                  SQL_INT(key_owner), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_ids[count++] = sql_int(&rows, 0);
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_outbox_cancel(struct sql_tx *tx, int64_t account_id, int64_t outbox_id, int64_t now,
                             struct str result)
{
    return sql_exec(tx, STATEMENT_OUTBOX_CANCEL, NULL, SQL_INT(account_id), SQL_INT(outbox_id),
                    SQL_INT(OUTBOX_CANCELLED), SQL_INT(now), SQL_TEXT(result));
}

enum err store_outbox_waits_for_key(struct sql_tx *tx, int64_t account_id, const char *key_kind,
                                    int64_t key_owner, bool *ret_waits)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_OUTBOX_WAITS_FOR_KEY, &rows, SQL_INT(account_id),
                  SQL_TEXT(str_from(key_kind)), SQL_INT(key_owner)));
    *ret_waits = sql_next(&rows);
    return sql_end(&rows);
}

enum err store_desk_add(struct sql_tx *tx, const char *kind, int64_t due, int64_t account_id,
                        int64_t subject_id)
{
    TRY(store_desk_remove(tx, kind, subject_id));
    return sql_exec(tx, STATEMENT_DESK_INSERT, NULL, SQL_TEXT(str_from(kind)), SQL_INT(due),
                    SQL_INT(subject_id), SQL_INT(account_id));
}

enum err store_desk_remove(struct sql_tx *tx, const char *kind, int64_t subject_id)
{
    return sql_exec(tx, STATEMENT_DESK_DELETE, NULL, SQL_TEXT(str_from(kind)), SQL_INT(subject_id));
}

enum err store_desk_list(struct sql_tx *tx, const char *kind, struct store_desk_item *ret_items, size_t limit,
                         size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_DESK_LIST, &rows, SQL_TEXT(str_from(kind)), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_items[count++] =
            (struct store_desk_item){sql_int(&rows, 0), sql_int(&rows, 1), sql_int(&rows, 2)};
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

static enum err journal_last(struct sql_tx *tx, int64_t account_id, int64_t subject_id,
                             struct store_journal_end *ret_end)
{
    struct sql_rows rows;
    struct store_journal_end end = {.known = true};
    struct str hash = STR_NONE;
    TRY(sql_query(tx, STATEMENT_JOURNAL_LAST, &rows, SQL_INT(account_id), SQL_INT(subject_id)));
    if (sql_next(&rows)) {
        end.seq = sql_int(&rows, 0);
        hash = sql_bytes(&rows, 1);
    }
    TRY(sql_end(&rows));
    if (end.seq != 0 && hash.length != sizeof end.hash)
        return ERR_CORRUPT;
    if (end.seq != 0)
        memcpy(end.hash, hash.data, sizeof end.hash);
    *ret_end = end;
    return ERR_NONE;
}

enum err store_journal_continue(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                int64_t account_id, int64_t subject_id, int64_t now, const char *event,
                                struct str actor, struct str details, struct store_journal_end *end)
{
    struct str previous, box = STR_NONE;
    uint8_t hash[32];
    if (!end->known)
        TRY(journal_last(tx, account_id, subject_id, end));
    previous = str_bytes(end->hash, end->seq != 0 ? sizeof end->hash : 0);
    int64_t seq = end->seq + 1;
    if (details.length != 0)
        box = seal_box(arena, key, BOX_PLACE("journal", account_id, subject_id, seq), details);
    struct str head = arena_printf(arena, "%lld %lld %lld %lld", (long long)account_id, (long long)subject_id,
                                   (long long)seq, (long long)now);
    seal_hash((const struct str[]){previous, head, str_from(event), actor, box}, 5, hash);
    TRY(sql_exec(tx, STATEMENT_JOURNAL_INSERT, NULL, SQL_INT(account_id), SQL_INT(subject_id), SQL_INT(seq),
                 SQL_INT(now), SQL_TEXT(str_from(event)), SQL_TEXT(actor),
                 box.length != 0 ? SQL_BYTES(box) : SQL_NULL, SQL_BYTES(previous),
                 SQL_BYTES(str_bytes(hash, sizeof hash))));
    end->seq = seq;
    memcpy(end->hash, hash, sizeof hash);
    return ERR_NONE;
}

enum err store_journal_add(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           int64_t account_id, int64_t subject_id, int64_t now, const char *event,
                           struct str actor, struct str details)
{
    struct store_journal_end end = {.known = false};
    return store_journal_continue(tx, arena, key, account_id, subject_id, now, event, actor, details, &end);
}

enum err store_journal_list(struct sql_tx *tx, int64_t account_id, int64_t subject_id,
                            struct store_journal_row *ret_rows, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_JOURNAL_LIST, &rows, SQL_INT(account_id), SQL_INT(subject_id)));
    while (count < limit && sql_next(&rows))
        ret_rows[count++] = (struct store_journal_row){sql_int(&rows, 0), sql_int(&rows, 1),
                                                       sql_text(&rows, 2), sql_text(&rows, 3)};
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}
