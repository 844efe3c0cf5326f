/* A subscriber's webhook: a signed POST that the outbox makes, again until the other side takes it. */
#ifndef APP_WEBHOOK_H
#define APP_WEBHOOK_H

#include "app/app.h"
#include "app/mail.h"

struct webhook {
    struct str url, secret, body, id; /* id: the same at every try */
};

/* An address that may be called: https://, a host with a dot or a literal address, no user, at most
 * LIMIT_WEBHOOK_URL_BYTES. What the host resolves to is judged when it is called. */
bool webhook_url_is_valid(struct str url);
/* Queues a call inside a transaction, due at `due`; one with the same effect key is queued once only. */
enum err webhook_queue(struct sql_tx *tx, struct arena *arena, const struct mail_place *place,
                       const struct webhook *webhook, struct str effect_key, int64_t now, int64_t due);
/* Reads the fields of an outbox row of kind "webhook"; ERR_CORRUPT. */
enum err webhook_read(struct str fields, struct webhook *ret_webhook);
/* The signature, hex: HMAC-SHA256 with the secret over id, '.', timestamp (seconds, decimal), '.', body. */
struct str webhook_sign(struct arena *arena, const struct webhook *webhook, struct str timestamp);

#endif
