#include "store/identity.h"

#include "base/ids.h"
#include "store/box.h"
#include "store/statements.h"

enum err store_session_insert(struct sql_tx *tx, const struct store_session *session)
{
    return sql_exec(tx, STATEMENT_SESSION_INSERT, NULL, SQL_INT(session->account_id),
                    SQL_INT(session->session_id), SQL_INT(session->role), SQL_BYTES(session->secret_hash),
                    SQL_INT(session->created_at), SQL_INT(session->seen_at), SQL_INT(session->expires_at));
}

enum err store_session_get(struct sql_tx *tx, int64_t account_id, int64_t session_id,
                           struct store_session *ret_session)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_SESSION_GET, &rows, SQL_INT(account_id), SQL_INT(session_id)));
    bool found = sql_next(&rows);
    if (found)
        *ret_session = (struct store_session){
            .account_id = account_id,
            .session_id = session_id,
            .role = sql_int(&rows, 0),
            .secret_hash = sql_bytes(&rows, 1),
            .created_at = sql_int(&rows, 2),
            .seen_at = sql_int(&rows, 3),
            .expires_at = sql_int(&rows, 4),
            .proof_until = sql_int(&rows, 5),
        };
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_session_touch(struct sql_tx *tx, int64_t account_id, int64_t session_id, int64_t now)
{
    return sql_exec(tx, STATEMENT_SESSION_TOUCH, NULL, SQL_INT(account_id), SQL_INT(session_id),
                    SQL_INT(now));
}

enum err store_session_prove(struct sql_tx *tx, int64_t account_id, int64_t session_id, int64_t until)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_SESSION_PROVE, &changes, SQL_INT(account_id), SQL_INT(session_id),
                 SQL_INT(until)));
    return box_expect_one(changes);
}

enum err store_session_delete(struct sql_tx *tx, int64_t account_id, int64_t session_id)
{
    return sql_exec(tx, STATEMENT_SESSION_DELETE, NULL, SQL_INT(account_id), SQL_INT(session_id));
}

enum err store_session_delete_all(struct sql_tx *tx, int64_t account_id)
{
    return sql_exec(tx, STATEMENT_SESSION_DELETE_ACCOUNT, NULL, SQL_INT(account_id));
}

enum err store_session_delete_others(struct sql_tx *tx, int64_t account_id, int64_t session_id)
{
    return sql_exec(tx, STATEMENT_SESSION_DELETE_OTHERS, NULL, SQL_INT(account_id), SQL_INT(session_id));
}

/* The single number of a query that always has one row. */
static enum err count_of(struct sql_rows *rows, int64_t *ret_count)
{
    int64_t count = sql_next(rows) ? sql_int(rows, 0) : 0;
    TRY(sql_end(rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_session_count(struct sql_tx *tx, int64_t account_id, int64_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_SESSION_COUNT, &rows, SQL_INT(account_id)));
    return count_of(&rows, ret_count);
}

enum err store_proof_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            const struct store_proof *proof)
{
    struct buf fields = buf_new(0);
    struct str box;
    pack_add(&fields, 1, proof->code);
    TRY(box_close(arena, key, BOX_PLACE("proof", proof->account_id, proof->proof_id, 0), &fields, &box));
    return sql_exec(tx, STATEMENT_PROOF_INSERT, NULL, SQL_INT(proof->account_id), SQL_INT(proof->proof_id),
                    SQL_TEXT(str_from(proof->purpose)), SQL_INT(proof->contact_id),
                    SQL_INT(proof->created_at), SQL_INT(proof->expires_at), SQL_BYTES(box));
}

enum err store_proof_newest(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, const char *purpose, struct store_proof *ret_proof)
{
    struct sql_rows rows;
    struct str fields;
    struct store_proof proof;
    TRY(sql_query(tx, STATEMENT_PROOF_NEWEST, &rows, SQL_INT(account_id), SQL_TEXT(str_from(purpose))));
    if (!sql_next(&rows)) {
        TRY(sql_end(&rows));
        return ERR_NOT_FOUND;
    }
    proof = (struct store_proof){.account_id = account_id,
                                 .proof_id = sql_int(&rows, 0),
                                 .purpose = purpose,
                                 .contact_id = sql_int(&rows, 1),
                                 .created_at = sql_int(&rows, 2),
                                 .expires_at = sql_int(&rows, 3),
                                 .tries = sql_int(&rows, 4),
                                 .used_at = sql_int(&rows, 5)};
    struct str box = sql_bytes(&rows, 6);
    TRY(sql_end(&rows));
    TRY(box_open(arena, key, BOX_PLACE("proof", account_id, proof.proof_id, 0), box, &fields));
    proof.code = pack_get(fields, 1);
    *ret_proof = proof;
    return ERR_NONE;
}

enum err store_proof_try(struct sql_tx *tx, int64_t account_id, int64_t proof_id)
{
    return sql_exec(tx, STATEMENT_PROOF_TRY, NULL, SQL_INT(account_id), SQL_INT(proof_id));
}

