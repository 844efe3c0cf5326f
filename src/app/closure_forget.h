/* What goes before the account's key dies. */
#ifndef APP_CLOSURE_FORGET_H
#define APP_CLOSURE_FORGET_H

#include "app/closure_verbs.h"

/* Where the step that destroys the account's key had more to re-seal than one transaction holds
 * (ERR_TOO_LARGE): conversations that outlive the account come whole under the closure's key, and what the
 * account itself still wanted to send is cancelled, in transactions of a bounded size. Each may be the last
 * before a crash. */
enum err closure_forget_ahead(struct app *app, struct closure_id id, int64_t now);

#endif
