#include "edge/smpp/internal.h"

#include "app/message_claim.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const phase_names[] = {
    [BIND_WAITING] = "waiting",
    [BIND_CONNECTING] = "connecting",
    [BIND_BOUND] = "bound",
    [BIND_UNBINDING] = "unbinding",
};

static void say(struct bind *bind, enum log_level level, const char *event, const char *why)
{
    log_write(level, event,
              LOG_FIELDS(LOG_TEXT("carrier", bind->carrier->settings->name), LOG_TEXT("mode", bind->mode),
                         LOG_INT("number", bind->number), LOG_TEXT("why", why)));
}

static void enter(struct bind *bind, enum bind_phase phase)
{
    pthread_mutex_lock(&bind->lock);
    bind->phase = phase;
    bind->state.phase = phase_names[phase];
    bind->state.bound = phase == BIND_BOUND;
    bind->state.since = clock_now();
    pthread_mutex_unlock(&bind->lock);
}

void bind_count(struct bind *bind, int64_t *counter)
{
    pthread_mutex_lock(&bind->lock);
    *counter += 1;
    pthread_mutex_unlock(&bind->lock);
}

static void lose_answers(struct bind *bind)
{
    struct carrier *carrier = bind->carrier;
    carrier->lost_at = carrier->told_at = clock_now();
    enum err error =
        message_answer_lost(carrier->smpp->app, str_from(carrier->settings->name), carrier->lost_at);
    if (error != ERR_NONE)
        say(bind, LOG_LEVEL_WARN, "smpp_loss_untold", err_code(error));
}

/* Texts that took so long came before what was told in the last second. */
void bind_answered_late(struct bind *bind)
{
    int64_t now = clock_now();
    if (now - bind->carrier->told_at >= MICROS_SECOND)
        lose_answers(bind);
    bind->carrier->lost_at = now;
}

static bool must_stop(const struct bind *bind)
{
    return bind->carrier->stop;
}

static unsigned in_flight(struct bind *bind)
{
    pthread_mutex_lock(&bind->lock);
    unsigned count = bind->in_flight;
    pthread_mutex_unlock(&bind->lock);
    return count;
}

uint32_t bind_next_sequence(struct bind *bind)
{
    bind->sequence = bind->sequence % SMPP_SEQUENCE_MAX + 1;
    return bind->sequence;
}

static enum err put_request(struct bind *bind, uint32_t command_id)
{
    struct smpp_pdu pdu = {.command_id = command_id, .sequence = bind_next_sequence(bind)};
    return link_put(&bind->link, &pdu);
}

static enum err put_bind(struct bind *bind)
{
    const struct settings_smpp *settings = &bind->carrier->settings->smpp;
    struct arena *arena = arena_new_wiped(0);
    struct str password;
    if (arena == NULL)
        return ERR_MEMORY;
    enum err error = secret_read(settings->password_file, arena, &password);
    if (error == ERR_NONE) {
        struct smpp_pdu pdu = {.command_id = bind->command_id,
                               .sequence = bind_next_sequence(bind),
                               .system_id = str_from(settings->system_id),
                               .password = password,
                               .system_type = str_from(settings->system_type),
                               .interface_version = SMPP_VERSION,
                               .address_ton = (uint8_t)settings->ton,
                               .address_npi = (uint8_t)settings->npi,
                               .address_range = str_from(settings->address_range)};
        error = link_put(&bind->link, &pdu) == ERR_NONE ? ERR_NONE : ERR_CONFIG;
    }
    if (error != ERR_NONE)
        say(bind, LOG_LEVEL_ERROR, "smpp_password", err_code(error));
    arena_free(arena);
    return error;
}

static enum err answer_status(struct bind *bind, const struct smpp_pdu *request, enum smpp_status status)
{
    struct smpp_pdu response = smpp_answer(request, status);
    return link_put(&bind->link, &response);
}

/* A PDU that can't be read. Responses are never answered (section 3.2: a nack could be answered by another).
 */
static enum err refuse(struct bind *bind, const struct smpp_pdu *pdu, enum smpp_status status)
{
    bind_count(bind, &bind->state.malformed);
    say(bind, LOG_LEVEL_WARN, "smpp_malformed", smpp_status_name(status));
    return (pdu->command_id & SMPP_RESPONSE) != 0 ? ERR_NONE : answer_status(bind, pdu, status);
}

