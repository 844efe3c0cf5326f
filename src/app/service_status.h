/* What works right now, for everybody to see. */
#ifndef APP_SERVICE_STATUS_H
#define APP_SERVICE_STATUS_H

#include "app/app.h"

struct service_status {
    int64_t last_text_at;  /* 0: none lately */
    bool receiving;        /* a text came within a day */
    bool mail_leaves;      /* nothing that was due for a quarter of an hour still waits */
    int64_t closings_late; /* past their due date */
};

/* Reads only. */
enum err service_status(struct app *app, struct arena *arena, struct service_status *ret_status);

#endif
