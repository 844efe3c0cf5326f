#include "cmd/cli.h"

#include "app/number_port.h"
#include "base/clock.h"
#include "base/limits.h"

static const struct actor operator_actor = {.kind = ACTOR_OPERATOR};

static enum err need_number(struct cli *cli, struct str *ret_e164)
{
    if (cli->word_count != 1)
        return cli_fail(cli, ERR_USAGE, "give the number with its country's code, as +12025550143");
    *ret_e164 = str_from(cli->words[0]);
    return ERR_NONE;
}

typedef enum err request_fn(struct app *app, const struct actor *actor, struct number_port *port);

/* What a person who answers the new carrier needs to hear. */
static const char *why(enum port_answer answer)
{
    static const char *const reasons[PORT_ANSWERS] = {
        [PORT_NOT_HERE] = "nobody here holds this number",
        [PORT_LEAVING] = "it is leaving already",
        [PORT_ACCOUNT_LOCKED] = "the account is locked: its holder said \"This was not me\"",
        [PORT_NUMBER_LOCKED] = "the number lock is on; its holder can turn it off",
        [PORT_NO_PIN] = "there is no transfer PIN that holds; its holder can get one",
        [PORT_TRIES] = "too many wrong tries; its holder can get a new transfer PIN",
        [PORT_ACCOUNT_NUMBER] = "the account number is wrong",
        [PORT_PIN] = "the transfer PIN is wrong",
    };
    return reasons[answer];
}

static enum err ask(struct cli *cli, request_fn *request)
{
    struct number_port port = {.account_number = str_from(cli_option(cli, "account-number"))};
    TRY(need_number(cli, &port.e164));
    if (port.account_number.length == 0)
        return cli_fail(cli, ERR_USAGE, "give what the new carrier shows: --account-number NUMBER");
    TRY(cli_secret(cli, "pin-file", "transfer PIN", &port.pin));
    enum err error = request(&cli->house->app, &operator_actor, &port);
    if (error == ERR_INVALID)
        return cli_fail(cli, ERR_USAGE, "give the number with its country's code, as +12025550143");
    TRY(error);
    bool accepted = port.ret_answer == PORT_ACCEPTED;
    const char *word = port_answer_word(port.ret_answer);
    if (cli->json)
        buf_printf(&cli->out, "{\"accepted\":%s,\"answer\":\"%s\"}\n", accepted ? "true" : "false", word);
    else
        buf_printf(&cli->out, "%s%s\n", accepted ? "" : "refused: ", word);
    return accepted ? ERR_NONE : cli_fail(cli, ERR_POLICY, "%s", why(port.ret_answer));
}

static enum err run_check(struct cli *cli)
{
    return ask(cli, number_port_check);
}

static enum err run_start(struct cli *cli)
{
    return ask(cli, number_port_start);
}

static enum err settle(struct cli *cli, enum err error, const char *word)
{
    if (error == ERR_STATE)
        return cli_fail(cli, error, "the number is not leaving; see `violet port list`");
    if (error == ERR_NOT_FOUND)
        return cli_fail(cli, error, "no such number is in the inventory");
    if (error == ERR_INVALID)
        return cli_fail(cli, ERR_USAGE, "give the number with its country's code, as +12025550143");
    TRY(error);
    buf_printf(&cli->out, cli->json ? "{\"%s\":true}\n" : "%s\n", word);
    return ERR_NONE;
}

static enum err run_complete(struct cli *cli)
{
    struct str e164;
    TRY(need_number(cli, &e164));
    return settle(cli, number_port_complete(&cli->house->app, &operator_actor, e164), "completed");
}

static enum err run_cancel(struct cli *cli)
{
    struct str e164;
    TRY(need_number(cli, &e164));
    return settle(cli, number_port_cancel(&cli->house->app, &operator_actor, e164), "cancelled");
}

static void add_number(struct cli *cli, struct json *json, const struct number_leaving *number)
{
    char since[21];
    if (!cli->json) {
        clock_format(number->since, since);
        buf_printf(&cli->out, "%.*s %.*s leaving since %s%s\n", STR_ARG(number->e164),
                   STR_ARG(number->carrier), since, number->held ? "" : ", its line has ended");
        return;
    }
    json_object(json, NULL);
    json_str(json, "number", number->e164);
    json_str(json, "carrier", number->carrier);
    json_time(json, "leaving_since", number->since);
    json_bool(json, "held", number->held);
    json_object_end(json);
}

static enum err run_list(struct cli *cli)
{
    struct json json = json_new(&cli->out);
    struct number_leaving *numbers;
    struct str after = STR_NONE;
    size_t count = LIMIT_PAGE_ROWS;
    if (cli->json)
        json_array(&json, NULL);
    while (count == LIMIT_PAGE_ROWS) {
        TRY(number_port_list(&cli->house->app, cli->arena, after, LIMIT_PAGE_ROWS, &numbers, &count));
        for (size_t i = 0; i < count; i++)
            add_number(cli, &json, &numbers[i]);
        if (count != 0)
            after = numbers[count - 1].e164;
    }
    if (cli->json) {
        json_array_end(&json);
        buf_add_char(&cli->out, '\n');
    }
    return ERR_NONE;
}

const struct cli_verb cli_verbs_port[] = {
    {"port", "check", "port check NUMBER --account-number NUMBER --pin-file FILE",
     "answers another carrier's port request: accepted, or refused and why",
     "violet port check +12025550123 --account-number 4173551920376458130 --pin-file pin", CLI_HOUSE,
     run_check},
    {"port", "start", "port start NUMBER --account-number NUMBER --pin-file FILE",
     "checks a port request, and an accepted number is leaving from now on",
     "violet port start +12025550123 --account-number 4173551920376458130 --pin-file pin", CLI_HOUSE,
     run_start},
    {"port", "complete", "port complete NUMBER", "says that a number that was leaving is at its new carrier",
     "violet port complete +12025550123", CLI_HOUSE, run_complete},
    {"port", "cancel", "port cancel NUMBER", "says that a number that was leaving stays",
     "violet port cancel +12025550123", CLI_HOUSE, run_cancel},
    {"port", "list", "port list", "lists the numbers that are leaving", "violet port list", CLI_HOUSE,
     run_list},
    {0},
};
