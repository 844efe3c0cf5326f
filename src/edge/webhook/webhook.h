/* Calls a subscriber's webhook, by libcurl. */
#ifndef EDGE_WEBHOOK_WEBHOOK_H
#define EDGE_WEBHOOK_WEBHOOK_H

#include "app/outbox.h"

#include <sys/socket.h>

/* The effect "webhook"; context is the struct settings_webhook. POSTs the body as application/json with the
 * headers Violet-Id, Violet-Timestamp and Violet-Signature (app/webhook.h). 2xx is done, 410 is refused for
 * good, anything else is tried again. TLS is checked, redirects are not followed, and an address inside the
 * operator's own network is not called unless the configuration allows it. Waits LIMIT_WEBHOOK_SECONDS at
 * most. */
effect_perform webhook_perform;

/* Whether a subscriber may make us call this address: none that is private, local, shared or multicast
 * (RFC 6890). */
bool webhook_address_is_public(const struct sockaddr *address);

#endif
