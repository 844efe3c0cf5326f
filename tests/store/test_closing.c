/* The whole way out, against a real store, with the clock in the test's hand. */
#include "leaver.h"

#include "app/account_create.h"
#include "app/archive_make.h"
#include "app/closure_receipt.h"
#include "app/closure_request.h"
#include "app/closure_view.h"
#include "app/contact.h"
#include "app/declaration.h"
#include "app/keyring_turn.h"
#include "app/keys.h"
#include "app/leaves.h"
#include "app/line_fees.h"
#include "app/links.h"
#include "app/mail.h"
#include "app/message_receive.h"
#include "app/number_aging.h"
#include "app/outbox.h"
#include "app/refund.h"
#include "app/session.h"
#include "app/ticket.h"
#include "app/wallet_credit.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/money.h"
#include "crypto/password.h"
#include "store/ticket.h"
#include "store/work.h"

static struct closure_request submit(struct house *house, const struct actor *actor)
{
    struct closure_request request = {.choice = {.scope = CLOSURE_SCOPE_ACCOUNT}};
    assert_int_equal(closure_request(&house->app, house->arena, actor, &request), ERR_NONE);
    return request;
}

static struct closure_view *view(struct house *house, const struct actor *actor,
                                 const struct closure_request *request)
{
    struct closure_view *view;
    struct closure_id id = {actor->account_id, request->ret_closure_id};
    assert_int_equal(closure_view(&house->app, house->arena, id, &view), ERR_NONE);
    return view;
}

static void closing_needs_a_fresh_proof(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, false);
    struct closure_request request = {.choice = {.scope = CLOSURE_SCOPE_ACCOUNT}};
    assert_int_equal(closure_request(&house->app, house->arena, &actor, &request), ERR_PROOF_NEEDED);
    assert_int_equal(session_prove(&house->app, house->arena, &actor, STR("correct horse"), STR("000000")),
                     ERR_WRONG_PROOF);
    prove(house, &actor);
    submit(house, &actor);
}

static void what_changed_since_it_was_checked_is_shown_again(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, false);
    struct closure_check *check;
    struct closure_scope_choice choice = {.scope = CLOSURE_SCOPE_ACCOUNT};
    prove(house, &actor);
    assert_int_equal(closure_check(&house->app, house->arena, &actor, &choice, &check), ERR_NONE);
    house_credit(house, actor.account_id, MONEY_UNIT);
    struct closure_request request = {.choice = choice, .mark = check->mark};
    assert_int_equal(closure_request(&house->app, house->arena, &actor, &request), ERR_CHANGED);
    assert_int_equal(closure_check(&house->app, house->arena, &actor, &choice, &check), ERR_NONE);
    request.mark = check->mark;
    assert_int_equal(closure_request(&house->app, house->arena, &actor, &request), ERR_NONE);
}

static void a_closure_goes_to_its_end_and_leaves_a_receipt(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, false);
    prove(house, &actor);
    struct closure_request request = submit(house, &actor);
    work(house);
    assert_string_equal(view(house, &actor, &request)->state_name, "cooling");
    assert_int_equal(mails_of("closing_request"), 1);
    later(house, 2 * MICROS_DAY + MICROS_HOUR);
    assert_int_equal(mails_of("reminder"), 1);
    assert_string_equal(view(house, &actor, &request)->state_name, "cooling");
    later(house, MICROS_DAY);
    struct closure_view *end = view(house, &actor, &request);
    assert_true(end->receipt_made);
    assert_int_equal(end->refund_count, 1);
    assert_true(end->refunds[0].amount == 12400000);
    assert_int_equal(mails_of("closed"), 1);
    assert_string_equal(end->state_name, "forgetting");
    assert_false(end->account_there);
    later(house, 2 * MICROS_DAY);
    assert_string_equal(view(house, &actor, &request)->state_name, "forgotten");
    struct closure_receipt receipt;
    assert_int_equal(closure_receipt_read(&house->app, house->arena, actor.account_id, request.ret_closure_id,
                                          RECEIPT_FORGOTTEN, request.ret_secret, &receipt),
                     ERR_NONE);
    assert_int_equal(closure_receipt_read(&house->app, house->arena, actor.account_id, request.ret_closure_id,
                                          RECEIPT_CLOSED, STR("AAAAAAAAAAAAAAAAAAAAAA"), &receipt),
                     ERR_CORRUPT);
}

