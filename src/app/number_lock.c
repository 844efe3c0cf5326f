#include "app/number_lock.h"

#include "app/contact.h"
#include "app/journal.h"
#include "app/links.h"
#include "app/mail.h"
#include "app/rate.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "store/line.h"
#include "store/number.h"
#include "wire/phone.h"

#include <stdio.h>

struct lock_job {
    struct app *app;
    const struct actor *actor;
    int64_t line_id, now;
    bool locked;
    struct number_pin pin;
};

void number_account(int64_t account_id, char ret_text[NUMBER_ACCOUNT_SIZE])
{
    snprintf(ret_text, NUMBER_ACCOUNT_SIZE, "%lld", (long long)account_id);
}

static enum err need_proof(const struct lock_job *job, struct sql_tx *tx)
{
    struct store_session session;
    TRY(store_session_get(tx, job->actor->account_id, job->actor->session_id, &session));
    return session.proof_until > job->now ? ERR_NONE : ERR_PROOF_NEEDED;
}

/* The living line of a number that stays, of an account that nobody has contested. */
static enum err load_line(struct lock_job *job, struct sql_tx *tx, struct arena *arena,
                          struct account **ret_account, struct store_line *ret_line)
{
    struct store_number number;
    TRY(account_load(job->app, tx, arena, job->actor->account_id, ret_account));
    TRY(store_line_get(tx, arena, &(*ret_account)->key, job->actor->account_id, job->line_id, ret_line));
    if (ret_line->ended_at != 0)
        return ERR_NOT_FOUND;
    TRY(store_number_get(tx, ret_line->e164, &number));
    return number.leaving_at != 0 || (*ret_account)->row.locked_at != 0 ? ERR_STATE : ERR_NONE;
}

static enum err tell(struct lock_job *job, struct sql_tx *tx, struct arena *arena,
                     const struct account *account, const struct store_line *line, const char *kind)
{
    struct mail mail = {
        .kind = str_from(kind),
        .arguments = {MAIL_ARGUMENT_TEXT("number", phone_show(arena, line->e164)),
                      MAIL_ARGUMENT_TIME("time", job->now), MAIL_ARGUMENT_DATE("date", line->pin_until),
                      MAIL_ARGUMENT_LINK("link", links_make(job->app, arena, STR("/numbers")))},
        .argument_count = 4,
    };
    struct str occasion =
        arena_printf(arena, "%s:%lld:%lld", kind, (long long)job->line_id, (long long)job->now);
    return contact_tell(tx, arena, account, &mail, occasion, job->now);
}

static enum err lock_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct lock_job *job = context;
    struct account *account;
    struct store_line line;
    TRY(load_line(job, tx, arena, &account, &line));
    if ((line.locked_at != 0) == job->locked)
        return ERR_NONE;
    if (!job->locked)
        TRY(need_proof(job, tx));
    line.locked_at = job->locked ? job->now : 0;
    line.pin_until = line.pin_tries = 0;
    line.pin = STR_NONE;
    TRY(store_line_update(tx, arena, &account->key, &line));
    const char *event = job->locked ? "number_locked" : "number_unlocked";
    TRY(tell(job, tx, arena, account, &line, event));
    return journal_account(tx, arena, account, job->now, event, job->actor, line.e164);
}

enum err number_lock(struct app *app, const struct actor *actor, int64_t line_id, bool locked)
{
    struct lock_job job = {
        .app = app, .actor = actor, .line_id = line_id, .now = clock_now(), .locked = locked};
    TRY(sql_call(app->store, "number_lock", lock_run, &job));
    scheduler_wake(app->scheduler);
    return ERR_NONE;
}

/* Digits without bias. */
static void pin_new(char ret_pin[NUMBER_PIN_SIZE])
{
    for (size_t i = 0; i < PORT_PIN_DIGITS;) {
        uint8_t byte;
        ids_random(&byte, sizeof byte);
        if (byte < 250)
            ret_pin[i++] = (char)('0' + byte % 10);
    }
    ret_pin[PORT_PIN_DIGITS] = '\0';
}

static enum err pin_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct lock_job *job = context;
    struct account *account;
    struct store_line line;
    TRY(load_line(job, tx, arena, &account, &line));
    if (line.locked_at != 0)
        return ERR_STATE;
    TRY(need_proof(job, tx));
    line.pin = str_from(job->pin.pin);
    line.pin_until = job->pin.until;
    line.pin_tries = 0;
    TRY(store_line_update(tx, arena, &account->key, &line));
    TRY(tell(job, tx, arena, account, &line, "transfer_pin"));
    return journal_account(tx, arena, account, job->now, "transfer_pin_made", job->actor, line.e164);
}

enum err number_transfer_pin(struct app *app, const struct actor *actor, int64_t line_id,
                             struct number_pin *ret_pin)
{
    struct clock_reading now = clock_read();
    struct lock_job job = {.app = app, .actor = actor, .line_id = line_id, .now = now.wall};
    TRY(rate_take(RATE_CODE, str_bytes(&actor->account_id, sizeof actor->account_id), now.monotonic));
    pin_new(job.pin.pin);
    number_account(actor->account_id, job.pin.account_number);
    job.pin.until = now.wall + LIMIT_PORT_PIN_DAYS * MICROS_DAY;
    TRY(sql_call(app->store, "transfer_pin", pin_run, &job));
    scheduler_wake(app->scheduler);
    *ret_pin = job.pin;
    return ERR_NONE;
}
