#include "app/closure_effects.h"

#include "app/carriers.h"
#include "app/message_carry.h"
#include "app/number_aging.h"
#include "app/rnd_month.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "store/line.h"
#include "store/number.h"
#include "store/work.h"

enum { RELEASE_LINES = CLOSURE_NUMBERS };

static bool carrier_ages(const struct app *app, struct str name)
{
    const struct settings_carrier *carrier = carriers_find(app, name);
    return carrier != NULL && carrier->ages == SETTINGS_AGES_CARRIER;
}

/* Returned numbers are aged and reported by their carrier; ours rest with us and stand in the month's file.
 */
static enum err release_number(struct closure_work *closure, struct str e164)
{
    const struct settings *settings = closure->app->settings;
    struct store_number before;
    enum err error = store_number_get(closure->tx, e164, &before);
    if (error == ERR_NOT_FOUND || (error == ERR_NONE && before.account_id != closure->row.account_id))
        return ERR_NONE; /* it left by port, or was released by the run before */
    TRY(error);
    struct store_number number = before;
    bool returned = carrier_ages(closure->app, before.carrier);
    number.account_id = number.line_id = number.assigned_at = 0;
    number.seen_wall = number.seen_monotonic = 0;
    number.disconnected_at = closure->now;
    number.state = returned ? NUMBER_RETURNED : NUMBER_AGING;
    number.aging_until = returned ? 0 : closure->now + settings->number.aging_days * MICROS_DAY;
    TRY(store_number_update(closure->tx, &number, &before));
    if (returned)
        return ERR_NONE;
    TRY(rnd_month_add(closure->tx, e164, closure->now));
    return number_aging_plan(closure->tx, e164, number.aging_until);
}

static enum err end_line(struct closure_work *closure, struct store_line *line)
{
    TRY(message_stop(closure->tx, closure->arena, closure->account, 0, line->line_id, closure->now));
    TRY(release_number(closure, line->e164));
    line->ended_at = closure->now;
    if (line->fees_stopped_at == 0)
        line->fees_stopped_at = closure->now;
    TRY(store_line_update(closure->tx, closure->arena, &closure->account->key, line));
    return store_queue_remove(closure->tx, "line", closure->row.account_id, line->line_id);
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

static enum err tell_carrier(struct closure_work *closure, struct str e164)
{
    struct store_number number;
    TRY(store_number_get(closure->tx, e164, &number));
    const char *recipient = arena_printf(closure->arena, "carrier:%.*s", STR_ARG(number.carrier)).data;
    return store_recipient_put(closure->tx, closure->row.account_id, closure->row.closure_id, recipient,
                               closure->now,
                               number.state == NUMBER_RETURNED ? STR("returned") : STR("resting"));
}

/* Who holds something of the subscriber's on our behalf: each has a row with its result, on the receipt too.
 * Violet stores no cards and places no calls yet, so there is nobody to tell of those. */
enum err closure_effect_tell_recipients(struct closure_work *closure)
{
    const struct store_closure *row = &closure->row;
    for (size_t i = 0; i < row->own.number_count; i++) {
        enum err error = tell_carrier(closure, row->own.numbers[i]);
        if (error != ERR_NONE && error != ERR_NOT_FOUND)
            return error;
    }
    if (row->own.number_count != 0)
        TRY(store_recipient_put(closure->tx, row->account_id, row->closure_id, "number_registry",
                                closure->now, STR("reported_monthly")));
    return store_recipient_put(closure->tx, row->account_id, row->closure_id, "mail", closure->now,
                               STR("suppressed"));
}
