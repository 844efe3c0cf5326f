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

static void open_store(struct house *house)
{
    char url[96], path[96];
    snprintf(url, sizeof url, "sqlite:%s/violet.db", house->directory);
    snprintf(path, sizeof path, "%s/keyring", house->directory);
    const struct sql_options options = {
        .url = url,
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
    walk_files(house, remove_file, NULL);
    rmdir(house->directory);
    arena_free(house->arena);
    free(house);
    return 0;
}

int house_tear_down_checked(void **state)
{
    struct house *house = *state;
    char url[96];
    int64_t findings = 0;
    struct check_report *report = ARENA_NEW(house->arena, struct check_report);
    snprintf(url, sizeof url, "sqlite:%s/violet.db", house->directory);
    assert_int_equal(check_run(&house->app, url, house->arena, clock_now(), report), ERR_NONE);
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
    for (int64_t code = LEDGER_WALLET; code <= LEDGER_WRITTEN_OFF; code++)
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

bool house_holds(struct house *house, const char *text)
{
    struct search search = {.text = text};
    walk_files(house, search_file, &search);
    return search.found;
}
