#include "app/backup.h"

#include "app/keyring_turn.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/failpoint.h"
#include "base/ids.h"
#include "base/log.h"
#include "crypto/disk.h"
#include "store/copy.h"
#include "store/key.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BACKUP_PAGE = 500 };

struct backup_job {
    struct app *app;
    struct arena *arena;
    const char *directory;
    struct sql_store *view;
    struct backup_manifest manifest;
    struct store_copy_counts before, counts;
    struct buf keys;
    int64_t owner;
    char kind[16];
    size_t page;
    struct arena *page_arena;
    bool sound;
    char made_id[2 * BACKUP_STORE_ID_BYTES + 1];
};

static const char *path_in(struct backup_job *job, const char *name)
{
    return arena_printf(job->arena, "%s/%s", job->directory, name).data;
}

static bool is_inside(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    return strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static bool lies_with_keyring(const char *directory, const char *keyring)
{
    char real_directory[PATH_MAX], real_keyring[PATH_MAX];
    if (keyring[0] == '\0' || realpath(keyring, real_keyring) == NULL ||
        realpath(directory, real_directory) == NULL)
        return false;
    if (is_inside(real_keyring, real_directory))
        return true;
    *strrchr(real_keyring, '/') = '\0'; /* the keyring is alone in its directory */
    return is_inside(real_directory, real_keyring);
}

static enum err check_empty(const char *directory)
{
    DIR *opened = opendir(directory);
    bool empty = true;
    if (opened == NULL)
        return errno == ENOENT ? ERR_NOT_FOUND : errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
    for (struct dirent *entry = readdir(opened); entry != NULL; entry = readdir(opened))
        empty = empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    closedir(opened);
    return empty ? ERR_NONE : ERR_EXISTS;
}

static enum err prepare_directory(struct backup_job *job)
{
    const struct settings_keyring *keyring = &job->app->settings->keyring;
    if (job->directory[0] != '/')
        return ERR_INVALID;
    bool made = mkdir(job->directory, 0700) == 0;
    if (!made && errno != EEXIST)
        return errno == ENOENT ? ERR_NOT_FOUND : errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
    if (backup_tree_holds_keyring(job->directory) || lies_with_keyring(job->directory, keyring->path) ||
        lies_with_keyring(job->directory, keyring->mirror)) {
        if (made)
            rmdir(job->directory);
        return ERR_POLICY;
    }
    return check_empty(job->directory);
}

/* The store's own name, so that no restore mixes two stores. */
static enum err store_id_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct backup_job *job = context;
    struct str id;
    (void)arena;
    enum err error = store_setting_get(tx, "store.id", &id);
    if (error == ERR_NOT_FOUND) {
        id = str_from(job->made_id);
        error = store_setting_put(tx, "store.id", id);
    }
    if (error == ERR_NONE && id.length == sizeof job->made_id - 1)
        memcpy(job->made_id, id.data, id.length);
    return error;
}

static enum err find_store_id(struct backup_job *job)
{
    uint8_t random[BACKUP_STORE_ID_BYTES];
    ids_random(random, sizeof random);
    struct str hex = encode_hex(job->arena, str_bytes(random, sizeof random));
    memcpy(job->made_id, hex.data, hex.length);
    TRY(sql_call(job->app->store, "backup_store_id", store_id_run, job));
    job->manifest.store_id = arena_str(job->arena, str_from(job->made_id));
    return ERR_NONE;
}

enum err backup_name_store(struct app *app)
{
    struct arena *arena = arena_new(0);
    struct backup_job *job = arena != NULL ? ARENA_NEW(arena, struct backup_job) : NULL;
    if (job == NULL)
        return ERR_MEMORY;
    job->app = app;
    job->arena = arena;
    enum err error = find_store_id(job);
    arena_free(arena);
    return error;
}

static enum err counts_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct backup_job *job = context;
    (void)arena;
    return store_copy_count(tx, &job->counts);
}

static enum err integrity_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct backup_job *job = context;
    (void)arena;
    return store_copy_is_sound(tx, &job->sound);
}

static void add_key(const struct store_copy_key *found, void *context)
{
    struct backup_job *job = context;
    struct backup_key key = {found->kind, found->owner_id, found->epoch, found->wrapped};
    backup_key_write(job->page_arena, &key, &job->keys);
    job->owner = key.owner_id;
    snprintf(job->kind, sizeof job->kind, "%.*s", STR_ARG(key.kind));
    if (key.epoch < job->manifest.epoch)
        job->manifest.epoch = key.epoch;
    job->manifest.keys++;
}

static enum err keys_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct backup_job *job = context;
    char kind[sizeof job->kind]; /* add_key moves on from it */
    memcpy(kind, job->kind, sizeof kind);
    job->page_arena = arena;
    return store_copy_keys(tx, job->owner, str_from(kind), BACKUP_PAGE, add_key, job, &job->page);
}

