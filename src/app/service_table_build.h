/* Makes a table that can be searched out of entries. */
#ifndef APP_SERVICE_TABLE_BUILD_H
#define APP_SERVICE_TABLE_BUILD_H

#include "app/service_entry.h"
#include "domain/message/table.h"

/* The table lives in arena. Of entries with one name the first has it; entries beyond SERVICE_TABLE_ROWS are
 * left out. entries is sorted by key. */
const struct service_table *service_table_build(struct arena *arena, struct service_entry *entries,
                                                size_t count);

#endif
