/* Carriers' message ids are kept only as long as a carrier may repeat a delivery. */
#ifndef APP_CARRIER_FORGET_H
#define APP_CARRIER_FORGET_H

#include "app/app.h"

/* Puts the daily work on the clock, once however often it is called; when the service starts. */
enum err carrier_forget_plan(struct app *app);
/* The scheduler's job "carrier_seen": forgets ids older than LIMIT_CARRIER_ID_DAYS. */
enum err carrier_forget_run(struct app *app, int64_t account_id, int64_t subject_id);

#endif
