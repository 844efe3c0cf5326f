#include "app/number_port.h"

#include "app/contact.h"
#include "app/journal.h"
#include "app/links.h"
#include "app/mail.h"
#include "app/number_lock.h"
#include "app/number_move.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "base/limits.h"
#include "store/identity.h"
#include "wire/phone.h"

#include <string.h>

enum { PORT_TYPED_BYTES = 64 };

struct port_job {
    struct app *app;
    const struct actor *actor;
    struct number_port *port;
    struct str e164;
    char account_number[PORT_TYPED_BYTES], pin[PORT_TYPED_BYTES]; /* digits of what was typed */
    bool start;
    int64_t now;
};

/* A number and who holds it; account NULL: nobody. */
struct held {
    struct store_number number;
    struct account *account;
    struct store_line line;
};

static enum err load(struct port_job *job, struct sql_tx *tx, struct arena *arena, struct held *ret_held)
{
    struct held held = {.account = NULL};
    TRY(store_number_get(tx, job->e164, &held.number));
    held.number.e164 = arena_str(arena, held.number.e164);
    held.number.carrier = arena_str(arena, held.number.carrier);
    if (held.number.account_id != 0) {
        TRY(account_load(job->app, tx, arena, held.number.account_id, &held.account));
        TRY(store_line_get(tx, arena, &held.account->key, held.number.account_id, held.number.line_id,
                           &held.line));
    }
    *ret_held = held;
    return ERR_NONE;
}

static enum err tell(struct port_job *job, struct sql_tx *tx, struct arena *arena, const struct held *held,
                     const char *event)
{
    struct str path = arena_printf(arena, "/numbers#n%lld", (long long)held->line.line_id);
    struct mail mail = {
        .kind = str_from(event),
        .arguments = {MAIL_ARGUMENT_TEXT("number", phone_show(arena, held->number.e164)),
                      MAIL_ARGUMENT_TIME("time", job->now),
                      MAIL_ARGUMENT_LINK("link", links_make(job->app, arena, path))},
        .argument_count = 3,
    };
    struct str occasion =
        arena_printf(arena, "%s:%lld:%lld", event, (long long)held->line.line_id, (long long)job->now);
    TRY(contact_tell(tx, arena, held->account, &mail, occasion, job->now));
    return journal_account(tx, arena, held->account, job->now, event, job->actor, held->number.e164);
}

static enum err audit(struct port_job *job, struct sql_tx *tx, const struct held *held, const char *event)
{
    return store_audit_insert(tx, job->now, job->actor->staff_id, event, held->number.account_id,
                              held->line.line_id);
}

/* Both are compared, whatever the first says. */
static struct port_facts facts_of(const struct port_job *job, const struct held *held)
{
    char account_number[NUMBER_ACCOUNT_SIZE];
    number_account(held->number.account_id, account_number);
    bool account_right = str_equal_secret(str_from(account_number), str_from(job->account_number));
    bool pin_right = str_equal_secret(held->line.pin, str_from(job->pin));
    return (struct port_facts){
        .held = held->line.ended_at == 0,
        .account_locked = held->account->row.locked_at != 0,
        .leaving_at = held->number.leaving_at,
        .locked_at = held->line.locked_at,
        .pin_until = held->line.pin_until,
        .pin_tries = held->line.pin_tries,
        .account_number_right = account_right,
        .pin_right = held->line.pin.length == PORT_PIN_DIGITS && pin_right,
    };
}

static enum err count_try(struct port_job *job, struct sql_tx *tx, struct arena *arena, struct held *held)
{
    held->line.pin_tries++;
    TRY(store_line_update(tx, arena, &held->account->key, &held->line));
    return held->line.pin_tries == LIMIT_PORT_TRIES ? tell(job, tx, arena, held, "port_guessed") : ERR_NONE;
}

static enum err leave(struct port_job *job, struct sql_tx *tx, struct arena *arena, struct held *held)
{
    struct store_number number = held->number;
    number.leaving_at = job->now;
    TRY(number_move(tx, NUMBER_EVENT_LEAVE, &held->number, &number));
    held->line.pin = STR_NONE;
    held->line.pin_until = held->line.pin_tries = 0;
    TRY(store_line_update(tx, arena, &held->account->key, &held->line));
    TRY(audit(job, tx, held, "port_started"));
    return tell(job, tx, arena, held, "port_started");
}

static enum err request_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct port_job *job = context;
    struct held held;
    bool guess;
    job->port->ret_answer = PORT_NOT_HERE;
    enum err error = load(job, tx, arena, &held);
    if (error == ERR_NOT_FOUND || error == ERR_KEY_GONE || (error == ERR_NONE && held.account == NULL))
        return ERR_NONE;
    TRY(error);
    struct port_facts facts = facts_of(job, &held);
    job->port->ret_answer = port_decide(&facts, job->now, &guess);
    if (guess)
        TRY(count_try(job, tx, arena, &held));
    if (job->start && job->port->ret_answer == PORT_ACCEPTED)
        return leave(job, tx, arena, &held);
    return audit(job, tx, &held, job->port->ret_answer == PORT_ACCEPTED ? "port_accepted" : "port_refused");
}

