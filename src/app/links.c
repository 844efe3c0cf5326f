#include "app/links.h"

#include "app/settings.h"
#include "base/encode.h"
#include "crypto/seal.h"

struct str links_make(struct app *app, struct arena *arena, struct str path)
{
    return arena_printf(arena, "%s%.*s", app->settings->server.public_url, STR_ARG(path));
}

struct str links_status(struct app *app, struct arena *arena, struct str reference, struct str secret)
{
    return links_make(app, arena,
                      arena_printf(arena, "/closure/%.*s?key=%.*s", STR_ARG(reference), STR_ARG(secret)));
}

struct str links_not_me(struct app *app, struct arena *arena, struct str reference, struct str secret)
{
    return links_make(
        app, arena,
        arena_printf(arena, "/closure/%.*s/not-me?key=%.*s", STR_ARG(reference), STR_ARG(secret)));
}

struct str links_alert_key(struct arena *arena, struct str secret)
{
    uint8_t hash[32];
    const struct str parts[] = {STR("alert"), secret};
    seal_hash(parts, 2, hash);
    return encode_base64url(arena, str_bytes(hash, 16));
}

struct str links_ticket(struct app *app, struct arena *arena, struct str reference)
{
    return links_make(app, arena, arena_printf(arena, "/tickets/%.*s", STR_ARG(reference)));
}
