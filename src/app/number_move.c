#include "app/number_move.h"

#include "app/carriers.h"
#include "app/message_carry.h"
#include "app/number_aging.h"
#include "app/number_leaving.h"
#include "app/rnd_month.h"
#include "app/settings.h"
#include "base/clock.h"
#include "store/work.h"

enum err number_move(struct sql_tx *tx, enum number_event event, const struct store_number *before,
                     const struct store_number *after)
{
    if (!machine_leads(&number_machine, (int)before->state, (int)event, (int)after->state))
        return ERR_STATE;
    if (after->leaving_at != before->leaving_at)
        TRY(number_leaving_plan(tx, after->e164, after->leaving_at));
    return store_number_update(tx, after, before);
}

unsigned number_move_by(const struct actor *actor)
{
    switch (actor->kind) {
    case ACTOR_STAFF:
        return actor->role == ROLE_ADMIN ? NUMBER_BY_ADMIN | NUMBER_BY_AGENT : NUMBER_BY_AGENT;
    case ACTOR_OPERATOR:
        return NUMBER_BY_ADMIN;
    case ACTOR_SYSTEM:
        return NUMBER_BY_SYSTEM;
    case ACTOR_SUBSCRIBER:
    case ACTOR_LINK:
        break;
    }
    return 0;
}

static bool carrier_ages(const struct app *app, struct str name)
{
    const struct settings_carrier *carrier = carriers_find(app, name);
    return carrier != NULL && carrier->ages == SETTINGS_AGES_CARRIER;
}

/* Returned numbers are aged and reported by their carrier; ours rest with us and stand in the month's file.
 */
static enum err rest(struct app *app, struct sql_tx *tx, enum number_event event,
                     const struct store_number *before, int64_t at)
{
    struct store_number number = *before;
    bool returned = carrier_ages(app, before->carrier);
    number.account_id = number.line_id = number.assigned_at = number.leaving_at = 0;
    number.seen_wall = number.seen_monotonic = 0;
    number.disconnected_at = at;
    number.state = returned ? NUMBER_RETURNED : NUMBER_AGING;
    number.aging_until = returned ? 0 : at + app->settings->number.aging_days * MICROS_DAY;
    TRY(number_move(tx, event, before, &number));
    if (returned)
        return ERR_NONE;
    TRY(rnd_month_add(tx, number.e164, at));
    return number_aging_plan(tx, number.e164, number.aging_until);
}

enum err number_disconnect(struct app *app, struct sql_tx *tx, const struct store_number *before, int64_t at)
{
    struct store_number number = *before;
    if (before->leaving_at == 0)
        return rest(app, tx, NUMBER_EVENT_DISCONNECT, before, at);
    number.account_id = number.line_id = number.assigned_at = 0;
    number.disconnected_at = at;
    number.state = NUMBER_PARKED;
    return number_move(tx, NUMBER_EVENT_DISCONNECT, before, &number);
}

enum err number_stay(struct app *app, struct sql_tx *tx, const struct store_number *before, int64_t at)
{
    struct store_number number = *before;
    if (before->leaving_at == 0)
        return ERR_STATE;
    if (before->account_id == 0)
        return rest(app, tx, NUMBER_EVENT_STAY, before, at);
    number.leaving_at = 0;
    return number_move(tx, NUMBER_EVENT_STAY, before, &number);
}

enum err number_end_line(struct sql_tx *tx, struct arena *arena, const struct account *account,
                         struct store_line *line, int64_t now)
{
    TRY(message_stop(tx, arena, account, 0, line->line_id, now));
    line->ended_at = now;
    if (line->fees_stopped_at == 0)
        line->fees_stopped_at = now;
    line->pin_until = 0;
    line->pin = STR_NONE;
    TRY(store_line_update(tx, arena, &account->key, line));
    return store_queue_remove(tx, "line", line->account_id, line->line_id);
}
