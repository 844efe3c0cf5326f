/* The keyring's turn over a store with more accounts than one batch, finished, waiting and killed. */
#include "house.h"

#include "app/keyring_turn.h"
#include "app/leaves.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/ids.h"
#include "domain/types.h"
#include "store/closure.h"
#include "store/keeping.h"
#include "store/key.h"
#include "store/statements.h"
#include "store/work.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ACCOUNTS = 300 };

struct turn_job {
    struct house *house;
    int64_t account_id, closure_id, at, epoch, keys, tags;
    char name[32];
    uint8_t wrapped[KEYRING_WRAPPED_BYTES];
    bool attested;
    size_t leaves;
};

static enum err named_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct turn_job *job = context;
    struct seal_key key;
    struct store_account account = {.account_id = job->account_id,
                                    .state = ACCOUNT_ACTIVE,
                                    .created_at = clock_now(),
                                    .name = str_from(job->name),
                                    .ledger_id = ids_random_id()};
    TRY(keys_make(&job->house->app, tx, "account", job->account_id, &key));
    TRY(keys_claim_name(&job->house->app, tx, "login", keys_normalise(arena, account.name), job->account_id));
    return store_account_insert(tx, arena, &key, &account);
}

static enum err make_named(struct house *house, const char *name, int64_t *ret_account_id)
{
    struct turn_job job = {.house = house, .account_id = ids_random_id()};
    snprintf(job.name, sizeof job.name, "%s", name);
    *ret_account_id = job.account_id;
    return sql_call(house->app.store, "test", named_run, &job);
}

static void many_accounts(struct house *house)
{
    for (int i = 0; i < ACCOUNTS; i++) {
        char name[32];
        int64_t id;
        snprintf(name, sizeof name, "Person.%d", i);
        assert_int_equal(make_named(house, name, &id), ERR_NONE);
    }
}

static enum err open_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct turn_job *job = context;
    struct account *account;
    TRY(keys_find_name(&job->house->app, tx, "login", str_from(job->name), &job->account_id));
    TRY(account_load(&job->house->app, tx, arena, job->account_id, &account));
    return str_equal_nocase(account->row.name, str_from(job->name)) ? ERR_NONE : ERR_CORRUPT;
}

static enum err find_named(struct house *house, const char *name)
{
    struct turn_job job = {.house = house};
    snprintf(job.name, sizeof job.name, "%s", name);
    arena_reset(house->arena);
    return sql_read(house->app.store, open_run, house->arena, &job);
}

static void everybody_is_there(struct house *house)
{
    for (int i = 0; i < ACCOUNTS; i++) {
        char name[32];
        snprintf(name, sizeof name, "person.%d", i);
        if (find_named(house, name) != ERR_NONE)
            fail_msg("%s is lost", name);
    }
}

static enum err count_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct turn_job *job = context;
    (void)arena;
    return store_keeping_count(tx, job->epoch, &job->keys, &job->tags);
}

static void holds(struct house *house, int64_t epoch, int64_t keys, int64_t tags)
{
    struct turn_job job = {.epoch = epoch};
    assert_int_equal(sql_read(house->app.store, count_run, house->arena, &job), ERR_NONE);
    assert_int_equal(job.keys, keys);
    assert_int_equal(job.tags, tags);
}

static enum err wrapped_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct turn_job *job = context;
    struct str wrapped;
    (void)arena;
    TRY(keys_find_name(&job->house->app, tx, "login", str_from(job->name), &job->account_id));
    TRY(store_key_get(tx, job->account_id, "account", &job->epoch, &wrapped));
    memcpy(job->wrapped, wrapped.data, sizeof job->wrapped);
    return ERR_NONE;
}

/* A row of data_key as an old copy of the store would hold it. */
static struct turn_job old_copy(struct house *house, const char *name)
{
    struct turn_job job = {.house = house};
    snprintf(job.name, sizeof job.name, "%s", name);
    assert_int_equal(sql_read(house->app.store, wrapped_run, house->arena, &job), ERR_NONE);
    return job;
}

