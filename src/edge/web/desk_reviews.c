#include "app/closure_dates.h"
#include "app/staff_show.h"
#include "edge/web/desk.h"
#include "edge/web/pages.h"
#include "wire/phone.h"

static struct str review_path(const struct visit *visit, struct str reference)
{
    return arena_printf(visit->arena, "/desk/reviews/%.*s", STR_ARG(reference));
}

static enum err show_queue(const struct visit *visit, struct str current, struct template_desk_queue *queue)
{
    struct store_desk_item *items;
    size_t found;
    TRY(desk_waiting(visit, "review", &items, &found));
    struct template_desk_queue_row *rows =
        ARENA_ARRAY(visit->arena, found + 1, struct template_desk_queue_row);
    for (size_t i = 0; i < found; i++) {
        struct closure_view *view;
        struct closure_id id = {items[i].account_id, items[i].subject_id};
        if (closure_view(visit->app, visit->arena, id, &view) != ERR_NONE)
            continue;
        rows[queue->rows_count++] = (struct template_desk_queue_row){
            .page = review_path(visit, view->row.reference),
            .reference = view->row.reference,
            .summary = view->row.own.name,
            .state = visit_text(visit, "closure.state.", view->state_name),
            .due = items[i].due,
            .late = items[i].due < visit->now,
            .current = str_equal(view->row.reference, current),
        };
    }
    queue->rows = rows;
    return ERR_NONE;
}

static const char *const refusals[] = {[CLOSURE_REFUSAL_NONE] = "",
                                       [CLOSURE_REFUSAL_NOT_HOLDER] = "not_holder",
                                       [CLOSURE_REFUSAL_UNPROVEN] = "unproven",
                                       [CLOSURE_REFUSAL_CONTACT_OBJECTED] = "contact_objected"};
enum { REFUSALS = sizeof refusals / sizeof *refusals };

static enum text_id text_first_refusal(const struct visit *visit, const struct store_closure *row)
{
    bool waits = row->state == CLOSURE_REVIEW && row->first_refuser != 0 && row->refusal_reason > 0 &&
                 row->refusal_reason < REFUSALS;
    return waits ? visit_text(visit, "refusal.", refusals[row->refusal_reason]) : TEXT_NONE;
}

static enum text_id text_approved(const struct visit *visit, const struct store_closure *row)
{
    static const char *const names[] = {[CLOSURE_APPROVED_RULE] = "rule",
                                        [CLOSURE_APPROVED_PERSON] = "person",
                                        [CLOSURE_APPROVED_TIME] = "time"};
    return row->approved_by > CLOSURE_APPROVED_NOT && row->approved_by <= CLOSURE_APPROVED_TIME
               ? visit_text(visit, "closure.approved.", names[row->approved_by])
               : TEXT_NONE;
}

/* "staff:7" by the log-in name; a member of staff who left stays a number. */
static struct str show_actor(const struct visit *visit, struct str actor)
{
    struct str name;
    int64_t staff_id;
    if (str_starts(actor, STR("staff:"))) {
        bool known = visit_read_id(str_part(actor, 6, actor.length), &staff_id) == ERR_NONE &&
                     staff_show(visit->app, visit->arena, staff_id, &name) == ERR_NONE;
        return known ? name : actor;
    }
    enum text_id text = visit_text(visit, "desk.actor.", arena_cstr(visit->arena, actor));
    return text == TEXT_NONE ? actor : text_get(visit->language, text);
}

static struct str show_event(const struct visit *visit, struct str event)
{
    enum text_id text = visit_text(visit, "desk.event.", arena_cstr(visit->arena, event));
    return text == TEXT_NONE ? event : text_get(visit->language, text);
}

static void show_lists(const struct visit *visit, const struct closure_view *view,
                       struct template_desk_reviews_review *review)
{
    struct template_desk_reviews_text *numbers =
        ARENA_ARRAY(visit->arena, CLOSURE_NUMBERS, struct template_desk_reviews_text);
    struct template_desk_reviews_event *events =
        ARENA_ARRAY(visit->arena, view->journal_count + 1, struct template_desk_reviews_event);
    for (size_t i = 0; i < view->row.own.number_count; i++)
        numbers[i].text = phone_show(visit->arena, view->row.own.numbers[i]);
    for (size_t i = 0; i < view->journal_count; i++)
        events[i] = (struct template_desk_reviews_event){view->journal[i].at,
                                                         show_actor(visit, view->journal[i].actor),
                                                         show_event(visit, view->journal[i].event)};
    review->numbers = numbers;
    review->numbers_count = view->row.own.number_count;
    review->events = events;
    review->events_count = view->journal_count;
}

static void show_facts(const struct desk_facts *facts, struct template_desk_reviews_review *review)
{
    review->security_changed = facts->security_at;
    review->since = facts->account_created_at;
    review->balance = facts->balance;
    review->line_count = facts->line_count;
    review->message_count = facts->messages_total;
    review->tickets = facts->tickets_open;
    review->contacts = facts->contacts_verified;
    review->contacts_removed = facts->contacts_removed_lately;
}

