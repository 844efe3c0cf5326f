"""A small SMTP server (RFC 5321, STARTTLS of RFC 3207, AUTH PLAIN of RFC 4954) that keeps what it is given."""
import base64
import email
import email.policy
import socketserver
import ssl
import subprocess
import threading
from pathlib import Path


def make_certificate(directory, name="localhost"):
    """A key and a certificate of its own for the name and 127.0.0.1; returns the path of both in one file."""
    path = Path(directory) / "smtp.pem"
    key, certificate = Path(directory) / "smtp.key", Path(directory) / "smtp.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1",
                    "-keyout", str(key), "-out", str(certificate)], check=True, stderr=subprocess.DEVNULL)
    path.write_bytes(key.read_bytes() + certificate.read_bytes())
    return path


class _Session(socketserver.StreamRequestHandler):
    timeout = 30

    def say(self, *lines):
        for line in lines:
            self.wfile.write(line.encode() + b"\r\n")
        self.wfile.flush()

    def handle(self):
        self.secure, self.user, self.sender, self.recipients = False, None, None, []
        self.say("220 sink ESMTP")
        while True:
            line = self.rfile.readline(4096)
            if not line:
                return
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            act = getattr(self, "on_" + verb.lower(), None)
            if act is None:
                self.say("502 5.5.1 not known")
            elif act(rest) is False:
                return

    def on_ehlo(self, _):
        extra = [] if self.secure or not self.server.sink.context else ["250-STARTTLS"]
        extra += ["250-AUTH PLAIN"] if self.server.sink.login else []
        self.say("250-sink", *extra, "250-SMTPUTF8", "250 8BITMIME")

    def on_helo(self, _):
        self.say("250 sink")

    def on_starttls(self, _):
        self.say("220 go")
        self.connection = self.server.sink.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
        self.secure = True

    def on_auth(self, rest):
        mechanism, _, first = rest.partition(" ")
        if mechanism.upper() != "PLAIN":
            return self.say("504 5.5.4 PLAIN only")
        if not first:
            self.say("334 ")
            first = self.rfile.readline(4096).decode().strip()
        _, user, password = base64.b64decode(first).decode().split("\0")
        good = (user, password) == self.server.sink.login
        self.user = user if good else None
        self.say("235 2.7.0 welcome" if good else "535 5.7.8 no")

    def on_mail(self, rest):
        if self.server.sink.context and not self.secure:
            return self.say("530 5.7.0 STARTTLS first")
        if self.server.sink.login and not self.user:
            return self.say("530 5.7.0 log in first")
        self.sender, self.recipients = rest.partition("<")[2].partition(">")[0], []
        self.say("250 2.1.0 fine")

    def on_rcpt(self, rest):
        address = rest.partition("<")[2].partition(">")[0]
        refusal = self.server.sink.refusal_of(address)
        if not refusal:
            self.recipients.append(address)
        self.say(refusal or "250 2.1.5 fine")

    def on_data(self, _):
        if not self.recipients:
            return self.say("503 5.5.1 no recipient")
        self.say("354 go on")
        lines = []
        while True:
            line = self.rfile.readline(1 << 20)
            if not line:
                return False
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        self.server.sink.keep(self.sender, self.recipients, b"".join(lines), self.secure)
        self.say("250 2.0.0 kept")

    def on_rset(self, _):
        self.sender, self.recipients = None, []
        self.say("250 2.0.0 fine")

    def on_noop(self, _):
        self.say("250 2.0.0 fine")

    def on_quit(self, _):
        self.say("221 2.0.0 bye")
        return False


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True

    def handle_error(self, request, client_address):
        """A client that goes away in the middle is no news here."""


class Mail:
    """One kept mail: the envelope and the parsed message."""

    def __init__(self, sender, recipients, raw, secure):
        self.sender, self.recipients, self.raw, self.secure = sender, recipients, raw, secure
        self.message = email.message_from_bytes(raw, policy=email.policy.default)

    @property
    def subject(self):
        return str(self.message["Subject"])

    @property
    def id(self):
        return str(self.message["Message-ID"])

    @property
    def text(self):
        part = self.message.get_body(("plain",))
        return part.get_content().replace("\r\n", "\n") if part else ""


class Sink:
    """The server. `refusals` maps an address ("*" for all) to the line that RCPT gets, such as "550 5.1.1 no"."""

    def __init__(self, certificate=None, login=None):
        self.context, self.login, self.refusals = None, login, {}
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
        self._mails, self._lock = [], threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Session)
        self._server.sink = self
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def port(self):
        return self._server.server_address[1]

    def refusal_of(self, address):
        return self.refusals.get(address) or self.refusals.get("*")

    def keep(self, sender, recipients, raw, secure):
        with self._lock:
            self._mails.append(Mail(sender, list(recipients), raw, secure))

    def mails(self, to=None, subject=""):
        """What came, oldest first."""
        with self._lock:
            return [mail for mail in self._mails
                    if (to is None or to in mail.recipients) and subject in mail.subject]

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
