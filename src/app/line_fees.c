#include "app/line_fees.h"

#include "app/contact.h"
#include "app/journal.h"
#include "app/lease.h"
#include "app/links.h"
#include "app/mail.h"
#include "app/wallet.h"
#include "base/clock.h"
#include "domain/number/fee.h"
#include "store/work.h"
#include "wire/phone.h"

/* A wallet that owes a fee already is not charged again; it is looked at daily until money comes. */
#define LINE_RETRY_MICROS MICROS_DAY

static struct fee_line fee_line(const struct store_line *line)
{
    return (struct fee_line){.fee = line->fee,
                             .paid_until = line->paid_until,
                             .stopped_at = line->fees_stopped_at,
                             .ended_at = line->ended_at,
                             .last_text_at = line->last_text_at,
                             .reminded_at = line->reminded_at};
}

int64_t line_fees_due(const struct store_line *line)
{
    struct fee_line facts = fee_line(line);
    return fee_look_at(&facts);
}

enum err line_fees_plan(struct sql_tx *tx, const struct store_line *line)
{
    return store_queue_move(tx, "line", line->account_id, line->line_id, line_fees_due(line));
}

enum err line_fees_stop(struct sql_tx *tx, struct arena *arena, const struct account *account,
                        int64_t line_id, int64_t at)
{
    struct store_line line;
    TRY(store_line_get(tx, arena, &account->key, account->row.account_id, line_id, &line));
    if (line.fees_stopped_at == 0 || line.fees_stopped_at > at)
        line.fees_stopped_at = at;
    TRY(store_line_update(tx, arena, &account->key, &line));
    return line_fees_plan(tx, &line);
}

enum err line_fees_resume(struct sql_tx *tx, struct arena *arena, const struct account *account,
                          int64_t line_id, int64_t now)
{
    struct store_line line;
    TRY(store_line_get(tx, arena, &account->key, account->row.account_id, line_id, &line));
    if (line.fees_stopped_at == 0)
        return ERR_NONE;
    struct fee_line facts = fee_line(&line);
    line.paid_until = fee_paid_after_resuming(&facts, now);
    line.fees_stopped_at = 0;
    TRY(store_line_update(tx, arena, &account->key, &line));
    return line_fees_plan(tx, &line);
}

struct fee_job {
    struct app *app;
    int64_t account_id, line_id, now;
};

static enum err charge_period(struct fee_job *job, struct sql_tx *tx, struct arena *arena,
                              struct account *account, struct store_line *line)
{
    int64_t until;
    struct fee_line facts = fee_line(line);
    struct wallet_move move = {
        .amount = fee_of_period(&facts, &until),
        .kind = STR("number_fee"),
        .request = arena_printf(arena, "%lld:%lld", (long long)line->line_id, (long long)line->paid_until),
        .now = job->now,
    };
    if (move.amount > 0)
        TRY(wallet_charge(tx, account, &move, true));
    line->paid_until = until;
    return store_line_update(tx, arena, &account->key, line);
}

static enum err charge(struct fee_job *job, struct sql_tx *tx, struct arena *arena, struct account *account,
                       struct store_line *line)
{
    int64_t balance;
    TRY(wallet_balance(tx, account, &balance));
    if (balance < 0)
        return store_queue_move(tx, "line", job->account_id, job->line_id, job->now + LINE_RETRY_MICROS);
    TRY(charge_period(job, tx, arena, account, line));
    TRY(journal_account(tx, arena, account, job->now, "fee_charged", &(struct actor){.kind = ACTOR_SYSTEM},
                        STR_NONE));
    return line_fees_plan(tx, line);
}

static enum err send_reminder(struct fee_job *job, struct sql_tx *tx, struct arena *arena,
                              struct account *account, const struct store_line *line)
{
    struct store_contact contact;
    enum err found = contact_first_mail(tx, arena, &account->key, job->account_id, &contact);
    if (found != ERR_NONE)
        return found == ERR_NOT_FOUND ? ERR_NONE : found;
    struct mail mail = {
        .to = contact.address,
        .language = account->row.language,
        .kind = STR("line_unused"),
        .arguments = {MAIL_ARGUMENT_TEXT("number", phone_show(arena, line->e164)),
                      MAIL_ARGUMENT_DATE("since", line->last_text_at != 0 ? line->last_text_at : line->since),
                      MAIL_ARGUMENT_MONEY("fee", line->fee), MAIL_ARGUMENT_DATE("date", line->paid_until),
                      MAIL_ARGUMENT_LINK("link", links_make(job->app, arena, STR("/numbers")))},
        .argument_count = 5,
    };
    return mail_queue(
        tx, arena, ACCOUNT_MAIL_PLACE(account), &mail,
        arena_printf(arena, "line_unused:%lld:%lld", (long long)line->line_id, (long long)line->paid_until),
        job->now, job->now);
}

static enum err remind(struct fee_job *job, struct sql_tx *tx, struct arena *arena, struct account *account,
                       struct store_line *line)
{
    struct fee_line facts = fee_line(line);
    if (fee_wants_reminder(&facts, job->now))
        TRY(send_reminder(job, tx, arena, account, line));
    line->reminded_at = job->now;
    TRY(store_line_update(tx, arena, &account->key, line));
    return line_fees_plan(tx, line);
}

static enum err fee_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct fee_job *job = context;
    struct account *account;
    struct store_line line;
    TRY(lease_end(job->app, tx));
    enum err loaded = account_load(job->app, tx, arena, job->account_id, &account);
    if (loaded == ERR_KEY_GONE || loaded == ERR_NOT_FOUND ||
        (loaded == ERR_NONE && account_is_closed(account)))
        return store_queue_remove(tx, "line", job->account_id, job->line_id);
    TRY(loaded);
    TRY(store_line_get(tx, arena, &account->key, job->account_id, job->line_id, &line));
    struct fee_line facts = fee_line(&line);
    if (!fee_runs(&facts))
        return store_queue_remove(tx, "line", job->account_id, job->line_id);
    if (line.paid_until <= job->now)
        return charge(job, tx, arena, account, &line);
    if (fee_reminder_is_due(&facts, job->now))
        return remind(job, tx, arena, account, &line);
    return line_fees_plan(tx, &line);
}

enum err line_fees_run_at(struct app *app, int64_t account_id, int64_t line_id, int64_t now)
{
    struct fee_job job = {.app = app, .account_id = account_id, .line_id = line_id, .now = now};
    return sql_call(app->store, "line_fees", fee_run, &job);
}

enum err line_fees_run(struct app *app, int64_t account_id, int64_t line_id)
{
    return line_fees_run_at(app, account_id, line_id, clock_now());
}