/* What people write between digits is left out; false where it is too long. */
static bool read_digits(struct str typed, char ret_digits[PORT_TYPED_BYTES])
{
    size_t count = 0;
    for (size_t i = 0; i < typed.length; i++) {
        if (typed.data[i] == ' ' || typed.data[i] == '-')
            continue;
        if (count == PORT_TYPED_BYTES - 1)
            return false;
        ret_digits[count++] = typed.data[i];
    }
    ret_digits[count] = '\0';
    return true;
}

static enum err run(struct port_job *job, struct str typed, sql_run_fn *verb, const char *name)
{
    struct arena *arena = arena_new(0);
    enum err error = arena == NULL ? ERR_MEMORY : ERR_NONE;
    if (error == ERR_NONE && !phone_read(arena, typed, &job->e164))
        error = ERR_INVALID;
    if (error == ERR_NONE)
        error = sql_call(job->app->store, name, verb, job);
    arena_free(arena);
    if (error == ERR_NONE)
        scheduler_wake(job->app->scheduler);
    return error;
}

static enum err request(struct app *app, const struct actor *actor, struct number_port *port, bool start)
{
    struct port_job job = {.app = app, .actor = actor, .port = port, .start = start, .now = clock_now()};
    if (!number_may(NUMBER_EVENT_LEAVE, number_move_by(actor)))
        return ERR_FORBIDDEN;
    if (!read_digits(port->account_number, job.account_number) || !read_digits(port->pin, job.pin))
        return ERR_INVALID;
    return run(&job, port->e164, request_run, "number_port");
}

enum err number_port_check(struct app *app, const struct actor *actor, struct number_port *port)
{
    return request(app, actor, port, false);
}

enum err number_port_start(struct app *app, const struct actor *actor, struct number_port *port)
{
    return request(app, actor, port, true);
}

static enum err complete_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct port_job *job = context;
    struct held held;
    TRY(load(job, tx, arena, &held));
    if (held.number.leaving_at == 0)
        return ERR_STATE;
    struct store_number number = held.number;
    number.state = NUMBER_PORTED_OUT;
    number.account_id = number.line_id = number.assigned_at = number.leaving_at = 0;
    number.disconnected_at = job->now;
    TRY(number_move(tx, NUMBER_EVENT_LEFT, &held.number, &number));
    TRY(audit(job, tx, &held, "port_completed"));
    if (held.account == NULL)
        return ERR_NONE;
    TRY(number_end_line(tx, arena, held.account, &held.line, job->now));
    return tell(job, tx, arena, &held, "port_completed");
}

enum err number_port_complete(struct app *app, const struct actor *actor, struct str e164)
{
    struct port_job job = {.app = app, .actor = actor, .now = clock_now()};
    if (!number_may(NUMBER_EVENT_LEFT, number_move_by(actor)))
        return ERR_FORBIDDEN;
    return run(&job, e164, complete_run, "number_port_complete");
}

static enum err cancel_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct port_job *job = context;
    struct held held;
    TRY(load(job, tx, arena, &held));
    TRY(number_stay(job->app, tx, &held.number, job->now));
    TRY(audit(job, tx, &held, "port_cancelled"));
    return held.account != NULL ? tell(job, tx, arena, &held, "port_cancelled") : ERR_NONE;
}

enum err number_port_cancel(struct app *app, const struct actor *actor, struct str e164)
{
    struct port_job job = {.app = app, .actor = actor, .now = clock_now()};
    if (!number_may(NUMBER_EVENT_STAY, number_move_by(actor)))
        return ERR_FORBIDDEN;
    return run(&job, e164, cancel_run, "number_port_cancel");
}

struct leaving_job {
    struct arena *arena;
    struct str after;
    size_t limit;
    struct number_leaving *numbers;
    size_t count;
};

static enum err list_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct leaving_job *job = context;
    struct store_number *rows = ARENA_ARRAY(arena, job->limit, struct store_number);
    TRY(store_number_list_leaving(tx, job->after, rows, job->limit, &job->count));
    job->numbers = ARENA_ARRAY(job->arena, job->count + 1, struct number_leaving);
    for (size_t i = 0; i < job->count; i++)
        job->numbers[i] = (struct number_leaving){arena_str(job->arena, rows[i].e164),
                                                  arena_str(job->arena, rows[i].carrier), rows[i].leaving_at,
                                                  rows[i].account_id != 0};
    return ERR_NONE;
}

enum err number_port_list(struct app *app, struct arena *arena, struct str after, size_t limit,
                          struct number_leaving **ret_numbers, size_t *ret_count)
{
    struct leaving_job job = {.arena = arena, .after = after, .limit = limit};
    TRY(sql_read(app->store, list_run, arena, &job));
    *ret_numbers = job.numbers;
    *ret_count = job.count;
    return ERR_NONE;
}
