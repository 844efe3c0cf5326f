#include "cmd/health.h"

#include "app/carriers.h"
#include "app/node.h"
#include "base/clock.h"

#include <stdatomic.h>
#include <stddef.h>

static struct {
    struct app *app;
    struct http_server *server;
} health;

static void answer_health(struct http_request *request, void *context)
{
    (void)context;
    http_answer(request, 200, "text/plain; charset=utf-8", STR("ok\n"));
}

static enum err ready_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    (void)tx;
    (void)arena;
    (void)context;
    return ERR_NONE;
}

/* Ready: the store answers a read, the writer is not drowning, and the last sign of life was written. */
static void answer_ready(struct http_request *request, void *context)
{
    struct sql_counters sql;
    (void)context;
    sql_count(health.app->store, &sql);
    enum err error = sql_read(health.app->store, ready_run, http_arena(request), NULL);
    bool ready = error == ERR_NONE && sql.queue < 1024 && node_may_work(health.app->node);
    http_answer(request, ready ? 200 : 503, "text/plain; charset=utf-8",
                ready ? STR("ready\n") : STR("not ready\n"));
}

static void add_metric(struct buf *out, const char *name, const char *type, const char *help, int64_t value)
{
    buf_printf(out, "# HELP violet_%s %s\n# TYPE violet_%s %s\nviolet_%s %lld\n", name, help, name, type,
               name, (long long)value);
}

static void add_http(struct buf *out)
{
    struct http_counters http;
    http_count(health.server, &http);
    add_metric(out, "http_connections", "gauge", "Open connections.", http.connections);
    add_metric(out, "http_requests_total", "counter", "Requests that reached a handler or the gate.",
               http.requests);
    add_metric(out, "http_refused_total", "counter", "Requests that the gate refused.", http.refused);
    add_metric(out, "http_streams", "gauge", "Listeners of server-sent events.", http.streams);
    buf_add_c(out, "# HELP violet_http_answers_total Answers by class of status.\n"
                   "# TYPE violet_http_answers_total counter\n");
    for (int class = 1; class < 6; class ++)
        buf_printf(out, "violet_http_answers_total{class=\"%dxx\"} %lld\n", class,
                   (long long)http.status[class]);
}

static void add_label(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] != '"' && text.data[i] != '\\' && (unsigned char)text.data[i] >= ' ')
            buf_add_char(out, text.data[i]);
}

static void add_nodes(struct http_request *request, struct buf *out)
{
    struct node_row *rows;
    size_t count;
    if (node_list(health.app, http_arena(request), &rows, &count) != ERR_NONE)
        return;
    buf_add_c(out, "# HELP violet_node_beat_seconds When a node gave its last sign of life.\n"
                   "# TYPE violet_node_beat_seconds gauge\n");
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "violet_node_beat_seconds{node=\"%016llx\",name=\"",
                   (unsigned long long)rows[i].node_id);
        add_label(out, rows[i].name);
        buf_printf(out, "\",state=\"%s\"} %lld\n", rows[i].state_name,
                   (long long)(rows[i].beaten_at / MICROS_SECOND));
    }
}

/* What is counted of each bind; every metric's lines stand together (the text format wants it so). */
static const struct bind_metric {
    const char *name, *help;
    size_t offset;
} bind_metrics[] = {
    {"delivered_total", "Texts stored.", offsetof(struct carrier_bind, delivered)},
    {"repeated_total", "Texts delivered again, not stored again.", offsetof(struct carrier_bind, repeated)},
    {"counted_total", "Texts to numbers that are not ours or rest.", offsetof(struct carrier_bind, counted)},
    {"receipts_total", "Delivery receipts.", offsetof(struct carrier_bind, receipts)},
    {"refused_total", "Texts refused for good.", offsetof(struct carrier_bind, refused)},
    {"put_off_total", "Texts that the carrier was told to keep.", offsetof(struct carrier_bind, put_off)},
    {"malformed_total", "PDUs that could not be read.", offsetof(struct carrier_bind, malformed)},
    {"connects_total", "Connections made.", offsetof(struct carrier_bind, connects)},
    {"losses_total", "Binds lost.", offsetof(struct carrier_bind, losses)},
    {"bind_refusals_total", "Binds that the carrier refused.", offsetof(struct carrier_bind, bind_refusals)},
    {"in_flight", "Texts that are being stored.", offsetof(struct carrier_bind, in_flight)},
    {"window", "Texts that may be in flight at once.", offsetof(struct carrier_bind, window)},
    {"last_text_seconds", "When a text last came, seconds since 1970; 0: none since the start.",
     offsetof(struct carrier_bind, last_text)},
};

