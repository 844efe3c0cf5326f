#include "app/service_rows.h"

#include "base/limits.h"
#include "store/line.h"

enum err service_rows(struct sql_tx *tx, struct arena *arena, const struct account *account, int64_t line_id,
                      struct store_service **ret_services, size_t *ret_count)
{
    int64_t account_id = account->row.account_id, live = 0, all;
    *ret_services = ARENA_ARRAY(arena, LIMIT_SERVICES, struct store_service);
    if (line_id != 0)
        TRY(store_line_count(tx, account_id, &live, &all));
    if (live <= 1)
        return store_service_list(tx, arena, &account->key, account_id, *ret_services, LIMIT_SERVICES,
                                  ret_count);
    return store_service_list_line(tx, arena, &account->key, account_id, line_id, *ret_services,
                                   LIMIT_SERVICES, ret_count);
}