static enum err open_old_copy(struct house *house, const struct turn_job *copy)
{
    struct seal_key key;
    return keyring_unwrap(house->app.keyring, copy->epoch, "account", copy->account_id,
                          str_bytes(copy->wrapped, sizeof copy->wrapped), &key);
}

static struct keyring_turn run(struct house *house)
{
    struct keyring_turn turn;
    assert_int_equal(keyring_turn_run(&house->app, &turn), ERR_NONE);
    return turn;
}

static int set_up(void **state)
{
    int result = house_set_up(state);
    struct house *house = *state;
    house->settings.keyring.replica = true;
    assert_int_equal(logs_open(house->directory, NULL, &house->app.logs), ERR_NONE);
    return result;
}

static int tear_down(void **state)
{
    struct house *house = *state;
    logs_free(house->app.logs);
    return house_tear_down(state);
}

static void a_turn_rewraps_every_key_and_an_older_copy_opens_no_more(void **state)
{
    struct house *house = *state;
    many_accounts(house);
    struct turn_job copy = old_copy(house, "person.7");
    assert_int_equal(open_old_copy(house, &copy), ERR_NONE);
    struct keyring_turn turn = run(house);
    assert_int_equal(turn.phase, KEYRING_TURN_NONE);
    assert_int_equal(turn.epoch, 2);
    assert_true(turn.finished_at > 0);
    holds(house, 1, 0, 0);
    holds(house, 2, ACCOUNTS, ACCOUNTS);
    everybody_is_there(house);
    assert_int_equal(open_old_copy(house, &copy), ERR_KEY_GONE);
    assert_int_equal(run(house).epoch, 3);
    everybody_is_there(house);
}

static void without_a_backup_it_waits_and_the_old_keys_stay(void **state)
{
    struct house *house = *state;
    house->settings.keyring.replica = false;
    many_accounts(house);
    struct turn_job copy = old_copy(house, "person.7");
    struct keyring_turn turn = run(house);
    assert_int_equal(turn.phase, KEYRING_TURN_WAITS);
    assert_int_equal(turn.keys_left, 0);
    assert_int_equal(open_old_copy(house, &copy), ERR_NONE);
    assert_int_equal(keyring_turn_backup_verified(&house->app, clock_now(), 1), ERR_NONE);
    assert_int_equal(run(house).phase, KEYRING_TURN_WAITS);
    assert_int_equal(open_old_copy(house, &copy), ERR_NONE);
    assert_int_equal(keyring_turn_backup_verified(&house->app, clock_now(), 2), ERR_NONE);
    assert_int_equal(run(house).phase, KEYRING_TURN_NONE);
    assert_int_equal(open_old_copy(house, &copy), ERR_KEY_GONE);
    everybody_is_there(house);
}

static void a_name_claimed_during_a_turn_is_claimed_once_and_stays(void **state)
{
    struct house *house = *state;
    int64_t id;
    house->settings.keyring.replica = false;
    assert_int_equal(make_named(house, "early", &id), ERR_NONE);
    assert_int_equal(run(house).phase, KEYRING_TURN_WAITS);
    assert_int_equal(make_named(house, "EARLY", &id), ERR_EXISTS);
    assert_int_equal(make_named(house, "late", &id), ERR_NONE);
    assert_int_equal(make_named(house, "Late", &id), ERR_EXISTS);
    assert_int_equal(keyring_turn_backup_verified(&house->app, clock_now(), 2), ERR_NONE);
    assert_int_equal(run(house).phase, KEYRING_TURN_NONE);
    assert_int_equal(make_named(house, "late", &id), ERR_EXISTS);
    assert_int_equal(make_named(house, "early", &id), ERR_EXISTS);
    assert_int_equal(find_named(house, "late"), ERR_NONE);
    assert_int_equal(find_named(house, "early"), ERR_NONE);
    holds(house, 1, 0, 0);
    holds(house, 2, 2, 2);
}

