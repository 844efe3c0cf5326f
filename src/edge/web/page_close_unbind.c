#include "edge/web/page_archive.h"
#include "edge/web/page_close.h"
#include "edge/web/pages.h"

#include "app/service_list.h"

static struct template_close_service show_service(const struct visit *visit, struct str line_id,
                                                  const struct service_view *service)
{
    return (struct template_close_service){
        .token = visit->token,
        .line_id = line_id,
        .service_id = visit_id(visit, service->service_id),
        .name = service->name,
        .category = visit_text(visit, "service.category.", service->category),
        .dangerous = service->dangerous,
        .by_hand = service->by_hand,
        .last_code = service->last_code_at,
        .last_text = service->last_at,
        .done = service->done_at != 0,
        .still_sending = service->still_sending,
        .security = service->security_url,
        .closing = service->closing_url,
        .hardness = service->hardness[0] != '\0' ? visit_text(visit, "service.hardness.", service->hardness)
                                                 : TEXT_NONE,
        .texts = service->count,
        .counted = service->count != 0,
    };
}

/* How many stand open: the important ones, where a long tail of others follows them; the tail is folded away.
 */
static size_t count_open(const struct template_close_service *services, size_t count)
{
    enum { SHORT_LIST = 12 };
    size_t open = count;
    while (open != 0 && !services[open - 1].dangerous && !services[open - 1].still_sending)
        open--;
    return open == 0 || count <= SHORT_LIST ? count : open;
}

static enum err show_unbind(struct visit *visit, const struct close_way *way, struct str name,
                            enum text_id name_mistake)
{
    struct service_view *found;
    size_t count;
    TRY(service_list(visit->app, visit->arena, visit->account.account_id, way->choice.line_id, &found,
                     &count));
    struct template_close_service *services =
        ARENA_ARRAY(visit->arena, count + 1, struct template_close_service);
    struct template_close_unbind page = {
        .frame = visit_frame(visit),
        .steps = close_way_steps(visit, way, 2),
        .line_id = way->line_id,
        .services = services,
        .anything = count != 0,
        .name = name,
        .name_mistake = name_mistake,
    };
    for (size_t i = 0; i < count; i++) {
        services[i] = show_service(visit, way->line_id, &found[i]);
        page.open_count += !services[i].done;
    }
    page.services_count = count_open(services, count);
    page.rest = services + page.services_count;
    page.rest_count = count - page.services_count;
    page.others = (int64_t)page.rest_count;
    page.frame.here = page.steps.unbind;
    VISIT_SHOW(visit, close_unbind, &page);
    return ERR_NONE;
}

/* While a closing is under way the list stays where it can be seen: /services. */
static enum err get_unbind(struct visit *visit)
{
    struct close_way way;
    TRY(close_way_find(visit, http_query(visit->request, "line"), &way));
    if (way.check->open_closure_id != 0)
        return visit_go(visit, close_way_path(visit, &way, "/services"), NULL);
    return show_unbind(visit, &way, STR_NONE, TEXT_NONE);
}

static enum err get_services(struct visit *visit)
{
    struct close_way way;
    struct service_view *found;
    size_t count;
    TRY(close_way_find(visit, http_query(visit->request, "line"), &way));
    TRY(service_list(visit->app, visit->arena, visit->account.account_id, way.choice.line_id, &found,
                     &count));
    struct template_close_service *services =
        ARENA_ARRAY(visit->arena, count + 1, struct template_close_service);
    struct template_services page = {
        .frame = visit_frame(visit),
        .services = services,
        .services_count = count,
        .anything = count != 0,
        .closing = way.check->open_closure_id != 0,
        .line_id = way.line_id,
        .number = close_way_number(visit, &way),
    };
    if (page.closing)
        TRY(close_way_closure(visit, way.check->open_closure_id, &page.closure));
    for (size_t i = 0; i < count; i++) {
        services[i] = show_service(visit, way.line_id, &found[i]);
        page.open_count += !services[i].done;
    }
    VISIT_SHOW(visit, services, &page);
    return ERR_NONE;
}

