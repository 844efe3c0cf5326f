/* Who still texts the number while it is being closed. */
#ifndef APP_CLOSURE_UNBIND_H
#define APP_CLOSURE_UNBIND_H

#include "app/closure_work.h"

/* Queues a mail to every contact where a service that opens money or other accounts (bank, payment, mail,
 * identity) texted since the request, or after it was ticked off; else nothing. Part of the reminder before
 * the end. */
enum err closure_unbind_remind(struct closure_work *closure);

#endif
