#include "app/number_park.h"

#include "app/contact.h"
#include "app/journal.h"
#include "app/links.h"
#include "app/mail.h"
#include "app/message_carry.h"
#include "app/number_aging.h"
#include "app/number_move.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "store/identity.h"
#include "wire/phone.h"

struct park_job {
    struct app *app;
    const struct actor *actor;
    struct str e164;
    bool parked;
    int64_t now;
};

static enum err tell(struct park_job *job, struct sql_tx *tx, struct arena *arena, struct account *account,
                     const struct store_number *number)
{
    const char *event = job->parked ? "number_parked" : "number_unparked";
    struct mail mail = {
        .kind = str_from(event),
        .arguments = {MAIL_ARGUMENT_TEXT("number", phone_show(arena, job->e164)),
                      MAIL_ARGUMENT_TIME("time", job->now),
                      MAIL_ARGUMENT_LINK("link", links_make(job->app, arena, STR("/tickets")))},
        .argument_count = 3,
    };
    struct str occasion =
        arena_printf(arena, "%s:%lld:%lld", event, (long long)number->line_id, (long long)job->now);
    TRY(contact_tell(tx, arena, account, &mail, occasion, job->now));
    return journal_account(tx, arena, account, job->now, event, job->actor, job->e164);
}

/* What waits for the carrier is not sent any more: its price goes back. */
static enum err park_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct park_job *job = context;
    struct store_number before, number;
    struct account *account;
    int64_t wanted = job->parked ? NUMBER_PARKED : NUMBER_ASSIGNED;
    TRY(store_number_get(tx, job->e164, &before));
    if (before.account_id == 0)
        return ERR_STATE;
    if (before.state == wanted)
        return ERR_NONE;
    number = before;
    number.state = wanted;
    TRY(number_move(tx, job->parked ? NUMBER_EVENT_PARK : NUMBER_EVENT_UNPARK, &before, &number));
    TRY(account_load(job->app, tx, arena, before.account_id, &account));
    if (job->parked)
        TRY(message_stop(tx, arena, account, 0, before.line_id, job->now));
    TRY(store_audit_insert(tx, job->now, job->actor->staff_id,
                           job->parked ? "number_parked" : "number_unparked", before.account_id,
                           before.line_id));
    return tell(job, tx, arena, account, &before);
}

static enum err return_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct park_job *job = context;
    struct store_number before, number;
    (void)arena;
    TRY(store_number_get(tx, job->e164, &before));
    if (before.state == NUMBER_RETURNED)
        return ERR_NONE;
    number = before;
    number.state = NUMBER_RETURNED;
    number.aging_until = number.seen_wall = number.seen_monotonic = 0;
    TRY(number_move(tx, NUMBER_EVENT_RETURN, &before, &number));
    TRY(number_aging_plan(tx, job->e164, 0));
    return store_audit_insert(tx, job->now, job->actor->staff_id, "number_returned", 0, 0);
}

static enum err run(struct park_job *job, enum number_event event, struct str typed, sql_run_fn *verb)
{
    struct arena *arena = arena_new(0);
    enum err error = arena == NULL ? ERR_MEMORY : ERR_NONE;
    if (error == ERR_NONE && !number_may(event, number_move_by(job->actor)))
        error = ERR_FORBIDDEN;
    if (error == ERR_NONE && !phone_read(arena, typed, &job->e164))
        error = ERR_INVALID;
    if (error == ERR_NONE)
        error = sql_call(job->app->store, "number_park", verb, job);
    arena_free(arena);
    if (error == ERR_NONE)
        scheduler_wake(job->app->scheduler);
    return error;
}

enum err number_park(struct app *app, const struct actor *actor, struct str e164, bool parked)
{
    struct park_job job = {.app = app, .actor = actor, .parked = parked, .now = clock_now()};
    return run(&job, parked ? NUMBER_EVENT_PARK : NUMBER_EVENT_UNPARK, e164, park_run);
}

enum err number_return(struct app *app, const struct actor *actor, struct str e164)
{
    struct park_job job = {.app = app, .actor = actor, .now = clock_now()};
    return run(&job, NUMBER_EVENT_RETURN, e164, return_run);
}
