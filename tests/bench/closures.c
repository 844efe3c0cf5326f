/* Fills a store with accounts, and closes some of them through the verbs that the service uses.
 *   bench-closures fill DIR ALL CLOSABLE MESSAGES     ALL accounts; CLOSABLE of them with a number, money,
 * texts bench-closures close DIR COUNT IN_FLIGHT [RECORD] prints closures per second bench-closures close DIR
 * COUNT IN_FLIGHT FIRST    the same, leaving the first FIRST accounts to another bench-closures texts DIR
 * COUNT IN_FLIGHT          receives texts for all numbers in turn; texts per second The store is
 * DIR/violet.db, or what BENCH_STORE names. */
#include "bench.h"

#include "app/closure_request.h"
#include "app/closure_verbs.h"
#include "app/keys.h"
#include "app/message_receive.h"
#include "app/number_assign.h"
#include "app/settings.h"
#include "app/wallet_credit.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/money.h"
#include "domain/types.h"
#include "store/account.h"
#include "store/identity.h"
#include "store/message.h"
#include "store/number.h"
#include "store/statements.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

enum { THREADS_MAX = 256, FILL_BATCH = 200, MESSAGE_BATCH = 500, PATH_BYTES = 400, ACCOUNTS_MAX = 100000 };

static struct settings settings;
static struct app app = {.settings = &settings};
static struct actor people[ACCOUNTS_MAX];
static int64_t closures[ACCOUNTS_MAX];
static long people_count;

/* A directory of the house, laid out as by violet init: the service runs on it, too. */
static const char *room(const char *directory, const char *name)
{
    static char path[PATH_BYTES - 40];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    bench_must(mkdir(path, 0700) == 0 || errno == EEXIST, "making a directory");
    return path;
}

static void open_house(const char *directory)
{
    char url[PATH_BYTES];
    const char *elsewhere = getenv("BENCH_STORE");
    if (elsewhere != NULL)
        snprintf(url, sizeof url, "%s", elsewhere);
    else
        snprintf(url, sizeof url, "sqlite:%s/violet.db", directory);
    const struct sql_options options = {.url = url,
                                        .statements = store_statements,
                                        .statement_count = STATEMENT_COUNT,
                                        .migrations = store_migrations,
                                        .migration_count = store_migration_count,
                                        .migrate = true};
    settings.carriers[0] = (struct settings_carrier){.name = "test"};
    settings.carrier_count = 1;
    settings.server.public_url = "https://violet.example";
    settings.operator=(struct settings_operator){.legal_name = "Test Ltd",
                                                 .address = "1 Street",
                                                 .complaint_body = "FCC",
                                                 .support_mail = "s@violet.example",
                                                 .markets = SETTINGS_MARKET_CN | SETTINGS_MARKET_EU};
    settings.closing = (struct settings_closing){.undo_days = 3, .review_hours = 72};
    settings.desk_people = 2;
    settings.number.aging_days = 85;
    settings.keyring.replica = true;
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/violet.keyring", room(directory, "keyring"));
    enum err made = keyring_create(path, NULL);
    bench_must(made == ERR_NONE || made == ERR_EXISTS, "making the keyring");
    const char *why = "";
    enum err opened = keyring_open(path, NULL, &app.keyring, &why);
    if (opened != ERR_NONE)
        fprintf(stderr, "%s: %s\n", err_code(opened), why);
    bench_must(opened == ERR_NONE, "opening the keyring");
    bench_must(sql_open(&options, &app.store, NULL) == ERR_NONE, "opening the store");
    bench_must(receipt_signer_open(room(directory, "signing"), &app.signer) == ERR_NONE,
               "opening the signer");
    bench_must(logs_open(room(directory, "logs"), NULL, &app.logs) == ERR_NONE, "opening the logs");
}

static void close_house(void)
{
    sql_close(app.store);
    logs_free(app.logs);
    receipt_signer_free(app.signer);
    keyring_free(app.keyring);
}

struct fill {
    struct actor made[FILL_BATCH];
    long count, messages;
    int64_t account_id;
};

