/* Rows of service_entry: services beside those that the program ships. */
#ifndef STORE_SERVICE_ENTRY_H
#define STORE_SERVICE_ENTRY_H

#include "sql/sql.h"

enum { SERVICE_ENTRY_DESK = 0 }; /* the generation of the desk's corrections */

struct store_service_entry {
    struct str key, value; /* value: JSON, as app/service_entry.h has it */
};

enum err store_service_entry_put(struct sql_tx *tx, int64_t generation,
                                 const struct store_service_entry *entry);
/* Those behind a key, in its order; at most limit. */
enum err store_service_entry_list(struct sql_tx *tx, int64_t generation, struct str after,
                                  struct store_service_entry *ret_entries, size_t limit, size_t *ret_count);
/* ERR_NOT_FOUND. */
enum err store_service_entry_delete(struct sql_tx *tx, int64_t generation, struct str key);
/* Deletes rows of imports other than this one; at most limit. */
enum err store_service_entry_prune(struct sql_tx *tx, int64_t generation, size_t limit, int64_t *ret_count);

#endif
