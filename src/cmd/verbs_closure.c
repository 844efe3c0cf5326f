#include "cmd/cli.h"

#include "app/closure_view.h"
#include "app/contact.h"
#include "app/declaration.h"
#include "app/refund.h"
#include "domain/closure/states.h"
#include "i18n/i18n.h"

enum { LIST_ROWS = 500 };

static const struct actor operator_actor = {.kind = ACTOR_OPERATOR, .role = ROLE_ADMIN};

static enum err need_closure(struct cli *cli, struct closure_id *ret_id)
{
    if (cli->word_count < 1)
        return cli_fail(cli, ERR_USAGE, "give the reference, as VC-4K7M-29QX-TH3P");
    enum err error = closure_find(&cli->house->app, cli->arena, str_from(cli->words[0]), ret_id);
    return error == ERR_NOT_FOUND ? cli_fail(cli, error, "no closure has the reference %s", cli->words[0])
                                  : error;
}

static void write_closure(struct json *json, const struct closure_view *view)
{
    json_object(json, NULL);
    json_str(json, "reference", view->row.reference);
    json_text(json, "scope", view->row.scope == CLOSURE_SCOPE_ACCOUNT ? "account" : "number");
    json_text(json, "state", view->state_name);
    json_time(json, "submitted", view->row.submitted_at);
    json_time(json, "due", view->row.due_at);
    json_time(json, "next", view->row.deadline_at);
    json_time(json, "closed", view->row.closed_at);
    json_bool(json, "objected", view->row.objected_at != 0);
    json_str(json, "waits_for", view->row.waits_for);
    json_array(json, "refunds");
    for (size_t i = 0; i < view->refund_count; i++) {
        json_object(json, NULL);
        json_int(json, "attempt", view->refunds[i].attempt);
        json_money(json, "amount", view->refunds[i].amount);
        json_int(json, "state", view->refunds[i].state);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static void print_closure(struct cli *cli, const struct closure_view *view)
{
    char due[21];
    clock_format(view->row.due_at, due);
    buf_printf(&cli->out, "%.*s %s %s due %s%s\n", STR_ARG(view->row.reference),
               view->row.scope == CLOSURE_SCOPE_ACCOUNT ? "account" : "number", view->state_name, due,
               view->row.objected_at != 0 ? " objected" : "");
}

static enum err run_closure_list(struct cli *cli)
{
    struct json json = json_new(&cli->out);
    struct closure_id *ids = ARENA_ARRAY(cli->arena, LIST_ROWS, struct closure_id);
    size_t count;
    enum err error =
        closure_ids(&cli->house->app, cli->arena, cli_option(cli, "state"), ids, LIST_ROWS, &count);
    if (error == ERR_USAGE || error == ERR_INVALID)
        return cli_fail(cli, ERR_USAGE, "--state is a state of a closure, as review or cooling");
    TRY(error);
    if (cli->json)
        json_array(&json, NULL);
    for (size_t i = 0; i < count; i++) {
        struct closure_view *view;
        TRY(closure_view(&cli->house->app, cli->arena, ids[i], &view));
        if (cli->json)
            write_closure(&json, view);
        else
            print_closure(cli, view);
    }
    if (cli->json) {
        json_array_end(&json);
        buf_add_char(&cli->out, '\n');
    }
    return ERR_NONE;
}

static enum err run_closure_show(struct cli *cli)
{
    struct closure_id id;
    struct closure_view *view;
    struct json json = json_new(&cli->out);
    TRY(need_closure(cli, &id));
    TRY(closure_view(&cli->house->app, cli->arena, id, &view));
    if (cli->json) {
        write_closure(&json, view);
        buf_add_char(&cli->out, '\n');
        return ERR_NONE;
    }
    print_closure(cli, view);
    for (size_t i = 0; i < view->journal_count; i++) {
        char at[21];
        clock_format(view->journal[i].at, at);
        buf_printf(&cli->out, "  %s %.*s by %.*s\n", at, STR_ARG(view->journal[i].event),
                   STR_ARG(view->journal[i].actor));
    }
    return ERR_NONE;
}

static enum err run_closure_approve(struct cli *cli)
{
    struct closure_id id;
    TRY(need_closure(cli, &id));
    enum err error = closure_approve(&cli->house->app, &operator_actor, id);
    if (error != ERR_NONE)
        return cli_fail(cli, error, "it can't be approved now: see `violet closure show %s`", cli->words[0]);
    buf_printf(&cli->out, "%s\n", cli->json ? "{\"approved\":true}" : "approved");
    return ERR_NONE;
}

static const struct {
    const char *name;
    enum closure_refusal reason;
} refusals[] = {{"not_holder", CLOSURE_REFUSAL_NOT_HOLDER},
                {"unproven", CLOSURE_REFUSAL_UNPROVEN},
                {"contact_objected", CLOSURE_REFUSAL_CONTACT_OBJECTED}};

static enum err run_closure_refuse(struct cli *cli)
{
    struct closure_id id;
    enum closure_refusal reason = CLOSURE_REFUSAL_NONE;
    struct str wanted = str_from(cli_option(cli, "reason")), words = str_from(cli_option(cli, "words"));
    bool waits;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (str_is(wanted, refusals[i].name))
            reason = refusals[i].reason;
    if (reason == CLOSURE_REFUSAL_NONE || words.length == 0)
        return cli_fail(cli, ERR_USAGE,
                        "give --reason not_holder, unproven or contact_objected and --words TEXT");
    TRY(need_closure(cli, &id));
    enum err error = closure_refuse(&cli->house->app, &operator_actor, id, reason, words, &waits);
    if (error != ERR_NONE)
        return cli_fail(cli, error, "it can't be refused now or for this reason");
    if (cli->json)
        buf_printf(&cli->out, "{\"refused\":%s,\"waits_for_second\":%s}\n", waits ? "false" : "true",
                   waits ? "true" : "false");
    else
        buf_add_c(&cli->out, waits ? "noted; a second person must refuse too\n" : "refused\n");
    return ERR_NONE;
}

static enum err run_declaration_record(struct cli *cli)
{
    struct declaration_new declare = {.kind = DECLARATION_CANCEL,
                                      .name = str_from(cli_option(cli, "name")),
                                      .contract = str_from(cli_option(cli, "contract")),
                                      .mail = str_from(cli_option(cli, "mail")),
                                      .reason = str_from(cli_option(cli, "reason"))};
    const char *received = cli_option(cli, "received"), *kind = cli_option(cli, "kind");
    enum language language = LANGUAGE_EN;
    if (received != NULL && !clock_parse(str_from(received), &declare.received_at))
        return cli_fail(cli, ERR_USAGE, "--received is a date, as 2026-11-23 or 2026-11-23T10:00:00Z");
    if (kind != NULL && str_is(str_from(kind), "withdraw"))
        declare.kind = DECLARATION_WITHDRAW;
    else if (kind != NULL && !str_is(str_from(kind), "cancel"))
        return cli_fail(cli, ERR_USAGE, "--kind is cancel or withdraw");
    if (cli_has(cli, "language") && !i18n_read_tag(str_from(cli_option(cli, "language")), &language))
        return cli_fail(cli, ERR_USAGE, "--language is en or zh-CN");
    declare.language = language;
    enum err error = declaration_record(&cli->house->app, cli->arena, STR("operator"), &declare);
    if (error != ERR_NONE)
        return cli_fail(cli, error, "give --name, --contract (user name, number or order) and --mail");
    if (cli->json)
        buf_printf(&cli->out, "{\"reference\":\"%s\"}\n", declare.ret_reference);
    else
        buf_printf(&cli->out, "%s\n", declare.ret_reference);
    return ERR_NONE;
}

const struct cli_verb cli_verbs_closure[] = {
    {"closure", "list", "closure list [--state STATE]", "lists closures",
     "violet closure list --state review", CLI_HOUSE, run_closure_list},
    {"closure", "show", "closure show REFERENCE", "shows one closure and its journal",
     "violet closure show VC-4K7M-29QX-TH3P", CLI_HOUSE, run_closure_show},
    {"closure", "approve", "closure approve REFERENCE", "approves a closure in review",
     "violet closure approve VC-4K7M-29QX-TH3P", CLI_HOUSE, run_closure_approve},
    {"closure", "refuse",
     "closure refuse REFERENCE --reason not_holder|unproven|contact_objected --words TEXT",
     "refuses a closure for a lawful reason; a second person must do so too",
     "violet closure refuse VC-4K7M-29QX-TH3P --reason unproven --words \"No proof came.\"", CLI_HOUSE,
     run_closure_refuse},
    {"declaration", "record",
     "declaration record --name NAME --contract TEXT --mail ADDRESS [--received DATE] [--kind "
     "cancel|withdraw]",
     "records an \"I cancel\" that came by mail or letter, dated by its arrival",
     "violet declaration record --name \"Ann Lee\" --contract ann --mail ann@example.org", CLI_HOUSE,
     run_declaration_record},
    {0},
};