/* A closure whose account's key is gone since `at`. */
static enum err closed_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct turn_job *job = context;
    struct seal_key key;
    char reference[IDS_REFERENCE_SIZE];
    ids_reference("VC", reference);
    struct store_closure closure = {.account_id = job->account_id,
                                    .closure_id = job->closure_id,
                                    .reference = str_from(reference),
                                    .scope = CLOSURE_SCOPE_ACCOUNT,
                                    .state = CLOSURE_FORGETTING,
                                    .state_at = job->at,
                                    .waits_for = STR(""),
                                    .secret_hash = STR("hash"),
                                    .link_public = STR("public")};
    TRY(keys_destroy(tx, "account", job->account_id));
    TRY(keys_make(&job->house->app, tx, "closure", job->closure_id, &key));
    return store_closure_insert(tx, arena, &key, &closure);
}

static void close_account(struct house *house, int64_t account_id, int64_t at)
{
    struct turn_job job = {.house = house, .account_id = account_id, .closure_id = ids_next(at), .at = at};
    assert_int_equal(sql_call(house->app.store, "test", closed_run, &job), ERR_NONE);
}

static enum err attested_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct turn_job *job = context;
    (void)arena;
    return keyring_turn_attested(tx, job->at, &job->attested);
}

static bool attested(struct house *house, int64_t at)
{
    struct turn_job job = {.at = at};
    assert_int_equal(sql_read(house->app.store, attested_run, house->arena, &job), ERR_NONE);
    return job.attested;
}

static void what_was_destroyed_before_the_turn_began_is_attested_and_nothing_else(void **state)
{
    struct house *house = *state;
    int64_t before, during, living;
    assert_int_equal(make_named(house, "before", &before), ERR_NONE);
    assert_int_equal(make_named(house, "during", &during), ERR_NONE);
    assert_int_equal(make_named(house, "living", &living), ERR_NONE);
    int64_t first = clock_now();
    close_account(house, before, first);
    assert_false(attested(house, first));
    clock_advance(MICROS_SECOND);
    house->settings.keyring.replica = false;
    assert_int_equal(run(house).phase, KEYRING_TURN_WAITS);
    assert_false(attested(house, first));
    clock_advance(MICROS_SECOND);
    int64_t second = clock_now(); /* its key was wrapped under the new epoch already */
    close_account(house, during, second);
    assert_int_equal(keyring_turn_backup_verified(&house->app, clock_now(), 2), ERR_NONE);
    struct keyring_turn turn = run(house);
    assert_int_equal(turn.attested, 1);
    assert_true(attested(house, first));
    assert_false(attested(house, second));
    house->settings.keyring.replica = true;
    clock_advance(MICROS_SECOND);
    assert_int_equal(run(house).attested, 2);
    assert_true(attested(house, second));
    assert_int_equal(find_named(house, "living"), ERR_NONE);
}

static void after_a_turn_that_was_left_behind_one_of_its_own_follows(void **state)
{
    struct house *house = *state;
    int64_t gone;
    assert_int_equal(make_named(house, "gone", &gone), ERR_NONE);
    house->settings.keyring.replica = false;
    assert_int_equal(run(house).phase, KEYRING_TURN_WAITS);
    clock_advance(MICROS_SECOND);
    int64_t at = clock_now();
    close_account(house, gone, at);
    clock_advance(MICROS_SECOND);
    house->settings.keyring.replica = true;
    assert_int_equal(run(house).phase, KEYRING_TURN_NONE);
    assert_true(attested(house, at));
}

static enum err leaf_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct turn_job *job = context;
    uint8_t hash[32];
    (void)arena;
    for (size_t i = 0; i < job->leaves; i++) {
        memset(hash, (int)i & 0xff, sizeof hash);
        hash[0] = (uint8_t)(i >> 8);
        TRY(store_leaf_insert(tx, str_bytes(hash, sizeof hash), "receipt", job->at + (int64_t)i));
    }
    return ERR_NONE;
}

