/* What a linked service is called. */
#ifndef APP_SERVICE_NAME_H
#define APP_SERVICE_NAME_H

#include "app/app.h"
#include "store/service.h"

/* The name in the lists, in arena, or what the subscriber typed. */
struct str service_name(struct app *app, struct arena *arena, const struct store_service *service);

#endif
