#include "cmd/house.h"

#include "app/service_catalogue.h"
#include "base/log.h"
#include "crypto/password.h"
#include "store/key.h"
#include "store/statements.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum err house_make_directory(const char *path)
{
    char copy[4096];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof copy)
        return ERR_CONFIG;
    memcpy(copy, path, length + 1);
    for (char *at = copy + 1;; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char end = *at;
        *at = '\0';
        if (mkdir(copy, 0700) != 0 && errno != EEXIST)
            return errno == EACCES || errno == EROFS ? ERR_FORBIDDEN : ERR_IO;
        *at = end;
        if (end == '\0')
            return ERR_NONE;
    }
}

static enum err directory_of(const char *file)
{
    char copy[4096];
    const char *slash = strrchr(file, '/');
    if (slash == NULL || slash == file || (size_t)(slash - file) >= sizeof copy)
        return ERR_NONE;
    memcpy(copy, file, (size_t)(slash - file));
    copy[slash - file] = '\0';
    return house_make_directory(copy);
}

static const char *or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static enum err house_lock(struct house *house, struct buf *why)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/lock", house->settings.data);
    house->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (house->lock < 0) {
        buf_printf(why, "can't open %s: %s. Run `violet init`, or give the directory with --data.", path,
                   strerror(errno));
        return errno == ENOENT ? ERR_NOT_FOUND : errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
    }
    if (flock(house->lock, LOCK_EX | LOCK_NB) == 0)
        return ERR_NONE;
    buf_printf(why, "%s is in use by another violet process.", house->settings.data);
    return ERR_LOCKED;
}

enum err house_make_places(const struct settings *settings, struct buf *why)
{
    const char *mirror = or_null(settings->keyring.mirror);
    enum err error = house_make_directory(settings->data);
    if (error == ERR_NONE)
        error = directory_of(settings->keyring.path);
    if (error == ERR_NONE && mirror != NULL)
        error = directory_of(mirror);
    if (error == ERR_NONE)
        error = house_make_directory(settings->logs_path);
    if (error == ERR_NONE && or_null(settings->logs_mirror) != NULL)
        error = house_make_directory(settings->logs_mirror);
    if (error == ERR_NONE)
        error = house_make_directory(settings->signing_path);
    if (error != ERR_NONE)
        buf_printf(why, "can't make the data directory %s: %s.", settings->data, strerror(errno));
    return error;
}

/* Errors of the store name it, without a password that its address may hold. */
static void say_store(struct buf *why, const char *before, const char *url, const char *after)
{
    buf_printf(why, "%s ", before);
    sql_url_show(url, why);
    buf_printf(why, ": %s.", after);
}

/* A new keyring beside a store that exists would open none of it, and would hide that the old one is lost. */
static enum err want_no_store(const struct settings *settings, struct buf *why)
{
    bool exists = false;
    const char *reason = "";
    enum err error = sql_exists(settings->store_url, &exists, &reason);
    if (error != ERR_NONE)
        say_store(why, "can't open the store", settings->store_url,
                  reason[0] != '\0' ? reason : err_code(error));
    return error == ERR_NONE && exists ? ERR_NOT_FOUND : error;
}

static enum err house_open_keyring(struct house *house, unsigned flags, struct buf *why)
{
    const struct settings_keyring *keyring = &house->settings.keyring;
    const char *mirror = or_null(keyring->mirror), *reason = "";
    enum err error = keyring_open(keyring->path, mirror, &house->app.keyring, &reason);
    if (error == ERR_NOT_FOUND && (flags & HOUSE_CREATE) != 0) {
        error = want_no_store(&house->settings, why);
        if (error == ERR_NONE)
            error = keyring_create(keyring->path, mirror);
        if (error == ERR_NONE)
            error = keyring_open(keyring->path, mirror, &house->app.keyring, &reason);
        if (error != ERR_NONE && error != ERR_NOT_FOUND)
            return error;
    }
    if (error != ERR_NONE)
        buf_printf(why,
                   "the keyring %s can't be used: %s. Without it no personal field can be read; put back the "
                   "file or its mirror, mode 0600.",
                   keyring->path, reason != NULL && reason[0] != '\0' ? reason : err_code(error));
    return error;
}

