#include "store/copy.h"

enum { COPY_INTEGRITY, COPY_COUNTS, COPY_KEYS, COPY_STATEMENTS };

static const struct sql_statement copy_statements[COPY_STATEMENTS] = {
    [COPY_INTEGRITY] = {"copy_integrity", "SELECT integrity_check FROM pragma_integrity_check(1)"},
    [COPY_COUNTS] = {"copy_counts", "SELECT (SELECT COUNT(*) FROM account), (SELECT COUNT(*) FROM closure), "
                                    "(SELECT COUNT(*) FROM transfer)"},
    [COPY_KEYS] = {"copy_keys", "SELECT owner_id, kind, epoch, wrapped FROM data_key "
                                "WHERE (owner_id, kind) > ($1, $2) ORDER BY owner_id, kind LIMIT $3"},
};

enum err store_copy_open(const char *url, struct sql_store **ret_view)
{
    return sql_open_view(url, copy_statements, COPY_STATEMENTS, ret_view, NULL);
}

enum err store_copy_count(struct sql_tx *tx, struct store_copy_counts *ret_counts)
{
    struct sql_rows rows;
    struct store_copy_counts counts = {0};
    TRY(sql_query(tx, COPY_COUNTS, &rows));
    if (sql_next(&rows))
        counts = (struct store_copy_counts){
            .accounts = sql_int(&rows, 0), .closures = sql_int(&rows, 1), .transfers = sql_int(&rows, 2)};
    TRY(sql_end(&rows));
    *ret_counts = counts;
    return ERR_NONE;
}

enum err store_copy_is_sound(struct sql_tx *tx, bool *ret_sound)
{
    struct sql_rows rows;
    TRY(sql_query(tx, COPY_INTEGRITY, &rows));
    *ret_sound = sql_next(&rows) && str_is(sql_text(&rows, 0), "ok");
    return sql_end(&rows);
}

enum err store_copy_keys(struct sql_tx *tx, int64_t owner_id, struct str kind, size_t limit,
                         void (*each)(const struct store_copy_key *key, void *context), void *context,
                         size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, COPY_KEYS, &rows, SQL_INT(owner_id), SQL_TEXT(kind), SQL_INT((int64_t)limit)));
    for (; sql_next(&rows); count++) {
        struct store_copy_key key = {.owner_id = sql_int(&rows, 0),
                                     .kind = sql_text(&rows, 1),
                                     .epoch = sql_int(&rows, 2),
                                     .wrapped = sql_bytes(&rows, 3)};
        each(&key, context);
    }
    *ret_count = count;
    return sql_end(&rows);
}
