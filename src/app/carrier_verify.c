#include "app/carrier_verify.h"

#include "app/carriers.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/secret.h"
#include "crypto/hmac.h"

bool carrier_is_known(const struct app *app, struct str name)
{
    return carriers_find(app, name) != NULL;
}

const struct settings_carrier *carrier_find(const struct app *app, struct str name)
{
    const struct settings_carrier *carrier = carriers_find(app, name);
    return carrier != NULL && carrier->kind == SETTINGS_CARRIER_HTTP ? carrier : NULL;
}

static enum err read_signature(struct arena *arena, struct str text, struct str *ret_code)
{
    const struct str prefix = STR("sha256=");
    struct str code;
    if (str_starts(text, prefix))
        text = str_part(text, prefix.length, text.length);
    enum err error = text.length == 2 * HMAC_BYTES ? encode_hex_read(arena, text, &code)
                                                   : encode_base64_read(arena, text, &code);
    if (error != ERR_NONE || code.length != HMAC_BYTES)
        return ERR_SIGNATURE;
    *ret_code = code;
    return ERR_NONE;
}

static enum err check_time(struct str timestamp, int64_t now)
{
    int64_t seconds;
    if (!str_to_int64(timestamp, &seconds) || seconds < 0 || seconds > INT64_MAX / MICROS_SECOND)
        return ERR_STALE;
    int64_t away = now - seconds * MICROS_SECOND;
    bool near =
        away <= LIMIT_HOOK_SKEW_SECONDS * MICROS_SECOND && -away <= LIMIT_HOOK_SKEW_SECONDS * MICROS_SECOND;
    return near ? ERR_NONE : ERR_STALE;
}

/* The secret is read each time, so that changing it needs no restart. */
static enum err load_secret(struct arena *arena, const struct settings_carrier *carrier,
                            struct str *ret_secret)
{
    enum err error = secret_read(carrier->secret_file, arena, ret_secret);
    if (error != ERR_NONE)
        log_error("carrier_secret", LOG_TEXT("carrier", carrier->name), LOG_ERR(error));
    return error != ERR_NONE ? ERR_CONFIG : ERR_NONE;
}

enum err carrier_verify(struct arena *arena, const struct settings_carrier *carrier, struct str timestamp,
                        struct str signature, struct str body, int64_t now)
{
    struct str secret, claimed;
    uint8_t code[HMAC_BYTES];
    TRY(read_signature(arena, signature, &claimed));
    TRY(load_secret(arena, carrier, &secret));
    hmac_sha256(secret, (const struct str[]){timestamp, STR("."), body}, 3, code);
    if (!str_equal_secret(claimed, str_bytes(code, sizeof code)))
        return ERR_SIGNATURE;
    return check_time(timestamp, now);
}
