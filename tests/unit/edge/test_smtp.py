"""Mails against an SMTP server and a MIME parser that others wrote (aiosmtpd, Python's email)."""
import base64
import email
import email.policy
import logging
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

sys.path.append('/usr/lib/python3/dist-packages')
try:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult
except ImportError:
    print('1..0 # SKIP python3-aiosmtpd is not installed')
    sys.exit(0)

PROBE = sys.argv[1]
logging.disable(logging.CRITICAL)
FOLDER = tempfile.mkdtemp()
CERTIFICATE, KEY = FOLDER + '/cert.pem', FOLDER + '/key.pem'
subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', KEY, '-out', CERTIFICATE,
                '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
               check=True, stderr=subprocess.DEVNULL)
PASSWORD = FOLDER + '/password'
with open(PASSWORD, 'w') as file:
    file.write('open sesame\n')
os.chmod(PASSWORD, 0o600)


class Handler:
    """Keeps what came; answers as it is told."""

    def __init__(self, answers):
        self.answers, self.mails, self.tls, self.greeting = answers, [], None, None

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name, self.greeting = hostname, hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        answer = self.answers.get('MAIL', '250 OK')
        if answer.startswith('250'):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get('RCPT', '250 OK')
        if answer.startswith('250'):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.tls = session.ssl is not None
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return self.answers.get('DATA', '250 OK')


def login(server, session, envelope, mechanism, data):
    return AuthResult(success=data.password == b'open sesame', handled=False)


def context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(CERTIFICATE, KEY)
    return made


class Server:
    def __init__(self, tls=True, auth=False, **answers):
        self.handler = Handler(answers)
        extra = {'tls_context': context()} if tls else {}
        if auth:
            extra.update(authenticator=login, auth_required=True, auth_require_tls=tls)
        with socket.create_server(('127.0.0.1', 0)) as free:
            port = free.getsockname()[1]
        self.url = 'smtp://127.0.0.1:%d' % port
        self.controller = Controller(self.handler, hostname='127.0.0.1', port=port, **extra)

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *ignored):
        self.controller.stop()

    @property
    def mail(self):
        return email.message_from_bytes(self.handler.mails[-1][2], policy=email.policy.default)


