#include "app/closure_dates.h"

#include "app/closure_work.h"

struct closure_dates closure_dates_of(const struct app *app, int64_t now)
{
    struct closure_config config = closure_work_config(app);
    return (struct closure_dates){
        .undo_until = now + closure_clocks_undo(&config, false),
        .due_at = closure_clocks_due(&config.markets, now),
        .latest_start = now + CLOSURE_CHOICE_MICROS,
    };
}

const char *closure_due_clock(const struct app *app, int64_t start)
{
    struct closure_markets markets = closure_work_config(app).markets;
    const struct closure_markets china = {.working_days = markets.working_days},
                                 europe = {.months = markets.months}, california = {.days = markets.days};
    int64_t due = closure_clocks_due(&markets, start);
    if (markets.working_days != 0 && closure_clocks_due(&china, start) == due)
        return "china";
    if (markets.months != 0 && closure_clocks_due(&europe, start) == due)
        return "europe";
    return markets.days != 0 && closure_clocks_due(&california, start) == due ? "california" : "none";
}
