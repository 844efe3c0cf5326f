/* Links to our own pages, made from public_url and never from a Host header. */
#ifndef APP_LINKS_H
#define APP_LINKS_H

#include "app/app.h"

/* public_url followed by path. */
struct str links_make(struct app *app, struct arena *arena, struct str path);
/* The status page of a closure, with its secret. */
struct str links_status(struct app *app, struct arena *arena, struct str reference, struct str secret);
/* The page whose button says "This was not me". */
struct str links_not_me(struct app *app, struct arena *arena, struct str reference, struct str secret);
/* The key of the alert, made from the secret of the status link: it opens "This was not me" and nothing else,
 * for those who were contacts until lately. */
struct str links_alert_key(struct arena *arena, struct str secret);
/* A ticket's page. */
struct str links_ticket(struct app *app, struct arena *arena, struct str reference);

#endif