static void leaves_are_written_to_the_log_once(void **state)
{
    struct house *house = *state;
    struct turn_job job = {.at = clock_now(), .leaves = 300};
    assert_int_equal(sql_call(house->app.store, "test", leaf_run, &job), ERR_NONE);
    assert_int_equal(leaves_run(&house->app, 0, 0), ERR_NONE);
    assert_int_equal(logs_count(house->app.logs, LOGS_LOG), 300);
    assert_int_equal(leaves_run(&house->app, 0, 0), ERR_NONE);
    assert_int_equal(logs_count(house->app.logs, LOGS_LOG), 300);
}

static enum err queued_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct store_queue_item item;
    struct turn_job *job = context;
    size_t count;
    TRY(store_queue_due(tx, arena, 0, INT64_MAX, &item, 1, &count));
    job->at = count == 1 && str_is(item.kind, "turn") ? item.due : 0;
    return ERR_NONE;
}

static int64_t next_turn(struct house *house)
{
    struct turn_job job = {.at = 0};
    assert_int_equal(sql_read(house->app.store, queued_run, house->arena, &job), ERR_NONE);
    return job.at;
}

static void it_turns_once_a_night_and_looks_hourly_while_it_waits(void **state)
{
    struct house *house = *state;
    assert_int_equal(keyring_turn_plan(&house->app), ERR_NONE);
    int64_t night = next_turn(house);
    assert_int_equal(clock_date_of(night, 0).hour, 3);
    assert_true(night > clock_now() && night <= clock_now() + MICROS_DAY);
    clock_advance(night - clock_now());
    assert_int_equal(keyring_turn_job(&house->app, 0, 0), ERR_NONE);
    assert_int_equal(keyring_epoch(house->app.keyring), 2);
    assert_int_equal(next_turn(house), night + MICROS_DAY);
    assert_int_equal(keyring_turn_job(&house->app, 0, 0), ERR_NONE);
    assert_int_equal(keyring_epoch(house->app.keyring), 2);
    house->settings.keyring.replica = false;
    clock_advance(next_turn(house) - clock_now());
    assert_int_equal(keyring_turn_job(&house->app, 0, 0), ERR_NONE);
    assert_int_equal(keyring_epoch(house->app.keyring), 3);
    assert_int_equal(keyring_epoch_oldest(house->app.keyring), 2);
    assert_true(next_turn(house) <= clock_now() + MICROS_HOUR);
}

struct slow_reader {
    struct house *house;
    _Atomic bool reads, may_end;
    enum err error;
};

static enum err read_slowly(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct slow_reader *reader = context;
    int64_t epoch;
    (void)arena;
    TRY(store_keeping_get(tx, "turn.epoch", &epoch));
    atomic_store(&reader->reads, true);
    while (!atomic_load(&reader->may_end))
        usleep(1000);
    return ERR_NONE;
}

static void *reader_thread(void *context)
{
    struct slow_reader *reader = context;
    struct arena *arena = arena_new(0);
    reader->error = sql_read(reader->house->app.store, read_slowly, arena, reader);
    arena_free(arena);
    return NULL;
}

struct turner {
    struct house *house;
    pthread_t thread;
    _Atomic bool ended;
    struct keyring_turn turn;
    enum err error;
};

static void *turner_thread(void *context)
{
    struct turner *turner = context;
    turner->error = keyring_turn_run(&turner->house->app, &turner->turn);
    atomic_store(&turner->ended, true);
    return NULL;
}

static void turner_ends_well(struct turner *turner)
{
    assert_int_equal(pthread_join(turner->thread, NULL), 0);
    assert_int_equal(turner->error, ERR_NONE);
    assert_int_equal(turner->turn.phase, KEYRING_TURN_NONE);
}

