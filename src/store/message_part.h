/* Rows of message_part: parts of a long message that is not whole yet. The box holds who sent it, how many
 * parts there are, and the part's bytes as they came, since a cut may go through a character. */
#ifndef STORE_MESSAGE_PART_H
#define STORE_MESSAGE_PART_H

#include "crypto/seal.h"
#include "sql/sql.h"

struct store_message_part {
    int64_t account_id, group_id, number; /* number from 1 */
    int64_t line_id;
    int64_t came_at; /* microseconds UTC */
    int64_t total, charset, fill_bits;
    struct str peer, to;
    struct str bytes;
};

/* The group's id: a keyed hash of whatever makes the parts belong together. */
int64_t store_message_part_group(const struct seal_key *key, struct str what);
/* The number must be free in the group. */
enum err store_message_part_put(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                const struct store_message_part *part);
/* All parts of a group, opened, by number; at most limit. */
enum err store_message_part_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                 int64_t account_id, int64_t group_id, struct store_message_part *ret_parts,
                                 size_t limit, size_t *ret_count);
enum err store_message_part_delete(struct sql_tx *tx, int64_t account_id, int64_t group_id);

#endif