static void the_closures_key_dies_with_the_last_refund(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, false), fay = {.kind = ACTOR_STAFF, .staff_id = 7, .role = ROLE_FINANCE};
    prove(house, &actor);
    struct closure_request request = submit(house, &actor);
    later(house, 2 * MICROS_DAY + MICROS_HOUR);
    later(house, MICROS_DAY);
    struct closure_view *end = view(house, &actor, &request);
    assert_true(end->has_key);
    struct refund_id id = {{actor.account_id, request.ret_closure_id}, end->refunds[0].payment_id, 1};
    struct actor rita = {.kind = ACTOR_STAFF, .staff_id = 8, .role = ROLE_REVIEWER};
    assert_int_equal(refund_mark_sent(&house->app, &rita, id, STR("R-1"), STR_NONE), ERR_FORBIDDEN);
    assert_int_equal(refund_mark_sent(&house->app, &fay, id, STR("R-1"), STR_NONE), ERR_NONE);
    assert_int_equal(refund_mark_sent(&house->app, &fay, id, STR("R-1"), STR_NONE), ERR_STATE);
    assert_int_equal(refund_mark_settled(&house->app, &fay, id), ERR_NONE);
    mail_down = true;
    later(house, MICROS_HOUR);
    assert_true(view(house, &actor, &request)->has_key);
    mail_down = false;
    later(house, MICROS_HOUR);
    assert_int_equal(mails_of("refund_settled"), 1);
    assert_false(view(house, &actor, &request)->has_key);
}

static const struct store_refund *newest(const struct closure_view *seen)
{
    return &seen->refunds[seen->refund_count - 1];
}

/* What finance does with the newest attempt when it comes back for good. */
static void comes_back(struct house *house, const struct actor *actor, const struct closure_request *request,
                       const struct actor *fay)
{
    const struct store_refund *refund = newest(view(house, actor, request));
    struct refund_id id = {{actor->account_id, request->ret_closure_id}, refund->payment_id, refund->attempt};
    assert_int_equal(refund_mark_sent(&house->app, fay, id, STR("R-1"), STR_NONE), ERR_NONE);
    assert_int_equal(refund_mark_failed(&house->app, fay, id), ERR_NONE);
    assert_int_equal(refund_mark_failed(&house->app, fay, id), ERR_STATE);
}

