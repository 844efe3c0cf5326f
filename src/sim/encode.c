/* From a text to the PDUs that carry it. */
#include "sim/internal.h"

#include "base/chance.h"
#include "wire/sms_text.h"

#include <stdlib.h>
#include <string.h>

enum {
    TEXT_BYTES = SIM_PARTS_MOST * SIM_PART_BYTES,
    TON_INTERNATIONAL = 1,
    TON_SPECIFIC = 3, /* short codes */
    TON_ALPHANUMERIC = 5,
    NPI_ISDN = 1,
    TAG_SERIAL = 0x1401, /* of those that section 5.3.1 leaves to vendors */
};

/* Sizes in bytes: of a text that is alone, and of a part beside a header with an 8 or 16 bit reference. */
static const struct {
    uint8_t data_coding;
    size_t alone, beside_8, beside_16;
} sets[] = {
    [SIM_CHARSET_GSM] = {0, 160, 153, 152},
    [SIM_CHARSET_LATIN1] = {3, 140, 134, 133},
    [SIM_CHARSET_UCS2] = {8, 140, 134, 132},
    [SIM_CHARSET_BINARY] = {4, 140, 134, 133},
};

struct cut {
    uint8_t bytes[TEXT_BYTES];
    size_t length, starts[SIM_PARTS_MOST + 1]; /* the last is the end */
    unsigned count;
};

static size_t put_wide(uint32_t c, uint8_t ret_bytes[4])
{
    uint32_t units[2] = {c, 0};
    size_t count = 1;
    if (c >= 0x10000) {
        units[0] = 0xd800 + ((c - 0x10000) >> 10);
        units[1] = 0xdc00 + ((c - 0x10000) & 0x3ff);
        count = 2;
    }
    for (size_t i = 0; i < count; i++) {
        ret_bytes[2 * i] = (uint8_t)(units[i] >> 8);
        ret_bytes[2 * i + 1] = (uint8_t)units[i];
    }
    return 2 * count;
}

/* The character that was read from the text's bytes [from, to): its bytes in the set; 0: it has none. */
static size_t put_character(enum sim_charset charset, struct str text, size_t from, size_t to, uint32_t c,
                            uint8_t ret_bytes[4])
{
    switch (charset) {
    case SIM_CHARSET_GSM:
        return sms_text_septets(c, ret_bytes);
    case SIM_CHARSET_LATIN1:
        ret_bytes[0] = (uint8_t)c;
        return c < 0x100 ? 1 : 0;
    case SIM_CHARSET_UCS2:
        return put_wide(c, ret_bytes);
    case SIM_CHARSET_BINARY:
        memcpy(ret_bytes, text.data + from, to - from);
        return to - from;
    case SIM_CHARSETS:
        break;
    }
    return 0;
}

/* Cuts between characters. ERR_NOT_FOUND: one of them is not in the set. */
static enum err cut_text(struct str text, enum sim_charset charset, size_t most, struct cut *ret_cut)
{
    uint8_t bytes[4];
    uint32_t c;
    size_t from = 0;
    ret_cut->length = ret_cut->starts[0] = 0;
    ret_cut->count = 1;
    for (size_t to = 0; sms_text_next(text, &to, &c); from = to) {
        size_t length = put_character(charset, text, from, to, c, bytes);
        if (length == 0)
            return ERR_NOT_FOUND;
        if (ret_cut->length + length - ret_cut->starts[ret_cut->count - 1] > most) {
            if (ret_cut->count == SIM_PARTS_MOST)
                return ERR_TOO_LARGE;
            ret_cut->starts[ret_cut->count++] = ret_cut->length;
        }
        memcpy(ret_cut->bytes + ret_cut->length, bytes, length);
        ret_cut->length += length;
    }
    if (ret_cut->length <= sets[charset].alone)
        ret_cut->count = 1;
    ret_cut->starts[ret_cut->count] = ret_cut->length;
    return ERR_NONE;
}

/* One of the bits, each as likely; without bits the first. */
static unsigned draw(struct sim_carrier *sim, unsigned bits, unsigned count)
{
    if (bits == 0)
        return 0;
    for (;;) {
        unsigned found = chance_below(&sim->chance, count);
        if ((bits >> found & 1) != 0)
            return found;
    }
}

