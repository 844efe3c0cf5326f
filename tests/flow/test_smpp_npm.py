"""npm's smpp as the carrier, and tshark as the reader of what was said: neither was written here."""
from peer import Peer
from recorder import Recorder, tshark
from story import one
from tap import contains, equal, eventually, run, table, test
from violet import Service

NUMBER, TO = "+12025550143", {"source_addr": "22000", "destination_addr": "12025550143", "dest_addr_ton": 1}
ESME_ROK, ESME_RINVCMDID = 0, 3

peer = Peer()
recorder = Recorder(peer.port)
service = Service()
service.secret("smpp.password", "secret12")
with open(service.config, "a", encoding="utf-8") as config:
    config.write(f"""
[carrier.npm]
kind = smpp
host = 127.0.0.1
port = {recorder.port}
system_id = violet
password_file = {service.home}/smpp.password
system_type = VMA
ton = 1
npi = 8
address_range = ^1202555
enquire_seconds = 1
window = 10
""")
service.init()
service.account("ann")
service.numbers(NUMBER)
service.line("ann", NUMBER)
service.start()
ann = service.person("subscriber")


def messages():
    return one(service, "SELECT count(*) FROM message")


@test
def it_understands_the_bind():
    said = peer.wait(lambda line: line.get("command") == "bind_transceiver")
    equal(said, {"command": "bind_transceiver", "system_id": "violet", "password": "secret12", "system_type": "VMA",
                 "interface_version": 0x34, "addr_ton": 1, "addr_npi": 8, "address_range": "^1202555"})


@table([
    ("its own GSM alphabet", {"short_message": "Pay 5€ @ home [ok]", "data_coding": 0}, "Pay 5€ @ home [ok]"),
    ("Latin-1", {"short_message": "Größe café", "data_coding": 3}, "Größe café"),
    ("UCS-2", {"short_message": "验证码 654321 😀", "data_coding": 8}, "验证码 654321 😀"),
    ("message_payload", {"short_message": "", "message_payload": "payload " * 90}, "payload payload"),
    ("UCS-2 in message_payload", {"message_payload": "长" * 500, "data_coding": 8}, "长" * 500),
    ("a flash text", {"short_message": "flash 11223", "data_coding": 0x10}, "flash 11223"),
    ("TLVs that we don't read", {"short_message": "with extras", "user_message_reference": 77, "language_indicator": 1},
     "with extras"),
])
def its_text_arrives_in(fields, shown):
    before = messages()
    peer.deliver(**fields)
    equal(messages(), before + 1)
    contains(ann.get("/inbox").html.text, shown)


@table([("8 bit", b"\5\0\3\x2a\3"), ("16 bit", b"\6\x08\4\1\x2a\3")])
def its_parts_of_a_long_text_are_put_together(header):
    before, pieces = messages(), ["first of three, ", "second of three, ", f"the last {header.hex()}"]
    for number in (3, 1, 2):
        peer.deliver(esm_class=0x40, data_coding=8,
                     short_message={"udh": header + bytes([number]), "message": pieces[number - 1]})
    equal(messages(), before + 1)
    contains(ann.get("/inbox").html.text, "".join(pieces))


@test
def its_parts_by_SAR_are_put_together():
    before = messages()
    for number in (1, 2):
        peer.deliver(short_message=f"segment {number} ", sar_msg_ref_num=9, sar_total_segments=2,
                     sar_segment_seqnum=number)
    equal(messages(), before + 1)
    contains(ann.get("/inbox").html.text, "segment 1 segment 2")


@test
def data_sm_is_a_text_as_well():
    before = messages()
    equal(peer.ask("data_sm", **TO, message_payload="by data_sm 5566"), ("data_sm_resp", ESME_ROK))
    equal(messages(), before + 1)


@test
def many_more_than_the_window_are_all_answered_and_stored_once():
    before = messages()
    asked = [peer.begin("deliver_sm", **TO, short_message=f"burst {number}") for number in range(200)]
    equal({peer.answer(number) for number in asked}, {("deliver_sm_resp", ESME_ROK)})
    equal(messages(), before + 200)


@test
def its_receipts_are_acknowledged_and_are_no_texts():
    before = messages()
    peer.deliver(esm_class=4, receipted_message_id="npm-1", message_state=2, short_message=(
        "id:npm-1 sub:001 dlvrd:001 submit date:2611230001 done date:2611230002 stat:DELIVRD err:000 text:hello"))
    equal(messages(), before)


@test
def it_asks_and_is_asked_whether_the_other_is_there():
    equal(peer.ask("enquire_link"), ("enquire_link_resp", ESME_ROK))
    peer.wait(lambda line: line.get("command") == "enquire_link")


@test
def what_an_ESME_does_not_serve_is_refused():
    equal(peer.ask("replace_sm", message_id="1", short_message="x"), ("replace_sm_resp", ESME_RINVCMDID))


@test
def the_end_of_the_service_is_an_unbind():
    equal(service.stop(), 0)
    peer.wait(lambda line: line.get("command") == "unbind")


def fields(capture, *names, only="smpp"):
    """A row for each PDU: tshark prints those of one packet beside each other."""
    words = [word for name in names for word in ("-e", name)]
    rows = []
    for line in tshark(capture, "-Y", only, "-T", "fields", "-E", "occurrence=a", *words).splitlines():
        rows += zip(*(column.split(",") for column in line.split("\t")))
    return rows


@test
def tshark_decodes_every_PDU_as_what_it_is_and_finds_none_malformed():
    capture = recorder.write(service.home / "smpp.pcap")
    ours, theirs = recorder.pdus()
    for side, spoken in (("tcp.dstport == 2775", ours), ("tcp.srcport == 2775", theirs)):
        heads = fields(capture, "smpp.command_id", "smpp.sequence_number", only=f"smpp && {side}")
        equal([(int(command, 16), int(sequence)) for command, sequence in heads],
              [(command, sequence) for command, _, sequence in spoken])
    equal(len(ours) > 200 and len(theirs) > 200, True, f"PDUs: {len(ours)}, {len(theirs)}")
    equal(tshark(capture, "-Y", "_ws.malformed || _ws.expert.severity >= 6291456"), "")
    statuses = fields(capture, "smpp.command_status", only="smpp.command_status && tcp.dstport == 2775")
    equal(sorted({int(status, 16) for status, in statuses}), [ESME_ROK, ESME_RINVCMDID])


@test
def tshark_reads_the_fields_of_the_bind():
    [bind] = fields(service.home / "smpp.pcap", "smpp.system_id", "smpp.password", "smpp.system_type",
                    "smpp.interface_version", "smpp.addr_ton", "smpp.addr_npi", "smpp.address_range",
                    only="smpp.command_id == 9")
    equal((*bind[:3], *(int(value, 0) for value in bind[3:6]), bind[6]),
          ("violet", "secret12", "VMA", 0x34, 1, 8, "^1202555"))


def finish():
    peer.close()
    service.close()


run(finish)
