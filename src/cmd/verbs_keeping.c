#include "cmd/cli.h"

#include "app/backup.h"
#include "app/keyring_turn.h"
#include "app/log_share.h"
#include "base/clock.h"
#include "check/check.h"
#include "cmd/move.h"
#include "cmd/restore.h"

static const char *phase_name(enum keyring_turn_phase phase)
{
    static const char *const names[] = {[KEYRING_TURN_NONE] = "none",
                                        [KEYRING_TURN_REWRAPS] = "rewraps",
                                        [KEYRING_TURN_WAITS] = "waits_for_backup",
                                        [KEYRING_TURN_WAITS_FOR_NODES] = "waits_for_nodes"};
    return names[phase];
}

static void print_turn_json(struct cli *cli, const struct keyring_turn *turn)
{
    struct json json = json_new(&cli->out);
    json_object(&json, NULL);
    json_int(&json, "epoch", turn->epoch);
    json_text(&json, "turn", phase_name(turn->phase));
    json_int(&json, "keys_left", turn->keys_left);
    json_int(&json, "names_left", turn->tags_left);
    json_time(&json, "began", turn->began_at);
    json_time(&json, "rewrapped", turn->rewrapped_at);
    json_time(&json, "finished", turn->finished_at);
    json_time(&json, "backup", turn->backup_at);
    json_int(&json, "attested", turn->attested);
    json_bool(&json, "mirrored", turn->mirrored);
    json_object_end(&json);
    buf_add_char(&cli->out, '\n');
}

static void print_time(struct cli *cli, const char *label, int64_t at)
{
    char text[21];
    clock_format(at, text);
    buf_printf(&cli->out, "%s %s\n", label, at != 0 ? text : "never");
}

static void print_turn(struct cli *cli, const struct keyring_turn *turn)
{
    if (cli->json) {
        print_turn_json(cli, turn);
        return;
    }
    buf_printf(&cli->out, "epoch %lld, %s\n", (long long)turn->epoch,
               turn->mirrored ? "mirrored" : "in a single copy");
    if (turn->phase == KEYRING_TURN_REWRAPS)
        buf_printf(&cli->out, "a turn is under way: %lld keys and %lld names are left\n",
                   (long long)turn->keys_left, (long long)turn->tags_left);
    else if (turn->phase == KEYRING_TURN_WAITS)
        buf_add_c(&cli->out, "a turn waits for a verified backup: run `violet backup DIRECTORY`, or say "
                             "replica = yes in [keyring] where there is a replica\n");
    else if (turn->phase == KEYRING_TURN_WAITS_FOR_NODES)
        buf_add_c(&cli->out, "a turn waits for a node: see `violet node list`; one that is gone for good is "
                             "let go by `violet node retire NAME`\n");
    print_time(cli, "last turn finished:", turn->finished_at);
    print_time(cli, "last verified backup:", turn->backup_at);
}

static enum err run_keyring_status(struct cli *cli)
{
    struct keyring_turn turn;
    TRY(keyring_turn_status(&cli->house->app, &turn));
    print_turn(cli, &turn);
    return ERR_NONE;
}

static enum err run_keyring_turn(struct cli *cli)
{
    struct keyring_turn turn;
    enum err error = keyring_turn_run(&cli->house->app, &turn);
    if (error == ERR_BUSY)
        return cli_fail(cli, error, "the keyring is being turned just now");
    if (error != ERR_NONE)
        return cli_fail(cli, error, "the turn stopped (%s); run it again, it goes on where it was",
                        err_code(error));
    print_turn(cli, &turn);
    return ERR_NONE;
}

