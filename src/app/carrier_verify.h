/* Whether a delivery by HTTP comes from the carrier that it names. */
#ifndef APP_CARRIER_VERIFY_H
#define APP_CARRIER_VERIFY_H

#include "app/app.h"
#include "app/settings.h"

/* Whether numbers may come from a carrier of that name, whatever it speaks. */
bool carrier_is_known(const struct app *app, struct str name);
/* The settings of a carrier that delivers by HTTP; NULL where there is none of that name. */
const struct settings_carrier *carrier_find(const struct app *app, struct str name);

/* Checks HMAC-SHA256 under the carrier's secret over timestamp, "." and body. signature: hexadecimal (with or
 * without "sha256=") or base64; timestamp: seconds since 1970, at most LIMIT_HOOK_SKEW_SECONDS from now
 * (microseconds UTC). ERR_SIGNATURE, ERR_STALE where only the time is wrong, ERR_CONFIG where the secret
 * can't be read. */
enum err carrier_verify(struct arena *arena, const struct settings_carrier *carrier, struct str timestamp,
                        struct str signature, struct str body, int64_t now);

#endif