/* Back to the list that the form came from, whatever has become of the closing meanwhile. */
static enum err back_to_list(struct visit *visit, int64_t service_id, const char *word)
{
    struct close_way way = {0};
    int64_t line_id;
    TRY(visit_read_id(http_form(visit->request, "line"), &line_id));
    if (line_id != 0)
        way.line_id = visit_id(visit, line_id);
    struct str path = close_way_path(visit, &way, "/close/unbind");
    if (service_id != 0)
        path = arena_printf(visit->arena, "%.*s#s%lld", STR_ARG(path), (long long)service_id);
    return visit_go(visit, path, word);
}

static enum err post_done(struct visit *visit)
{
    int64_t service_id;
    TRY(visit_read_id(http_form(visit->request, "service"), &service_id));
    bool done = str_is(http_form(visit->request, "done"), "1");
    TRY(service_done(visit->app, &visit->actor, service_id, done));
    return back_to_list(visit, service_id, NULL);
}

static enum err post_add(struct visit *visit)
{
    struct close_way way;
    int64_t service_id, line_id;
    bool gone;
    struct str name = http_form(visit->request, "name");
    TRY(visit_read_id(http_form(visit->request, "line"), &line_id));
    enum err error = service_add(visit->app, &visit->actor, name, line_id, &service_id);
    if (error == ERR_NONE)
        return back_to_list(visit, service_id, "service_added");
    if (error != ERR_INVALID && error != ERR_EXISTS && error != ERR_POLICY)
        return error;
    TRY(close_way_read(visit, http_form(visit->request, "line"), &way, &gone));
    if (gone)
        return ERR_NONE;
    enum text_id mistake = error == ERR_INVALID  ? TEXT_MISTAKE_SERVICE_NAME
                           : error == ERR_EXISTS ? TEXT_MISTAKE_SERVICE_EXISTS
                                                 : TEXT_ERROR_POLICY;
    visit_set_mistake(visit, error, "name", mistake);
    return show_unbind(visit, &way, name, mistake);
}

static enum err post_remove(struct visit *visit)
{
    int64_t service_id;
    TRY(visit_param_id(visit, "id", &service_id));
    TRY(service_remove(visit->app, &visit->actor, service_id));
    return back_to_list(visit, 0, "service_removed");
}

static enum err get_save(struct visit *visit)
{
    struct close_way way;
    bool gone;
    TRY(close_way_read(visit, http_query(visit->request, "line"), &way, &gone));
    if (gone)
        return ERR_NONE;
    struct template_close_save page = {
        .frame = visit_frame(visit),
        .steps = close_way_steps(visit, &way, 3),
        .here = close_way_path(visit, &way, "/close/save"),
        .unsaved = way.check->facts.messages_unsaved,
    };
    TRY(page_archive_show(visit, page.here.data, &page.archive));
    VISIT_SHOW(visit, close_save, &page);
    return ERR_NONE;
}

const struct web_row page_close_unbind_rows[] = {
    {"GET", "/services", HTTP_INLINE, WEB_SUBSCRIBER, get_services, 0, 0},
    {"GET", "/close/unbind", HTTP_INLINE, WEB_SUBSCRIBER, get_unbind, 0, 0},
    {"POST", "/close/unbind", HTTP_WORK, WEB_SUBSCRIBER, post_done, 0, 0},
    {"POST", "/close/services", HTTP_WORK, WEB_SUBSCRIBER, post_add, 0, 0},
    {"POST", "/close/services/{id}/remove", HTTP_WORK, WEB_SUBSCRIBER, post_remove, 0, 0},
    {"GET", "/close/save", HTTP_INLINE, WEB_SUBSCRIBER, get_save, 0, 0},
    {0},
};
