#include "house.h"

#include "app/number_assign.h"
#include "app/wallet.h"
#include "app/wallet_credit.h"
#include "app/wallet_read.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "check/check.h"
#include "domain/types.h"
#include "store/number.h"
#include "store/statements.h"

#include <dirent.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void count_publish(void *context, int64_t account_id, const char *event, struct str data)
{
    struct house *house = context;
    (void)account_id;
    (void)event;
    (void)data;
    house->published++;
}

bool house_is_postgres(const struct house *house)
{
    return house->server[0] != '\0';
}

static PGresult *server_run(const char *url, const char *text, ExecStatusType wanted)
{
    PGconn *link = PQconnectdb(url);
    PGresult *result = PQexec(link, text);
    if (PQresultStatus(result) != wanted)
        print_error("%s: %s\n", text, PQresultErrorMessage(result));
    assert_int_equal(PQresultStatus(result), wanted);
    PQfinish(link);
    return result;
}

/* The name of a database of its own takes the place of the server's own one in the address. */
static void server_make_database(struct house *house)
{
    static unsigned made;
    char name[64], text[160];
    const char *server = getenv("VIOLET_POSTGRES"), *engine = getenv("VIOLET_TEST_STORE");
    if (engine == NULL || strcmp(engine, "postgres") != 0) {
        snprintf(house->url, sizeof house->url, "sqlite:%s/violet.db", house->directory);
        return;
    }
    assert_non_null(server);
    const char *place = strstr(server, "/postgres?");
    assert_non_null(place);
    snprintf(house->server, sizeof house->server, "%s", server);
    snprintf(name, sizeof name, "test_%ld_%u", (long)getpid(), ++made);
    snprintf(house->url, sizeof house->url, "%.*s/%s%s", (int)(place - server), server, name,
             place + sizeof "/postgres" - 1);
    snprintf(text, sizeof text, "CREATE DATABASE %s TEMPLATE template0", name);
    PQclear(server_run(server, text, PGRES_COMMAND_OK));
}

static void server_drop_database(struct house *house)
{
    char text[160];
    if (!house_is_postgres(house))
        return;
    const char *name = strstr(house->url, "/test_") + 1;
    snprintf(text, sizeof text, "DROP DATABASE %.*s WITH (FORCE)", (int)strcspn(name, "?"), name);
    PQclear(server_run(house->server, text, PGRES_COMMAND_OK));
}

static int64_t sqlite_run_text(struct house *house, const char *text)
{
    sqlite3 *db = NULL;
    char *why = NULL;
    assert_int_equal(sqlite3_open(house->url + strlen("sqlite:"), &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 2000);
    if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", text, why);
    int64_t changes = sqlite3_total_changes(db);
    sqlite3_close(db);
    return changes;
}

/* Bytes are the one literal that the engines write differently: x'00' is a string of bits on a server. */
int64_t house_sql(struct house *house, const char *text)
{
    struct buf server_text = buf_new(0);
    if (!house_is_postgres(house))
        return sqlite_run_text(house, text);
    for (const char *at = text; *at != '\0'; at++) {
        bool bytes = at > text && at[-1] == ' ' && at[0] == 'x' && at[1] == '\'';
        buf_add_c(&server_text, bytes ? "'\\x" : "");
        at += bytes;
        if (!bytes)
            buf_add_char(&server_text, *at);
    }
    buf_add_char(&server_text, '\0');
    PGresult *result = server_run(house->url, server_text.data, PGRES_COMMAND_OK);
    int64_t changes = strtoll(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    buf_free(&server_text);
    return changes;
}

static void open_store(struct house *house)
{
    char path[96];
    server_make_database(house);
    snprintf(path, sizeof path, "%s/keyring", house->directory);
    const struct sql_options options = {
        .url = house->url,
        .statements = store_statements,
        .statement_count = STATEMENT_COUNT,
        .migrations = store_migrations,
        .migration_count = store_migration_count,
        .migrate = true,
    };
    assert_int_equal(keyring_create(path, NULL), ERR_NONE);
    assert_int_equal(keyring_open(path, NULL, &house->app.keyring, NULL), ERR_NONE);
    assert_int_equal(sql_open(&options, &house->app.store, NULL), ERR_NONE);
}

int house_set_up(void **state)
{
    const char *place = getenv("TMPDIR");
    struct house *house = calloc(1, sizeof *house);
    assert_non_null(house);
    snprintf(house->directory, sizeof house->directory, "%.40s/violet-XXXXXX",
             place != NULL ? place : P_tmpdir);
    assert_non_null(mkdtemp(house->directory));
    open_store(house);
    house->settings.carriers[0] = (struct settings_carrier){.name = "test"};
    house->settings.carrier_count = 1;
    house->settings.server.public_url = "";
    house->settings.operator.legal_name = "Test";
    house->app.settings = &house->settings;
    house->app.publish = count_publish;
    house->app.publish_context = house;
    house->arena = arena_new_wiped(0);
    *state = house;
    return 0;
}

/* Calls each(path, context) for every regular file of the house. */
static void walk_files(struct house *house, void (*each)(const char *path, void *context), void *context)
{
    DIR *directory = opendir(house->directory);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        char path[400];
        snprintf(path, sizeof path, "%s/%s", house->directory, entry->d_name);
        if (entry->d_name[0] != '.')
            each(path, context);
    }
    closedir(directory);
}

static void remove_file(const char *path, void *context)
{
    (void)context;
    unlink(path);
}

int house_tear_down(void **state)
{
    struct house *house = *state;
    sql_close(house->app.store);
    keyring_free(house->app.keyring);
    server_drop_database(house);
    walk_files(house, remove_file, NULL);
    rmdir(house->directory);
    arena_free(house->arena);
    free(house);
    return 0;
}

int house_tear_down_checked(void **state)
{
    struct house *house = *state;
    int64_t findings = 0;
    struct check_report *report = ARENA_NEW(house->arena, struct check_report);
    assert_int_equal(check_run(&house->app, house->url, house->arena, clock_now(), report), ERR_NONE);
    assert_true(report->rules > 20);
    for (size_t i = 0; i < report->count; i++) {
        /* no scheduler runs here: what is due stays due */
        if (strcmp(report->findings[i].rule, "queue_moves") == 0)
            continue;
        print_error("%s: %.*s %.*s\n", report->findings[i].rule, STR_ARG(report->findings[i].subject),
                    STR_ARG(report->findings[i].text));
        findings++;
    }
    house_tear_down(state);
    return findings == 0 ? 0 : -1;
}

struct house_job {
    struct house *house;
    int64_t account_id, now, code, result;
    const char *e164;
};

static enum err account_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct house_job *job = context;
    struct seal_key key;
    struct store_account account = {
        .account_id = job->account_id,
        .state = ACCOUNT_ACTIVE,
        .created_at = job->now,
        .name = STR("tester"),
        .ledger_id = ids_random_id(),
    };
    TRY(keys_make(&job->house->app, tx, "account", job->account_id, &key));
    return store_account_insert(tx, arena, &key, &account);
}

