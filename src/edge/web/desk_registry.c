#include "app/rnd_month.h"
#include "app/staff_show.h"
#include "base/clock.h"
#include "edge/web/desk.h"
#include "edge/web/pages.h"

enum { FILE_BYTES = 64 * 1024 * 1024 };

static struct str name_of(const struct visit *visit, int64_t staff_id)
{
    struct str name = STR_NONE;
    if (staff_id != 0 && staff_show(visit->app, visit->arena, staff_id, &name) != ERR_NONE)
        return visit_id(visit, staff_id);
    return name;
}

static struct template_desk_registry_month show_month(const struct visit *visit,
                                                      const struct rnd_month_head *head)
{
    struct str month = arena_str(visit->arena, str_from(head->month));
    return (struct template_desk_registry_month){
        .month = month,
        .count = head->count,
        .nothing = head->count == 0,
        .due = head->due,
        .submitted = head->submitted_at,
        .by = name_of(visit, head->staff_id),
        .file = arena_printf(visit->arena, "/desk/registry/%.*s/file", STR_ARG(month)),
    };
}

static enum err show_registry(struct visit *visit)
{
    struct rnd_month_head heads[RND_MONTHS];
    struct template_desk_registry_month months[RND_MONTHS];
    struct template_desk_registry page = {
        .configured = visit->app->settings->rnd.company_id[0] != '\0',
        .may = desk_allow(visit, DESK_ADMIN) == ERR_NONE,
        .months = months,
    };
    TRY(rnd_month_list(visit->app, visit->arena, heads, &page.months_count));
    for (size_t i = 0; i < page.months_count; i++) {
        /* Who has never had anything to report may have begun after that day. */
        bool first = page.months_count == 1 && heads[i].count == 0;
        months[i] = show_month(visit, &heads[i]);
        months[i].late = !first && heads[i].submitted_at == 0 && visit->now >= heads[i].due + MICROS_DAY;
    }
    page.frame = desk_frame(visit);
    VISIT_SHOW(visit, desk_registry, &page);
    return ERR_NONE;
}

static enum err get_registry(struct visit *visit)
{
    return show_registry(visit);
}

/* The same bytes as `violet rnd report` writes. */
static enum err get_file(struct visit *visit)
{
    struct rnd_month month;
    struct str name = http_param(visit->request, "month");
    enum err error = rnd_month_read(visit->app, visit->arena, name, &month);
    TRY(error == ERR_INVALID ? ERR_NOT_FOUND : error);
    struct buf file = buf_new(FILE_BYTES);
    error = rnd_file_make(&visit->app->settings->rnd, month.rows, month.count,
                          month.submitted_at != 0 ? month.submitted_at : visit->now, &file);
    if (error == ERR_NONE && file.failed)
        error = ERR_MEMORY;
    if (error == ERR_NONE) {
        http_add_header(visit->request, "Content-Disposition",
                        arena_printf(visit->arena, "attachment; filename=\"rnd-%.*s.csv\"", STR_ARG(name)));
        http_answer(visit->request, 200, "text/csv; charset=utf-8", buf_str(&file));
    }
    buf_free(&file);
    return error;
}

static enum err post_submitted(struct visit *visit)
{
    int64_t count;
    if (!str_to_int64(http_form(visit->request, "count"), &count))
        return ERR_INVALID;
    enum err error = rnd_month_submit(visit->app, &visit->actor, http_param(visit->request, "month"), count);
    if (error == ERR_NONE)
        return visit_go(visit, STR("/desk/registry"), "registry_submitted");
    if (!desk_is_mistake(error))
        return error;
    visit_set_failed(visit, error);
    return show_registry(visit);
}

const struct web_row desk_registry_rows[] = {
    {"GET", "/desk/registry", HTTP_WORK, WEB_DESK, get_registry, 0, 0},
    {"GET", "/desk/registry/{month}/file", HTTP_WORK, WEB_DESK, get_file, 0, 0},
    {"POST", "/desk/registry/{month}/submitted", HTTP_WORK, WEB_DESK, post_submitted, 0, 0},
    {0},
};
