/* Several nodes on one store: each has a keyring of its own, and none has a thread. */
#include "house.h"

#include "app/carrier_forget.h"
#include "app/keyring_turn.h"
#include "app/lease.h"
#include "app/message_claim.h"
#include "app/message_receive.h"
#include "app/node.h"
#include "app/steady.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "domain/types.h"
#include "store/keeping.h"
#include "store/key.h"
#include "store/node.h"
#include "store/work.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A second node of the same house. */
struct second {
    struct app app;
    char keyring[128], identity[128], print[20];
    struct app *first;
    enum err joined;
};

static void own_identity(struct house *house)
{
    char path[128];
    snprintf(path, sizeof path, "%s/node", house->directory);
    const struct node_options options = {.path = path, .name = "west", .version = "1"};
    assert_int_equal(node_open(&house->app, &options, &house->app.node), ERR_NONE);
    assert_int_equal(node_enter(house->app.node), ERR_NONE);
    house->settings.keyring.replica = true;
}

static void let_in(void *context, struct str name, const char *print)
{
    struct second *second = context;
    snprintf(second->print, sizeof second->print, "%s", print);
    assert_int_equal(node_admit(second->first, name, STR("0000-0000-0000-0000")), ERR_WRONG_PROOF);
    second->joined = node_admit(second->first, name, str_from(print));
}

static void open_second(struct house *house, struct second *second)
{
    const struct node_options options = {.path = second->identity, .name = "east", .version = "1"};
    second->app = house->app;
    second->app.node = NULL;
    assert_int_equal(keyring_open(second->keyring, NULL, &second->app.keyring, NULL), ERR_NONE);
    assert_int_equal(node_open(&second->app, &options, &second->app.node), ERR_NONE);
}

static void close_second(struct second *second)
{
    node_free(second->app.node);
    keyring_free(second->app.keyring);
    second->app.node = NULL;
    second->app.keyring = NULL;
}

static void join_second(struct house *house, struct second *second)
{
    struct app stranger = {.store = house->app.store};
    *second = (struct second){.first = &house->app, .joined = ERR_INTERNAL};
    snprintf(second->keyring, sizeof second->keyring, "%s/keyring.east", house->directory);
    snprintf(second->identity, sizeof second->identity, "%s/node.east", house->directory);
    const struct node_options options = {.path = second->identity, .name = "east", .version = "1"};
    const struct node_join join = {.keyring = second->keyring, .ask = let_in, .context = second};
    assert_int_equal(node_join(&stranger, &options, &join), ERR_NONE);
    assert_int_equal(second->joined, ERR_NONE);
    open_second(house, second);
    assert_int_equal(node_enter(second->app.node), ERR_NONE);
}

static void two_nodes(struct house *house, struct second *second)
{
    own_identity(house);
    join_second(house, second);
}

static void end_nodes(struct house *house, struct second *second)
{
    if (second != NULL && second->app.node != NULL)
        close_second(second);
    node_free(house->app.node);
    house->app.node = NULL;
}

static struct keyring_turn turn(struct app *app)
{
    struct keyring_turn turn;
    assert_int_equal(keyring_turn_run(app, &turn), ERR_NONE);
    return turn;
}

struct name_job {
    struct app *app;
    const char *name;
    int64_t account_id;
};

static enum err make_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct name_job *job = context;
    struct seal_key key;
    struct store_account account = {.account_id = job->account_id,
                                    .state = ACCOUNT_ACTIVE,
                                    .created_at = clock_now(),
                                    .name = str_from(job->name),
                                    .ledger_id = ids_random_id()};
    TRY(keys_make(job->app, tx, "account", job->account_id, &key));
    TRY(keys_claim_name(job->app, tx, "login", account.name, job->account_id));
    return store_account_insert(tx, arena, &key, &account);
}

static enum err make(struct app *app, const char *name)
{
    struct name_job job = {app, name, ids_random_id()};
    return sql_call(app->store, "test", make_run, &job);
}

static enum err find_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct name_job *job = context;
    struct account *account;
    TRY(keys_find_name(job->app, tx, "login", str_from(job->name), &job->account_id));
    TRY(account_load(job->app, tx, arena, job->account_id, &account));
    return str_is(account->row.name, job->name) ? ERR_NONE : ERR_CORRUPT;
}

