#include "app/rate.h"

#include "base/clock.h"
#include "base/ids.h"
#include "crypto/seal.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>

enum { RATE_SLOTS = 8192, RATE_WAYS = 4 };

static const struct {
    int64_t burst, refill_micros;
} rate_rows[RATE_KINDS] = {
    [RATE_LOGIN_NAME] = {10, 30 * MICROS_SECOND},  [RATE_LOGIN_ADDRESS] = {50, 2 * MICROS_SECOND},
    [RATE_CODE] = {6, 60 * MICROS_SECOND},         [RATE_DECLARATION] = {20, 10 * MICROS_SECOND},
    [RATE_TICKET] = {10, 30 * MICROS_SECOND},      [RATE_API] = {200, MICROS_SECOND / 20},
    [RATE_ACKNOWLEDGEMENT] = {3, 8 * MICROS_HOUR},
};

struct rate_slot {
    uint64_t key;
    int64_t full_at; /* when the bucket is full again, monotonic microseconds */
};

static struct rate_slot rate_slots[RATE_SLOTS];
static pthread_mutex_t rate_lock = PTHREAD_MUTEX_INITIALIZER;

/* Whoever knew which keys share a place in the table could push a full bucket out of it. */
static uint8_t rate_secret[32];
static pthread_once_t rate_secret_once = PTHREAD_ONCE_INIT;

static void rate_make_secret(void)
{
    ids_random(rate_secret, sizeof rate_secret);
}

/* One subscriber of a network has a whole /64 of addresses (RFC 6177): its first half counts. */
static struct str rate_network(struct str key, uint8_t space[16])
{
    char text[INET6_ADDRSTRLEN] = {0};
    if (key.length == 0 || key.length >= sizeof text)
        return key;
    memcpy(text, key.data, key.length);
    return inet_pton(AF_INET6, text, space) == 1 ? str_bytes(space, 8) : key;
}

static uint64_t rate_key(enum rate_kind kind, struct str key)
{
    uint8_t hash[32], space[16];
    uint64_t value;
    char kind_byte = (char)('a' + (int)kind);
    pthread_once(&rate_secret_once, rate_make_secret);
    const struct str parts[] = {
        str_bytes(rate_secret, sizeof rate_secret), {&kind_byte, 1}, rate_network(key, space)};
    seal_hash(parts, 3, hash);
    memcpy(&value, hash, sizeof value);
    return value | 1;
}

/* The key's slot; where all ways are taken, the one that is full again soonest gives way. */
static struct rate_slot *rate_find(uint64_t key)
{
    struct rate_slot *first = &rate_slots[key % (RATE_SLOTS / RATE_WAYS) * RATE_WAYS], *oldest = first;
    for (struct rate_slot *slot = first; slot < first + RATE_WAYS; slot++) {
        if (slot->key == key)
            return slot;
        if (slot->full_at < oldest->full_at)
            oldest = slot;
    }
    *oldest = (struct rate_slot){.key = key};
    return oldest;
}

enum err rate_take_left(enum rate_kind kind, struct str key, int64_t monotonic, struct rate_left *ret_left)
{
    enum err result = ERR_NONE;
    int64_t burst = rate_rows[kind].burst, refill = rate_rows[kind].refill_micros;
    pthread_mutex_lock(&rate_lock);
    struct rate_slot *slot = rate_find(rate_key(kind, key));
    int64_t full_at = slot->full_at > monotonic ? slot->full_at : monotonic;
    if (full_at - monotonic > (burst - 1) * refill)
        result = ERR_RATE;
    else
        slot->full_at = full_at += refill;
    pthread_mutex_unlock(&rate_lock);
    *ret_left = (struct rate_left){
        .limit = burst,
        .remaining = burst - (full_at - monotonic + refill - 1) / refill,
        .reset_micros = full_at - monotonic,
    };
    return result;
}

enum err rate_take(enum rate_kind kind, struct str key, int64_t monotonic)
{
    struct rate_left left;
    return rate_take_left(kind, key, monotonic, &left);
}

void rate_of(enum rate_kind kind, int64_t *ret_burst, int64_t *ret_refill_micros)
{
    *ret_burst = rate_rows[kind].burst;
    *ret_refill_micros = rate_rows[kind].refill_micros;
}
