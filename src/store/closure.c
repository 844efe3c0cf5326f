#include "store/closure.h"

#include "base/ids.h"
#include "domain/types.h"
#include "store/box.h"
#include "store/statements.h"

/* Besides these, one field a contact and one a number. */
enum { FIELD_CONTACT = 20, FIELD_NUMBER = 21 };
static const struct box_field own_fields[] = {
    BOX_TEXT(1, struct closure_own, name),          BOX_INT(2, struct closure_own, language),
    BOX_INT(3, struct closure_own, ledger_id),      BOX_TEXT(4, struct closure_own, secret),
    BOX_TEXT(5, struct closure_own, bank),          BOX_TEXT(6, struct closure_own, question),
    BOX_TEXT(7, struct closure_own, answer),        BOX_TEXT(8, struct closure_own, refusal),
    BOX_TEXT(9, struct closure_own, comment),       BOX_INT(10, struct closure_own, account_state),
    BOX_INT(11, struct closure_own, present_count), BOX_END};

static enum err closure_seal(struct arena *arena, const struct seal_key *key,
                             const struct store_closure *closure, struct sql_value *ret_box)
{
    const struct closure_own *own = &closure->own;
    struct buf fields = buf_new(0);
    struct str box;
    if (key == NULL) {
        *ret_box = SQL_NULL;
        return ERR_NONE;
    }
    box_pack(&fields, own_fields, own);
    for (size_t i = 0; i < own->contact_count; i++)
        pack_add(&fields, FIELD_CONTACT, own->contacts[i]);
    for (size_t i = 0; i < own->number_count; i++)
        pack_add(&fields, FIELD_NUMBER, own->numbers[i]);
    TRY(box_close(arena, key,
                  BOX_PLACE("closure", closure->account_id, closure->closure_id, closure->version), &fields,
                  &box));
    *ret_box = SQL_BYTES(box);
    return ERR_NONE;
}

enum err store_closure_open(struct arena *arena, const struct seal_key *key, struct store_closure *closure)
{
    struct closure_own *own = &closure->own;
    struct str fields, value;
    size_t cursor = 0;
    unsigned field;
    TRY(box_open(arena, key, BOX_PLACE("closure", closure->account_id, closure->closure_id, closure->version),
                 closure->sealed, &fields));
    *own = (struct closure_own){0};
    box_unpack(fields, own_fields, own);
    while (pack_next(fields, &cursor, &field, &value)) {
        if (field == FIELD_CONTACT && own->contact_count < CLOSURE_CONTACTS)
            own->contacts[own->contact_count++] = value;
        if (field == FIELD_NUMBER && own->number_count < CLOSURE_NUMBERS)
            own->numbers[own->number_count++] = value;
    }
    return ERR_NONE;
}

enum err store_closure_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                              struct store_closure *closure)
{
    struct sql_value box;
    closure->version = 1;
    TRY(closure_seal(arena, key, closure, &box));
    return sql_exec(
        tx, STATEMENT_CLOSURE_INSERT, NULL, SQL_INT(closure->account_id), SQL_INT(closure->closure_id),
        SQL_TEXT(closure->reference), SQL_INT(closure->scope), SQL_INT(closure->line_id),
        SQL_INT(closure->state), SQL_INT(closure->state_at), SQL_INT(closure->version),
        SQL_INT(closure->declared_at), SQL_INT(closure->submitted_at), SQL_INT(closure->start_at),
        SQL_INT(closure->due_at), SQL_INT(closure->review_end_at), SQL_INT(closure->undo_end_at),
        SQL_INT(closure->undo_micros), SQL_INT(closure->deadline_at), SQL_INT(closure->fresh),
        SQL_INT(closure->objected_at), SQL_INT(closure->hold), SQL_INT(closure->approved_by),
        SQL_INT(closure->first_refuser), SQL_INT(closure->refusal_reason), SQL_INT(closure->reason),
        SQL_INT(closure->refund_choice), SQL_INT(closure->tries), SQL_TEXT(closure->waits_for),
        SQL_INT(closure->reminded_at), SQL_INT(closure->settled_amount), SQL_INT(closure->closed_at),
        SQL_INT(closure->forgotten_at), SQL_INT(closure->confirmed_at), SQL_BYTES(closure->secret_hash),
        SQL_BYTES(closure->link_public), box);
}

