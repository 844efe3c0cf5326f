#include "app/number_list.h"
#include "base/encode.h"
#include "edge/web/desk.h"
#include "edge/web/pages.h"
#include "wire/phone.h"

static enum text_id text_state(const struct visit *visit, int64_t state)
{
    static const char *const names[] = {
        [NUMBER_AVAILABLE] = "available", [NUMBER_ASSIGNED] = "assigned", [NUMBER_PARKED] = "parked",
        [NUMBER_AGING] = "aging",         [NUMBER_RETURNED] = "returned", [NUMBER_PORTED_OUT] = "ported_out"};
    return visit_text(visit, "number.state.", names[state]);
}

static enum err get_numbers(struct visit *visit)
{
    struct number_page found = {0};
    struct template_desk_numbers_count counts[NUMBER_LIST_STATES];
    TRY(number_list(visit->app, visit->arena, http_query(visit->request, "after"), &found));
    struct template_desk_numbers_number *numbers =
        ARENA_ARRAY(visit->arena, found.count + 1, struct template_desk_numbers_number);
    for (size_t i = 0; i < found.count; i++)
        numbers[i] = (struct template_desk_numbers_number){
            phone_show(visit->arena, found.rows[i].e164), text_state(visit, found.rows[i].state),
            found.rows[i].carrier, found.rows[i].disconnected_at, found.rows[i].rests_until};
    for (int64_t state = NUMBER_AVAILABLE; state < NUMBER_LIST_STATES; state++)
        counts[state - NUMBER_AVAILABLE] =
            (struct template_desk_numbers_count){text_state(visit, state), found.counts[state]};
    struct template_desk_numbers page = {
        .frame = desk_frame(visit),
        .counts = counts,
        .counts_count = NUMBER_LIST_STATES - NUMBER_AVAILABLE,
        .numbers = numbers,
        .numbers_count = found.count,
    };
    if (found.next.length != 0)
        page.older = arena_printf(visit->arena, "/desk/numbers?after=%.*s",
                                  STR_ARG(encode_percent(visit->arena, found.next)));
    VISIT_SHOW(visit, desk_numbers, &page);
    return ERR_NONE;
}

const struct web_row desk_numbers_rows[] = {
    {"GET", "/desk/numbers", HTTP_WORK, WEB_DESK, get_numbers, 0, 0},
    {0},
};
