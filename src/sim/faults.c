/* What the simulated carrier does wrong. */
#include "sim/internal.h"

#include "base/chance.h"
#include "base/log.h"

#include <string.h>

enum { REFUSED_BINDS = 2 };

static void hang(struct sim_session *session)
{
    session->hung = true;
    session->out_length = 0;
}

static void reset(struct sim_session *session)
{
    sim_session_end(session, true);
}

static void send_garbage(struct sim_session *session)
{
    sim_session_put_bytes(session, "HTTP/1.1 200 OK\r\n\r\nthis is no PDU", 34);
}

static void lose_answer(struct sim_session *session)
{
    session->losing = true;
}

static void go_slow(struct sim_session *session)
{
    session->slow_until = sim_now() + SIM_SLOW_MICROS;
}

static void put_32(uint8_t *bytes, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(number >> (24 - 8 * i));
}

/* A whole frame, by its own length, that ends in the middle of what it says it holds. */
static void send_truncated(struct sim_session *session)
{
    uint8_t bytes[256];
    struct smpp_pdu pdu = {.command_id = SMPP_DELIVER_SM,
                           .sequence = sim_session_sequence(session),
                           .source = STR("22000"),
                           .destination = STR("12025550143"),
                           .short_message = STR("this text is cut off")};
    size_t length = smpp_encode(&pdu, bytes, sizeof bytes);
    size_t kept = SMPP_HEADER_BYTES + chance_below(&session->sim->chance, (unsigned)length - 17) + 1;
    put_32(bytes, (uint32_t)kept);
    sim_session_put_bytes(session, bytes, kept);
}

static void send_overlong(struct sim_session *session)
{
    uint8_t head[SMPP_HEADER_BYTES] = {0};
    put_32(head, UINT32_C(0x7fffffff));
    put_32(head + 4, SMPP_DELIVER_SM);
    put_32(head + 12, sim_session_sequence(session));
    sim_session_put_bytes(session, head, sizeof head);
}

static void break_sequence(struct sim_session *session)
{
    const uint32_t commands[] = {SMPP_ENQUIRE_LINK, SMPP_SUBMIT_SM, SMPP_UNBIND, SMPP_BIND_TRANSCEIVER};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct smpp_pdu pdu = {.command_id = commands[i] | SMPP_RESPONSE,
                               .sequence = SMPP_SEQUENCE_MAX - (uint32_t)i,
                               .message_id = STR("nobody asked")};
        sim_session_put(session, &pdu);
    }
    session->sequence = (uint32_t)(chance_next(&session->sim->chance) & (SMPP_SEQUENCE_MAX >> 1));
}

static void refuse_binds(struct sim_session *session)
{
    session->sim->refuse_binds = REFUSED_BINDS;
    sim_session_end(session, true);
}

#define WORD(name, word) [SIM_FAULT_##name] = word,
static const char *const words[] = {SIM_FAULT_TABLE(WORD)};
#undef WORD

static void (*const makers[])(struct sim_session *session) = {
    [SIM_FAULT_HANG] = hang,
    [SIM_FAULT_RESET] = reset,
    [SIM_FAULT_GARBAGE] = send_garbage,
    [SIM_FAULT_DUPLICATE] = lose_answer,
    [SIM_FAULT_SLOW] = go_slow,
    [SIM_FAULT_TRUNCATED] = send_truncated,
    [SIM_FAULT_OVERLONG] = send_overlong,
    [SIM_FAULT_SEQUENCE] = break_sequence,
    [SIM_FAULT_BIND] = refuse_binds,
    [SIM_FAULT_UNBIND] = sim_session_unbind,
};

void sim_fault_make(struct sim_session *session)
{
    struct sim_carrier *sim = session->sim;
    unsigned fault;
    do
        fault = chance_below(&sim->chance, SIM_FAULTS);
    while ((sim->options.faults >> fault & 1) == 0);
    sim_count(sim, &sim->counts.faults[fault]);
    log_info("sim_fault", LOG_TEXT("fault", words[fault]));
    makers[fault](session);
}