static enum err fill_account(struct sql_tx *tx, struct arena *arena, struct actor *ret_actor)
{
    int64_t now = clock_now(), old = now - 100 * MICROS_DAY;
    struct seal_key key;
    struct store_account account = {.account_id = ids_random_id(),
                                    .state = ACCOUNT_ACTIVE,
                                    .state_at = old,
                                    .created_at = old,
                                    .name = STR("tester"),
                                    .password_hash = STR("$argon2id$v=19$m=19456,t=2,p=1$"
                                                         "c29tZXNhbHRzb21lc2FsdA$"
                                                         "c29tZWhhc2hzb21laGFzaHNvbWVoYXNoc29tZWhhc2g"),
                                    .ledger_id = ids_random_id()};
    struct store_contact contact = {.account_id = account.account_id,
                                    .contact_id = ids_next(old),
                                    .kind = CONTACT_MAIL,
                                    .added_at = old,
                                    .verified_at = old,
                                    .address = STR("tester@example.org")};
    struct store_session session = {.account_id = account.account_id,
                                    .session_id = ids_next(now),
                                    .secret_hash = STR("01234567890123456789012345678901"),
                                    .created_at = now,
                                    .seen_at = now,
                                    .expires_at = now + 30 * MICROS_DAY};
    TRY(keys_make(&app, tx, "account", account.account_id, &key));
    TRY(keys_claim_name(&app, tx, "login", arena_printf(arena, "a%lld", (long long)account.account_id),
                        account.account_id));
    TRY(store_account_insert(tx, arena, &key, &account));
    TRY(store_contact_insert(tx, arena, &key, &contact));
    *ret_actor = (struct actor){
        .kind = ACTOR_SUBSCRIBER, .account_id = account.account_id, .session_id = session.session_id};
    TRY(store_session_insert(tx, &session));
    return store_session_prove(tx, account.account_id, session.session_id, session.expires_at);
}

static enum err fill_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct fill *fill = context;
    for (long i = 0; i < fill->count; i++)
        TRY(fill_account(tx, arena, &fill->made[i]));
    return ERR_NONE;
}

static enum err fill_messages(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct fill *fill = context;
    struct seal_key key;
    TRY(keys_open(&app, tx, "account", fill->account_id, &key));
    for (long i = 0; i < fill->messages; i++) {
        struct store_message message = {.account_id = fill->account_id,
                                        .message_id = ids_next(clock_now()),
                                        .direction = MESSAGE_RECEIVED,
                                        .at = clock_now(),
                                        .peer = STR("Chase"),
                                        .text = STR("Chase: your code is 482913. Never share it."),
                                        .code = STR("482913")};
        TRY(store_message_insert(tx, arena, &key, &message));
    }
    return ERR_NONE;
}

static enum err fill_number(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct store_number number = {
        .e164 = *(struct str *)context, .state = NUMBER_AVAILABLE, .carrier = STR("test")};
    (void)arena;
    return store_number_insert(tx, &number);
}

static void number_text(long nth, char ret_text[40])
{
    snprintf(ret_text, 40, "+1%03ld555%04ld", 202 + nth / 10000, nth % 10000);
}

/* What a closure has to end: a number, money, texts. */
static void furnish(const struct actor *actor, long nth, long messages)
{
    const struct actor operator= {.kind = ACTOR_OPERATOR};
    char text[40];
    number_text(nth, text);
    struct str e164 = str_from(text);
    struct number_assign assign = {.account_id = actor->account_id, .e164 = e164};
    struct wallet_credit credit = {
        .account_id = actor->account_id, .amount = 12 * MONEY_UNIT, .instrument = STR("Visa 4242")};
    struct fill fill = {.account_id = actor->account_id};
    bench_must(sql_call(app.store, "number", fill_number, &e164) == ERR_NONE, "adding a number");
    bench_must(number_assign(&app, &operator, & assign) == ERR_NONE, "assigning a number");
    bench_must(wallet_credit(&app, &operator, & credit) == ERR_NONE, "crediting");
    for (long done = 0; done < messages; done += fill.messages) {
        fill.messages = messages - done < MESSAGE_BATCH ? messages - done : MESSAGE_BATCH;
        bench_must(sql_call_bulk(app.store, "texts", fill_messages, &fill) == ERR_NONE, "adding texts");
    }
}

static void fill_house(const char *directory, long all, long closable, long messages)
{
    static struct fill fill;
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/people", directory);
    FILE *file = fopen(path, "wb");
    bench_must(file != NULL, "writing the list of people");
    for (long done = 0; done < all; done += fill.count) {
        fill.count = all - done < FILL_BATCH ? all - done : FILL_BATCH;
        bench_must(sql_call_bulk(app.store, "fill", fill_run, &fill) == ERR_NONE, "filling");
        for (long i = 0; i < fill.count && done + i < closable; i++) {
            furnish(&fill.made[i], done + i, messages);
            fwrite(&fill.made[i], sizeof fill.made[i], 1, file);
        }
    }
    bench_must(fclose(file) == 0, "writing the list of people");
}

