/* The status page's link again, for whoever has the reference and lost the mail. */
#ifndef APP_CLOSURE_LINK_H
#define APP_CLOSURE_LINK_H

#include "app/app.h"

/* Mails the link to the contacts of the closure with this reference, at most once an hour. ERR_NOT_FOUND only
 * where it is no reference at all: whether a closure exists, nobody learns here. ERR_RATE. */
enum err closure_send_link(struct app *app, struct arena *arena, struct str reference, struct str client);

#endif
