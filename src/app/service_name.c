#include "app/service_name.h"

#include "domain/message/service.h"

struct str service_name(const struct store_service *service)
{
    const struct service *known = service->known != 0 ? service_by_key(NULL, service->name) : NULL;
    return known != NULL ? str_from(known->name) : service->name;
}
