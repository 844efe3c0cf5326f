#include "cmd/doctor.h"

#include "base/json.h"
#include "cmd/config.h"
#include "sql/sql.h"
#include "store/statements.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

enum { DOCTOR_FINDINGS = 32, BTRFS_MAGIC = (int)0x9123683E, ZFS_MAGIC = 0x2fc12fc1 };
static const int64_t DISK_LOW_BYTES = INT64_C(1) << 30;

struct doctor {
    bool json;
    struct json writer;
    struct buf *out;
    int64_t bad;
};

static void finding(struct doctor *doctor, bool good, const char *what, const char *text)
{
    doctor->bad += !good;
    if (!doctor->json) {
        buf_printf(doctor->out, "%s %s: %s\n", good ? "ok  " : "MEND", what, text);
        return;
    }
    json_object(&doctor->writer, NULL);
    json_bool(&doctor->writer, "ok", good);
    json_text(&doctor->writer, "what", what);
    json_text(&doctor->writer, "text", text);
    json_object_end(&doctor->writer);
}

static bool private_file(struct doctor *doctor, const char *what, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        finding(doctor, false, what, errno == ENOENT ? "is not there; run `violet init`" : strerror(errno));
        return false;
    }
    bool good = (status.st_mode & 077) == 0;
    finding(doctor, good, what,
            good ? "there, and only its owner may read it" : "others may read it; chmod 600");
    return true;
}

/* On these an overwritten slot may live on in an old block. */
static void copy_on_write(struct doctor *doctor, const char *path)
{
    struct statfs status;
    if (statfs(path, &status) != 0)
        return;
    bool cow = (int)status.f_type == BTRFS_MAGIC || (int)status.f_type == ZFS_MAGIC;
    finding(
        doctor, !cow, "keyring.path",
        cow ? "stands on a file system that copies on write: an old slot may survive; move it to ext4 or xfs"
            : "its file system overwrites in place (snapshots of the machine must leave it out)");
}

static void mirror(struct doctor *doctor, const struct settings_keyring *keyring)
{
    struct stat first, second;
    if (keyring->mirror[0] == '\0') {
        finding(doctor, keyring->single_copy, "keyring.mirror",
                keyring->single_copy
                    ? "none, as you accepted: losing the keyring loses all personal data"
                    : "none: give a second path on another device, or keyring.single_copy = accepted");
        return;
    }
    if (!private_file(doctor, "keyring.mirror", keyring->mirror) || stat(keyring->path, &first) != 0 ||
        stat(keyring->mirror, &second) != 0)
        return;
    finding(doctor, first.st_dev != second.st_dev, "keyring.mirror",
            first.st_dev != second.st_dev ? "on another device"
                                          : "on the same device as the keyring: one disk takes both");
}

static void disk(struct doctor *doctor, const char *path)
{
    struct statfs status;
    if (statfs(path, &status) != 0) {
        finding(doctor, false, "server.data", strerror(errno));
        return;
    }
    int64_t bytes = (int64_t)status.f_bavail * (int64_t)status.f_bsize;
    finding(doctor, bytes > DISK_LOW_BYTES, "server.data",
            bytes > DISK_LOW_BYTES ? "enough room on its disk" : "less than 1 GiB free on its disk");
}

static void configuration(struct doctor *doctor, const struct settings *settings)
{
    struct buf errors = buf_new(0);
    enum err error = config_check_serve(settings, &errors);
    buf_add_char(&errors, '\0');
    finding(doctor, error == ERR_NONE, "configuration",
            error == ERR_NONE ? "has all that `violet serve` wants" : errors.data);
    buf_free(&errors);
}

/* Beside a serve that has it open; nothing is changed. */
static void store(struct doctor *doctor, const char *url)
{
    struct sql_store *store = NULL;
    const char *reason = "";
    bool exists = false;
    enum err error = sql_exists(url, &exists, &reason);
    if (error == ERR_NONE && exists)
        error = sql_open_view(url, store_statements, STATEMENT_COUNT, &store, &reason);
    sql_close(store);
    if (error == ERR_NONE)
        finding(doctor, exists, "store.url",
                exists ? "can be reached and holds a store" : "holds no store; run `violet init`");
    else
        finding(doctor, false, "store.url", reason[0] != '\0' ? reason : err_code(error));
}

enum err doctor_run(const struct settings *settings, bool json, struct buf *out)
{
    struct doctor doctor = {.json = json, .writer = json_new(out), .out = out};
    if (json)
        json_array(&doctor.writer, NULL);
    configuration(&doctor, settings);
    store(&doctor, settings->store_url);
    disk(&doctor, settings->data);
    if (private_file(&doctor, "keyring.path", settings->keyring.path))
        copy_on_write(&doctor, settings->keyring.path);
    mirror(&doctor, &settings->keyring);
    if (json) {
        json_array_end(&doctor.writer);
        buf_add_char(out, '\n');
    }
    return doctor.bad == 0 ? ERR_NONE : ERR_POLICY;
}
