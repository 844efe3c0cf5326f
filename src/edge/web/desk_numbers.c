#include "app/number_list.h"
#include "app/number_port.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/limits.h"
#include "edge/web/desk.h"
#include "edge/web/pages.h"
#include "wire/phone.h"

static enum text_id text_state(const struct visit *visit, int64_t state)
{
    return visit_text(visit, "number.state.", number_state_word(state));
}

static struct str number_page(const struct visit *visit, struct str e164)
{
    return arena_printf(visit->arena, "/desk/numbers/%.*s", STR_ARG(str_part(e164, 1, e164.length)));
}

/* The first of them: what leaves is little, and the oldest wait is seen by its date. */
static enum err show_leaving(const struct visit *visit, struct template_desk_numbers *page)
{
    struct number_leaving *found;
    size_t count;
    TRY(number_port_list(visit->app, visit->arena, STR_NONE, DESK_ROWS, &found, &count));
    struct template_desk_numbers_leaving *shown =
        ARENA_ARRAY(visit->arena, count + 1, struct template_desk_numbers_leaving);
    for (size_t i = 0; i < count; i++)
        shown[i] = (struct template_desk_numbers_leaving){number_page(visit, found[i].e164),
                                                          phone_show(visit->arena, found[i].e164),
                                                          found[i].carrier,
                                                          found[i].since,
                                                          found[i].held,
                                                          visit->now - found[i].since >=
                                                              LIMIT_PORT_DAYS * MICROS_DAY};
    page->leavings = shown;
    page->leavings_count = count;
    return ERR_NONE;
}

static enum err show_resting(const struct visit *visit, struct template_desk_numbers *page)
{
    struct number_page found = {0};
    TRY(number_list(visit->app, visit->arena, http_query(visit->request, "after"), &found));
    struct template_desk_numbers_number *numbers =
        ARENA_ARRAY(visit->arena, found.count + 1, struct template_desk_numbers_number);
    struct template_desk_numbers_count *counts =
        ARENA_ARRAY(visit->arena, NUMBER_LIST_STATES, struct template_desk_numbers_count);
    for (size_t i = 0; i < found.count; i++)
        numbers[i] = (struct template_desk_numbers_number){
            number_page(visit, found.rows[i].e164), phone_show(visit->arena, found.rows[i].e164),
            text_state(visit, found.rows[i].state), found.rows[i].carrier,
            found.rows[i].disconnected_at,          found.rows[i].rests_until};
    for (int64_t state = NUMBER_AVAILABLE; state < NUMBER_LIST_STATES; state++)
        counts[state - NUMBER_AVAILABLE] =
            (struct template_desk_numbers_count){text_state(visit, state), found.counts[state]};
    page->counts = counts;
    page->counts_count = NUMBER_LIST_STATES - NUMBER_AVAILABLE;
    page->numbers = numbers;
    page->numbers_count = found.count;
    if (found.next.length != 0)
        page->older = arena_printf(visit->arena, "/desk/numbers?after=%.*s",
                                   STR_ARG(encode_percent(visit->arena, found.next)));
    return ERR_NONE;
}

/* A number that is looked for leads to its page; one that is not ours is said here. */
static enum err find(struct visit *visit, struct str query, bool *ret_gone)
{
    struct number_detail number;
    *ret_gone = false;
    if (query.length == 0)
        return ERR_NONE;
    enum err error = number_find(visit->app, visit->arena, query, &number);
    if (error == ERR_NOT_FOUND || error == ERR_INVALID) {
        visit_set_mistake(visit, ERR_NOT_FOUND, "q", TEXT_MISTAKE_NUMBER);
        return ERR_NONE;
    }
    TRY(error);
    *ret_gone = true;
    return visit_go(visit, number_page(visit, number.e164), NULL);
}

static enum err get_numbers(struct visit *visit)
{
    bool gone;
    struct template_desk_numbers page = {.query = str_trim(http_query(visit->request, "q"))};
    TRY(find(visit, page.query, &gone));
    if (gone)
        return ERR_NONE;
    TRY(show_leaving(visit, &page));
    TRY(show_resting(visit, &page));
    page.frame = desk_frame(visit);
    VISIT_SHOW(visit, desk_numbers, &page);
    return ERR_NONE;
}

const struct web_row desk_numbers_rows[] = {
    {"GET", "/desk/numbers", HTTP_WORK, WEB_DESK, get_numbers, 0, 0},
    {0},
};
