"""Stands between Violet and a carrier, passes everything on, and keeps it as a capture that tshark reads: capturing on
an interface needs rights that a test has not."""
import socket
import struct
import subprocess
import threading
import time

SEGMENT_BYTES = 1400
SYN, ACK, PSH = 0x02, 0x10, 0x08
SMPP_PORT = 2775  # by which tshark knows the protocol


class Recorder:
    def __init__(self, port):
        self.target, self.connections, self.packets, self.lock = port, 0, [], threading.Lock()
        self.bytes = {}  # (connection, whether from Violet) to what passed
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            ours = self.listener.accept()[0]
            try:
                theirs = socket.create_connection(("127.0.0.1", self.target))
            except OSError:  # not there yet: the caller comes again
                ours.close()
                continue
            self.connections += 1
            self._note(self.connections, True, b"", SYN)
            self._note(self.connections, False, b"", SYN | ACK)
            for source, sink, up in ((ours, theirs, True), (theirs, ours, False)):
                threading.Thread(target=self._pass, args=(self.connections, source, sink, up), daemon=True).start()

    def _pass(self, connection, source, sink, up):
        try:
            while piece := source.recv(65536):
                for at in range(0, len(piece), SEGMENT_BYTES):
                    self._note(connection, up, piece[at:at + SEGMENT_BYTES], PSH | ACK)
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _note(self, connection, up, data, flags):
        with self.lock:
            self.packets.append((time.time(), connection, up, data, flags))
            self.bytes[connection, up] = self.bytes.get((connection, up), b"") + data

    def pdus(self):
        """Every PDU by its head: (command, status, sequence), those of Violet and those of the carrier."""
        with self.lock:
            streams = dict(self.bytes)
        found = {True: [], False: []}
        for (_, up), data in sorted(streams.items()):
            while data:
                length, *head = struct.unpack(">IIII", data[:16])
                found[up].append(tuple(head))
                data = data[length:]
        return found[True], found[False]

    def write(self, path):
        """The capture: raw IP packets, each connection with a port of its own."""
        seen = {}
        with self.lock, open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
            for when, connection, up, data, flags in self.packets:
                packet = _packet(seen, connection, up, data, flags)
                file.write(struct.pack("<IIII", int(when), int(when % 1 * 1e6), len(packet), len(packet)) + packet)
        return path


def _packet(seen, connection, up, data, flags):
    """An IPv4 packet with a TCP segment; seen keeps how many bytes went each way."""
    violet, carrier = 40000 + connection, SMPP_PORT
    sequence, heard = seen.get((connection, up), 0), seen.get((connection, not up), 0)
    seen[connection, up] = sequence + len(data) + (1 if flags & SYN else 0)
    ports = (violet, carrier) if up else (carrier, violet)
    segment = struct.pack(">HHIIBBHHH", *ports, sequence, heard, 0x50, flags, 65535, 0, 0) + data
    addresses = (b"\x0a\0\0\x01", b"\x0a\0\0\x02")
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 0, 0, 64, 6, 0,
                       *(addresses if up else addresses[::-1])) + segment


def tshark(path, *words):
    """What tshark prints of a capture."""
    return subprocess.run(["tshark", "-n", "-r", path, *words], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout.strip()
