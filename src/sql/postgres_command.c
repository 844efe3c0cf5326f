#include "sql/postgres.h"

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum {
    PAUSE_FIRST_MICROS = 1000,
    PAUSE_MOST_MICROS = 64000,
    LOSSES_BEFORE_TURN = 3,
    LOSSES_OF_A_NAME = 3,
    PRUNE_MICROS = 10 * 1000000
};

/* How a run of a command ended. */
enum outcome { OUTCOME_DONE, OUTCOME_AGAIN, OUTCOME_LOST, OUTCOME_UNSURE };

struct attempt {
    const struct sql_command *command;
    struct arena *arena;
    uint8_t mark[POSTGRES_MARK_BYTES];
    enum err result;
};

static bool begin(struct postgres_connection *connection, enum postgres_own how)
{
    if (postgres_drain(connection) && connection->link != NULL &&
        postgres_send(connection, postgres_own(connection->store, how), NULL, 0))
        return true;
    postgres_disconnect(connection);
    return false;
}

/* The answer is read when the connection is used next. After an error the server listens to a sync only. */
static void roll_back(struct postgres_tx *tx)
{
    struct postgres_connection *connection = tx->connection;
    if (connection->link == NULL)
        return;
    bool sent = (tx->class == POSTGRES_FINE || postgres_send_sync(connection)) &&
                postgres_send(connection, postgres_own(connection->store, OWN_ROLLBACK), NULL, 0) &&
                postgres_send_sync(connection) && PQflush(connection->link) >= 0;
    if (!sent)
        postgres_disconnect(connection);
}

/* 48 bits of milliseconds first, so that marks are pruned by range, then chance. The real time: the demo's
 * clock jumps. */
static void make_mark(uint8_t ret_mark[POSTGRES_MARK_BYTES], int64_t age_seconds)
{
    uint64_t millis = (uint64_t)((clock_now() - clock_offset()) / 1000 - age_seconds * 1000);
    ids_random(ret_mark, POSTGRES_MARK_BYTES);
    for (unsigned i = 0; i < 6; i++)
        ret_mark[i] = (uint8_t)(millis >> (8 * (5 - i)));
}

static struct sql_value mark_value(const struct attempt *attempt)
{
    return SQL_BYTES(str_bytes(attempt->mark, sizeof attempt->mark));
}

static enum outcome outcome_of(enum postgres_class class)
{
    return class == POSTGRES_AGAIN ? OUTCOME_AGAIN : class == POSTGRES_LOST ? OUTCOME_LOST : OUTCOME_DONE;
}

static bool send_commit(struct postgres_tx *tx, struct attempt *attempt)
{
    struct postgres_connection *connection = tx->connection;
    const struct sql_value mark = mark_value(attempt);
    make_mark(attempt->mark, 0);
    FAILPOINT("sql.before_commit");
    return (!tx->wrote || postgres_send(connection, postgres_own(connection->store, OWN_MARK), &mark, 1)) &&
           postgres_send(connection, postgres_own(connection->store, OWN_COMMIT), NULL, 0) &&
           postgres_send_sync(connection);
}

static enum outcome commit(struct postgres_tx *tx, struct attempt *attempt)
{
    struct postgres_connection *connection = tx->connection;
    int64_t started = postgres_now();
    PGresult *result = NULL;
    if (!send_commit(tx, attempt)) {
        /* What was sent may have reached the server all the same. */
        postgres_disconnect(connection);
        return tx->wrote ? OUTCOME_UNSURE : OUTCOME_LOST;
    }
    struct postgres_error error = postgres_collect(connection, &result);
    FAILPOINT("sql.after_commit");
    attempt->result = error.error;
    if (error.class == POSTGRES_FINE) {
        /* COMMIT of a transaction that had failed says ROLLBACK. */
        attempt->result = strcmp(PQcmdStatus(result), "COMMIT") == 0 ? ERR_NONE : ERR_INTERNAL;
        atomic_fetch_add(&connection->store->commits, 1);
        atomic_store(&connection->store->commit_micros_last, postgres_now() - started);
    } else if (connection->link != NULL) {
        tx->class = POSTGRES_FINE; /* the sync has been read: the server listens again */
        roll_back(tx);
    }
    PQclear(result);
    if (error.class == POSTGRES_LOST && tx->wrote)
        return OUTCOME_UNSURE;
    return outcome_of(error.class);
}

