/* How the service does as a whole: counts without a person in them. */
#ifndef STORE_STATUS_H
#define STORE_STATUS_H

#include "sql/sql.h"

struct store_status {
    int64_t last_text_at; /* the newest text that a carrier brought; 0: none in LIMIT_CARRIER_ID_DAYS */
    bool outbox_late;     /* something waits that was due before `before` */
};
enum err store_status_get(struct sql_tx *tx, int64_t before, struct store_status *ret_status);
/* Closures of a state whose due date is past. */
enum err store_status_late(struct sql_tx *tx, int64_t state, int64_t now, int64_t *ret_count);

#endif
