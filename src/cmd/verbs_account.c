#include "cmd/cli.h"

#include "app/account_create.h"
#include "app/account_list.h"
#include "base/clock.h"
#include "domain/account/account.h"
#include "domain/types.h"
#include "i18n/i18n.h"

static enum err run_account_create(struct cli *cli)
{
    struct account_create create = {.mail = str_from(cli_option(cli, "mail"))};
    enum language language = LANGUAGE_EN;
    if (cli->word_count != 1)
        return cli_fail(cli, ERR_USAGE, "give the log-in name");
    if (cli_has(cli, "language") && !i18n_read_tag(str_from(cli_option(cli, "language")), &language))
        return cli_fail(cli, ERR_USAGE, "--language is en or zh-CN");
    TRY(cli_password(cli, &create.password));
    create.name = str_from(cli->words[0]);
    create.language = language;
    enum err error = account_create(&cli->house->app, &create);
    if (error == ERR_EXISTS)
        return cli_fail(cli, error, "somebody has the name %s", cli->words[0]);
    if (error == ERR_INVALID)
        return cli_fail(
            cli, error,
            "a name has 3 to 64 letters, digits, '.', '_', '-', '@' or '+', a password 8 to 256 bytes, and "
            "the mail address must be one");
    TRY(error);
    if (cli->json)
        buf_printf(&cli->out, "{\"account\":\"%lld\"}\n", (long long)create.ret_account_id);
    else
        buf_printf(&cli->out, "%lld\n", (long long)create.ret_account_id);
    return ERR_NONE;
}

static enum err run_account_list(struct cli *cli)
{
    struct account_list_row rows[100];
    int64_t after = 0;
    size_t count;
    struct json json = json_new(&cli->out);
    if (cli->json)
        json_array(&json, NULL);
    do {
        TRY(account_list(&cli->house->app, cli->arena, after, rows, 100, &count));
        for (size_t i = 0; i < count; i++) {
            char day[11];
            clock_format_day(rows[i].created_at, day);
            after = rows[i].account_id;
            if (!cli->json) {
                buf_printf(&cli->out, "%lld %s %s\n", (long long)rows[i].account_id,
                           account_state_name(rows[i].state), day);
                continue;
            }
            json_object(&json, NULL);
            json_str(&json, "account", arena_printf(cli->arena, "%lld", (long long)rows[i].account_id));
            json_text(&json, "state", account_state_name(rows[i].state));
            json_time(&json, "created", rows[i].created_at);
            json_object_end(&json);
        }
    } while (count == 100);
    if (cli->json) {
        json_array_end(&json);
        buf_add_char(&cli->out, '\n');
    }
    return ERR_NONE;
}

static const struct {
    const char *name;
    int64_t role;
} role_names[] = {
    {"agent", ROLE_AGENT}, {"reviewer", ROLE_REVIEWER}, {"finance", ROLE_FINANCE}, {"admin", ROLE_ADMIN}};

static enum err run_staff_create(struct cli *cli)
{
    struct staff_create create = {0};
    const char *role = cli_option(cli, "role");
    if (cli->word_count != 1 || role == NULL)
        return cli_fail(cli, ERR_USAGE, "give the log-in name and --role agent, reviewer, finance or admin");
    for (size_t i = 0; i < sizeof role_names / sizeof *role_names; i++)
        if (str_is(str_from(role), role_names[i].name))
            create.role = role_names[i].role;
    if (create.role == 0)
        return cli_fail(cli, ERR_USAGE, "%s is no role: agent, reviewer, finance or admin", role);
    TRY(cli_password(cli, &create.password));
    create.name = str_from(cli->words[0]);
    enum err error = staff_create(&cli->house->app, &create);
    if (error != ERR_NONE)
        return cli_fail(cli, error, error == ERR_EXISTS ? "somebody has the name %s" : "can't create %s",
                        cli->words[0]);
    if (cli->json)
        buf_printf(&cli->out, "{\"staff\":\"%lld\"}\n", (long long)create.ret_staff_id);
    else
        buf_printf(&cli->out, "%lld\n", (long long)create.ret_staff_id);
    return ERR_NONE;
}

const struct cli_verb cli_verbs_account[] = {
    {"account", "create", "account create NAME --password-file FILE [--mail ADDRESS] [--language en|zh-CN]",
     "makes an account", "violet account create ann --password-file pw --mail ann@example.org", CLI_HOUSE,
     run_account_create},
    {"account", "list", "account list", "lists the accounts", "violet account list --json", CLI_HOUSE,
     run_account_list},
    {"staff", "create", "staff create NAME --role agent|reviewer|finance|admin --password-file FILE",
     "makes a log-in for the desk", "violet staff create rita --role reviewer --password-file pw", CLI_HOUSE,
     run_staff_create},
    {0},
};