struct bind_line {
    struct buf *out;
    const struct bind_metric *metric; /* NULL: whether it is bound */
};

static void add_bind(const struct carrier_bind *state, void *context)
{
    const struct bind_line *line = context;
    int64_t value = state->bound;
    if (line->metric != NULL)
        value = *(const int64_t *)(const void *)((const char *)state + line->metric->offset);
    if (line->metric != NULL && line->metric->offset == offsetof(struct carrier_bind, last_text))
        value /= MICROS_SECOND;
    buf_printf(line->out, "violet_smpp_%s{carrier=\"%s\",mode=\"%s\",bind=\"%u\"} %lld\n",
               line->metric != NULL ? line->metric->name : "bound", state->carrier, state->mode,
               state->number, (long long)value);
}

static void add_binds(struct buf *out)
{
    struct bind_line line = {out, NULL};
    buf_add_c(out, "# HELP violet_smpp_bound Whether the bind stands.\n# TYPE violet_smpp_bound gauge\n");
    carriers_each_bind(health.app, add_bind, &line);
    for (size_t i = 0; i < sizeof bind_metrics / sizeof *bind_metrics; i++) {
        line.metric = &bind_metrics[i];
        bool counter = str_ends(str_from(line.metric->name), STR("_total"));
        buf_printf(out, "# HELP violet_smpp_%s %s\n# TYPE violet_smpp_%s %s\n", line.metric->name,
                   line.metric->help, line.metric->name, counter ? "counter" : "gauge");
        carriers_each_bind(health.app, add_bind, &line);
    }
}

static void answer_metrics(struct http_request *request, void *context)
{
    struct sql_counters sql;
    struct buf out = buf_new(0);
    (void)context;
    sql_count(health.app->store, &sql);
    add_http(&out);
    add_metric(&out, "sql_commands_total", "counter", "Commands that were committed or refused.",
               sql.commands);
    add_metric(&out, "sql_commits_total", "counter", "Transactions that were committed.", sql.commits);
    add_metric(&out, "sql_reruns_total", "counter", "Commands (SQLite: groups) that were run again.",
               sql.reruns);
    add_metric(&out, "sql_reads_total", "counter", "Read transactions.", sql.reads);
    add_metric(&out, "sql_connections", "gauge", "Open connections to the database's server.",
               sql.connections);
    add_metric(&out, "sql_reconnects_total", "counter", "Connections that were made again after a loss.",
               sql.reconnects);
    add_metric(&out, "sql_queue", "gauge", "Commands that wait.", sql.queue);
    add_metric(&out, "sql_wal_bytes", "gauge", "Size of the write-ahead log.", sql.wal_bytes);
    add_nodes(request, &out);
    add_binds(&out);
    http_answer(request, 200, "text/plain; version=0.0.4", buf_str(&out));
    buf_free(&out);
}

const struct http_route *health_routes(struct app *app, struct http_server *server, size_t *ret_count)
{
    static const struct http_route routes[] = {
        {.method = "GET", .path = "/healthz", .handler = answer_health},
        {.method = "GET", .path = "/readyz", .handler = answer_ready},
        {.method = "GET", .path = "/metrics", .handler = answer_metrics},
    };
    health.app = app;
    health.server = server;
    *ret_count = sizeof routes / sizeof *routes;
    return routes;
}
