/* "I cancel": what a declaration concerns, what it starts, and what it withdraws from. */
#include "leaver.h"

#include "app/closure_request.h"
#include "app/closure_view.h"
#include "app/declaration.h"
#include "app/line_list.h"
#include "app/refund.h"
#include "base/clock.h"
#include "base/money.h"
#include "crypto/password.h"
#include "store/line.h"

static const int64_t fee = 3 * MONEY_UNIT;

static enum err declare(struct house *house, struct declaration_new *declare)
{
    declare->name = STR("Ann Lee");
    if (declare->mail.length == 0)
        declare->mail = STR("ann.lee@example.net");
    enum err error = declaration_record(&house->app, house->arena, STR("127.0.0.1"), declare);
    if (error == ERR_NONE)
        work(house);
    return error;
}

static struct declaration_view *seen(struct house *house, const struct declaration_new *declare)
{
    struct declaration_view *view;
    assert_int_equal(declaration_by_link(&house->app, house->arena, str_from(declare->ret_reference),
                                         declare->ret_secret, &view),
                     ERR_NONE);
    return view;
}

struct line_job {
    struct house *house;
    int64_t account_id, line_id;
    struct store_line line;
};

static enum err line_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct line_job *job = context;
    struct account *account;
    TRY(account_load(&job->house->app, tx, arena, job->account_id, &account));
    return store_line_get(tx, arena, &account->key, job->account_id, job->line_id, &job->line);
}

static bool fees_run(struct house *house, int64_t account_id, int64_t line_id)
{
    struct line_job job = {.house = house, .account_id = account_id, .line_id = line_id};
    assert_int_equal(sql_read(house->app.store, line_run, house->arena, &job), ERR_NONE);
    return job.line.fees_stopped_at == 0;
}

static size_t closures(struct house *house, int64_t account_id, struct closure_view *views)
{
    size_t count;
    assert_int_equal(closure_list(&house->app, house->arena, account_id, views, 4, &count), ERR_NONE);
    return count;
}

static void a_declaration_nobody_objects_to_starts_a_closure(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, false);
    struct closure_view views[4];
    size_t count;
    struct declaration_new declare = {.kind = DECLARATION_CANCEL,
                                      .name = STR("Ann Lee"),
                                      .contract = STR("ann"),
                                      .mail = STR("ann.lee@example.net")};
    assert_int_equal(declaration_record(&house->app, house->arena, STR("127.0.0.1"), &declare), ERR_NONE);
    work(house);
    assert_int_equal(mails_of("declaration_received"), 1);
    assert_int_equal(mails_of("declaration_matched"), 1);
    later(house, 29 * MICROS_DAY);
    assert_int_equal(closure_list(&house->app, house->arena, actor.account_id, views, 4, &count), ERR_NONE);
    assert_int_equal(count, 0);
    later(house, 2 * MICROS_DAY);
    assert_int_equal(closure_list(&house->app, house->arena, actor.account_id, views, 4, &count), ERR_NONE);
    assert_int_equal(count, 1);
    assert_string_equal(views[0].state_name, "review");
    struct closure_id id = {actor.account_id, views[0].row.closure_id};
    assert_int_equal(closure_set_bank(&house->app, &(struct actor){.kind = ACTOR_LINK}, id,
                                      STR("DE02 1203 0000 0000 2020 51")),
                     ERR_POLICY);
}

/* The holder's own closing was quicker: what somebody wrote about the account does not wait for its thirty
 * days without objection, and then for thirty more. */
static void one_is_over_when_the_account_is_forgotten(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, false);
    struct declaration_new declared = {.kind = DECLARATION_CANCEL, .contract = STR("ann")};
    assert_int_equal(declare(house, &declared), ERR_NONE);
    prove(house, &actor);
    struct closure_request request = {.choice = {.scope = CLOSURE_SCOPE_ACCOUNT}};
    assert_int_equal(closure_request(&house->app, house->arena, &actor, &request), ERR_NONE);
    later(house, 2 * MICROS_DAY + MICROS_HOUR);
    later(house, 2 * MICROS_DAY);
    assert_int_equal(seen(house, &declared)->row.state, DECLARATION_ENDED);
    assert_true(seen(house, &declared)->readable);
    later(house, 31 * MICROS_DAY);
    assert_false(seen(house, &declared)->readable);
}

static void one_that_names_a_number_concerns_that_number_only(void **state)
{
    struct house *house = *state;
    struct closure_view views[4];
    struct actor actor = ann(house, false);
    int64_t second = house_line(house, actor.account_id, "+12025550144", fee);
    int64_t third = house_line(house, actor.account_id, "+12025550145", fee);
    struct declaration_new declared = {.kind = DECLARATION_CANCEL, .contract = STR("(202) 555-0144")};
    assert_int_equal(declare(house, &declared), ERR_NONE);
    assert_int_equal(mails_of("declaration_matched_number"), 1);
    assert_int_equal(mails_of("declaration_matched"), 0);
    assert_true(seen(house, &declared)->row.line_id == second);
    assert_false(fees_run(house, actor.account_id, second));
    assert_true(fees_run(house, actor.account_id, third));
    later(house, 29 * MICROS_DAY);
    assert_int_equal(closures(house, actor.account_id, views), 0);
    later(house, 2 * MICROS_DAY);
    assert_int_equal(closures(house, actor.account_id, views), 1);
    assert_int_equal(views[0].row.scope, CLOSURE_SCOPE_NUMBER);
    assert_true(views[0].row.line_id == second);
    assert_string_equal(views[0].state_name, "review");
    assert_true(fees_run(house, actor.account_id, third));
}

