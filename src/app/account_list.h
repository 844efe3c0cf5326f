/* The accounts, as the operator sees them: no personal field. */
#ifndef APP_ACCOUNT_LIST_H
#define APP_ACCOUNT_LIST_H

#include "app/app.h"

struct account_list_row {
    int64_t account_id, state, created_at;
};

/* The next accounts after an id, by id; at most limit. */
enum err account_list(struct app *app, struct arena *arena, int64_t after, struct account_list_row *ret_rows,
                      size_t limit, size_t *ret_count);

#endif
