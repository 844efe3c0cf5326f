#include "edge/web/pages.h"

#include "app/line_list.h"
#include "wire/phone.h"

static struct template_numbers_line show_line(const struct visit *visit, const struct line_view *line)
{
    return (struct template_numbers_line){
        .line_id = visit_id(visit, line->line_id),
        .number = phone_show(visit->arena, line->e164),
        .name = line->name,
        .since = line->since,
        .fee = line->fee,
        .next_fee = line->next_fee_at,
        .last_text = line->last_text_at,
        .locked = line->locked_at != 0,
        .parked = line->number_state == NUMBER_PARKED,
        .leaving = line->leaving_at != 0,
        .fees_stopped = line->fees_stopped_at != 0,
        .rested_days = line->rested_days,
        .rested = line->rested_days > 0,
        .order = line->order_code,
    };
}

static void show_numbers(struct visit *visit)
{
    struct line_view *lines;
    size_t count;
    enum err error = line_list(visit->app, visit->arena, visit->account.account_id, &lines, &count);
    if (error != ERR_NONE) {
        visit_fail(visit, error);
        return;
    }
    struct template_numbers_line *live = ARENA_ARRAY(visit->arena, count + 1, struct template_numbers_line);
    struct template_numbers_ended *ended =
        ARENA_ARRAY(visit->arena, count + 1, struct template_numbers_ended);
    struct template_numbers page = {.frame = visit_frame(visit), .lines = live, .ended = ended};
    for (size_t i = 0; i < count; i++)
        if (lines[i].ended_at == 0)
            live[page.lines_count++] = show_line(visit, &lines[i]);
        else
            ended[page.ended_count++] =
                (struct template_numbers_ended){phone_show(visit->arena, lines[i].e164), lines[i].name,
                                                lines[i].since, lines[i].ended_at, lines[i].ported};
    page.frame.here = STR("/numbers");
    VISIT_SHOW(visit, numbers, &page);
}

static enum err get_numbers(struct visit *visit)
{
    show_numbers(visit);
    return ERR_NONE;
}

static enum err post_name(struct visit *visit)
{
    int64_t line_id;
    TRY(visit_param_id(visit, "id", &line_id));
    enum err error = line_rename(visit->app, &visit->actor, line_id, http_form(visit->request, "name"));
    if (error == ERR_NONE)
        return visit_go(visit, STR("/numbers"), "number_named");
    if (error != ERR_INVALID)
        return error;
    visit_set_failed(visit, error);
    show_numbers(visit);
    return ERR_NONE;
}

const struct web_row page_numbers_rows[] = {
    {"GET", "/numbers", HTTP_INLINE, WEB_SUBSCRIBER, get_numbers, 0, 0},
    {"POST", "/numbers/{id}/name", HTTP_WORK, WEB_SUBSCRIBER, post_name, 0, 0},
    {0},
};
