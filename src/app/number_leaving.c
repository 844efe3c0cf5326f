#include "app/number_leaving.h"

#include "app/lease.h"
#include "app/ticket.h"
#include "base/clock.h"
#include "base/limits.h"
#include "store/number.h"
#include "store/work.h"
#include "wire/phone.h"

enum { NO_ACCOUNT = 0 };

struct leaving_job {
    struct app *app;
    int64_t subject_id, now;
};

enum err number_leaving_plan(struct sql_tx *tx, struct str e164, int64_t leaving_at)
{
    int64_t subject_id;
    if (!str_to_int64(str_part(e164, 1, e164.length), &subject_id))
        return ERR_CORRUPT;
    return store_queue_move(tx, "port", NO_ACCOUNT, subject_id,
                            leaving_at != 0 ? leaving_at + LIMIT_PORT_DAYS * MICROS_DAY : 0);
}

static enum err ask(struct leaving_job *job, struct sql_tx *tx, struct arena *arena,
                    const struct store_number *number)
{
    char since[21];
    clock_format(number->leaving_at, since);
    struct str key = arena_printf(arena, "port-out of %.*s", STR_ARG(phone_show(arena, number->e164)));
    struct str reason =
        arena_printf(arena,
                     "It is leaving since %s. Is it at its new carrier? Say so on its page at the desk, or "
                     "by violet port complete or violet port cancel.",
                     since);
    return ticket_open_for_operator(job->app, tx, arena, NO_ACCOUNT, 0, key, reason, job->now);
}

static enum err leaving_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct leaving_job *job = context;
    struct store_number number;
    struct str e164 = arena_printf(arena, "+%lld", (long long)job->subject_id);
    TRY(lease_end(job->app, tx));
    enum err found = store_number_get(tx, e164, &number);
    if (found == ERR_NOT_FOUND || (found == ERR_NONE && number.leaving_at == 0))
        return store_queue_remove(tx, "port", NO_ACCOUNT, job->subject_id);
    TRY(found);
    number.e164 = e164;
    if (job->now < number.leaving_at + LIMIT_PORT_DAYS * MICROS_DAY)
        return number_leaving_plan(tx, e164, number.leaving_at);
    TRY(ask(job, tx, arena, &number));
    return number_leaving_plan(tx, e164, job->now);
}

enum err number_leaving_run(struct app *app, int64_t account_id, int64_t subject_id)
{
    struct leaving_job job = {.app = app, .subject_id = subject_id, .now = clock_now()};
    (void)account_id;
    return sql_call(app->store, "number_leaving", leaving_run, &job);
}