/* The first turn cannot end while somebody reads; the second caller has a fifth of a second to be refused. */
static void who_turns_while_another_does_waits_for_it(void **state)
{
    struct house *house = *state;
    struct slow_reader reader = {.house = house};
    struct turner first = {.house = house}, second = {.house = house};
    pthread_t reading;
    assert_int_equal(pthread_create(&reading, NULL, reader_thread, &reader), 0);
    while (!atomic_load(&reader.reads))
        usleep(1000);
    assert_int_equal(pthread_create(&first.thread, NULL, turner_thread, &first), 0);
    while (keyring_epoch(house->app.keyring) != 2)
        usleep(1000);
    assert_int_equal(pthread_create(&second.thread, NULL, turner_thread, &second), 0);
    for (int i = 0; i < 200 && !atomic_load(&second.ended); i++)
        usleep(1000);
    atomic_store(&reader.may_end, true);
    assert_int_equal(pthread_join(reading, NULL), 0);
    assert_int_equal(reader.error, ERR_NONE);
    turner_ends_well(&first);
    turner_ends_well(&second);
    assert_int_equal(keyring_epoch(house->app.keyring), 3);
    assert_int_equal(keyring_epoch_oldest(house->app.keyring), 3);
}

#ifdef VIOLET_FAILPOINTS

static void open_again(struct house *house)
{
    char path[96];
    snprintf(path, sizeof path, "%s/keyring", house->directory);
    const struct sql_options options = {.url = house->url,
                                        .statements = store_statements,
                                        .statement_count = STATEMENT_COUNT,
                                        .migrations = store_migrations,
                                        .migration_count = store_migration_count};
    assert_int_equal(keyring_open(path, NULL, &house->app.keyring, NULL), ERR_NONE);
    assert_int_equal(sql_open(&options, &house->app.store, NULL), ERR_NONE);
}

static void close_all(struct house *house)
{
    sql_close(house->app.store);
    keyring_free(house->app.keyring);
    house->app.store = NULL;
    house->app.keyring = NULL;
}

/* A process of its own turns until it comes by the failpoint; true where it was killed there. */
static bool turn_and_die(struct house *house, const char *name)
{
    int status;
    close_all(house);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct keyring_turn turn;
        open_again(house);
        setenv("VIOLET_FAILPOINT", name, 1);
        _exit(keyring_turn_run(&house->app, &turn) == ERR_NONE ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    open_again(house);
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGKILL;
    assert_int_equal(WEXITSTATUS(status), 0);
    return false;
}

static int killed;

static void kill_at(const char *name, void *context)
{
    struct house *house = context;
    bool turns = strncmp(name, "turn.", 5) == 0 || strncmp(name, "keyring.", 8) == 0;
    if (!turns)
        return;
    int64_t account;
    struct turn_job copy = old_copy(house, "person.7");
    assert_int_equal(make_named(house, name, &account), ERR_NONE);
    int64_t at = clock_now();
    close_account(house, account, at);
    clock_advance(MICROS_SECOND);
    if (!turn_and_die(house, name))
        return;
    killed++;
    clock_advance(MICROS_SECOND);
    assert_int_equal(run(house).phase, KEYRING_TURN_NONE);
    clock_advance(MICROS_SECOND);
    if (!attested(house, at)) /* it died before its intention was durable */
        assert_int_equal(run(house).phase, KEYRING_TURN_NONE);
    assert_true(attested(house, at));
    assert_int_equal(open_old_copy(house, &copy), ERR_KEY_GONE);
    everybody_is_there(house);
}

static void killed_anywhere_it_is_gone_on_with(void **state)
{
    struct house *house = *state;
    many_accounts(house);
    failpoint_list(kill_at, house);
    assert_true(killed >= 10);
}

#endif

#define IN_HOUSE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HOUSE(a_turn_rewraps_every_key_and_an_older_copy_opens_no_more),
        IN_HOUSE(without_a_backup_it_waits_and_the_old_keys_stay),
        IN_HOUSE(a_name_claimed_during_a_turn_is_claimed_once_and_stays),
        IN_HOUSE(what_was_destroyed_before_the_turn_began_is_attested_and_nothing_else),
        IN_HOUSE(after_a_turn_that_was_left_behind_one_of_its_own_follows),
        IN_HOUSE(leaves_are_written_to_the_log_once),
        IN_HOUSE(it_turns_once_a_night_and_looks_hourly_while_it_waits),
        IN_HOUSE(who_turns_while_another_does_waits_for_it),
#ifdef VIOLET_FAILPOINTS
        IN_HOUSE(killed_anywhere_it_is_gone_on_with),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
