#include "cmd/move.h"

#include "store/move.h"
#include "store/move_tables.h"
#include "store/statements.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Progress is talk: it goes to the terminal at once, a line a table where that is none. */
static void tell(void *context, enum move_phase phase, const char *table, int64_t done, int64_t all)
{
    static const char *const names[] = {[MOVE_COPIES] = "copied", [MOVE_VERIFIES] = "compared"};
    const struct cli *cli = context;
    bool terminal = isatty(STDERR_FILENO) == 1;
    if (cli->json || all == 0 || (!terminal && done < all))
        return;
    fprintf(stderr, "%s%s: %s %lld of %lld rows%s", terminal ? "\r\033[K" : "", table, names[phase],
            (long long)done, (long long)all, terminal && done < all ? "" : "\n");
}

static enum err open_store(struct cli *cli, const char *url, bool migrate, struct sql_store **ret_store)
{
    const char *reason = "";
    const struct sql_options options = {
        .url = url,
        .statements = move_statements,
        .statement_count = MOVE_STATEMENTS,
        .migrations = store_migrations,
        .migration_count = store_migration_count,
        .migrate = migrate,
    };
    enum err error = sql_open(&options, ret_store, &reason);
    if (error == ERR_LOCKED)
        return cli_fail(cli, error, "%s is in use: stop the violet that serves it first", url);
    if (error == ERR_STATE)
        return cli_fail(cli, error, "%s is older than this program: run `violet migrate` on it first", url);
    return error == ERR_NONE
               ? error
               : cli_fail(cli, error, "can't open %s: %s", url, reason[0] != '\0' ? reason : err_code(error));
}

/* SQLite would make an empty file out of a path that was mistyped. */
static enum err want_source(struct cli *cli, const char *url)
{
    static const char prefix[] = "sqlite:";
    if (strncmp(url, prefix, strlen(prefix)) != 0 || access(url + strlen(prefix), F_OK) == 0)
        return ERR_NONE;
    return cli_fail(cli, ERR_NOT_FOUND, "there is no store at %s: look at the path after --from", url);
}

static void print_end(struct cli *cli, const struct move *move)
{
    if (cli->json)
        buf_printf(&cli->out, "{\"tables\":%d,\"rows\":%lld,\"copied\":%lld,\"verified\":true}\n",
                   MOVE_TABLES, (long long)move->ret_rows, (long long)move->ret_new);
    else
        buf_printf(
            &cli->out,
            "%lld rows of %d tables are the same in both (%lld copied by this run). The source is as it "
            "was.\nNow set url in [store] to the target and start violet; keep the source until you "
            "have seen it work, then remove it: it is an older copy of everything.\n",
            (long long)move->ret_rows, MOVE_TABLES, (long long)move->ret_new);
}

static enum err failed(struct cli *cli, const struct move *move, enum err error)
{
    struct str why = buf_str(&move->ret_why);
    if (error == ERR_EXISTS)
        return cli_fail(cli, error, "%.*s. Give an empty target, or the one where this move was begun.",
                        STR_ARG(why));
    if (why.length != 0)
        return cli_fail(cli, error, "%.*s", STR_ARG(why));
    return cli_fail(cli, error, "the move stopped (%s); run it again, it goes on where it was",
                    err_code(error));
}

static enum err run(struct cli *cli, struct move *move, const char *from, const char *to)
{
    TRY(want_source(cli, from));
    TRY(open_store(cli, from, false, &move->from));
    TRY(open_store(cli, to, true, &move->to));
    enum err error = store_move(move);
    if (error != ERR_NONE)
        return failed(cli, move, error);
    print_end(cli, move);
    return ERR_NONE;
}

enum err cmd_move(struct cli *cli)
{
    const char *from = cli_option(cli, "from"), *to = cli_option(cli, "to");
    if (from == NULL || to == NULL || cli->word_count != 0)
        return cli_fail(cli, ERR_USAGE, "give --from URL and --to URL");
    if (strcmp(from, to) == 0)
        return cli_fail(cli, ERR_USAGE, "--from and --to are the same store");
    struct move move = {.progress = tell, .context = cli};
    enum err error = run(cli, &move, from, to);
    buf_free(&move.ret_why);
    sql_close(move.to);
    sql_close(move.from);
    return error;
}
