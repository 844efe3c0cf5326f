/* What a subscriber decides about the port-out (携号转出) of a number: the number lock, and the transfer PIN
 * that the new carrier asks for. */
#ifndef APP_NUMBER_LOCK_H
#define APP_NUMBER_LOCK_H

#include "app/app.h"
#include "domain/number/port.h"

/* The account number that the new carrier asks for beside the PIN: the account's id in digits. */
enum { NUMBER_ACCOUNT_SIZE = 21, NUMBER_PIN_SIZE = PORT_PIN_DIGITS + 1 };
void number_account(int64_t account_id, char ret_text[NUMBER_ACCOUNT_SIZE]);

/* Turns the number lock on, which ends a transfer PIN, or off. Every contact is told. Twice the same does
 * nothing. ERR_PROOF_NEEDED to turn it off without a fresh proof, ERR_STATE while the number is leaving or
 * the account is locked ("This was not me"), ERR_NOT_FOUND. */
enum err number_lock(struct app *app, const struct actor *actor, int64_t line_id, bool locked);

struct number_pin {
    char pin[NUMBER_PIN_SIZE];
    char account_number[NUMBER_ACCOUNT_SIZE];
    int64_t until; /* microseconds UTC */
};
/* Makes a transfer PIN, which ends the one before; it is told this once. Every contact hears that there is
 * one. ERR_PROOF_NEEDED without a fresh proof, ERR_STATE while the number is locked, leaving or the account
 * is locked, ERR_NOT_FOUND, ERR_RATE. */
enum err number_transfer_pin(struct app *app, const struct actor *actor, int64_t line_id,
                             struct number_pin *ret_pin);

#endif
