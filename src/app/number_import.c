#include "app/number_import.h"

#include "app/carrier_verify.h"
#include "base/clock.h"
#include "base/limits.h"
#include "domain/types.h"
#include "store/identity.h"
#include "store/number.h"
#include "wire/phone.h"

#include <stdlib.h>

enum { IMPORT_COLUMNS = 3 };

struct import_job {
    struct app *app;
    struct arena *arena;
    const struct actor *actor;
    struct number_import *import;
    struct import_row *rows;
    size_t count;
    size_t from, until; /* the rows of one batch */
    size_t added, known;
    int64_t now;
};

struct import_row {
    size_t line;
    struct store_number number;
};

static void add_error(struct import_job *job, size_t line, enum number_import_reason reason, struct str value)
{
    struct number_import *import = job->import;
    if (import->ret_error_count < LIMIT_IMPORT_ERRORS)
        import->ret_errors[import->ret_error_count] =
            (struct number_import_error){line, reason, str_part(value, 0, LIMIT_LABEL_BYTES)};
    import->ret_error_count++;
}

/* A cell without white space and the quotes around it; cells of ours hold neither commas nor quotes. */
static struct str cell_of(struct str text)
{
    struct str cell = str_trim(text);
    if (cell.length >= 2 && str_starts(cell, STR("\"")) && str_ends(cell, STR("\"")))
        cell = str_trim(str_part(cell, 1, cell.length - 2));
    return cell;
}

static size_t cells_of(struct str line, struct str ret_cells[IMPORT_COLUMNS])
{
    struct str cell;
    size_t count = 0;
    for (size_t i = 0; i < IMPORT_COLUMNS; i++)
        ret_cells[i] = STR_NONE;
    while (str_split(&line, ',', &cell)) {
        if (count < IMPORT_COLUMNS)
            ret_cells[count] = cell_of(cell);
        count++;
    }
    return count;
}

static bool read_class(struct str cell, int64_t standard, int64_t *ret_class)
{
    if (cell.length == 0)
        *ret_class = standard;
    else if (str_equal_nocase(cell, STR("residential")))
        *ret_class = NUMBER_RESIDENTIAL;
    else if (str_equal_nocase(cell, STR("business")))
        *ret_class = NUMBER_BUSINESS;
    else
        return false;
    return true;
}

static void read_line(struct import_job *job, size_t line, struct str text)
{
    struct str cells[IMPORT_COLUMNS];
    struct store_number number = {.state = NUMBER_AVAILABLE};
    size_t count = cells_of(text, cells);
    number.carrier = cells[1].length != 0 ? cells[1] : str_from(job->import->carrier);
    if (count > IMPORT_COLUMNS)
        add_error(job, line, NUMBER_IMPORT_COLUMNS, text);
    else if (!phone_read(job->arena, cells[0], &number.e164))
        add_error(job, line, NUMBER_IMPORT_NUMBER, cells[0]);
    else if (!carrier_is_known(job->app, number.carrier))
        add_error(job, line, NUMBER_IMPORT_CARRIER, number.carrier);
    else if (!read_class(cells[2], job->import->number_class, &number.class))
        add_error(job, line, NUMBER_IMPORT_CLASS, cells[2]);
    else
        job->rows[job->count++] = (struct import_row){line, number};
}

static size_t count_lines(struct str text)
{
    size_t count = 1;
    for (size_t i = 0; i < text.length; i++)
        count += text.data[i] == '\n';
    return count;
}

static void read_lines(struct import_job *job)
{
    struct str rest = job->import->csv, text;
    size_t line = 0;
    job->rows = ARENA_ARRAY(job->arena, count_lines(rest), struct import_row);
    while (str_split(&rest, '\n', &text)) {
        line++;
        bool header = line == 1 && str_equal_nocase(str_part(cell_of(text), 0, 6), STR("number"));
        if (str_trim(text).length != 0 && !header) {
            job->import->ret_lines++;
            read_line(job, line, text);
        }
    }
}

