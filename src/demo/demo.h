/* `violet demo`: one command, no outside account. Its people, texts, mail and clock. */
#ifndef DEMO_DEMO_H
#define DEMO_DEMO_H

#include "app/app.h"
#include "app/settings.h"
#include "demo/mailbox.h"
#include "edge/web/web.h"

struct demo;

/* Fills in what a demo needs and the user did not set: the operator, mail, the carrier, one copy of the
 * keyring. */
void demo_settings(struct settings *settings);
/* Makes the demo's state; ERR_MEMORY. */
enum err demo_new(struct app *app, struct demo **ret_demo);
/* Stops what runs and frees; accepts NULL. */
void demo_free(struct demo *demo);
struct mailbox *demo_mailbox(struct demo *demo);
/* Moves the process clock to where the last run of this store left it. Before anything reads a clock. */
enum err demo_clock_restore(struct app *app);
/* Adds to both clocks, durably first. micros > 0, at most 400 days at a time (ERR_INVALID). */
enum err demo_clock_advance(struct demo *demo, int64_t micros);
/* Makes people, numbers, money and a year of texts, where the store has no account yet. */
enum err demo_seed(struct app *app);
/* The log-ins. */
const struct web_login *demo_logins(size_t *ret_count);
/* The role of a log-in in words: "subscriber", "reviewer" … */
const char *demo_role_name(enum role role);
/* Starts the simulated carrier on a port of its own and fills in the settings how it is bound to. ERR_IO,
 * ERR_MEMORY. */
enum err demo_carrier_start(struct demo *demo, struct settings *settings);
/* Lets a text arrive every now and then, over SMPP from the simulated carrier; wake is called after each move
 * of the clock. */
enum err demo_start(struct demo *demo, void (*wake)(void *context), void *wake_context);
/* No text arrives any more: before the service stops that they wake. May be called again. */
void demo_stop(struct demo *demo);
/* One text to one of the subscriber's numbers, now, over SMPP; returns when the service has acknowledged it.
 * ERR_INVALID, ERR_TOO_LARGE, ERR_BUSY (not acknowledged in time). */
enum err demo_text(struct demo *demo, struct str from, struct str to, struct str text);
/* The pages below /demo/; context is the struct demo. */
const struct http_route *demo_routes(void *context, struct web *web, size_t *ret_count);

#endif
