#include "cmd/cli.h"

#include "app/account_create.h"
#include "app/message_send.h"
#include "app/number_assign.h"
#include "app/number_import.h"
#include "app/number_list.h"
#include "app/number_park.h"
#include "app/wallet_credit.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/money.h"
#include "domain/types.h"

static const struct actor operator_actor = {.kind = ACTOR_OPERATOR};

static enum err need_account(struct cli *cli, const char *name, int64_t *ret_account_id)
{
    if (name == NULL)
        return cli_fail(cli, ERR_USAGE, "give the account: --account NAME");
    enum err error = account_find(&cli->house->app, cli->arena, str_from(name), ret_account_id);
    return error == ERR_NOT_FOUND ? cli_fail(cli, error, "no account has the name %s", name) : error;
}

static void print_import_errors(struct cli *cli, const struct number_import *import)
{
    for (size_t i = 0; i < import->ret_error_count && i < LIMIT_IMPORT_ERRORS; i++)
        buf_printf(&cli->err, "violet: line %zu: %s: \"%.*s\"\n", import->ret_errors[i].line,
                   number_import_word(import->ret_errors[i].reason), STR_ARG(import->ret_errors[i].value));
}

static enum err run_number_import(struct cli *cli)
{
    struct number_import import = {
        .csv = cli->input, .carrier = cli_option(cli, "carrier"), .dry_run = cli_has(cli, "dry-run")};
    if (cli->word_count != 1)
        return cli_fail(cli, ERR_USAGE, "give one CSV file (\"-\" reads standard input)");
    enum err error = number_import(&cli->house->app, cli->arena, &operator_actor, &import);
    if (error == ERR_INVALID) {
        print_import_errors(cli, &import);
        return cli_fail(cli, error, "%zu lines are wrong; nothing was imported", import.ret_error_count);
    }
    TRY(error);
    struct json json = json_new(&cli->out);
    if (cli->json) {
        json_object(&json, NULL);
        json_int(&json, "lines", (int64_t)import.ret_lines);
        json_int(&json, "added", (int64_t)import.ret_added);
        json_int(&json, "known", (int64_t)import.ret_known);
        json_bool(&json, "dry_run", import.dry_run);
        json_object_end(&json);
        buf_add_char(&cli->out, '\n');
    } else {
        buf_printf(&cli->out, "%zu lines, %zu %s, %zu known already\n", import.ret_lines, import.ret_added,
                   import.dry_run ? "would be added" : "added", import.ret_known);
    }
    return ERR_NONE;
}

static enum err run_number_assign(struct cli *cli)
{
    struct number_assign assign = {.name = str_from(cli_option(cli, "name"))};
    const char *fee = cli_option(cli, "fee");
    if (cli->word_count > 1)
        return cli_fail(cli, ERR_USAGE, "give one number, or none to take the first that is available");
    if (fee != NULL && money_read(str_from(fee), &assign.fee) != ERR_NONE)
        return cli_fail(cli, ERR_USAGE, "--fee is an amount a month, as 2.50");
    TRY(need_account(cli, cli_option(cli, "account"), &assign.account_id));
    assign.e164 = str_from(cli->word_count == 1 ? cli->words[0] : NULL);
    enum err error = number_assign(&cli->house->app, &operator_actor, &assign);
    if (error == ERR_STATE)
        return cli_fail(cli, error,
                        "the number is not available (assigned or resting), or the account is closed");
    if (error == ERR_BALANCE)
        return cli_fail(cli, error, "the wallet does not hold the first month's fee; credit it first");
    if (error == ERR_NOT_FOUND)
        return cli_fail(cli, error, "no such number is in the inventory");
    if (error == ERR_INVALID)
        return cli_fail(cli, ERR_USAGE, "give the number with its country's code, as +12025550143");
    TRY(error);
    if (cli->json)
        buf_printf(&cli->out, "{\"line\":\"%lld\",\"number\":\"%s\",\"order\":\"%s\"}\n",
                   (long long)assign.ret_line_id, assign.ret_e164, assign.ret_order);
    else
        buf_printf(&cli->out, "%s %s\n", assign.ret_e164, assign.ret_order);
    return ERR_NONE;
}

