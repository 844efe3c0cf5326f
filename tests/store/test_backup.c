/* Backups that can be trusted, and a restore after which the closed stay closed. */
#include "house.h"

#include "app/account_create.h"
#include "app/backup.h"
#include "app/closure_request.h"
#include "app/closure_verbs.h"
#include "app/keyring_turn.h"
#include "app/leaves.h"
#include "app/message_list.h"
#include "app/message_receive.h"
#include "app/number_move.h"
#include "app/number_port.h"
#include "app/outbox.h"
#include "app/restore.h"
#include "app/session.h"
#include "app/tombstones.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/money.h"
#include "check/check.h"
#include "crypto/password.h"
#include "store/closure.h"
#include "store/key.h"
#include "store/number.h"
#include "store/statements.h"
#include "store/work.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *in(struct house *house, const char *name)
{
    return arena_printf(house->arena, "%s%s", house->directory, name).data;
}

static int set_up(void **state)
{
    int result = house_set_up(state);
    struct house *house = *state;
    house->settings.store_url = arena_printf(house->arena, "sqlite:%s/violet.db", house->directory).data;
    house->settings.keyring.path = in(house, "/keyring");
    house->settings.keyring.mirror = "";
    house->settings.operator=(struct settings_operator){.legal_name = "Test Ltd",
                                                        .address = "1 Street",
                                                        .complaint_body = "FCC",
                                                        .support_mail = "s@violet.example",
                                                        .markets = SETTINGS_MARKET_EU};
    house->settings.closing = (struct settings_closing){.undo_days = 3, .review_hours = 72};
    house->settings.desk_people = 2;
    house->settings.number.aging_days = 85;
    assert_int_equal(receipt_signer_open(house->directory, &house->app.signer), ERR_NONE);
    assert_int_equal(logs_open(house->directory, NULL, &house->app.logs), ERR_NONE);
    return result;
}

static void remove_tree(struct house *house, const char *name)
{
    static const char *const files[] = {"violet.db", "violet.db.lock", "keys", "manifest.json", "k", ""};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(arena_printf(house->arena, "%s%s/%s", house->directory, name, files[i]).data);
    rmdir(in(house, name));
}

static int tear_down(void **state)
{
    struct house *house = *state;
    remove_tree(house, "-one");
    remove_tree(house, "-two");
    remove_tree(house, "-new");
    receipt_signer_free(house->app.signer);
    logs_free(house->app.logs);
    return house_tear_down(state);
}

static int64_t somebody(struct house *house, const char *name, const char *number)
{
    struct account_create create = {
        .name = str_from(name), .password = STR("correct horse"), .now = clock_now() - 100 * MICROS_DAY};
    char id[32];
    snprintf(id, sizeof id, "id-%s", name);
    assert_int_equal(account_create(&house->app, &create), ERR_NONE);
    house_credit(house, create.ret_account_id, 7 * MONEY_UNIT);
    house_line(house, create.ret_account_id, number, 0);
    struct message_receive message = {.carrier = STR("test"),
                                      .carrier_id = str_from(id),
                                      .from = STR("Bank"),
                                      .to = str_from(number),
                                      .text = STR("Your code is 482913")};
    assert_int_equal(message_receive(&house->app, &message), ERR_NONE);
    return create.ret_account_id;
}

static void work_closure(struct house *house, struct closure_id id)
{
    assert_int_equal(closure_job(&house->app, id.account_id, id.closure_id), ERR_NONE);
}

/* All the way: submitted, approved, cooled off, closed, its key destroyed. */
/* The secret link of the last closing by verbs. */
static struct str link_reference, link_secret;

static struct closure_id close_by_verbs(struct house *house, int64_t account_id, const char *name)
{
    const struct actor rita = {.kind = ACTOR_STAFF, .staff_id = 8, .role = ROLE_REVIEWER};
    struct closure_request request = {.choice = {.scope = CLOSURE_SCOPE_ACCOUNT}};
    char token[SESSION_TOKEN_SIZE];
    struct actor actor;
    assert_int_equal(session_login(&house->app, str_from(name), STR("correct horse"), STR("127.0.0.1"), false,
                                   token, &actor),
                     ERR_NONE);
    assert_int_equal(session_prove(&house->app, house->arena, &actor, STR("correct horse"), STR_NONE),
                     ERR_NONE);
    assert_int_equal(closure_request(&house->app, house->arena, &actor, &request), ERR_NONE);
    link_reference = request.ret_reference;
    link_secret = request.ret_secret;
    struct closure_id id = {account_id, request.ret_closure_id};
    work_closure(house, id);
    enum err error = closure_approve(&house->app, &rita, id);
    assert_true(error == ERR_NONE || error == ERR_STATE); /* approved by rule where nothing is fresh */
    clock_advance(3 * MICROS_DAY + MICROS_HOUR);
    work_closure(house, id);
    work_closure(house, id);
    clock_advance(MICROS_SECOND);
    return id;
}

