"""The real server as a designer looks at it: one partner a theme, a clock that stands still."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page
from werkzeug.serving import WSGIRequestHandler, make_server

from mag_server.app import create_app, equip
from mag_server.base.db import migrate
from mag_server.base.settings import Settings
from mag_server.base.work import Equipment, Work
from mag_server.rooms.keys.actions import ensure_keys
from mag_server.rooms.partners.actions import AddedPartner, add_partner
from mag_server.rooms.partners.model import Partner

SECRET_KEY = "a key for the looks only, of more than 32 characters"
STATES = ("empty", "filled", "error", "throttled", "busy")
SIRET, NOM, PRENOM = "970 505 517 00072", "SAWYER", "TOM"
CALLBACK = "http://portail.localhost/callback"
# Each failure is made after the wait of the one before; the last wait shown is 32 s.
_FAILURES_BEFORE_32_SECONDS = 10


@dataclass
class StillClock:
    """A clock that moves when it is told to."""

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 8, 30, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class LookServer:
    """A running MAG and the addresses of its forms."""

    equipment: Equipment
    clock: StillClock
    visits: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def issuer(self) -> str:
        """Return the address of this MAG."""
        return self.equipment.settings.issuer

    def work(self) -> Work:
        """Return a Work of this instant."""
        return self.equipment.work(self.clock())

    def form_url(self, theme: str, *, ui_locales: str = "fr") -> str:
        query = {
            "client_id": theme, "redirect_uri": CALLBACK, "response_type": "code",
            "scope": "openid", "state": "s" * 22, "nonce": "n" * 22,
            "code_challenge": "c" * 43, "code_challenge_method": "S256", "ui_locales": ui_locales,
        }  # fmt: skip
        return f"{self.issuer}/authorize?{urlencode(query)}"


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing: what matters here is seen."""


@contextmanager
def look_server(folder: Path, *, themes: list[str]) -> Iterator[LookServer]:
    """Run MAG on a free port, with a partner for each theme."""
    server = make_server(
        "127.0.0.1", 0, lambda _environ, _start: [], threaded=True, request_handler=_Quiet
    )
    settings = Settings(
        issuer=f"http://mag.localhost:{server.port}",
        database_url=f"sqlite:///{folder / 'mag.db'}",
        secret_keys=(SECRET_KEY,),
        trusted_proxies=(ip_network("127.0.0.1/32"),),
        demonstration=True,
    )
    clock = StillClock()
    equipment = equip(settings)
    migrate(equipment.database)
    ensure_keys(equipment.work(clock()))
    for theme in themes:
        partner = Partner(
            client_id=theme, name=theme, theme=theme, redirect_uris=(CALLBACK,), sandbox=True
        )
        added = add_partner(equipment.work(clock()), partner=partner, by="looks")
        assert isinstance(added, AddedPartner), added
    server.app = create_app(equipment, clock=clock)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield LookServer(equipment, clock)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        equipment.database.dispose()


def fill(page: Page, *, nom: str = NOM, password: str = "") -> None:
    page.fill("#siret", SIRET)
    page.fill("#nom", nom)
    page.fill("#prenom", PRENOM)
    page.fill("#password", password)


def show_state(page: Page, server: LookServer, *, theme: str, state: str, lang: str = "fr") -> None:
    """Bring a page to a state, by doing what a person does.

    Every visit comes from an address of its own and gives a name of its own, so that none
    spills into another.
    """
    visit = next(server.visits)
    nom = "".join(chr(ord("A") + int(digit)) for digit in str(visit))
    page.set_extra_http_headers({"X-Forwarded-For": str(ip_address("10.0.0.0") + visit)})
    page.goto(server.form_url(theme, ui_locales=lang))
    if state == "filled":
        fill(page)
    if state == "error":
        fill(page, nom=nom, password="Mississippi1")
        page.click("button[value=sign-in]")
        page.locator("#error").wait_for()
        page.fill("#nom", NOM)
        page.locator("#password").focus()
    if state == "throttled":
        _be_throttled(page, server, nom=nom)
    if state == "busy":
        fill(page, password="Mississippi1876")
        # The page's own script runs; only leaving the page is held back.
        page.evaluate("document.addEventListener('submit', event => event.preventDefault())")
        page.click("button[value=sign-in]")
        page.locator("#sign-in[aria-busy=true]").wait_for()
    page.mouse.move(0, 0)


def _be_throttled(page: Page, server: LookServer, *, nom: str) -> None:
    for _ in range(_FAILURES_BEFORE_32_SECONDS - 1):
        _post_wrong_password(page, nom)
        server.clock.pass_seconds(61)
    _post_wrong_password(page, nom)
    fill(page, nom=nom, password="Mississippi1")
    page.evaluate("document.getElementById('sign-in').submit()")
    page.locator("[data-countdown]").wait_for()
    page.fill("#nom", NOM)
    page.locator("#password").focus()


def _post_wrong_password(page: Page, nom: str) -> None:
    fill(page, nom=nom, password="Mississippi1")
    page.click("button[value=sign-in]")
    page.locator("#error:not(:has([data-countdown]))").wait_for()
