#include "edge/smpp/internal.h"

#include "app/message_carry.h"
#include "base/clock.h"
#include "base/log.h"
#include "wire/smpp.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    TON_INTERNATIONAL = 1,
    TON_NETWORK = 3, /* of short codes */
    NPI_E164 = 1,
    CODING_DEFAULT = 0,
    CODING_UCS2 = 8,
    RECEIPT_WANTED = 1, /* registered_delivery: a receipt of the final result, section 5.2.17 */
};

/* One submit_sm between the thread that waits for its answer and the bind that carries it. It stands on that
 * thread's stack, and in the carrier's list as long as it waits. */
struct submission {
    struct submission *next;
    const struct message_carry *carry;
    struct bind *bind; /* that it was put into; NULL: none yet */
    uint32_t sequence;
    bool done;
    enum message_carried result;
    char *id;
};

void submit_init(struct carrier *carrier)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&carrier->submit_lock, NULL);
    pthread_cond_init(&carrier->submit_changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

void submit_free(struct carrier *carrier)
{
    pthread_cond_destroy(&carrier->submit_changed);
    pthread_mutex_destroy(&carrier->submit_lock);
}

static struct str address_of(struct str number, uint8_t *ret_ton, uint8_t *ret_npi)
{
    bool international = str_starts(number, STR("+"));
    *ret_ton = international ? TON_INTERNATIONAL : TON_NETWORK;
    *ret_npi = international ? NPI_E164 : 0;
    return international ? str_part(number, 1, number.length) : number;
}

static enum err put(struct bind *bind, struct submission *submission)
{
    const struct message_carry *carry = submission->carry;
    struct smpp_pdu pdu = {.command_id = SMPP_SUBMIT_SM,
                           .sequence = bind_next_sequence(bind),
                           .esm_class = carry->header ? SMPP_ESM_UDHI : 0,
                           .registered_delivery = RECEIPT_WANTED,
                           .data_coding = carry->wide ? CODING_UCS2 : CODING_DEFAULT,
                           .short_message = carry->bytes};
    pdu.source = address_of(carry->from, &pdu.source_ton, &pdu.source_npi);
    pdu.destination = address_of(carry->to, &pdu.destination_ton, &pdu.destination_npi);
    TRY(link_put(&bind->link, &pdu));
    submission->bind = bind;
    submission->sequence = pdu.sequence;
    return ERR_NONE;
}

enum err submit_put(struct bind *bind)
{
    struct carrier *carrier = bind->carrier;
    unsigned under_way = 0;
    enum err error = ERR_NONE;
    if (bind->phase != BIND_BOUND || bind->command_id == SMPP_BIND_RECEIVER)
        return ERR_NONE;
    pthread_mutex_lock(&carrier->submit_lock);
    for (const struct submission *one = carrier->submissions; one != NULL; one = one->next)
        under_way += one->bind == bind && !one->done;
    for (struct submission *one = carrier->submissions; one != NULL && error == ERR_NONE; one = one->next)
        if (one->bind == NULL && !one->done && under_way < (unsigned)carrier->settings->smpp.window) {
            error = put(bind, one);
            under_way++;
        }
    pthread_mutex_unlock(&carrier->submit_lock);
    return error == ERR_FULL ? ERR_NONE : error; /* it waits until the peer takes what is there */
}

static void end(struct submission *submission, enum message_carried result)
{
    submission->result = result;
    submission->done = true;
    pthread_cond_broadcast(&submission->bind->carrier->submit_changed);
}

static enum message_carried result_of(uint32_t status)
{
    switch (status) {
    case SMPP_ROK:
        return MESSAGE_CARRIED;
    case SMPP_RTHROTTLED:
    case SMPP_RMSGQFUL:
    case SMPP_RX_T_APPN:
    case SMPP_RSYSERR:
        return MESSAGE_CARRY_LATER;
    default:
        return MESSAGE_CARRY_REFUSED;
    }
}

void submit_answered(struct bind *bind, const struct smpp_pdu *answer)
{
    struct carrier *carrier = bind->carrier;
    bool nack = answer->command_id == SMPP_GENERIC_NACK;
    uint32_t status = nack && answer->status == SMPP_ROK ? SMPP_RUNKNOWNERR : answer->status;
    pthread_mutex_lock(&carrier->submit_lock);
    for (struct submission *one = carrier->submissions; one != NULL; one = one->next) {
        if (one->bind != bind || one->sequence != answer->sequence || one->done)
            continue;
        size_t length = answer->message_id.length;
        if (length > MESSAGE_CARRY_ID_BYTES)
            length = MESSAGE_CARRY_ID_BYTES;
        if (length != 0)
            memcpy(one->id, answer->message_id.data, length);
        one->id[length] = '\0';
        end(one, result_of(status));
        if (one->result == MESSAGE_CARRY_LATER)
            carrier->submit_after = clock_read().monotonic + MICROS_SECOND;
        if (status != SMPP_ROK)
            log_warn("smpp_not_taken", LOG_TEXT("carrier", carrier->settings->name),
                     LOG_TEXT("status", smpp_status_name(status)));
    }
    pthread_mutex_unlock(&carrier->submit_lock);
}

void submit_lost(struct bind *bind)
{
    struct carrier *carrier = bind->carrier;
    pthread_mutex_lock(&carrier->submit_lock);
    for (struct submission *one = carrier->submissions; one != NULL; one = one->next)
        if (one->bind == bind && !one->done)
            end(one, MESSAGE_CARRY_LOST);
    pthread_mutex_unlock(&carrier->submit_lock);
}

void submit_end(struct carrier *carrier)
{
    pthread_mutex_lock(&carrier->submit_lock);
    for (struct submission *one = carrier->submissions; one != NULL; one = one->next) {
        if (one->done)
            continue;
        one->result = one->bind != NULL ? MESSAGE_CARRY_LOST : MESSAGE_CARRY_LATER;
        one->done = true;
    }
    pthread_cond_broadcast(&carrier->submit_changed);
    pthread_mutex_unlock(&carrier->submit_lock);
}

/* Wakes the binds that may send; false where none is bound. */
static bool wake_senders(struct carrier *carrier)
{
    const uint64_t one = 1;
    bool any = false;
    for (size_t i = 0; i < carrier->bind_count; i++) {
        struct bind *bind = &carrier->binds[i];
        if (bind->command_id == SMPP_BIND_RECEIVER)
            continue;
        pthread_mutex_lock(&bind->lock);
        bool bound = bind->state.bound;
        pthread_mutex_unlock(&bind->lock);
        if (bound && write(bind->wake, &one, sizeof one) < 0)
            continue; /* it is awake already */
        any = any || bound;
    }
    return any;
}

static void take_off(struct carrier *carrier, struct submission *submission)
{
    struct submission **place = &carrier->submissions;
    while (*place != submission)
        place = &(*place)->next;
    *place = submission->next;
}

static void wait_for(struct carrier *carrier, struct submission *submission)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += SMPP_ANSWER_SECONDS;
    int waited = 0;
    while (!submission->done && waited == 0)
        waited = pthread_cond_timedwait(&carrier->submit_changed, &carrier->submit_lock, &until);
    if (submission->done)
        return;
    submission->result = submission->bind != NULL ? MESSAGE_CARRY_LOST : MESSAGE_CARRY_LATER;
    /* A carrier that doesn't answer would hold up one job after the other. */
    carrier->submit_after = clock_read().monotonic + SMPP_ANSWER_SECONDS * MICROS_SECOND;
}