static struct backup_manifest backup(struct house *house, const char *name)
{
    struct backup_manifest manifest;
    assert_int_equal(backup_make(&house->app, house->arena, in(house, name), &manifest), ERR_NONE);
    return manifest;
}

static enum err backup_error(struct house *house, const char *directory)
{
    struct backup_manifest manifest;
    return backup_make(&house->app, house->arena, directory, &manifest);
}

static void turn(struct house *house, enum keyring_turn_phase phase)
{
    struct keyring_turn result;
    assert_int_equal(keyring_turn_run(&house->app, &result), ERR_NONE);
    assert_int_equal(result.phase, phase);
}

static void sound(struct house *house, struct app *app, const char *url)
{
    static struct check_report report;
    assert_int_equal(check_run(app, url, house->arena, clock_now(), &report), ERR_NONE);
    for (size_t i = 0; i < report.count; i++)
        print_error("%s: %.*s %.*s\n", report.findings[i].rule, STR_ARG(report.findings[i].subject),
                    STR_ARG(report.findings[i].text));
    assert_int_equal(report.found, 0);
}

static void a_backup_names_what_it_holds_and_never_the_keyring(void **state)
{
    struct house *house = *state;
    struct backup_manifest read;
    somebody(house, "bob", "+12025550144");
    struct backup_manifest made = backup(house, "-one");
    assert_int_equal(made.accounts, 1);
    assert_int_equal(made.keys, 1);
    assert_int_equal(made.epoch, 1);
    assert_int_equal(backup_files_verify(house->arena, in(house, "-one"), &read), ERR_NONE);
    assert_true(str_equal(read.store_id, made.store_id));
    assert_false(backup_tree_holds_keyring(in(house, "-one")));
    assert_true(backup_tree_holds_keyring(house->directory));
    assert_int_equal(access(in(house, "-one/violet.db-wal"), F_OK), -1);
    assert_true(str_equal(backup(house, "-two").store_id, made.store_id));
}

static void flip(const char *path, off_t at)
{
    char byte;
    int file = open(path, O_RDWR);
    assert_int_equal(pread(file, &byte, 1, at), 1);
    byte = (char)(byte ^ 1);
    assert_int_equal(pwrite(file, &byte, 1, at), 1);
    close(file);
}

static void a_flipped_bit_is_found_in_each_of_its_files(void **state)
{
    static const char *const files[] = {"/violet.db", "/keys", "/manifest.json"};
    struct house *house = *state;
    struct backup_manifest read;
    somebody(house, "bob", "+12025550144");
    backup(house, "-one");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *path = arena_printf(house->arena, "%s-one%s", house->directory, files[i]).data;
        flip(path, 130); /* in the manifest: in a hash, a name or a number */
        assert_int_not_equal(backup_files_verify(house->arena, in(house, "-one"), &read), ERR_NONE);
        flip(path, 130);
        assert_int_equal(backup_files_verify(house->arena, in(house, "-one"), &read), ERR_NONE);
    }
    unlink(in(house, "-one/manifest.json"));
    assert_int_equal(backup_files_verify(house->arena, in(house, "-one"), &read), ERR_NOT_FOUND);
}