static enum outcome try_command(struct postgres_connection *connection, struct attempt *attempt)
{
    const struct sql_command *command = attempt->command;
    struct postgres_tx tx = {.base = {&postgres_engine, attempt->arena, ERR_NONE}, .connection = connection};
    arena_reset(attempt->arena);
    if (!begin(connection, command->lane == SQL_LANE_CLAIM ? OWN_BEGIN_CLAIM : OWN_BEGIN_COMMAND))
        return OUTCOME_LOST;
    int64_t started = postgres_now();
    attempt->result = command->run(&tx.base, attempt->arena, command->context);
    postgres_end_walks(&tx);
    int64_t took = postgres_now() - started;
    if (took > LIMIT_SQL_COMMAND_MICROS && command->lane == SQL_LANE_COMMAND)
        log_debug("sql_command_slow", LOG_TEXT("name", command->name), LOG_INT("micros", took));
    if (attempt->result == ERR_NONE && tx.class == POSTGRES_FINE)
        return commit(&tx, attempt);
    /* A command must not succeed over an error that it did not see. */
    if (attempt->result == ERR_NONE || tx.class == POSTGRES_AGAIN)
        attempt->result = tx.base.error;
    roll_back(&tx);
    return outcome_of(tx.class);
}

static struct postgres_error lost(struct postgres_connection *connection)
{
    postgres_disconnect(connection);
    return (struct postgres_error){ERR_BUSY, POSTGRES_LOST};
}

static bool send_own(struct postgres_connection *connection, enum postgres_own own,
                     const struct sql_value *mark)
{
    return postgres_send(connection, postgres_own(connection->store, own), mark, mark != NULL ? 1 : 0);
}

/* Reads what is pending; ends the transaction where that is an error. */
static struct postgres_error collect_or_end(struct postgres_connection *connection, PGresult **ret_last)
{
    struct postgres_error error = postgres_collect(connection, ret_last);
    struct postgres_tx tx = {.connection = connection, .class = error.class};
    if (error.class != POSTGRES_FINE)
        roll_back(&tx);
    return error;
}

static struct postgres_error commit_own(struct postgres_connection *connection)
{
    if (!send_own(connection, OWN_COMMIT, NULL) || !postgres_send_sync(connection))
        return lost(connection);
    struct postgres_error error = postgres_collect(connection, NULL);
    struct postgres_tx tx = {.connection = connection};
    if (error.class != POSTGRES_FINE)
        roll_back(&tx);
    return error;
}

/* Puts a refusal where the attempt's mark would be, and asks what stands there. The server answers only once
 * a transaction that left a mark has ended; one that has not come so far yet will find the refusal and fail.
 * An answer that is lost here, too, is asked for again: a refusal is not taken for a mark. */
static struct postgres_error refuse_and_ask(struct postgres_connection *connection,
                                            const struct attempt *attempt, bool *ret_committed)
{
    const struct sql_value mark = mark_value(attempt);
    PGresult *result = NULL;
    if (!begin(connection, OWN_BEGIN_CLAIM) || !send_own(connection, OWN_REFUSE, &mark) ||
        !send_own(connection, OWN_ASK, &mark))
        return lost(connection);
    struct postgres_error error = collect_or_end(connection, &result);
    if (error.class != POSTGRES_FINE)
        return error;
    *ret_committed = PQntuples(result) == 1;
    PQclear(result);
    return commit_own(connection);
}

/* A commit behind a mark that was found waits for what it waited for (a synchronous standby). ERR_NONE:
 * committed, ERR_CHANGED: not, ERR_BUSY: not known yet. */
static enum err ask_mark(struct postgres_connection *connection, const struct attempt *attempt)
{
    struct attempt behind = {0};
    bool committed = false;
    if (refuse_and_ask(connection, attempt, &committed).class != POSTGRES_FINE)
        return ERR_BUSY;
    if (!committed)
        return ERR_CHANGED;
    make_mark(behind.mark, 0);
    const struct sql_value mark = mark_value(&behind);
    bool sent = begin(connection, OWN_BEGIN_CLAIM) && send_own(connection, OWN_MARK, &mark);
    struct postgres_error error = sent ? commit_own(connection) : lost(connection);
    return error.class == POSTGRES_FINE ? ERR_NONE : ERR_BUSY;
}

/* A commit whose answer was lost: neither answered nor run again before it is known. ERR_NONE: committed,
 * ERR_CHANGED: not, ERR_IO: the server did not come back. */
