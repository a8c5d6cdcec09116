"""A partner of a few lines, without the SDK: it keeps what MAG sends and shows a page."""

import base64
import hashlib
import json
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.demo.running import ROOT, Demonstration, clean_environment

VERIFIER = "a-verifier-of-the-length-that-rfc-7636-wants"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)


@dataclass(frozen=True)
class Received:
    """One request that reached the partner."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    origin: str | None
    cookie: str = ""


@dataclass
class TinyPartner:
    """A listening partner; `next_hop` is where its callback sends the browser on to."""

    port: int
    client_id: str = "tiny"
    client_secret: str = field(default="", repr=False)
    received: list[Received] = field(default_factory=list)
    hops: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://tiny.localhost:{self.port}"

    @property
    def redirect_uri(self) -> str:
        """Return its callback."""
        return f"{self.url}/callback"

    def authorize_url(self, demo: Demonstration, **changes: str) -> str:
        """Return a good authorization request of this partner."""
        query = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": "openid profile entreprise",
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changes
        return f"{demo.mag}/authorize?{urlencode(query)}"

    def register(self, demo: Demonstration) -> None:
        """Register it with the running MAG, as an operator would."""
        answer = subprocess.run(  # noqa: S603 - our own command line
            [
                *(sys.executable, "-m", "mag_server", "partners", "add", self.client_id),
                *("--name", "Tout Petit Site", "--theme", "reference", "--sandbox", "--json"),
                *("--redirect-uri", self.redirect_uri, "--redirect-uri", f"{self.url}/back"),
                *("--origin", self.url),
            ],
            cwd=ROOT,
            env=clean_environment(MAG_DATABASE_URL=demo.database_url, MAG_ISSUER=demo.mag),
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        self.client_secret = json.loads(answer.stdout)["client_secret"]

    def keep(self, handler: BaseHTTPRequestHandler) -> Received:
        """Note what came."""
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0)).decode()
        came = Received(
            handler.command,
            parts.path,
            dict(parse_qsl(parts.query)),
            dict(parse_qsl(body)),
            handler.headers.get("Origin"),
        )
        self.received.append(came)
        return came


def _handler(partner: TinyPartner) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came = partner.keep(self)
            if came.path == "/favicon.ico":
                partner.received.pop()
            hop = partner.hops.get(came.path)
            self.send_response(303 if hop else 200)
            if hop:
                self.send_header("Location", hop)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(
                b'<!doctype html><html lang="fr"><title>Tout petit</title><h1>Bienvenue</h1>'
            )

        do_POST = do_GET  # noqa: N815 - the name http.server looks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def tiny_partner(demo: Demonstration) -> Iterator[TinyPartner]:
    """Give a registered partner that listens."""
    partner = TinyPartner(port=0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(partner))
    partner.port = server.server_port
    partner.register(demo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield partner
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
