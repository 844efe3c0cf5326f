/* The linked services of an account or of one of its numbers, inside a transaction. */
#ifndef APP_SERVICE_ROWS_H
#define APP_SERVICE_ROWS_H

#include "app/account.h"
#include "store/service.h"

/* At most LIMIT_SERVICES rows, in arena. line_id 0: of the whole account, as well as where the line is the
 * only live one; else those that know this line, with its times and counts. */
enum err service_rows(struct sql_tx *tx, struct arena *arena, const struct account *account, int64_t line_id,
                      struct store_service **ret_services, size_t *ret_count);

#endif
