#include "store/declaration.h"

#include "store/box.h"
#include "store/statements.h"

static const struct box_field declaration_fields[] = {
    BOX_TEXT(1, struct store_declaration, name),   BOX_TEXT(2, struct store_declaration, contract),
    BOX_TEXT(3, struct store_declaration, mail),   BOX_TEXT(4, struct store_declaration, reason),
    BOX_TEXT(5, struct store_declaration, text),   BOX_INT(6, struct store_declaration, language),
    BOX_TEXT(7, struct store_declaration, number), BOX_END};

static enum err declaration_seal(struct arena *arena, const struct seal_key *key,
                                 const struct store_declaration *declaration, struct str *ret_box)
{
    struct buf fields = buf_new(0);
    box_pack(&fields, declaration_fields, declaration);
    return box_close(arena, key,
                     BOX_PLACE("declaration", declaration->declaration_id, declaration->declaration_id, 0),
                     &fields, ret_box);
}

enum err store_declaration_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                  const struct store_declaration *declaration)
{
    struct str box;
    TRY(declaration_seal(arena, key, declaration, &box));
    return sql_exec(tx, STATEMENT_DECLARATION_INSERT, NULL, SQL_INT(declaration->declaration_id),
                    SQL_TEXT(declaration->reference), SQL_INT(declaration->kind), SQL_INT(declaration->state),
                    SQL_INT(declaration->received_at), SQL_INT(declaration->wished_at),
                    SQL_INT(declaration->deadline_at), SQL_INT(declaration->account_id),
                    SQL_INT(declaration->line_id), SQL_INT(declaration->closure_id),
                    SQL_INT(declaration->bought_at), SQL_BYTES(declaration->secret_hash), SQL_BYTES(box));
}

enum err store_declaration_get(struct sql_tx *tx, struct arena *arena, int64_t declaration_id,
                               struct store_declaration *ret_declaration)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_DECLARATION_GET, &rows, SQL_INT(declaration_id)));
    bool found = sql_next(&rows);
    if (found)
        *ret_declaration = (struct store_declaration){
            .declaration_id = declaration_id,
            .reference = arena_str(arena, sql_text(&rows, 0)),
            .kind = sql_int(&rows, 1),
            .state = sql_int(&rows, 2),
            .state_at = sql_int(&rows, 3),
            .received_at = sql_int(&rows, 4),
            .wished_at = sql_int(&rows, 5),
            .deadline_at = sql_int(&rows, 6),
            .account_id = sql_int(&rows, 7),
            .line_id = sql_int(&rows, 8),
            .closure_id = sql_int(&rows, 9),
            .bought_at = sql_int(&rows, 10),
            .secret_hash = arena_str(arena, sql_bytes(&rows, 11)),
            .sealed = arena_str(arena, sql_bytes(&rows, 12)),
        };
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_declaration_open(struct arena *arena, const struct seal_key *key,
                                struct store_declaration *declaration)
{
    struct str fields;
    TRY(box_open(arena, key,
                 BOX_PLACE("declaration", declaration->declaration_id, declaration->declaration_id, 0),
                 declaration->sealed, &fields));
    box_unpack(fields, declaration_fields, declaration);
    return ERR_NONE;
}

enum err store_declaration_update(struct sql_tx *tx, const struct store_declaration *declaration,
                                  int64_t state_before)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_DECLARATION_UPDATE, &changes, SQL_INT(declaration->declaration_id),
                 SQL_INT(declaration->state), SQL_INT(declaration->state_at),
                 SQL_INT(declaration->deadline_at), SQL_INT(declaration->closure_id), SQL_INT(state_before)));
    return box_expect_one(changes);
}

static enum err list_ids(struct sql_tx *tx, unsigned statement, int64_t account_id, int64_t second,
                         int64_t *ret_ids, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, statement, &rows, SQL_INT(account_id), SQL_INT(second), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_ids[count++] = sql_int(&rows, 0);
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_declaration_of_closure(struct sql_tx *tx, int64_t account_id, int64_t closure_id,
                                      int64_t *ret_ids, size_t limit, size_t *ret_count)
{
    return list_ids(tx, STATEMENT_DECLARATION_OF_CLOSURE, account_id, closure_id, ret_ids, limit, ret_count);
}

enum err store_declaration_in_state(struct sql_tx *tx, int64_t account_id, int64_t state, int64_t *ret_ids,
                                    size_t limit, size_t *ret_count)
{
    return list_ids(tx, STATEMENT_DECLARATION_IN_STATE, account_id, state, ret_ids, limit, ret_count);
}

enum err store_declaration_holds_line(struct sql_tx *tx, int64_t account_id, int64_t line_id, int64_t state,
                                      int64_t but, bool *ret_holds)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_DECLARATION_HOLDS_LINE, &rows, SQL_INT(account_id), SQL_INT(state),
                  SQL_INT(but), SQL_INT(line_id)));
    *ret_holds = sql_next(&rows);
    return sql_end(&rows);
}

enum err store_declaration_forget(struct sql_tx *tx, int64_t declaration_id)
{
    return sql_exec(tx, STATEMENT_DECLARATION_FORGET, NULL, SQL_INT(declaration_id));
}

enum err store_declaration_rematch(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                   const struct store_declaration *declaration)
{
    int64_t changes;
    struct str box;
    TRY(declaration_seal(arena, key, declaration, &box));
    TRY(sql_exec(tx, STATEMENT_DECLARATION_REMATCH, &changes, SQL_INT(declaration->declaration_id),
                 SQL_INT(declaration->state), SQL_INT(declaration->state_at),
                 SQL_INT(declaration->deadline_at), SQL_INT(declaration->account_id),
                 SQL_INT(declaration->line_id), SQL_INT(declaration->bought_at),
                 SQL_BYTES(declaration->secret_hash), SQL_BYTES(box)));
    return box_expect_one(changes);
}
