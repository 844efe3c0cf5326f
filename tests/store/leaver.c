#include "leaver.h"

#include "app/account_create.h"
#include "app/archive_make.h"
#include "app/closure_receipt.h"
#include "app/closure_request.h"
#include "app/closure_view.h"
#include "app/contact.h"
#include "app/declaration.h"
#include "app/keyring_turn.h"
#include "app/leaves.h"
#include "app/line_fees.h"
#include "app/links.h"
#include "app/mail.h"
#include "app/message_carry.h"
#include "app/message_receive.h"
#include "app/number_aging.h"
#include "app/number_leaving.h"
#include "app/outbox.h"
#include "app/refund.h"
#include "app/session.h"
#include "app/ticket.h"
#include "app/wallet_credit.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/money.h"
#include "crypto/password.h"
#include "store/work.h"

#include <stdio.h>
#include <string.h>

struct leaver_mail mails[MAILS];
size_t mail_count;
bool mail_down;

enum effect_result take_mail(void *context, struct arena *arena, const struct effect *effect,
                             struct str *ret_result)
{
    struct mail mail;
    (void)context;
    if (mail_down) {
        *ret_result = STR("refused for now");
        return EFFECT_RETRY;
    }
    assert_int_equal(mail_read(arena, effect->fields, &mail), ERR_NONE);
    assert_true(mail_count < MAILS);
    snprintf(mails[mail_count].kind, sizeof mails->kind, "%.*s", STR_ARG(mail.kind));
    snprintf(mails[mail_count].to, sizeof mails->to, "%.*s", STR_ARG(mail.to));
    mails[mail_count].code[0] = '\0';
    for (size_t i = 0; i < mail.argument_count; i++)
        if (strcmp(mail.arguments[i].name, "code") == 0)
            snprintf(mails[mail_count].code, sizeof mails->code, "%.*s", STR_ARG(mail.arguments[i].text));
    mail_count++;
    *ret_result = STR("taken");
    return EFFECT_DONE;
}

size_t mails_of(const char *kind)
{
    size_t count = 0;
    for (size_t i = 0; i < mail_count; i++)
        count += strcmp(mails[i].kind, kind) == 0;
    return count;
}

static const struct effect_kind effects[] = {{"mail", take_mail, NULL}};

static const struct {
    const char *kind;
    enum err (*job)(struct app *app, int64_t account_id, int64_t subject_id);
} jobs[] = {{"outbox", outbox_run},      {"closure", closure_job},     {"declaration", declaration_job},
            {"ticket", ticket_job},      {"line", line_fees_run},      {"archive", archive_run},
            {"aging", number_aging_run}, {"port", number_leaving_run}, {"sweep", closure_sweep},
            {"leaves", leaves_run},      {"turn", keyring_turn_job},   {"send", message_carry_run}};

struct due {
    struct store_queue_item items[64];
    size_t count;
};

static enum err due_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct due *due = context;
    for (int64_t bucket = 0; bucket < 64 && due->count == 0; bucket++)
        TRY(store_queue_due(tx, arena, bucket, clock_now(), due->items, 64, &due->count));
    return ERR_NONE;
}

void work(struct house *house)
{
    for (int round = 0; round < 200; round++) {
        struct due due = {.count = 0};
        assert_int_equal(sql_read(house->app.store, due_run, house->arena, &due), ERR_NONE);
        if (due.count == 0)
            return;
        for (size_t i = 0; i < due.count; i++)
            for (size_t kind = 0; kind < sizeof jobs / sizeof *jobs; kind++)
                if (str_is(due.items[i].kind, jobs[kind].kind))
                    assert_int_equal(
                        jobs[kind].job(&house->app, due.items[i].account_id, due.items[i].subject_id),
                        ERR_NONE);
    }
    fail_msg("the work never ends");
}

void later(struct house *house, int64_t micros)
{
    clock_advance(micros);
    work(house);
}

/* The keyring turns at 03:00 UTC: whatever the real hour is, a story begins at noon. */
static void begin_at_noon(void)
{
    int64_t now = clock_now();
    int64_t noon = now - now % MICROS_DAY + MICROS_DAY / 2;
    clock_advance(noon > now ? noon - now : noon + MICROS_DAY - now);
}

int set_up(void **state)
{
    begin_at_noon();
    int result = house_set_up(state);
    struct house *house = *state;
    house->settings.operator=(struct settings_operator){.legal_name = "Test Ltd",
                                                        .address = "1 Street",
                                                        .complaint_body = "FCC",
                                                        .support_mail = "s@violet.example",
                                                        .markets = SETTINGS_MARKET_CN | SETTINGS_MARKET_EU};
    house->settings.server.public_url = "https://violet.example";
    house->settings.closing = (struct settings_closing){.undo_days = 3, .review_hours = 72};
    house->settings.desk_people = 2;
    house->settings.number.aging_days = 85;
    house->settings.keyring.replica = true;
    mail_count = 0;
    mail_down = false;
    outbox_register(effects, 1);
    assert_int_equal(receipt_signer_open(house->directory, &house->app.signer), ERR_NONE);
    assert_int_equal(logs_open(house->directory, NULL, &house->app.logs), ERR_NONE);
    assert_int_equal(keyring_turn_plan(&house->app), ERR_NONE);
    return result;
}

int tear_down(void **state)
{
    struct house *house = *state;
    receipt_signer_free(house->app.signer);
    logs_free(house->app.logs);
    return house_tear_down(state);
}

struct actor ann(struct house *house, bool fresh)
{
    int64_t now = clock_now();
    struct account_create create = {.name = STR("ann"),
                                    .password = STR("correct horse"),
                                    .mail = STR("ann@example.org"),
                                    .now = now - 100 * MICROS_DAY,
                                    .security_at = fresh ? now - MICROS_DAY : 0};
    char token[SESSION_TOKEN_SIZE];
    struct actor actor;
    assert_int_equal(account_create(&house->app, &create), ERR_NONE);
    struct wallet_credit credit = {
        .account_id = create.ret_account_id, .amount = 12400000, .instrument = STR("Visa 4242")};
    assert_int_equal(wallet_credit(&house->app, &(struct actor){.kind = ACTOR_OPERATOR}, &credit), ERR_NONE);
    house_line(house, create.ret_account_id, "+12025550143", 0);
    struct message_receive receive = {.carrier = STR("test"),
                                      .carrier_id = STR("m1"),
                                      .from = STR("Chase"),
                                      .to = STR("+12025550143"),
                                      .text = STR("Chase: your code is 482913.")};
    assert_int_equal(message_receive(&house->app, &receive), ERR_NONE);
    assert_int_equal(
        session_login(&house->app, STR("ann"), STR("correct horse"), STR("127.0.0.1"), false, token, &actor),
        ERR_NONE);
    return actor;
}

void prove(struct house *house, const struct actor *actor)
{
    struct str masked;
    assert_int_equal(session_send_code(&house->app, house->arena, actor, &masked), ERR_NONE);
    work(house);
    assert_int_equal(session_prove(&house->app, house->arena, actor, STR("correct horse"),
                                   str_from(mails[mail_count - 1].code)),
                     ERR_NONE);
}
