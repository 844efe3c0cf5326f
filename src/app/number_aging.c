#include "app/number_aging.h"

#include "app/lease.h"
#include "app/number_move.h"
#include "app/rnd_month.h"
#include "base/clock.h"
#include "base/log.h"
#include "domain/number/aging.h"
#include "store/number.h"
#include "store/work.h"

/* Numbers belong to no account: their places in the queue are those of account 0, the subject their digits.
 */
enum { NO_ACCOUNT = 0 };

struct aging_job {
    struct app *app;
    int64_t subject_id;
    struct clock_reading now;
    bool alarm;
};

enum err number_aging_plan(struct sql_tx *tx, struct str e164, int64_t due)
{
    int64_t subject_id;
    if (!str_to_int64(str_part(e164, 1, e164.length), &subject_id))
        return ERR_CORRUPT;
    return store_queue_move(tx, "aging", NO_ACCOUNT, subject_id, due);
}

static enum err read_facts(struct sql_tx *tx, const struct store_number *number,
                           struct aging_facts *ret_facts)
{
    *ret_facts = (struct aging_facts){
        .state = number->state,
        .number_class = number->class,
        .disconnected_at = number->disconnected_at,
        .aging_until = number->aging_until,
        .seen = {number->seen_wall, number->seen_monotonic},
    };
    enum err error =
        rnd_month_submitted_at(tx, number->e164, number->disconnected_at, &ret_facts->rnd_submitted_at);
    return error == ERR_NOT_FOUND ? ERR_NONE : error;
}

static struct store_number freed(const struct store_number *before, int64_t rested_days)
{
    struct store_number number = *before;
    number.state = NUMBER_AVAILABLE;
    number.account_id = number.line_id = 0;
    number.aging_until = 0;
    number.seen_wall = number.seen_monotonic = 0;
    number.rested_days = rested_days;
    return number;
}

static enum err aging_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct aging_job *job = context;
    struct aging_facts facts;
    struct store_number before, after;
    struct str e164 = arena_printf(arena, "+%lld", (long long)job->subject_id);
    TRY(lease_end(job->app, tx));
    enum err found = store_number_get(tx, e164, &before);
    if (found == ERR_NOT_FOUND)
        return store_queue_remove(tx, "aging", NO_ACCOUNT, job->subject_id);
    TRY(found);
    TRY(read_facts(tx, &before, &facts));
    struct aging_decision decision = aging_decide(&facts, job->now);
    job->alarm = decision.alarm && decision.step != AGING_FREE;
    TRY(store_queue_move(tx, "aging", NO_ACCOUNT, job->subject_id, decision.look_at));
    if (before.state != NUMBER_AGING)
        return ERR_NONE;
    after = decision.step == AGING_FREE ? freed(&before, decision.rested_days) : before;
    after.seen_wall = decision.seen.wall;
    after.seen_monotonic = decision.seen.monotonic;
    return number_move(tx, NUMBER_EVENT_TIME, &before, &after);
}

enum err number_aging_run(struct app *app, int64_t account_id, int64_t subject_id)
{
    struct aging_job job = {.app = app, .subject_id = subject_id, .now = clock_read()};
    (void)account_id;
    TRY(sql_call(app->store, "number_aging", aging_run, &job));
    if (job.alarm)
        log_error("number_rests_too_long"); /* which one stands on the desk's page: logs hold no numbers */
    return ERR_NONE;
}
