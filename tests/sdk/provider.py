"""A small MAG on 127.0.0.1: real sockets, real keys, and answers that a test may spoil."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.sdk import forge

CLIENT_ID = "klesia"
CLIENT_SECRET = "a secret: with + and é"
EC = forge.ec_pen("ec-1")


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = datetime.fromtimestamp(forge.NOW, UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Said:
    """One answer."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause_seconds: float = 0.0
    drip_seconds: float = 0.0


def said(members: object, status: int = 200, **headers: str) -> Said:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said(json.dumps(members).encode(), status, named)


Answer = Callable[[Asked], Said]


class Provider:
    """Answers as MAG does, for one client; `answers[path]` replaces an answer."""

    def __init__(self, clock: Clock, *, host: str = "127.0.0.1") -> None:
        self.clock = clock
        self.pens = [EC]
        self.asked: list[Asked] = []
        self.claims: dict[str, object] = {}
        self.nonces: dict[str, str] = {}
        self.spent: set[str] = set()
        self.answers: dict[str, Answer] = {
            "/.well-known/openid-configuration": lambda _: self.configuration(),
            "/jwks.json": lambda _: self.jwks(),
            "/token": self.token,
            "/userinfo": lambda _: said({"sub": forge.good_claims()["sub"], "siret": "x"}),
            "/revoke": lambda _: Said(b""),
        }
        self.port = 0
        self.host = host
        self.start()

    @property
    def issuer(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _conversation_with(self))
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def count(self, path: str) -> int:
        return sum(asked.path == path for asked in self.asked)

    def spoil(self, path: str, answer: Said) -> None:
        self.answers[path] = lambda _: answer

    # --- what MAG answers ---------------------------------------------------------------------

    def members(self) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks.json",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "revocation_endpoint": f"{self.issuer}/revoke",
            "end_session_endpoint": f"{self.issuer}/logout",
        }

    def configuration(self) -> Said:
        return said(self.members(), Cache_Control="public, max-age=600")

    def jwks(self) -> Said:
        return said({"keys": [pen.jwk for pen in self.pens]}, Cache_Control="public, max-age=600")

    def authorize(self, url: str) -> dict[str, str]:
        """Sign the person in at once; give the parameters that travel to the callback."""
        request = dict(parse_qsl(urlsplit(url).query))
        code = f"code-{len(self.nonces)}"
        self.nonces[code] = request["nonce"]
        return {"code": code, "state": request["state"], "iss": self.issuer}

    def token(self, asked: Asked) -> Said:
        code = asked.form.get("code", "")
        if code not in self.nonces or code in self.spent:
            return said({"error": "invalid_grant", "code": "MAG-142", "trace_id": "t-1"}, 400)
        self.spent.add(code)
        token = self.pens[-1].sign(self.claims_for(self.nonces[code]))
        return said({"access_token": "an-access-token", "token_type": "Bearer", "id_token": token})

    def claims_for(self, nonce: str) -> dict[str, object]:
        now = int(self.clock().timestamp())
        times = {"iat": now, "exp": now + 300, "auth_time": now}
        acr = f"{self.issuer}/acr/password"
        claims = forge.good_claims(iss=self.issuer, aud=CLIENT_ID, nonce=nonce, acr=acr, **times)
        return claims | self.claims


def _conversation_with(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Conversation(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            path, query = parts.path, dict(parse_qsl(parts.query))
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            asked = Asked(self.command, path, dict(self.headers), form, query, body)
            provider.asked.append(asked)
            answer = provider.answers.get(path, lambda _: Said(b"", 404))(asked)
            time.sleep(answer.pause_seconds)
            try:
                self._write(answer)
            except OSError:
                return  # the client has had enough, which is what some tests are about

        def _write(self, answer: Said) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            for byte in range(len(answer.body) if answer.drip_seconds else 0):
                self.wfile.write(answer.body[byte : byte + 1])
                time.sleep(answer.drip_seconds)
            if not answer.drip_seconds:
                self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Say nothing on standard error."""

    return Conversation
