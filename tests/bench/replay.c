/* The bare program: writes the rows of a record into a copy of the same database, in the same transactions,
 * and nothing else. `bench-replay DATABASE RECORD CLOSURES` prints closures per second. */
#include "bench.h"

#include <sqlite3.h>
#include <string.h>

enum { STATEMENTS = 256, COLUMNS = 48, SQL_BYTES = 4000, CACHE_KIBIBYTES = 65536, CHECKPOINT_PAGES = 131072 };

struct value {
    int type;
    int64_t number;
    char *bytes;
};

/* One statement with what is bound to it; no statement: the COMMIT. */
struct change {
    sqlite3_stmt *statement;
    struct value *values;
    int count;
};

static struct {
    char text[SQL_BYTES];
    sqlite3_stmt *statement;
} prepared[STATEMENTS];
static int prepared_count;
static sqlite3 *db;

static sqlite3_stmt *prepare(const char *text)
{
    for (int i = 0; i < prepared_count; i++)
        if (strcmp(prepared[i].text, text) == 0)
            return prepared[i].statement;
    bench_must(prepared_count < STATEMENTS, "keeping so many statements");
    snprintf(prepared[prepared_count].text, SQL_BYTES, "%s", text);
    bench_must(sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT,
                                  &prepared[prepared_count].statement, NULL) == SQLITE_OK,
               text);
    return prepared[prepared_count++].statement;
}

struct table {
    char name[BENCH_NAME_BYTES], columns[COLUMNS][BENCH_NAME_BYTES];
    int key[COLUMNS], count;
};

static const struct table *find_table(const char *name)
{
    static struct table tables[64];
    static int known;
    for (int i = 0; i < known; i++)
        if (strcmp(tables[i].name, name) == 0)
            return &tables[i];
    struct table *table = &tables[known++];
    sqlite3_stmt *walk = NULL;
    char *text = sqlite3_mprintf("SELECT name, pk FROM pragma_table_info(%Q)", name);
    snprintf(table->name, sizeof table->name, "%s", name);
    bench_must(known < 64 && sqlite3_prepare_v2(db, text, -1, &walk, NULL) == SQLITE_OK,
               "asking for columns");
    for (; sqlite3_step(walk) == SQLITE_ROW; table->count++) {
        snprintf(table->columns[table->count], BENCH_NAME_BYTES, "%s", sqlite3_column_text(walk, 0));
        table->key[table->count] = sqlite3_column_int(walk, 1);
    }
    sqlite3_finalize(walk);
    sqlite3_free(text);
    return table;
}

static struct value read_value(FILE *file)
{
    struct value value = {.type = getc(file)};
    bench_must(fread(&value.number, sizeof value.number, 1, file) == 1, "reading a value");
    if (value.type == SQLITE_TEXT || value.type == SQLITE_BLOB) {
        value.bytes = malloc((size_t)value.number + 1);
        bench_must(value.bytes != NULL &&
                       fread(value.bytes, 1, (size_t)value.number, file) == (size_t)value.number,
                   "reading a value's bytes");
    }
    return value;
}

static int same(const struct value *a, const struct value *b)
{
    return a->type == b->type && a->number == b->number &&
           (a->bytes == NULL || memcmp(a->bytes, b->bytes, (size_t)a->number) == 0);
}

static void insert_of(const struct table *table, const struct value *new, struct change *change, char *text)
{
    size_t at = (size_t)sprintf(text, "INSERT INTO %s VALUES (", table->name);
    for (int i = 0; i < table->count; i++) {
        at += (size_t)sprintf(text + at, i == 0 ? "?" : ",?");
        change->values[change->count++] = new[i];
    }
    sprintf(text + at, ")");
}

static size_t set_of(const struct table *table, const struct value *old, const struct value *new,
                     struct change *change, char *text)
{
    size_t at = (size_t)sprintf(text, "UPDATE %s SET ", table->name);
    for (int i = 0; i < table->count; i++)
        if (!same(&old[i], &new[i])) {
            at += (size_t)sprintf(text + at, "%s%s = ?", change->count == 0 ? "" : ", ", table->columns[i]);
            change->values[change->count++] = new[i];
        }
    return at;
}

static void where_of(const struct table *table, const struct value *old, struct change *change, char *text)
{
    const char *word = " WHERE ";
    for (int i = 0; i < table->count; i++)
        if (table->key[i] != 0) {
            text += sprintf(text, "%s%s = ?", word, table->columns[i]);
            change->values[change->count++] = old[i];
            word = " AND ";
        }
}