static enum err find(struct app *app, const char *name)
{
    struct name_job job = {.app = app, .name = name};
    struct arena *arena = arena_new_wiped(0);
    enum err error = sql_read(app->store, find_run, arena, &job);
    arena_free(arena);
    return error;
}

static void both_find(struct house *house, struct second *second, const char *name)
{
    assert_int_equal(find(&house->app, name), ERR_NONE);
    assert_int_equal(find(&second->app, name), ERR_NONE);
}

static void holds(struct app *app, int64_t oldest, int64_t newest)
{
    assert_int_equal(keyring_epoch_oldest(app->keyring), oldest);
    assert_int_equal(keyring_epoch(app->keyring), newest);
}

static void a_node_alone_turns_without_waiting(void **state)
{
    struct house *house = *state;
    own_identity(house);
    assert_int_equal(make(&house->app, "ann"), ERR_NONE);
    assert_int_equal(turn(&house->app).phase, KEYRING_TURN_NONE);
    assert_int_equal(turn(&house->app).phase, KEYRING_TURN_NONE);
    holds(&house->app, 3, 3);
    assert_int_equal(find(&house->app, "ann"), ERR_NONE);
    end_nodes(house, NULL);
}

static void a_new_node_reads_and_writes_what_the_house_does(void **state)
{
    struct house *house = *state;
    struct second second;
    own_identity(house);
    assert_int_equal(make(&house->app, "ann"), ERR_NONE);
    join_second(house, &second);
    assert_int_equal(make(&second.app, "bob"), ERR_NONE);
    both_find(house, &second, "ann");
    both_find(house, &second, "bob");
    end_nodes(house, &second);
}

static void a_turn_goes_through_two_nodes(void **state)
{
    struct house *house = *state;
    struct second second;
    two_nodes(house, &second);
    assert_int_equal(make(&house->app, "ann"), ERR_NONE);
    for (int64_t epoch = 2; epoch < 5; epoch++) {
        /* spread; the other has not taken it */
        assert_int_equal(turn(&house->app).phase, KEYRING_TURN_WAITS_FOR_NODES);
        holds(&house->app, epoch - 1, epoch);
        assert_int_equal(make(&house->app, (char[]){'x', (char)('0' + epoch), 0}), ERR_NONE);
        both_find(house, &second, (char[]){'x', (char)('0' + epoch), 0});
        assert_int_equal(node_beat(second.app.node), ERR_NONE);
        holds(&second.app, epoch - 1, epoch);
        /* written by all, wrapped anew; the leader has destroyed, the other not */
        assert_int_equal(turn(&house->app).phase, KEYRING_TURN_WAITS_FOR_NODES);
        holds(&house->app, epoch, epoch);
        assert_int_equal(make(&second.app, (char[]){'y', (char)('0' + epoch), 0}), ERR_NONE);
        both_find(house, &second, (char[]){'y', (char)('0' + epoch), 0});
        assert_int_equal(node_beat(second.app.node), ERR_NONE);
        holds(&second.app, epoch, epoch);
        assert_int_equal(turn(&house->app).phase, KEYRING_TURN_NONE);
        assert_int_equal(node_beat(house->app.node), ERR_NONE);
        assert_int_equal(node_beat(second.app.node), ERR_NONE);
    }
    both_find(house, &second, "ann");
    end_nodes(house, &second);
}

static void either_node_leads_a_turn_on(void **state)
{
    struct house *house = *state;
    struct second second;
    two_nodes(house, &second);
    assert_int_equal(make(&house->app, "ann"), ERR_NONE);
    assert_int_equal(turn(&house->app).phase, KEYRING_TURN_WAITS_FOR_NODES);
    assert_int_equal(turn(&second.app).phase, KEYRING_TURN_WAITS_FOR_NODES); /* takes, leads, destroys */
    holds(&second.app, 2, 2);
    assert_int_equal(node_beat(house->app.node), ERR_NONE);
    assert_int_equal(turn(&second.app).phase, KEYRING_TURN_NONE);
    holds(&house->app, 2, 2);
    both_find(house, &second, "ann");
    end_nodes(house, &second);
}