static enum err settle(struct postgres_connection *connection, const struct attempt *attempt)
{
    int64_t deadline = postgres_now() + LIMIT_SQL_SETTLE_SECONDS * MICROS_SECOND;
    while (postgres_now() < deadline && postgres_connect_until(connection, deadline) == ERR_NONE) {
        enum err settled = ask_mark(connection, attempt);
        if (settled != ERR_BUSY) {
            log_info("commit_settled", LOG_TEXT("command", attempt->command->name),
                     LOG_INT("committed", settled == ERR_NONE));
            return settled;
        }
        postgres_pause(PAUSE_MOST_MICROS);
    }
    log_error("commit_unsettled", LOG_TEXT("command", attempt->command->name));
    return ERR_IO;
}

static int64_t pause_after(unsigned losses)
{
    int64_t pause = losses < 7 ? (int64_t)PAUSE_FIRST_MICROS << losses : PAUSE_MOST_MICROS;
    return pause < PAUSE_MOST_MICROS ? pause : PAUSE_MOST_MICROS;
}

/* Runs until the outcome stands; *turn tells that this one holds the turn of those that lost often. */
static enum err run_until_done(struct postgres_connection *connection, struct attempt *attempt,
                               int64_t deadline, bool *turn)
{
    struct postgres_store *store = connection->store;
    unsigned losses = 0, names = 0;
    for (;;) {
        TRY(postgres_connect_until(connection, deadline));
        enum outcome outcome = try_command(connection, attempt);
        if (outcome == OUTCOME_UNSURE) {
            enum err settled = settle(connection, attempt);
            if (settled != ERR_CHANGED)
                return settled;
        }
        if (outcome == OUTCOME_DONE)
            return attempt->result;
        atomic_fetch_add(&store->reruns, 1);
        names += outcome == OUTCOME_AGAIN && attempt->result == ERR_EXISTS;
        if (names >= LOSSES_OF_A_NAME)
            return ERR_EXISTS;
        if (++losses >= LIMIT_SQL_RUNS || postgres_now() > deadline)
            return ERR_BUSY;
        if (outcome != OUTCOME_AGAIN)
            continue;
        if (losses >= LOSSES_BEFORE_TURN && !*turn)
            *turn = pthread_mutex_trylock(&store->turn) == 0;
        if (!*turn)
            postgres_pause(pause_after(losses));
    }
}

enum err postgres_run_command(struct postgres_connection *connection, const struct sql_command *command,
                              struct arena *arena, int64_t submitted)
{
    struct attempt attempt = {.command = command, .arena = arena};
    bool turn = false;
    enum err result =
        run_until_done(connection, &attempt, submitted + LIMIT_SQL_DEADLINE_SECONDS * MICROS_SECOND, &turn);
    if (turn)
        pthread_mutex_unlock(&connection->store->turn);
    atomic_fetch_add(&connection->store->commands, 1);
    return result;
}

void postgres_prune_marks(struct postgres_connection *connection)
{
    struct attempt oldest = {0};
    int64_t now = postgres_now(), due = atomic_load(&connection->store->prune_at);
    if (now < due || connection->link == NULL ||
        !atomic_compare_exchange_strong(&connection->store->prune_at, &due, now + PRUNE_MICROS))
        return;
    make_mark(oldest.mark, LIMIT_SQL_MARK_SECONDS);
    const struct sql_value mark = mark_value(&oldest);
    if (!postgres_drain(connection) ||
        !postgres_send(connection, postgres_own(connection->store, OWN_PRUNE), &mark, 1) ||
        !postgres_send_sync(connection) || PQflush(connection->link) < 0)
        postgres_disconnect(connection);
}

enum err postgres_run_read(struct postgres_connection *connection, sql_run_fn *run, struct arena *arena,
                           void *context)
{
    int64_t deadline = postgres_now() + LIMIT_SQL_READ_SECONDS * MICROS_SECOND;
    for (;;) {
        struct postgres_tx tx = {.base = {&postgres_engine, arena, ERR_NONE}, .connection = connection};
        enum err error = ERR_BUSY;
        TRY(postgres_connect_until(connection, deadline));
        bool begun = begin(connection, OWN_BEGIN_READ);
        if (begun) {
            error = run(&tx.base, arena, context);
            postgres_end_walks(&tx);
            roll_back(&tx); /* nothing was written: one end is as good as the other */
            /* One that asked nothing still tells whether the server answers. */
            if (tx.class == POSTGRES_FINE && !tx.answered && !postgres_drain(connection))
                tx = (struct postgres_tx){.base = {.error = ERR_BUSY}, .class = POSTGRES_LOST};
            if (error == ERR_NONE)
                error = tx.base.error;
        }
        bool again = !begun || (tx.class == POSTGRES_LOST && !tx.answered);
        if (!again || postgres_now() > deadline)
            return error;
    }
}
