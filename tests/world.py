"""A small world to test in: one MAG, its partners and people, a clock that moves when told.

Tests speak in verbs: `world.register_partner()`, `world.open_form()`, `form.submit(password=...)`.
Everything is real: the rooms, the application, the database.
"""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mag_server.app import create_app
from mag_server.base.work import Equipment, Work
from mag_server.rooms.companies.model import Siret, Strictness, parse_siret
from mag_server.rooms.keys.actions import ensure_keys
from mag_server.rooms.keys.store import StoredKey, add_key, load_keys
from mag_server.rooms.partners.actions import AddedPartner, add_partner
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.people.actions import add_person
from mag_server.rooms.people.model import Person, PersonName, Role, Triplet, parse_name

PASSWORD = "Mississippi1876"
REDIRECT_URI = "http://klesia.localhost:8500/mag/callback"
VERIFIER = "a-verifier-of-the-length-that-rfc-7636-wants"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)


_KEPT_KEYS: dict[tuple[str, ...], list[StoredKey]] = {}


@dataclass
class World:
    """One server and what it knows; `now` is the frozen instant, moved by `pass_time`."""

    equipment: Equipment
    now: datetime
    secrets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the keys, and the application with our clock."""
        self._bring_keys()
        self.app = create_app(self.equipment, clock=lambda: self.now)

    def _bring_keys(self) -> None:
        # An RSA key takes most of a second to make: the first world makes it for all of them.
        kept = _KEPT_KEYS.setdefault(self.equipment.settings.secret_keys, [])
        if kept:
            with self.work().writing() as connection:
                for key in kept:
                    add_key(connection, replace(key, created_at=self.now, active_from=self.now))
        ensure_keys(self.work())
        if not kept:
            with self.work().read() as connection:
                kept.extend(load_keys(connection))

    @property
    def issuer(self) -> str:
        """Return the address of this MAG."""
        return self.equipment.settings.issuer

    def work(self) -> Work:
        """Return a Work of this instant."""
        return self.equipment.work(self.now)

    def pass_time(self, **units: float) -> None:
        """Move the clock: `pass_time(minutes=5)`; a negative amount steps back."""
        self.now += timedelta(**units)

    def register_partner(self, client_id: str = "klesia", **changes: Any) -> Partner:
        """Register a partner; its secret is kept in `secrets`."""
        origin = f"http://{client_id}.localhost:8500"
        partner = Partner(
            **{
                "client_id": client_id,
                "name": client_id.upper(),
                "theme": "net-entreprises",
                "redirect_uris": (f"{origin}/mag/callback",),
                "origins": (origin,),
                "post_logout_redirect_uris": (f"{origin}/",),
                "sandbox": True,
            }
            | changes
        )
        added = add_partner(self.work(), partner=partner, by="test")
        assert isinstance(added, AddedPartner), added
        self.secrets[client_id] = added.client_secret
        return partner

    def register_person(
        self,
        nom: str = "SAWYER",
        prenom: str = "TOM",
        *,
        siret: str = "97050551700072",
        password: str = PASSWORD,
        email_validated: bool = True,
        roles: frozenset[Role] = frozenset({Role.DECLARANT}),
    ) -> Person:
        """Register a person."""
        person = add_person(
            self.work(),
            triplet=triplet(siret, nom, prenom),
            email=f"{prenom}.{nom}@toment.example".lower().replace(" ", "-"),
            email_validated=email_validated,
            roles=roles,
            password=password,
            by="test",
        )
        assert isinstance(person, Person), person
        return person

    def browser(self) -> "Browser":
        """Return a browser with an empty jar."""
        return Browser(self, self.app.test_client())


@dataclass
class Browser:
    """A browser without JavaScript: it keeps cookies and sends what browsers send."""

    world: World
    client: FlaskClient

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open an address of MAG's at top level."""
        return self.client.get(path, base_url=self.world.issuer, **options)

    def post(self, path: str, data: Any = None, **options: Any) -> TestResponse:
        """Post a form from MAG's own page."""
        headers = {"Origin": self.world.issuer, "Sec-Fetch-Site": "same-origin"}
        headers |= options.pop("headers", {})
        return self.client.post(
            path, data=data, headers=headers, base_url=self.world.issuer, **options
        )

    def authorize(self, **changes: str | None) -> TestResponse:
        """Send a good authorization request; a change of None leaves the parameter out."""
        return self.get("/authorize?" + urlencode(request_parameters(**changes)))

    def open_form(self, **changes: str | None) -> "Form":
        """Send an authorization request and return the form it shows."""
        return Form(self, self.authorize(**changes))

    def sign_in(self, password: str = PASSWORD, **changes: str | None) -> str:
        """Sign TOM SAWYER in and return the code."""
        return code_in(self.open_form(**changes).submit(password=password))

    def redeem(self, code: str, **changes: str | None) -> TestResponse:
        """Redeem a code as the partner's back end."""
        client_id = changes.get("client_id") or "klesia"
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"http://{client_id}.localhost:8500/mag/callback",
            "code_verifier": VERIFIER,
            "client_id": client_id,
            "client_secret": self.world.secrets[client_id],
        } | changes
        given = {name: value for name, value in fields.items() if value is not None}
        return self.client.post("/token", data=given, base_url=self.world.issuer)


@dataclass
class Form:
    """A form as it was shown; it can be submitted again and again."""

    browser: Browser
    response: TestResponse

    @property
    def token(self) -> str:
        """Return the signed request in the form."""
        return hidden(self.response, "form")

    def submit(self, **typed: str) -> TestResponse:
        """Fill the form as TOM SAWYER, but for what is given, and press the button."""
        address = typed.pop("address", "127.0.0.1")
        data = {
            "form": self.token,
            "siret": "970 505 517 00072",
            "nom": "Sawyer",
            "prenom": "Tom",
            "password": PASSWORD,
            "action": "sign-in",
        } | typed
        return self.browser.post("/sign-in", data, environ_base={"REMOTE_ADDR": address})


def request_parameters(**changes: str | None) -> dict[str, str]:
    """Return the parameters of a good authorization request, changed as asked."""
    client_id = changes.get("client_id") or "klesia"
    given = {
        "client_id": client_id,
        "redirect_uri": f"http://{client_id}.localhost:8500/mag/callback",
        "response_type": "code",
        "scope": "openid profile entreprise email",
        "state": secrets.token_urlsafe(16),
        "nonce": secrets.token_urlsafe(16),
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes
    return {name: value for name, value in given.items() if value is not None}


def triplet(siret: str, nom: str, prenom: str) -> Triplet:
    """Return a triplet from good values."""
    parsed = parse_siret(siret, strictness=Strictness.PRODUCTION)
    names = parse_name(nom), parse_name(prenom)
    assert isinstance(parsed, Siret)
    assert isinstance(names[0], PersonName)
    assert isinstance(names[1], PersonName)
    return Triplet(parsed, *names)


def hidden(response: TestResponse, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', response.text)
    assert found, f"no hidden field {name} in:\n{response.text}"
    return unescape(found[1])


def answer_in(response: TestResponse) -> dict[str, str]:
    """Return the parameters that a redirect carries to the partner."""
    assert response.status_code == 303, response.text
    return {name: values[0] for name, values in parse_qs(urlsplit(response.location).query).items()}


def code_in(response: TestResponse) -> str:
    """Return the code that a redirect carries to the partner."""
    return answer_in(response)["code"]


def shown_code(response: TestResponse) -> str:
    """Return the MAG-nnn that a page shows."""
    found = re.search(r"MAG-\d{3}", response.text)
    assert found, response.text
    return found[0]
