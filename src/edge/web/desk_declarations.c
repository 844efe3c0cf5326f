#include "app/declaration.h"
#include "base/clock.h"
#include "edge/web/desk.h"
#include "edge/web/pages.h"
#include "wire/phone.h"

static const char *const states[] = {[DECLARATION_RECEIVED] = "received",
                                     [DECLARATION_MATCHED] = "matched",
                                     [DECLARATION_UNMATCHED] = "unmatched",
                                     [DECLARATION_ENDED] = "ended",
                                     [DECLARATION_ENDED_UNMATCHED] = "ended_unmatched",
                                     [DECLARATION_OBJECTED] = "objected"};

static struct template_desk_declarations_declaration show_one(const struct visit *visit,
                                                              const struct store_declaration *row)
{
    struct declaration_term term = declaration_term(row);
    return (struct template_desk_declarations_declaration){
        .reference = row->reference,
        .state = visit_text(visit, "declaration.state.", states[row->state]),
        .withdraw = row->kind == DECLARATION_WITHDRAW,
        .received = row->received_at,
        .wished = row->wished_at,
        .name = row->name,
        .contract = row->contract,
        .mail = row->mail,
        .reason = row->reason,
        .number = row->number.length != 0 ? phone_show(visit->arena, row->number) : STR_NONE,
        .bought = term.bought_at,
        .last_day = term.last_day,
        .in_time = term.in_time,
        .can_match = row->state == DECLARATION_UNMATCHED,
    };
}

/* What waits at the desk, as a queue. */
static enum err read_queue(const struct visit *visit, struct str current, struct template_desk_queue *queue)
{
    struct store_desk_item *items;
    size_t found;
    TRY(desk_waiting(visit, "declaration", &items, &found));
    struct template_desk_queue_row *rows =
        ARENA_ARRAY(visit->arena, found + 1, struct template_desk_queue_row);
    for (size_t i = 0; i < found; i++) {
        struct declaration_view *view;
        if (declaration_view(visit->app, visit->arena, items[i].subject_id, &view) != ERR_NONE)
            continue;
        rows[queue->rows_count++] = (struct template_desk_queue_row){
            .page = arena_printf(visit->arena, "/desk/declarations/%.*s", STR_ARG(view->row.reference)),
            .reference = view->row.reference,
            .summary = view->row.name,
            .due = items[i].due,
            .late = items[i].due < visit->now,
            .current = str_equal(view->row.reference, current),
        };
    }
    queue->rows = rows;
    return ERR_NONE;
}

/* Any declaration by its reference, also one that does not wait any more. */
static enum err find_current(const struct visit *visit, struct str reference,
                             struct declaration_view **ret_view)
{
    int64_t declaration_id;
    TRY(declaration_find(visit->app, visit->arena, reference, &declaration_id));
    return declaration_view(visit->app, visit->arena, declaration_id, ret_view);
}

static enum err show_declarations(struct visit *visit)
{
    struct str reference = http_param(visit->request, "reference");
    struct declaration_view *current;
    struct template_desk_declarations_declaration one;
    char today[11];
    struct template_desk_declarations page = {.frame = desk_frame(visit)};
    TRY(read_queue(visit, reference, &page.queue));
    if (reference.length != 0) {
        TRY(find_current(visit, reference, &current));
        one = show_one(visit, &current->row);
        page.declaration = &one;
    }
    clock_format_day(visit->now, today);
    page.today = str_from(today);
    VISIT_SHOW(visit, desk_declarations, &page);
    return ERR_NONE;
}

static enum err again(struct visit *visit, enum err error)
{
    if (!desk_is_mistake(error) && error != ERR_NOT_FOUND)
        return error;
    if (visit->error == ERR_NONE)
        visit_set_failed(visit, error);
    return show_declarations(visit);
}

static enum err post_match(struct visit *visit)
{
    struct declaration_view *current;
    TRY(find_current(visit, http_param(visit->request, "reference"), &current));
    struct str here = arena_printf(visit->arena, "/desk/declarations/%.*s", STR_ARG(current->row.reference));
    enum err error = declaration_match(visit->app, &visit->actor, current->row.declaration_id,
                                       str_trim(http_form(visit->request, "account")));
    if (error == ERR_NOT_FOUND)
        visit_set_mistake(visit, error, "account", TEXT_MISTAKE_ACCOUNT);
    return error == ERR_NONE ? visit_go(visit, here, "matched") : again(visit, error);
}

/* One that came by mail is dated by its arrival. */
static enum err post_record(struct visit *visit)
{
    struct declaration_new declared = {
        .kind =
            str_is(http_form(visit->request, "kind"), "withdraw") ? DECLARATION_WITHDRAW : DECLARATION_CANCEL,
        .by_operator = true,
        .name = str_trim(http_form(visit->request, "name")),
        .contract = str_trim(http_form(visit->request, "contract")),
        .mail = str_trim(http_form(visit->request, "mail")),
        .language = visit->language,
    };
    bool dated = clock_parse(http_form(visit->request, "date"), &declared.received_at) &&
                 declared.received_at <= visit->now;
    enum err error = dated ? declaration_record(visit->app, visit->arena,
                                                visit_id(visit, visit->actor.staff_id), &declared)
                           : ERR_INVALID;
    return error == ERR_NONE ? visit_go(visit, STR("/desk/declarations"), "recorded") : again(visit, error);
}

const struct web_row desk_declarations_rows[] = {
    {"GET", "/desk/declarations", HTTP_WORK, WEB_DESK, show_declarations, 0, 0},
    {"GET", "/desk/declarations/{reference}", HTTP_WORK, WEB_DESK, show_declarations, 0, 0},
    {"POST", "/desk/declarations", HTTP_WORK, WEB_DESK, post_record, 0, 0},
    {"POST", "/desk/declarations/{reference}/match", HTTP_WORK, WEB_DESK, post_match, 0, 0},
    {0},
};