static void an_objection_frees_only_what_nothing_else_holds(void **state)
{
    struct house *house = *state;
    struct closure_view views[4];
    struct actor actor = ann(house, false);
    int64_t second = house_line(house, actor.account_id, "+12025550144", fee);
    int64_t third = house_line(house, actor.account_id, "+12025550145", fee);
    struct declaration_new whole = {.kind = DECLARATION_CANCEL, .contract = STR("ann")},
                           one = {.kind = DECLARATION_CANCEL, .contract = STR("+12025550144")};
    assert_int_equal(declare(house, &whole), ERR_NONE);
    assert_int_equal(declare(house, &one), ERR_NONE);
    assert_int_equal(
        declaration_object(&house->app, house->arena, str_from(whole.ret_reference), one.ret_secret),
        ERR_NOT_FOUND);
    for (int twice = 0; twice < 2; twice++)
        assert_int_equal(
            declaration_object(&house->app, house->arena, str_from(whole.ret_reference), whole.ret_secret),
            ERR_NONE);
    assert_true(fees_run(house, actor.account_id, third));
    assert_false(fees_run(house, actor.account_id, second)); /* its own declaration stands */
    later(house, 31 * MICROS_DAY);
    assert_int_equal(closures(house, actor.account_id, views), 1);
    assert_true(views[0].row.line_id == second);
}

static void what_nobody_knows_is_answered_as_what_somebody_has(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, false);
    struct declaration_new known = {.kind = DECLARATION_WITHDRAW, .contract = STR("+12025550143")},
                           unknown = {.kind = DECLARATION_WITHDRAW, .contract = STR("+12025550999")};
    house_number(house, "+12025550999");
    assert_int_equal(declare(house, &known), ERR_NONE);
    assert_int_equal(declare(house, &unknown), ERR_NONE);
    assert_int_equal(mails_of("withdrawal_received"), 2); /* neither address is a contact */
    assert_true(known.ret_term.bought_at == 0 && unknown.ret_term.bought_at == 0);
    struct declaration_new foreign = {
        .kind = DECLARATION_WITHDRAW, .contract = STR("+12025550143"), .viewer_id = actor.account_id + 1};
    assert_int_equal(declare(house, &foreign), ERR_NONE);
    assert_true(foreign.ret_term.bought_at == 0);
    struct declaration_new own = {
        .kind = DECLARATION_WITHDRAW, .contract = STR("+12025550143"), .viewer_id = actor.account_id};
    assert_int_equal(declare(house, &own), ERR_NONE);
    assert_true(own.ret_term.bought_at != 0 && own.ret_term.in_time);
}

/* What was charged comes back once the closing starts, and is taken again where it is undone. */
static void a_withdrawal_in_time_pays_the_price_back(void **state)
{
    struct house *house = *state;
    struct closure_view views[4];
    struct actor actor = ann(house, false);
    house_line(house, actor.account_id, "+12025550144", fee);
    int64_t before = house_balance(house, actor.account_id, LEDGER_WALLET);
    struct declaration_new declared = {
        .kind = DECLARATION_WITHDRAW, .contract = STR("+12025550144"), .mail = STR("Ann@example.org")};
    assert_int_equal(declare(house, &declared), ERR_NONE);
    assert_int_equal(mails_of("withdrawal_in_time"), 1);
    assert_true(declaration_term(&seen(house, &declared)->row).in_time);
    later(house, 31 * MICROS_DAY);
    assert_int_equal(closures(house, actor.account_id, views), 1);
    assert_true(house_balance(house, actor.account_id, LEDGER_WALLET) == before + fee);
    struct closure_id id = {actor.account_id, views[0].row.closure_id};
    assert_int_equal(closure_undo(&house->app, &actor, id), ERR_NONE);
    assert_true(house_balance(house, actor.account_id, LEDGER_WALLET) == before);
    assert_true(house_sum(house, actor.account_id) == 0);
    assert_int_equal(seen(house, &declared)->row.state, DECLARATION_OBJECTED);
}