static void a_refund_that_came_back_asks_the_holder_and_in_the_end_a_person(void **state)
{
    struct house *house = *state;
    const struct actor fay = {.kind = ACTOR_STAFF, .staff_id = 7, .role = ROLE_FINANCE},
                       link = {.kind = ACTOR_LINK};
    struct actor actor = ann(house, false);
    prove(house, &actor);
    struct closure_request request = submit(house, &actor);
    struct closure_id closure = {actor.account_id, request.ret_closure_id};
    later(house, 3 * MICROS_DAY + MICROS_HOUR);
    int64_t payment = newest(view(house, &actor, &request))->payment_id;
    assert_true(payment != 0); /* to the card that it came from */
    assert_int_equal(closure_set_bank(&house->app, &link, closure, STR("DE02 1203 0000 0001")), ERR_STATE);
    for (int64_t attempt = 1; attempt < LIMIT_REFUND_ATTEMPTS; attempt++) {
        comes_back(house, &actor, &request, &fay);
        const struct store_refund *next = newest(view(house, &actor, &request));
        struct refund_id id = {closure, payment, attempt + 1};
        assert_int_equal(next->attempt, attempt + 1);
        assert_true(refund_asks_destination(next));
        assert_int_equal(refund_mark_sent(&house->app, &fay, id, STR("R"), STR_NONE), ERR_STATE);
        assert_int_equal(closure_set_bank(&house->app, &link, closure, STR("DE02 1203 0000 0001")), ERR_NONE);
        assert_int_equal(refund_mark_sent(&house->app, &fay, id, STR("R"), STR("an older one")), ERR_CHANGED);
        assert_true(str_is(refund_label(house->arena, newest(view(house, &actor, &request))), "•••• 0001"));
    }
    work(house);
    assert_int_equal(mails_of("refund_failed"), LIMIT_REFUND_ATTEMPTS - 1);
    comes_back(house, &actor, &request, &fay);
    work(house);
    assert_int_equal(mails_of("refund_stopped"), 1);
    struct closure_view *seen = view(house, &actor, &request);
    assert_int_equal(seen->refund_count, LIMIT_REFUND_ATTEMPTS);
    assert_true(refund_waits_for_person(seen->refunds, seen->refund_count, seen->refund_count - 1));
    assert_false(refund_waits_for_person(seen->refunds, seen->refund_count, 0));
    int64_t waiting;
    assert_int_equal(refund_count_waiting(&house->app, house->arena, &waiting), ERR_NONE);
    assert_int_equal(waiting, 1);
    later(house, 2 * MICROS_DAY);
    assert_true(view(house, &actor, &request)->has_key); /* it is owed still */
    struct refund_id last = {closure, payment, LIMIT_REFUND_ATTEMPTS};
    assert_int_equal(refund_redirect(&house->app, &fay, last, STR("DE02 1203 0000 0002")), ERR_NONE);
    assert_int_equal(refund_redirect(&house->app, &fay, last, STR("DE02 1203 0000 0003")), ERR_STATE);
    last.attempt++;
    assert_int_equal(refund_mark_sent(&house->app, &fay, last, STR("R"), STR("DE02 1203 0000 0002")),
                     ERR_NONE);
    assert_int_equal(refund_mark_settled(&house->app, &fay, last), ERR_NONE);
    work(house);
    assert_false(view(house, &actor, &request)->has_key);
    assert_int_equal(refund_count_waiting(&house->app, house->arena, &waiting), ERR_NONE);
    assert_int_equal(waiting, 0);
}

struct tickets_job {
    struct house *house;
    int64_t account_id;
    int64_t ticket_id;
    size_t all, under_account, under_closure, closed, messages;
};

/* As the rows say, without opening any. */
static enum err tickets_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct tickets_job *job = context;
    int64_t ids[64], messages;
    TRY(store_ticket_list(tx, job->account_id, ids, 64, &job->all));
    for (size_t i = 0; i < job->all; i++) {
        struct store_ticket ticket;
        TRY(store_ticket_get(tx, arena, job->account_id, ids[i], &ticket));
        TRY(store_ticket_message_count(tx, job->account_id, ids[i], &messages));
        job->under_account += str_is(ticket.key_kind, "account");
        job->under_closure += str_is(ticket.key_kind, "closure");
        job->closed += ticket.state == TICKET_CLOSED;
        job->messages += (size_t)messages;
    }
    return ERR_NONE;
}

static struct tickets_job tickets(struct house *house, int64_t account_id)
{
    struct tickets_job job = {.house = house, .account_id = account_id};
    assert_int_equal(sql_read(house->app.store, tickets_run, house->arena, &job), ERR_NONE);
    return job;
}

static int64_t ask(struct house *house, const struct actor *actor)
{
    struct ticket_ask ticket = {.subject = STR("Where is it?"), .text = STR("It does not come.")};
    assert_int_equal(ticket_ask(&house->app, house->arena, actor, &ticket), ERR_NONE);
    clock_advance(MICROS_HOUR); /* nobody asks that often */
    return ticket.ret_ticket_id;
}

