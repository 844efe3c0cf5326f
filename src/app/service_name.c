#include "app/service_name.h"

#include "app/service_catalogue.h"

struct str service_name(struct app *app, struct arena *arena, const struct store_service *service)
{
    const struct service *known =
        service->known != 0 ? service_catalogue_key(app, arena, service->name) : NULL;
    return known != NULL ? str_from(known->name) : service->name;
}
