#include "app/webhook.h"

#include "base/encode.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/pack.h"
#include "crypto/hmac.h"
#include "store/work.h"

#include <string.h>

enum { FIELD_URL = 1, FIELD_SECRET, FIELD_BODY, FIELD_ID };

bool webhook_url_is_valid(struct str url)
{
    struct str rest = str_part(url, sizeof "https://" - 1, url.length);
    struct str host = str_part(rest, 0, str_find(rest, STR("/"), 0));
    for (size_t i = 0; i < url.length; i++)
        if ((unsigned char)url.data[i] <= 0x20 || (unsigned char)url.data[i] >= 0x7f ||
            strchr("\"<>\\^`{|}#", url.data[i]) != NULL)
            return false;
    bool dotted = str_find(host, STR("."), 0) != SIZE_MAX || str_find(host, STR(":"), 0) != SIZE_MAX;
    return str_starts(url, STR("https://")) && url.length <= LIMIT_WEBHOOK_URL_BYTES && dotted &&
           str_find(host, STR("@"), 0) == SIZE_MAX;
}

enum err webhook_queue(struct sql_tx *tx, struct arena *arena, const struct mail_place *place,
                       const struct webhook *webhook, struct str effect_key, int64_t now, int64_t due)
{
    struct buf fields = buf_new(0);
    pack_add(&fields, FIELD_URL, webhook->url);
    pack_add(&fields, FIELD_SECRET, webhook->secret);
    pack_add(&fields, FIELD_BODY, webhook->body);
    pack_add(&fields, FIELD_ID, webhook->id);
    if (fields.failed) {
        buf_free(&fields);
        return ERR_TOO_LARGE;
    }
    struct store_outbox row = {
        .account_id = place->account_id,
        .outbox_id = ids_next(now),
        .kind = STR("webhook"),
        .effect_key = effect_key,
        .key_kind = str_from(place->key_kind),
        .key_owner = place->key_owner,
        .created_at = now,
        .fields = buf_str(&fields),
    };
    enum err error = store_outbox_insert(tx, arena, place->key, &row, due);
    buf_free(&fields);
    return error;
}

enum err webhook_read(struct str fields, struct webhook *ret_webhook)
{
    TRY(pack_check(fields));
    *ret_webhook = (struct webhook){
        .url = pack_get(fields, FIELD_URL),
        .secret = pack_get(fields, FIELD_SECRET),
        .body = pack_get(fields, FIELD_BODY),
        .id = pack_get(fields, FIELD_ID),
    };
    return webhook_url_is_valid(ret_webhook->url) ? ERR_NONE : ERR_CORRUPT;
}

struct str webhook_sign(struct arena *arena, const struct webhook *webhook, struct str timestamp)
{
    const struct str parts[] = {webhook->id, STR("."), timestamp, STR("."), webhook->body};
    uint8_t code[HMAC_BYTES];
    hmac_sha256(webhook->secret, parts, sizeof parts / sizeof *parts, code);
    return encode_hex(arena, str_bytes(code, sizeof code));
}
