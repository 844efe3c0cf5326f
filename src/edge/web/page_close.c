#include "edge/web/page_close.h"

#include "app/closure_view.h"
#include "edge/web/pages.h"
#include "wire/phone.h"

struct str close_way_path(const struct visit *visit, const struct close_way *way, const char *path)
{
    if (way->line_id.length == 0)
        return str_from(path);
    return arena_printf(visit->arena, "%s?line=%.*s", path, STR_ARG(way->line_id));
}

struct template_steps close_way_steps(const struct visit *visit, const struct close_way *way, int at)
{
    return (struct template_steps){
        .at = at,
        .check = close_way_path(visit, way, "/close"),
        .unbind = close_way_path(visit, way, "/close/unbind"),
        .save = close_way_path(visit, way, "/close/save"),
        .confirm = close_way_path(visit, way, "/close/confirm"),
    };
}

struct str close_way_number(const struct visit *visit, const struct close_way *way)
{
    return way->choice.scope == CLOSURE_SCOPE_NUMBER ? phone_show(visit->arena, way->check->line.e164)
                                                     : STR_NONE;
}

enum err close_way_closure(struct visit *visit, int64_t closure_id, struct str *ret_path)
{
    struct closure_view *view;
    TRY(closure_view(visit->app, visit->arena, (struct closure_id){visit->account.account_id, closure_id},
                     &view));
    *ret_path = arena_printf(visit->arena, "/closure/%.*s", STR_ARG(view->row.reference));
    return ERR_NONE;
}

static enum err go_to_closure(struct visit *visit, int64_t closure_id)
{
    struct str path;
    TRY(close_way_closure(visit, closure_id, &path));
    return visit_go(visit, path, NULL);
}

enum err close_way_find(struct visit *visit, struct str line, struct close_way *ret_way)
{
    struct close_way way = {.choice = {.scope = CLOSURE_SCOPE_ACCOUNT}};
    TRY(visit_read_id(line, &way.choice.line_id));
    if (way.choice.line_id != 0) {
        way.choice.scope = CLOSURE_SCOPE_NUMBER;
        way.line_id = visit_id(visit, way.choice.line_id);
    }
    TRY(closure_check(visit->app, visit->arena, &visit->actor, &way.choice, &way.check));
    *ret_way = way;
    return ERR_NONE;
}

enum err close_way_read(struct visit *visit, struct str line, struct close_way *ret_way, bool *ret_gone)
{
    TRY(close_way_find(visit, line, ret_way));
    *ret_gone = ret_way->check->open_closure_id != 0;
    return *ret_gone ? go_to_closure(visit, ret_way->check->open_closure_id) : ERR_NONE;
}

/* Where a remedy that acts now is found; STR_NONE for one that has no page. */
static struct str remedy_page(const struct visit *visit, const struct close_way *way,
                              const struct preflight_remedy *remedy)
{
    static const char *const pages[REMEDY_COUNT] = {
        [REMEDY_PAY] = "/wallet",
        [REMEDY_UNBIND] = "/close/unbind",
        [REMEDY_SAVE] = "/close/save",
        [REMEDY_ADD_CONTACT] = "/settings#contacts",
        [REMEDY_ADD_FACTOR] = "/settings/security",
        [REMEDY_SEE_TICKETS] = "/tickets",
        [REMEDY_PORT_OUT] = "/numbers",
    };
    const char *page = pages[remedy->kind];
    if (remedy->when != PREFLIGHT_NOW || page == NULL)
        return STR_NONE;
    if (remedy->kind == REMEDY_PORT_OUT && way->line_id.length != 0)
        return arena_printf(visit->arena, "/numbers/%.*s/port", STR_ARG(way->line_id));
    return str_starts(str_from(page), STR("/close/")) ? close_way_path(visit, way, page) : str_from(page);
}

static enum text_id text_when(enum preflight_when when)
{
    return when == PREFLIGHT_NOW         ? TEXT_PREFLIGHT_WHEN_NOW
           : when == PREFLIGHT_ON_SUBMIT ? TEXT_PREFLIGHT_WHEN_SUBMIT
                                         : TEXT_PREFLIGHT_WHEN_CLOSING;
}

static void show_remedies(const struct visit *visit, const struct close_way *way,
                          const struct preflight_finding *finding, struct template_close_check_finding *shown)
{
    struct template_close_check_remedy *remedies =
        ARENA_ARRAY(visit->arena, PREFLIGHT_REMEDIES, struct template_close_check_remedy);
    size_t count = 0;
    for (; count < PREFLIGHT_REMEDIES && finding->remedies[count].kind != REMEDY_NONE; count++)
        remedies[count] = (struct template_close_check_remedy){
            .label = visit_text(visit, "remedy.", closure_remedy_name(finding->remedies[count].kind)),
            .when = text_when(finding->remedies[count].when),
            .page = remedy_page(visit, way, &finding->remedies[count]),
            .token = visit->token,
        };
    shown->remedies = remedies;
    shown->remedies_count = count;
}

static enum text_id finding_text(const struct visit *visit, const char *row, const char *part)
{
    return visit_text(visit, "preflight.", arena_printf(visit->arena, "%s.%s", row, part).data);
}

static struct template_close_check_finding
show_finding(const struct visit *visit, const struct close_way *way, const struct preflight_finding *finding)
{
    const char *row = closure_preflight_name(finding->row);
    struct template_close_check_finding shown = {
        .row = str_from(row),
        .careful = finding->severity != PREFLIGHT_INFO,
        .what = finding_text(visit, row, "what"),
        .why = finding_text(visit, row, "why"),
        .remedy = finding_text(visit, row, "remedy"),
        .count = finding->count,
        .amount = finding->amount,
        .date = finding->date,
    };
    show_remedies(visit, way, finding, &shown);
    return shown;
}

enum err close_check_show(struct visit *visit, const struct close_way *way)
{
    const struct closure_check *check = way->check;
    struct template_close_check_finding *findings =
        ARENA_ARRAY(visit->arena, check->finding_count + 1, struct template_close_check_finding);
    for (size_t i = 0; i < check->finding_count; i++)
        findings[i] = show_finding(visit, way, &check->findings[i]);
    struct template_close_check page = {
        .frame = visit_frame(visit),
        .steps = close_way_steps(visit, way, 1),
        .number = close_way_number(visit, way),
        .last_number = way->choice.scope == CLOSURE_SCOPE_NUMBER && check->facts.lines_other == 0,
        .findings = findings,
        .findings_count = check->finding_count,
        .fine_count = (int64_t)check->fine_count,
        .everything = check->finding_count == 0,
    };
    VISIT_SHOW(visit, close_check, &page);
    return ERR_NONE;
}

static enum err get_check(struct visit *visit)
{
    struct close_way way;
    bool gone;
    TRY(close_way_read(visit, http_query(visit->request, "line"), &way, &gone));
    return gone ? ERR_NONE : close_check_show(visit, &way);
}

const struct web_row page_close_rows[] = {
    {"GET", "/close", HTTP_INLINE, WEB_SUBSCRIBER, get_check, 0, 0},
    {0},
};
