#include "cmd/restore.h"

#include "app/backup_files.h"
#include "app/restore.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "check/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RESTORE_CHUNK = 1024 * 1024, RESTORE_KEYS_LIMIT = 1024 * 1024 * 1024 };

struct restore {
    struct settings settings;
    const char *backup, *keys; /* directories */
    struct backup_manifest manifest, keys_manifest;
    const char *store, *part; /* files: when it is done, until then */
    struct restore_report report;
    struct check_report *check;
};

static enum err read_manifest(struct cli *cli, const char *directory, struct backup_manifest *ret_manifest)
{
    enum err error = backup_files_verify(cli->arena, directory, ret_manifest);
    if (error == ERR_NOT_FOUND)
        return cli_fail(cli, error, "%s is no backup, or was cut off before it was whole", directory);
    return error == ERR_NONE
               ? error
               : cli_fail(cli, error, "%s is damaged: its files are not those of its manifest", directory);
}

static enum err read_manifests(struct cli *cli, struct restore *restore)
{
    const char *keys = cli_option(cli, "keys");
    restore->backup = cli->words[0];
    restore->keys = keys != NULL ? keys : restore->backup;
    TRY(read_manifest(cli, restore->backup, &restore->manifest));
    TRY(read_manifest(cli, restore->keys, &restore->keys_manifest));
    if (!str_equal(restore->manifest.store_id, restore->keys_manifest.store_id))
        return cli_fail(cli, ERR_CONFLICT, "the two backups are of different stores");
    if (restore->keys_manifest.at < restore->manifest.at)
        return cli_fail(cli, ERR_USAGE, "--keys wants the newest backup, not an older one than the data's");
    return ERR_NONE;
}

static enum err want_file(struct cli *cli, const char *path, const char *what)
{
    if (access(path, F_OK) == 0)
        return ERR_NONE;
    return cli_fail(cli, ERR_NOT_FOUND, "the present %s must be at %s first: no backup holds it", what, path);
}

static enum err check_place(struct cli *cli, struct restore *restore)
{
    const struct settings *settings = &restore->settings;
    if (!sql_is_file(settings->store_url))
        return cli_fail(cli, ERR_POLICY,
                        "the store is on a PostgreSQL server: restore it there, or restore into a file and "
                        "bring that to the server with `violet move`");
    restore->store = settings->store_url + strlen("sqlite:");
    restore->part = arena_printf(cli->arena, "%s.restoring", restore->store).data;
    if (access(restore->store, F_OK) == 0)
        return cli_fail(cli, ERR_EXISTS, "%s is there; restore into another directory with --data",
                        restore->store);
    TRY(want_file(cli, settings->keyring.path, "keyring"));
    TRY(want_file(cli, arena_printf(cli->arena, "%s/tombstones", settings->logs_path).data, "tombstones"));
    return want_file(cli, arena_printf(cli->arena, "%s/violet.key", settings->signing_path).data,
                     "signing key");
}

static enum err copy_bytes(int from, int to)
{
    static char chunk[RESTORE_CHUNK];
    ssize_t got;
    while ((got = read(from, chunk, sizeof chunk)) > 0)
        for (ssize_t done = 0; done < got;) {
            ssize_t written = write(to, chunk + done, (size_t)(got - done));
            if (written < 0)
                return errno == ENOSPC ? ERR_FULL : ERR_IO;
            done += written;
        }
    return got == 0 && fsync(to) == 0 ? ERR_NONE : ERR_IO;
}

