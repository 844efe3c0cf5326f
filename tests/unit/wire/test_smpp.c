#include "../test.h"

#include "wire/smpp.h"

#include <string.h>

/* A deliver_sm from a short code to a number of ours, as a carrier sends it. */
static struct smpp_pdu deliver(void)
{
    return (struct smpp_pdu){.command_id = SMPP_DELIVER_SM,
                             .sequence = 7,
                             .service_type = STR("CMT"),
                             .source_ton = 3,
                             .source = STR("22000"),
                             .destination_ton = 1,
                             .destination_npi = 1,
                             .destination = STR("12025550123"),
                             .protocol_id = 0x41,
                             .data_coding = 3,
                             .short_message = STR("Your code is 123456")};
}

static void a_deliver_sm_is_written_as_the_specification_has_it(void **state)
{
    (void)state;
    static const uint8_t expected[] = "\0\0\0\x47\0\0\0\x05\0\0\0\0\0\0\0\x07"
                                      "CMT\0\x03\0"
                                      "22000\0\x01\x01"
                                      "12025550123\0\0\x41\0\0\0\0\0\x03\0\x13Your code is 123456";
    uint8_t bytes[256];
    struct smpp_pdu pdu = deliver(), again;
    size_t length = smpp_encode(&pdu, bytes, sizeof bytes);
    assert_int_equal(length, sizeof expected - 1);
    assert_int_equal(length, 0x47);
    assert_memory_equal(bytes, expected, length);
    assert_int_equal(smpp_decode(str_bytes(bytes, length), &again), SMPP_ROK);
    assert_true(str_is(again.source, "22000"));
    assert_true(str_is(again.destination, "12025550123"));
    assert_true(str_is(again.short_message, "Your code is 123456"));
    assert_int_equal(again.protocol_id, 0x41);
    assert_int_equal(again.data_coding, 3);
    assert_int_equal(again.sequence, 7);
}

static void every_command_comes_back_as_it_was_written(void **state)
{
    (void)state;
    static const uint32_t commands[] = {
        SMPP_BIND_RECEIVER, SMPP_BIND_TRANSMITTER, SMPP_BIND_TRANSCEIVER,   SMPP_OUTBIND,     SMPP_UNBIND,
        SMPP_ENQUIRE_LINK,  SMPP_SUBMIT_SM,        SMPP_DELIVER_SM,         SMPP_DATA_SM,     SMPP_QUERY_SM,
        SMPP_CANCEL_SM,     SMPP_REPLACE_SM,       SMPP_ALERT_NOTIFICATION, SMPP_GENERIC_NACK};
    struct smpp_pdu pdu = deliver(), again;
    uint8_t bytes[512], second[512];
    pdu.system_id = STR("violet");
    pdu.password = STR("secret12");
    pdu.message_id = STR("ab12");
    for (size_t i = 0; i < 2 * sizeof commands / sizeof *commands; i++) {
        pdu.command_id = commands[i / 2] | (i % 2 != 0 ? SMPP_RESPONSE : 0);
        size_t length = smpp_encode(&pdu, bytes, sizeof bytes);
        if (length == 0) { /* outbind and alert_notification have no response */
            assert_string_equal(smpp_command_name(pdu.command_id), "unknown");
            continue;
        }
        assert_int_equal(smpp_decode(str_bytes(bytes, length), &again), SMPP_ROK);
        assert_int_equal(again.command_id, pdu.command_id);
        assert_int_equal(smpp_encode(&again, second, sizeof second), length);
        assert_memory_equal(bytes, second, length);
    }
}

