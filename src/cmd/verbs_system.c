#include "cmd/cli.h"

#include "app/rnd_month.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "cmd/completion.h"
#include "cmd/config.h"
#include "cmd/doctor.h"
#include "cmd/manual.h"
#include "cmd/service.h"
#include "cmd/verify.h"
#include "demo/demo.h"
#include "edge/mail/render.h"
#include "edge/rnd/rnd.h"
#include "edge/webhook/webhook.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err settings_of(struct cli *cli, struct settings *ret_settings)
{
    TRY(cli_settings(cli, ret_settings));
    if (cli_has(cli, "listen"))
        ret_settings->server.listen = cli_option(cli, "listen");
    return ERR_NONE;
}

static enum err start_or_say(struct cli *cli, struct house *house, const struct service_options *options,
                             struct service **ret_service)
{
    struct buf why = buf_new(0);
    enum err error = service_start(house, options, ret_service, &why);
    if (error != ERR_NONE) {
        struct str text = buf_str(&why);
        cli_fail(cli, error, "%.*s", STR_ARG(text));
    }
    buf_free(&why);
    return error;
}

static enum err open_or_say(struct cli *cli, const struct settings *settings, unsigned flags,
                            struct house *ret_house)
{
    struct buf why = buf_new(0);
    enum err error = house_open(settings, flags, ret_house, &why);
    if (error != ERR_NONE) {
        struct str text = buf_str(&why);
        cli_fail(cli, error, "%.*s", STR_ARG(text));
    }
    buf_free(&why);
    return error;
}

/* For people on standard error; with --json, one line for programs on standard output. */
static void say_where(struct cli *cli, const struct settings *settings, unsigned port)
{
    struct json json = json_new(&cli->out);
    buf_printf(&cli->err, "violet serves on port %u\n", port);
    if (cli->json) {
        json_object(&json, NULL);
        json_int(&json, "port", port);
        json_text(&json, "public_url", settings->server.public_url);
        json_object_end(&json);
        buf_add_char(&cli->out, '\n');
    }
    cli_say(cli);
}

static enum err serve_house(struct cli *cli, struct house *house)
{
    struct effect_kind effects[] = {{"mail", mail_perform, &house->settings},
                                    {"webhook", webhook_perform, &house->settings.webhook}};
    struct service_options options = {.effects = effects, .effect_count = sizeof effects / sizeof *effects};
    struct service *service;
    TRY(start_or_say(cli, house, &options, &service));
    say_where(cli, &house->settings, service_port(service));
    service_wait(house->carriers);
    service_stop(service);
    return ERR_NONE;
}

static enum err run_serve(struct cli *cli)
{
    struct settings settings;
    struct house house;
    struct buf errors = buf_new(0);
    TRY(settings_of(cli, &settings));
    enum err error = config_check_serve(&settings, &errors);
    buf_add(&cli->err, buf_str(&errors));
    buf_free(&errors);
    TRY(error);
    service_block_signals();
    TRY(open_or_say(cli, &settings, 0, &house));
    error = serve_house(cli, &house);
    house_close(&house);
    return error;
}