struct wrong_seal {
    struct house *house;
    int64_t account_id, ticket_id;
    bool right;
};

/* Seals a conversation's first row under another key than its own, or again under its own. */
static enum err seal_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct wrong_seal *job = context;
    struct seal_key key = {.bytes = {1}};
    struct store_ticket ticket;
    TRY(store_ticket_get(tx, arena, job->account_id, job->ticket_id, &ticket));
    if (job->right)
        TRY(keys_open(&job->house->app, tx, "account", job->account_id, &key));
    return store_ticket_reseal(tx, arena, &key, &ticket);
}

/* The steps of the end are one transaction; where one of them fails, those before it are kept. */
static void a_step_that_fails_keeps_those_before_it(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, false);
    prove(house, &actor);
    struct closure_request request = submit(house, &actor);
    struct wrong_seal seal = {
        .house = house, .account_id = actor.account_id, .ticket_id = ask(house, &actor)};
    later(house, 2 * MICROS_DAY + MICROS_HOUR);
    assert_int_equal(sql_call(house->app.store, "seal", seal_run, &seal), ERR_NONE);
    clock_advance(MICROS_DAY);
    assert_int_equal(closure_job(&house->app, actor.account_id, request.ret_closure_id), ERR_CORRUPT);
    struct closure_view *stuck = view(house, &actor, &request);
    assert_string_equal(stuck->state_name, "closed");
    assert_true(stuck->receipt_made && stuck->account_there);
    seal.right = true;
    assert_int_equal(sql_call(house->app.store, "seal", seal_run, &seal), ERR_NONE);
    work(house);
    struct closure_view *end = view(house, &actor, &request);
    assert_string_equal(end->state_name, "forgetting");
    assert_true(end->refund_count == 1 && !end->account_there);
    assert_int_equal(mails_of("closed"), 1);
}

static enum err for_operator_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct tickets_job *job = context;
    return ticket_open_noted(&job->house->app, tx, arena, job->account_id, STR("job test"), STR("failed"),
                             clock_now(), &job->ticket_id);
}

static void what_support_wrote_to_itself_is_forgotten_thirty_days_after_its_end(void **state)
{
    struct house *house = *state;
    const struct actor amy = {.kind = ACTOR_STAFF, .staff_id = 9, .role = ROLE_AGENT};
    struct actor actor = ann(house, false);
    struct tickets_job job = {.house = house, .account_id = actor.account_id};
    struct ticket_view *read;
    assert_int_equal(sql_call(house->app.store, "test", for_operator_run, &job), ERR_NONE);
    for (int again = 0; again < 2; again++) { /* an answer opens it again and stops the clock */
        assert_int_equal(ticket_close(&house->app, &amy, actor.account_id, job.ticket_id), ERR_NONE);
        later(house, 29 * MICROS_DAY);
        assert_int_equal(ticket_read(&house->app, house->arena, &amy, actor.account_id, job.ticket_id, &read),
                         ERR_NONE);
        if (again == 0)
            assert_int_equal(ticket_answer(&house->app, &amy, actor.account_id, job.ticket_id, STR("Hm.")),
                             ERR_NONE);
        later(house, 2 * MICROS_DAY);
    }
    assert_int_equal(ticket_read(&house->app, house->arena, &amy, actor.account_id, job.ticket_id, &read),
                     ERR_NOT_FOUND);
    assert_int_equal(tickets(house, actor.account_id).messages, 0);
}

enum { OPEN_TICKETS = 11 };