static enum err attested_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    int64_t *until = context;
    (void)arena;
    return store_keeping_get(tx, "turn.attested_until", until);
}

static int64_t attested_until(struct house *house)
{
    int64_t until = 0;
    assert_int_equal(sql_read(house->app.store, attested_run, house->arena, &until), ERR_NONE);
    return until;
}

static void an_absent_node_holds_the_attestation_back_until_it_returns(void **state)
{
    struct house *house = *state;
    struct second second;
    two_nodes(house, &second);
    assert_int_equal(make(&second.app, "ann"), ERR_NONE);
    close_second(&second);
    clock_advance((LIMIT_NODE_GONE_SECONDS + 1) * MICROS_SECOND);
    assert_int_equal(node_beat(house->app.node), ERR_NONE);
    assert_int_equal(turn(&house->app).phase, KEYRING_TURN_WAITS_FOR_NODES);
    holds(&house->app, 2, 2);
    assert_int_equal(attested_until(house), 0);
    open_second(house, &second);
    holds(&second.app, 1, 1);
    /* before it has entered it can neither read nor wrap what the others write, and says "later", not "gone"
     */
    assert_int_equal(find(&second.app, "ann"), ERR_BUSY);
    assert_int_equal(make(&second.app, "bob"), ERR_BUSY);
    assert_int_equal(node_enter(second.app.node), ERR_NONE);
    holds(&second.app, 2, 2);
    both_find(house, &second, "ann");
    assert_int_equal(turn(&house->app).phase, KEYRING_TURN_NONE);
    assert_true(attested_until(house) > 0);
    end_nodes(house, &second);
}

static void a_retired_node_holds_nothing_back_and_does_not_come_in_again(void **state)
{
    struct house *house = *state;
    struct second second;
    two_nodes(house, &second);
    assert_int_equal(node_retire(&house->app, STR("east")), ERR_STATE); /* alive */
    close_second(&second);
    clock_advance((LIMIT_NODE_GONE_SECONDS + 1) * MICROS_SECOND);
    assert_int_equal(node_beat(house->app.node), ERR_NONE);
    assert_int_equal(turn(&house->app).phase, KEYRING_TURN_WAITS_FOR_NODES);
    assert_int_equal(node_retire(&house->app, STR("nobody")), ERR_NOT_FOUND);
    assert_int_equal(node_retire(&house->app, STR("west")), ERR_STATE);
    assert_int_equal(node_retire(&house->app, STR("east")), ERR_NONE);
    assert_int_equal(turn(&house->app).phase, KEYRING_TURN_NONE);
    assert_true(attested_until(house) > 0);
    open_second(house, &second);
    assert_int_equal(node_enter(second.app.node), ERR_FORBIDDEN);
    assert_false(node_may_work(second.app.node));
    end_nodes(house, &second);
}

static void a_stranger_with_a_keyring_is_not_let_in(void **state)
{
    struct house *house = *state;
    char path[128];
    struct node *stranger;
    own_identity(house);
    snprintf(path, sizeof path, "%s/node.other", house->directory);
    const struct node_options options = {.path = path, .name = "other", .version = "1"};
    assert_int_equal(node_open(&house->app, &options, &stranger), ERR_NONE);
    assert_int_equal(node_enter(stranger), ERR_FORBIDDEN);
    node_free(stranger);
    end_nodes(house, NULL);
}

static enum err swap_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct keyring_exchange *exchange = context;
    uint8_t secret[KEYRING_EXCHANGE_BYTES];
    (void)arena;
    keyring_exchange_pair(exchange->key, secret);
    return store_node_publish(tx, exchange->node_id, str_bytes(exchange->key, sizeof exchange->key),
                              str_bytes(exchange->tag, sizeof exchange->tag));
}

static enum err sealed_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct store_node *row = context;
    (void)arena;
    return store_node_get(tx, row->node_id, row);
}

