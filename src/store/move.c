#include "store/move.h"

#include "base/failpoint.h"
#include "store/move_tables.h"

/* A batch at a time is in memory: the widest rows are an archive's chunks. */
enum { MOVE_ROWS = 200 };

struct move_row {
    struct sql_value values[MOVE_COLUMNS];
};

/* Rows of one table after a key. */
struct page {
    unsigned table;
    const struct move_row *after; /* NULL: from the first one */
    struct move_row *rows;
    size_t count;
};

static unsigned statement_of(unsigned table, unsigned kind)
{
    return table * MOVE_TABLE_STATEMENTS + kind;
}

static struct sql_value value_of(struct sql_rows *rows, int column, enum sql_kind kind)
{
    if (sql_is_null(rows, column))
        return SQL_NULL;
    if (kind == SQL_KIND_INT)
        return SQL_INT(sql_int(rows, column));
    return kind == SQL_KIND_TEXT ? SQL_TEXT(sql_text(rows, column)) : SQL_BYTES(sql_bytes(rows, column));
}

static void read_row(struct sql_rows *rows, const struct move_table *table, struct move_row *ret_row)
{
    for (int column = 0; column < table->column_count; column++)
        ret_row->values[column] = value_of(rows, column, table->kinds[column]);
}

static enum err page_rows(struct sql_tx *tx, struct arena *arena, struct page *page, unsigned kind,
                          const struct sql_value *values, size_t value_count, size_t limit)
{
    struct sql_rows rows;
    page->rows = ARENA_ARRAY(arena, limit, struct move_row);
    page->count = 0;
    TRY(sql_query_values(tx, statement_of(page->table, kind), &rows, values, value_count));
    while (page->count < limit && sql_next(&rows))
        read_row(&rows, &move_tables[page->table], &page->rows[page->count++]);
    return sql_end(&rows);
}

static size_t key_of(const struct move_table *table, const struct move_row *row, struct sql_value *ret_values)
{
    for (size_t i = 0; i < table->key_count; i++)
        ret_values[i] = row->values[table->key[i]];
    return table->key_count;
}

static enum err page_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct page *page = context;
    struct sql_value values[MOVE_COLUMNS + 1];
    size_t count = page->after != NULL ? key_of(&move_tables[page->table], page->after, values) : 0;
    values[count++] = SQL_INT(MOVE_ROWS);
    return page_rows(tx, arena, page, page->after != NULL ? MOVE_READ_AFTER : MOVE_READ_FIRST, values, count,
                     MOVE_ROWS);
}

static enum err last_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    return page_rows(tx, arena, context, MOVE_READ_LAST, NULL, 0, 1);
}

static enum err key_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct page *page = context;
    struct sql_value values[MOVE_COLUMNS];
    size_t count = key_of(&move_tables[page->table], page->after, values);
    return page_rows(tx, arena, page, MOVE_READ_KEY, values, count, 1);
}

struct count_job {
    unsigned table;
    int64_t count;
};

static enum err count_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct count_job *job = context;
    struct sql_rows rows;
    (void)arena;
    TRY(sql_query(tx, statement_of(job->table, MOVE_COUNT), &rows));
    job->count = sql_next(&rows) ? sql_int(&rows, 0) : 0;
    return sql_end(&rows);
}

static enum err count_rows(struct sql_store *store, unsigned table, struct arena *arena, int64_t *ret_count)
{
    struct count_job job = {.table = table};
    TRY(sql_read(store, count_run, arena, &job));
    *ret_count = job.count;
    return ERR_NONE;
}

static enum err insert_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct page *page = context;
    (void)arena;
    for (size_t i = 0; i < page->count; i++)
        TRY(sql_exec_values(tx, statement_of(page->table, MOVE_INSERT), NULL, page->rows[i].values,
                            move_tables[page->table].column_count));
    return ERR_NONE;
}

static bool same_value(const struct sql_value *left, const struct sql_value *right)
{
    if (left->kind != right->kind)
        return false;
    return left->kind == SQL_KIND_INT ? left->number == right->number : str_equal(left->bytes, right->bytes);
}

static bool same_row(const struct move_table *table, const struct move_row *left,
                     const struct move_row *right)
{
    for (size_t column = 0; column < table->column_count; column++)
        if (!same_value(&left->values[column], &right->values[column]))
            return false;
    return true;
}

/* "table (key, key)": ids and references, nothing personal is a key in clear. */
static void name_row(struct move *move, const char *text, unsigned table, const struct move_row *row)
{
    buf_printf(&move->ret_why, "%s: %s (", text, move_tables[table].name);
    for (size_t i = 0; i < move_tables[table].key_count; i++) {
        const struct sql_value *value = &row->values[move_tables[table].key[i]];
        if (i != 0)
            buf_add_c(&move->ret_why, ", ");
        if (value->kind == SQL_KIND_INT)
            buf_printf(&move->ret_why, "%lld", (long long)value->number);
        else if (value->kind == SQL_KIND_TEXT)
            buf_add(&move->ret_why, value->bytes);
        else
            buf_printf(&move->ret_why, "%zu bytes", value->bytes.length);
    }
    buf_add_char(&move->ret_why, ')');
}

/* The last row that the target has of a table must be a row of the source: else it is another house's. */
static enum err resume_at(struct move *move, unsigned table, struct arena *arena, struct move_row **ret_last)
{
    struct page last = {.table = table}, there = {.table = table};
    TRY(sql_read(move->to, last_run, arena, &last));
    *ret_last = last.count != 0 ? last.rows : NULL;
    if (last.count == 0)
        return ERR_NONE;
    there.after = last.rows;
    TRY(sql_read(move->from, key_run, arena, &there));
    if (there.count != 0 && same_row(&move_tables[table], there.rows, last.rows))
        return ERR_NONE;
    name_row(move, "the target holds a row that the source does not hold so", table, last.rows);
    return ERR_EXISTS;
}