static void every_open_conversation_outlives_the_account_whole(void **state)
{
    struct house *house = *state;
    const struct actor fay = {.kind = ACTOR_STAFF, .staff_id = 7, .role = ROLE_FINANCE};
    struct actor actor = ann(house, false);
    int64_t long_one = 0;
    for (int i = 0; i < OPEN_TICKETS; i++)
        long_one = ask(house, &actor);
    int64_t closed = ask(house, &actor);
    assert_int_equal(ticket_close(&house->app, &actor, actor.account_id, closed), ERR_NONE);
    for (int i = 1; i < LIMIT_TICKET_MESSAGES; i++) {
        enum err expected = i < LIMIT_TICKET_MESSAGES_ASKED ? ERR_NONE : ERR_POLICY;
        const struct actor amy = {.kind = ACTOR_STAFF, .staff_id = 9, .role = ROLE_AGENT};
        clock_advance(MICROS_HOUR);
        assert_int_equal(
            ticket_answer(&house->app, &actor, actor.account_id, long_one, STR("Still not here.")), expected);
        if (expected == ERR_POLICY)
            assert_int_equal(ticket_answer(&house->app, &amy, actor.account_id, long_one, STR("We look.")),
                             ERR_NONE);
        mail_count = 0;
    }
    prove(house, &actor);
    struct closure_request request = submit(house, &actor);
    later(house, 3 * MICROS_DAY + MICROS_HOUR);
    struct closure_view *end = view(house, &actor, &request);
    assert_false(end->account_there);
    struct tickets_job kept = tickets(house, actor.account_id);
    assert_int_equal(kept.under_closure, OPEN_TICKETS);
    assert_int_equal(kept.under_account, 0); /* the finished one was swept */
    assert_int_equal(kept.messages, OPEN_TICKETS - 1 + LIMIT_TICKET_MESSAGES);
    struct actor link = {.kind = ACTOR_LINK, .account_id = actor.account_id};
    struct ticket_view *whole;
    assert_int_equal(ticket_read(&house->app, house->arena, &link, actor.account_id, long_one, &whole),
                     ERR_NONE);
    assert_int_equal(whole->message_count, LIMIT_TICKET_MESSAGES);
    struct refund_id id = {{actor.account_id, request.ret_closure_id}, newest(end)->payment_id, 1};
    assert_int_equal(refund_mark_sent(&house->app, &fay, id, STR("R-1"), STR_NONE), ERR_NONE);
    assert_int_equal(refund_mark_settled(&house->app, &fay, id), ERR_NONE);
    later(house, MICROS_HOUR);
    assert_false(view(house, &actor, &request)->has_key);
    assert_int_equal(tickets(house, actor.account_id).all, 0); /* nobody could read them any more */
}

static void a_second_request_gets_the_first_ones_case(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, true);
    prove(house, &actor);
    struct closure_request first = submit(house, &actor), second = submit(house, &actor);
    assert_true(second.ret_repeated);
    assert_true(first.ret_closure_id == second.ret_closure_id);
    assert_true(str_equal(first.ret_secret, second.ret_secret));
}

static void something_fresh_is_looked_at_by_a_person(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, true), rita = {.kind = ACTOR_STAFF, .staff_id = 8, .role = ROLE_REVIEWER};
    struct actor amy = {.kind = ACTOR_STAFF, .staff_id = 9, .role = ROLE_AGENT};
    prove(house, &actor);
    struct closure_request request = submit(house, &actor);
    struct closure_id id = {actor.account_id, request.ret_closure_id};
    work(house);
    assert_string_equal(view(house, &actor, &request)->state_name, "review");
    assert_int_equal(closure_approve(&house->app, &amy, id), ERR_FORBIDDEN);
    assert_int_equal(closure_ask(&house->app, &rita, id, STR("Is it you?")), ERR_NONE);
    assert_int_equal(closure_answer(&house->app, &actor, id, STR("Yes.")), ERR_NONE);
    assert_int_equal(closure_approve(&house->app, &rita, id), ERR_NONE);
    work(house);
    assert_string_equal(view(house, &actor, &request)->state_name, "cooling");
    assert_int_equal(mails_of("question"), 1);
}

