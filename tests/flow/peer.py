"""npm's smpp as a carrier, told what to send and asked what it understood."""
import json
import select
import subprocess
from pathlib import Path

from tap import equal


class Peer:
    def __init__(self, *words):
        """words: files of a key and a certificate, for TLS."""
        self.process = subprocess.Popen(["node", str(Path(__file__).with_name("smsc.mjs")), *map(str, words)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.heard, self.rest, self.last = [], b"", 0
        self.port = self.wait(lambda line: "port" in line)["port"]

    def wait(self, wanted, seconds=20):
        """The first line of the peer that is wanted."""
        while True:
            for line in self.heard:
                if wanted(line):
                    return line
            if not select.select([self.process.stdout], [], [], seconds)[0]:
                raise AssertionError(f"not within {seconds} s; heard: {self.heard[-5:]}")
            piece = self.process.stdout.read1(65536)
            if not piece:
                raise AssertionError(f"the peer has ended; heard: {self.heard[-5:]}")
            *lines, self.rest = (self.rest + piece).split(b"\n")
            self.heard += map(json.loads, lines)

    def begin(self, command, **fields):
        """Sends a PDU without waiting; its number. Bytes are written as hexadecimal."""
        self.last += 1
        line = {"id": self.last, "command": command, "fields": fields}
        self.process.stdin.write(json.dumps(line, default=lambda data: {"hex": data.hex()}).encode() + b"\n")
        self.process.stdin.flush()
        return self.last

    def answer(self, number):
        """What the peer understood of the answer: the command's name and the status."""
        line = self.wait(lambda line: line.get("id") == number)
        return line["command"], line["status"]

    def ask(self, command, **fields):
        return self.answer(self.begin(command, **fields))

    def deliver(self, **fields):
        """Delivers a text, which must be acknowledged."""
        common = {"source_addr": "22000", "destination_addr": "12025550143", "dest_addr_ton": 1}
        equal(self.ask("deliver_sm", **{**common, **fields}), ("deliver_sm_resp", 0))

    def close(self):
        self.process.kill()
        self.process.wait()