static void a_place_that_holds_the_keyring_or_anything_else_is_refused(void **state)
{
    struct house *house = *state;
    char bytes[KEYRING_WRAPPED_BYTES * 64];
    assert_int_equal(backup_error(house, "relative"), ERR_INVALID);
    assert_int_equal(backup_error(house, house->directory), ERR_POLICY);
    assert_int_equal(backup_error(house, in(house, "/inside")), ERR_POLICY);
    assert_int_equal(access(in(house, "/inside"), F_OK), -1);
    assert_int_equal(backup_error(house, in(house, "-one/missing/deeper")), ERR_NOT_FOUND);
    assert_int_equal(mkdir(in(house, "-one"), 0700), 0);
    int from = open(in(house, "/keyring"), O_RDONLY),
        to = open(in(house, "-one/k"), O_WRONLY | O_CREAT, 0600);
    ssize_t length = read(from, bytes, sizeof bytes);
    assert_true(length > 0 && write(to, bytes, (size_t)length) == length);
    close(from);
    close(to);
    assert_int_equal(backup_error(house, in(house, "-one")), ERR_POLICY);
    to = open(in(house, "-one/k"), O_WRONLY | O_TRUNC);
    assert_int_equal(write(to, "x", 1), 1);
    close(to);
    assert_int_equal(backup_error(house, in(house, "-one")), ERR_EXISTS);
}

static void a_backup_before_the_rewrap_does_not_let_a_turn_finish(void **state)
{
    struct house *house = *state;
    somebody(house, "bob", "+12025550144");
    backup(house, "-one");
    turn(house, KEYRING_TURN_WAITS);
    assert_int_equal(keyring_epoch_oldest(house->app.keyring), 1);
    assert_int_equal(backup(house, "-two").epoch, 2);
    turn(house, KEYRING_TURN_NONE);
    assert_int_equal(keyring_epoch_oldest(house->app.keyring), 2);
}

struct restored {
    struct house *house;
    struct app app;
    const char *url;
    int64_t account_id, count;
    struct store_number number;
    struct store_refund refund;
    struct closure_id id;
};

/* The copy under another name, opened beside the house, with its keyring and logs. */
static struct restored open_copy(struct house *house, const char *backup_name)
{
    struct restored restored = {.house = house, .app = house->app};
    struct str bytes;
    assert_int_equal(mkdir(in(house, "-new"), 0700), 0);
    assert_int_equal(
        backup_file_read(house->arena,
                         arena_printf(house->arena, "%s%s/violet.db", house->directory, backup_name).data,
                         (size_t)32 * 1024 * 1024, &bytes),
        ERR_NONE);
    int file = open(in(house, "-new/violet.db"), O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_int_equal(write(file, bytes.data, bytes.length), (ssize_t)bytes.length);
    close(file);
    restored.url = arena_printf(house->arena, "sqlite:%s-new/violet.db", house->directory).data;
    const struct sql_options options = {.url = restored.url,
                                        .statements = store_statements,
                                        .statement_count = STATEMENT_COUNT,
                                        .migrations = store_migrations,
                                        .migration_count = store_migration_count};
    assert_int_equal(sql_open(&options, &restored.app.store, NULL), ERR_NONE);
    return restored;
}

static struct restore_report restore(struct restored *restored, const char *keys_of)
{
    struct house *house = restored->house;
    struct restore_report report;
    struct str keys;
    assert_int_equal(backup_file_read(house->arena,
                                      arena_printf(house->arena, "%s%s/keys", house->directory, keys_of).data,
                                      1024 * 1024, &keys),
                     ERR_NONE);
    assert_int_equal(restore_run(&restored->app, keys, &report), ERR_NONE);
    return report;
}

static enum err number_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct restored *restored = context;
    TRY(store_number_get(tx, STR("+12025550143"), &restored->number));
    restored->number.e164 = STR_NONE;
    restored->number.carrier = STR_NONE;
    (void)arena;
    return ERR_NONE;
}

static struct store_number number_in(struct restored *restored, struct sql_store *store)
{
    assert_int_equal(sql_read(store, number_run, restored->house->arena, restored), ERR_NONE);
    return restored->number;
}

static enum err refund_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct restored *restored = context;
    size_t count;
    struct store_refund *refunds;
    TRY(store_refund_list(tx, arena, NULL, restored->id.account_id, restored->id.closure_id, &refunds,
                          &count));
    if (count != 0)
        restored->refund = refunds[0];
    restored->count = (int64_t)count;
    return ERR_NONE;
}

static enum err key_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct restored *restored = context;
    struct account *account;
    return account_load(&restored->app, tx, arena, restored->account_id, &account);
}

static enum err opens(struct restored *restored, int64_t account_id)
{
    restored->account_id = account_id;
    return sql_read(restored->app.store, key_run, restored->house->arena, restored);
}

