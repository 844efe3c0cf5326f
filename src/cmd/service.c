#include "cmd/service.h"

#include "app/archive_make.h"
#include "app/backup.h"
#include "app/carrier_forget.h"
#include "app/closure_verbs.h"
#include "app/declaration.h"
#include "app/expired_forget.h"
#include "app/keyring_turn.h"
#include "app/leaves.h"
#include "app/line_fees.h"
#include "app/message_carry.h"
#include "app/message_receive.h"
#include "app/node.h"
#include "app/node_events.h"
#include "app/number_aging.h"
#include "app/number_leaving.h"
#include "app/scheduler.h"
#include "app/signing.h"
#include "app/ticket.h"
#include "app/tombstones.h"
#include "base/log.h"
#include "cmd/carrier_reload.h"
#include "cmd/cli.h"
#include "cmd/health.h"
#include "edge/api/api.h"
#include "edge/archive/make.h"
#include "edge/control/control.h"
#include "edge/hook/hook.h"
#include "edge/smpp/smpp.h"
#include "edge/web/web.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SERVICE_ROUTES = 256, NODE_TRIES = 10 };

struct service {
    struct house *house;
    struct web web;
    pthread_mutex_t lock_public;
    struct http_server *public_server, *private_server;
    struct scheduler *scheduler;
    struct control *control;
    struct edge_smpp *_Atomic smpp; /* NULL until the binds are started */
    struct node_events *events;
    struct http_route routes[SERVICE_ROUTES];
    size_t route_count;
    const struct http_route *web_routes, *more_routes;
};

/* Every kind that is ever put into the queue. */
static const struct scheduler_kind kinds[] = {
    {"outbox", outbox_run},          {"closure", closure_job},     {"declaration", declaration_job},
    {"ticket", ticket_job},          {"line", line_fees_run},      {"archive", archive_run},
    {"aging", number_aging_run},     {"port", number_leaving_run}, {"sweep", closure_sweep},
    {"turn", keyring_turn_job},      {"leaves", leaves_run},       {"carrier_seen", carrier_forget_run},
    {"expired", expired_forget_run}, {"parts", message_parts_run}, {"send", message_carry_run},
};

static void add_routes(struct service *service, const struct http_route *routes, size_t count)
{
    for (size_t i = 0; i < count && service->route_count < SERVICE_ROUTES; i++)
        service->routes[service->route_count++] = routes[i];
}

static enum err collect_routes(struct service *service, const struct service_options *options)
{
    struct http_route hooks[EDGE_HOOK_ROUTES];
    size_t count;
    edge_hook_routes(&service->house->app, hooks);
    add_routes(service, hooks, EDGE_HOOK_ROUTES);
    const struct http_route *api = api_routes(&service->house->app, &count);
    add_routes(service, api, count);
    service->web_routes = web_routes(&service->web, &count);
    if (service->web_routes == NULL)
        return ERR_MEMORY;
    add_routes(service, service->web_routes, count);
    if (options->more_routes != NULL) {
        service->more_routes = options->more_routes(options->more_context, &service->web, &count);
        if (service->more_routes == NULL)
            return ERR_MEMORY;
        add_routes(service, service->more_routes, count);
    }
    return ERR_NONE;
}

/* Jobs publish while the server comes and goes. */
static void publish(void *context, int64_t account_id, const char *event, struct str data)
{
    struct service *service = context;
    pthread_mutex_lock(&service->lock_public);
    if (service->public_server != NULL)
        http_publish(service->public_server, account_id, event, data);
    pthread_mutex_unlock(&service->lock_public);
}

static struct http_server *swap_public(struct service *service, struct http_server *server)
{
    pthread_mutex_lock(&service->lock_public);
    struct http_server *before = service->public_server;
    service->public_server = server;
    pthread_mutex_unlock(&service->lock_public);
    return before;
}

static size_t open_topics(void *context, int64_t *ret_topics, size_t limit)
{
    struct service *service = context;
    return http_topics(service->public_server, ret_topics, limit);
}

/* Programs get a problem, people a page. */
static void error_page(struct http_request *request, enum err error, void *web)
{
    if (!api_error_page(request, error))
        web_error_page(request, error, web);
}