static void remove_beside(struct cli *cli, const char *path)
{
    static const char *const ends[] = {"-wal", "-shm", ".lock"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        unlink(arena_printf(cli->arena, "%s%s", path, ends[i]).data);
}

/* The copy is compared once more: what was read is what was verified. */
static enum err copy_store(struct cli *cli, struct restore *restore)
{
    struct backup_file copied;
    const char *source = arena_printf(cli->arena, "%s/" BACKUP_STORE, restore->backup).data;
    unlink(restore->part);
    remove_beside(cli, restore->part);
    int from = open(source, O_RDONLY | O_CLOEXEC);
    int to = open(restore->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    enum err error = from >= 0 && to >= 0 ? copy_bytes(from, to) : ERR_IO;
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    if (error == ERR_NONE)
        error = backup_file_measure(cli->arena, restore->part, &copied);
    if (error == ERR_NONE && !str_equal(copied.sha256, restore->manifest.store.sha256))
        error = ERR_CORRUPT;
    return error == ERR_NONE
               ? error
               : cli_fail(cli, error, "can't copy %s to %s: %s", source, restore->part, err_code(error));
}

static enum err replay(struct cli *cli, struct restore *restore, struct house *house)
{
    struct str keys;
    if (restore->keys_manifest.epoch < keyring_epoch_oldest(house->app.keyring))
        return cli_fail(cli, ERR_KEY_GONE,
                        "the keys of %s are under an epoch that the keyring has destroyed; name the newest "
                        "backup with --keys",
                        restore->keys);
    TRY(backup_file_read(cli->arena, arena_printf(cli->arena, "%s/" BACKUP_KEYS, restore->keys).data,
                         RESTORE_KEYS_LIMIT, &keys));
    enum err error = restore_run(&house->app, keys, &restore->report);
    if (error != ERR_NONE)
        return cli_fail(cli, error, "the tombstones can't be replayed: %s", err_code(error));
    FAILPOINT("restore.replayed");
    return check_run(&house->app, house->settings.store_url, cli->arena, clock_now(), restore->check);
}

static enum err work_on_copy(struct cli *cli, struct restore *restore)
{
    struct house house;
    struct buf why = buf_new(0);
    struct settings settings = restore->settings;
    settings.store_url = arena_printf(cli->arena, "sqlite:%s", restore->part).data;
    enum err error = house_open(&settings, HOUSE_MIGRATE, &house, &why);
    if (error != ERR_NONE) {
        struct str text = buf_str(&why);
        error = cli_fail(cli, error, "%.*s", STR_ARG(text));
    } else {
        error = replay(cli, restore, &house);
        house_close(&house);
    }
    buf_free(&why);
    return error;
}

static enum err put_in_place(struct cli *cli, const struct restore *restore)
{
    const char *slash = strrchr(restore->store, '/');
    const char *directory =
        arena_printf(cli->arena, "%.*s", slash != NULL ? (int)(slash - restore->store) + 1 : 1,
                     slash != NULL ? restore->store : ".")
            .data;
    remove_beside(cli, restore->part);
    if (rename(restore->part, restore->store) != 0)
        return cli_fail(cli, ERR_IO, "can't rename %s: %s", restore->part, strerror(errno));
    int opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = opened >= 0 && fsync(opened) == 0;
    if (opened >= 0)
        close(opened);
    return synced ? ERR_NONE : ERR_IO;
}

static void print_json(struct cli *cli, const struct restore *restore)
{
    struct json json = json_new(&cli->out);
    json_object(&json, NULL);
    json_text(&json, "store", restore->store);
    json_time(&json, "data_of", restore->manifest.at);
    json_time(&json, "keys_of", restore->keys_manifest.at);
    json_int(&json, "keys", restore->report.keys);
    json_int(&json, "names", restore->report.names);
    json_int(&json, "closed", restore->report.closed);
    json_int(&json, "numbers", restore->report.numbers);
    json_int(&json, "refunds", restore->report.refunds);
    json_int(&json, "unreadable", restore->report.unreadable);
    json_int(&json, "findings", restore->check->found);
    json_object_end(&json);
    buf_add_char(&cli->out, '\n');
}

static void print_text(struct cli *cli, const struct restore *restore)
{
    const struct restore_report *report = &restore->report;
    char at[21];
    clock_format(restore->manifest.at, at);
    buf_printf(&cli->out, "%s holds what stood there on %s\n", restore->store, at);
    buf_printf(&cli->out,
               "%lld keys, %lld log-in names; %lld closings since then were closed again, %lld "
               "numbers put to rest\n",
               (long long)report->keys, (long long)report->names, (long long)report->closed,
               (long long)report->numbers);
    if (report->refunds != 0)
        buf_printf(&cli->out,
                   "%lld refunds of these stand as sent: look them up with the provider before paying "
                   "anything again\n",
                   (long long)report->refunds);
    if (report->unreadable != 0)
        buf_printf(&cli->out, "%lld accounts can't be read: their keys are in no backup given\n",
                   (long long)report->unreadable);
    for (size_t i = 0; i < restore->check->count; i++)
        buf_printf(&cli->out, "%s: %.*s %.*s\n", restore->check->findings[i].rule,
                   STR_ARG(restore->check->findings[i].subject), STR_ARG(restore->check->findings[i].text));
}

enum err cmd_restore(struct cli *cli)
{
    struct restore *restore = ARENA_NEW(cli->arena, struct restore);
    restore->check = ARENA_NEW(cli->arena, struct check_report);
    if (cli->word_count != 1)
        return cli_fail(cli, ERR_USAGE, "give the backup's directory");
    TRY(cli_settings(cli, &restore->settings));
    TRY(read_manifests(cli, restore));
    TRY(check_place(cli, restore));
    TRY(copy_store(cli, restore));
    TRY(work_on_copy(cli, restore));
    TRY(put_in_place(cli, restore));
    if (cli->json)
        print_json(cli, restore);
    else
        print_text(cli, restore);
    return ERR_NONE;
}