static void write_logins(struct cli *cli, const char *url, const struct web_login *logins, size_t count)
{
    struct json json = json_new(&cli->out);
    json_object(&json, NULL);
    json_text(&json, "url", url);
    json_array(&json, "logins");
    for (size_t i = 0; i < count; i++) {
        json_object(&json, NULL);
        json_text(&json, "role", demo_role_name(logins[i].role));
        json_text(&json, "name", logins[i].name);
        json_text(&json, "password", logins[i].password);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
    buf_add_char(&cli->out, '\n');
}

static void print_logins(struct cli *cli, const char *url, const struct web_login *logins, size_t count)
{
    buf_printf(&cli->out, "Violet demo: %s\n\n", url);
    for (size_t i = 0; i < count; i++)
        buf_printf(&cli->out, "  %-10s  %-4s  %s\n", demo_role_name(logins[i].role), logins[i].name,
                   logins[i].password);
    buf_printf(&cli->out,
               "\nSubscribers: %s/login   Desk: %s/desk/login\nMail: %s/demo/mail   Clock: "
               "%s/demo/clock\nStop with Ctrl-C.\n",
               url, url, url, url);
}

static void say_logins(struct cli *cli, const char *url)
{
    size_t count;
    const struct web_login *logins = demo_logins(&count);
    if (cli->json)
        write_logins(cli, url, logins, count);
    else
        print_logins(cli, url, logins, count);
    cli_say(cli);
}

static void wake_service(void *context)
{
    service_wake(context);
}

/* Where the demo is found; its links name it. */
struct demo_place {
    struct settings *settings;
    char url[300];
};

static void demo_listens(void *context, unsigned port)
{
    struct demo_place *place = context;
    const char *listen = place->settings->server.listen, *colon = strrchr(listen, ':');
    snprintf(place->url, sizeof place->url, "http://%.*s:%u", (int)(colon - listen), listen, port);
    place->settings->server.public_url = place->url;
}

static enum err demo_house(struct cli *cli, struct house *house, struct demo *demo)
{
    struct demo_place place = {.settings = &house->settings};
    struct effect_kind effects[] = {{"mail", mailbox_perform, demo_mailbox(demo)},
                                    {"webhook", webhook_perform, &house->settings.webhook}};
    struct service_options options = {.effects = effects,
                                      .effect_count = sizeof effects / sizeof *effects,
                                      .more_routes = demo_routes,
                                      .more_context = demo,
                                      .listening = demo_listens,
                                      .listening_context = &place};
    struct service *service;
    options.logins = demo_logins(&options.login_count);
    TRY(demo_clock_restore(&house->app));
    TRY(demo_seed(&house->app));
    TRY(demo_carrier_start(demo, &house->settings));
    TRY(start_or_say(cli, house, &options, &service));
    enum err error = demo_start(demo, wake_service, service);
    if (error == ERR_NONE) {
        say_logins(cli, place.url);
        service_wait(NULL);
    }
    demo_stop(demo);
    service_stop(service);
    return error;
}

/* The default one lies where everybody may write: somebody else's would hold their keyring and our people. */
static enum err want_own_directory(struct cli *cli, const char *path)
{
    struct stat found;
    if (lstat(path, &found) != 0)
        return ERR_NONE; /* it is made */
    if (S_ISDIR(found.st_mode) && found.st_uid == getuid() && (found.st_mode & 022) == 0)
        return ERR_NONE;
    return cli_fail(cli, ERR_FORBIDDEN,
                    "%s is not a directory that you alone may write; give another with --data", path);
}

static enum err run_demo(struct cli *cli)
{
    struct settings settings;
    struct house house;
    struct demo *demo = NULL;
    char data[64];
    if (!cli_has(cli, "data")) {
        snprintf(data, sizeof data, "/tmp/violet-demo-%u", (unsigned)getuid());
        TRY(want_own_directory(cli, data));
        cli->options[cli->option_count].name = "data";
        cli->options[cli->option_count++].value = data;
    }
    TRY(settings_of(cli, &settings));
    demo_settings(&settings);
    service_block_signals();
    TRY(open_or_say(cli, &settings, HOUSE_CREATE, &house));
    enum err error = demo_new(&house.app, &demo);
    if (error == ERR_NONE)
        error = demo_house(cli, &house, demo);
    demo_free(demo);
    house_close(&house);
    return error;
}

static enum err run_init(struct cli *cli)
{
    buf_printf(&cli->out, "%s is ready\n", cli->house->settings.data);
    return ERR_NONE;
}

static enum err run_migrate(struct cli *cli)
{
    struct settings settings;
    struct house house;
    TRY(settings_of(cli, &settings));
    TRY(open_or_say(cli, &settings, HOUSE_MIGRATE, &house));
    buf_printf(&cli->out, "the store has version %d\n", sql_version(house.app.store));
    house_close(&house);
    return ERR_NONE;
}

static enum err run_doctor(struct cli *cli)
{
    struct settings settings;
    TRY(settings_of(cli, &settings));
    return doctor_run(&settings, cli->json, &cli->out);
}

static enum err run_config_explain(struct cli *cli)
{
    if (cli->word_count != 1)
        return cli_fail(cli, ERR_USAGE, "give a key, as closing.undo_days, or a section");
    struct buf text = buf_new(0);
    enum err error = config_explain(str_from(cli->words[0]), &text);
    buf_add(error == ERR_NONE ? &cli->out : &cli->err, buf_str(&text));
    buf_free(&text);
    return error;
}

static void list_failpoint(const char *name, void *context)
{
    buf_printf(context, "%s\n", name);
}

static enum err run_failpoints(struct cli *cli)
{
#ifdef VIOLET_FAILPOINTS
    failpoint_list(list_failpoint, &cli->out);
    return ERR_NONE;
#else
    (void)list_failpoint;
    return cli_fail(cli, ERR_POLICY, "this build has none: configure with -Dfailpoints=true");
#endif
}

struct rnd_source {
    const struct rnd_month *month;
    size_t next;
};

static enum err rnd_next(void *context, struct arena *arena, struct str after, struct rnd_row *ret_rows,
                         size_t limit, size_t *ret_count)
{
    struct rnd_source *source = context;
    size_t count = 0;
    (void)arena;
    (void)after;
    for (; count < limit && source->next < source->month->count; source->next++)
        ret_rows[count++] = (struct rnd_row){source->month->rows[source->next].e164,
                                             source->month->rows[source->next].disconnected_at};
    *ret_count = count;
    return ERR_NONE;
}

static enum err run_rnd_report(struct cli *cli)
{
    struct rnd_month month;
    const char *path = cli_option(cli, "out");
    const struct actor actor = {.kind = ACTOR_OPERATOR};
    int64_t count = 0;
    if (cli->word_count != 1 || path == NULL || path[0] != '/')
        return cli_fail(cli, ERR_USAGE, "give a month, as 2026-11, and --out with an absolute path");
    struct str name = str_from(cli->words[0]);
    enum err error = rnd_month_read(&cli->house->app, cli->arena, name, &month);
    if (error == ERR_INVALID)
        return cli_fail(cli, ERR_USAGE, "%s is no month, as 2026-11", cli->words[0]);
    TRY(error);
    struct rnd_source source = {.month = &month};
    error = rnd_write(&cli->house->settings.rnd, path, clock_now(), rnd_next, &source, &count);
    if (error == ERR_CONFIG)
        return cli_fail(cli, error, "set rnd.company_id and the template; see `violet config explain rnd`");
    if (error != ERR_NONE)
        return cli_fail(cli, error, "can't write %s", path);
    if (cli_has(cli, "mark"))
        error = rnd_month_submit(&cli->house->app, &actor, name, count);
    if (error == ERR_CHANGED)
        return cli_fail(cli, error,
                        "a number was disconnected meanwhile: run it again, and submit that file");
    if (error == ERR_STATE)
        return cli_fail(cli, error, "%s was marked before; what came later stands in the next month's file",
                        cli->words[0]);
    TRY(error);
    if (cli->json)
        buf_printf(&cli->out, "{\"month\":\"%s\",\"rows\":%lld,\"marked\":%s}\n", cli->words[0],
                   (long long)count, cli_has(cli, "mark") ? "true" : "false");
    else
        buf_printf(&cli->out, "%lld numbers%s\n", (long long)count,
                   count == 0 ? ": nothing to report, and the file says so" : "");
    return ERR_NONE;
}

const struct cli_verb cli_verbs_system[] = {
    {"demo", "", "demo [--listen ADDRESS:PORT] [--data DIRECTORY] [--store URL]",
     "starts a demo with seeded people and a clock to move", "violet demo --listen 127.0.0.1:8080", 0,
     run_demo},
    {"serve", "", "serve --config FILE [--listen ADDRESS:PORT]", "serves", "violet serve --config violet.ini",
     0, run_serve},
    {"init", "", "init --config FILE", "makes the data directory, the keyring and the store",
     "violet init --config violet.ini", CLI_HOUSE | CLI_CREATE | CLI_ALONE, run_init},
    {"migrate", "", "migrate --config FILE", "brings the store up to this version",
     "violet migrate --config violet.ini", 0, run_migrate},
    {"doctor", "", "doctor --config FILE", "looks at keyring, mirrors, modes, disk and configuration",
     "violet doctor --config violet.ini", 0, run_doctor},
    {"verify", "", "verify RECEIPT [--key FILE] [--signature FILE]", "checks a receipt against its signature",
     "violet verify receipt.json --key violet.pub", CLI_INPUT, cmd_verify},
    {"rnd", "report", "rnd report MONTH --out FILE [--mark]",
     "writes the month's file for the Reassigned Numbers Database; --mark records that it was submitted",
     "violet rnd report 2026-11 --out /srv/rnd-2026-11.csv", CLI_HOUSE, run_rnd_report},
    {"config", "explain", "config explain KEY", "explains a key or a section of the configuration",
     "violet config explain closing.undo_days", 0, run_config_explain},
    {"man", "", "man violet|violet.conf", "prints a manual page", "violet man violet.conf | man -l -", 0,
     cmd_man},
    {"completion", "", "completion bash|zsh", "prints the completion of a shell",
     "violet completion bash > /etc/bash_completion.d/violet", 0, cmd_completion},
    {"failpoints", "", "failpoints", "lists the places where a test may kill this build", "violet failpoints",
     0, run_failpoints},
    {0},
};
