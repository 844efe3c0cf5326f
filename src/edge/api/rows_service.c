#include "edge/api/rows.h"

#include "app/service_list.h"

static void add_service(struct call *call, const struct service_view *service)
{
    struct json *json = &call->json;
    json_object(json, NULL);
    call_json_id(call, "id", service->service_id);
    json_str(json, "name", service->name);
    json_text(json, "category", service->category);
    json_bool(json, "dangerous", service->dangerous);
    json_bool(json, "by_hand", service->by_hand);
    json_time(json, "first_at", service->first_at);
    json_time(json, "last_at", service->last_at);
    json_time(json, "last_code_at", service->last_code_at);
    json_int(json, "messages", service->count);
    json_time(json, "done_at", service->done_at);
    json_bool(json, "still_sending", service->still_sending);
    call_json_str(call, "security_url", service->security_url);
    call_json_str(call, "closing_url", service->closing_url);
    call_json_str(call, "hardness", str_from(service->hardness));
    json_object_end(json);
}

static enum err get_services(struct call *call)
{
    struct service_view *services;
    size_t count;
    int64_t line_id;
    TRY(call_query_id(call, "line", &line_id));
    TRY(service_list(call->app, call->arena, call->actor.account_id, line_id, &services, &count));
    json_array(call_answer(call, 200), "services");
    for (size_t i = 0; i < count; i++)
        add_service(call, &services[i]);
    json_array_end(&call->json);
    return call_done(call);
}

static enum err post_service(struct call *call)
{
    int64_t id;
    TRY(service_add(call->app, &call->actor, call_text(call, "name"), call_id(call, "line"), &id));
    call_answer(call, 201);
    call_json_id(call, "id", id);
    return call_done(call);
}

static enum err delete_service(struct call *call)
{
    int64_t id;
    TRY(call_param_id(call, "id", &id));
    TRY(service_remove(call->app, &call->actor, id));
    return call_done_empty(call);
}

static enum err post_tick(struct call *call)
{
    int64_t id;
    bool done = !call_has(call, "done") || call_bool(call, "done");
    TRY(call_param_id(call, "id", &id));
    TRY(service_done(call->app, &call->actor, id, done));
    json_bool(call_answer(call, 200), "done", done);
    return call_done(call);
}

const struct call_row rows_service[] = {
    {"GET", "/api/v1/services", HTTP_INLINE, CALL_SUBSCRIBER, get_services, {{0}}, 0},
    {"POST",
     "/api/v1/services",
     HTTP_WORK,
     CALL_SUBSCRIBER,
     post_service,
     {{"name", CALL_TEXT, true}, {"line", CALL_ID, false}},
     0},
    {"DELETE", "/api/v1/services/{id}", HTTP_WORK, CALL_SUBSCRIBER, delete_service, {{0}}, 0},
    {"POST",
     "/api/v1/services/{id}/tick",
     HTTP_WORK,
     CALL_SUBSCRIBER,
     post_tick,
     {{"done", CALL_BOOL, false}},
     0},
    {0},
};
