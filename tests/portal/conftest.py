import shutil
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask import session
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mag_sdk import Assertion
from mag_sdk.flask import person
from partner_portal.app import create_app
from partner_portal.brands import BRANDS
from partner_portal.demonstration import (
    DEMONSTRATION_AGENT,
    DEMONSTRATION_AGENT_PASSWORD,
    TOMENT,
)
from partner_portal.settings import Settings
from tests.portal.page import Page

NOWHERE = "http://mag.localhost:9"  # nothing listens there: MAG is away


@dataclass
class Browser:
    """Someone in front of the portal."""

    client: FlaskClient
    url: str

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, base_url=self.url, buffered=True)

    def page(self, path: str) -> Page:
        return Page(self.get(path).text)

    def post(self, path: str, *, form_at: str = "/", **fields: str) -> TestResponse:
        form = fields | {"csrf": self.page(form_at).csrf}
        return self.post_bare(path, **form)

    def post_bare(self, path: str, **fields: str) -> TestResponse:
        origin = {"Origin": self.url}
        return self.client.post(path, base_url=self.url, data=fields, headers=origin)

    def sign_in_here(self, identifiant: str, password: str) -> TestResponse:
        return self.post("/connexion", identifiant=identifiant, mot_de_passe=password)

    def sign_in_as_agent(
        self,
        identifiant: str = DEMONSTRATION_AGENT.identifiant,
        password: str = DEMONSTRATION_AGENT_PASSWORD,
    ) -> TestResponse:
        return self.post(
            "/agents/connexion",
            form_at="/agents/connexion",
            identifiant=identifiant,
            mot_de_passe=password,
        )

    def come_from_mag(
        self,
        *,
        given_name: str = "TOM",
        family_name: str = "SAWYER",
        siret: str = TOMENT,
        link: str | None = None,
    ) -> None:
        """Hold the session that the SDK writes after a sign-in."""
        now = datetime.now(UTC)
        assertion = Assertion(
            sub="a-person",
            issuer=NOWHERE,
            audience="portal",
            issued_at=now,
            expires_at=now,
            auth_time=now,
            acr=f"{NOWHERE}/acr/password",
            amr=("pwd",),
            sid="a-session",
            nonce="",
            given_name=given_name,
            family_name=family_name,
            siret=siret,
            siren=siret[:9],
            roles=("administrateur", "declarant"),
            link=link,
            id_token="a.b.c",
        )
        with self.client.application.test_request_context():
            person.keep(assertion, now=now, keep_in_session=())
            kept = dict(session)
        with self.client.session_transaction(base_url=self.url) as stored:
            stored.update(kept)


def settings_for(brand: str, folder, **changes) -> Settings:
    values = {
        "brand": BRANDS[brand],
        "url": f"http://{brand}.localhost:8590",
        "secret_key": "s" * 40,
        "database": folder / f"{brand}.db",
        "mag_issuer": NOWHERE,
        "mag_client_id": brand,
        "mag_client_secret": "a secret",
        "sibling_url": "http://sibling.localhost:8591",
        "sibling_name": "L’autre portail",
        "demonstration": True,
    }
    return Settings(**(values | changes))


def browser_of(settings: Settings) -> Browser:
    return Browser(create_app(settings).test_client(), settings.url)


@pytest.fixture(scope="session")
def demonstration_database(tmp_path_factory):
    """One filled file for all: hashing the demonstration's password takes its time."""
    settings = settings_for("klesia", tmp_path_factory.mktemp("demonstration"))
    create_app(settings)
    return settings.database


@pytest.fixture
def open_portal(tmp_path, demonstration_database):
    def open_one(brand: str) -> Browser:
        settings = settings_for(brand, tmp_path)
        shutil.copy(demonstration_database, settings.database)
        return browser_of(settings)

    return open_one


@pytest.fixture
def klesia(open_portal) -> Browser:
    return open_portal("klesia")


@pytest.fixture
def formation(open_portal) -> Browser:
    return open_portal("mon-compte-formation")


@pytest.fixture(params=["klesia", "mon-compte-formation"])
def portal(request, open_portal) -> Browser:
    return open_portal(request.param)