static enum message_carried submit(struct carrier *carrier, const struct message_carry *carry, char *id)
{
    struct submission submission = {.carry = carry, .id = id, .result = MESSAGE_CARRY_LATER};
    pthread_mutex_lock(&carrier->submit_lock);
    if (clock_read().monotonic >= carrier->submit_after && !carrier->stop) {
        struct submission **place = &carrier->submissions;
        while (*place != NULL)
            place = &(*place)->next;
        *place = &submission;
        if (wake_senders(carrier))
            wait_for(carrier, &submission);
        take_off(carrier, &submission);
    }
    pthread_mutex_unlock(&carrier->submit_lock);
    return submission.result;
}

enum message_carried edge_smpp_submit(void *context, const struct message_carry *carry, char *ret_id)
{
    struct edge_smpp *smpp = *(struct edge_smpp * _Atomic *)context;
    enum message_carried result = MESSAGE_CARRY_LATER;
    ret_id[0] = '\0';
    if (smpp == NULL)
        return result;
    pthread_rwlock_rdlock(&smpp->lock);
    for (size_t i = 0; i < smpp->carrier_count; i++)
        if (str_is(carry->carrier, smpp->carriers[i]->settings->name))
            result = submit(smpp->carriers[i], carry, ret_id);
    pthread_rwlock_unlock(&smpp->lock);
    return result;
}