static enum err count_in(struct backup_job *job, const char *url, struct arena *arena)
{
    TRY(store_copy_open(url, &job->view));
    enum err error = sql_read(job->view, counts_run, arena, job);
    sql_close(job->view);
    job->view = NULL;
    return error;
}

static enum err collect_keys(struct backup_job *job, struct arena *arena)
{
    job->owner = INT64_MIN;
    job->page = BACKUP_PAGE;
    while (job->page == BACKUP_PAGE) {
        arena_reset(arena);
        TRY(sql_read(job->view, keys_run, arena, job));
    }
    return job->keys.failed ? ERR_TOO_LARGE : ERR_NONE;
}

static enum err look_into_copy(struct backup_job *job, struct arena *arena)
{
    struct str url = arena_printf(job->arena, "sqlite:%s/" BACKUP_STORE, job->directory);
    TRY(store_copy_open(url.data, &job->view));
    enum err error = sql_read(job->view, integrity_run, arena, job);
    if (error == ERR_NONE && !job->sound)
        error = ERR_CORRUPT;
    if (error == ERR_NONE)
        error = sql_read(job->view, counts_run, arena, job);
    if (error == ERR_NONE)
        error = collect_keys(job, arena);
    sql_close(job->view);
    job->view = NULL;
    return error;
}

static bool lies_between(int64_t value, int64_t low, int64_t high)
{
    return low <= value && value <= high;
}

/* The copy was taken between the two counts. */
static enum err compare_counts(struct backup_job *job, struct arena *arena)
{
    const struct store_copy_counts copied = job->counts, *before = &job->before, *after = &job->counts;
    TRY(count_in(job, job->app->settings->store_url, arena));
    if (!lies_between(copied.accounts, before->accounts, after->accounts) ||
        !lies_between(copied.closures, before->closures, after->closures) ||
        !lies_between(copied.transfers, before->transfers, after->transfers))
        return ERR_CORRUPT;
    job->manifest.accounts = copied.accounts;
    job->manifest.closures = copied.closures;
    job->manifest.transfers = copied.transfers;
    return ERR_NONE;
}

static enum err copy_store(struct backup_job *job, struct arena *arena)
{
    TRY(count_in(job, job->app->settings->store_url, arena));
    job->before = job->counts;
    job->manifest.epoch = keyring_epoch(job->app->keyring);
    job->manifest.at = clock_now();
    TRY(sql_backup(job->app->store, path_in(job, BACKUP_STORE)));
    FAILPOINT("backup.copied");
    TRY(look_into_copy(job, arena));
    return compare_counts(job, arena);
}

static enum err write_files(struct backup_job *job)
{
    TRY(disk_create_private(path_in(job, BACKUP_KEYS), buf_str(&job->keys)));
    TRY(backup_file_measure(job->arena, path_in(job, BACKUP_STORE), &job->manifest.store));
    TRY(backup_file_measure(job->arena, path_in(job, BACKUP_KEYS), &job->manifest.keys_file));
    FAILPOINT("backup.before_manifest");
    return disk_create_private(path_in(job, BACKUP_MANIFEST),
                               backup_manifest_write(job->arena, &job->manifest));
}

static enum err make(struct backup_job *job, struct arena *arena)
{
    struct backup_manifest read_back;
    TRY(prepare_directory(job));
    TRY(find_store_id(job));
    TRY(copy_store(job, arena));
    TRY(write_files(job));
    TRY(backup_files_verify(job->arena, job->directory, &read_back));
    if (backup_tree_holds_keyring(job->directory))
        return ERR_POLICY;
    FAILPOINT("backup.verified");
    return keyring_turn_backup_verified(job->app, job->manifest.at, job->manifest.epoch);
}

enum err backup_make(struct app *app, struct arena *arena, const char *directory,
                     struct backup_manifest *ret_manifest)
{
    struct backup_job job = {.app = app,
                             .arena = arena,
                             .directory = directory,
                             .manifest = {.version = STR(VIOLET_VERSION)},
                             .keys = buf_new((size_t)4 * 1024 * 1024 * 1024)};
    struct arena *own = arena_new_wiped(0);
    enum err error = own != NULL ? make(&job, own) : ERR_MEMORY;
    arena_free(own);
    buf_free(&job.keys);
    if (error != ERR_NONE) {
        log_error("backup_failed", LOG_ERR(error));
        return error;
    }
    log_info("backup_verified", LOG_INT("accounts", job.manifest.accounts),
             LOG_INT("epoch", job.manifest.epoch));
    *ret_manifest = job.manifest;
    return ERR_NONE;
}