static void whatever_is_cut_off_is_refused_at_every_byte(void **state)
{
    (void)state;
    struct smpp_pdu pdu = deliver(), again;
    uint8_t bytes[256], tlvs[64];
    size_t tlv_length = 0;
    smpp_tlv_put(tlvs, sizeof tlvs, &tlv_length, 0x1403, STR("vendor"));
    pdu.tlvs = str_bytes(tlvs, tlv_length);
    size_t length = smpp_encode(&pdu, bytes, sizeof bytes), whole = length - tlv_length;
    for (size_t cut = 0; cut < length; cut++) {
        bytes[3] = (uint8_t)cut;
        enum smpp_status status = smpp_decode(str_bytes(bytes, cut), &again);
        if (cut == whole) /* without its TLV it is a PDU too */
            assert_int_equal(status, SMPP_ROK);
        else if (cut > whole)
            assert_int_equal(status, SMPP_RINVOPTPARSTREAM);
        else
            assert_true(status == SMPP_RINVCMDLEN || status == SMPP_RINVMSGLEN);
    }
}

static void texts_that_are_too_long_are_refused_by_the_name_of_their_field(void **state)
{
    (void)state;
    /* The bytes are right before the field; then come 80 letters without an end. */
    static const struct {
        uint32_t command_id;
        const char *before;
        size_t length;
        enum smpp_status status;
    } rows[] = {
        {SMPP_BIND_TRANSCEIVER, "", 0, SMPP_RINVSYSID},
        {SMPP_BIND_TRANSCEIVER, "v\0", 2, SMPP_RINVPASWD},
        {SMPP_BIND_TRANSCEIVER, "v\0p\0", 4, SMPP_RINVSYSTYP},
        {SMPP_DELIVER_SM, "", 0, SMPP_RINVSERTYP},
        {SMPP_DELIVER_SM, "\0\1\1", 3, SMPP_RINVSRCADR},
        {SMPP_DELIVER_SM, "\0\1\1x\0\1\1", 7, SMPP_RINVDSTADR},
        {SMPP_DELIVER_SM, "\0\1\1x\0\1\1y\0\0\0\0", 12, SMPP_RINVSCHED},
        {SMPP_DELIVER_SM, "\0\1\1x\0\1\1y\0\0\0\0\0", 13, SMPP_RINVEXPIRY},
        {SMPP_QUERY_SM, "", 0, SMPP_RINVMSGID},
        {SMPP_SUBMIT_SM, "\0\1\1x\0\1\1y\0\0\0\0\0\0\0\0\0\0\xff", 19, SMPP_RINVMSGLEN},
        {SMPP_SUBMIT_SM, "\0\1\1x\0\1\1y\0\0\0\0\0\0\0\0\0\0\x51", 19,
         SMPP_RINVMSGLEN},                           /* one more than is there */
        {SMPP_ENQUIRE_LINK, "", 0, SMPP_RINVCMDLEN}, /* it has no body */
        {SMPP_DATA_SM, "\0\1\1x\0\1\1y\0\0\0\0", 12, SMPP_RINVOPTPARSTREAM},
        {0x21, "", 0, SMPP_RINVCMDID},
        {0x7fffffff, "", 0, SMPP_RINVCMDID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t bytes[256] = {0};
        struct smpp_pdu pdu;
        size_t length = SMPP_HEADER_BYTES + rows[i].length + 80;
        bytes[3] = (uint8_t)length;
        for (int b = 0; b < 4; b++)
            bytes[4 + b] = (uint8_t)(rows[i].command_id >> (24 - 8 * b));
        bytes[15] = 9;
        memcpy(bytes + SMPP_HEADER_BYTES, rows[i].before, rows[i].length);
        memset(bytes + SMPP_HEADER_BYTES + rows[i].length, 'A', 80);
        assert_int_equal(smpp_decode(str_bytes(bytes, length), &pdu), rows[i].status);
        assert_int_equal(pdu.sequence, 9); /* so that the refusal can be answered */
        assert_int_equal(pdu.source.length, 0);
    }
}

static void a_stream_is_cut_by_the_lengths_that_it_says(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        enum smpp_frame frame;
    } rows[] = {
        {"", 0, SMPP_FRAME_MORE},
        {"\0\0\0", 3, SMPP_FRAME_MORE},
        {"\0\0\0\x0f", 4, SMPP_FRAME_BAD},
        {"\0\0\0\0", 4, SMPP_FRAME_BAD},
        {"\xff\xff\xff\xff", 4, SMPP_FRAME_BAD},
        {"\0\1\x20\1", 4, SMPP_FRAME_BAD}, /* one byte more than the limit */
        {"\0\1\x20\0", 4, SMPP_FRAME_MORE},
        {"GET ", 4, SMPP_FRAME_BAD},
        {"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0", 15, SMPP_FRAME_MORE},
        {"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\1\0\0", 18, SMPP_FRAME_WHOLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t length = 0;
        assert_int_equal(smpp_frame(str_bytes(rows[i].bytes, rows[i].length), &length), rows[i].frame);
        assert_int_equal(length, rows[i].frame == SMPP_FRAME_WHOLE ? 16 : 0);
    }
}

static void tlvs_are_walked_and_those_that_lie_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        enum smpp_status status;
    } rows[] = {
        {"", 0, SMPP_ROK},
        {"\x14\x03\0\0", 4, SMPP_ROK}, /* unknown ones are left alone */
        {"\x14\x03\0\2ab", 6, SMPP_ROK},
        {"\x14", 1, SMPP_RINVOPTPARSTREAM},
        {"\x14\x03\0", 3, SMPP_RINVOPTPARSTREAM},
        {"\x14\x03\0\3ab", 6, SMPP_RINVOPTPARSTREAM},
        {"\x14\x03\xff\xff"
         "ab",
         6, SMPP_RINVOPTPARSTREAM},
        {"\x02\x0c\0\1\1", 5, SMPP_RINVPARLEN}, /* a SAR reference has two bytes */
        {"\x04\x27\0\0", 4, SMPP_RINVPARLEN},
        {"\x02\x0c\0\2\1\2", 6, SMPP_ROK},
    };
    uint32_t number;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(smpp_tlv_check(str_bytes(rows[i].bytes, rows[i].length)), rows[i].status);
    assert_true(smpp_tlv_int(str_bytes("\x02\x0c\0\2\1\2", 6), SMPP_TAG_SAR_REFERENCE, &number));
    assert_int_equal(number, 0x102);
    assert_false(smpp_tlv_int(str_bytes("\x02\x0c\0\3\1\2\3", 7), SMPP_TAG_SAR_REFERENCE, &number));
}