static void nothing_is_sealed_to_a_key_that_no_holder_made(void **state)
{
    struct house *house = *state;
    struct second second;
    two_nodes(house, &second);
    struct keyring_exchange exchange;
    struct store_node row = {.node_id = node_id(second.app.node)};
    assert_int_equal(keyring_exchange_offer(second.app.keyring, row.node_id, &exchange), ERR_NONE);
    assert_int_equal(sql_call(house->app.store, "test", swap_run, &exchange), ERR_NONE);
    assert_int_equal(turn(&house->app).phase, KEYRING_TURN_WAITS_FOR_NODES);
    assert_int_equal(node_beat(house->app.node), ERR_NONE);
    assert_int_equal(sql_read(house->app.store, sealed_run, house->arena, &row), ERR_NONE);
    assert_int_equal(row.sealed_epoch, 0);
    /* the node itself puts its key right, and gets the epoch late */
    assert_int_equal(node_beat(second.app.node), ERR_NONE);
    assert_int_equal(node_beat(house->app.node), ERR_NONE);
    assert_int_equal(node_beat(second.app.node), ERR_NONE);
    holds(&second.app, 1, 2);
    end_nodes(house, &second);
}

struct claim_job {
    struct app *app;
    int64_t account_id, now;
    size_t count;
    struct store_queue_item items[4];
};

static enum err put_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct claim_job *job = context;
    (void)arena;
    return store_queue_add(tx, "line", job->account_id, 7, job->now);
}

static enum err claim_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct claim_job *job = context;
    TRY(store_queue_due(tx, arena, job->account_id % LIMIT_BUCKETS, job->now, job->items, 4, &job->count));
    return job->count == 0 ? ERR_NOT_FOUND
                           : store_queue_claim(tx, &job->items[0], node_id(job->app->node),
                                               job->now + LIMIT_LEASE_SECONDS * MICROS_SECOND);
}

static enum err claim(struct app *app, int64_t account_id, int64_t now, struct lease *ret_lease)
{
    struct claim_job job = {.app = app, .account_id = account_id, .now = now};
    TRY(sql_call(app->store, "test", claim_run, &job));
    ret_lease->kind = "line";
    ret_lease->account_id = account_id;
    ret_lease->subject_id = 7;
    ret_lease->fence = job.items[0].fence + 1;
    return ERR_NONE;
}

static enum err end_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct claim_job *job = context;
    (void)arena;
    TRY(lease_end(job->app, tx));
    return store_queue_move(tx, "line", job->account_id, 7, job->now + MICROS_DAY);
}

static enum err end(struct app app, struct lease *lease)
{
    app.lease = lease;
    struct claim_job job = {.app = &app, .account_id = lease->account_id, .now = clock_now()};
    return sql_call(app.store, "test", end_run, &job);
}

static void a_job_that_was_fenced_out_changes_nothing(void **state)
{
    struct house *house = *state;
    struct second second;
    struct lease slow = {0}, other = {0};
    two_nodes(house, &second);
    struct claim_job job = {.app = &house->app, .account_id = ids_random_id(), .now = clock_now()};
    assert_int_equal(sql_call(house->app.store, "test", put_run, &job), ERR_NONE);
    assert_int_equal(claim(&house->app, job.account_id, job.now, &slow), ERR_NONE);
    assert_int_equal(claim(&second.app, job.account_id, job.now, &other), ERR_NOT_FOUND); /* leased */
    int64_t later = job.now + (LIMIT_LEASE_SECONDS + 1) * MICROS_SECOND;
    assert_int_equal(claim(&second.app, job.account_id, later, &other), ERR_NONE);
    assert_int_equal(end(house->app, &slow), ERR_CHANGED);
    assert_int_equal(end(second.app, &other), ERR_NONE);
    assert_int_equal(claim(&house->app, job.account_id, later, &slow), ERR_NOT_FOUND); /* moved to tomorrow */
    end_nodes(house, &second);
}

static enum err renew_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct lease *lease = context;
    (void)arena;
    return store_queue_renew(tx, lease->kind, lease->account_id, lease->subject_id, lease->fence,
                             clock_now() + MICROS_HOUR);
}