static enum err house_open_store(struct house *house, unsigned flags, struct buf *why)
{
    const char *reason = "";
    struct sql_options options = {
        .url = house->settings.store_url,
        .statements = store_statements,
        .statement_count = STATEMENT_COUNT,
        .migrations = store_migrations,
        .migration_count = store_migration_count,
        .migrate = (flags & (HOUSE_CREATE | HOUSE_MIGRATE)) != 0,
    };
    enum err error = sql_open(&options, &house->app.store, &reason);
    if (error == ERR_STATE)
        say_store(why, "can't use the store", options.url,
                  "is older than this program. Make a backup, then run `violet migrate`");
    else if (error == ERR_VERSION_NEWER)
        say_store(why, "can't use the store", options.url,
                  "was written by a newer violet. Start that version, or restore a backup of this one");
    else if (error != ERR_NONE)
        say_store(why, "can't open the store", options.url,
                  reason != NULL && reason[0] != '\0' ? reason : err_code(error));
    return error;
}

static enum err move_mark(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct str value;
    (void)arena;
    (void)context;
    return store_setting_get(tx, "move", &value);
}

/* Half of a house must not be served. */
static enum err house_refuse_half_moved(struct house *house, struct buf *why)
{
    struct arena *arena = arena_new(0);
    enum err error = arena != NULL ? sql_read(house->app.store, move_mark, arena, NULL) : ERR_MEMORY;
    arena_free(arena);
    if (error == ERR_NOT_FOUND)
        return ERR_NONE;
    if (error != ERR_NONE)
        return error;
    buf_printf(
        why,
        "a move into the store %s is not done: run the same `violet move` again, it goes on where it was.",
        house->settings.store_url);
    return ERR_STATE;
}

static enum err house_open_logs(struct house *house, struct buf *why)
{
    enum err error = receipt_signer_open(house->settings.signing_path, &house->app.signer);
    if (error != ERR_NONE)
        buf_printf(why, "the signing key in %s can't be used: %s.", house->settings.signing_path,
                   err_code(error));
    if (error == ERR_NONE) {
        error = logs_open(house->settings.logs_path, or_null(house->settings.logs_mirror), &house->app.logs);
        if (error != ERR_NONE)
            buf_printf(why, "the logs in %s can't be used: %s.", house->settings.logs_path, err_code(error));
    }
    return error;
}

static enum err house_open_all(struct house *house, unsigned flags, struct buf *why)
{
    if ((flags & HOUSE_CREATE) != 0)
        TRY(house_make_places(&house->settings, why));
    TRY(house_lock(house, why));
    TRY(house_open_keyring(house, flags, why));
    TRY(house_open_logs(house, why));
    TRY(password_start());
    TRY(house_open_store(house, flags, why));
    TRY(house_refuse_half_moved(house, why));
    enum err error = service_catalogue_open(&house->app);
    if (error != ERR_NONE)
        buf_printf(why, "can't read the list of services: %s.", err_code(error));
    return error;
}

enum err house_open(const struct settings *settings, unsigned flags, struct house *ret_house, struct buf *why)
{
    *ret_house = (struct house){.settings = *settings, .lock = -1};
    ret_house->app.settings = &ret_house->settings;
    enum err error = house_open_all(ret_house, flags, why);
    if (error != ERR_NONE)
        house_close(ret_house);
    return error;
}

void house_close(struct house *house)
{
    service_catalogue_close(&house->app);
    sql_close(house->app.store);
    logs_free(house->app.logs);
    receipt_signer_free(house->app.signer);
    keyring_free(house->app.keyring);
    password_stop();
    if (house->lock >= 0)
        close(house->lock);
    *house = (struct house){.lock = -1};
}
