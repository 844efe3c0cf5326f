#include "app/keyring_turn.h"
#include "edge/web/desk.h"
#include "edge/web/pages.h"

enum { SYSTEM_CLOSURES = 1000 };

/* Cases that are not over, at most SYSTEM_CLOSURES of each state. */
static enum err count_closings(const struct visit *visit, int64_t *ret_count)
{
    static const char *const states[] = {"review",  "question", "refused",
                                         "cooling", "settling", "disconnecting"};
    struct closure_id *ids = ARENA_ARRAY(visit->arena, SYSTEM_CLOSURES, struct closure_id);
    *ret_count = 0;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        size_t count;
        TRY(closure_ids(visit->app, visit->arena, states[i], ids, SYSTEM_CLOSURES, &count));
        *ret_count += (int64_t)count;
    }
    return ERR_NONE;
}

static enum err get_system(struct visit *visit)
{
    struct keyring_turn turn;
    int64_t closings;
    TRY(desk_allow(visit, DESK_ADMIN));
    TRY(keyring_turn_status(visit->app, &turn));
    TRY(count_closings(visit, &closings));
    const struct template_desk_system_fact facts[] = {
        {.name = TEXT_DESK_FACT_EPOCH, .text = visit_id(visit, turn.epoch)},
        {.name = TEXT_DESK_FACT_TURNED,
         .text = turn.finished_at == 0 ? STR("–") : STR_NONE,
         .time = turn.finished_at},
        {.name = TEXT_DESK_FACT_CLOSINGS, .text = visit_id(visit, closings)},
    };
    struct template_desk_system page = {
        .frame = desk_frame(visit),
        .version = STR(VIOLET_VERSION),
        .now = visit->now,
        .facts = facts,
        .facts_count = sizeof facts / sizeof *facts,
    };
    VISIT_SHOW(visit, desk_system, &page);
    return ERR_NONE;
}

const struct web_row desk_system_rows[] = {
    {"GET", "/desk/system", HTTP_WORK, WEB_DESK, get_system, 0, 0},
    {0},
};
