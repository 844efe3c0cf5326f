#include "store/node.h"

#include "store/box.h"
#include "store/statements.h"

static enum err expect_found(int64_t changes)
{
    return changes == 1 ? ERR_NONE : ERR_NOT_FOUND;
}

static void read_row(struct sql_rows *rows, struct store_node *ret_node)
{
    *ret_node = (struct store_node){
        .node_id = sql_int(rows, 0),
        .state = sql_int(rows, 1),
        .started_at = sql_int(rows, 2),
        .beaten_at = sql_int(rows, 3),
        .epoch = sql_int(rows, 4),
        .epoch_oldest = sql_int(rows, 5),
        .name = sql_text(rows, 6),
        .version = sql_text(rows, 7),
        .exchange_key = sql_bytes(rows, 8),
        .exchange_tag = sql_bytes(rows, 9),
        .sealed_epoch = sql_int(rows, 10),
        .sealed = sql_bytes(rows, 11),
    };
}

enum err store_node_put(struct sql_tx *tx, const struct store_node *node)
{
    return sql_exec(tx, STATEMENT_NODE_PUT, NULL, SQL_INT(node->node_id), SQL_INT(node->state),
                    SQL_TEXT(node->name), SQL_TEXT(node->version), SQL_INT(node->started_at),
                    SQL_INT(node->beaten_at), SQL_INT(node->epoch), SQL_INT(node->epoch_oldest),
                    SQL_BYTES(node->exchange_key), SQL_BYTES(node->exchange_tag), SQL_BYTES(STR("")));
}

enum err store_node_get(struct sql_tx *tx, int64_t node_id, struct store_node *ret_node)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_NODE_GET, &rows, SQL_INT(node_id)));
    bool found = sql_next(&rows);
    if (found)
        read_row(&rows, ret_node);
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_node_list(struct sql_tx *tx, struct store_node *ret_nodes, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_NODE_LIST, &rows, SQL_INT(0), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        read_row(&rows, &ret_nodes[count++]);
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_node_beat(struct sql_tx *tx, const struct store_node *node)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_NODE_BEAT, &changes, SQL_INT(node->node_id), SQL_TEXT(node->name),
                 SQL_TEXT(node->version), SQL_INT(node->started_at), SQL_INT(node->beaten_at),
                 SQL_INT(node->epoch), SQL_INT(node->epoch_oldest)));
    return expect_found(changes);
}

enum err store_node_publish(struct sql_tx *tx, int64_t node_id, struct str key, struct str tag)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_NODE_PUBLISH, &changes, SQL_INT(node_id), SQL_BYTES(key), SQL_BYTES(tag),
                 SQL_BYTES(STR(""))));
    return expect_found(changes);
}

enum err store_node_seal(struct sql_tx *tx, int64_t node_id, int64_t epoch, struct str sealed)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_NODE_SEAL, &changes, SQL_INT(node_id), SQL_INT(epoch), SQL_BYTES(sealed)));
    return expect_found(changes);
}

enum err store_node_set_state(struct sql_tx *tx, int64_t node_id, enum store_node_state state)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_NODE_SET_STATE, &changes, SQL_INT(node_id), SQL_INT(state),
                 SQL_BYTES(STR(""))));
    return expect_found(changes);
}
