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