static int compare_rows(const void *a, const void *b)
{
    const struct import_row *left = a, *right = b;
    size_t length = left->number.e164.length < right->number.e164.length ? left->number.e164.length
                                                                         : right->number.e164.length;
    for (size_t i = 0; i < length; i++)
        if (left->number.e164.data[i] != right->number.e164.data[i])
            return left->number.e164.data[i] < right->number.e164.data[i] ? -1 : 1;
    if (left->number.e164.length != right->number.e164.length)
        return left->number.e164.length < right->number.e164.length ? -1 : 1;
    return left->line < right->line ? -1 : 1;
}

static void find_twins(struct import_job *job)
{
    qsort(job->rows, job->count, sizeof *job->rows, compare_rows);
    for (size_t i = 1; i < job->count; i++)
        if (str_equal(job->rows[i].number.e164, job->rows[i - 1].number.e164))
            add_error(job, job->rows[i].line, NUMBER_IMPORT_TWICE, job->rows[i].number.e164);
}

static enum err look_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct import_job *job = context;
    struct store_number number;
    (void)arena;
    for (size_t i = 0; i < job->count; i++) {
        enum err error = store_number_get(tx, job->rows[i].number.e164, &number);
        if (error != ERR_NONE && error != ERR_NOT_FOUND)
            return error;
        job->known += error == ERR_NONE;
        job->added += error != ERR_NONE;
    }
    return ERR_NONE;
}

static enum err import_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct import_job *job = context;
    size_t added = 0;
    (void)arena;
    for (size_t i = job->from; i < job->until; i++) {
        enum err error = store_number_insert(tx, &job->rows[i].number);
        if (error != ERR_NONE && error != ERR_EXISTS)
            return error;
        added += error == ERR_NONE;
    }
    job->added = added;
    job->known = job->until - job->from - added;
    return job->from == 0 ? store_audit_insert(tx, job->now, job->actor->staff_id, "numbers_imported", 0, 0)
                          : ERR_NONE;
}

/* Batches of the low lane: other commands pass between them. Cut off, the import is repeated. */
static enum err import_batches(struct import_job *job)
{
    for (job->from = 0; job->from < job->count; job->from = job->until) {
        job->until = job->count - job->from > LIMIT_BULK_ROWS ? job->from + LIMIT_BULK_ROWS : job->count;
        TRY(sql_call_bulk(job->app->store, "number_import", import_run, job));
        job->import->ret_added += job->added;
        job->import->ret_known += job->known;
    }
    return ERR_NONE;
}

enum err number_import(struct app *app, struct arena *arena, const struct actor *actor,
                       struct number_import *import)
{
    struct import_job job = {
        .app = app, .arena = arena, .actor = actor, .import = import, .now = clock_now()};
    if (import->csv.length > LIMIT_IMPORT_BYTES || count_lines(import->csv) > LIMIT_IMPORT_LINES)
        return ERR_TOO_LARGE;
    if (!str_is_utf8(import->csv))
        return ERR_INVALID;
    import->ret_lines = import->ret_added = import->ret_known = import->ret_error_count = 0;
    import->ret_errors = ARENA_ARRAY(arena, LIMIT_IMPORT_ERRORS, struct number_import_error);
    read_lines(&job);
    find_twins(&job);
    if (import->ret_error_count != 0)
        return ERR_INVALID;
    if (!import->dry_run)
        return import_batches(&job);
    TRY(sql_read(app->store, look_run, arena, &job));
    import->ret_added = job.added;
    import->ret_known = job.known;
    return ERR_NONE;
}

const char *number_import_word(enum number_import_reason reason)
{
    static const char *const words[] = {
        [NUMBER_IMPORT_NUMBER] = "number", [NUMBER_IMPORT_CARRIER] = "carrier",
        [NUMBER_IMPORT_CLASS] = "class",   [NUMBER_IMPORT_COLUMNS] = "columns",
        [NUMBER_IMPORT_TWICE] = "twice",
    };
    return words[reason];
}
