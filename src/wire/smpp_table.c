#include "wire/smpp_table.h"

#define INT(member)                                                                                          \
    {                                                                                                        \
        SMPP_KIND_INT, 1, offsetof(struct smpp_pdu, member), SMPP_RINVCMDLEN                                 \
    }
#define TEXT(member, size, status)                                                                           \
    {                                                                                                        \
        SMPP_KIND_TEXT, (size), offsetof(struct smpp_pdu, member), SMPP_##status                             \
    }
#define MESSAGE                                                                                              \
    {                                                                                                        \
        SMPP_KIND_MESSAGE, SMPP_SHORT_MESSAGE_BYTES, offsetof(struct smpp_pdu, short_message),               \
            SMPP_RINVMSGLEN                                                                                  \
    }

#define SYSTEM_ID TEXT(system_id, 16, RINVSYSID)
#define PASSWORD TEXT(password, 9, RINVPASWD)
#define MESSAGE_ID TEXT(message_id, 65, RINVMSGID)
#define SERVICE_TYPE TEXT(service_type, 6, RINVSERTYP)
#define SOURCE(size) INT(source_ton), INT(source_npi), TEXT(source, size, RINVSRCADR)
#define DESTINATION(size) INT(destination_ton), INT(destination_npi), TEXT(destination, size, RINVDSTADR)
#define SCHEDULE TEXT(schedule_time, 17, RINVSCHED)
#define VALIDITY TEXT(validity_period, 17, RINVEXPIRY)
#define BIND                                                                                                 \
    {                                                                                                        \
        SYSTEM_ID, PASSWORD, TEXT(system_type, 13, RINVSYSTYP), INT(interface_version), INT(address_ton),    \
            INT(address_npi), TEXT(address_range, 41, RINVSYSTYP)                                            \
    }
#define SHORT_MESSAGE                                                                                        \
    {                                                                                                        \
        SERVICE_TYPE, SOURCE(21), DESTINATION(21), INT(esm_class), INT(protocol_id), INT(priority),          \
            SCHEDULE, VALIDITY, INT(registered_delivery), INT(replace_if_present), INT(data_coding),         \
            INT(default_message_id), MESSAGE                                                                 \
    }

/* Sections 4.1 to 4.12. submit_multi, which nobody here sends or takes, is left out: it is refused as an
 * unknown command. */
static const struct smpp_row rows[] = {
    {SMPP_BIND_RECEIVER, "bind_receiver", BIND},
    {SMPP_BIND_TRANSMITTER, "bind_transmitter", BIND},
    {SMPP_BIND_TRANSCEIVER, "bind_transceiver", BIND},
    {SMPP_BIND_RECEIVER | SMPP_RESPONSE, "bind_receiver_resp", {SYSTEM_ID}, .tlvs = true},
    {SMPP_BIND_TRANSMITTER | SMPP_RESPONSE, "bind_transmitter_resp", {SYSTEM_ID}, .tlvs = true},
    {SMPP_BIND_TRANSCEIVER | SMPP_RESPONSE, "bind_transceiver_resp", {SYSTEM_ID}, .tlvs = true},
    {SMPP_OUTBIND, "outbind", {SYSTEM_ID, PASSWORD}},
    {SMPP_UNBIND, "unbind", {{0}}},
    {SMPP_UNBIND | SMPP_RESPONSE, "unbind_resp", {{0}}},
    {SMPP_ENQUIRE_LINK, "enquire_link", {{0}}},
    {SMPP_ENQUIRE_LINK | SMPP_RESPONSE, "enquire_link_resp", {{0}}},
    {SMPP_GENERIC_NACK, "generic_nack", {{0}}},
    {SMPP_SUBMIT_SM, "submit_sm", SHORT_MESSAGE, .tlvs = true},
    {SMPP_SUBMIT_SM | SMPP_RESPONSE, "submit_sm_resp", {MESSAGE_ID}, .tlvs = true},
    {SMPP_DELIVER_SM, "deliver_sm", SHORT_MESSAGE, .tlvs = true},
    /* Its message_id is unused (section 4.6.2), and peers leave it out. */
    {SMPP_DELIVER_SM | SMPP_RESPONSE, "deliver_sm_resp", {MESSAGE_ID}, .tlvs = true, .body_later = true},
    {SMPP_DATA_SM,
     "data_sm",
     {SERVICE_TYPE, SOURCE(65), DESTINATION(65), INT(esm_class), INT(registered_delivery), INT(data_coding)},
     .tlvs = true},
    {SMPP_DATA_SM | SMPP_RESPONSE, "data_sm_resp", {MESSAGE_ID}, .tlvs = true},
    {SMPP_QUERY_SM, "query_sm", {MESSAGE_ID, SOURCE(21)}},
    {SMPP_QUERY_SM | SMPP_RESPONSE,
     "query_sm_resp",
     {MESSAGE_ID, TEXT(schedule_time, 17, RINVSCHED), INT(message_state), INT(error_code)}},
    {SMPP_CANCEL_SM, "cancel_sm", {SERVICE_TYPE, MESSAGE_ID, SOURCE(21), DESTINATION(21)}},
    {SMPP_CANCEL_SM | SMPP_RESPONSE, "cancel_sm_resp", {{0}}},
    {SMPP_REPLACE_SM,
     "replace_sm",
     {MESSAGE_ID, SOURCE(21), SCHEDULE, VALIDITY, INT(registered_delivery), INT(default_message_id),
      MESSAGE}},
    {SMPP_REPLACE_SM | SMPP_RESPONSE, "replace_sm_resp", {{0}}},
    {SMPP_ALERT_NOTIFICATION, "alert_notification", {SOURCE(65), DESTINATION(65)}, .tlvs = true},
};

const struct smpp_row *smpp_row_find(uint32_t command_id)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].command_id == command_id)
            return &rows[i];
    return NULL;
}

const char *smpp_command_name(uint32_t command_id)
{
    const struct smpp_row *row = smpp_row_find(command_id);
    return row != NULL ? row->name : "unknown";
}

const char *smpp_status_name(uint32_t status)
{
    static const struct {
        uint32_t status;
        const char *name;
    } names[] = {
#define NAME(name, value) {value, "ESME_" #name},
        SMPP_STATUS_TABLE(NAME)
#undef NAME
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].status == status)
            return names[i].name;
    return "unknown";
}