static enum err start_listener(struct service *service, const struct http_options *options,
                               struct http_server **ret_server, struct buf *why)
{
    enum err error = http_start(options, ret_server);
    if (error == ERR_EXISTS)
        buf_printf(why, "%s is in use by another program. Stop it, or choose another address with --listen.",
                   options->listen);
    else if (error == ERR_FORBIDDEN)
        buf_printf(why, "no permission to listen on %s. Choose a port above 1023.", options->listen);
    else if (error != ERR_NONE)
        buf_printf(why, "can't listen on %s: %s. An address is written as 127.0.0.1:8080.", options->listen,
                   err_code(error));
    (void)service;
    return error;
}

static enum err start_public(struct service *service, const struct service_options *options, struct buf *why)
{
    const struct settings *settings = &service->house->settings;
    TRY(collect_routes(service, options));
    struct http_options http = {
        .listen = settings->server.listen,
        .routes = service->routes,
        .route_count = service->route_count,
        .public_origin = settings->server.public_url[0] != '\0' ? settings->server.public_url : NULL,
        .trusted_proxies = settings->server.trusted_proxies,
        .error_page = error_page,
        .error_context = &service->web,
    };
    struct http_server *server;
    TRY(start_listener(service, &http, &server, why));
    swap_public(service, server);
    return ERR_NONE;
}

static enum err start_private(struct service *service, struct buf *why)
{
    size_t count;
    const char *listen = service->house->settings.server.private_listen;
    if (listen[0] == '\0')
        return ERR_NONE;
    const struct http_route *routes = health_routes(&service->house->app, service->public_server, &count);
    struct http_options http = {
        .listen = listen, .routes = routes, .route_count = count, .event_threads = 1, .worker_threads = 1};
    return start_listener(service, &http, &service->private_server, why);
}

static int control_verb(void *context, int argc, char **argv, struct str input, struct buf *out,
                        struct buf *err)
{
    struct service *service = context;
    struct cli cli = {.arena = arena_new_wiped(0), .house = service->house, .input = input};
    if (cli.arena == NULL)
        return err_exit_code(ERR_MEMORY);
    cli.out = *out;
    cli.err = *err;
    enum err error = cli_run(&cli, argc, argv);
    *out = cli.out;
    *err = cli.err;
    arena_free(cli.arena);
    return err_exit_code(error);
}

static enum err check_tombstones(struct service *service, struct buf *why)
{
    int64_t missing = 0;
    enum err error = tombstones_check(&service->house->app, &missing);
    if (error == ERR_CONFLICT)
        buf_printf(why,
                   "this store is older than the tombstones: %lld closed accounts would come back. Run "
                   "`violet restore` "
                   "with this backup; it closes them again.",
                   (long long)missing);
    else if (error != ERR_NONE)
        buf_printf(why, "can't compare the store with the tombstones: %s.", err_code(error));
    return error;
}

static enum err check_signing(struct service *service, struct buf *why)
{
    const struct settings *settings = &service->house->settings;
    enum err error = signing_check(&service->house->app, sql_is_file(settings->store_url));
    if (error == ERR_CONFLICT)
        buf_printf(why,
                   "the signing key in %s is not the one of this house: receipts would not prove. Copy that "
                   "directory from a node that runs.",
                   settings->signing_path);
    return error;
}

static enum err enter_node(struct house *house, struct buf *why)
{
    enum err error = ERR_NONE;
    for (int tries = 0; tries < NODE_TRIES; tries++) {
        error = node_enter(house->app.node);
        if (error != ERR_BUSY)
            break;
        sleep(1); /* a running node seals it to this one with its next sign of life */
    }
    if (error == ERR_FORBIDDEN)
        buf_add_c(
            why, "this node is not one of the house, or was retired. Move its keyring away, run `violet node "
                 "join`, and on a running node `violet node admit NAME PRINT`.");
    else if (error == ERR_BUSY)
        buf_add_c(why,
                  "this node lacks the epoch of the keyring that is written now, and no running node has "
                  "sealed it to this one. Start another node first; if its key is not known any more, "
                  "retire this node and let it join anew.");
    else if (error != ERR_NONE)
        buf_printf(why, "this node can't give a sign of life: %s.", err_code(error));
    return error;
}

