/* The oracle sees each invariant broken by hand, and nothing where all hold. */
#include "house.h"

#include "app/message_receive.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/money.h"
#include "check/check.h"
#include "domain/types.h"
#include "store/closure.h"
#include "store/key.h"
#include "store/work.h"

#include <stdio.h>
#include <string.h>

/* Ids of the fixture, so that the texts below can name them. */
enum {
    LIVING = 1001,
    FORGETTING = 1002,
    COOLING = 1003,
    OF_FORGETTING = 2002,
    OF_COOLING = 2003,
};

struct fixture {
    struct house *house;
    int64_t now;
};

static enum err make_account(struct fixture *fixture, struct sql_tx *tx, struct arena *arena, int64_t id,
                             int64_t state)
{
    struct seal_key key;
    struct store_account account = {.account_id = id,
                                    .state = state,
                                    .created_at = fixture->now,
                                    .name = arena_printf(arena, "name.%lld", (long long)id),
                                    .ledger_id = id + 500};
    TRY(keys_make(&fixture->house->app, tx, "account", id, &key));
    TRY(keys_claim_name(&fixture->house->app, tx, "login", account.name, id));
    TRY(store_account_insert(tx, arena, &key, &account));
    return store_journal_add(tx, arena, &key, id, 0, fixture->now, "account_created", STR("operator"),
                             STR("by hand"));
}

static enum err make_closure(struct fixture *fixture, struct sql_tx *tx, struct arena *arena,
                             struct store_closure *closure)
{
    struct seal_key key;
    closure->waits_for = closure->secret_hash = closure->link_public = STR("");
    closure->submitted_at = fixture->now;
    closure->state_at = fixture->now;
    closure->due_at = fixture->now + 20 * MICROS_DAY;
    closure->scope = CLOSURE_SCOPE_ACCOUNT;
    TRY(keys_make(&fixture->house->app, tx, "closure", closure->closure_id, &key));
    TRY(store_closure_insert(tx, arena, &key, closure));
    TRY(store_reference_insert(tx, closure->reference, "closure", closure->account_id, closure->closure_id));
    TRY(store_queue_add(tx, "closure", closure->account_id, closure->closure_id, fixture->now));
    for (int i = 0; i < 3; i++)
        TRY(store_journal_add(tx, arena, &key, closure->account_id, closure->closure_id, fixture->now + i,
                              "time", STR("system"), STR_NONE));
    return ERR_NONE;
}

static enum err make_receipt(struct fixture *fixture, struct sql_tx *tx)
{
    struct store_receipt receipt = {.account_id = FORGETTING,
                                    .closure_id = OF_FORGETTING,
                                    .stage = RECEIPT_CLOSED,
                                    .made_at = fixture->now,
                                    .hash = STR("0123456789abcdef0123456789abcdef"),
                                    .signature = STR("signed"),
                                    .link_box = STR("sealed")};
    TRY(store_receipt_insert(tx, &receipt));
    return store_leaf_insert(tx, receipt.hash, "receipt", fixture->now);
}

static enum err fixture_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct fixture *fixture = context;
    TRY(make_account(fixture, tx, arena, LIVING, ACCOUNT_ACTIVE));
    TRY(make_account(fixture, tx, arena, FORGETTING, ACCOUNT_CLOSED));
    TRY(make_account(fixture, tx, arena, COOLING, ACCOUNT_CLOSING));
    struct store_closure cooling = {.account_id = COOLING,
                                    .closure_id = OF_COOLING,
                                    .reference = STR("VC-2"),
                                    .state = CLOSURE_COOLING,
                                    .undo_end_at = fixture->now + MICROS_DAY,
                                    .deadline_at = fixture->now + MICROS_DAY};
    struct store_closure forgetting = {.account_id = FORGETTING,
                                       .closure_id = OF_FORGETTING,
                                       .reference = STR("VC-1"),
                                       .state = CLOSURE_FORGETTING,
                                       .deadline_at = fixture->now + MICROS_HOUR,
                                       .settled_amount = 7,
                                       .closed_at = fixture->now};
    TRY(make_closure(fixture, tx, arena, &cooling));
    TRY(make_closure(fixture, tx, arena, &forgetting));
    TRY(make_receipt(fixture, tx));
    struct store_account gone;
    TRY(store_account_get(tx, FORGETTING, &gone));
    TRY(store_account_forget(tx, &gone));
    TRY(store_directory_delete(tx, FORGETTING));
    return keys_destroy(tx, "account", FORGETTING);
}

