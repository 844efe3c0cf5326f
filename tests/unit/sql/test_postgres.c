/* The PostgreSQL engine under faults. Every command here adds one to a counter, so that one that is lost or
 * done twice shows: between engine and server stands a proxy that cuts at chosen messages. */
#include "../test.h"

#include "base/limits.h"
#include "proxy.h"
#include "sql/postgres.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { COUNTER_ADD, COUNTER_GET, COUNTER_MAKE, COUNTER_SPOIL, STATEMENTS };

static const struct sql_statement statements[STATEMENTS] = {
    [COUNTER_ADD] = {"counter_add", "UPDATE counter SET value = value + 1 WHERE id = $1;"},
    [COUNTER_GET] = {"counter_get", "SELECT value FROM counter WHERE id = $1;"},
    [COUNTER_MAKE] = {"counter_make", "INSERT INTO counter (id, value) VALUES ($1, 100);"},
    [COUNTER_SPOIL] = {"counter_spoil", "UPDATE counter SET value = NULL WHERE id = $1;"},
};

static const struct sql_migration migrations[] = {
    {1, "counters",
     "CREATE TABLE counter (\n    id int64 NOT NULL PRIMARY KEY,\n    value int64 NOT NULL\n);\n"
     "INSERT INTO counter (id, value) VALUES (1, 0);\nINSERT INTO counter (id, value) VALUES (2, 0);\n"},
};

struct bench {
    char directory[64], server[200], url[300], direct[300], name[40];
    struct proxy *proxy;
    struct sql_store *store;
    struct arena *arena;
};

static char *one_answer(const char *url, const char *text, char *ret_answer, size_t size)
{
    PGconn *link = PQconnectdb(url);
    PGresult *result = PQexec(link, text);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s: %s", text, PQerrorMessage(link));
    snprintf(ret_answer, size, "%s", PQntuples(result) == 1 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    PQfinish(link);
    return ret_answer;
}

/* Asks the server itself, by a connection that knows nothing of the port. */
static int64_t ask(const char *url, const char *text)
{
    char answer[64];
    return atoll(one_answer(url, text, answer, sizeof answer));
}

static int64_t counter(const struct bench *bench, int id)
{
    char text[80];
    snprintf(text, sizeof text, "SELECT value FROM counter WHERE id = %d", id);
    return ask(bench->direct, text);
}

/* A database of its own on the server that VIOLET_POSTGRES names by its socket, seen through the proxy. */
static int set_up(void **state)
{
    static unsigned made;
    const char *server = getenv("VIOLET_POSTGRES");
    struct bench *bench = calloc(1, sizeof *bench);
    char text[120], host[108];
    int port;
    assert_non_null(bench);
    assert_non_null(server);
    assert_int_equal(sscanf(strstr(server, "?host="), "?host=%107[^&]&port=%d", host, &port), 2);
    snprintf(bench->server, sizeof bench->server, "%s", server);
    snprintf(bench->directory, sizeof bench->directory, "%s/violet-pg-XXXXXX", P_tmpdir);
    assert_non_null(mkdtemp(bench->directory));
    snprintf(bench->name, sizeof bench->name, "fault_%ld_%u", (long)getpid(), ++made);
    snprintf(text, sizeof text, "CREATE DATABASE %s TEMPLATE template0", bench->name);
    ask(server, text);
    snprintf(bench->direct, sizeof bench->direct, "postgresql://violet@/%s?host=%s&port=%d", bench->name,
             host, port);
    snprintf(bench->url, sizeof bench->url, "postgresql://violet@/%s?host=%s&port=%d", bench->name,
             bench->directory, port);
    bench->proxy = proxy_new(bench->directory, host, port);
    bench->arena = arena_new(0);
    assert_non_null(bench->proxy);
    const struct sql_options options = {.url = bench->url,
                                        .statements = statements,
                                        .statement_count = STATEMENTS,
                                        .migrations = migrations,
                                        .migration_count = 1,
                                        .migrate = true};
    const char *reason = "";
    assert_int_equal(sql_open(&options, &bench->store, &reason), ERR_NONE);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    char text[120];
    sql_close(bench->store);
    proxy_free(bench->proxy);
    arena_free(bench->arena);
    snprintf(text, sizeof text, "DROP DATABASE %s WITH (FORCE)", bench->name);
    ask(bench->server, text);
    int status = rmdir(bench->directory);
    free(bench);
    return status;
}

/* Reads the counter, then adds one without waiting for the answer; what happens between is the test's. */
struct addition {
    int id;
    unsigned runs;
    int64_t seen;
    void (*between)(struct addition *addition);
    const struct bench *bench;
};

static enum err counter_get(struct sql_tx *tx, int id, int64_t *ret_value)
{
    struct sql_rows rows;
    TRY(sql_query(tx, COUNTER_GET, &rows, SQL_INT(id)));
    *ret_value = sql_next(&rows) ? sql_int(&rows, 0) : -1;
    return sql_end(&rows);
}

static enum err add_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct addition *addition = context;
    (void)arena;
    addition->runs++;
    TRY(counter_get(tx, addition->id, &addition->seen));
    if (addition->between != NULL)
        addition->between(addition);
    return sql_exec(tx, COUNTER_ADD, NULL, SQL_INT(addition->id));
}