int64_t house_account(struct house *house, int64_t now)
{
    struct house_job job = {.house = house, .account_id = ids_random_id(), .now = now};
    assert_int_equal(sql_call(house->app.store, "test", account_run, &job), ERR_NONE);
    return job.account_id;
}

static enum err number_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct house_job *job = context;
    const struct store_number number = {
        .e164 = str_from(job->e164), .state = NUMBER_AVAILABLE, .carrier = STR("test")};
    (void)arena;
    return store_number_insert(tx, &number);
}

void house_number(struct house *house, const char *e164)
{
    struct house_job job = {.house = house, .e164 = e164};
    assert_int_equal(sql_call(house->app.store, "test", number_run, &job), ERR_NONE);
}

void house_credit(struct house *house, int64_t account_id, int64_t amount)
{
    const struct actor operator= {.kind = ACTOR_OPERATOR};
    struct wallet_credit credit = {.account_id = account_id, .amount = amount};
    assert_int_equal(wallet_credit(&house->app, &operator, & credit), ERR_NONE);
}

int64_t house_line(struct house *house, int64_t account_id, const char *e164, int64_t fee)
{
    const struct actor operator= {.kind = ACTOR_OPERATOR};
    struct number_assign assign = {.account_id = account_id, .e164 = str_from(e164), .fee = fee};
    house_number(house, e164);
    assert_int_equal(number_assign(&house->app, &operator, & assign), ERR_NONE);
    return assign.ret_line_id;
}

static enum err balance_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct house_job *job = context;
    struct account *account;
    TRY(account_load(&job->house->app, tx, arena, job->account_id, &account));
    return store_ledger_balance(tx, account->row.ledger_id, job->code, &job->result);
}

int64_t house_balance(struct house *house, int64_t account_id, int64_t code)
{
    struct house_job job = {.house = house, .account_id = account_id, .code = code};
    assert_int_equal(sql_read(house->app.store, balance_run, house->arena, &job), ERR_NONE);
    return job.result;
}

int64_t house_sum(struct house *house, int64_t account_id)
{
    int64_t sum = 0;
    for (int64_t code = LEDGER_WALLET; code <= LEDGER_HELD; code++)
        sum += house_balance(house, account_id, code);
    return sum;
}

size_t house_transfers(struct house *house, int64_t account_id)
{
    size_t total = 0;
    struct wallet_page page = {0};
    do {
        assert_int_equal(wallet_read(&house->app, house->arena, account_id, page.next, 7, &page), ERR_NONE);
        total += page.count;
    } while (page.next != 0);
    return total;
}

struct search {
    const char *text;
    bool found;
};

static void search_file(const char *path, void *context)
{
    struct search *search = context;
    struct stat status;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &status), 0);
    char *bytes = malloc((size_t)status.st_size + 1);
    assert_non_null(bytes);
    size_t length = fread(bytes, 1, (size_t)status.st_size, file);
    search->found = search->found || memmem(bytes, length, search->text, strlen(search->text)) != NULL;
    free(bytes);
    fclose(file);
}

static void search_table(PGconn *link, const char *table, struct search *search)
{
    char text[160], *row;
    int length;
    snprintf(text, sizeof text, "COPY \"%s\" TO STDOUT (FORMAT binary)", table);
    PGresult *result = PQexec(link, text);
    assert_int_equal(PQresultStatus(result), PGRES_COPY_OUT);
    PQclear(result);
    while ((length = PQgetCopyData(link, &row, 0)) >= 0) {
        search->found =
            search->found || memmem(row, (size_t)length, search->text, strlen(search->text)) != NULL;
        PQfreemem(row);
    }
    PQclear(PQgetResult(link));
}

static void search_server(struct house *house, struct search *search)
{
    PGresult *tables = server_run(house->url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
                                  PGRES_TUPLES_OK);
    PGconn *link = PQconnectdb(house->url);
    assert_true(PQntuples(tables) > 0);
    for (int i = 0; i < PQntuples(tables); i++)
        search_table(link, PQgetvalue(tables, i, 0), search);
    PQfinish(link);
    PQclear(tables);
}

bool house_holds(struct house *house, const char *text)
{
    struct search search = {.text = text};
    walk_files(house, search_file, &search);
    if (house_is_postgres(house))
        search_server(house, &search);
    return search.found;
}