/* An update that changed nothing is none. */
static int read_change(FILE *file, int kind, struct change *ret_change)
{
    char name[BENCH_NAME_BYTES], text[SQL_BYTES];
    struct value old[COLUMNS], new[COLUMNS];
    struct change change = {.values = calloc(2 * COLUMNS, sizeof(struct value))};
    bench_must(change.values != NULL && fread(name, sizeof name, 1, file) == 1, "reading a table's name");
    const struct table *table = find_table(name);
    bench_must(getc(file) == table->count, "finding the table's columns");
    for (int i = 0; kind != 'I' && i < table->count; i++)
        old[i] = read_value(file);
    for (int i = 0; kind != 'D' && i < table->count; i++)
        new[i] = read_value(file);
    if (kind == 'I')
        insert_of(table, new, &change, text);
    else {
        size_t at = kind == 'U' ? set_of(table, old, new, &change, text)
                                : (size_t)sprintf(text, "DELETE FROM %s", name);
        if (kind == 'U' && change.count == 0)
            return 0;
        where_of(table, old, &change, text + at);
    }
    change.statement = prepare(text);
    *ret_change = change;
    return 1;
}

static struct change *read_record(const char *path, size_t *ret_count)
{
    size_t room = 1 << 16, count = 0;
    struct change *changes = malloc(room * sizeof *changes);
    FILE *file = fopen(path, "rb");
    bench_must(file != NULL, "opening the record");
    for (int kind = getc(file); kind != EOF; kind = getc(file)) {
        if (count == room)
            changes = realloc(changes, (room *= 2) * sizeof *changes);
        bench_must(changes != NULL, "holding the record");
        if (kind == 'C')
            changes[count++] = (struct change){0};
        else
            count += (size_t)read_change(file, kind, &changes[count]);
    }
    fclose(file);
    *ret_count = count;
    return changes;
}

static void write_change(const struct change *change)
{
    for (int i = 0; i < change->count; i++) {
        const struct value *value = &change->values[i];
        if (value->type == SQLITE_INTEGER)
            sqlite3_bind_int64(change->statement, i + 1, value->number);
        else if (value->type == SQLITE_TEXT)
            sqlite3_bind_text(change->statement, i + 1, value->bytes, (int)value->number, SQLITE_STATIC);
        else if (value->type == SQLITE_BLOB)
            sqlite3_bind_blob(change->statement, i + 1, value->bytes, (int)value->number, SQLITE_STATIC);
        else
            sqlite3_bind_null(change->statement, i + 1);
    }
    bench_must(sqlite3_step(change->statement) == SQLITE_DONE, sqlite3_sql(change->statement));
    bench_must(sqlite3_changes(db) == 1, sqlite3_sql(change->statement));
    sqlite3_reset(change->statement);
}

static void open_database(const char *path)
{
    char settings[200];
    snprintf(settings, sizeof settings,
             "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
             "PRAGMA cache_size = -%d; PRAGMA wal_autocheckpoint = %d;",
             CACHE_KIBIBYTES, CHECKPOINT_PAGES);
    bench_must(sqlite3_open(path, &db) == SQLITE_OK, "opening the database");
    bench_must(sqlite3_exec(db, settings, NULL, NULL, NULL) == SQLITE_OK, "setting the database up");
}

int main(int count, char **words)
{
    size_t change_count, commits = 0;
    bench_must(count == 4, "reading the command line");
    open_database(words[1]);
    struct change *changes = read_record(words[2], &change_count);
    sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT");
    double start = bench_seconds();
    for (size_t i = 0; i < change_count; i++) {
        sqlite3_step(begin);
        sqlite3_reset(begin);
        for (; i < change_count && changes[i].statement != NULL; i++)
            write_change(&changes[i]);
        bench_must(sqlite3_step(commit) == SQLITE_DONE, "a commit");
        sqlite3_reset(commit);
        commits++;
    }
    double closures = atof(words[3]), seconds = bench_seconds() - start;
    printf("%.1f %.1f %.1f\n", closures / seconds, (double)(change_count - commits) / closures,
           (double)commits / closures);
    for (int i = 0; i < prepared_count; i++)
        sqlite3_finalize(prepared[i].statement);
    sqlite3_close(db);
    return 0;
}