static enum err closure_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct restored *restored = context;
    struct store_closure closure;
    TRY(store_closure_get(tx, arena, restored->id.account_id, restored->id.closure_id, &closure));
    restored->count = closure.state;
    return ERR_NONE;
}

static void the_closed_stay_closed_and_the_living_stay_readable(void **state)
{
    struct house *house = *state;
    int64_t bob = somebody(house, "bob", "+12025550144"), ann = somebody(house, "ann", "+12025550143"), found;
    backup(house, "-one");
    struct closure_id closing = close_by_verbs(house, ann, "ann");
    int64_t carol = somebody(house, "carol", "+12025550145");
    turn(house, KEYRING_TURN_WAITS);
    assert_int_equal(backup(house, "-two").keys, 4); /* bob, carol, the closure, its declaration */
    turn(house, KEYRING_TURN_NONE);
    struct restored restored = open_copy(house, "-one");
    restored.id = closing;
    assert_int_equal(tombstones_check(&restored.app, &found), ERR_CONFLICT);
    assert_int_equal(found, 1);
    struct restore_report report = restore(&restored, "-two");
    assert_int_equal(report.closed, 1);
    assert_int_equal(report.numbers, 1);
    assert_int_equal(report.refunds, 1);
    assert_int_equal(report.names, 1);
    assert_int_equal(report.unreadable, 0);
    assert_int_equal(tombstones_check(&restored.app, NULL), ERR_NONE);
    assert_int_equal(opens(&restored, bob), ERR_NONE);
    assert_int_equal(opens(&restored, ann), ERR_KEY_GONE);
    assert_int_equal(opens(&restored, carol), ERR_NOT_FOUND);
    assert_int_equal(account_find(&restored.app, house->arena, STR("bob"), &found), ERR_NONE);
    assert_int_equal(account_find(&restored.app, house->arena, STR("ann"), &found), ERR_NOT_FOUND);
    struct store_number live = number_in(&restored, house->app.store);
    struct store_number again = number_in(&restored, restored.app.store);
    assert_int_equal(again.state, NUMBER_AGING);
    assert_true(live.disconnected_at - again.disconnected_at < MICROS_SECOND &&
                live.disconnected_at - again.disconnected_at > -MICROS_SECOND);
    assert_int_equal(sql_read(restored.app.store, refund_run, house->arena, &restored), ERR_NONE);
    assert_int_equal(restored.count, 1);
    assert_int_equal(restored.refund.state, REFUND_SENT);
    struct closure_id by_link;
    assert_int_equal(closure_find_by_link(&restored.app, house->arena, link_reference, link_secret, &by_link),
                     ERR_NONE);
    assert_true(by_link.closure_id == closing.closure_id);
    assert_int_equal(
        closure_find_by_link(&restored.app, house->arena, link_reference, STR("guessed"), &by_link),
        ERR_NOT_FOUND);
    assert_true(restored.refund.amount == 7 * MONEY_UNIT);
    sound(house, &restored.app, restored.url);
    /* It is forgotten for good with the next turn, as it was before. */
    house->settings.keyring.replica = true;
    clock_advance(MICROS_SECOND);
    struct keyring_turn turned;
    assert_int_equal(keyring_turn_run(&restored.app, &turned), ERR_NONE);
    assert_int_equal(turned.attested, 1);
    assert_int_equal(closure_job(&restored.app, closing.account_id, closing.closure_id), ERR_NONE);
    assert_int_equal(sql_read(restored.app.store, closure_run, house->arena, &restored), ERR_NONE);
    assert_int_equal(restored.count, CLOSURE_FORGOTTEN);
    assert_int_equal(closure_sweep(&restored.app, closing.account_id, closing.closure_id), ERR_NONE);
    assert_int_equal(leaves_run(&restored.app, 0, 0), ERR_NONE);
    sound(house, &restored.app, restored.url);
    sql_close(restored.app.store);
}

static void a_restore_may_be_run_again(void **state)
{
    struct house *house = *state;
    int64_t bob = somebody(house, "bob", "+12025550144"), ann = somebody(house, "ann", "+12025550143");
    backup(house, "-one");
    close_by_verbs(house, ann, "ann");
    turn(house, KEYRING_TURN_WAITS);
    backup(house, "-two");
    struct restored restored = open_copy(house, "-one");
    restore(&restored, "-two");
    struct restore_report again = restore(&restored, "-two");
    assert_int_equal(again.closed, 0);
    assert_int_equal(again.names, 1);
    assert_int_equal(opens(&restored, bob), ERR_NONE);
    sound(house, &restored.app, restored.url);
    sql_close(restored.app.store);
}