static int set_up(void **state)
{
    int result = house_set_up(state);
    struct house *house = *state;
    struct fixture fixture = {house, clock_now()};
    assert_int_equal(logs_open(house->directory, NULL, &house->app.logs), ERR_NONE);
    assert_int_equal(sql_call(house->app.store, "test", fixture_run, &fixture), ERR_NONE);
    house_credit(house, LIVING, 9 * MONEY_UNIT);
    house_line(house, LIVING, "+12025550161", MONEY_UNIT);
    struct message_receive message = {.carrier = STR("test"),
                                      .carrier_id = STR("1"),
                                      .from = STR("Bank"),
                                      .to = STR("+12025550161"),
                                      .text = STR("Your code is 123456")};
    assert_int_equal(message_receive(&house->app, &message), ERR_NONE);
    return result;
}

static int tear_down(void **state)
{
    struct house *house = *state;
    logs_free(house->app.logs);
    return house_tear_down(state);
}

static void ask(struct house *house, struct check_report *report)
{
    arena_reset(house->arena);
    assert_int_equal(check_run(&house->app, house->url, house->arena, clock_now(), report), ERR_NONE);
}

static void a_sound_store_has_no_findings(void **state)
{
    struct house *house = *state;
    static struct check_report report;
    ask(house, &report);
    for (size_t i = 0; i < report.count; i++)
        print_error("%s: %.*s %.*s\n", report.findings[i].rule, STR_ARG(report.findings[i].subject),
                    STR_ARG(report.findings[i].text));
    assert_int_equal(report.found, 0);
    assert_int_equal(report.accounts, 3);
    assert_int_equal(report.closures, 2);
    assert_int_equal(report.messages, 1);
    assert_int_equal(report.transfers, 2);
    assert_true(report.rules > 40);
    assert_true(report.journal_rows >= 9);
    assert_int_equal(report.keys, 4);
}

static void by_hand(struct house *house, const char *text)
{
    if (house_sql(house, text) == 0 && strstr(text, "DROP") == NULL)
        fail_msg("changes nothing: %s", text);
}

static bool finds(struct house *house, const char *rule)
{
    static struct check_report report;
    ask(house, &report);
    for (size_t i = 0; i < report.count; i++)
        if (strcmp(report.findings[i].rule, rule) == 0)
            return true;
    return false;
}

#define NEW_ROW(table, columns, values) "INSERT INTO " table " (" columns ") VALUES (" values ")"
#define QUEUE_ROW(kind, account, subject)                                                                    \
    NEW_ROW("queue", "bucket, due, queue_id, kind, account_id, subject_id, lease_until, lease_node, fence",  \
            "1, 9000000000000000, 77, '" kind "', " account ", " subject ", 0, 0, 0")
#define COPY_CLOSURE(changes)                                                                                \
    "CREATE TEMP TABLE t AS SELECT * FROM closure WHERE closure_id = 2003; UPDATE t SET " changes            \
    "; INSERT INTO closure SELECT * FROM t"
#define AGING                                                                                                \
    NEW_ROW("number",                                                                                        \
            "e164, state, carrier, class, account_id, line_id, assigned_at, disconnected_at, aging_until, "  \
            "rested_days, seen_wall, seen_monotonic, leaving_at",                                            \
            "'+12025550199', 4, 'test', 0, 0, 0, 0, 1000, 1000 + 85 * 86400000000, 0, 0, 0, 0")              \
    ";"
