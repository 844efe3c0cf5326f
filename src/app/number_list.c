#include "app/number_list.h"

#include "base/clock.h"
#include "base/limits.h"
#include "domain/number/states.h"
#include "store/number.h"
#include "wire/phone.h"

struct list_job {
    struct arena *arena;
    struct str after;
    struct number_page page;
};

static enum err list_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct list_job *job = context;
    struct number_page *page = &job->page;
    struct store_number *found = ARENA_ARRAY(arena, LIMIT_PAGE_ROWS, struct store_number);
    for (int64_t state = NUMBER_AVAILABLE; state < NUMBER_LIST_STATES; state++)
        TRY(store_number_count(tx, state, &page->counts[state]));
    TRY(store_number_list(tx, NUMBER_AGING, job->after, found, LIMIT_PAGE_ROWS, &page->count));
    page->rows = ARENA_ARRAY(job->arena, page->count + 1, struct number_row);
    for (size_t i = 0; i < page->count; i++)
        page->rows[i] = (struct number_row){
            .e164 = arena_str(job->arena, found[i].e164),
            .carrier = arena_str(job->arena, found[i].carrier),
            .state = found[i].state,
            .disconnected_at = found[i].disconnected_at,
            .rests_until = found[i].aging_until,
        };
    if (page->count == LIMIT_PAGE_ROWS)
        page->next = page->rows[page->count - 1].e164;
    return ERR_NONE;
}

enum err number_list(struct app *app, struct arena *arena, struct str after, struct number_page *ret_page)
{
    struct list_job job = {.arena = arena, .after = after};
    TRY(sql_read(app->store, list_run, arena, &job));
    *ret_page = job.page;
    return ERR_NONE;
}

struct find_job {
    struct arena *arena;
    struct str e164;
    struct number_detail detail;
};

static enum err find_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct find_job *job = context;
    struct store_number number;
    int64_t texts;
    (void)arena;
    TRY(store_number_get(tx, job->e164, &number));
    TRY(store_number_texts(tx, job->e164, number.disconnected_at - number.disconnected_at % MICROS_DAY,
                           &texts));
    job->detail = (struct number_detail){
        .e164 = job->e164,
        .carrier = arena_str(job->arena, number.carrier),
        .state = number.state,
        .number_class = number.class,
        .account_id = number.account_id,
        .assigned_at = number.assigned_at,
        .leaving_at = number.leaving_at,
        .disconnected_at = number.disconnected_at,
        .rests_until = number.aging_until,
        .rested_days = number.rested_days,
        .texts = texts,
    };
    return ERR_NONE;
}

enum err number_find(struct app *app, struct arena *arena, struct str typed, struct number_detail *ret_number)
{
    struct find_job job = {.arena = arena};
    if (!phone_read(arena, typed, &job.e164))
        return ERR_INVALID;
    TRY(sql_read(app->store, find_run, arena, &job));
    *ret_number = job.detail;
    return ERR_NONE;
}

const char *number_state_word(int64_t state)
{
    return machine_state_name(&number_machine, (int)state);
}