/* The engine's statements are named by number; Bind's first text is the portal's empty name. */
#define BIND_SIZE 8
struct row {
    const char *title;
    struct {
        char type; /* '0': a Bind to the server of `statement`; else this type, to the client */
        unsigned statement;
        const char *holds;
        bool after;
    } cuts[PROXY_CUTS];
    unsigned runs; /* of the command: 1 where it was committed by its first run */
};

#define BIND(statement_) '0', (statement_), NULL
#define OWN(own_) '0', STATEMENTS + (own_), NULL
#define ANSWER(type_, holds_) (type_), 0, (holds_)

static const struct row rows[] = {
    {"before its beginning", {{OWN(OWN_BEGIN_COMMAND), false}}, 2},
    {"after its beginning", {{OWN(OWN_BEGIN_COMMAND), true}}, 2},
    {"before its question", {{BIND(COUNTER_GET), false}}, 2},
    {"after its question", {{BIND(COUNTER_GET), true}}, 2},
    {"at the answer to its question", {{ANSWER('D', ""), false}}, 2},
    {"before what it writes", {{BIND(COUNTER_ADD), false}}, 2},
    {"after what it writes", {{BIND(COUNTER_ADD), true}}, 2},
    {"before its mark", {{OWN(OWN_MARK), false}}, 2},
    {"after its mark", {{OWN(OWN_MARK), true}}, 2},
    {"before its commit", {{OWN(OWN_COMMIT), false}}, 2},
    {"before its commit is executed", {{OWN(OWN_COMMIT), true}}, 2},
    {"at the answer to its write", {{ANSWER('C', "UPDATE"), false}}, 1},
    {"at the answer to its commit", {{ANSWER('C', "COMMIT"), false}}, 1},
    {"after the answer to its commit", {{ANSWER('C', "COMMIT"), true}}, 1},
    {"before its commit, and before the refusal", {{OWN(OWN_COMMIT), false}, {OWN(OWN_REFUSE), false}}, 2},
    {"before its commit, and at the answer to the refusal's commit",
     {{OWN(OWN_COMMIT), false}, {ANSWER('C', "COMMIT"), false}},
     2},
    {"before its commit, and twice at the answer to the refusal's commit",
     {{OWN(OWN_COMMIT), false}, {ANSWER('C', "COMMIT"), false}, {ANSWER('C', "COMMIT"), false}},
     2},
    {"at the answer to its commit, and at the answer to the question for it",
     {{ANSWER('C', "COMMIT"), false}, {ANSWER('D', ""), false}},
     1},
    {"at the answer to its commit, and twice at the answer to the question's commit",
     {{ANSWER('C', "COMMIT"), false}, {ANSWER('C', "COMMIT"), false}, {ANSWER('C', "COMMIT"), false}},
     1},
};

static void arm(const struct bench *bench, const struct row *row, char names[PROXY_CUTS][BIND_SIZE])
{
    struct proxy_cut cuts[PROXY_CUTS] = {0};
    for (unsigned i = 0; i < PROXY_CUTS && row->cuts[i].type != 0; i++) {
        bool bind = row->cuts[i].type == '0';
        int length = snprintf(names[i], BIND_SIZE, "%cs%u", '\0', row->cuts[i].statement);
        cuts[i] = (struct proxy_cut){.way = bind ? PROXY_TO_SERVER : PROXY_TO_CLIENT,
                                     .type = bind ? 'B' : row->cuts[i].type,
                                     .holds = bind ? names[i] : row->cuts[i].holds,
                                     .length = bind ? (size_t)length + 1 : strlen(row->cuts[i].holds),
                                     .after = row->cuts[i].after};
    }
    proxy_cut_at(bench->proxy, cuts);
}

static void a_connection_cut_anywhere_neither_loses_nor_doubles(void **state)
{
    struct bench *bench = *state;
    char names[PROXY_CUTS][BIND_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned wanted = 0, before = proxy_made(bench->proxy);
        while (wanted < PROXY_CUTS && rows[i].cuts[wanted].type != 0)
            wanted++;
        struct addition addition = {.id = 1};
        arm(bench, &rows[i], names);
        enum err error = sql_call(bench->store, "add", add_run, &addition);
        unsigned made = proxy_made(bench->proxy) - before;
        if (error != ERR_NONE || counter(bench, 1) != (int64_t)i + 1 || made != wanted ||
            addition.runs != rows[i].runs)
            fail_msg("cut %s: %s after %u runs and %u cuts, the counter is %lld", rows[i].title,
                     err_code(error), addition.runs, made, (long long)counter(bench, 1) - (int64_t)i);
    }
}

