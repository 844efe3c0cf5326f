/* One connection of an ESME, seen from the carrier's side. */
#include "sim/internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void sim_session_new(struct sim_carrier *sim, int fd)
{
    int yes = 1;
    struct sim_session *session = calloc(1, sizeof *session);
    if (session != NULL) {
        session->in = malloc(SMPP_PDU_BYTES);
        session->out = malloc(SIM_OUT_BYTES);
    }
    if (session == NULL || session->in == NULL || session->out == NULL ||
        sim->session_count == SIM_SESSIONS) {
        if (session != NULL) {
            free(session->in);
            free(session->out);
        }
        free(session);
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    session->sim = sim;
    session->fd = fd;
    session->flight.end = &session->flight.first;
    sim->sessions[sim->session_count++] = session;
}

/* What is under way goes before what has never been sent, in its order. */
static void put_back(struct sim_session *session)
{
    struct sim_queue *queue = &session->sim->queue;
    if (session->flight.count == 0)
        return;
    *session->flight.end = queue->first;
    if (queue->first == NULL)
        queue->end = session->flight.end;
    queue->first = session->flight.first;
    queue->count += session->flight.count;
}

void sim_session_end(struct sim_session *session, bool reset)
{
    struct sim_carrier *sim = session->sim;
    const struct linger hard = {.l_onoff = 1, .l_linger = 0};
    if (session->bind != 0)
        sim_count(sim, &sim->counts.losses);
    if (reset)
        setsockopt(session->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(session->fd);
    put_back(session);
    for (size_t i = 0; i < sim->session_count; i++)
        if (sim->sessions[i] == session)
            sim->sessions[i] = sim->sessions[--sim->session_count];
    free(session->in);
    free(session->out);
    free(session);
}

bool sim_session_has_room(const struct sim_session *session)
{
    bool takes = session->bind == SMPP_BIND_RECEIVER || session->bind == SMPP_BIND_TRANSCEIVER;
    return takes && !session->hung && !session->losing && !session->unbinding && !session->ending &&
           session->flight.count < session->sim->options.window &&
           SIM_OUT_BYTES - session->out_length > SMPP_PDU_BYTES;
}

uint32_t sim_session_sequence(struct sim_session *session)
{
    session->sequence = session->sequence % SMPP_SEQUENCE_MAX + 1;
    return session->sequence;
}

/* A peer that has not taken SIM_OUT_BYTES asks and does not listen: it is left. */
void sim_session_put_bytes(struct sim_session *session, const void *bytes, size_t length)
{
    if (session->hung)
        return;
    if (SIM_OUT_BYTES - session->out_length < length) {
        session->ending = true;
        return;
    }
    memcpy(session->out + session->out_length, bytes, length);
    session->out_length += length;
}

void sim_session_put(struct sim_session *session, const struct smpp_pdu *pdu)
{
    if (session->hung)
        return;
    size_t length = smpp_encode(pdu, session->out + session->out_length, SIM_OUT_BYTES - session->out_length);
    session->out_length += length;
    session->ending = session->ending || length == 0;
}

void sim_session_send(struct sim_session *session, struct sim_piece *piece)
{
    struct sim_carrier *sim = session->sim;
    piece->pdu.sequence = sim_session_sequence(session);
    piece->sent_at = sim_now();
    sim_count(sim, &sim->counts.sent);
    if (piece->deliveries++ != 0)
        sim_count(sim, &sim->counts.again);
    sim_session_put(session, &piece->pdu);
    sim_queue_add(&session->flight, piece);
}

void sim_session_unbind(struct sim_session *session)
{
    struct smpp_pdu pdu = {.command_id = SMPP_UNBIND, .sequence = sim_session_sequence(session)};
    if (session->bind == 0) {
        session->ending = true;
        return;
    }
    sim_session_put(session, &pdu);
    session->unbinding = true;
    session->unbind_until = sim_now() + SIM_UNBIND_MICROS;
}

static void answer(struct sim_session *session, const struct smpp_pdu *request, enum smpp_status status)
{
    struct smpp_pdu response = smpp_answer(request, status);
    if ((request->command_id & SMPP_RESPONSE) != 0)
        return;
    if (status == SMPP_ROK)
        response.system_id = STR("simulator"); /* counts in the answer to a bind only */
    sim_session_put(session, &response);
}

static enum smpp_status judge_bind(struct sim_session *session, const struct smpp_pdu *pdu)
{
    struct sim_carrier *sim = session->sim;
    const struct sim_options *options = &sim->options;
    if (session->bind != 0)
        return SMPP_RALYBND;
    if (options->system_id[0] != '\0' && !str_is(pdu->system_id, options->system_id))
        return SMPP_RINVSYSID;
    if (options->password.length != 0 && !str_equal_secret(pdu->password, options->password))
        return SMPP_RINVPASWD;
    if (sim->refuse_binds == 0)
        return SMPP_ROK;
    sim->refuse_binds--;
    return SMPP_RBINDFAIL;
}

static void take_bind(struct sim_session *session, const struct smpp_pdu *pdu)
{
    struct sim_counts *counts = &session->sim->counts;
    enum smpp_status status = judge_bind(session, pdu);
    answer(session, pdu, status);
    sim_count(session->sim, status == SMPP_ROK ? &counts->binds : &counts->refused_binds);
    if (status == SMPP_ROK)
        session->bind = pdu->command_id;
}

/* The answer to a deliver_sm. Where answers are being lost, this one is, and the connection with it. */
static void take_answer(struct sim_session *session, const struct smpp_pdu *pdu)
{
    struct sim_carrier *sim = session->sim;
    struct sim_piece **place = &session->flight.first;
    size_t row = pdu->status < SIM_STATUSES ? pdu->status : SIM_STATUSES;
    sim_count(sim, &sim->counts.answers[row]);
    while (*place != NULL && (*place)->pdu.sequence != pdu->sequence)
        place = &(*place)->next;
    if (*place == NULL)
        sim_count(sim, &sim->counts.strays);
    else if (session->losing)
        session->ending = true;
    else
        sim_answered(sim, sim_queue_take(&session->flight, place), pdu->status);
}

static void take(struct sim_session *session, const struct smpp_pdu *pdu)
{
    switch (pdu->command_id) {
    case SMPP_BIND_RECEIVER:
    case SMPP_BIND_TRANSMITTER:
    case SMPP_BIND_TRANSCEIVER:
        take_bind(session, pdu);
        return;
    case SMPP_SUBMIT_SM:
    case SMPP_DATA_SM:
        sim_submit_take(session, pdu);
        return;
    case SMPP_DELIVER_SM | SMPP_RESPONSE:
        take_answer(session, pdu);
        return;
    case SMPP_ENQUIRE_LINK:
        answer(session, pdu, SMPP_ROK);
        return;
    case SMPP_UNBIND:
        answer(session, pdu, SMPP_ROK);
        session->ending = true;
        return;
    case SMPP_UNBIND | SMPP_RESPONSE:
        session->ending = session->ending || session->unbinding;
        return;
    case SMPP_ENQUIRE_LINK | SMPP_RESPONSE:
        return;
    default:
        sim_count(session->sim, &session->sim->counts.strays);
        answer(session, pdu, SMPP_RINVCMDID);
        return;
    }
}

static void take_frame(struct sim_session *session, struct str frame)
{
    struct smpp_pdu pdu;
    enum smpp_status status = smpp_decode(frame, &pdu);
    if (session->hung)
        return;
    if (status == SMPP_ROK) {
        take(session, &pdu);
        return;
    }
    sim_count(session->sim, &session->sim->counts.strays);
    answer(session, &pdu, status);
}

static void take_frames(struct sim_session *session)
{
    size_t length, used = 0;
    enum smpp_frame found = SMPP_FRAME_WHOLE;
    while (!session->ending && found == SMPP_FRAME_WHOLE) {
        struct str rest = str_bytes(session->in + used, session->in_length - used);
        found = smpp_frame(rest, &length);
        if (found == SMPP_FRAME_WHOLE) {
            take_frame(session, str_part(rest, 0, length));
            used += length;
        }
    }
    if (found == SMPP_FRAME_BAD) {
        struct smpp_pdu nack = {.command_id = SMPP_GENERIC_NACK, .status = SMPP_RINVCMDLEN};
        sim_session_put(session, &nack);
        session->ending = true;
    }
    memmove(session->in, session->in + used, session->in_length - used);
    session->in_length -= used;
}

static bool read_some(struct sim_session *session)
{
    ssize_t got = recv(session->fd, session->in + session->in_length, SMPP_PDU_BYTES - session->in_length,
                       MSG_DONTWAIT);
    if (got <= 0)
        return got < 0 && (errno == EAGAIN || errno == EINTR);
    session->in_length += (size_t)got;
    take_frames(session);
    return true;
}

static bool write_some(struct sim_session *session, int64_t now)
{
    size_t most = now < session->slow_until ? 1 : session->out_length;
    if (most == 0 || session->out_length == 0)
        return true;
    ssize_t sent = send(session->fd, session->out, most, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EAGAIN || errno == EINTR;
    session->out_length -= (size_t)sent;
    memmove(session->out, session->out + sent, session->out_length);
    return true;
}

static bool is_overdue(const struct sim_session *session, int64_t now)
{
    const struct sim_piece *oldest = session->flight.first;
    if (session->unbinding && now > session->unbind_until)
        return true;
    return oldest != NULL && now - oldest->sent_at > SIM_ANSWER_SECONDS * INT64_C(1000000);
}

bool sim_session_turn(struct sim_session *session, short events, int64_t now)
{
    bool alive = true;
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0)
        alive = read_some(session);
    if (alive)
        alive = write_some(session, now);
    if (alive && session->ending && (session->out_length == 0 || session->losing)) {
        sim_session_end(session, session->losing);
        return false;
    }
    if (alive && !is_overdue(session, now))
        return true;
    sim_session_end(session, alive);
    return false;
}
