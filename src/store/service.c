#include "store/service.h"

#include "store/box.h"
#include "store/statements.h"

enum { FIELD_NAME = 1, FIELD_KNOWN = 2, FIELD_BY_HAND = 3 };

int64_t store_service_id(const struct seal_key *key, struct str name)
{
    return seal_id(key, "service", name);
}

static enum err service_seal(struct arena *arena, const struct seal_key *key,
                             const struct store_service *service, struct str *ret_box)
{
    struct buf fields = buf_new(0);
    pack_add(&fields, FIELD_NAME, service->name);
    pack_add_int(&fields, FIELD_KNOWN, service->known);
    pack_add_int(&fields, FIELD_BY_HAND, service->by_hand);
    return box_close(arena, key, BOX_PLACE("linked_service", service->account_id, service->service_id, 0),
                     &fields, ret_box);
}

static enum err seen_on_line(struct sql_tx *tx, const struct store_service *service, int64_t line_id,
                             int64_t at, int64_t code_at, int64_t count)
{
    return sql_exec(tx, STATEMENT_SERVICE_SEEN_LINE, NULL, SQL_INT(service->account_id), SQL_INT(line_id),
                    SQL_INT(service->service_id), SQL_INT(at), SQL_INT(code_at), SQL_INT(count));
}

enum err store_service_seen(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            const struct store_service *service, int64_t line_id, int64_t at, bool code)
{
    struct str box;
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_SERVICE_SEEN_AGAIN, &changes, SQL_INT(service->account_id), SQL_INT(line_id),
                 SQL_INT(service->service_id), SQL_INT(at), SQL_INT(code ? at : 0)));
    if (changes == 1)
        return ERR_NONE;
    TRY(seen_on_line(tx, service, line_id, at, code ? at : 0, 1));
    TRY(service_seal(arena, key, service, &box));
    return sql_exec(tx, STATEMENT_SERVICE_SEEN, NULL, SQL_INT(service->account_id),
                    SQL_INT(service->service_id), SQL_INT(at), SQL_BYTES(box));
}

enum err store_service_add(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           const struct store_service *service, int64_t line_id, int64_t now)
{
    struct str box;
    int64_t changes;
    TRY(service_seal(arena, key, service, &box));
    TRY(sql_exec(tx, STATEMENT_SERVICE_ADD, &changes, SQL_INT(service->account_id),
                 SQL_INT(service->service_id), SQL_INT(now), SQL_BYTES(box)));
    if (line_id != 0)
        TRY(seen_on_line(tx, service, line_id, 0, 0, 0));
    return changes == 1 ? ERR_NONE : ERR_EXISTS;
}

/* The row whose id stands first, and what its box holds; the other columns are the caller's. */
static enum err service_open(struct sql_rows *rows, struct arena *arena, const struct seal_key *key,
                             int64_t account_id, struct str box, struct store_service *ret_service)
{
    struct str fields;
    int64_t service_id = sql_int(rows, 0);
    TRY(box_open(arena, key, BOX_PLACE("linked_service", account_id, service_id, 0), box, &fields));
    *ret_service = (struct store_service){
        .account_id = account_id,
        .service_id = service_id,
        .name = pack_get(fields, FIELD_NAME),
        .known = pack_get_int(fields, FIELD_KNOWN),
        .by_hand = pack_get_int(fields, FIELD_BY_HAND),
    };
    return ERR_NONE;
}

static enum err service_row(struct sql_rows *rows, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_service *ret_service)
{
    TRY(service_open(rows, arena, key, account_id, sql_bytes(rows, 6), ret_service));
    ret_service->first_at = sql_int(rows, 1);
    ret_service->last_at = sql_int(rows, 2);
    ret_service->last_code_at = sql_int(rows, 3);
    ret_service->count = sql_int(rows, 4);
    ret_service->done_at = sql_int(rows, 5);
    return ERR_NONE;
}

static enum err services_of(struct sql_rows *rows, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_service *ret_services, size_t limit,
                            size_t *ret_count)
{
    size_t count = 0;
    enum err error = ERR_NONE;
    while (error == ERR_NONE && count < limit && sql_next(rows)) {
        error = service_row(rows, arena, key, account_id, &ret_services[count]);
        count += error == ERR_NONE;
    }
    TRY(sql_end(rows));
    *ret_count = count;
    return error;
}

enum err store_service_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_service *ret_services, size_t limit,
                            size_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_SERVICE_LIST, &rows, SQL_INT(account_id), SQL_INT((int64_t)limit)));
    return services_of(&rows, arena, key, account_id, ret_services, limit, ret_count);
}

static bool is_among(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id)
            return true;
    return false;
}

enum err store_service_names(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                             int64_t account_id, const int64_t *ids, size_t id_count,
                             struct store_service *ret_services, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    enum err error = ERR_NONE;
    TRY(sql_query(tx, STATEMENT_SERVICE_NAMES, &rows, SQL_INT(account_id)));
    while (error == ERR_NONE && count < id_count && sql_next(&rows)) {
        if (!is_among(ids, id_count, sql_int(&rows, 0)))
            continue;
        error = service_open(&rows, arena, key, account_id, sql_bytes(&rows, 1), &ret_services[count]);
        count += error == ERR_NONE;
    }
    TRY(sql_end(&rows));
    *ret_count = count;
    return error;
}

enum err store_service_list_line(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                 int64_t account_id, int64_t line_id, struct store_service *ret_services,
                                 size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_SERVICE_LIST_LINE, &rows, SQL_INT(account_id), SQL_INT(line_id),
                  SQL_INT((int64_t)limit)));
    return services_of(&rows, arena, key, account_id, ret_services, limit, ret_count);
}

enum err store_service_done(struct sql_tx *tx, int64_t account_id, int64_t service_id, int64_t done_at)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_SERVICE_DONE, &changes, SQL_INT(account_id), SQL_INT(service_id),
                 SQL_INT(done_at)));
    return changes == 1 ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_service_remove(struct sql_tx *tx, int64_t account_id, int64_t service_id, int64_t now)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_SERVICE_REMOVE, &changes, SQL_INT(account_id), SQL_INT(service_id),
                 SQL_INT(now)));
    return changes == 1 ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_service_count(struct sql_tx *tx, int64_t account_id, int64_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_SERVICE_COUNT, &rows, SQL_INT(account_id)));
    return box_one_int(&rows, ret_count);
}
