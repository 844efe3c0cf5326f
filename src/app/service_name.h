/* What a linked service is called. */
#ifndef APP_SERVICE_NAME_H
#define APP_SERVICE_NAME_H

#include "store/service.h"

/* The name in the project's list, or what the subscriber typed. */
struct str service_name(const struct store_service *service);

#endif
