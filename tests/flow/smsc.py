"""A carrier's SMSC for tests: it takes binds, delivers texts, notes every answer, and misbehaves on demand. Its
bytes are written by hand, apart from the codec that it tests."""
import socket
import struct
import threading
import time

DELIVER, SUBMIT, ENQUIRE, UNBIND, BINDS = 0x05, 0x04, 0x15, 0x06, (0x01, 0x02, 0x09)
RESPONSE = 0x80000000
NUMBER = b"12025550143"


def pdu(command, body=b"", status=0, sequence=1):
    return struct.pack(">IIII", 16 + len(body), command, status, sequence) + body


def tlv(tag, value):
    return struct.pack(">HH", tag, len(value)) + value


def message(text, coding=0, esm=0, tlvs=b"", source=b"22000", to=NUMBER, ton=3, protocol=0):
    """The body of a deliver_sm."""
    return (b"\0" + bytes([ton, 0]) + source + b"\0\1\1" + to + b"\0" + bytes([esm, protocol, 0, 0, 0, 0, 0, coding, 0,
            len(text)]) + text + tlvs)


def receipt(id, stat="DELIVRD", to=b"12125550100", tlvs=b"", text=None):
    """The body of a deliver_sm that is a receipt about a text to somebody."""
    words = f"id:{id} sub:001 dlvrd:001 submit date:2611230800 done date:2611230801 stat:{stat} err:000 text:" \
        if text is None else text
    return message(words.encode(), esm=4, source=to, ton=1, tlvs=tlvs)


class Submitted:
    """A submit_sm as it came."""

    def __init__(self, body):
        rest = body[body.index(b"\0") + 1:]
        self.source_ton, self.source_npi = rest[:2]
        self.source, rest = rest[2:].split(b"\0", 1)
        self.ton, self.npi = rest[:2]
        self.to, rest = rest[2:].split(b"\0", 1)
        self.esm, self.protocol, self.priority = rest[:3]
        rest = rest[3:].split(b"\0", 2)[2]
        self.receipt, _, self.coding, _, length = rest[:5]
        self.text = rest[5:5 + length]


class Session:
    """One connection of the ESME."""

    def __init__(self, smsc, connection):
        self.smsc, self.connection = smsc, connection
        self.bind = self.system_id = self.password = None
        self.answers, self.seen, self.closed, self.sequence = {}, [], False, 0
        self.deaf = False  # takes nothing off the wire any more
        self.changed = threading.Condition()

    def serve(self):
        data = b""
        try:
            while piece := self.connection.recv(65536):
                while self.deaf:
                    time.sleep(0.1)
                data += piece
                while len(data) >= 4 and len(data) >= (length := struct.unpack(">I", data[:4])[0]):
                    self.take(data[:length])
                    data = data[length:]
        except OSError:
            pass
        with self.changed:
            self.closed = True
            self.changed.notify_all()
        self.connection.close()

    def take(self, frame):
        _, command, status, sequence = struct.unpack(">IIII", frame[:16])
        if command in BINDS:
            self.system_id, self.password = frame[16:].split(b"\0")[:2]
            self.send(pdu(command | RESPONSE, b"smsc\0" if not self.smsc.refuse else b"", self.smsc.refuse, sequence))
        elif command == SUBMIT:
            self.smsc.take(self, Submitted(frame[16:]), sequence)
        elif command in (ENQUIRE, UNBIND) and not self.smsc.mute:
            self.send(pdu(command | RESPONSE, sequence=sequence))
        with self.changed:
            if command in BINDS and not self.smsc.refuse:
                self.bind = command
            self.seen.append((command, status, sequence))
            if command == DELIVER | RESPONSE:
                self.answers[sequence] = status
            self.changed.notify_all()

    def send(self, data):
        self.connection.sendall(data)

    def deliver(self, *words, **named):
        """Sends a deliver_sm without waiting; its sequence."""
        self.sequence += 1
        self.send(pdu(DELIVER, message(*words, **named), sequence=self.sequence))
        return self.sequence

    def wait(self, what, seconds=15):
        with self.changed:
            if not self.changed.wait_for(what, seconds):
                raise AssertionError(f"not within {seconds} s; seen: {self.seen[-5:]}")

    def status(self, sequence):
        """The answer to a deliver_sm."""
        self.wait(lambda: sequence in self.answers)
        return self.answers[sequence]

    def say(self, *words, **named):
        return self.status(self.deliver(*words, **named))

    def answer(self, command, seconds=15):
        """The status of the first PDU of that command."""
        self.wait(lambda: any(one[0] == command for one in self.seen), seconds)
        return next(one for one in self.seen if one[0] == command)[1:]

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.shutdown(socket.SHUT_RDWR)


class Smsc:
    def __init__(self):
        self.refuse, self.mute, self.sessions = 0, False, []
        self.submits, self.verdicts, self.next_id = [], [], 0x1a2b00
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def take(self, session, submitted, sequence):
        """Takes a text, or does with it as the next of the verdicts says: a status, None for no answer at all, or
        something to call instead."""
        self.submits.append(submitted)
        verdict = self.verdicts.pop(0) if self.verdicts else 0
        if callable(verdict):
            verdict = verdict(session)
        self.next_id += 1
        submitted.id = f"{self.next_id:x}"
        if verdict is not None:
            body = submitted.id.encode() + b"\0" if verdict == 0 else b""
            session.send(pdu(SUBMIT | RESPONSE, body, verdict, sequence))

    def _accept(self):
        while True:
            session = Session(self, self.listener.accept()[0])
            self.sessions.append(session)
            threading.Thread(target=session.serve, daemon=True).start()

    def bound(self, commands=(0x09,), seconds=20, after=0):
        """Sessions that are bound as these commands say, once there are so many; of those that came after."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = [one for one in self.sessions[after:] if one.bind and not one.closed]
            if sorted(one.bind for one in found) == sorted(commands):
                return found
            time.sleep(0.02)
        raise AssertionError(f"not bound: {[(one.bind, one.closed) for one in self.sessions]}")