static void undo_brings_everything_back(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, false), found;
    (void)found;
    prove(house, &actor);
    struct closure_request request = submit(house, &actor);
    struct closure_id id = {actor.account_id, request.ret_closure_id};
    later(house, MICROS_DAY);
    assert_int_equal(closure_undo(&house->app, &actor, id), ERR_NONE);
    later(house, 10 * MICROS_DAY);
    assert_string_equal(view(house, &actor, &request)->state_name, "undone");
    assert_true(house_balance(house, actor.account_id, LEDGER_WALLET) == 12400000);
    assert_int_equal(closure_undo(&house->app, &actor, id), ERR_STATE);
}

static void an_undone_closures_key_dies_with_the_account(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, false);
    prove(house, &actor);
    struct closure_request undone = submit(house, &actor);
    later(house, MICROS_HOUR);
    struct closure_id id = {actor.account_id, undone.ret_closure_id};
    assert_int_equal(closure_undo(&house->app, &actor, id), ERR_NONE);
    later(house, MICROS_HOUR);
    assert_true(view(house, &actor, &undone)->has_key);
    prove(house, &actor);
    submit(house, &actor);
    later(house, 3 * MICROS_DAY + MICROS_HOUR);
    assert_false(view(house, &actor, &undone)->account_there);
    assert_false(view(house, &actor, &undone)->has_key);
}

static void not_me_stops_the_clock_and_ends_sessions(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, false), link = {.kind = ACTOR_LINK};
    bool proven;
    prove(house, &actor);
    struct closure_request request = submit(house, &actor);
    struct closure_id id = {actor.account_id, request.ret_closure_id};
    assert_int_equal(closure_not_me(&house->app, &link, id), ERR_NONE);
    assert_int_equal(session_is_proven(&house->app, house->arena, &actor, &proven), ERR_NOT_FOUND);
    later(house, 10 * MICROS_DAY);
    assert_string_equal(view(house, &actor, &request)->state_name, "cooling");
    assert_int_equal(contact_add(&house->app, &actor, STR("thief@example.org")), ERR_STATE);
    later(house, 25 * MICROS_DAY);
    assert_string_equal(view(house, &actor, &request)->state_name, "undone");
}

static void a_removed_contact_is_warned_and_may_do_no_more(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, false);
    struct closure_id id;
    prove(house, &actor);
    struct closure_request request = submit(house, &actor);
    struct str alert = links_alert_key(house->arena, request.ret_secret);
    assert_int_equal(closure_find_by_alert(&house->app, house->arena, request.ret_reference, alert, &id),
                     ERR_NONE);
    assert_int_equal(closure_find_by_link(&house->app, house->arena, request.ret_reference, alert, &id),
                     ERR_NOT_FOUND);
    assert_int_equal(
        closure_find_by_alert(&house->app, house->arena, request.ret_reference, request.ret_secret, &id),
        ERR_NONE);
    assert_int_equal(closure_find_by_alert(&house->app, house->arena, request.ret_reference,
                                           STR("AAAAAAAAAAAAAAAAAAAAAA"), &id),
                     ERR_NOT_FOUND);
}

static enum effect_result refuse_mail(void *context, struct arena *arena, const struct effect *effect,
                                      struct str *ret_result)
{
    struct mail mail;
    (void)context;
    assert_int_equal(mail_read(arena, effect->fields, &mail), ERR_NONE);
    if (!str_is(mail.kind, "closed"))
        return take_mail(context, arena, effect, ret_result);
    *ret_result = STR("550 no such mailbox");
    return EFFECT_FAILED;
}