/* Facts, never message texts. */
static enum err show_review(const struct visit *visit, const struct closure_view *view,
                            struct template_desk_reviews_review *review)
{
    const struct store_closure *row = &view->row;
    struct desk_facts facts;
    TRY(desk_facts(visit->app, visit->arena, row->account_id, &facts));
    const char *clock = closure_due_clock(visit->app, row->start_at);
    *review = (struct template_desk_reviews_review){
        .reference = row->reference,
        .state = visit_text(visit, "closure.state.", view->state_name),
        .name = row->own.name,
        .one_number = row->scope == CLOSURE_SCOPE_NUMBER,
        .submitted = row->submitted_at,
        .due = row->due_at,
        .due_why = text_get(visit->language, visit_text(visit, "desk.clock.", clock)),
        .ends = row->state == CLOSURE_REVIEW && row->objected_at == 0 ? row->review_end_at : 0,
        .fresh = row->fresh != 0,
        .objected = row->objected_at != 0,
        .hold = row->hold != 0,
        .approved = text_approved(visit, row),
        .first_refusal = text_first_refusal(visit, row),
        .question = row->own.question,
        .answer = row->own.answer,
        .can_decide = row->state == CLOSURE_REVIEW,
        .can_prove = row->objected_at != 0 && view->can_undo,
        .can_hold = row->state != CLOSURE_UNDONE && row->state < CLOSURE_FORGETTING,
    };
    show_facts(&facts, review);
    show_lists(visit, view, review);
    return ERR_NONE;
}

static enum err show_reviews(struct visit *visit, const struct closure_view *view)
{
    struct template_desk_reviews page = {.frame = desk_frame(visit)};
    struct template_desk_reviews_review review;
    TRY(show_queue(visit, view != NULL ? view->row.reference : STR_NONE, &page.queue));
    if (view != NULL) {
        TRY(show_review(visit, view, &review));
        page.review = &review;
    }
    VISIT_SHOW(visit, desk_reviews, &page);
    return ERR_NONE;
}

static enum err get_reviews(struct visit *visit)
{
    TRY(desk_allow(visit, DESK_REVIEW));
    return show_reviews(visit, NULL);
}

static enum err find_review(struct visit *visit, struct closure_id *ret_id, struct closure_view **ret_view)
{
    TRY(desk_allow(visit, DESK_REVIEW));
    TRY(closure_find(visit->app, visit->arena, http_param(visit->request, "reference"), ret_id));
    return closure_view(visit->app, visit->arena, *ret_id, ret_view);
}

static enum err get_review(struct visit *visit)
{
    struct closure_id id;
    struct closure_view *view;
    TRY(find_review(visit, &id, &view));
    return show_reviews(visit, view);
}

/* What every decision shares: find the case, decide, back to it or the case again with what was wrong. */
typedef enum err decide_fn(struct visit *visit, struct closure_id id, const char **ret_word);

static enum err post_decision(struct visit *visit, decide_fn *decide)
{
    struct closure_id id;
    struct closure_view *view;
    const char *word = NULL;
    TRY(find_review(visit, &id, &view));
    enum err error = decide(visit, id, &word);
    if (error == ERR_NONE)
        return visit_go(visit, review_path(visit, view->row.reference), word);
    if (!desk_is_mistake(error) && error != ERR_FORBIDDEN)
        return error;
    visit_set_failed(visit, error);
    return show_reviews(visit, view);
}

static enum err decide_approve(struct visit *visit, struct closure_id id, const char **ret_word)
{
    *ret_word = "approved";
    return closure_approve(visit->app, &visit->actor, id);
}

static enum err decide_ask(struct visit *visit, struct closure_id id, const char **ret_word)
{
    *ret_word = "question_asked";
    return closure_ask(visit->app, &visit->actor, id, http_form(visit->request, "text"));
}

static enum err decide_refuse(struct visit *visit, struct closure_id id, const char **ret_word)
{
    struct str word = http_form(visit->request, "reason");
    enum closure_refusal reason = CLOSURE_REFUSAL_NONE;
    bool waits;
    for (int i = 1; i < REFUSALS; i++)
        if (str_is(word, refusals[i]))
            reason = (enum closure_refusal)i;
    TRY(closure_refuse(visit->app, &visit->actor, id, reason, http_form(visit->request, "text"), &waits));
    *ret_word = waits ? "refusal_waits" : "refused";
    return ERR_NONE;
}

static enum err decide_prove(struct visit *visit, struct closure_id id, const char **ret_word)
{
    *ret_word = "holder_proven";
    return closure_prove_holder(visit->app, &visit->actor, id);
}

static enum err decide_hold(struct visit *visit, struct closure_id id, const char **ret_word)
{
    bool hold = str_is(http_form(visit->request, "hold"), "1");
    *ret_word = hold ? "hold_set" : "hold_lifted";
    return closure_set_hold(visit->app, &visit->actor, id, hold);
}

static enum err post_approve(struct visit *visit)
{
    return post_decision(visit, decide_approve);
}

static enum err post_ask(struct visit *visit)
{
    return post_decision(visit, decide_ask);
}

static enum err post_refuse(struct visit *visit)
{
    return post_decision(visit, decide_refuse);
}

static enum err post_prove(struct visit *visit)
{
    return post_decision(visit, decide_prove);
}

static enum err post_hold(struct visit *visit)
{
    return post_decision(visit, decide_hold);
}

const struct web_row desk_reviews_rows[] = {
    {"GET", "/desk/reviews", HTTP_WORK, WEB_DESK, get_reviews, 0, 0},
    {"GET", "/desk/reviews/{reference}", HTTP_WORK, WEB_DESK, get_review, 0, 0},
    {"POST", "/desk/reviews/{reference}/approve", HTTP_WORK, WEB_DESK, post_approve, 0, 0},
    {"POST", "/desk/reviews/{reference}/ask", HTTP_WORK, WEB_DESK, post_ask, 0, 0},
    {"POST", "/desk/reviews/{reference}/refuse", HTTP_WORK, WEB_DESK, post_refuse, 0, 0},
    {"POST", "/desk/reviews/{reference}/prove", HTTP_WORK, WEB_DESK, post_prove, 0, 0},
    {"POST", "/desk/reviews/{reference}/hold", HTTP_WORK, WEB_DESK, post_hold, 0, 0},
    {0},
};