static enum err start_node(struct house *house, struct buf *why)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/node", house->settings.data);
    const struct node_options options = {.path = path,
                                         .name = house->settings.node_name,
                                         .version = VIOLET_VERSION,
                                         .alone = sql_is_file(house->settings.store_url)};
    enum err error = node_open(&house->app, &options, &house->app.node);
    if (error != ERR_NONE) {
        buf_printf(why, "can't read or make %s: %s.", path, err_code(error));
        return error;
    }
    TRY(enter_node(house, why));
    return node_start(house->app.node);
}

static enum err start_all(struct service *service, const struct service_options *options, struct buf *why)
{
    struct house *house = service->house;
    char path[4096];
    TRY(start_node(house, why));
    TRY(check_signing(service, why));
    TRY(check_tombstones(service, why));
    TRY(backup_name_store(&house->app));
    outbox_register(options->effects, options->effect_count);
    archive_register(archive_make);
    message_carry_register(edge_smpp_submit, &service->smpp);
    TRY(keyring_turn_plan(&house->app));
    TRY(carrier_forget_plan(&house->app));
    TRY(expired_forget_plan(&house->app));
    TRY(carrier_keeper_new(&house->app, options->logins == NULL, &house->carriers));
    TRY(start_public(service, options, why));
    if (options->listening != NULL)
        options->listening(options->listening_context, service_port(service));
    TRY(start_private(service, why));
    TRY(node_events_start(&house->app, open_topics, service, &service->events));
    snprintf(path, sizeof path, "%s/control", house->settings.data);
    enum err error = control_start(path, control_verb, service, &service->control);
    if (error != ERR_NONE)
        buf_printf(why, "can't make the control socket %s: %s (a path has at most 107 bytes).", path,
                   err_code(error));
    TRY(error);
    TRY(scheduler_start(&house->app, kinds, sizeof kinds / sizeof *kinds, &service->scheduler));
    TRY(carrier_keeper_start(house->carriers));
    service->smpp = carrier_keeper_binds(house->carriers);
    return ERR_NONE;
}

enum err service_start(struct house *house, const struct service_options *options,
                       struct service **ret_service, struct buf *why)
{
    struct service *service = calloc(1, sizeof *service);
    if (service == NULL)
        return ERR_MEMORY;
    pthread_mutex_init(&service->lock_public, NULL);
    service->house = house;
    service->web = (struct web){.app = &house->app,
                                .demo = options->logins != NULL,
                                .logins = options->logins,
                                .login_count = options->login_count};
    house->app.publish = publish;
    house->app.publish_context = service;
    enum err error = start_all(service, options, why);
    if (error != ERR_NONE)
        service_stop(service);
    else
        *ret_service = service;
    return error;
}

uint16_t service_port(const struct service *service)
{
    return http_port(service->public_server);
}

void service_wake(struct service *service)
{
    scheduler_wake(service->scheduler);
}

static void stop_signals(sigset_t *ret_set)
{
    sigemptyset(ret_set);
    sigaddset(ret_set, SIGTERM);
    sigaddset(ret_set, SIGINT);
    sigaddset(ret_set, SIGHUP);
}

void service_block_signals(void)
{
    sigset_t set;
    stop_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void service_wait(struct carrier_keeper *carriers)
{
    sigset_t set;
    int number;
    stop_signals(&set);
    for (;;) {
        if (sigwait(&set, &number) != 0)
            continue;
        if (number != SIGHUP || carriers == NULL)
            break;
        carrier_keeper_reload_logged(carriers);
    }
    log_info("stopping");
}

void service_stop(struct service *service)
{
    if (service == NULL)
        return;
    control_stop(service->control);
    node_events_stop(service->events);
    http_stop(service->private_server); /* its metrics look at the binds, and so do pages of the desk */
    http_stop(swap_public(service, NULL));
    carrier_keeper_stop(service->house->carriers);
    scheduler_stop(service->scheduler);
    service->smpp = NULL;
    carrier_keeper_free(service->house->carriers);
    service->house->carriers = NULL;
    service->house->app.publish = NULL;
    service->house->app.steady = NULL;
    node_free(service->house->app.node);
    service->house->app.node = NULL;
    web_routes_free(service->web_routes);
    web_routes_free(service->more_routes);
    pthread_mutex_destroy(&service->lock_public);
    free(service);
}