enum { THREADS = 8, CALLS = 60, CUT_EACH = 97 };

struct adder {
    struct sql_store *store;
    int id, done, refused;
};

static void *adder_thread(void *context)
{
    struct adder *adder = context;
    for (int i = 0; i < CALLS; i++) {
        struct addition addition = {.id = adder->id};
        enum err error = sql_call(adder->store, "add", add_run, &addition);
        adder->done += error == ERR_NONE;
        adder->refused += error == ERR_BUSY;
    }
    return NULL;
}

/* Answered ones stand, refused ones do not: whatever the interleaving. */
static void many_commands_over_a_line_that_is_cut_all_the_time_are_done_once(void **state)
{
    struct bench *bench = *state;
    pthread_t threads[THREADS];
    struct adder adders[THREADS];
    int done = 0, refused = 0;
    proxy_cut_each(bench->proxy, CUT_EACH);
    for (int i = 0; i < THREADS; i++) {
        adders[i] = (struct adder){.store = bench->store, .id = 1 + i % 2};
        assert_int_equal(pthread_create(&threads[i], NULL, adder_thread, &adders[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        done += adders[i].done;
        refused += adders[i].refused;
    }
    proxy_cut_each(bench->proxy, 0);
    assert_int_equal(done + refused, THREADS * CALLS);
    assert_int_equal(counter(bench, 1) + counter(bench, 2), done);
    assert_true(done > 0);
    assert_true(proxy_made(bench->proxy) > 10);
}

static void *open_again(void *context)
{
    const struct timespec pause = {2, 0};
    nanosleep(&pause, NULL);
    proxy_shut(context, false);
    return NULL;
}

static void shut_between(struct addition *addition)
{
    if (addition->runs == 1)
        proxy_shut(addition->bench->proxy, true);
}

static void a_server_that_is_away_for_seconds_is_waited_for(void **state)
{
    struct bench *bench = *state;
    pthread_t thread;
    struct addition addition = {.id = 1, .between = shut_between, .bench = bench};
    assert_int_equal(pthread_create(&thread, NULL, open_again, bench->proxy), 0);
    assert_int_equal(sql_call(bench->store, "add", add_run, &addition), ERR_NONE);
    pthread_join(thread, NULL);
    assert_int_equal(counter(bench, 1), 1);
}

static double seconds_now(void)
{
    return (double)postgres_now() / 1e6;
}

static void nothing_waits_forever_for_a_server_that_stays_away(void **state)
{
    struct bench *bench = *state;
    struct addition addition = {.id = 1};
    assert_int_equal(sql_call(bench->store, "add", add_run, &addition), ERR_NONE);
    proxy_shut(bench->proxy, true);
    double begun = seconds_now();
    assert_int_equal(sql_await_readers(bench->store), ERR_BUSY);
    assert_int_equal(sql_call(bench->store, "add", add_run, &addition), ERR_BUSY);
    assert_int_equal(sql_read(bench->store, add_run, bench->arena, &addition), ERR_BUSY);
    double took = seconds_now() - begun;
    assert_true(took < 2 * LIMIT_SQL_DEADLINE_SECONDS + LIMIT_SQL_READ_SECONDS + 5);
    proxy_shut(bench->proxy, false);
    assert_int_equal(sql_await_readers(bench->store), ERR_NONE);
    assert_int_equal(counter(bench, 1), 1);
}

static void change_between(struct addition *addition)
{
    if (addition->runs == 1)
        ask(addition->bench->direct, "UPDATE counter SET value = value + 10 WHERE id = 1");
}

static void a_command_that_lost_against_another_writer_runs_again_on_what_that_one_wrote(void **state)
{
    struct bench *bench = *state;
    struct addition addition = {.id = 1, .between = change_between, .bench = bench};
    assert_int_equal(sql_call(bench->store, "add", add_run, &addition), ERR_NONE);
    assert_int_equal(addition.runs, 2);
    assert_int_equal(addition.seen, 10);
    assert_int_equal(counter(bench, 1), 11);
}

/* Adds to two counters in an order of its own; the first time it waits with the first one locked. */
struct crossing {
    struct sql_store *store;
    pthread_barrier_t *both;
    int first, second;
    unsigned runs;
    enum err result;
};

static enum err cross_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct crossing *crossing = context;
    int64_t changes = 0;
    (void)arena;
    TRY(sql_exec(tx, COUNTER_ADD, &changes, SQL_INT(crossing->first)));
    if (crossing->runs++ == 0)
        pthread_barrier_wait(crossing->both);
    return sql_exec(tx, COUNTER_ADD, &changes, SQL_INT(crossing->second));
}

static void *cross_thread(void *context)
{
    struct crossing *crossing = context;
    crossing->result = sql_call(crossing->store, "cross", cross_run, crossing);
    return NULL;
}

static void two_commands_that_lock_each_other_are_both_done_once(void **state)
{
    struct bench *bench = *state;
    pthread_barrier_t both;
    pthread_t thread;
    struct crossing one = {bench->store, &both, 1, 2, 0, ERR_COUNT},
                    other = {bench->store, &both, 2, 1, 0, ERR_COUNT};
    pthread_barrier_init(&both, NULL, 2);
    assert_int_equal(pthread_create(&thread, NULL, cross_thread, &one), 0);
    cross_thread(&other);
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&both);
    assert_int_equal(one.result, ERR_NONE);
    assert_int_equal(other.result, ERR_NONE);
    assert_true(one.runs + other.runs > 2);
    assert_int_equal(counter(bench, 1), 2);
    assert_int_equal(counter(bench, 2), 2);
    assert_true(
        ask(bench->direct, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") >= 0);
}

/* A write whose error nobody waits for: at the end of the command, or before a question. */
static enum err spoil_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    bool *asks = context;
    int64_t value = -2;
    (void)arena;
    TRY(sql_exec(tx, COUNTER_ADD, NULL, SQL_INT(1)));
    (void)sql_exec(tx, COUNTER_SPOIL, NULL, SQL_INT(2));
    (void)sql_exec(tx, COUNTER_ADD, NULL, SQL_INT(1));
    if (*asks && counter_get(tx, 1, &value) == ERR_NONE)
        return ERR_STATE;
    return ERR_NONE;
}

static void an_error_that_shows_late_undoes_the_whole_command(void **state)
{
    struct bench *bench = *state;
    for (int i = 0; i < 2; i++) {
        bool asks = i == 1;
        struct addition addition = {.id = 2};
        assert_int_equal(sql_call(bench->store, "spoil", spoil_run, &asks), ERR_INTERNAL);
        assert_int_equal(sql_call(bench->store, "add", add_run, &addition), ERR_NONE);
        assert_int_equal(counter(bench, 1), 0);
        assert_int_equal(counter(bench, 2), i + 1);
    }
}

/* Makes a counter where there is none, else adds to it; the first time somebody else is quicker. */
struct making {
    const struct bench *bench;
    bool blind, raced;
    unsigned runs;
};

static enum err make_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct making *making = context;
    int64_t value;
    (void)arena;
    TRY(sql_exec(tx, COUNTER_ADD, NULL, SQL_INT(1)));
    TRY(counter_get(tx, 3, &value));
    if (making->runs++ == 0 && making->raced)
        ask(making->bench->direct, "INSERT INTO counter (id, value) VALUES (3, 50)");
    return sql_exec(tx, value < 0 || making->blind ? COUNTER_MAKE : COUNTER_ADD, NULL, SQL_INT(3));
}

static void who_loses_a_name_sees_it_taken_when_it_runs_again(void **state)
{
    struct bench *bench = *state;
    struct making making = {.bench = bench, .raced = true};
    assert_int_equal(sql_call(bench->store, "make", make_run, &making), ERR_NONE);
    assert_int_equal(making.runs, 2);
    assert_int_equal(counter(bench, 1), 1);
    assert_int_equal(counter(bench, 3), 51);
}

static void who_does_not_look_whether_a_name_is_taken_is_told_so_and_changes_nothing(void **state)
{
    struct bench *bench = *state;
    struct making making = {.bench = bench, .raced = true, .blind = true};
    assert_int_equal(sql_call(bench->store, "make", make_run, &making), ERR_EXISTS);
    assert_int_equal(making.runs, 3);
    assert_int_equal(counter(bench, 1), 0);
    assert_int_equal(counter(bench, 3), 50);
}

#define FAULT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_TEST(a_connection_cut_anywhere_neither_loses_nor_doubles),
        FAULT_TEST(many_commands_over_a_line_that_is_cut_all_the_time_are_done_once),
        FAULT_TEST(a_server_that_is_away_for_seconds_is_waited_for),
        FAULT_TEST(nothing_waits_forever_for_a_server_that_stays_away),
        FAULT_TEST(a_command_that_lost_against_another_writer_runs_again_on_what_that_one_wrote),
        FAULT_TEST(two_commands_that_lock_each_other_are_both_done_once),
        FAULT_TEST(an_error_that_shows_late_undoes_the_whole_command),
        FAULT_TEST(who_loses_a_name_sees_it_taken_when_it_runs_again),
        FAULT_TEST(who_does_not_look_whether_a_name_is_taken_is_told_so_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
