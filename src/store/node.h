/* Rows of node: the processes that serve this store, and what each holds of the keyring. */
#ifndef STORE_NODE_H
#define STORE_NODE_H

#include "sql/sql.h"

/* How a node stands: it asks to be let in, it is one of the house, it is not any more. */
enum store_node_state { NODE_ASKS = 1, NODE_MEMBER = 2, NODE_RETIRED = 3 };

struct store_node {
    int64_t node_id, state, started_at, beaten_at;
    int64_t epoch, epoch_oldest;           /* of the keyring: the newest that it holds, and the oldest */
    struct str name, version;              /* name: what people call it */
    struct str exchange_key, exchange_tag; /* public half of the key that takes the next epoch */
    int64_t sealed_epoch;                  /* 0: nothing is sealed to it */
    struct str sealed; /* the keys of sealed_epoch; of an asking node all present epochs */
};

/* Inserts a node, or makes its row as given, which ends what was sealed to it. */
enum err store_node_put(struct sql_tx *tx, const struct store_node *node);
/* ERR_NOT_FOUND. Texts live in the command's arena, here and below. */
enum err store_node_get(struct sql_tx *tx, int64_t node_id, struct store_node *ret_node);
/* All nodes by id; at most limit. */
enum err store_node_list(struct sql_tx *tx, struct store_node *ret_nodes, size_t limit, size_t *ret_count);
/* A sign of life: name, version, times and epochs. ERR_NOT_FOUND. */
enum err store_node_beat(struct sql_tx *tx, const struct store_node *node);
/* The key that it takes the next epoch by; what was sealed to an earlier one is gone. ERR_NOT_FOUND. */
enum err store_node_publish(struct sql_tx *tx, int64_t node_id, struct str key, struct str tag);
/* What is sealed to a node; epoch 0 and nothing: it has taken it. ERR_NOT_FOUND. */
enum err store_node_seal(struct sql_tx *tx, int64_t node_id, int64_t epoch, struct str sealed);
/* Lets in or retires; what was sealed to it is gone. ERR_NOT_FOUND. */
enum err store_node_set_state(struct sql_tx *tx, int64_t node_id, enum store_node_state state);
#endif