static enum err need_number(struct cli *cli, struct str *ret_e164)
{
    if (cli->word_count != 1)
        return cli_fail(cli, ERR_USAGE, "give the number with its country's code, as +12025550143");
    *ret_e164 = str_from(cli->words[0]);
    return ERR_NONE;
}

static enum err settle(struct cli *cli, enum err error, const char *word)
{
    if (error == ERR_STATE)
        return cli_fail(cli, error, "its state does not allow that; see `violet number show %s`",
                        cli->words[0]);
    if (error == ERR_NOT_FOUND)
        return cli_fail(cli, error, "no such number is in the inventory");
    if (error == ERR_INVALID)
        return cli_fail(cli, ERR_USAGE, "give the number with its country's code, as +12025550143");
    TRY(error);
    if (word != NULL)
        buf_printf(&cli->out, cli->json ? "{\"%s\":true}\n" : "%s\n", word);
    return ERR_NONE;
}

static enum err run_number_park(struct cli *cli)
{
    struct str e164;
    TRY(need_number(cli, &e164));
    return settle(cli, number_park(&cli->house->app, &operator_actor, e164, true), "parked");
}

static enum err run_number_unpark(struct cli *cli)
{
    struct str e164;
    TRY(need_number(cli, &e164));
    return settle(cli, number_park(&cli->house->app, &operator_actor, e164, false), "unparked");
}

static enum err run_number_return(struct cli *cli)
{
    struct str e164;
    TRY(need_number(cli, &e164));
    return settle(cli, number_return(&cli->house->app, &operator_actor, e164), "returned");
}

static void print_time(struct cli *cli, const char *what, int64_t at)
{
    char text[21];
    if (at == 0)
        return;
    clock_format(at, text);
    buf_printf(&cli->out, "  %s %s\n", what, text);
}

static void write_number(struct cli *cli, const struct number_detail *number)
{
    struct json json = json_new(&cli->out);
    json_object(&json, NULL);
    json_str(&json, "number", number->e164);
    json_text(&json, "state", number_state_word(number->state));
    json_str(&json, "carrier", number->carrier);
    json_text(&json, "class", number->number_class == NUMBER_BUSINESS ? "business" : "residential");
    json_bool(&json, "held", number->account_id != 0);
    json_time(&json, "assigned_at", number->assigned_at);
    json_time(&json, "leaving_since", number->leaving_at);
    json_time(&json, "disconnected_at", number->disconnected_at);
    json_time(&json, "rests_until", number->rests_until);
    json_int(&json, "rested_days", number->rested_days);
    json_int(&json, "texts_since", number->texts);
    json_object_end(&json);
    buf_add_char(&cli->out, '\n');
}

static enum err run_number_show(struct cli *cli)
{
    struct str e164;
    struct number_detail number;
    TRY(need_number(cli, &e164));
    TRY(settle(cli, number_find(&cli->house->app, cli->arena, e164, &number), NULL));
    if (cli->json) {
        write_number(cli, &number);
        return ERR_NONE;
    }
    buf_printf(&cli->out, "%.*s %s, of carrier %.*s\n", STR_ARG(number.e164), number_state_word(number.state),
               STR_ARG(number.carrier));
    print_time(cli, "assigned", number.assigned_at);
    print_time(cli, "leaving since", number.leaving_at);
    print_time(cli, "disconnected", number.disconnected_at);
    print_time(cli, "rests until", number.rests_until);
    if (number.texts != 0)
        buf_printf(&cli->out, "  %lld texts since it was disconnected\n", (long long)number.texts);
    return ERR_NONE;
}