static void a_text_may_stand_in_the_payload_but_not_twice(void **state)
{
    (void)state;
    struct smpp_pdu pdu = deliver(), again;
    uint8_t bytes[512], tlvs[300];
    size_t length = 0;
    char payload[255];
    memset(payload, 'p', sizeof payload);
    smpp_tlv_put(tlvs, sizeof tlvs, &length, SMPP_TAG_MESSAGE_PAYLOAD, str_bytes(payload, sizeof payload));
    pdu.tlvs = str_bytes(tlvs, length);
    length = smpp_encode(&pdu, bytes, sizeof bytes);
    assert_int_equal(smpp_decode(str_bytes(bytes, length), &again), SMPP_ROPTPARNOTALLWD);
    pdu.short_message = STR_NONE;
    length = smpp_encode(&pdu, bytes, sizeof bytes);
    assert_int_equal(smpp_decode(str_bytes(bytes, length), &again), SMPP_ROK);
    assert_int_equal(smpp_message(&again).length, sizeof payload);
}

static void what_does_not_fit_is_not_written(void **state)
{
    (void)state;
    uint8_t bytes[512];
    char text[255];
    memset(text, 'x', sizeof text);
    struct smpp_pdu pdu = deliver();
    pdu.short_message = str_bytes(text, 254);
    assert_true(smpp_encode(&pdu, bytes, sizeof bytes) != 0);
    pdu.short_message = str_bytes(text, 255);
    assert_int_equal(smpp_encode(&pdu, bytes, sizeof bytes), 0);
    pdu = deliver();
    pdu.source = str_bytes(text, 20);
    assert_true(smpp_encode(&pdu, bytes, sizeof bytes) != 0);
    pdu.source = str_bytes(text, 21);
    assert_int_equal(smpp_encode(&pdu, bytes, sizeof bytes), 0);
    pdu.source = str_bytes("a\0b", 3); /* would move the fields behind it */
    assert_int_equal(smpp_encode(&pdu, bytes, sizeof bytes), 0);
    pdu = deliver();
    size_t length = smpp_encode(&pdu, bytes, sizeof bytes);
    for (size_t capacity = 0; capacity < length; capacity++)
        assert_int_equal(smpp_encode(&pdu, bytes, capacity), 0);
}

