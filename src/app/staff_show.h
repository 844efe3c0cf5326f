/* A member of staff, as the desk greets them. */
#ifndef APP_STAFF_SHOW_H
#define APP_STAFF_SHOW_H

#include "app/app.h"

/* The log-in name, in arena; reads only. ERR_NOT_FOUND, also where the log-in was taken away. */
enum err staff_show(struct app *app, struct arena *arena, int64_t staff_id, struct str *ret_name);

#endif