#define REPORTED                                                                                             \
    NEW_ROW("rnd_row", "month, e164, disconnected_at, submitted_at", "'2026-11', '+12025550199', 1000, 0") ";"
/* So many bytes in a literal. */
#define ZEROS_8 "0000000000000000"
#define ZEROS_32 ZEROS_8 ZEROS_8 ZEROS_8 ZEROS_8
#define DECLARATION(state, deadline)                                                                         \
    NEW_ROW("declaration",                                                                                   \
            "declaration_id, reference, kind, state, state_at, received_at, wished_at, deadline_at, "        \
            "account_id, line_id, closure_id, bought_at, secret_hash, box",                                  \
            "3001, 'VD-1', 1, " state ", 0, 0, 0, " deadline ", 0, 0, 0, 0, x'00', NULL")

static const struct {
    const char *rule, *text;
} broken[] = {
    {"balance_is_sum", "UPDATE ledger_balance SET balance = balance + 1"},
    {"balance_is_sum", "DELETE FROM transfer WHERE kind = 'fee' OR credit = 5"},
    {"ledger_sums_to_zero", "UPDATE ledger_balance SET balance = balance - 5"},
    {"transfer_shape", "UPDATE transfer SET amount = -amount"},
    {"transfer_shape", "UPDATE transfer SET debit = credit"},
    {"request_key_once",
     "DROP INDEX transfer_request; INSERT INTO transfer SELECT ledger_id, transfer_id + 1, "
     "request_key, debit, credit, amount, kind, at FROM transfer"},
    {"balance_sign", NEW_ROW("ledger_balance", "ledger_id, code, balance", "1, 2, -1")},
    {"payment_refunded", "UPDATE payment SET refunded = amount + 1"},
    {"refund_within_balance",
     NEW_ROW("refund",
             "account_id, closure_id, payment_id, attempt, amount, state, owed_at, sent_at, settled_at",
             "1002, 2002, 1, 1, 8, 1, 0, 0, 0")},
    {"known_state", "UPDATE account SET state = 9 WHERE account_id = 1001"},
    {"known_state", "UPDATE message SET direction = 7"},
    {"known_state", "UPDATE message SET read_at = 1"},
    {"known_state", "UPDATE closure SET state = 11 WHERE closure_id = 2003"},
    {"has_account", "UPDATE message SET account_id = 5"},
    {"has_account", "UPDATE payment SET account_id = 5"},
    {"has_parent", NEW_ROW("closure_recipient", "account_id, closure_id, recipient, told_at, result",
                           "1001, 4, 'mail', 0, ''")},
    {"has_parent", "UPDATE message SET line_id = 5"},
    {"reference_subject", "UPDATE reference SET subject_id = 4 WHERE kind = 'closure'"},
    {"closure_reference", "DELETE FROM reference WHERE code = 'VC-2'"},
    {"closure_journal", "DELETE FROM journal WHERE subject_id = 2003"},
    {"key_of_box", "DELETE FROM data_key WHERE owner_id = 1001"},
    {"key_of_box", "DELETE FROM data_key WHERE owner_id = 2003"},
    {"owner_of_key", NEW_ROW("data_key", "owner_id, kind, epoch, wrapped", "5, 'account', 1, x'00'")},
    {"owner_of_name", NEW_ROW("directory", "kind, tag, epoch, account_id", "'login', x'00', 1, 5")},
    {"epoch_is_held", "UPDATE data_key SET epoch = 7 WHERE owner_id = 1001"},
    {"epoch_is_held", "UPDATE directory SET epoch = 0 WHERE account_id = 1001"},
    {"key_opens", "UPDATE data_key SET owner_id = owner_id + 1 WHERE owner_id = 1001"},
    {"key_opens", "UPDATE data_key SET wrapped = x'" ZEROS_8 ZEROS_32 ZEROS_32 "' WHERE owner_id = 1001"},
    {"journal_chain", "UPDATE journal SET event = 'other' WHERE subject_id = 2003 AND seq = 2"},
    {"journal_chain", "UPDATE journal SET at = at + 1 WHERE subject_id = 2003 AND seq = 3"},
    {"journal_chain", "DELETE FROM journal WHERE subject_id = 2003 AND seq = 2"},
    {"journal_chain", "DELETE FROM journal WHERE subject_id = 2003 AND seq = 1"},
    {"journal_chain", "UPDATE journal SET previous = x'" ZEROS_32 "' WHERE subject_id = 2003 AND seq = 2"},
    {"journal_chain", "UPDATE journal SET box = NULL WHERE subject_id = 0 AND account_id = 1001 AND seq = 1"},
    {"closure_scope", "UPDATE closure SET line_id = 4 WHERE closure_id = 2003"},
    {"closure_times", "UPDATE closure SET closed_at = 4 WHERE closure_id = 2003"},
    {"closure_times", "UPDATE closure SET closed_at = 0 WHERE closure_id = 2002"},
    {"closure_times", "UPDATE closure SET undo_end_at = 0 WHERE closure_id = 2003"},
    {"closure_once", COPY_CLOSURE("closure_id = 2004")},
    {"closed_once", COPY_CLOSURE("closure_id = 2004, state = 8, account_id = 1002")},
    {"closing_account", "UPDATE account SET state = 1 WHERE account_id = 1003"},
    {"closing_account", "UPDATE account SET state = 3 WHERE account_id = 1001"},
    {"closed_account", "UPDATE account SET state = 1 WHERE account_id = 1002"},
    {"closed_account", "UPDATE account SET state = 4 WHERE account_id = 1001"},
    {"closure_has_clock", "DELETE FROM queue WHERE subject_id = 2003"},
    {"closure_in_time", "UPDATE closure SET due_at = 4 WHERE closure_id = 2003"},
    {"declaration_has_outcome", DECLARATION("1", "5")},
    {"declaration_has_outcome", DECLARATION("3", "0")},
    {"receipt_of_closed", "DELETE FROM receipt"},
    {"receipt_of_closed", "UPDATE receipt SET stage = 2"},
    {"receipt_of_forgotten", "UPDATE closure SET state = 10, forgotten_at = 4 WHERE closure_id = 2002"},
    {"receipt_in_log", "DELETE FROM log_leaf"},
    {"leaf_in_log", "UPDATE log_leaf SET written_at = 5"},
    {"leaf_written", "UPDATE log_leaf SET at = 5"},
    {"access_ended", NEW_ROW("session",
                             "account_id, session_id, role, secret_hash, created_at, seen_at, expires_at, "
                             "proof_until",
                             "1002, 1, 0, x'00', 0, 0, 0, 0")},
    {"key_of_forgotten", NEW_ROW("data_key", "owner_id, kind, epoch, wrapped", "1002, 'account', 1, x'00'")},
    {"name_of_forgotten", NEW_ROW("directory", "kind, tag, epoch, account_id", "'login', x'00', 1, 1002")},
    {"box_of_forgotten", "UPDATE account SET box = x'00' WHERE account_id = 1002"},
    {"box_of_forgotten", "UPDATE account SET box = NULL WHERE account_id = 1001"},
    {"left_of_forgotten", "UPDATE closure SET closed_at = 4 WHERE closure_id = 2002; "
                          "DELETE FROM data_key WHERE kind = 'closure' AND owner_id = 2002; " NEW_ROW(
                              "ticket",
                              "account_id, ticket_id, reference, key_kind, key_owner, state, created_at, "
                              "updated_at, closure_id, secret_hash, version, box",
                              "1002, 4001, 'VT-9', 'closure', 2002, 3, 0, 0, 2002, x'00', 1, NULL")},
    {"left_of_forgotten", "UPDATE closure SET closed_at = 4 WHERE closure_id = 2002; "
                          "UPDATE message SET account_id = 1002"},
    {"number_owner", "UPDATE number SET state = 1"},
    {"number_owner", "UPDATE number SET account_id = 0"},
    {"number_owner", "UPDATE number SET state = 3, account_id = 0, line_id = 0"},
    {"number_leaving", AGING REPORTED "UPDATE number SET leaving_at = 5 WHERE state = 4"},
    {"leaving_has_clock", "UPDATE number SET leaving_at = 5"},
    {"ported_not_reported", AGING REPORTED "UPDATE number SET state = 6, aging_until = 0 WHERE state = 4"},
    {"line_pin", "UPDATE line SET pin_until = 5, locked_at = 4"},
    {"number_of_line", "UPDATE line SET ended_at = 5"},
    {"line_has_number", "UPDATE number SET account_id = 0, line_id = 0, state = 1"},
    {"line_has_number", "DELETE FROM number"},
    {"aging_times", AGING REPORTED "UPDATE number SET aging_until = 2000 WHERE state = 4"},
    {"aging_reported_once", AGING},
    {"aging_has_clock", AGING REPORTED},
    {"freed_after_report", AGING REPORTED "UPDATE number SET state = 1, aging_until = 0 WHERE state = 4"},
    {"rnd_month", AGING REPORTED "UPDATE rnd_row SET submitted_at = 5"},
    {"outbox_has_clock",
     NEW_ROW("outbox",
             "account_id, outbox_id, kind, effect_key, key_kind, key_owner, closure_id, state, tries, "
             "created_at, done_at, result, box",
             "1001, 1, 'mail', 'k', 'account', 1001, 0, 0, 0, 0, 0, '', NULL")},
    {"outbox_owner", NEW_ROW("outbox",
                             "account_id, outbox_id, kind, effect_key, key_kind, key_owner, closure_id, "
                             "state, tries, created_at, done_at, result, box",
                             "1001, 1, 'mail', 'k', 'account', 7, 0, 0, 0, 0, 0, '', NULL")},
    {"queue_subject", QUEUE_ROW("outbox", "1001", "5")},
    {"queue_subject", QUEUE_ROW("closure", "1001", "5")},
    {"queue_subject", QUEUE_ROW("aging", "0", "12025550198")},
    {"queue_once", QUEUE_ROW("closure", "1003", "2003")},
    {"desk_subject", NEW_ROW("desk_item", "kind, due, subject_id, account_id", "'ticket', 0, 5, 1001")},
    {"desk_subject", NEW_ROW("desk_item", "kind, due, subject_id, account_id", "'review', 0, 2003, 1003")},
    {"integrity", "PRAGMA writable_schema = ON; DELETE FROM message; UPDATE sqlite_schema SET rootpage = "
                  "(SELECT rootpage FROM sqlite_schema WHERE name = 'queue_subject') "
                  "WHERE name = 'number_state'"},
};