enum err store_proof_use(struct sql_tx *tx, int64_t account_id, int64_t proof_id, int64_t now)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_PROOF_USE, &changes, SQL_INT(account_id), SQL_INT(proof_id), SQL_INT(now)));
    return box_expect_one(changes);
}

enum err store_proof_count(struct sql_tx *tx, int64_t account_id, int64_t since, int64_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_PROOF_COUNT_SINCE, &rows, SQL_INT(account_id), SQL_INT(since)));
    return count_of(&rows, ret_count);
}

enum err store_contact_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                              const struct store_contact *contact)
{
    struct buf fields = buf_new(0);
    struct str box;
    pack_add(&fields, 1, contact->address);
    TRY(box_close(arena, key, BOX_PLACE("contact", contact->account_id, contact->contact_id, 0), &fields,
                  &box));
    return sql_exec(tx, STATEMENT_CONTACT_INSERT, NULL, SQL_INT(contact->account_id),
                    SQL_INT(contact->contact_id), SQL_INT(contact->kind), SQL_INT(contact->added_at),
                    SQL_INT(contact->verified_at), SQL_BYTES(box));
}

static enum err contact_row(struct sql_rows *rows, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_contact *ret_contact)
{
    struct str fields;
    int64_t contact_id = sql_int(rows, 0);
    TRY(box_open(arena, key, BOX_PLACE("contact", account_id, contact_id, 0), sql_bytes(rows, 6), &fields));
    *ret_contact = (struct store_contact){
        .account_id = account_id,
        .contact_id = contact_id,
        .kind = sql_int(rows, 1),
        .added_at = sql_int(rows, 2),
        .verified_at = sql_int(rows, 3),
        .removed_at = sql_int(rows, 4),
        .version = sql_int(rows, 5),
        .address = pack_get(fields, 1),
    };
    return ERR_NONE;
}

enum err store_contact_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_contact *ret_contacts, size_t limit,
                            size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    enum err error = ERR_NONE;
    TRY(sql_query(tx, STATEMENT_CONTACT_LIST, &rows, SQL_INT(account_id)));
    while (error == ERR_NONE && count < limit && sql_next(&rows)) {
        error = contact_row(&rows, arena, key, account_id, &ret_contacts[count]);
        count += error == ERR_NONE;
    }
    enum err end = sql_end(&rows);
    *ret_count = count;
    return error != ERR_NONE ? error : end;
}

enum err store_contact_verify(struct sql_tx *tx, int64_t account_id, int64_t contact_id, int64_t now)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_CONTACT_VERIFY, &changes, SQL_INT(account_id), SQL_INT(contact_id),
                 SQL_INT(now)));
    return changes == 1 ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_contact_remove(struct sql_tx *tx, int64_t account_id, int64_t contact_id, int64_t now)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_CONTACT_REMOVE, &changes, SQL_INT(account_id), SQL_INT(contact_id),
                 SQL_INT(now)));
    return changes == 1 ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_staff_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            const struct store_staff *staff)
{
    struct buf fields = buf_new(0);
    struct str box;
    pack_add(&fields, 1, staff->name);
    pack_add(&fields, 2, staff->password_hash);
    TRY(box_close(arena, key, BOX_PLACE("staff", staff->staff_id, staff->staff_id, 0), &fields, &box));
    return sql_exec(tx, STATEMENT_STAFF_INSERT, NULL, SQL_INT(staff->staff_id), SQL_INT(staff->role),
                    SQL_INT(staff->created_at), SQL_BYTES(box));
}

enum err store_staff_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key, int64_t staff_id,
                         struct store_staff *ret_staff)
{
    struct sql_rows rows;
    struct str fields;
    struct store_staff staff;
    TRY(sql_query(tx, STATEMENT_STAFF_GET, &rows, SQL_INT(staff_id)));
    if (!sql_next(&rows)) {
        TRY(sql_end(&rows));
        return ERR_NOT_FOUND;
    }
    staff = (struct store_staff){.staff_id = staff_id,
                                 .role = sql_int(&rows, 1),
                                 .created_at = sql_int(&rows, 2),
                                 .disabled_at = sql_int(&rows, 3)};
    struct str box = sql_bytes(&rows, 4);
    TRY(sql_end(&rows));
    TRY(box_open(arena, key, BOX_PLACE("staff", staff_id, staff_id, 0), box, &fields));
    staff.name = pack_get(fields, 1);
    staff.password_hash = pack_get(fields, 2);
    *ret_staff = staff;
    return ERR_NONE;
}

enum err store_audit_insert(struct sql_tx *tx, int64_t now, int64_t staff_id, const char *event,
                            int64_t account_id, int64_t subject_id)
{
    return sql_exec(tx, STATEMENT_AUDIT_INSERT, NULL, SQL_INT(ids_next(now)), SQL_INT(now), SQL_INT(staff_id),
                    SQL_TEXT(str_from(event)), SQL_INT(account_id), SQL_INT(subject_id));
}
