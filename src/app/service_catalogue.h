/* The lists of services that this process asks: the shipped one, a newer one that was imported, and the
 * desk's corrections, which win. They are exchanged as a whole while texts arrive. */
#ifndef APP_SERVICE_CATALOGUE_H
#define APP_SERVICE_CATALOGUE_H

#include "app/app.h"
#include "domain/message/service.h"

/* The setting that names the generation of the imported list; 0: none. */
#define SERVICE_GENERATION "service_generation"
/* The setting that tells every node that the lists have changed: a number that grows with each change. */
#define SERVICE_VERSION "service_version"

/* Reads the lists of the store; app->services is NULL before, and NULL asks the shipped list alone. */
enum err service_catalogue_open(struct app *app);
/* Reads them again, after a change of this node's; what is asked meanwhile is answered by the old ones.
 * Changes of other nodes are seen within SERVICE_LOOK_SECONDS of the next text. */
enum err service_catalogue_reload(struct app *app);
enum { SERVICE_LOOK_SECONDS = 10 };
/* Accepts what was never opened. Nobody may ask any more. */
void service_catalogue_close(struct app *app);

/* As service_match, service_by_key and service_by_name of the domain; what they find lives in arena. */
struct service_match service_catalogue_match(struct app *app, struct arena *arena, struct str sender,
                                             struct str text, bool has_code);
const struct service *service_catalogue_key(struct app *app, struct arena *arena, struct str key);
const struct service *service_catalogue_name(struct app *app, struct arena *arena, struct str typed);

#endif