static void a_refusal_is_a_response_without_body_and_to_strangers_a_nack(void **state)
{
    (void)state;
    uint8_t bytes[64];
    struct smpp_pdu request = deliver();
    struct smpp_pdu answer = smpp_answer(&request, SMPP_RMSGQFUL);
    assert_int_equal(answer.command_id, SMPP_DELIVER_SM | SMPP_RESPONSE);
    assert_int_equal(answer.sequence, 7);
    assert_int_equal(smpp_encode(&answer, bytes, sizeof bytes), SMPP_HEADER_BYTES);
    answer = smpp_answer(&request, SMPP_ROK); /* the unused message_id: one NUL */
    assert_int_equal(smpp_encode(&answer, bytes, sizeof bytes), SMPP_HEADER_BYTES + 1);
    request.command_id = 0x21;
    assert_int_equal(smpp_answer(&request, SMPP_RINVCMDID).command_id, SMPP_GENERIC_NACK);
    request.command_id = SMPP_ALERT_NOTIFICATION;
    assert_int_equal(smpp_answer(&request, SMPP_RINVCMDID).command_id, SMPP_GENERIC_NACK);
}

static void a_message_is_checked_by_who_accepts_it(void **state)
{
    (void)state;
    struct smpp_pdu pdu = deliver();
    assert_int_equal(smpp_check_message(&pdu), SMPP_ROK);
    pdu.schedule_time = STR("261123000000000+");
    pdu.validity_period = STR("000001000000000R");
    assert_int_equal(smpp_check_message(&pdu), SMPP_ROK);
    pdu.validity_period = STR("tomorrow");
    assert_int_equal(smpp_check_message(&pdu), SMPP_RINVEXPIRY);
    pdu.schedule_time = STR("26112300000000");
    assert_int_equal(smpp_check_message(&pdu), SMPP_RINVSCHED);
    pdu = deliver();
    pdu.esm_class = SMPP_ESM_UDHI; /* 'Y' is 0x59: more than there is */
    assert_int_equal(smpp_check_message(&pdu), SMPP_RINVESMCLASS);
    pdu.destination = STR_NONE;
    assert_int_equal(smpp_check_message(&pdu), SMPP_RINVDSTADR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deliver_sm_is_written_as_the_specification_has_it),
        cmocka_unit_test(every_command_comes_back_as_it_was_written),
        cmocka_unit_test(whatever_is_cut_off_is_refused_at_every_byte),
        cmocka_unit_test(texts_that_are_too_long_are_refused_by_the_name_of_their_field),
        cmocka_unit_test(a_stream_is_cut_by_the_lengths_that_it_says),
        cmocka_unit_test(tlvs_are_walked_and_those_that_lie_are_refused),
        cmocka_unit_test(a_text_may_stand_in_the_payload_but_not_twice),
        cmocka_unit_test(what_does_not_fit_is_not_written),
        cmocka_unit_test(a_refusal_is_a_response_without_body_and_to_strangers_a_nack),
        cmocka_unit_test(a_message_is_checked_by_who_accepts_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
