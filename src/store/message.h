/* Rows of message. The box holds who sent it, the text and the code found in
 * it. The id is time first, so unread messages and read ones each
 * lie in the inbox's order. */
#ifndef STORE_MESSAGE_H
#define STORE_MESSAGE_H

#include "crypto/seal.h"
#include "sql/sql.h"

struct store_message {
    int64_t account_id, message_id, line_id;
    int64_t direction; /* enum message_direction */
    int64_t read_at;
    int64_t at;         /* when Violet received or sent it, microseconds UTC */
    int64_t sent_at;    /* what the carrier says; 0: unknown */
    struct str peer;    /* sender of a received text, recipient of a sent one */
    struct str text;    /* UTF-8, may be empty */
    struct str code;    /* empty where there is none */
    int64_t service_id; /* of linked_service; 0: none */
    int64_t flash;      /* 1: was meant to be shown at once and not kept */
};

enum err store_message_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                              const struct store_message *message);
/* Opened; ERR_NOT_FOUND. */
enum err store_message_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           int64_t account_id, int64_t message_id, struct store_message *ret_message);
/* A page, newest first: messages with an id below before (INT64_MAX: from the newest), of one line or (0) of
 * all; at most limit. Opened. */
enum err store_message_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, int64_t line_id, int64_t before,
                            struct store_message *ret_messages, size_t limit, size_t *ret_count);
/* The other way round, for those who follow: messages with an id above after, oldest first. Opened. */
enum err store_message_list_after(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                  int64_t account_id, int64_t after, struct store_message *ret_messages,
                                  size_t limit, size_t *ret_count);
/* Marks as read, once; ERR_NOT_FOUND where there is no such message. */
enum err store_message_read(struct sql_tx *tx, int64_t account_id, int64_t message_id, int64_t now);
/* Marks all unread messages up to an id as read. */
enum err store_message_read_all(struct sql_tx *tx, int64_t account_id, int64_t up_to, int64_t now);
/* ERR_NOT_FOUND. */
enum err store_message_delete(struct sql_tx *tx, int64_t account_id, int64_t message_id);
/* Messages that were not read; those sent are written as read. */
enum err store_message_count_unread(struct sql_tx *tx, int64_t account_id, int64_t *ret_count);
/* Messages that came or went after an instant (microseconds UTC; 0: all). */
enum err store_message_count_since(struct sql_tx *tx, int64_t account_id, int64_t since, int64_t *ret_count);

/* A text that replaces the earlier one of its slot, a keyed hash: that one is deleted, if it is still there.
 */
enum err store_message_replace(struct sql_tx *tx, int64_t account_id, int64_t slot_id, int64_t message_id);

/* Ids of an account's messages above one, the newest first; at most limit. */
enum err store_message_recent(struct sql_tx *tx, int64_t account_id, int64_t above, int64_t *ret_ids,
                              size_t limit, size_t *ret_count);

#endif
