/* The bare program beside the inbox page: on the same library, it reads the same rows, opens boxes of the
 * same sizes and answers with the same number of bytes, and does nothing else. bench-bare-inbox DATABASE
 * ACCOUNT SESSION BYTES THREADS SERVICES   prints its port, ends with its input */
#include "bench.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <sodium.h>
#include <sqlite3.h>
#include <string.h>

enum {
    BOX_MAX = 8192,
    ARGUMENTS = 4,
    OVERHEAD = crypto_aead_xchacha20poly1305_ietf_ABYTES + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
};

/* The reads of one page, each group in a transaction of its own: the session; the account; the lines; the
 * messages with the names they need. A box and a wrapped key stand last in their row. */
static const char *const reads[] = {
    "BEGIN",
    "SELECT role, secret_hash, created_at, seen_at, expires_at, proof_until FROM session WHERE account_id = "
    "?1 "
    "AND session_id = ?2",
    "COMMIT",
    "BEGIN",
    "SELECT state, box FROM account WHERE account_id = ?1",
    "SELECT epoch, wrapped FROM data_key WHERE owner_id = ?1 AND kind = 'account'",
    "COMMIT",
    "BEGIN",
    "SELECT state, box FROM account WHERE account_id = ?1",
    "SELECT epoch, wrapped FROM data_key WHERE owner_id = ?1 AND kind = 'account'",
    "SELECT line_id, box FROM line WHERE account_id = ?1",
    "SELECT state, rested_days FROM number WHERE account_id = ?1",
    "COMMIT",
    "BEGIN",
    "SELECT state, box FROM account WHERE account_id = ?1",
    "SELECT epoch, wrapped FROM data_key WHERE owner_id = ?1 AND kind = 'account'",
    "SELECT message_id, line_id, direction, read_at, box FROM message WHERE account_id = ?1 AND unread = 1 "
    "UNION ALL "
    "SELECT message_id, line_id, direction, read_at, box FROM message WHERE account_id = ?1 AND unread = 0 "
    "ORDER BY message_id DESC LIMIT ?3",
    "SELECT line_id, box FROM line WHERE account_id = ?1",
    "SELECT service_id, box FROM linked_service WHERE account_id = ?1 AND removed_at = 0 ORDER BY service_id",
    "SELECT COUNT(*) FROM message WHERE account_id = ?1 AND unread = 1",
    "COMMIT",
};
enum { READS = sizeof reads / sizeof *reads, READ_SERVICES = READS - 3, PAGE_ROWS = 51 };

static const char *path;
static char *page;
static int64_t arguments[ARGUMENTS];
static size_t page_bytes, services; /* so many of the read services' boxes does the page open */
static unsigned char key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES], *sealed[BOX_MAX];
static _Thread_local sqlite3_stmt *statements[READS];

/* One box of each size, sealed under a key of this program's own: opening it costs what opening theirs does.
 */
static void seal_boxes(void)
{
    static const unsigned char nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES], empty[BOX_MAX];
    crypto_aead_xchacha20poly1305_ietf_keygen(key);
    for (size_t i = 0; i + OVERHEAD < BOX_MAX; i++) {
        sealed[i] = malloc(i + crypto_aead_xchacha20poly1305_ietf_ABYTES);
        bench_must(sealed[i] != NULL, "sealing");
        crypto_aead_xchacha20poly1305_ietf_encrypt(sealed[i], NULL, empty, i, NULL, 0, NULL, nonce, key);
    }
}

static void open_box(size_t length)
{
    static const unsigned char nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
    unsigned char text[BOX_MAX];
    if (length < OVERHEAD || length >= BOX_MAX)
        return;
    length -= OVERHEAD;
    bench_must(crypto_aead_xchacha20poly1305_ietf_decrypt(text, NULL, NULL, sealed[length],
                                                          length + crypto_aead_xchacha20poly1305_ietf_ABYTES,
                                                          NULL, 0, nonce, key) == 0,
               "opening");
}

static void prepare(void)
{
    sqlite3 *db;
    bench_must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK,
               "opening the database");
    for (size_t i = 0; i < READS; i++) {
        bench_must(sqlite3_prepare_v2(db, reads[i], -1, &statements[i], NULL) == SQLITE_OK, reads[i]);
        for (int nth = 1; nth <= sqlite3_bind_parameter_count(statements[i]); nth++)
            sqlite3_bind_int64(statements[i], nth, arguments[nth]);
    }
}

static void read_all(void)
{
    if (statements[0] == NULL)
        prepare();
    for (size_t i = 0; i < READS; i++) {
        int last = sqlite3_column_count(statements[i]) - 1;
        size_t most = i == READ_SERVICES ? services : SIZE_MAX;
        for (size_t row = 0; sqlite3_step(statements[i]) == SQLITE_ROW; row++)
            if (row < most && sqlite3_column_type(statements[i], last) == SQLITE_BLOB)
                open_box((size_t)sqlite3_column_bytes(statements[i], last));
        sqlite3_reset(statements[i]);
    }
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data, size_t *size,
                              void **request)
{
    (void)context, (void)url, (void)method, (void)version, (void)data, (void)size, (void)request;
    read_all();
    struct MHD_Response *response = MHD_create_response_from_buffer(page_bytes, page, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(response, "Content-Type", "text/html; charset=utf-8");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

int main(int count, char **words)
{
    bench_must(count == 7 && sodium_init() >= 0, "reading the command line");
    path = words[1];
    arguments[1] = atoll(words[2]), arguments[2] = atoll(words[3]), arguments[3] = PAGE_ROWS;
    page_bytes = (size_t)atoll(words[4]);
    services = (size_t)atoll(words[6]);
    page = malloc(page_bytes);
    bench_must(page != NULL, "making the page");
    memset(page, 'x', page_bytes);
    seal_boxes();
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, NULL,
                         MHD_OPTION_THREAD_POOL_SIZE, (unsigned)atoi(words[5]), MHD_OPTION_END);
    bench_must(daemon != NULL, "listening");
    printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    getchar();
    MHD_stop_daemon(daemon);
    free(page);
    return 0;
}