static void closure_fetch(struct sql_rows *rows, struct arena *arena, struct store_closure *ret_closure)
{
    *ret_closure = (struct store_closure){
        .account_id = sql_int(rows, 0),
        .closure_id = sql_int(rows, 1),
        .reference = arena_str(arena, sql_text(rows, 2)),
        .scope = sql_int(rows, 3),
        .line_id = sql_int(rows, 4),
        .state = sql_int(rows, 5),
        .state_at = sql_int(rows, 6),
        .version = sql_int(rows, 7),
        .declared_at = sql_int(rows, 8),
        .submitted_at = sql_int(rows, 9),
        .start_at = sql_int(rows, 10),
        .due_at = sql_int(rows, 11),
        .review_end_at = sql_int(rows, 12),
        .undo_end_at = sql_int(rows, 13),
        .undo_micros = sql_int(rows, 14),
        .deadline_at = sql_int(rows, 15),
        .fresh = sql_int(rows, 16),
        .objected_at = sql_int(rows, 17),
        .hold = sql_int(rows, 18),
        .approved_by = sql_int(rows, 19),
        .first_refuser = sql_int(rows, 20),
        .refusal_reason = sql_int(rows, 21),
        .reason = sql_int(rows, 22),
        .refund_choice = sql_int(rows, 23),
        .tries = sql_int(rows, 24),
        .waits_for = arena_str(arena, sql_text(rows, 25)),
        .reminded_at = sql_int(rows, 26),
        .settled_amount = sql_int(rows, 27),
        .closed_at = sql_int(rows, 28),
        .forgotten_at = sql_int(rows, 29),
        .confirmed_at = sql_int(rows, 30),
        .secret_hash = arena_str(arena, sql_bytes(rows, 31)),
        .link_public = arena_str(arena, sql_bytes(rows, 32)),
        .sealed = arena_str(arena, sql_bytes(rows, 33)),
    };
}

enum err store_closure_get(struct sql_tx *tx, struct arena *arena, int64_t account_id, int64_t closure_id,
                           struct store_closure *ret_closure)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_CLOSURE_GET, &rows, SQL_INT(account_id), SQL_INT(closure_id)));
    bool found = sql_next(&rows);
    if (found)
        closure_fetch(&rows, arena, ret_closure);
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_closure_update(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                              struct store_closure *closure)
{
    int64_t changes, before = closure->version;
    struct sql_value box;
    closure->version++;
    TRY(closure_seal(arena, key, closure, &box));
    TRY(sql_exec(tx, STATEMENT_CLOSURE_UPDATE, &changes, SQL_INT(closure->account_id),
                 SQL_INT(closure->closure_id), SQL_INT(closure->state), SQL_INT(closure->state_at),
                 SQL_INT(closure->version), SQL_INT(closure->declared_at), SQL_INT(closure->start_at),
                 SQL_INT(closure->due_at), SQL_INT(closure->review_end_at), SQL_INT(closure->undo_end_at),
                 SQL_INT(closure->undo_micros), SQL_INT(closure->deadline_at), SQL_INT(closure->fresh),
                 SQL_INT(closure->objected_at), SQL_INT(closure->hold), SQL_INT(closure->approved_by),
                 SQL_INT(closure->first_refuser), SQL_INT(closure->refusal_reason), SQL_INT(closure->reason),
                 SQL_INT(closure->refund_choice), SQL_INT(closure->tries), SQL_TEXT(closure->waits_for),
                 SQL_INT(closure->reminded_at), SQL_INT(closure->settled_amount), SQL_INT(closure->closed_at),
                 SQL_INT(closure->forgotten_at), SQL_INT(closure->confirmed_at), box, SQL_INT(before)));
    return box_expect_one(changes);
}

enum err store_closure_of_account(struct sql_tx *tx, int64_t account_id, int64_t *ret_ids, size_t limit,
                                  size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_CLOSURE_OF_ACCOUNT, &rows, SQL_INT(account_id), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_ids[count++] = sql_int(&rows, 0);
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_closure_outline(struct sql_tx *tx, int64_t account_id, struct store_closure_outline *ret_rows,
                               size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_CLOSURE_OUTLINE, &rows, SQL_INT(account_id), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_rows[count++] = (struct store_closure_outline){sql_int(&rows, 0), sql_int(&rows, 1),
                                                           sql_int(&rows, 2), sql_int(&rows, 3)};
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_closure_facts(struct sql_tx *tx, struct store_closure_facts *facts)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_CLOSURE_FACTS, &rows, SQL_INT(facts->account_id),
                  SQL_INT(ids_lowest(facts->since)), SQL_INT(facts->messages_limit), SQL_INT(TICKET_CLOSED),
                  SQL_INT(facts->ledger_id), SQL_INT(LEDGER_WALLET), SQL_INT(facts->session_id)));
    if (sql_next(&rows)) {
        facts->lines_live = sql_int(&rows, 0);
        facts->messages = sql_int(&rows, 1);
        facts->tickets_open = sql_int(&rows, 2);
        facts->balance = sql_int(&rows, 3);
        facts->session_found = !sql_is_null(&rows, 4);
        facts->proof_until = sql_int(&rows, 4);
    }
    return sql_end(&rows);
}

enum err store_closure_in_state(struct sql_tx *tx, int64_t state, struct store_closure_id *ret_ids,
                                size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_CLOSURE_IN_STATE, &rows, SQL_INT(state), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_ids[count++] = (struct store_closure_id){sql_int(&rows, 0), sql_int(&rows, 1)};
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_closure_count_reasons(struct sql_tx *tx, int64_t state, int64_t since, int64_t *counts,
                                     size_t limit)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_CLOSURE_REASON_COUNT, &rows, SQL_INT(state), SQL_INT(since)));
    while (sql_next(&rows)) {
        int64_t reason = sql_int(&rows, 0);
        if (reason >= 0 && (size_t)reason < limit)
            counts[reason] += sql_int(&rows, 1);
    }
    return sql_end(&rows);
}