static enum err take_text(struct bind *bind, const struct smpp_pdu *pdu)
{
    if (bind->phase != BIND_BOUND || bind->command_id == SMPP_BIND_TRANSMITTER)
        return answer_status(bind, pdu, SMPP_RINVBNDSTS);
    unsigned before = in_flight(bind);
    enum smpp_status status = deliver_take(bind, pdu);
    bool under_way = status == SMPP_ROK && in_flight(bind) > before;
    return under_way ? ERR_NONE : answer_status(bind, pdu, status);
}

static enum err take_bind_answer(struct bind *bind, const struct smpp_pdu *pdu)
{
    if (bind->phase != BIND_CONNECTING)
        return ERR_NONE;
    pthread_mutex_lock(&bind->lock);
    bind->state.last_status = pdu->status;
    pthread_mutex_unlock(&bind->lock);
    if (pdu->status != SMPP_ROK) {
        bind_count(bind, &bind->state.bind_refusals);
        say(bind, LOG_LEVEL_WARN, "smpp_bind_refused", smpp_status_name(pdu->status));
        return ERR_FORBIDDEN;
    }
    enter(bind, BIND_BOUND);
    say(bind, LOG_LEVEL_INFO, "smpp_bound", "");
    return ERR_NONE;
}

/* ERR_GONE: the peer ends the session. */
static enum err take(struct bind *bind, const struct smpp_pdu *pdu)
{
    switch (pdu->command_id) {
    case SMPP_DELIVER_SM:
    case SMPP_DATA_SM:
        return take_text(bind, pdu);
    case SMPP_SUBMIT_SM | SMPP_RESPONSE:
        submit_answered(bind, pdu);
        return ERR_NONE;
    case SMPP_ENQUIRE_LINK:
        return answer_status(bind, pdu, SMPP_ROK);
    case SMPP_UNBIND:
        TRY(answer_status(bind, pdu, SMPP_ROK));
        return ERR_GONE;
    case SMPP_UNBIND | SMPP_RESPONSE:
        return bind->phase == BIND_UNBINDING ? ERR_GONE : ERR_NONE;
    case SMPP_ALERT_NOTIFICATION: /* has no answer */
        return ERR_NONE;
    default:
        break;
    }
    if (pdu->command_id == (bind->command_id | SMPP_RESPONSE))
        return take_bind_answer(bind, pdu);
    if (pdu->command_id == SMPP_GENERIC_NACK && bind->phase == BIND_CONNECTING)
        return ERR_FORBIDDEN;
    if (pdu->command_id == SMPP_GENERIC_NACK)
        submit_answered(bind, pdu);
    return (pdu->command_id & SMPP_RESPONSE) != 0 ? ERR_NONE : answer_status(bind, pdu, SMPP_RINVCMDID);
}

static enum err take_frame(struct bind *bind, struct str frame)
{
    struct smpp_pdu pdu;
    enum smpp_status status = smpp_decode(frame, &pdu);
    bind->enquired = false; /* whatever it says, it is there */
    return status == SMPP_ROK ? take(bind, &pdu) : refuse(bind, &pdu, status);
}

/* As long as the window has room; the rest waits in the socket, and the carrier with it. */
static enum err take_frames(struct bind *bind)
{
    struct str frame;
    while (in_flight(bind) < (unsigned)bind->carrier->settings->smpp.window) {
        enum err error = link_next(&bind->link, &frame);
        if (error == ERR_NOT_FOUND)
            return ERR_NONE;
        if (error == ERR_INVALID) {
            struct smpp_pdu nack = {.command_id = SMPP_GENERIC_NACK, .status = SMPP_RINVCMDLEN};
            bind_count(bind, &bind->state.malformed);
            link_put(&bind->link, &nack);
        }
        TRY(error);
        TRY(take_frame(bind, frame));
    }
    return ERR_NONE;
}

/* Silence: ask, and where nothing comes at all, the connection is only half there. */
static enum err check_silence(struct bind *bind)
{
    int64_t limit = bind->carrier->settings->smpp.enquire_seconds * MICROS_SECOND;
    int64_t silent = clock_read().monotonic - bind->link.heard_at;
    if (in_flight(bind) >= (unsigned)bind->carrier->settings->smpp.window)
        return ERR_NONE; /* we do not listen */
    if (bind->phase == BIND_CONNECTING)
        return silent > SMPP_BIND_SECONDS * MICROS_SECOND ? ERR_STALE : ERR_NONE;
    if (silent > 2 * limit)
        return ERR_STALE;
    if (silent < limit || bind->enquired)
        return ERR_NONE;
    bind->enquired = true;
    return put_request(bind, SMPP_ENQUIRE_LINK);
}