static enum err choose(struct sim_carrier *sim, struct str text, enum sim_join join, struct cut *ret_cut,
                       enum sim_charset *ret_charset)
{
    enum sim_charset charset = draw(sim, sim->options.charsets, SIM_CHARSETS);
    bool wide_reference = join == SIM_JOIN_UDH16;
    enum err error =
        cut_text(text, charset, wide_reference ? sets[charset].beside_16 : sets[charset].beside_8, ret_cut);
    if (error == ERR_NOT_FOUND) {
        charset = SIM_CHARSET_UCS2;
        error = cut_text(text, charset, wide_reference ? sets[charset].beside_16 : sets[charset].beside_8,
                         ret_cut);
    }
    *ret_charset = charset;
    return error;
}

struct sim_piece *sim_piece_new(const struct smpp_pdu *pdu)
{
    const struct str views[] = {pdu->source, pdu->destination, pdu->short_message, pdu->tlvs};
    size_t size = 0, at = 0;
    for (size_t i = 0; i < 4; i++)
        size += views[i].length;
    struct sim_piece *piece = calloc(1, sizeof *piece + size);
    if (piece == NULL)
        return NULL;
    piece->pdu = *pdu;
    struct str *const copies[] = {&piece->pdu.source, &piece->pdu.destination, &piece->pdu.short_message,
                                  &piece->pdu.tlvs};
    for (size_t i = 0; i < 4; at += views[i++].length) {
        if (views[i].length != 0)
            memcpy(piece->bytes + at, views[i].data, views[i].length);
        *copies[i] = str_bytes(piece->bytes + at, views[i].length);
    }
    return piece;
}

struct part {
    enum sim_join join;
    uint16_t reference;
    uint8_t total, number;
    uint32_t serial; /* 0: none */
};

/* 3GPP TS 23.040, sections 9.2.3.24.1 and 9.2.3.24.8. */
static size_t put_header(const struct part *part, uint8_t *bytes)
{
    uint8_t high = (uint8_t)(part->reference >> 8), low = (uint8_t)part->reference;
    const uint8_t narrow[] = {5, 0, 3, low, part->total, part->number};
    const uint8_t wide[] = {6, 8, 4, high, low, part->total, part->number};
    bool is_wide = part->join == SIM_JOIN_UDH16;
    memcpy(bytes, is_wide ? wide : narrow, is_wide ? sizeof wide : sizeof narrow);
    return is_wide ? sizeof wide : sizeof narrow;
}

static void put_number(uint8_t *tlvs, size_t capacity, size_t *length, uint16_t tag, uint32_t number,
                       size_t bytes)
{
    const uint8_t value[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                             (uint8_t)number};
    smpp_tlv_put(tlvs, capacity, length, tag, str_bytes(value + 4 - bytes, bytes));
}

static struct sim_piece *make_piece(const struct smpp_pdu *base, struct str bytes, const struct part *part)
{
    uint8_t message[SMPP_SHORT_MESSAGE_BYTES], tlvs[TEXT_BYTES + SIM_TLV_BYTES];
    size_t length = 0, tlv_length = 0;
    bool alone = part->total == 1, header = !alone && part->join <= SIM_JOIN_UDH16;
    struct smpp_pdu pdu = *base;
    if (header) {
        pdu.esm_class |= SMPP_ESM_UDHI;
        length = put_header(part, message);
    } else if (!alone && part->join == SIM_JOIN_SAR) {
        put_number(tlvs, sizeof tlvs, &tlv_length, SMPP_TAG_SAR_REFERENCE, part->reference, 2);
        put_number(tlvs, sizeof tlvs, &tlv_length, SMPP_TAG_SAR_TOTAL, part->total, 1);
        put_number(tlvs, sizeof tlvs, &tlv_length, SMPP_TAG_SAR_NUMBER, part->number, 1);
    }
    if (part->serial != 0)
        put_number(tlvs, sizeof tlvs, &tlv_length, TAG_SERIAL, part->serial, 4);
    if (part->join == SIM_JOIN_PAYLOAD && bytes.length > SIM_PART_BYTES) {
        smpp_tlv_put(tlvs, sizeof tlvs, &tlv_length, SMPP_TAG_MESSAGE_PAYLOAD, bytes);
    } else {
        memcpy(message + length, bytes.data, bytes.length);
        length += bytes.length;
    }
    pdu.short_message = str_bytes(message, length);
    pdu.tlvs = str_bytes(tlvs, tlv_length);
    return sim_piece_new(&pdu);
}

