#include "domain/closure/clocks.h"

enum { DAYS_WHERE_NONE_APPLIES = 45, MARKET_VALUE_MAX = 366 };

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

struct closure_markets closure_clocks_markets(bool china, bool europe, bool california)
{
    return (struct closure_markets){
        .working_days = china ? 15 : 0,
        .months = europe ? 1 : 0,
        .days = california ? 45 : 0,
    };
}

static bool in_range(int64_t value, int64_t from, int64_t to)
{
    return value >= from && value <= to;
}

static bool is_sane(const struct closure_config *config)
{
    const struct closure_markets *markets = &config->markets;
    return in_range(config->undo_days, 1, 14) && in_range(config->review_hours, 1, 72) &&
           config->desk_people >= 1 && in_range(markets->working_days, 0, MARKET_VALUE_MAX) &&
           in_range(markets->months, 0, 12) && in_range(markets->days, 0, MARKET_VALUE_MAX);
}

enum err closure_clocks_check(const struct closure_config *config)
{
    if (!is_sane(config))
        return ERR_CONFIG;
    int64_t room = closure_clocks_latest_approval(config, closure_clocks_shortest(&config->markets), true);
    return room < CLOSURE_REVIEW_LEAST_MICROS ? ERR_CONFIG : ERR_NONE;
}

/* Received in the last microsecond of a day, the working days that follow are shortest; which weekday that is
 * depends on their number, so all seven are tried. */
static int64_t shortest_working_days(int64_t days)
{
    int64_t shortest = INT64_MAX;
    for (int64_t day = 1; day <= 7; day++) {
        int64_t start = day * MICROS_DAY - 1;
        shortest = least(shortest, clock_add_working_days(start, (int)days) - start);
    }
    return shortest;
}

int64_t closure_clocks_shortest(const struct closure_markets *markets)
{
    int64_t shortest = INT64_MAX;
    if (markets->working_days > 0)
        shortest = shortest_working_days(markets->working_days);
    if (markets->months > 0) /* no month is shorter than February */
        shortest = least(shortest, markets->months * 28 * MICROS_DAY);
    if (markets->days > 0 || shortest == INT64_MAX)
        shortest =
            least(shortest, (markets->days > 0 ? markets->days : DAYS_WHERE_NONE_APPLIES) * MICROS_DAY);
    return shortest;
}

int64_t closure_clocks_due(const struct closure_markets *markets, int64_t start)
{
    int64_t due = INT64_MAX;
    if (markets->working_days > 0)
        due = clock_add_working_days(start, (int)markets->working_days);
    if (markets->months > 0)
        due = least(due, clock_add_months(start, (int)markets->months));
    if (markets->days > 0 || due == INT64_MAX)
        due = least(due, start + (markets->days > 0 ? markets->days : DAYS_WHERE_NONE_APPLIES) * MICROS_DAY);
    return due;
}

int64_t closure_clocks_undo(const struct closure_config *config, bool fresh_by_silence)
{
    int64_t undo = config->undo_days * MICROS_DAY;
    return fresh_by_silence ? most(undo, CLOSURE_FRESH_UNDO_MICROS) : undo;
}

int64_t closure_clocks_latest_approval(const struct closure_config *config, int64_t due, bool fresh)
{
    return due - closure_clocks_undo(config, fresh) - CLOSURE_SETTLE_MICROS;
}

int64_t closure_clocks_review_end(const struct closure_config *config, int64_t start, int64_t due, bool fresh)
{
    return least(start + config->review_hours * MICROS_HOUR,
                 closure_clocks_latest_approval(config, due, fresh));
}

bool closure_clocks_is_fresh(int64_t changed_at, int64_t now)
{
    return changed_at != 0 && now - changed_at < CLOSURE_FRESH_MICROS;
}

int64_t closure_clocks_retry(int64_t tries)
{
    int64_t wait = MICROS_MINUTE;
    for (int64_t i = 1; i < tries && wait < 6 * MICROS_HOUR; i++)
        wait *= 4;
    return least(wait, 6 * MICROS_HOUR);
}