/* Whoever proves that they are the holder need not wait for others to object. */
static void the_holders_own_closing_pays_a_withdrawal_back_at_once(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, false);
    int64_t second = house_line(house, actor.account_id, "+12025550144", fee);
    int64_t third = house_line(house, actor.account_id, "+12025550145", fee);
    int64_t before = house_balance(house, actor.account_id, LEDGER_WALLET);
    struct declaration_new one = {.kind = DECLARATION_WITHDRAW, .contract = STR("+12025550144")},
                           other = {.kind = DECLARATION_WITHDRAW, .contract = STR("+12025550145")};
    assert_int_equal(declare(house, &one), ERR_NONE);
    assert_int_equal(declare(house, &other), ERR_NONE);
    prove(house, &actor);
    struct closure_request request = {.choice = {.scope = CLOSURE_SCOPE_NUMBER, .line_id = second}};
    assert_int_equal(closure_request(&house->app, house->arena, &actor, &request), ERR_NONE);
    assert_true(house_balance(house, actor.account_id, LEDGER_WALLET) == before + fee);
    assert_int_equal(seen(house, &one)->row.state, DECLARATION_ENDED);
    assert_true(seen(house, &one)->row.closure_id == request.ret_closure_id);
    assert_int_equal(seen(house, &other)->row.state, DECLARATION_MATCHED);
    assert_false(fees_run(house, actor.account_id, third));
    struct closure_id id = {actor.account_id, request.ret_closure_id};
    assert_int_equal(closure_undo(&house->app, &actor, id), ERR_NONE);
    assert_true(house_balance(house, actor.account_id, LEDGER_WALLET) == before);
    assert_int_equal(seen(house, &one)->row.state, DECLARATION_OBJECTED);
    assert_true(fees_run(house, actor.account_id, second));
}

static void a_late_withdrawal_is_taken_as_a_cancellation(void **state)
{
    struct house *house = *state;
    struct closure_view views[4];
    struct actor actor = ann(house, false);
    int64_t second = house_line(house, actor.account_id, "+12025550144", fee);
    later(house, 17 * MICROS_DAY); /* the term and a weekend */
    int64_t before = house_balance(house, actor.account_id, LEDGER_WALLET);
    struct declaration_new declared = {
        .kind = DECLARATION_WITHDRAW, .contract = STR("+12025550144"), .mail = STR("ann@example.org")};
    assert_int_equal(declare(house, &declared), ERR_NONE);
    assert_int_equal(mails_of("withdrawal_late"), 1);
    struct declaration_term term = declaration_term(&seen(house, &declared)->row);
    assert_true(term.asked && !term.in_time && term.bought_at != 0);
    assert_false(fees_run(house, actor.account_id, second));
    later(house, 31 * MICROS_DAY);
    assert_int_equal(closures(house, actor.account_id, views), 1);
    assert_true(house_balance(house, actor.account_id, LEDGER_WALLET) == before);
}

static void the_desk_matches_by_a_number_too(void **state)
{
    struct house *house = *state;
    const struct actor rita = {.kind = ACTOR_STAFF, .staff_id = 8, .role = ROLE_REVIEWER};
    struct actor actor = ann(house, false);
    int64_t second = house_line(house, actor.account_id, "+12025550144", fee);
    struct declaration_new declared = {.kind = DECLARATION_CANCEL, .contract = STR("my number in the east")};
    int64_t declaration_id;
    assert_int_equal(declare(house, &declared), ERR_NONE);
    assert_int_equal(
        declaration_find(&house->app, house->arena, str_from(declared.ret_reference), &declaration_id),
        ERR_NONE);
    assert_int_equal(declaration_match(&house->app, &rita, declaration_id, STR("+12025550199")),
                     ERR_NOT_FOUND);
    assert_int_equal(declaration_match(&house->app, &rita, declaration_id, STR("+12025550144")), ERR_NONE);
    assert_int_equal(declaration_match(&house->app, &rita, declaration_id, STR("ann")), ERR_STATE);
    struct declaration_view *view;
    assert_int_equal(declaration_view(&house->app, house->arena, declaration_id, &view), ERR_NONE);
    assert_true(view->row.line_id == second);
    assert_true(str_is(view->row.number, "+12025550144"));
    assert_true(str_is(view->row.contract, "my number in the east"));
}

static int group_set_up(void **state)
{
    (void)state;
    return password_start() == ERR_NONE ? 0 : -1;
}

static int group_tear_down(void **state)
{
    (void)state;
    password_stop();
    return 0;
}

#define DECLARING_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DECLARING_TEST(a_declaration_nobody_objects_to_starts_a_closure),
        DECLARING_TEST(one_is_over_when_the_account_is_forgotten),
        DECLARING_TEST(one_that_names_a_number_concerns_that_number_only),
        DECLARING_TEST(an_objection_frees_only_what_nothing_else_holds),
        DECLARING_TEST(what_nobody_knows_is_answered_as_what_somebody_has),
        DECLARING_TEST(a_withdrawal_in_time_pays_the_price_back),
        DECLARING_TEST(the_holders_own_closing_pays_a_withdrawal_back_at_once),
        DECLARING_TEST(a_late_withdrawal_is_taken_as_a_cancellation),
        DECLARING_TEST(the_desk_matches_by_a_number_too),
    };
    return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