static enum err begin_unbind(struct bind *bind, int64_t *ret_end)
{
    if (bind->phase != BIND_BOUND)
        return ERR_STOPPING;
    enter(bind, BIND_UNBINDING);
    *ret_end = clock_read().monotonic + SMPP_STOP_SECONDS * MICROS_SECOND;
    return ERR_NONE;
}

/* Texts that are being stored are answered first. */
static enum err go_on_unbinding(struct bind *bind, int64_t end, bool *said)
{
    if (clock_read().monotonic > end)
        return ERR_STOPPING;
    if (*said || in_flight(bind) != 0)
        return ERR_NONE;
    *said = true;
    return put_request(bind, SMPP_UNBIND);
}

static enum err serve(struct bind *bind)
{
    int64_t end = 0;
    bool said = false;
    for (;;) {
        TRY(deliver_answer(bind));
        TRY(submit_put(bind));
        if (must_stop(bind) && end == 0)
            TRY(begin_unbind(bind, &end));
        if (end != 0)
            TRY(go_on_unbinding(bind, end, &said));
        TRY(take_frames(bind));
        TRY(check_silence(bind));
        unsigned flight = in_flight(bind);
        bool more = flight < (unsigned)bind->carrier->settings->smpp.window;
        TRY(link_turn(&bind->link, bind->wake, more, flight == 1, 200)); /* one alone is committed at once */
    }
}

static enum err run_session(struct bind *bind)
{
    const struct settings_smpp *settings = &bind->carrier->settings->smpp;
    enter(bind, BIND_CONNECTING);
    TRY(link_connect(&bind->link, settings->host, settings->port, &bind->carrier->stop));
    bind->session++;
    bind->enquired = false;
    bind_count(bind, &bind->state.connects);
    enum err error = put_bind(bind);
    if (error == ERR_NONE)
        error = serve(bind);
    if (bind->link.out_length != 0)
        (void)link_turn(&bind->link, bind->wake, false, false, 0); /* the last answer, if it can be had */
    link_close(&bind->link);
    submit_lost(bind);
    return error;
}

/* Waits 1, 2, 4 … seconds, SMPP_BACK_OFF_SECONDS at most, and up to half as long again, so that many binds do
 * not come back in step. */
static void wait_before_next(struct bind *bind, unsigned failures)
{
    int64_t seconds = failures < 6 ? INT64_C(1) << failures : SMPP_BACK_OFF_SECONDS;
    int64_t millis = seconds * 1000 + rand_r(&bind->seed) % (int)(seconds * 500);
    int64_t end = clock_read().monotonic + millis * 1000;
    struct pollfd ready = {.fd = bind->wake, .events = POLLIN};
    enter(bind, BIND_WAITING);
    while (!must_stop(bind) && clock_read().monotonic < end) {
        uint64_t ignored;
        if (poll(&ready, 1, 100) > 0 && read(bind->wake, &ignored, sizeof ignored) > 0)
            (void)deliver_answer(bind);
    }
}

static void finish(struct bind *bind)
{
    struct pollfd ready = {.fd = bind->wake, .events = POLLIN};
    while (in_flight(bind) != 0) { /* the store calls back for each */
        uint64_t ignored;
        if (poll(&ready, 1, 100) > 0 && read(bind->wake, &ignored, sizeof ignored) < 0)
            continue;
        (void)deliver_answer(bind);
    }
}

void *bind_run(void *context)
{
    struct bind *bind = context;
    unsigned failures = 0;
    lose_answers(bind); /* what was answered before the start may not have arrived */
    while (!must_stop(bind)) {
        struct carrier *carrier = bind->carrier;
        enum err error = repeats_load(carrier->repeats, carrier->smpp->app, str_from(carrier->settings->name),
                                      clock_now());
        if (error == ERR_NONE)
            error = run_session(bind);
        bool was_bound = bind->phase == BIND_BOUND;
        if (was_bound && !must_stop(bind)) {
            lose_answers(bind);
            bind_count(bind, &bind->state.losses);
        }
        if (must_stop(bind))
            break;
        say(bind, LOG_LEVEL_WARN, was_bound ? "smpp_lost" : "smpp_not_bound", err_code(error));
        failures = was_bound ? 0 : failures + 1;
        wait_before_next(bind, failures);
    }
    finish(bind);
    return NULL;
}
