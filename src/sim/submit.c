/* Texts that the ESME sends, and their delivery receipts. */
#include "sim/internal.h"

#include "base/chance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ID_BYTES = 24, STATE_DELIVERED = 2, STATE_UNDELIVERABLE = 5, QUOTED_BYTES = 20 };

static void put_receipt_tlvs(uint8_t *tlvs, size_t capacity, size_t *length, const char *id, bool failed)
{
    const char state = failed ? STATE_UNDELIVERABLE : STATE_DELIVERED;
    smpp_tlv_put(tlvs, capacity, length, SMPP_TAG_RECEIPTED_MESSAGE_ID, str_bytes(id, strlen(id) + 1));
    smpp_tlv_put(tlvs, capacity, length, SMPP_TAG_MESSAGE_STATE, str_bytes(&state, 1));
}

/* SMPP's appendix B. */
static size_t put_receipt_text(char *text, size_t capacity, const char *id, const struct smpp_pdu *sent,
                               bool failed)
{
    char stamp[16];
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(stamp, sizeof stamp, "%Y%m%d%H%M", &parts);
    struct str quoted = sent->data_coding == 0 ? str_part(smpp_message(sent), 0, QUOTED_BYTES) : STR_NONE;
    int length = snprintf(text, capacity,
                          "id:%s sub:001 dlvrd:%s submit date:%s done date:%s stat:%s err:%s text:%.*s", id,
                          failed ? "000" : "001", stamp + 2, stamp + 2, failed ? "UNDELIV" : "DELIVRD",
                          failed ? "012" : "000", STR_ARG(quoted));
    return length < 0 ? 0 : (size_t)length < capacity ? (size_t)length : capacity - 1;
}

static struct sim_piece *make_receipt(struct sim_carrier *sim, const struct smpp_pdu *sent, const char *id)
{
    enum sim_receipt form = sim->options.receipts;
    bool failed = chance_below(&sim->chance, 100) < sim->options.failing;
    uint8_t tlvs[SIM_TLV_BYTES];
    char text[SMPP_SHORT_MESSAGE_BYTES];
    size_t tlv_length = 0, length = 0;
    if (form != SIM_RECEIPT_TEXT)
        put_receipt_tlvs(tlvs, sizeof tlvs, &tlv_length, id, failed);
    if (form != SIM_RECEIPT_TLV)
        length = put_receipt_text(text, sizeof text, id, sent, failed);
    struct smpp_pdu pdu = {.command_id = SMPP_DELIVER_SM,
                           .esm_class = SMPP_ESM_RECEIPT,
                           .source = sent->destination,
                           .source_ton = sent->destination_ton,
                           .source_npi = sent->destination_npi,
                           .destination = sent->source,
                           .destination_ton = sent->source_ton,
                           .destination_npi = sent->source_npi,
                           .short_message = str_bytes(text, length),
                           .tlvs = str_bytes(tlvs, tlv_length)};
    return sim_piece_new(&pdu);
}

static void queue_receipt(struct sim_carrier *sim, const struct smpp_pdu *sent, const char *id)
{
    struct sim_under_way *text = calloc(1, sizeof *text);
    struct sim_piece *piece = text != NULL ? make_receipt(sim, sent, id) : NULL;
    if (piece == NULL) {
        free(text);
        return;
    }
    *text = (struct sim_under_way){.left = 1, .receipt = true};
    piece->text = text;
    piece->not_before = sim_now() + SIM_RECEIPT_MICROS;
    struct sim_queue pieces = {.end = &pieces.first};
    sim_queue_add(&pieces, piece);
    sim_put(sim, &pieces);
}

void sim_submit_take(struct sim_session *session, const struct smpp_pdu *pdu)
{
    struct sim_carrier *sim = session->sim;
    bool may = session->bind == SMPP_BIND_TRANSMITTER || session->bind == SMPP_BIND_TRANSCEIVER;
    enum smpp_status status = may ? smpp_check_message(pdu) : SMPP_RINVBNDSTS;
    char id[ID_BYTES] = "";
    if (status == SMPP_ROK && sim->under_way >= SIM_QUEUE)
        status = SMPP_RTHROTTLED;
    struct smpp_pdu response = smpp_answer(pdu, status);
    if (status == SMPP_ROK) {
        snprintf(id, sizeof id, "sim-%08x", (unsigned)++sim->message_id);
        sim_count(sim, &sim->counts.submits);
    }
    response.message_id = str_from(id);
    sim_session_put(session, &response);
    /* Section 5.2.17: 1 always, 2 where it failed; of these every receipt is wanted here. */
    if (status == SMPP_ROK && (pdu->registered_delivery & 3) != 0 &&
        sim->options.receipts != SIM_RECEIPT_NONE)
        queue_receipt(sim, pdu, id);
}
