"""A partner's site under a strict policy of its own: pages that a test writes, and a callback."""

import json
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from e2e.tiny_partner import CHALLENGE, VERIFIER, Received
from tests.demo.running import ROOT, Demonstration, clean_environment

FALLBACK = "Se connecter avec Net-Entreprises"
# Nothing but the two sources that the widget needs.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self' {mag}; frame-src {mag}; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'"
)
# The element's own shadow root is closed: a test that looks into it opens it, as the page can.
OPENED_ROOT = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function () {
  return (window.root = attach.call(this, { mode: "open" }));
};
"""
PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>Un portail</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{path}.css">
<script src="{path}.js"></script>{head}</head>
<body>{body}</body></html>"""


@dataclass
class Site:
    """A listening partner; several names may lead to it."""

    demo: Demonstration
    host: str
    port: int = 0
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    served: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://{self.host}:{self.port}"

    def request(self, **changes: str) -> str:
        """Return the query of a good authorization request, as a back end writes it."""
        given = {
            "client_id": self.client_id,
            "redirect_uri": f"{self.url}/callback",
            "response_type": "code",
            "response_mode": "web_message",
            "scope": "openid profile entreprise",
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return urlencode(given | changes)

    def place(
        self, body: str, *, head: str = "", script: str = "", style: str = "", policy: str = POLICY
    ) -> str:
        """Put a page on the site and return its address."""
        path = "/" + secrets.token_hex(4)
        policy = policy.format(mag=self.demo.mag)
        html = PAGE.format(path=path, head=head, body=body)
        self.served[path] = ("text/html; charset=utf-8", html, policy)
        self.served[path + ".js"] = ("text/javascript; charset=utf-8", script, policy)
        self.served[path + ".css"] = ("text/css; charset=utf-8", style, policy)
        return self.url + path

    def with_widget(
        self,
        *,
        attributes: str = "",
        request: str | None = None,
        mag: str | None = None,
        around: str = "{}",
        script: str = "",
        style: str = "",
    ) -> str:
        """Put a page with the two lines on the site; a script of the page runs before them."""
        query = escape(request or self.request())
        way_in = f'<a href="/login">{FALLBACK}</a>'
        element = f'<mag-signin request="{query}" {attributes}>{way_in}</mag-signin>'
        head = f'<script src="{mag or self.demo.mag}/widget/v1/mag.js" async></script>'
        return self.place(around.format(element), head=head, script=script, style=style)

    def redeem(self, code: str) -> dict[str, str]:
        """Redeem a code as the site's back end; *.localhost is resolved by nobody but browsers."""
        mag = urlsplit(self.demo.mag)
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self.url}/callback",
            "code_verifier": VERIFIER,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        headers = {"Host": mag.netloc, "Content-Type": "application/x-www-form-urlencoded"}
        connection = HTTPConnection("127.0.0.1", self.demo.mag_port, timeout=10)
        connection.request("POST", "/token", urlencode(fields), headers)
        answer: dict[str, str] = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    @property
    def landings(self) -> list[Received]:
        """Return what came to the callback."""
        return [one for one in self.received if one.path == "/callback"]


def operate(demo: Demonstration, *words: str) -> dict[str, str]:
    """Run a command of MAG's, as an operator would."""
    answer = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "mag_server", *words, "--json"],
        cwd=ROOT,
        env=clean_environment(MAG_DATABASE_URL=demo.database_url, MAG_ISSUER=demo.mag),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    told: dict[str, str] = json.loads(answer.stdout)
    return told


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            query, form = dict(parse_qsl(parts.query)), dict(parse_qsl(body))
            origin = self.headers.get("Origin")
            cookie = self.headers.get("Cookie", "")
            asked = Received(self.command, parts.path, query, form, origin, cookie)
            site.received.append(asked)
            landed = ("text/html; charset=utf-8", "<h1>Bienvenue</h1>", POLICY)
            kind, text, policy = site.served.get(parts.path, landed)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", policy.format(mag=site.demo.mag))
            self.end_headers()
            self.wfile.write(text.encode())

        do_POST = do_GET  # noqa: N815 - the name http.server looks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def running_site(demo: Demonstration, host: str, *, registered: bool = True) -> Iterator[Site]:
    """Give a site that listens, registered with the running MAG or not."""
    site = Site(demo, host)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    site.port = server.server_port
    site.client_id = f"site-{site.port}"
    if registered:
        named = ("--name", "Un portail", "--theme", "klesia", "--sandbox")
        addresses = ("--redirect-uri", f"{site.url}/callback", "--origin", site.url)
        told = operate(demo, "partners", "add", site.client_id, *named, *addresses)
        site.client_secret = told["client_secret"]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
