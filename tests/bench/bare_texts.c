/* The bare program beside the reception of texts: it seals and writes the rows that Violet writes, with its
 * indexes, in transactions of as many as a carrier's window holds, and does nothing else.
 *
 *     bench-bare-texts DATABASE BYTES
 *
 * makes boxes of BYTES bytes. It takes lines "run WINDOW SECONDS" from its input and prints "ran
 * TEXTS_PER_SECOND". */
#include "bench.h"

#include <sodium.h>
#include <sqlite3.h>
#include <string.h>

enum {
    ACCOUNTS = 2000,
    SERVICES = 4,
    BOX_MAX = 4096,
    OVERHEAD = crypto_aead_xchacha20poly1305_ietf_ABYTES + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    CACHE_KIBIBYTES = 65536, /* as src/sql/sqlite_connection.c */
    PAGE_BYTES = 2048,
    CHECKPOINT_PAGES = 131072, /* as src/sql/sqlite_checkpoint.c */
};

static const char setup[] =
    "CREATE TABLE message (account_id INTEGER NOT NULL, unread INTEGER NOT NULL, message_id INTEGER NOT NULL,"
    " line_id INTEGER NOT NULL, direction INTEGER NOT NULL, read_at INTEGER NOT NULL, box BLOB NOT NULL,"
    " PRIMARY KEY (account_id, unread, message_id)) STRICT;"
    "CREATE TABLE carrier_note (at INTEGER NOT NULL, carrier TEXT NOT NULL, content INTEGER NOT NULL,"
    " PRIMARY KEY (at, carrier, content)) STRICT;"
    "CREATE TABLE line_service (account_id INTEGER NOT NULL, line_id INTEGER NOT NULL, service_id INTEGER "
    "NOT NULL,"
    " first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, last_code_at INTEGER NOT NULL, count INTEGER NOT "
    "NULL,"
    " PRIMARY KEY (account_id, line_id, service_id)) STRICT;";

static sqlite3 *db;
static sqlite3_stmt *begin, *insert, *note, *seen, *commit;
static size_t box_bytes;
static int64_t serial, accounts[ACCOUNTS];
static uint8_t keys[ACCOUNTS][crypto_aead_xchacha20poly1305_ietf_KEYBYTES];

static sqlite3_stmt *prepare(const char *text)
{
    sqlite3_stmt *statement;
    bench_must(sqlite3_prepare_v2(db, text, -1, &statement, NULL) == SQLITE_OK, text);
    return statement;
}

static void open_database(const char *path)
{
    char settings[200];
    snprintf(settings, sizeof settings,
             "PRAGMA page_size = %d; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size "
             "= -%d;"
             "PRAGMA wal_autocheckpoint = %d;",
             PAGE_BYTES, CACHE_KIBIBYTES, CHECKPOINT_PAGES);
    bench_must(sqlite3_open(path, &db) == SQLITE_OK, "opening the database");
    bench_must(sqlite3_exec(db, settings, NULL, NULL, NULL) == SQLITE_OK, "setting the database up");
    bench_must(sqlite3_exec(db, setup, NULL, NULL, NULL) == SQLITE_OK, "making the table");
    begin = prepare("BEGIN IMMEDIATE");
    insert = prepare("INSERT INTO message VALUES (?1, 1, ?2, ?3, 1, 0, ?4)");
    note = prepare("INSERT INTO carrier_note VALUES (?1, 'test', ?2)");
    seen = prepare(
        "INSERT INTO line_service VALUES (?1, ?1, ?2, ?3, ?3, ?3, 1) ON CONFLICT (account_id, line_id,"
        " service_id) DO UPDATE SET last_at = excluded.last_at, last_code_at = excluded.last_code_at,"
        " count = count + 1");
    commit = prepare("COMMIT");
    for (int i = 0; i < ACCOUNTS; i++) {
        crypto_aead_xchacha20poly1305_ietf_keygen(keys[i]);
        randombytes_buf(&accounts[i], sizeof accounts[i]);
    }
}

static void step(sqlite3_stmt *statement)
{
    bench_must(sqlite3_step(statement) == SQLITE_DONE, sqlite3_sql(statement));
    sqlite3_reset(statement);
}

static size_t seal(size_t account, uint8_t box[BOX_MAX])
{
    static const uint8_t text[BOX_MAX];
    unsigned long long length;
    size_t nonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    randombytes_buf(box, nonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(box + nonce, &length, text, box_bytes - OVERHEAD,
                                               (const uint8_t *)&serial, sizeof serial, NULL, box,
                                               keys[account]);
    return nonce + (size_t)length;
}

static void insert_one(void)
{
    uint8_t box[BOX_MAX];
    size_t account = (size_t)(serial++ % ACCOUNTS);
    size_t length = seal(account, box);
    sqlite3_bind_int64(insert, 1, accounts[account]);
    sqlite3_bind_int64(insert, 2, serial);
    sqlite3_bind_int64(insert, 3, accounts[account]);
    sqlite3_bind_blob(insert, 4, box, (int)length, SQLITE_STATIC);
    step(insert);
    sqlite3_bind_int64(note, 1, serial);
    sqlite3_bind_int64(note, 2, accounts[account]);
    step(note);
    if (serial % 4 == 0) /* as many of bench-smsc's texts are of no service */
        return;
    sqlite3_bind_int64(seen, 1, accounts[account]);
    sqlite3_bind_int64(seen, 2, serial % SERVICES);
    sqlite3_bind_int64(seen, 3, serial);
    step(seen);
}

static void run(unsigned window, double seconds)
{
    int64_t before = serial;
    double start = bench_seconds();
    while (bench_seconds() < start + seconds) {
        step(begin);
        for (unsigned i = 0; i < window; i++)
            insert_one();
        step(commit);
    }
    printf("ran %.1f\n", (double)(serial - before) / (bench_seconds() - start));
    fflush(stdout);
}

int main(int count, char **words)
{
    char line[200];
    unsigned window;
    double seconds;
    bench_must(count == 3 && sodium_init() >= 0, "reading the command line");
    box_bytes = (size_t)atol(words[2]);
    bench_must(box_bytes > OVERHEAD && box_bytes < BOX_MAX, "reading the size of the boxes");
    open_database(words[1]);
    while (fgets(line, sizeof line, stdin) != NULL) {
        bench_must(sscanf(line, "run %u %lf", &window, &seconds) == 2, "reading a command");
        run(window, seconds);
    }
    return 0;
}