/* The scheduler renews beside the jobs: one that ends at that moment must not stay leased by nobody. */
static void a_lease_that_was_ended_is_not_renewed(void **state)
{
    struct house *house = *state;
    struct lease lease = {0}, next = {0};
    struct claim_job job = {.app = &house->app, .account_id = ids_random_id(), .now = clock_now()};
    assert_int_equal(sql_call(house->app.store, "test", put_run, &job), ERR_NONE);
    assert_int_equal(claim(&house->app, job.account_id, job.now, &lease), ERR_NONE);
    assert_int_equal(sql_call(house->app.store, "test", renew_run, &lease), ERR_NONE);
    assert_int_equal(end(house->app, &lease), ERR_NONE);
    assert_int_equal(sql_call(house->app.store, "test", renew_run, &lease), ERR_CHANGED);
    assert_int_equal(claim(&house->app, job.account_id, job.now + 2 * MICROS_DAY, &next), ERR_NONE);
}

struct release_job {
    int64_t node_id, now;
};

static enum err release_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct release_job *job = context;
    (void)arena;
    return store_queue_release(tx, job->node_id, job->now);
}

static void a_node_that_starts_ends_its_own_leases_only(void **state)
{
    struct house *house = *state;
    struct second second;
    struct lease lease = {0};
    two_nodes(house, &second);
    struct claim_job job = {.app = &house->app, .account_id = ids_random_id(), .now = clock_now()};
    assert_int_equal(sql_call(house->app.store, "test", put_run, &job), ERR_NONE);
    assert_int_equal(claim(&house->app, job.account_id, job.now, &lease), ERR_NONE);
    struct release_job release = {node_id(second.app.node), job.now};
    assert_int_equal(sql_call(house->app.store, "test", release_run, &release), ERR_NONE);
    assert_int_equal(claim(&second.app, job.account_id, job.now, &lease), ERR_NOT_FOUND);
    release.node_id = node_id(house->app.node);
    assert_int_equal(sql_call(house->app.store, "test", release_run, &release), ERR_NONE);
    assert_int_equal(claim(&second.app, job.account_id, job.now, &lease), ERR_NONE);
    end_nodes(house, &second);
}

static enum err watch_of(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct app *app = context;
    char name[STEADY_NAME_BYTES];
    struct str text;
    (void)arena;
    steady_name(node_id(app->node), name);
    return store_setting_get(tx, name, &text);
}

/* They may stand on two machines: what one writes down says nothing of the other's clock. */
static void each_node_watches_the_clock_of_its_own_machine(void **state)
{
    struct house *house = *state;
    struct second second;
    struct steady west, east;
    char elsewhere[256], name[STEADY_NAME_BYTES];
    two_nodes(house, &second);
    assert_int_equal(steady_load(&house->app, &west), ERR_NONE);
    steady_observe(&west);
    assert_int_equal(steady_load(&second.app, &east), ERR_NONE);
    assert_false(east.watch.begun);
    steady_observe(&east);
    steady_name(node_id(second.app.node), name);
    snprintf(elsewhere, sizeof elsewhere,
             "UPDATE setting SET value = '11111111-1111-1111-1111-111111111111 1 2 3 4' WHERE name = '%s'",
             name);
    assert_int_equal(house_sql(house, elsewhere), 1);
    assert_int_equal(steady_load(&house->app, &west), ERR_NONE);
    assert_true(west.watch.begun);
    assert_int_equal(steady_load(&second.app, &east), ERR_NONE);
    assert_false(east.watch.begun);
    clock_advance(LIMIT_NODE_GONE_SECONDS * MICROS_SECOND);
    assert_int_equal(node_retire(&house->app, STR("east")), ERR_NONE);
    assert_int_equal(sql_read(house->app.store, watch_of, house->arena, &second.app), ERR_NOT_FOUND);
    assert_int_equal(sql_read(house->app.store, watch_of, house->arena, &house->app), ERR_NONE);
    end_nodes(house, &second);
}

static enum err bring(struct app *app, const char *text, enum message_receive_outcome *ret_outcome)
{
    struct message_receive message = {
        .carrier = STR("test"),
        .carrier_id = str_from(text),
        .whole = true,
        .noted = true,
        .from = STR("22000"),
        .to = STR("+12025550121"),
        .text = str_from(text),
    };
    enum err error = message_receive(app, &message);
    *ret_outcome = message.ret_outcome;
    return error;
}