/* In which order the parts go; one may stand there twice or not at all. */
static unsigned order_parts(struct sim_carrier *sim, unsigned count, unsigned ret_order[SIM_PARTS_MOST + 1])
{
    unsigned kind = draw(sim, sim->options.parts, SIM_PARTS_KINDS), total = count;
    for (unsigned i = 0; i < count; i++)
        ret_order[i] = i;
    if (count == 1)
        return count;
    if (kind == SIM_PARTS_REPEATED)
        ret_order[total++] = chance_below(&sim->chance, count);
    if (kind == SIM_PARTS_SHUFFLED || kind == SIM_PARTS_REPEATED)
        for (unsigned i = total - 1; i > 0; i--) {
            unsigned other = chance_below(&sim->chance, i + 1), kept = ret_order[i];
            ret_order[i] = ret_order[other];
            ret_order[other] = kept;
        }
    if (kind == SIM_PARTS_MISSING)
        ret_order[chance_below(&sim->chance, count)] = ret_order[--total];
    return total;
}

enum err sim_address(struct str address, uint8_t *ret_ton, uint8_t *ret_npi,
                     char memory[SMPP_ADDRESS_BYTES + 1], struct str *ret_address)
{
    bool international = str_starts(address, STR("+")), digits = true;
    struct str rest = str_part(address, international, address.length);
    size_t length = 0;
    uint32_t c;
    for (size_t at = 0; sms_text_next(rest, &at, &c);) {
        if (c > 0xff || c < 0x20 || length == SMPP_ADDRESS_BYTES)
            return ERR_INVALID;
        digits = digits && c >= '0' && c <= '9';
        memory[length++] = (char)c;
    }
    if (length == 0 || (international && !digits))
        return ERR_INVALID;
    *ret_ton = international ? TON_INTERNATIONAL : digits ? TON_SPECIFIC : TON_ALPHANUMERIC;
    *ret_npi = digits ? NPI_ISDN : 0;
    *ret_address = str_bytes(memory, length);
    return ERR_NONE;
}

static enum err make_pieces(struct sim_carrier *sim, const struct smpp_pdu *base, const struct cut *cut,
                            enum sim_join join, struct sim_queue *pieces, struct sim_under_way *text)
{
    unsigned order[SIM_PARTS_MOST + 1];
    unsigned count = order_parts(sim, cut->count, order);
    struct part part = {.join = join, .total = (uint8_t)cut->count, .reference = ++sim->reference};
    if (sim->options.serials)
        part.serial = ++sim->serial;
    text->incomplete = count < cut->count;
    for (unsigned i = 0; i < count; i++) {
        size_t from = cut->starts[order[i]];
        part.number = (uint8_t)(order[i] + 1);
        struct str bytes = str_bytes(cut->bytes + from, cut->starts[order[i] + 1] - from);
        struct sim_piece *piece = make_piece(base, bytes, &part);
        if (piece == NULL)
            return ERR_MEMORY;
        piece->text = text;
        text->left++;
        sim_queue_add(pieces, piece);
    }
    return ERR_NONE;
}

enum err sim_encode(struct sim_carrier *sim, const struct sim_text *text, struct sim_queue *ret_pieces,
                    struct sim_under_way **ret_text)
{
    char from[SMPP_ADDRESS_BYTES + 1], to[SMPP_ADDRESS_BYTES + 1];
    struct smpp_pdu base = {.command_id = SMPP_DELIVER_SM};
    struct cut cut;
    enum sim_charset charset;
    enum sim_join join = draw(sim, sim->options.joins, SIM_JOINS);
    if (text->text.length == 0 || !str_is_utf8(text->text))
        return ERR_INVALID;
    TRY(sim_address(text->from, &base.source_ton, &base.source_npi, from, &base.source));
    TRY(sim_address(text->to, &base.destination_ton, &base.destination_npi, to, &base.destination));
    TRY(choose(sim, text->text, join, &cut, &charset));
    base.data_coding = sets[charset].data_coding;
    if (join == SIM_JOIN_PAYLOAD) {
        cut.count = 1;
        cut.starts[1] = cut.length;
    }
    struct sim_under_way *under_way = calloc(1, sizeof *under_way);
    struct sim_queue pieces = {.end = &pieces.first};
    enum err error = under_way != NULL ? make_pieces(sim, &base, &cut, join, &pieces, under_way) : ERR_MEMORY;
    if (error != ERR_NONE) {
        while (pieces.first != NULL)
            free(sim_queue_take(&pieces, &pieces.first));
        free(under_way);
        return error;
    }
    *ret_pieces = pieces; /* its end lies in the last piece */
    *ret_text = under_way;
    return ERR_NONE;
}
