#include "cmd/cli.h"

#include "app/carriers.h"
#include "base/clock.h"
#include "cmd/carrier_reload.h"

static const char *kind_name(const struct settings_carrier *carrier)
{
    return carrier->kind == SETTINGS_CARRIER_SMPP ? "smpp" : "http";
}

/* What is shown of one carrier. */
struct listing {
    struct cli *cli;
    struct json *json; /* NULL: for people */
    const char *carrier;
};

static void add_json(const struct carrier_bind *bind, void *context)
{
    const struct listing *listing = context;
    struct json *json = listing->json;
    if (!str_is(str_from(listing->carrier), bind->carrier))
        return;
    json_object(json, NULL);
    json_text(json, "mode", bind->mode);
    json_int(json, "number", bind->number);
    json_text(json, "state", bind->phase);
    json_time(json, "since", bind->since);
    json_text(json, "last_bind", bind->last_status_name);
    json_time(json, "last_text", bind->last_text);
    json_int(json, "in_flight", bind->in_flight);
    json_int(json, "window", bind->window);
    json_int(json, "delivered", bind->delivered);
    json_int(json, "repeated", bind->repeated);
    json_int(json, "counted", bind->counted);
    json_int(json, "receipts", bind->receipts);
    json_int(json, "refused", bind->refused);
    json_int(json, "put_off", bind->put_off);
    json_int(json, "malformed", bind->malformed);
    json_int(json, "connects", bind->connects);
    json_int(json, "losses", bind->losses);
    json_int(json, "bind_refusals", bind->bind_refusals);
    json_object_end(json);
}

static void add_line(const struct carrier_bind *bind, void *context)
{
    const struct listing *listing = context;
    char since[21], last[21] = "none";
    if (!str_is(str_from(listing->carrier), bind->carrier))
        return;
    clock_format(bind->since, since);
    if (bind->last_text != 0)
        clock_format(bind->last_text, last);
    buf_printf(&listing->cli->out,
               "  %s %u: %s since %s, window %lld of %lld, last text %s, %lld stored, %lld repeated, "
               "%lld counted, %lld put off, %lld refused, %lld malformed, %lld lost",
               bind->mode, bind->number, bind->phase, since, (long long)bind->in_flight,
               (long long)bind->window, last, (long long)bind->delivered, (long long)bind->repeated,
               (long long)bind->counted, (long long)bind->put_off, (long long)bind->refused,
               (long long)bind->malformed, (long long)bind->losses);
    if (bind->last_status != 0)
        buf_printf(&listing->cli->out, ", last bind refused: %s", bind->last_status_name);
    buf_add_char(&listing->cli->out, '\n');
}

static void print_json(struct cli *cli, struct carrier_list list)
{
    struct json json = json_new(&cli->out);
    json_array(&json, NULL);
    for (size_t i = 0; i < list.count; i++) {
        const struct settings_carrier *row = &list.rows[i];
        struct listing listing = {cli, &json, row->name};
        json_object(&json, NULL);
        json_text(&json, "carrier", row->name);
        json_text(&json, "kind", kind_name(row));
        if (row->kind == SETTINGS_CARRIER_SMPP) {
            json_text(&json, "host", row->smpp.host);
            json_int(&json, "port", row->smpp.port);
            json_array(&json, "binds");
            carriers_each_bind(&cli->house->app, add_json, &listing);
            json_array_end(&json);
        }
        json_object_end(&json);
    }
    json_array_end(&json);
    buf_add_char(&cli->out, '\n');
}

static void print_rows(struct cli *cli, struct carrier_list list)
{
    for (size_t i = 0; i < list.count; i++) {
        const struct settings_carrier *row = &list.rows[i];
        struct listing listing = {cli, NULL, row->name};
        if (row->kind == SETTINGS_CARRIER_SMPP)
            buf_printf(&cli->out, "%s smpp %s:%lld\n", row->name, row->smpp.host, (long long)row->smpp.port);
        else
            buf_printf(&cli->out, "%s http /api/v1/hooks/sms/%s\n", row->name, row->name);
        carriers_each_bind(&cli->house->app, add_line, &listing);
    }
    if (cli->house->carriers == NULL)
        buf_add_c(&cli->err, "nobody serves here: no bind is held.\n");
}

static enum err run_list(struct cli *cli)
{
    struct carrier_list list = carriers_now(&cli->house->app);
    if (cli->json)
        print_json(cli, list);
    else
        print_rows(cli, list);
    return ERR_NONE;
}

static void print_change(struct cli *cli, const struct carrier_change *change)
{
    struct json json = json_new(&cli->out);
    if (!cli->json) {
        buf_printf(&cli->out, "%lld added, %lld removed, %lld changed, %lld as before\n",
                   (long long)change->added, (long long)change->removed, (long long)change->changed,
                   (long long)change->kept);
        return;
    }
    json_object(&json, NULL);
    json_int(&json, "added", change->added);
    json_int(&json, "removed", change->removed);
    json_int(&json, "changed", change->changed);
    json_int(&json, "kept", change->kept);
    json_object_end(&json);
    buf_add_char(&cli->out, '\n');
}

static enum err run_reload(struct cli *cli)
{
    struct carrier_change change;
    struct buf why = buf_new(0);
    if (cli->house->carriers == NULL)
        return cli_fail(cli, ERR_STATE,
                        "nobody serves here. `violet serve` reads the carriers when it starts.");
    enum err error = carrier_keeper_reload(cli->house->carriers, &why, &change);
    if (error == ERR_NONE) {
        print_change(cli, &change);
    } else {
        buf_add(&cli->err, buf_str(&why));
        cli_fail(cli, error, "nothing was changed: the carriers are those of before.");
    }
    buf_free(&why);
    return error;
}

const struct cli_verb cli_verbs_carrier[] = {
    {"carrier", "list", "carrier list",
     "shows every carrier and bind: its state, window, last text and counts", "violet carrier list --json",
     CLI_HOUSE, run_list},
    {"carrier", "reload", "carrier reload",
     "reads the carriers of the configuration again; binds that stay the same stay up (so does SIGHUP)",
     "violet carrier reload", CLI_HOUSE, run_reload},
    {0},
};