static void assert_brought(struct app *app, const char *text, enum message_receive_outcome wanted)
{
    enum message_receive_outcome outcome;
    assert_int_equal(bring(app, text, &outcome), ERR_NONE);
    assert_int_equal(outcome, wanted);
}

static void assert_put_off(struct app *app, const char *text)
{
    enum message_receive_outcome outcome;
    assert_int_equal(bring(app, text, &outcome), ERR_BUSY);
}

static void lose_answer(struct house *house, struct app *app)
{
    int64_t now = clock_now();
    char asked[100];
    snprintf(asked, sizeof asked, "UPDATE carrier_loss SET lost_at = lost_at WHERE lost_at = %lld",
             (long long)now);
    assert_int_equal(message_answer_lost(app, STR("test"), now), ERR_NONE);
    for (int tries = 0; tries < 500 && house_sql(house, asked) == 0; tries++)
        usleep(10000);
    assert_int_equal(house_sql(house, asked), 1);
}

static void two_nodes_and_a_line(struct house *house, struct second *second)
{
    two_nodes(house, second);
    house_line(house, house_account(house, clock_now()), "+12025550121", 0);
    assert_int_equal(node_beat(second->app.node), ERR_NONE);
    assert_int_equal(node_beat(house->app.node), ERR_NONE);
}

static void a_text_whose_answer_was_lost_is_known_by_the_other_node(void **state)
{
    struct house *house = *state;
    struct second second;
    two_nodes_and_a_line(house, &second);
    assert_brought(&house->app, "4711", MESSAGE_RECEIVE_STORED);
    assert_put_off(&second.app, "4711"); /* whether its answer arrived is not known yet */
    assert_brought(&second.app, "4712", MESSAGE_RECEIVE_STORED);
    lose_answer(house, &house->app);
    assert_brought(&second.app, "4711", MESSAGE_RECEIVE_REPEATED);
    assert_int_equal(house_sql(house, "UPDATE message SET read_at = read_at"), 2);
    assert_brought(&second.app, "4711", MESSAGE_RECEIVE_STORED); /* one loss explains one repetition */
    end_nodes(house, &second);
}

static void a_text_like_one_that_was_answered_is_another_one(void **state)
{
    struct house *house = *state;
    struct second second;
    two_nodes_and_a_line(house, &second);
    assert_brought(&house->app, "4711", MESSAGE_RECEIVE_STORED);
    clock_advance(7 * MICROS_SECOND);
    assert_int_equal(node_beat(house->app.node), ERR_NONE);
    assert_put_off(&second.app, "4711");
    clock_advance(6 * MICROS_SECOND);
    assert_put_off(&second.app, "4711");
    assert_int_equal(node_beat(house->app.node), ERR_NONE);
    assert_brought(&second.app, "4711", MESSAGE_RECEIVE_STORED);
    clock_advance(2 * MICROS_MINUTE); /* what is lost now was given long after that */
    assert_int_equal(node_beat(second.app.node), ERR_NONE);
    lose_answer(house, &second.app);
    assert_brought(&house->app, "4711", MESSAGE_RECEIVE_STORED);
    assert_int_equal(house_sql(house, "UPDATE message SET read_at = read_at"), 3);
    end_nodes(house, &second);
}

static void what_a_node_answered_before_it_was_gone_is_in_doubt(void **state)
{
    struct house *house = *state;
    struct second second;
    two_nodes_and_a_line(house, &second);
    assert_brought(&house->app, "early", MESSAGE_RECEIVE_STORED);
    clock_advance(70 * MICROS_SECOND);
    assert_int_equal(node_beat(house->app.node), ERR_NONE);
    assert_brought(&house->app, "late", MESSAGE_RECEIVE_STORED);
    clock_advance((LIMIT_NODE_GONE_SECONDS + 1) * MICROS_SECOND);
    assert_int_equal(node_beat(second.app.node), ERR_NONE); /* it is alone now, and remembers */
    assert_false(node_has_company(second.app.node));
    assert_brought(&second.app, "late", MESSAGE_RECEIVE_REPEATED);
    assert_brought(&second.app, "early", MESSAGE_RECEIVE_STORED);
    end_nodes(house, &second);
}