def send(url, *attachments, **fields):
    arguments = {'FROM': 'noreply@violet.example', 'TO': 'ann@example.net', 'SUBJECT': 'Hello', 'TEXT': 'Hi\n',
                 'ID': 'mail-1@violet.example', 'CA_FILE': CERTIFICATE, 'URL': url, **fields}
    environment = {'PATH': os.environ['PATH'], 'http_proxy': 'http://127.0.0.1:9', 'ALL_PROXY': 'http://127.0.0.1:9',
                   **{name: value for name, value in arguments.items() if value is not None}}
    environment.update({name: os.environ[name] for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS') if name in os.environ})
    done = subprocess.run([PROBE, *attachments], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


CHINESE = '您的注销申请已受理，可在 2026 年 11 月 26 日之前撤销。' * 9
LONG = 'Ü' + 'a' * 200 + ' \n.\n..dots\n=equals=\nFrom here\r\nbare\rreturn\n\ttab \ttail \t\n\nend without newline'


def a_mail_arrives_through_starttls_as_it_was_written():
    with Server() as server:
        said = send(server.url, FROM_NAME='示例电信 "Violet" <x@y>', REPLY_TO='help+T-1@violet.example',
                    SUBJECT='注销进度：' + CHINESE, TEXT=CHINESE + '\n第二行\n', LANGUAGE_TAG='zh-CN')
        assert said.startswith('delivered 250'), said
        handler, mail = server.handler, server.mail
        assert handler.tls and handler.greeting == 'violet.example', (handler.tls, handler.greeting)
        assert handler.mails[0][:2] == ('noreply@violet.example', ['ann@example.net'])
        assert mail['Subject'] == '注销进度：' + CHINESE
        assert mail['From'].addresses[0].display_name == '示例电信 "Violet" <x@y>', mail['From']
        assert mail['From'].addresses[0].addr_spec == 'noreply@violet.example'
        assert mail['To'] == 'ann@example.net' and mail['Reply-To'] == 'help+T-1@violet.example'
        assert mail['Message-ID'] == '<mail-1@violet.example>' and mail['Auto-Submitted'] == 'auto-generated'
        assert mail['Content-Language'] == 'zh-CN' and mail['Date'] == 'Mon, 23 Nov 2026 00:06:11 +0000', mail['Date']
        assert mail.get_content() == CHINESE + '\r\n第二行\r\n' or mail.get_content() == CHINESE + '\n第二行\n'
        raw = handler.mails[0][2]
        assert max(map(len, raw.split(b'\r\n'))) <= 78, raw
        assert b'\n' not in raw.replace(b'\r\n', b'')
        words = re.findall(rb'=\?UTF-8\?B\?(.*?)\?=', raw)
        assert len(words) > 9
        for word in words:
            base64.b64decode(word).decode()
        assert not mail.defects


def long_lines_dots_and_line_ends_survive():
    with Server() as server:
        assert send(server.url, TEXT=LONG).startswith('delivered')
        want = LONG.replace('\r\n', '\n').replace('\r', '\n') + '\n'
        assert server.mail.get_content().replace('\r\n', '\n') == want
        assert server.mail['Content-Transfer-Encoding'] == 'quoted-printable'
        assert not [line for line in server.handler.mails[0][2].split(b'\r\n') if line.endswith((b' ', b'\t'))]


def attachments_keep_name_type_and_bytes():
    with Server() as server:
        said = send(server.url, 'receipt.json', 'application/json', '{"a":1}\n', '注销证明 2026.txt', 'text/plain',
                    '证明', '../../etc/"x\r\nBcc: y', 'not a type', 'z', TEXT='see attachment')
        assert said.startswith('delivered'), said
        parts = list(server.mail.iter_attachments())
        assert [part.get_content_type() for part in parts] == [
            'application/json', 'text/plain', 'application/octet-stream']
        assert [part.get_payload(decode=True) for part in parts] == [b'{"a":1}\n', '证明'.encode(), b'z']
        names = [part.get_filename() for part in parts]
        assert names[:2] == ['receipt.json', '注销证明 2026.txt'], names
        assert not set(names[2]) & set('/"\r\n'), names[2]
        assert server.mail.get_body().get_content().strip() == 'see attachment'
        assert server.mail['Bcc'] is None


def no_field_can_add_a_header():
    with Server() as server:
        evil = 'x\r\nBcc: victim@example.org\r\n\r\nbody'
        assert send(server.url, SUBJECT=evil, FROM_NAME=evil).startswith('delivered')
        assert server.mail['Bcc'] is None and set(server.mail.keys()) == {
            'Date', 'From', 'To', 'Subject', 'Message-ID', 'Auto-Submitted', 'MIME-Version', 'Content-Type',
            'Content-Transfer-Encoding'}
        assert server.mail.get_content().strip() == 'Hi'
        for word in re.findall(rb'=\?UTF-8\?B\?(.*?)\?=', server.handler.mails[0][2]):
            assert min(base64.b64decode(word)) >= 32
        for field in ('FROM', 'TO', 'REPLY_TO', 'ID', 'LANGUAGE_TAG'):
            for value in ('a@b.example' + evil, 'a@b.example>', '<a@b.example', 'a b@c.example', 'a@b@c', 'é@b.example',
                          '@', 'a@', '"a"@b.example'):
                assert send(server.url, **{field: value}) == 'error invalid', (field, value)
        assert len(server.handler.mails) == 1


def a_mail_sent_again_is_the_same_mail():
    with Server() as server:
        for _ in range(2):
            assert send(server.url, 'a.txt', 'text/plain', 'b').startswith('delivered')
        assert server.handler.mails[0] == server.handler.mails[1]


def refusals_are_told_apart():
    rows = [
        ({'RCPT': '550 5.1.1 no such user ann@example.net'}, 'permanent 550 5.1.1'),
        ({'RCPT': '450 4.2.1 try later'}, 'temporary 450 4.2.1'),
        ({'RCPT': '451 greylisted'}, 'temporary 451 -'),
        ({'DATA': '554 5.7.1 spam'}, 'permanent 554 5.7.1'),
        ({'DATA': '452 4.3.1 full'}, 'temporary 452 4.3.1'),
        ({'MAIL': '553 5.7.1 sender not allowed'}, 'temporary 553 5.7.1'),
    ]
    for answers, want in rows:
        with Server(**answers) as server:
            said = send(server.url)
            assert said.startswith(want), (answers, said)
            assert 'example' not in said


def starttls_is_demanded_and_the_certificate_checked():
    with Server(tls=False) as server:
        said = send(server.url)
        assert said.startswith('temporary') and 'STARTTLS' in said, said
        assert send(server.url, STARTTLS='if_offered').startswith('delivered')
        assert server.handler.tls is False
        said = send(server.url, STARTTLS='if_offered', LOGIN='violet', PASSWORD_FILE=PASSWORD)
        assert said.startswith('temporary') and 'STARTTLS' in said, said
        assert len(server.handler.mails) == 1
    with Server() as server:
        said = send(server.url, CA_FILE=None)
        assert said.startswith('temporary') and 'certificate' in said, said
        assert send(server.url, CA_FILE=None, STARTTLS='if_offered').startswith('delivered')
        assert server.handler.tls is True


def a_log_in_is_made_and_its_refusal_is_the_operators_affair():
    with Server(auth=True) as server:
        assert send(server.url, LOGIN='violet', PASSWORD_FILE=PASSWORD).startswith('delivered')
        wrong = FOLDER + '/wrong'
        with open(wrong, 'w') as file:
            file.write('shut')
        os.chmod(wrong, 0o600)
        said = send(server.url, LOGIN='violet', PASSWORD_FILE=wrong)
        assert said.startswith('temporary 535') and 'log-in' in said, said
        os.chmod(wrong, 0o644)
        said = send(server.url, LOGIN='violet', PASSWORD_FILE=wrong)
        assert said.startswith('temporary 0') and 'password_file' in said, said
        assert len(server.handler.mails) == 1


def a_server_that_is_not_there_is_temporary():
    with Server() as server:
        url = server.url
    said = send(url)
    assert said.startswith('temporary 0') and 'reached' in said, said
    said = send('smtp://nobody.invalid:25')
    assert said.startswith('temporary 0'), said


def a_server_that_hangs_up_is_temporary():
    listener = socket.create_server(('127.0.0.1', 0))

    def hang_up():
        peer, _ = listener.accept()
        peer.sendall(b'554 5.3.2 no service\r\n')
        peer.close()
        peer, _ = listener.accept()
        peer.sendall(b'220 hello\r\n')
        peer.recv(100)
        peer.close()
    threading.Thread(target=hang_up, daemon=True).start()
    url = 'smtp://127.0.0.1:%d' % listener.getsockname()[1]
    said = send(url)
    assert said.startswith('temporary 554'), said
    assert send(url).startswith('temporary'), said


TESTS = [test for name, test in list(globals().items()) if callable(test) and getattr(test, '__module__', '') == '__main__'
         and name not in ('Handler', 'Server', 'login', 'context', 'send')]


def main():
    failed = 0
    print('1..%d' % len(TESTS))
    for number, test in enumerate(TESTS, 1):
        try:
            test()
            print('ok %d - %s' % (number, test.__name__))
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            print('not ok %d - %s' % (number, test.__name__))
            print('# line %d: %s %s' % (error.__traceback__.tb_next.tb_lineno, type(error).__name__, error))
    return 1 if failed else 0


sys.exit(main())
