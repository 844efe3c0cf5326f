/* A port-out that nobody ends: somebody is asked what became of it. */
#ifndef APP_NUMBER_LEAVING_H
#define APP_NUMBER_LEAVING_H

#include "app/app.h"

/* Puts a number on the clock, inside a transaction. leaving_at: when its port-out began; 0: it stays, or has
 * left. */
enum err number_leaving_plan(struct sql_tx *tx, struct str e164, int64_t leaving_at);
/* The scheduler's job "port" (account 0; the subject is the number's digits): opens a ticket for the operator
 * where it is leaving for LIMIT_PORT_DAYS, and again after as many. */
enum err number_leaving_run(struct app *app, int64_t account_id, int64_t subject_id);

#endif
