"""Where the time of a whole flow, and of a sign-in, goes: a profile by samples of processor time.

Run `python -m bench.time_spent [flows]`. The application is called in this process, without a
network: what granian and the kernel add is not in it. A sample is taken every few milliseconds of
processor time, and given to the library that ran or had called what ran: C code and the standard
library count for their caller. Others' load changes the shares little.
"""

import base64
import hashlib
import io
import secrets
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from types import FrameType
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.flows import CLIENT_ID, REDIRECT_URI, authorize_query
from bench.mag import PASSWORD, SIRET, add_people, register
from mag_server.app import create_app, equip
from mag_server.base.clock import system_clock
from mag_server.base.db import migrate
from mag_server.base.settings import Settings
from mag_server.rooms.keys.actions import ensure_keys

FLOWS = 3000
SAMPLE_SECONDS = 0.001  # the kernel's own tick may be four times as long
ISSUER = "http://mag.localhost:8400"
_VAR = Path(__file__).parent.parent / "var"
_OWNERS = {
    "sqlalchemy": "SQLAlchemy",
    "flask": "Flask and Werkzeug",
    "werkzeug": "Flask and Werkzeug",
    "jwt": "signing (PyJWT, cryptography)",
    "cryptography": "signing (PyJWT, cryptography)",
    "mag_server": "MAG's own code",
}


class Samples:
    """How often each owner was found running in each step."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, float]] = {}
        self._last = 0.0
        self._cpu_seconds: Counter[str] = Counter()
        self._times: Counter[str] = Counter()
        self._step: str | None = None

    def take(self, _number: int, frame: FrameType | None) -> None:
        """Give what was spent since the last sample to who runs here, or called what runs.

        A signal waits until C code returns: a hash of 18 ms is one sample, and weighs 18 ms.
        """
        now = time.process_time()
        if frame is not None and self._step is not None:
            found, owner = self._found.setdefault(self._step, {}), _owner(frame)
            found[owner] = found.get(owner, 0.0) + now - self._last
        self._last = now

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        """Give what is sampled in this block to a step."""
        began = self._last = time.process_time()
        self._step = step
        try:
            yield
        finally:
            self._step = None
            self._cpu_seconds[step] += time.process_time() - began
            self._times[step] += 1

    def print(self) -> None:
        """Print each step's time and the shares of it."""
        for step, found in self._found.items():
            milliseconds = self._cpu_seconds[step] / self._times[step] * 1000
            print(f"\n{step}: {milliseconds:.2f} ms of processor time")
            for owner, spent in sorted(found.items(), key=lambda item: -item[1]):
                print(f"  {spent / sum(found.values()):4.0%}  {owner}")


def _owner(frame: FrameType | None) -> str:
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        # SQLAlchemy calls the driver in these, and in nothing else.
        if module == "sqlalchemy.engine.default" and frame.f_code.co_name.startswith("do_"):
            return "SQLite itself"
        # Its own threads hash: what waits for them is all that a signal sees.
        if module == "mag_server.base.hashing":
            return "Argon2id"
        if owner := _OWNERS.get(module.partition(".")[0]):
            return owner
        frame = frame.f_back
    return "the bench"


class InProcess:
    """MAG called as granian calls it, with one partner, one person and a session."""

    def __init__(self, folder: Path) -> None:
        environment = {"MAG_ISSUER": ISSUER, "MAG_DATABASE_URL": f"sqlite:///{folder / 'mag.db'}"}
        equipment = equip(Settings.read(environment))
        migrate(equipment.database)
        ensure_keys(equipment.work(system_clock()))
        secret = register(equipment, client_id=CLIENT_ID, redirect_uri=REDIRECT_URI)
        add_people(equipment, names=[("SAWYER", "TOM")])
        self.database = equipment.database
        self._app = create_app(equipment)
        self._basic = base64.b64encode(f"{CLIENT_ID}:{secret}".encode()).decode()
        self._cookie = self.sign_in(self.open_form())

    def authorize(self, challenge: str) -> str:
        """Ask for a code with the live session and return it."""
        query = authorize_query(challenge=challenge)
        _status, headers, _body = self._ask("/authorize", query=query, cookie=self._cookie)
        return parse_qs(urlsplit(headers["Location"]).query)["code"][0]

    def redeem(self, code: str, verifier: str) -> bytes:
        """Redeem a code and return the answer's body."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": verifier,
        }
        return self._ask("/token", posted=fields, authorization=f"Basic {self._basic}")[2]

    def open_form(self) -> str:
        """Open a fresh form as a stranger and return its signed token."""
        query = authorize_query(challenge="c" * 43)
        page = self._ask("/authorize", query=query)[2].decode()
        return unescape(page.partition('name="form" value="')[2].partition('"')[0])

    def sign_in(self, form: str) -> str:
        """Post the right password; return the session cookie's pair."""
        typed = {
            "form": form,
            "siret": SIRET,
            "nom": "Sawyer",
            "prenom": "Tom",
            "password": PASSWORD,
        }
        status, headers, body = self._ask("/sign-in", posted=typed, origin=ISSUER)
        assert status.startswith("303"), body
        return headers["Set-Cookie"].split(";")[0]

    def _ask(
        self,
        path: str,
        *,
        query: str = "",
        cookie: str = "",
        authorization: str = "",
        origin: str = "",
        posted: dict[str, str] | None = None,
    ) -> tuple[str, dict[str, str], bytes]:
        body = urlencode(posted or {}).encode()
        environ = {
            "REQUEST_METHOD": "GET" if posted is None else "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "mag.localhost",
            "SERVER_PORT": "8400",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "mag.localhost:8400",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        environ |= {"HTTP_COOKIE": cookie} if cookie else {}
        environ |= {"HTTP_AUTHORIZATION": authorization} if authorization else {}
        environ |= {"HTTP_ORIGIN": origin} if origin else {}
        told: list[tuple[str, dict[str, str]]] = []

        def start(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            # The first of each name: the session's cookie comes before the device's.
            told.append((status, dict(headers[::-1])))

        answered = b"".join(self._app.wsgi_app(environ, start))
        return *told[0], answered


def main() -> None:
    """Profile flows and print where their time went."""
    flows = int(sys.argv[1]) if len(sys.argv) > 1 else FLOWS
    _VAR.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_VAR, prefix="bench-") as folder:
        mag, samples = InProcess(Path(folder)), Samples()
        _make_flows(mag, Samples(), flows=max(flows // 10, 1))  # fills what is cached
        signal.signal(signal.SIGPROF, samples.take)
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_SECONDS, SAMPLE_SECONDS)
        _make_flows(mag, samples, flows=flows)
        _make_sign_ins(mag, samples, number=max(flows // 20, 1))
        signal.setitimer(signal.ITIMER_PROF, 0)
        mag.database.dispose()
        samples.print()


def _make_flows(mag: InProcess, samples: Samples, *, flows: int) -> None:
    for _ in range(flows):
        verifier = secrets.token_urlsafe(32)
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        with samples.during("Authorize, with a live session"):
            code = mag.authorize(challenge)
        with samples.during("Token"):
            answer = mag.redeem(code, verifier)
        assert b"id_token" in answer, answer


def _make_sign_ins(mag: InProcess, samples: Samples, *, number: int) -> None:
    for _ in range(number):
        form = mag.open_form()
        with samples.during("A sign-in, its password hashed"):
            mag.sign_in(form)


if __name__ == "__main__":
    main()
