/* Rows of linked_service: third parties that know the subscriber's number. The box holds the service's key in
 * the project's list of services (or the name the subscriber typed). */
#ifndef STORE_SERVICE_H
#define STORE_SERVICE_H

#include "crypto/seal.h"
#include "sql/sql.h"

struct store_service {
    int64_t account_id, service_id;
    int64_t first_at, last_at, last_code_at; /* of its messages; 0 where added by hand */
    int64_t count;                           /* of its messages */
    int64_t done_at;                         /* ticked off by the subscriber; 0: not */
    int64_t removed_at;
    struct str name; /* key of the list, for example "facebook", or what was typed */
    int64_t known;   /* 1: name is a key of the list; 0: typed */
    int64_t by_hand; /* 1: added by the subscriber */
};

/* Whose row a service has: a keyed hash of its name under the account's key. */
int64_t store_service_id(const struct seal_key *key, struct str name);
/* A message of the service came to a line: makes the rows of account and line or counts it there. code: the
 * message held one. */
enum err store_service_seen(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            const struct store_service *service, int64_t line_id, int64_t at, bool code);
/* Adds by hand, or brings back what was removed; ERR_EXISTS where it stands there. line_id: the line that it
 * knows; 0: not said. */
enum err store_service_add(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           const struct store_service *service, int64_t line_id, int64_t now);
/* All that were not removed, opened, oldest row first; at most limit. */
enum err store_service_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_service *ret_services, size_t limit,
                            size_t *ret_count);
/* Names (and nothing else) of those with one of the ids: what a page of messages shows, which is less than
 * all that an account has. ret_services has room for id_count. */
enum err store_service_names(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                             int64_t account_id, const int64_t *ids, size_t id_count,
                             struct store_service *ret_services, size_t *ret_count);
/* As store_service_list, but those that know one line, with the times and counts of that line. */
enum err store_service_list_line(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                 int64_t account_id, int64_t line_id, struct store_service *ret_services,
                                 size_t limit, size_t *ret_count);
/* Ticks off (done_at > 0) or takes the tick away (0); ERR_NOT_FOUND. */
enum err store_service_done(struct sql_tx *tx, int64_t account_id, int64_t service_id, int64_t done_at);
/* ERR_NOT_FOUND. A removed service stays removed when it sends again: the subscriber knows better. */
enum err store_service_remove(struct sql_tx *tx, int64_t account_id, int64_t service_id, int64_t now);
/* How many are not removed. */
enum err store_service_count(struct sql_tx *tx, int64_t account_id, int64_t *ret_count);

#endif