struct phase {
    enum err (*each)(long nth);
    long count;
    atomic_long next;
};

static void *phase_thread(void *context)
{
    struct phase *phase = context;
    for (long nth = atomic_fetch_add(&phase->next, 1); nth < phase->count;
         nth = atomic_fetch_add(&phase->next, 1)) {
        enum err error = phase->each(nth);
        bench_must(error == ERR_NONE, err_code(error));
    }
    return NULL;
}

static double run_phase(enum err (*each)(long nth), long count, long in_flight)
{
    struct phase phase = {.each = each, .count = count};
    pthread_t threads[THREADS_MAX];
    bench_must(in_flight <= THREADS_MAX, "so many threads");
    double start = bench_seconds();
    for (long i = 0; i < in_flight; i++)
        bench_must(pthread_create(&threads[i], NULL, phase_thread, &phase) == 0, "starting a thread");
    for (long i = 0; i < in_flight; i++)
        pthread_join(threads[i], NULL);
    return bench_seconds() - start;
}

static enum err ask(long nth)
{
    struct arena *arena = arena_new_wiped(0);
    struct closure_request request = {.choice = {.scope = CLOSURE_SCOPE_ACCOUNT}};
    enum err error = closure_request(&app, arena, &people[nth], &request);
    closures[nth] = request.ret_closure_id;
    arena_free(arena);
    return error;
}

static enum err go_on(long nth)
{
    return closure_job(&app, people[nth].account_id, closures[nth]);
}

struct look {
    long open;
};

static enum err look_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct look *look = context;
    (void)arena;
    for (long i = 0; i < people_count; i++) {
        struct store_account account;
        enum err error = store_account_get(tx, people[i].account_id, &account);
        look->open += error == ERR_NONE && account.state != ACCOUNT_CLOSED;
    }
    return ERR_NONE;
}

static void read_people(const char *directory, long first, long count)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/people", directory);
    FILE *file = fopen(path, "rb");
    bench_must(file != NULL && count <= ACCOUNTS_MAX, "reading the people");
    bench_must(fseek(file, first * (long)sizeof *people, SEEK_SET) == 0, "finding the first of them");
    people_count = (long)fread(people, sizeof *people, (size_t)count, file);
    fclose(file);
}

/* A text that no service is known by: the same rows each time. */
static enum err receive_text(long nth)
{
    char id[32], to[40];
    number_text(nth % people_count, to);
    snprintf(id, sizeof id, "bench-%ld", nth);
    struct message_receive receive = {.carrier = STR("test"),
                                      .carrier_id = str_from(id),
                                      .from = STR("+12025550100"),
                                      .to = str_from(to),
                                      .text = STR("Noon suits me well. Shall we meet at the station?")};
    enum err error = message_receive(&app, &receive);
    return error != ERR_NONE || receive.ret_outcome == MESSAGE_RECEIVE_STORED ? error : ERR_INTERNAL;
}

static void receive_texts(const char *directory, long count, long in_flight)
{
    read_people(directory, 0, ACCOUNTS_MAX);
    printf("%.1f\n", (double)count / run_phase(receive_text, count, in_flight));
}

static void close_people(const char *directory, long first, long count, long in_flight)
{
    struct look look = {0};
    struct arena *arena = arena_new_wiped(0);
    read_people(directory, first, count);
    bench_must(people_count == count, "finding so many people");
    double seconds = run_phase(ask, count, in_flight);
    clock_advance(2 * MICROS_DAY + MICROS_HOUR);
    seconds += run_phase(go_on, count, in_flight);
    clock_advance(MICROS_DAY);
    seconds += run_phase(go_on, count, in_flight);
    bench_must(sql_read(app.store, look_run, arena, &look) == ERR_NONE && look.open == 0,
               "closing every account");
    arena_free(arena);
    printf("%.1f\n", (double)count / seconds);
}

int main(int count, char **words)
{
    bench_must(count >= 5, "reading the command line");
    long first = count == 6 && words[5][0] >= '0' && words[5][0] <= '9' ? atol(words[5]) : 0;
    bool recorded = count == 6 && strcmp(words[1], "close") == 0 && words[5][0] == '/';
    if (recorded)
        bench_record(words[5]);
    open_house(words[2]);
    if (strcmp(words[1], "fill") == 0 && count == 6)
        fill_house(words[2], atol(words[3]), atol(words[4]), atol(words[5]));
    else if (strcmp(words[1], "texts") == 0)
        receive_texts(words[2], atol(words[3]), atol(words[4]));
    else
        close_people(words[2], first, atol(words[3]), atol(words[4]));
    close_house();
    return 0;
}
