#include "cmd/cli.h"

#include "app/service_catalogue.h"
#include "app/service_import.h"
#include "domain/message/code.h"

#include "base/limits.h"

/* What a text says, and why. */
struct explanation {
    struct message_code code;
    struct service_match match;
};

static void print_json(struct cli *cli, const struct explanation *found)
{
    struct json json = json_new(&cli->out);
    const struct service *service = found->match.service;
    json_object(&json, NULL);
    json_str(&json, "code", found->code.code);
    json_int(&json, "code_sureness", found->code.sureness);
    json_text(&json, "code_rule", found->code.rule);
    json_text(&json, "service", service != NULL ? service->key : "");
    json_text(&json, "service_name", service != NULL ? service->name : "");
    json_text(&json, "category", service != NULL ? service->category : "");
    json_bool(&json, "dangerous", service != NULL && service->dangerous);
    json_int(&json, "service_sureness", found->match.sureness);
    json_text(&json, "service_rule", found->match.rule);
    json_array(&json, "rejected");
    for (size_t i = 0; i < found->code.rejected_count; i++) {
        json_object(&json, NULL);
        json_str(&json, "text", found->code.rejected[i].text);
        json_text(&json, "why", found->code.rejected[i].why);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
    buf_add_char(&cli->out, '\n');
}

static void print_words(struct cli *cli, const struct explanation *found)
{
    const struct service *service = found->match.service;
    if (found->code.code.length != 0)
        buf_printf(&cli->out, "code     %.*s  (%d %%, rule %s)\n", STR_ARG(found->code.code),
                   found->code.sureness, found->code.rule);
    else
        buf_add_c(&cli->out, "code     none\n");
    if (service != NULL)
        buf_printf(&cli->out, "service  %s, %s, %s  (%d %%, rule %s)\n", service->key, service->name,
                   service->category, found->match.sureness, found->match.rule);
    else
        buf_add_c(&cli->out, "service  none\n");
    for (size_t i = 0; i < found->code.rejected_count; i++)
        buf_printf(&cli->out, "no code  %.*s  (%s)\n", STR_ARG(found->code.rejected[i].text),
                   found->code.rejected[i].why);
}

static enum err run_explain(struct cli *cli)
{
    const char *from = cli_option(cli, "from");
    struct str text = cli->input;
    if (from == NULL || !cli_has(cli, "text") || cli->word_count != 0)
        return cli_fail(cli, ERR_USAGE, "give --from SENDER and --text FILE (\"-\" reads standard input)");
    if (text.length != 0 && text.data[text.length - 1] == '\n')
        text.length--;
    if (!str_is_utf8(text) || !str_is_utf8(str_from(from)))
        return cli_fail(cli, ERR_INVALID, "the text is no UTF-8");
    if (str_from(from).length > LIMIT_SENDER_BYTES)
        return cli_fail(cli, ERR_INVALID, "a sender has at most %d bytes", LIMIT_SENDER_BYTES);
    struct explanation found;
    message_look_for_code(text, &found.code);
    struct app shipped = {0}, *app = cli->house != NULL ? &cli->house->app : &shipped;
    found.match = service_catalogue_match(app, cli->arena, str_from(from), text, found.code.code.length != 0);
    if (cli->json)
        print_json(cli, &found);
    else
        print_words(cli, &found);
    return ERR_NONE;
}

static void print_faults(struct cli *cli, const struct service_import *import)
{
    for (size_t i = 0; i < import->ret_error_count && i < LIMIT_IMPORT_ERRORS; i++)
        buf_printf(&cli->err, "violet: row %zu (\"%.*s\"): %s\n", import->ret_errors[i].row,
                   STR_ARG(import->ret_errors[i].name),
                   service_entry_fault_word(import->ret_errors[i].fault));
}

static enum err run_import(struct cli *cli)
{
    const struct actor actor = {.kind = ACTOR_OPERATOR};
    struct service_import import = {.json = cli->input, .dry_run = cli_has(cli, "dry-run")};
    if (cli->word_count != 1)
        return cli_fail(cli, ERR_USAGE, "give one file, as data/services.json (\"-\" reads standard input)");
    enum err error = service_import(&cli->house->app, cli->arena, &actor, &import);
    if (error == ERR_INVALID) {
        print_faults(cli, &import);
        return cli_fail(cli, error, "%zu rows are wrong; nothing was imported", import.ret_error_count);
    }
    if (error == ERR_BAD_JSON)
        return cli_fail(cli, error, "the file is no JSON array of services; nothing was imported");
    if (error == ERR_TOO_LARGE)
        return cli_fail(cli, error, "the list is too large; nothing was imported");
    TRY(error);
    struct json json = json_new(&cli->out);
    if (!cli->json) {
        buf_printf(&cli->out, "%zu services %s, %zu of them new\n", import.ret_services,
                   import.dry_run ? "would be imported" : "imported", import.ret_new);
        return ERR_NONE;
    }
    json_object(&json, NULL);
    json_int(&json, "services", (int64_t)import.ret_services);
    json_int(&json, "new", (int64_t)import.ret_new);
    json_bool(&json, "dry_run", import.dry_run);
    json_object_end(&json);
    buf_add_char(&cli->out, '\n');
    return ERR_NONE;
}

const struct cli_verb cli_verbs_message[] = {
    {"services", "import", "services import FILE [--dry-run]",
     "takes a newer list of services in place of the one that was imported before, whole or not at all",
     "violet services import services.json --dry-run", CLI_HOUSE | CLI_INPUT, run_import},
    {"message", "explain", "message explain --from SENDER --text FILE [--json]",
     "says which code and service a text holds, how sure, by which rule, and what was taken for none",
     "echo 'Chase: Your code is 20659382.' | violet message explain --from 24273 --text -",
     CLI_TEXT | CLI_HOUSE_NAMED, run_explain},
    {0},
};
