#include "app/closure_effects.h"

#include "app/number_move.h"
#include "base/failpoint.h"

enum { RELEASE_LINES = CLOSURE_NUMBERS };

static enum err release_number(struct closure_work *closure, struct str e164)
{
    struct store_number number;
    enum err error = store_number_get(closure->tx, e164, &number);
    if (error == ERR_NOT_FOUND || (error == ERR_NONE && number.account_id != closure->row.account_id))
        return ERR_NONE; /* it left by port, or was released by the run before */
    TRY(error);
    return number_disconnect(closure->app, closure->tx, &number, closure->now);
}

static enum err end_line(struct closure_work *closure, struct store_line *line)
{
    TRY(release_number(closure, line->e164));
    return number_end_line(closure->tx, closure->arena, closure->account, line, closure->now);
}

enum err closure_effect_release_numbers(struct closure_work *closure)
{
    struct store_line *lines = ARENA_ARRAY(closure->arena, RELEASE_LINES, struct store_line);
    size_t count;
    if (closure->account == NULL)
        return ERR_NONE;
    FAILPOINT("closure.release");
    TRY(store_line_list(closure->tx, closure->arena, &closure->account->key, closure->row.account_id, lines,
                        RELEASE_LINES, &count));
    for (size_t i = 0; i < count; i++) {
        bool ends = closure->row.scope == CLOSURE_SCOPE_ACCOUNT || lines[i].line_id == closure->row.line_id;
        if (ends && lines[i].ended_at == 0)
            TRY(end_line(closure, &lines[i]));
    }
    return ERR_NONE;
}

/* Where a number of the closing has gone, as the receipt says it. */
static struct str number_result(const struct store_number *number)
{
    if (number->state == NUMBER_PORTED_OUT || number->leaving_at != 0)
        return STR("to_other_carrier");
    return number->state == NUMBER_RETURNED ? STR("returned") : STR("resting");
}

static enum err tell_carrier(struct closure_work *closure, struct str e164, bool *ret_reported)
{
    struct store_number number;
    TRY(store_number_get(closure->tx, e164, &number));
    const char *recipient = arena_printf(closure->arena, "carrier:%.*s", STR_ARG(number.carrier)).data;
    struct str result = number_result(&number);
    *ret_reported = *ret_reported || !str_is(result, "to_other_carrier");
    return store_recipient_put(closure->tx, closure->row.account_id, closure->row.closure_id, recipient,
                               closure->now, result);
}

/* Who holds something of the subscriber's on our behalf: each has a row with its result, on the receipt too.
 * Violet stores no cards and places no calls yet, so there is nobody to tell of those. A number that goes to
 * another carrier is not disconnected for good, so no registry hears of it (47 CFR 64.1200(l)). */
enum err closure_effect_tell_recipients(struct closure_work *closure)
{
    const struct store_closure *row = &closure->row;
    bool reported = false;
    for (size_t i = 0; i < row->own.number_count; i++) {
        enum err error = tell_carrier(closure, row->own.numbers[i], &reported);
        if (error != ERR_NONE && error != ERR_NOT_FOUND)
            return error;
    }
    if (reported)
        TRY(store_recipient_put(closure->tx, row->account_id, row->closure_id, "number_registry",
                                closure->now, STR("reported_monthly")));
    return store_recipient_put(closure->tx, row->account_id, row->closure_id, "mail", closure->now,
                               STR("suppressed"));
}