static enum err leave_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const bool *leaving = context;
    struct store_number before, after;
    (void)arena;
    TRY(store_number_get(tx, STR("+12025550143"), &before));
    after = before;
    after.leaving_at = *leaving ? clock_now() : 0;
    if ((before.leaving_at != 0) == *leaving)
        return ERR_NONE;
    return number_move(tx, *leaving ? NUMBER_EVENT_LEAVE : NUMBER_EVENT_STAY, &before, &after);
}

/* Ann's number is leaving while her account closes; the copy knows of the one or the other. */
static void a_number_that_was_leaving_is_parked_until_somebody_says_what_became_of_it(void **state)
{
    static const struct {
        bool before, after; /* it is leaving when the backup is made, and when the account is closed */
        int64_t state;      /* afterwards, in both stores */
    } rows[] = {
        {false, true, NUMBER_PARKED},
        {true, true, NUMBER_PARKED},
        {true, false, NUMBER_AGING},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct house *house = *state;
        if (i != 0) {
            assert_int_equal(tear_down(state), 0);
            assert_int_equal(set_up(state), 0);
            house = *state;
        }
        int64_t ann = somebody(house, "ann", "+12025550143");
        bool leaving = rows[i].before;
        assert_int_equal(sql_call(house->app.store, "test", leave_run, &leaving), ERR_NONE);
        backup(house, "-one");
        leaving = rows[i].after;
        assert_int_equal(sql_call(house->app.store, "test", leave_run, &leaving), ERR_NONE);
        close_by_verbs(house, ann, "ann");
        struct restored restored = open_copy(house, "-one");
        assert_int_equal(number_in(&restored, house->app.store).state, rows[i].state);
        assert_int_equal(restore(&restored, "-one").numbers, 1);
        struct store_number again = number_in(&restored, restored.app.store);
        assert_int_equal(again.state, rows[i].state);
        assert_int_equal(again.leaving_at != 0, rows[i].after);
        assert_true(again.account_id == 0);
        sound(house, &restored.app, restored.url);
        const struct actor operator= {.kind = ACTOR_OPERATOR};
        assert_int_equal(number_port_complete(&restored.app, &operator, STR("+12025550143")),
                         rows[i].after ? ERR_NONE : ERR_STATE);
        sound(house, &restored.app, restored.url);
        sql_close(restored.app.store);
    }
}

/* The keys that the backup itself holds are of the present epoch: only the tombstone keeps ann closed. */
static void chatto_219_a_restore_before_the_next_turn_brings_nobody_back(void **state)
{
    struct house *house = *state;
    int64_t bob = somebody(house, "bob", "+12025550144"), ann = somebody(house, "ann", "+12025550143"), found;
    backup(house, "-one");
    close_by_verbs(house, ann, "ann");
    struct restored restored = open_copy(house, "-one");
    assert_int_equal(opens(&restored, ann), ERR_NONE);
    assert_int_equal(restore(&restored, "-one").closed, 1);
    assert_int_equal(opens(&restored, ann), ERR_KEY_GONE);
    assert_int_equal(account_find(&restored.app, house->arena, STR("ann"), &found), ERR_NOT_FOUND);
    assert_int_equal(opens(&restored, bob), ERR_NONE);
    sound(house, &restored.app, restored.url);
    sql_close(restored.app.store);
}

static int start(void **state)
{
    (void)state;
    return password_start() == ERR_NONE ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    password_stop();
    return 0;
}

#define IN_HOUSE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HOUSE(a_backup_names_what_it_holds_and_never_the_keyring),
        IN_HOUSE(a_flipped_bit_is_found_in_each_of_its_files),
        IN_HOUSE(a_place_that_holds_the_keyring_or_anything_else_is_refused),
        IN_HOUSE(a_backup_before_the_rewrap_does_not_let_a_turn_finish),
        IN_HOUSE(the_closed_stay_closed_and_the_living_stay_readable),
        IN_HOUSE(a_restore_may_be_run_again),
        IN_HOUSE(a_number_that_was_leaving_is_parked_until_somebody_says_what_became_of_it),
        IN_HOUSE(chatto_219_a_restore_before_the_next_turn_brings_nobody_back),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
