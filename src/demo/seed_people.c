#include "demo/demo.h"

#include "app/account_create.h"
#include "app/account_list.h"
#include "app/message_receive.h"
#include "app/number_assign.h"
#include "app/number_import.h"
#include "app/wallet_credit.h"
#include "base/clock.h"
#include "base/money.h"
#include "demo/seed_texts.h"
#include "domain/types.h"

#include <stdio.h>

/* One password a person; only ever on this machine, and printed at start. */
static const struct web_login logins[] = {
    {ROLE_SUBSCRIBER, "ann", "violet-ann-demo"}, {ROLE_SUBSCRIBER, "wei", "violet-wei-demo"},
    {ROLE_REVIEWER, "rita", "violet-rita-demo"}, {ROLE_REVIEWER, "raj", "violet-raj-demo"},
    {ROLE_FINANCE, "fay", "violet-fay-demo"},    {ROLE_AGENT, "amy", "violet-amy-demo"},
    {ROLE_ADMIN, "ada", "violet-ada-demo"},
};

static const struct actor operator_actor = {.kind = ACTOR_OPERATOR};

const struct web_login *demo_logins(size_t *ret_count)
{
    *ret_count = sizeof logins / sizeof *logins;
    return logins;
}

const char *demo_role_name(enum role role)
{
    static const char *const names[] = {[ROLE_SUBSCRIBER] = "subscriber",
                                        [ROLE_AGENT] = "agent",
                                        [ROLE_REVIEWER] = "reviewer",
                                        [ROLE_FINANCE] = "finance",
                                        [ROLE_ADMIN] = "admin"};
    return names[role];
}

static enum err seed_staff(struct app *app)
{
    for (size_t i = 0; i < sizeof logins / sizeof *logins; i++) {
        struct staff_create create = {.name = str_from(logins[i].name),
                                      .password = str_from(logins[i].password),
                                      .role = logins[i].role};
        if (logins[i].role != ROLE_SUBSCRIBER)
            TRY(staff_create(app, &create));
    }
    return ERR_NONE;
}

static enum err seed_numbers(struct app *app, struct arena *arena)
{
    struct number_import import = {
        .csv =
            STR("number,carrier,class\n+12025550143,demo,residential\n+14155550186,demo,residential\n"
                "+13125550119,demo,residential\n+16465550172,demo,residential\n+12065550158,demo,business\n"),
        .carrier = "demo"};
    return number_import(app, arena, &operator_actor, &import);
}

static enum err credit(struct app *app, int64_t account_id, int64_t amount, const char *instrument,
                       int64_t at)
{
    struct wallet_credit credit = {
        .account_id = account_id, .amount = amount, .instrument = str_from(instrument), .now = at};
    return wallet_credit(app, &operator_actor, &credit);
}

static enum err assign(struct app *app, int64_t account_id, const char *number, const char *name, int64_t at)
{
    struct number_assign assign = {.account_id = account_id,
                                   .e164 = str_from(number),
                                   .fee = 2 * MONEY_UNIT,
                                   .name = str_from(name),
                                   .now = at};
    return number_assign(app, &operator_actor, &assign);
}

static enum err seed_ann(struct app *app, int64_t now, int64_t *ret_account_id)
{
    int64_t begin = now - 370 * MICROS_DAY, lately = now - 12 * MICROS_DAY;
    struct account_create create = {.name = STR("ann"),
                                    .password = STR("violet-ann-demo"),
                                    .mail = STR("ann@example.org"),
                                    .now = begin,
                                    .security_at = now - 5 * MICROS_DAY};
    TRY(account_create(app, &create));
    TRY(credit(app, create.ret_account_id, 10 * MONEY_UNIT, "Visa ···· 4242", lately - MICROS_DAY));
    TRY(credit(app, create.ret_account_id, 6400000, "Mastercard ···· 5454", lately));
    TRY(assign(app, create.ret_account_id, "+12025550143", "Everyday", lately));
    *ret_account_id = create.ret_account_id;
    return assign(app, create.ret_account_id, "+14155550186", "Shopping", lately);
}

static enum err seed_wei(struct app *app, int64_t now)
{
    struct account_create create = {.name = STR("wei"),
                                    .password = STR("violet-wei-demo"),
                                    .mail = STR("wei@example.org"),
                                    .language = 1,
                                    .now = now - 200 * MICROS_DAY};
    TRY(account_create(app, &create));
    TRY(credit(app, create.ret_account_id, 20 * MONEY_UNIT, "Visa ···· 1881", now - 20 * MICROS_DAY));
    return assign(app, create.ret_account_id, "+13125550119", "Codes", now - 10 * MICROS_DAY);
}

static enum err seed_texts(struct app *app, int64_t now)
{
    static const char *const numbers[] = {"+12025550143", "+14155550186"};
    for (size_t i = 0; i < DEMO_SEED_YEAR; i++) {
        struct demo_seed_message seed;
        char id[32];
        demo_seed_message(i, UINT64_C(20261123), now, &seed);
        snprintf(id, sizeof id, "seed-%zu", i);
        struct message_receive receive = {.carrier = STR("demo"),
                                          .carrier_id = str_from(id),
                                          .from = str_from(seed.sender),
                                          .to = str_from(numbers[seed.line & 1]),
                                          .text = str_from(seed.text),
                                          .sent_at = seed.at,
                                          .now = seed.at};
        TRY(message_receive(app, &receive));
    }
    return ERR_NONE;
}

static enum err seed_all(struct app *app, struct arena *arena)
{
    int64_t now = clock_now(), ann;
    struct account_list_row row;
    size_t count;
    TRY(account_list(app, arena, 0, &row, 1, &count));
    if (count != 0)
        return ERR_NONE;
    TRY(seed_staff(app));
    TRY(seed_numbers(app, arena));
    TRY(seed_ann(app, now, &ann));
    TRY(seed_wei(app, now));
    return seed_texts(app, now);
}

enum err demo_seed(struct app *app)
{
    struct arena *arena = arena_new(0);
    if (arena == NULL)
        return ERR_MEMORY;
    enum err error = seed_all(app, arena);
    arena_free(arena);
    return error;
}
