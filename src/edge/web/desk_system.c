#include "app/effect_desk.h"
#include "app/keyring_turn.h"
#include "app/node.h"
#include "base/clock.h"
#include "edge/web/desk.h"
#include "edge/web/pages.h"

enum { SYSTEM_CLOSURES = 1000, LATE_MINUTES = 15 };

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

static enum err show_effects(const struct visit *visit, struct template_desk_system *page)
{
    struct store_dead *rows;
    size_t count;
    TRY(effect_dead_list(visit->app, visit->arena, &rows, &count));
    struct template_desk_system_effect *effects =
        ARENA_ARRAY(visit->arena, count + 1, struct template_desk_system_effect);
    for (size_t i = 0; i < count; i++)
        effects[i] = (struct template_desk_system_effect){
            .account = visit_id(visit, rows[i].account_id),
            .outbox = visit_id(visit, rows[i].outbox_id),
            .kind = rows[i].kind,
            .key = rows[i].effect_key,
            .result = rows[i].result,
            .tries = rows[i].tries,
            .since = rows[i].created_at,
            .failed = rows[i].failed_at,
        };
    page->effects = effects;
    page->effects_count = count;
    return ERR_NONE;
}

static enum err show_jobs(const struct visit *visit, struct template_desk_system *page)
{
    struct store_queue_kind *kinds;
    size_t count;
    TRY(effect_jobs(visit->app, visit->arena, &kinds, &count));
    struct template_desk_system_job *jobs =
        ARENA_ARRAY(visit->arena, count + 1, struct template_desk_system_job);
    for (size_t i = 0; i < count; i++)
        jobs[i] = (struct template_desk_system_job){
            .label = visit_text(visit, "desk.job.", arena_cstr(visit->arena, kinds[i].kind)),
            .kind = kinds[i].kind,
            .due = kinds[i].due,
            .oldest = kinds[i].due != 0 ? kinds[i].oldest : 0,
            .late = kinds[i].due != 0 && visit->now - kinds[i].oldest > LATE_MINUTES * MICROS_MINUTE,
            .soon = kinds[i].soon,
        };
    page->jobs = jobs;
    page->jobs_count = count;
    return ERR_NONE;
}

static enum err show_nodes(const struct visit *visit, struct template_desk_system *page)
{
    struct node_row *rows;
    size_t count;
    TRY(node_list(visit->app, visit->arena, &rows, &count));
    struct template_desk_system_node *nodes =
        ARENA_ARRAY(visit->arena, count + 1, struct template_desk_system_node);
    for (size_t i = 0; i < count; i++)
        nodes[i] = (struct template_desk_system_node){
            .name = rows[i].name,
            .id = arena_printf(visit->arena, "%016llx", (unsigned long long)rows[i].node_id),
            .self = rows[i].self,
            .state = visit_text(visit, "desk.node.", rows[i].state_name),
            .wrong =
                str_is(str_from(rows[i].state_name), "gone") || str_is(str_from(rows[i].state_name), "asks"),
            .version = rows[i].version,
            .started = rows[i].started_at,
            .beaten = rows[i].beaten_at,
            .epoch = rows[i].epoch,
        };
    page->nodes = nodes;
    page->nodes_count = count;
    return ERR_NONE;
}

static enum err show_system(struct visit *visit)
{
    struct keyring_turn turn;
    int64_t closings;
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
    TRY(show_nodes(visit, &page));
    TRY(show_effects(visit, &page));
    TRY(show_jobs(visit, &page));
    VISIT_SHOW(visit, desk_system, &page);
    return ERR_NONE;
}

static enum err get_system(struct visit *visit)
{
    TRY(desk_allow(visit, DESK_ADMIN));
    return show_system(visit);
}

typedef enum err effect_verb(struct app *app, const struct actor *actor, int64_t account_id,
                             int64_t outbox_id);

static enum err end_effect(struct visit *visit, effect_verb *verb, const char *word)
{
    int64_t account_id, outbox_id;
    TRY(desk_allow(visit, DESK_ADMIN));
    TRY(visit_param_id(visit, "account", &account_id));
    TRY(visit_param_id(visit, "outbox", &outbox_id));
    enum err error = verb(visit->app, &visit->actor, account_id, outbox_id);
    if (error == ERR_NONE)
        return visit_go(visit, STR("/desk/system#effects"), word);
    if (error != ERR_CHANGED && error != ERR_KEY_GONE)
        return error;
    visit_set_failed(visit, error);
    return show_system(visit);
}

static enum err post_retry(struct visit *visit)
{
    return end_effect(visit, effect_retry, "effect_retried");
}

static enum err post_give_up(struct visit *visit)
{
    return end_effect(visit, effect_give_up, "effect_given_up");
}

const struct web_row desk_system_rows[] = {
    {"GET", "/desk/system", HTTP_WORK, WEB_DESK, get_system, 0, 0},
    {"POST", "/desk/system/effects/{account}/{outbox}/retry", HTTP_WORK, WEB_DESK, post_retry, 0, 0},
    {"POST", "/desk/system/effects/{account}/{outbox}/give-up", HTTP_WORK, WEB_DESK, post_give_up, 0, 0},
    {0},
};