static void each_broken_invariant_is_found(void **state)
{
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        assert_int_equal(set_up(state), 0);
        /* A server's own pages are not the oracle's. */
        if (house_is_postgres(*state) && strcmp(broken[i].rule, "integrity") == 0) {
            tear_down(state);
            continue;
        }
        by_hand(*state, broken[i].text);
        if (!finds(*state, broken[i].rule))
            fail_msg("row %zu: %s is not found after %s", i, broken[i].rule, broken[i].text);
        tear_down(state);
    }
}

static void a_lost_closing_is_found_by_its_tombstone(void **state)
{
    struct house *house = *state;
    assert_int_equal(
        logs_append(house->app.logs, LOGS_TOMBSTONES,
                    STR("closure account 1002 2002 VC-1 5 numbers:+12025550161@5 refunds:1:1:7 link::")),
        ERR_NONE);
    assert_false(finds(house, "tombstone_is_known"));
    assert_int_equal(logs_append(house->app.logs, LOGS_TOMBSTONES,
                                 STR("closure account 1003 2003 VC-2 5 numbers: refunds: link::")),
                     ERR_NONE);
    assert_true(finds(house, "tombstone_is_known"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sound_store_has_no_findings, set_up, tear_down),
        cmocka_unit_test(each_broken_invariant_is_found),
        cmocka_unit_test_setup_teardown(a_lost_closing_is_found_by_its_tombstone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
