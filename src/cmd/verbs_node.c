#include "cmd/cli.h"

#include "app/node.h"
#include "base/clock.h"
#include "crypto/keyring.h"
#include "store/statements.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { JOIN_MINUTES = 10 };

static void print_json(struct cli *cli, const struct node_row *rows, size_t count)
{
    struct json json = json_new(&cli->out);
    json_array(&json, NULL);
    for (size_t i = 0; i < count; i++) {
        char id[17];
        snprintf(id, sizeof id, "%016llx", (unsigned long long)rows[i].node_id);
        json_object(&json, NULL);
        json_text(&json, "node", id);
        json_str(&json, "name", rows[i].name);
        json_text(&json, "state", rows[i].state_name);
        json_bool(&json, "this", rows[i].self);
        json_str(&json, "version", rows[i].version);
        json_time(&json, "started", rows[i].started_at);
        json_time(&json, "last_sign_of_life", rows[i].beaten_at);
        json_int(&json, "epoch", rows[i].epoch);
        json_int(&json, "oldest_epoch", rows[i].epoch_oldest);
        if (rows[i].print[0] != '\0')
            json_text(&json, "print", rows[i].print);
        json_object_end(&json);
    }
    json_array_end(&json);
    buf_add_char(&cli->out, '\n');
}

static void print_rows(struct cli *cli, const struct node_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char seen[21];
        clock_format(rows[i].beaten_at, seen);
        buf_printf(&cli->out, "%016llx %s %.*s, %.*s, last sign of life %s, epoch %lld%s%s%s\n",
                   (unsigned long long)rows[i].node_id, rows[i].state_name, STR_ARG(rows[i].name),
                   STR_ARG(rows[i].version), seen, (long long)rows[i].epoch, rows[i].self ? ", this one" : "",
                   rows[i].print[0] != '\0' ? ", print " : "", rows[i].print);
    }
}

static enum err run_list(struct cli *cli)
{
    struct node_row *rows;
    size_t count;
    enum err error = node_list(&cli->house->app, cli->arena, &rows, &count);
    if (error != ERR_NONE)
        return cli_fail(cli, error, "can't read the nodes: %s.", err_code(error));
    if (cli->json)
        print_json(cli, rows, count);
    else
        print_rows(cli, rows, count);
    return ERR_NONE;
}

static const char *why_not(enum err error)
{
    if (error == ERR_NOT_FOUND)
        return "there is no such node. `violet node list` shows them.";
    if (error == ERR_CONFLICT)
        return "several nodes have this name: give its id instead, the first word of `violet node list`.";
    if (error == ERR_WRONG_PROOF)
        return "its key has another print than this. Compare with what `violet node join` shows there; if "
               "they "
               "differ, somebody else asks in its name.";
    return err_code(error);
}

static enum err run_retire(struct cli *cli)
{
    enum err error = node_retire(&cli->house->app, str_from(cli->words[0]));
    if (error == ERR_STATE)
        return cli_fail(cli, error,
                        "this node is alive. Stop it first; ten seconds later it may be retired.");
    if (error != ERR_NONE)
        return cli_fail(cli, error, "%s", why_not(error));
    buf_add_c(&cli->out, "retired. Destroy its keyring: what that holds can't be called back from here.\n");
    return ERR_NONE;
}

static enum err run_admit(struct cli *cli)
{
    enum err error = node_admit(&cli->house->app, str_from(cli->words[0]), str_from(cli->words[1]));
    if (error == ERR_STATE)
        return cli_fail(cli, error, "this node does not ask to be let in. Run `violet node join` there.");
    if (error != ERR_NONE)
        return cli_fail(cli, error, "%s", why_not(error));
    buf_add_c(&cli->out, "admitted\n");
    return ERR_NONE;
}

static void say_print(void *context, struct str name, const char *print)
{
    (void)context;
    fprintf(stderr, "on a running node: violet node admit %.*s %s\n", STR_ARG(name), print);
}

static enum err open_store(struct cli *cli, const struct settings *settings, struct sql_store **ret_store)
{
    const char *reason = "";
    const struct sql_options options = {.url = settings->store_url,
                                        .statements = store_statements,
                                        .statement_count = STATEMENT_COUNT,
                                        .migrations = store_migrations,
                                        .migration_count = store_migration_count};
    if (sql_is_file(settings->store_url))
        return cli_fail(cli, ERR_POLICY, "a store that is a file has one node. See [store] url.");
    enum err error = sql_open(&options, ret_store, &reason);
    if (error != ERR_NONE)
        return cli_fail(cli, error, "can't open the store: %s.",
                        reason[0] != '\0' ? reason : err_code(error));
    return ERR_NONE;
}

static enum err make_places(struct cli *cli, const struct settings *settings)
{
    struct house house = {.settings = *settings, .lock = -1};
    struct buf why = buf_new(0);
    enum err error = house_make_places(&house.settings, &why);
    if (error != ERR_NONE)
        cli_fail(cli, error, "%.*s", STR_ARG(buf_str(&why)));
    else if (access(settings->keyring.path, F_OK) == 0)
        error = cli_fail(cli, ERR_EXISTS,
                         "there is a keyring already: %s. It is one of a house; move it away first.",
                         settings->keyring.path);
    buf_free(&why);
    return error;
}

static enum err join(struct cli *cli, const struct settings *settings, struct sql_store *store)
{
    char path[4096];
    struct app app = {.store = store};
    snprintf(path, sizeof path, "%s/node", settings->data);
    const struct node_options options = {
        .path = path, .name = settings->node_name, .version = VIOLET_VERSION};
    const struct node_join wish = {.keyring = settings->keyring.path,
                                   .mirror =
                                       settings->keyring.mirror[0] != '\0' ? settings->keyring.mirror : NULL,
                                   .wait_micros = JOIN_MINUTES * MICROS_MINUTE,
                                   .ask = say_print,
                                   .context = cli};
    enum err error = node_join(&app, &options, &wish);
    if (error == ERR_BUSY)
        return cli_fail(cli, error,
                        "nobody let this node in within %d minutes. Run it again: its key, and so the "
                        "print, will be another.",
                        JOIN_MINUTES);
    if (error == ERR_FORBIDDEN)
        return cli_fail(cli, error, "this node was retired. Remove %s, and it asks as a new one.", path);
    if (error != ERR_NONE)
        return cli_fail(cli, error, "can't join: %s.", err_code(error));
    buf_add_c(&cli->out, "this node is one of the house now; `violet serve` starts it\n");
    return ERR_NONE;
}

static enum err run_join(struct cli *cli)
{
    struct settings settings;
    struct sql_store *store = NULL;
    TRY(cli_settings(cli, &settings));
    TRY(make_places(cli, &settings));
    TRY(open_store(cli, &settings, &store));
    enum err error = join(cli, &settings, store);
    sql_close(store);
    return error;
}

const struct cli_verb cli_verbs_node[] = {
    {"node", "list", "node list", "shows every node with its last sign of life", "violet node list",
     CLI_HOUSE, run_list},
    {"node", "join", "node join --config FILE",
     "asks, on a new machine, to be let into the house on its store", "violet node join --config violet.ini",
     0, run_join},
    {"node", "admit", "node admit NAME PRINT", "lets a node in whose key has this print",
     "violet node admit east 1f3a-90bc-77d2-0e41", CLI_HOUSE, run_admit},
    {"node", "retire", "node retire NAME", "lets go of a node that is gone for good",
     "violet node retire east", CLI_HOUSE, run_retire},
    {0},
};