static void print_report_json(struct cli *cli, const struct check_report *report)
{
    struct json json = json_new(&cli->out);
    json_object(&json, NULL);
    json_bool(&json, "ok", report->found == 0);
    json_int(&json, "rules", (int64_t)report->rules);
    json_int(&json, "found", report->found);
    json_array(&json, "findings");
    for (size_t i = 0; i < report->count; i++) {
        json_object(&json, NULL);
        json_text(&json, "rule", report->findings[i].rule);
        json_str(&json, "subject", report->findings[i].subject);
        json_str(&json, "text", report->findings[i].text);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object(&json, "counts");
    json_int(&json, "accounts", report->accounts);
    json_int(&json, "closures", report->closures);
    json_int(&json, "transfers", report->transfers);
    json_int(&json, "messages", report->messages);
    json_int(&json, "numbers", report->numbers);
    json_int(&json, "journal_rows", report->journal_rows);
    json_int(&json, "keys", report->keys);
    json_int(&json, "log_records", report->log_records);
    json_int(&json, "tombstones", report->tombstones);
    json_object_end(&json);
    json_object_end(&json);
    buf_add_char(&cli->out, '\n');
}

static void print_report(struct cli *cli, const struct check_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        buf_printf(&cli->out, "%s: %.*s %.*s\n", report->findings[i].rule,
                   STR_ARG(report->findings[i].subject), STR_ARG(report->findings[i].text));
    buf_printf(
        &cli->out,
        "%zu rules over %lld accounts, %lld closures, %lld transfers, %lld messages, %lld journal rows: ",
        report->rules, (long long)report->accounts, (long long)report->closures, (long long)report->transfers,
        (long long)report->messages, (long long)report->journal_rows);
    if (report->found == 0)
        buf_add_c(&cli->out, "all hold\n");
    else
        buf_printf(&cli->out, "%lld findings\n", (long long)report->found);
}

/* What another node wrote to its files a moment ago is in ours with the next sign of life, or now; where no
 * service runs, so is what came since it ended. */
static enum err look_at_store(struct cli *cli, struct check_report *report)
{
    struct app *app = &cli->house->app;
    const char *url = cli->house->settings.store_url;
    int64_t now = clock_now(), since = app->node != NULL ? now : 0;
    struct log_share share = {.leaves = since, .tombstones = since};
    if (app->logs != NULL && !sql_is_file(url))
        TRY(log_share_pull(app, &share));
    return check_run(app, url, cli->arena, now, report);
}

static enum err run_check(struct cli *cli)
{
    struct check_report *report = ARENA_NEW(cli->arena, struct check_report);
    enum err error = look_at_store(cli, report);
    if (error != ERR_NONE)
        return cli_fail(cli, error, "the store can't be checked: %s", err_code(error));
    if (cli->json)
        print_report_json(cli, report);
    else
        print_report(cli, report);
    return report->found == 0
               ? ERR_NONE
               : cli_fail(cli, ERR_CORRUPT, "%lld findings: the store does not hold what it should",
                          (long long)report->found);
}

static enum err backup_failed(struct cli *cli, enum err error, const char *directory)
{
    switch ((int)error) {
    case ERR_POLICY:
        return cli_fail(
            cli, error,
            "%s holds a keyring or lies beside one: a backup that holds the keyring would bring back "
            "what was forgotten; choose another directory",
            directory);
    case ERR_EXISTS:
        return cli_fail(cli, error, "%s is not empty: give a new directory for each backup", directory);
    case ERR_INVALID:
        return cli_fail(cli, error, "give an absolute path: the serving process writes it");
    case ERR_CORRUPT:
        return cli_fail(cli, error, "the copy in %s is not what the store holds; it is no backup", directory);
    default:
        return cli_fail(cli, error, "can't make a backup in %s: %s", directory, err_code(error));
    }
}

static enum err run_backup(struct cli *cli)
{
    struct backup_manifest manifest;
    if (cli->word_count != 1)
        return cli_fail(cli, ERR_USAGE, "give a new directory, with its absolute path");
    if (!sql_is_file(cli->house->settings.store_url))
        return cli_fail(cli, ERR_POLICY,
                        "the store is on a PostgreSQL server: back it up there, with pg_basebackup and an "
                        "archive of its write-ahead log, and keep the keyring out of that backup");
    enum err error = backup_make(&cli->house->app, cli->arena, cli->words[0], &manifest);
    if (error != ERR_NONE)
        return backup_failed(cli, error, cli->words[0]);
    if (cli->json)
        buf_add(&cli->out, backup_manifest_write(cli->arena, &manifest));
    else
        buf_printf(&cli->out,
                   "%s: %lld accounts, %lld closures, %lld transfers, %lld keys; read back and verified\n",
                   cli->words[0], (long long)manifest.accounts, (long long)manifest.closures,
                   (long long)manifest.transfers, (long long)manifest.keys);
    return ERR_NONE;
}

const struct cli_verb cli_verbs_keeping[] = {
    {"backup", "", "backup DIRECTORY",
     "copies the store and its wrapped keys, never the keyring, and verifies the copy",
     "violet backup /mnt/backup/2026-11-23", CLI_HOUSE, run_backup},
    {"restore", "", "restore BACKUP --data DIRECTORY [--keys NEWEST-BACKUP]",
     "makes a store out of a backup, the newest backup's keys, the present keyring and the tombstones: the "
     "closed stay closed",
     "violet restore /mnt/backup/2026-11-01 --keys /mnt/backup/2026-11-23 --data /var/lib/violet", 0,
     cmd_restore},
    {"move", "", "move --from URL --to URL",
     "copies a whole store into an empty one, SQLite or PostgreSQL, and compares every row; may be cut off "
     "and "
     "run again",
     "violet move --from sqlite:/var/lib/violet/violet.db --to \"postgresql:///violet?host=/run/postgresql\"",
     0, cmd_move},
    {"keyring", "status", "keyring status", "shows the keyring's epoch and the turn that is under way",
     "violet keyring status --json", CLI_HOUSE, run_keyring_status},
    {"keyring", "turn", "keyring turn",
     "makes a new epoch, puts every living key under it and destroys the old one: closed accounts can be "
     "read "
     "from no copy any more",
     "violet keyring turn", CLI_HOUSE, run_keyring_turn},
    {"check", "", "check", "asks every invariant over the whole store; exit code 1 where one is broken",
     "violet check --json", CLI_HOUSE, run_check},
    {0},
};
