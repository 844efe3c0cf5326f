/* A store of its own for each test: a real SQLite file, or a database on the PostgreSQL server whose address
 * stands in VIOLET_POSTGRES where VIOLET_TEST_STORE says postgres; keyring and accounts behind the port. */
#ifndef TESTS_STORE_HOUSE_H
#define TESTS_STORE_HOUSE_H

#include "../unit/test.h"

#include "app/account.h"
#include "app/settings.h"
#include "store/ledger.h"

struct house {
    char directory[64];
    char url[512], server[512]; /* server: empty on SQLite */
    struct app app;
    struct settings settings;
    struct arena *arena;
    _Atomic int published; /* how often listeners were told */
};

/* cmocka's setup and teardown: *state is a struct house. */
int house_set_up(void **state);
int house_tear_down(void **state);
/* The same, but the oracle is asked first whether every invariant holds. */
int house_tear_down_checked(void **state);

/* An account without a log-in name that was made at `now`. */
int64_t house_account(struct house *house, int64_t now);
/* A number of carrier "test" in the inventory. */
void house_number(struct house *house, const char *e164);
/* Money by the operator's hand. */
void house_credit(struct house *house, int64_t account_id, int64_t amount);
/* A line of the account on a new number, without fee; its id. */
int64_t house_line(struct house *house, int64_t account_id, const char *e164, int64_t fee);
/* Balance of one account of the ledger. */
int64_t house_balance(struct house *house, int64_t account_id, int64_t code);
/* Sum over all accounts of the account's ledger. */
int64_t house_sum(struct house *house, int64_t account_id);
/* How many rows the statement of the account's wallet has. */
size_t house_transfers(struct house *house, int64_t account_id);
bool house_is_postgres(const struct house *house);
/* Runs a text by a connection of its own that knows nothing of the port; gives the number of changed rows.
 * Literals of bytes are written as SQLite has them. */
int64_t house_sql(struct house *house, const char *text);
/* True where any file of the house, or any row on the server, holds the bytes of text. */
bool house_holds(struct house *house, const char *text);

#endif