static void what_other_nodes_took_is_forgotten(void **state)
{
    struct house *house = *state;
    struct second second;
    two_nodes_and_a_line(house, &second);
    assert_brought(&house->app, "4711", MESSAGE_RECEIVE_STORED);
    lose_answer(house, &house->app);
    clock_advance(LIMIT_CARRIER_REPEAT_MINUTES * MICROS_MINUTE - 30 * MICROS_SECOND);
    assert_brought(&house->app, "4712", MESSAGE_RECEIVE_STORED);
    clock_advance(MICROS_MINUTE);
    assert_int_equal(node_beat(house->app.node), ERR_NONE);
    assert_int_equal(node_beat(second.app.node), ERR_NONE);
    assert_brought(&second.app, "4711", MESSAGE_RECEIVE_STORED);
    assert_int_equal(house_sql(house, "UPDATE carrier_taken SET at = at"), 2);
    clock_advance(LIMIT_CARRIER_REPEAT_MINUTES * MICROS_MINUTE - 30 * MICROS_SECOND);
    assert_int_equal(carrier_forget_run(&house->app, 0, 0), ERR_NONE);
    assert_int_equal(house_sql(house, "UPDATE carrier_taken SET at = at"), 1);
    end_nodes(house, &second);
}

static void a_node_alone_compares_with_nobody(void **state)
{
    struct house *house = *state;
    own_identity(house);
    house_line(house, house_account(house, clock_now()), "+12025550121", 0);
    assert_int_equal(node_beat(house->app.node), ERR_NONE);
    assert_brought(&house->app, "4711", MESSAGE_RECEIVE_STORED);
    assert_int_equal(message_answer_lost(&house->app, STR("test"), clock_now()), ERR_NONE);
    assert_brought(&house->app, "4711", MESSAGE_RECEIVE_STORED);
    assert_int_equal(house_sql(house, "UPDATE carrier_taken SET at = at"), 0);
    assert_int_equal(house_sql(house, "UPDATE carrier_loss SET lost_at = lost_at"), 0);
    end_nodes(house, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_node_alone_turns_without_waiting, house_set_up, house_tear_down),
        cmocka_unit_test_setup_teardown(a_new_node_reads_and_writes_what_the_house_does, house_set_up,
                                        house_tear_down),
        cmocka_unit_test_setup_teardown(a_turn_goes_through_two_nodes, house_set_up, house_tear_down),
        cmocka_unit_test_setup_teardown(either_node_leads_a_turn_on, house_set_up, house_tear_down),
        cmocka_unit_test_setup_teardown(an_absent_node_holds_the_attestation_back_until_it_returns,
                                        house_set_up, house_tear_down),
        cmocka_unit_test_setup_teardown(a_retired_node_holds_nothing_back_and_does_not_come_in_again,
                                        house_set_up, house_tear_down),
        cmocka_unit_test_setup_teardown(a_stranger_with_a_keyring_is_not_let_in, house_set_up,
                                        house_tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_sealed_to_a_key_that_no_holder_made, house_set_up,
                                        house_tear_down),
        cmocka_unit_test_setup_teardown(a_job_that_was_fenced_out_changes_nothing, house_set_up,
                                        house_tear_down),
        cmocka_unit_test_setup_teardown(a_lease_that_was_ended_is_not_renewed, house_set_up, house_tear_down),
        cmocka_unit_test_setup_teardown(each_node_watches_the_clock_of_its_own_machine, house_set_up,
                                        house_tear_down),
        cmocka_unit_test_setup_teardown(a_text_whose_answer_was_lost_is_known_by_the_other_node, house_set_up,
                                        house_tear_down),
        cmocka_unit_test_setup_teardown(a_text_like_one_that_was_answered_is_another_one, house_set_up,
                                        house_tear_down),
        cmocka_unit_test_setup_teardown(what_a_node_answered_before_it_was_gone_is_in_doubt, house_set_up,
                                        house_tear_down),
        cmocka_unit_test_setup_teardown(what_other_nodes_took_is_forgotten, house_set_up, house_tear_down),
        cmocka_unit_test_setup_teardown(a_node_alone_compares_with_nobody, house_set_up, house_tear_down),
        cmocka_unit_test_setup_teardown(a_node_that_starts_ends_its_own_leases_only, house_set_up,
                                        house_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