static enum err run_wallet_credit(struct cli *cli)
{
    struct wallet_credit credit = {.instrument = str_from(cli_option(cli, "instrument")),
                                   .provider_id = str_from(cli_option(cli, "note")),
                                   .request = str_from(cli_option(cli, "request"))};
    char balance[32];
    if (cli->word_count != 1 || money_read(str_from(cli->words[0]), &credit.amount) != ERR_NONE)
        return cli_fail(cli, ERR_USAGE, "give an amount, as 20.00");
    TRY(need_account(cli, cli_option(cli, "account"), &credit.account_id));
    enum err error = wallet_credit(&cli->house->app, &operator_actor, &credit);
    if (error != ERR_NONE)
        return cli_fail(cli, error,
                        error == ERR_KEY_REUSED ? "this --request was used with another amount"
                        : error == ERR_STATE    ? "the account takes no money any more: it is being closed"
                                                : "can't credit: is the amount above 0?");
    money_write(credit.ret_balance, balance);
    if (cli->json)
        buf_printf(&cli->out, "{\"order\":\"%s\",\"balance\":\"%s\",\"repeated\":%s}\n", credit.ret_order,
                   balance, credit.ret_repeated ? "true" : "false");
    else
        buf_printf(&cli->out, "%s balance %s\n", credit.ret_order, balance);
    return ERR_NONE;
}

static enum err run_account_sending(struct cli *cli)
{
    const char *price = cli_option(cli, "price"), *daily = cli_option(cli, "daily");
    int64_t account_id, micros = 0, a_day = 100;
    bool on = cli->word_count == 1 && str_is(str_from(cli->words[0]), "on");
    if (cli->word_count != 1 || (!on && !str_is(str_from(cli->words[0]), "off")))
        return cli_fail(cli, ERR_USAGE, "say on or off");
    if (on && (price == NULL || money_read(str_from(price), &micros) != ERR_NONE))
        return cli_fail(cli, ERR_USAGE, "--price is an amount a part, as 0.02");
    if (daily != NULL && (!str_to_int64(str_from(daily), &a_day) || a_day < 1))
        return cli_fail(cli, ERR_USAGE, "--daily is a number of parts, 1 to %d", LIMIT_SENT_PARTS_DAY);
    TRY(need_account(cli, cli_option(cli, "account"), &account_id));
    enum err error =
        account_set_sending(&cli->house->app, &operator_actor, account_id, on ? a_day : 0, micros);
    if (error == ERR_INVALID)
        return cli_fail(cli, ERR_USAGE, "--daily is at most %d, --price an amount from 0 on",
                        LIMIT_SENT_PARTS_DAY);
    TRY(error);
    if (cli->json)
        buf_printf(&cli->out, "{\"sending\":%s,\"daily\":%lld}\n", on ? "true" : "false",
                   on ? (long long)a_day : 0);
    else
        buf_printf(&cli->out, on ? "may send %lld parts in 24 hours\n" : "may not send\n", (long long)a_day);
    return ERR_NONE;
}

const struct cli_verb cli_verbs_number[] = {
    {"account", "sending", "account sending on|off --account NAME [--price AMOUNT] [--daily COUNT]",
     "lets an account answer texts, each part at a price and so many parts in 24 hours, or no more",
     "violet account sending on --account ann --price 0.02 --daily 100", CLI_HOUSE, run_account_sending},
    {"number", "import", "number import [--carrier NAME] [--dry-run] FILE",
     "adds numbers to the inventory: CSV of number, carrier, class",
     "violet number import --dry-run numbers.csv", CLI_HOUSE | CLI_INPUT, run_number_import},
    {"number", "assign", "number assign [NUMBER] --account NAME [--fee AMOUNT] [--name TEXT]",
     "assigns a number to an account and charges its first month",
     "violet number assign +12025550123 --account ann --fee 2.50", CLI_HOUSE, run_number_assign},
    {"number", "show", "number show NUMBER", "shows the state of a number", "violet number show +12025550123",
     CLI_HOUSE, run_number_show},
    {"number", "park", "number park NUMBER", "stops what is sent from a number; it still receives",
     "violet number park +12025550123", CLI_HOUSE, run_number_park},
    {"number", "unpark", "number unpark NUMBER", "takes that back", "violet number unpark +12025550123",
     CLI_HOUSE, run_number_unpark},
    {"number", "return", "number return NUMBER", "gives a number that nobody has back to its carrier",
     "violet number return +12025550123", CLI_HOUSE, run_number_return},
    {"wallet", "credit",
     "wallet credit AMOUNT --account NAME [--instrument TEXT] [--note TEXT] [--request KEY]",
     "records a top-up that was paid outside Violet",
     "violet wallet credit 20.00 --account ann --instrument \"Visa 4242\"", CLI_HOUSE, run_wallet_credit},
    {0},
};