static void fidesops_1282_a_failed_mail_does_not_hold_the_end(void **state)
{
    static const struct effect_kind refusing[] = {{"mail", refuse_mail, NULL}};
    struct house *house = *state;
    struct actor actor = ann(house, false);
    outbox_register(refusing, 1);
    prove(house, &actor);
    struct closure_request request = submit(house, &actor);
    later(house, 2 * MICROS_DAY + MICROS_HOUR);
    later(house, MICROS_DAY);
    struct closure_view *end = view(house, &actor, &request);
    assert_int_equal(mails_of("closed"), 0);
    assert_true(end->receipt_made);
    assert_false(end->account_there);
    assert_true(end->row.confirmed_at != 0);
    later(house, 2 * MICROS_DAY);
    assert_string_equal(view(house, &actor, &request)->state_name, "forgotten");
    struct store_desk_item tickets[4];
    size_t count;
    assert_int_equal(desk_queue(&house->app, house->arena, "ticket", tickets, 4, &count), ERR_NONE);
    assert_int_equal(count, 1);
}

struct suspend {
    struct house *house;
    int64_t account_id;
};

static enum err suspend_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct suspend *suspend = context;
    struct account *account;
    TRY(account_load(&suspend->house->app, tx, arena, suspend->account_id, &account));
    account->row.state = ACCOUNT_SUSPENDED;
    return account_save(tx, arena, account);
}

static void mastodon_23501_the_suspended_may_export_declare_and_close(void **state)
{
    struct house *house = *state;
    struct actor actor = ann(house, false);
    struct suspend suspend = {house, actor.account_id};
    int64_t archive_id;
    assert_int_equal(sql_call(house->app.store, "suspend", suspend_run, &suspend), ERR_NONE);
    struct declaration_new declare = {.kind = DECLARATION_CANCEL,
                                      .name = STR("Ann Lee"),
                                      .contract = STR("ann"),
                                      .mail = STR("ann.lee@example.net")};
    assert_int_equal(declaration_record(&house->app, house->arena, STR("127.0.0.1"), &declare), ERR_NONE);
    prove(house, &actor);
    struct closure_request request = submit(house, &actor);
    struct closure_id id = {actor.account_id, request.ret_closure_id};
    assert_int_equal(closure_undo(&house->app, &actor, id), ERR_NONE);
    struct closure_check *check;
    struct closure_scope_choice choice = {.scope = CLOSURE_SCOPE_ACCOUNT};
    assert_int_equal(closure_check(&house->app, house->arena, &actor, &choice, &check), ERR_NONE);
    assert_int_equal(check->facts.account_state, ACCOUNT_SUSPENDED);
    assert_int_equal(archive_begin(&house->app, &actor, &archive_id), ERR_NONE);
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

#define CLOSING_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLOSING_TEST(closing_needs_a_fresh_proof),
        CLOSING_TEST(what_changed_since_it_was_checked_is_shown_again),
        CLOSING_TEST(a_closure_goes_to_its_end_and_leaves_a_receipt),
        CLOSING_TEST(a_step_that_fails_keeps_those_before_it),
        CLOSING_TEST(the_closures_key_dies_with_the_last_refund),
        CLOSING_TEST(a_refund_that_came_back_asks_the_holder_and_in_the_end_a_person),
        CLOSING_TEST(what_support_wrote_to_itself_is_forgotten_thirty_days_after_its_end),
        CLOSING_TEST(every_open_conversation_outlives_the_account_whole),
        CLOSING_TEST(a_second_request_gets_the_first_ones_case),
        CLOSING_TEST(something_fresh_is_looked_at_by_a_person),
        CLOSING_TEST(undo_brings_everything_back),
        CLOSING_TEST(an_undone_closures_key_dies_with_the_account),
        CLOSING_TEST(not_me_stops_the_clock_and_ends_sessions),
        CLOSING_TEST(a_removed_contact_is_warned_and_may_do_no_more),
        CLOSING_TEST(fidesops_1282_a_failed_mail_does_not_hold_the_end),
        CLOSING_TEST(mastodon_23501_the_suspended_may_export_declare_and_close),
    };
    return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
