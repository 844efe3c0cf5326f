"""An HTTP client that keeps cookies, presses buttons and speaks the REST interface."""
import hashlib
import hmac
import http.client
import json
import ssl
import time
import uuid
from urllib.parse import urlencode, urljoin, urlsplit

from page import Html

TIME_LIMIT_SECONDS = 30


class Answer:
    """One answer; `html` parses it when asked."""

    def __init__(self, status, headers, body, url):
        self.status, self.headers, self.body, self.url = status, headers, body, url
        self._html = None

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def html(self):
        if self._html is None:
            self._html = Html(self.text)
        return self._html

    @property
    def json(self):
        return json.loads(self.body)

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def expect(self, status):
        """Itself, where the status is the expected one; else fails and shows what came."""
        if self.status != status:
            shown = self.html.text if (self.header("Content-Type") or "").startswith("text/html") else self.text
            raise AssertionError(f"{self.url} answered {self.status}, not {status}: {shown[:1500]}")
        return self


def connect(base, source=None):
    """A connection to the address; one that is https is believed to be the test's own balancer."""
    parts, source = urlsplit(base), source and (source, 0)
    if parts.scheme == "https":
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=TIME_LIMIT_SECONDS, source_address=source,
                                           context=ssl._create_unverified_context())
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIME_LIMIT_SECONDS, source_address=source)


def request(base, method, target, body=b"", headers=(), source=None):
    """One request on a connection of its own, from the address `source` where one is given."""
    connection = connect(base, source)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if method in ("POST", "PUT", "PATCH", "DELETE"):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body if body else None)
        got = connection.getresponse()
        return Answer(got.status, got.getheaders(), got.read(), base + target)
    finally:
        connection.close()


class Person:
    """Somebody at a browser without script. `page` is what is on the screen."""

    def __init__(self, base, language="en"):
        self.base, self.language, self.cookies, self.page = base, language, {}, None

    def copy(self):
        """A second window with the same cookies."""
        twin = Person(self.base, self.language)
        twin.cookies = dict(self.cookies)
        return twin

    def _headers(self):
        headers = [("Accept", "text/html"), ("Accept-Language", self.language)]
        if self.cookies:
            headers.append(("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())))
        return headers

    def _keep_cookies(self, answer):
        for key, value in answer.headers:
            if key.lower() == "set-cookie":
                pair, *rest = value.split(";")
                name, _, content = pair.strip().partition("=")
                gone = any(part.strip().lower() == "max-age=0" for part in rest)
                if gone or not content:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = content

    def send(self, method, target, body=b"", headers=()):
        """One request with the cookies, redirects not followed."""
        answer = request(self.base, method, target, body, [*self._headers(), *headers])
        self._keep_cookies(answer)
        return answer

    def _follow(self, answer):
        for _ in range(10):
            if answer.status not in (301, 302, 303, 307):
                self.page = answer
                return answer
            answer = self.send("GET", self.local(answer.header("Location"), answer.url))
        raise AssertionError(f"{answer.url}: redirects without end")

    def local(self, address, seen_from=None):
        """A link as a target on this server; fails for one that leads elsewhere."""
        whole = urlsplit(urljoin(seen_from or self.base + "/", address))
        if f"{whole.scheme}://{whole.netloc}" != self.base:
            raise AssertionError(f"{address} leads away from {self.base}")
        return whole.path + (f"?{whole.query}" if whole.query else "")

    def get(self, target, status=200):
        return self._follow(self.send("GET", self.local(target))).expect(status)

    def click(self, part, status=200):
        """Follows the link whose text or address holds the part."""
        return self.get(self.local(self.page.html.link(part), self.page.url), status)

    def press(self, button=None, action=None, status=200, **values):
        """Fills in and sends a form of the page on the screen; field names with '-' are written with '_'."""
        form, pressed = self.page.html.form(button, action)
        names = {name.replace("-", "_").replace(".", "_"): name for name in form.controls}
        pairs = form.filled(pressed, {names.get(name, name): value for name, value in values.items()})
        target = self.local((pressed.action if pressed else form.action) or self.page.url, self.page.url)
        if form.method == "get":
            return self.get(target.split("?")[0] + "?" + urlencode(pairs), status)
        return self.post(target, pairs, status)

    def post(self, target, pairs, status=200):
        """Posts a form as a page of ours would; status None: the bare answer, redirects not followed."""
        headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", self.base),
                   ("Sec-Fetch-Site", "same-origin")]
        answer = self.send("POST", target, urlencode([tuple(pair) for pair in pairs]).encode(), headers)
        return answer if status is None else self._follow(answer).expect(status)

    def log_in(self, name, password, page="/login", status=200):
        self.get(page)
        return self.press(name=name, password=password, action=page, status=status)


class Rest:
    """A program that uses /api/v1; agent and source: what it calls itself, and the address it comes from."""

    def __init__(self, base, token=None, agent=None, source=None):
        self.base, self.token, self.agent, self.source = base, token, agent, source

    def call(self, method, path, content=None, status=200, key=None, headers=()):
        """Sends JSON, wants the status (None: any), and returns the answer. A POST gets an Idempotency-Key of its
        own."""
        head = [("Accept", "application/json"), *headers]
        if self.agent:
            head.append(("User-Agent", self.agent))
        if self.token:
            head.append(("Authorization", f"Bearer {self.token}"))
        body = b"" if content is None else json.dumps(content).encode()
        if content is not None:
            head.append(("Content-Type", "application/json"))
        if method == "POST" and key is not False:
            head.append(("Idempotency-Key", key or str(uuid.uuid4())))
        answer = request(self.base, method, "/api/v1" + path, body, head, self.source)
        return answer if status is None else answer.expect(status)

    def get(self, path, status=200):
        return self.call("GET", path, status=status).json

    def post(self, path, content=None, status=201, key=None):
        return self.call("POST", path, {} if content is None else content, status, key).json

    def log_in(self, name, password):
        answer = self.call("POST", "/sessions", {"name": name, "password": password}, status=201, key=False)
        self.token = answer.json["token"]
        return self


def deliver_text(base, carrier, secret, fields, now=None, form=True, signature=None,
                 headers=("X-Timestamp", "X-Signature")):
    """A carrier posts a text: signed with HMAC-SHA256 over timestamp, '.', body."""
    stamp = str(int(time.time() if now is None else now))
    body = (urlencode(fields) if form else json.dumps(fields)).encode()
    made = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    return request(base, "POST", f"/api/v1/hooks/sms/{carrier}", body,
                   [("Content-Type", kind), (headers[0], stamp), (headers[1], signature or made)])
