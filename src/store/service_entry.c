#include "store/service_entry.h"

#include "store/statements.h"

enum err store_service_entry_put(struct sql_tx *tx, int64_t generation,
                                 const struct store_service_entry *entry)
{
    return sql_exec(tx, STATEMENT_SERVICE_ENTRY_PUT, NULL, SQL_INT(generation), SQL_TEXT(entry->key),
                    SQL_TEXT(entry->value));
}

enum err store_service_entry_list(struct sql_tx *tx, int64_t generation, struct str after,
                                  struct store_service_entry *ret_entries, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_SERVICE_ENTRY_LIST, &rows, SQL_INT(generation), SQL_TEXT(after),
                  SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_entries[count++] = (struct store_service_entry){sql_text(&rows, 0), sql_text(&rows, 1)};
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_service_entry_delete(struct sql_tx *tx, int64_t generation, struct str key)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_SERVICE_ENTRY_DELETE, &changes, SQL_INT(generation), SQL_TEXT(key)));
    return changes == 1 ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_service_entry_prune(struct sql_tx *tx, int64_t generation, size_t limit, int64_t *ret_count)
{
    return sql_exec(tx, STATEMENT_SERVICE_ENTRY_PRUNE, ret_count, SQL_INT(generation),
                    SQL_INT((int64_t)limit));
}
