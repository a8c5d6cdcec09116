"""A healthy page before a real MAG, both on sockets, that each test makes ill in one way."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import urlencode

from werkzeug.serving import make_server

from mag_server.app import create_app
from mag_server.base.assets import Assets
from mag_server.base.work import Equipment
from mag_server.doctor.checks import find_causes
from mag_server.doctor.evidence import Evidence, Finding, gather
from mag_server.rooms.keys.actions import ensure_keys
from mag_server.rooms.partners.actions import AddedPartner, add_partner, edit_partner
from mag_server.rooms.partners.model import Partner
from tests.world import request_parameters

Headers = list[tuple[str, str]]
Made = TypeVar("Made")


def close_by_policy(headers: Headers) -> Headers:
    """Add a policy beside MAG's own, as a proxy does that hardens everything."""
    return [*headers, ("Content-Security-Policy", "frame-ancestors 'none'")]


def close_by_frame_options(headers: Headers) -> Headers:
    """Put the old header in the place of MAG's policy."""
    kept = [(name, value) for name, value in headers if name != "Content-Security-Policy"]
    return [*kept, ("X-Frame-Options", "DENY")]


def apart(act: Callable[[], Made]) -> Made:
    """Do this in a thread of its own: beside browser tests, Playwright already runs in this one."""
    with ThreadPoolExecutor(max_workers=1) as threads:
        return threads.submit(act).result(timeout=120)


@dataclass
class Page:
    """What the partner's server answers; a test changes it before the doctor comes."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    date: str | None = None


class _Handler(BaseHTTPRequestHandler):
    page: Page

    def do_GET(self) -> None:
        page = self.server.page  # type: ignore[attr-defined]  # set by Clinic
        self.send_response_only(page.status)
        if page.date is not None:
            self.send_header("Date", page.date)
        for name, value in page.headers.items():
            self.send_header(name, value)
        octets = page.body.encode()
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
        pass


@dataclass
class Clinic:
    """One MAG, one partner, one page."""

    equipment: Equipment
    partner: Partner
    page: Page
    page_url: str
    request: dict[str, str]
    # What something between the browser and MAG does not let through.
    lost_path: str = "-"
    # What it makes of the headers of MAG's answers.
    rewrite: Callable[[Headers], Headers] = list

    @property
    def issuer(self) -> str:
        return self.equipment.settings.issuer

    @property
    def page_origin(self) -> str:
        return self.page_url.rstrip("/")

    def write_page(
        self, *, script: str | None = None, element: str | None = None, head: str = ""
    ) -> None:
        """Write the page; by default as the integration guide says."""
        if script is None:
            script = f'<script src="{self.issuer}/widget/v1/mag.js" async></script>'
        if element is None:
            asked = escape(urlencode(self.request))
            element = (
                f'<mag-signin request="{asked}"><a href="/login">Se connecter</a></mag-signin>'
            )
        self.page.body = f"<!doctype html><html><head>{head}{script}</head><body>{element}</body>"

    def set_policy(self, policy: str) -> None:
        self.page.headers["Content-Security-Policy"] = policy

    def register(self, **changes: object) -> None:
        """Change what is registered of the partner."""
        partner = replace(self.partner, **changes)  # type: ignore[arg-type]  # names checked by replace
        edited = edit_partner(self.equipment.work(datetime.now(UTC)), partner=partner, by="test")
        assert isinstance(edited, Partner), edited
        self.partner = partner

    def examine(self, **changes: object) -> list[Finding]:
        """Let the doctor look; `changes` alter the evidence, for what a proxy would do."""
        evidence = gather(
            issuer=self.issuer,
            partner=self.partner,
            page_url=self.page_url,
            loader=Assets.load()["mag.js"],
            now=datetime.now(UTC),
        )
        return find_causes(replace(evidence, **changes) if changes else evidence)  # type: ignore[arg-type]  # names checked by replace

    def evidence(self) -> Evidence:
        return gather(
            issuer=self.issuer,
            partner=self.partner,
            page_url=self.page_url,
            loader=Assets.load()["mag.js"],
            now=datetime.now(UTC),
        )


@contextmanager
def open_clinic(equipment: Equipment) -> Iterator[Clinic]:
    """Open a clinic with a healthy page."""
    work = equipment.work(datetime.now(UTC))
    ensure_keys(work)
    pages = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    page = pages.page = Page()  # type: ignore[attr-defined]  # our own name on the server
    origin = f"http://klesia.localhost:{pages.server_port}"
    partner = Partner(
        client_id="klesia",
        name="KLESIA",
        theme="klesia",
        redirect_uris=(f"{origin}/mag/callback",),
        origins=(origin,),
        sandbox=True,
    )
    assert isinstance(add_partner(work.again(), partner=partner, by="test"), AddedPartner)
    port = int(equipment.settings.issuer.rpartition(":")[2])
    application = create_app(equipment)

    def rewriting(start: Any) -> Any:
        return lambda status, headers, *rest: start(status, clinic.rewrite(headers), *rest)

    def between(environ: dict[str, Any], start: Any) -> Any:
        if clinic.lost_path in environ["PATH_INFO"]:
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b""]
        return application(environ, rewriting(start))

    mag = make_server("127.0.0.1", port, between, threaded=True)
    for server in (pages, mag):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    asked = request_parameters(redirect_uri=partner.redirect_uris[0], response_mode="web_message")
    clinic = Clinic(equipment, partner, page, f"{origin}/", asked)
    clinic.write_page()
    try:
        yield clinic
    finally:
        for server in (pages, mag):
            server.shutdown()
            server.server_close()