/* Two arenas in turn: the last row of one page is the key of the next. */
struct turns {
    struct arena *arenas[2];
    unsigned now;
};

static enum err turns_make(struct turns *turns)
{
    *turns = (struct turns){{arena_new(0), arena_new(0)}, 0};
    return turns->arenas[0] != NULL && turns->arenas[1] != NULL ? ERR_NONE : ERR_MEMORY;
}

static struct arena *turns_next(struct turns *turns)
{
    turns->now = !turns->now;
    arena_reset(turns->arenas[turns->now]);
    return turns->arenas[turns->now];
}

static void turns_free(struct turns *turns)
{
    arena_free(turns->arenas[0]);
    arena_free(turns->arenas[1]);
}

static void tell(struct move *move, enum move_phase phase, unsigned table, int64_t done, int64_t all)
{
    if (move->progress != NULL)
        move->progress(move->context, phase, move_tables[table].name, done, all);
}

static enum err copy_pages(struct move *move, unsigned table, struct turns *turns, int64_t all)
{
    struct move_row *last;
    int64_t done;
    TRY(count_rows(move->to, table, turns_next(turns), &done));
    TRY(resume_at(move, table, turns_next(turns), &last));
    struct page page = {.table = table, .after = last, .count = MOVE_ROWS};
    while (page.count == MOVE_ROWS) {
        TRY(sql_read(move->from, page_run, turns_next(turns), &page));
        if (page.count != 0)
            TRY(sql_call_bulk(move->to, "move", insert_run, &page));
        FAILPOINT("move.batch");
        page.after = page.count != 0 ? &page.rows[page.count - 1] : NULL;
        done += (int64_t)page.count;
        move->ret_new += (int64_t)page.count;
        tell(move, MOVE_COPIES, table, done, all);
    }
    return ERR_NONE;
}

static enum err compare_page(struct move *move, const struct page *from, const struct page *to)
{
    const struct move_table *table = &move_tables[from->table];
    for (size_t i = 0; i < from->count && i < to->count; i++)
        if (!same_row(table, &from->rows[i], &to->rows[i])) {
            name_row(move, "a row is not the same in the target", from->table, &from->rows[i]);
            return ERR_CORRUPT;
        }
    if (from->count == to->count)
        return ERR_NONE;
    bool more = to->count > from->count;
    name_row(move, more ? "the target holds a row too many" : "a row is missing in the target", from->table,
             more ? &to->rows[from->count] : &from->rows[to->count]);
    return ERR_CORRUPT;
}

static enum err compare_pages(struct move *move, unsigned table, struct turns *turns, int64_t all)
{
    struct page from = {.table = table, .count = MOVE_ROWS}, to = {.table = table};
    int64_t done = 0;
    while (from.count == MOVE_ROWS) {
        struct arena *arena = turns_next(turns);
        TRY(sql_read(move->from, page_run, arena, &from));
        TRY(sql_read(move->to, page_run, arena, &to));
        TRY(compare_page(move, &from, &to));
        from.after = from.count != 0 ? &from.rows[from.count - 1] : NULL;
        to.after = from.after;
        done += (int64_t)from.count;
        tell(move, MOVE_VERIFIES, table, done, all);
    }
    move->ret_rows += done;
    return ERR_NONE;
}

static enum err mark_found(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct sql_rows rows;
    (void)arena;
    TRY(sql_query(tx, MOVE_MARK_GET, &rows));
    *(bool *)context = sql_next(&rows);
    return sql_end(&rows);
}

static enum err mark_put(struct sql_tx *tx, struct arena *arena, void *context)
{
    (void)arena;
    (void)context;
    return sql_exec(tx, MOVE_MARK_PUT, NULL);
}

static enum err mark_delete(struct sql_tx *tx, struct arena *arena, void *context)
{
    (void)arena;
    (void)context;
    return sql_exec(tx, MOVE_MARK_DELETE, NULL);
}

/* A target without the mark must be empty: a house may live in it. */
static enum err begin(struct move *move, struct turns *turns)
{
    bool marked;
    TRY(sql_read(move->from, mark_found, turns_next(turns), &marked));
    if (marked) {
        buf_add_c(&move->ret_why, "the source is itself the target of a move that is not done");
        return ERR_STATE;
    }
    TRY(sql_read(move->to, mark_found, turns_next(turns), &marked));
    for (unsigned table = 0; !marked && table < MOVE_TABLES; table++) {
        struct page last = {.table = table};
        TRY(sql_read(move->to, last_run, turns_next(turns), &last));
        if (last.count != 0) {
            name_row(move, "the target is not empty", table, last.rows);
            return ERR_EXISTS;
        }
    }
    return sql_call(move->to, "move_begins", mark_put, NULL);
}

static enum err move_all(struct move *move, struct turns *turns)
{
    int64_t all[MOVE_TABLES];
    TRY(begin(move, turns));
    for (unsigned table = 0; table < MOVE_TABLES; table++) {
        TRY(count_rows(move->from, table, turns_next(turns), &all[table]));
        TRY(copy_pages(move, table, turns, all[table]));
    }
    for (unsigned table = 0; table < MOVE_TABLES; table++)
        TRY(compare_pages(move, table, turns, all[table]));
    FAILPOINT("move.before_end");
    return sql_call(move->to, "move_ends", mark_delete, NULL);
}

enum err store_move(struct move *move)
{
    struct turns turns;
    move->ret_rows = move->ret_new = 0;
    move->ret_why = buf_new(4096);
    enum err error = turns_make(&turns);
    if (error == ERR_NONE)
        error = move_all(move, &turns);
    turns_free(&turns);
    return error;
}
