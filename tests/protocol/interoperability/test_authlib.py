"""Authlib, a client we did not write, signs a person in over a socket: discovery to logout."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug.serving import make_server

from mag_server.app import create_app
from mag_server.base.clock import system_clock
from tests.world import PASSWORD, World

REDIRECT_URI = "http://klesia.localhost:8500/mag/callback"


@dataclass
class Served:
    """A MAG that listens on a port of this machine, and how to reach it."""

    issuer: str
    world: World

    def get(self, path: str) -> dict[str, Any]:
        """Fetch a JSON document."""
        answer = requests.get(self.issuer + path, timeout=10)
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture
def served(sqlite_world: World) -> Iterator[Served]:
    server = make_server("127.0.0.1", 0, sqlite_world.app, threaded=True)
    issuer = f"http://127.0.0.1:{server.server_port}"
    settings = replace(sqlite_world.equipment.settings, issuer=issuer)
    # A client that we did not write has a clock of its own: ours goes with it.
    sqlite_world.now = system_clock()
    # The port is known, and so the issuer.
    server.app = create_app(replace(sqlite_world.equipment, settings=settings), clock=system_clock)
    sqlite_world.register_partner()
    sqlite_world.register_partner("mcf", alg="RS256", redirect_uris=(REDIRECT_URI,))
    sqlite_world.register_person()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Served(issuer, sqlite_world)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _fill_in(page: requests.Response, session: requests.Session, issuer: str) -> str:
    token = re.search(r'name="form" value="([^"]*)"', page.text)
    action = re.search(r'<form id="sign-in" method="post" action="([^"]*)"', page.text)
    assert token
    assert action
    typed = {
        "form": unescape(token[1]),
        "siret": "97050551700072",
        "nom": "SAWYER",
        "prenom": "TOM",
        "password": PASSWORD,
    }
    answer = session.post(
        issuer + unescape(action[1]),
        data=typed,
        headers={"Origin": issuer},
        allow_redirects=False,
        timeout=10,
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def _verified(
    token: dict[str, str], metadata: dict, *, served: Served, client_id: str, nonce: str
) -> CodeIDToken:
    keys = KeySet.import_key_set(served.get(urlsplit(metadata["jwks_uri"]).path))
    signed = jwt.decode(
        token["id_token"], keys, algorithms=metadata["id_token_signing_alg_values_supported"]
    )
    claims = CodeIDToken(
        signed.claims,
        signed.header,
        options={
            "iss": {"essential": True, "value": served.issuer},
            "aud": {"essential": True, "value": client_id},
        },
        params={"nonce": nonce, "client_id": client_id, "access_token": token["access_token"]},
    )
    claims.validate(leeway=5)
    return claims


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("client_id", ["klesia", "mcf"])
def test_a_client_we_did_not_write_signs_a_person_in(
    served: Served, client_id: str, method: str
) -> None:
    metadata = served.get("/.well-known/openid-configuration")
    assert metadata["issuer"] == served.issuer
    client = OAuth2Session(
        client_id,
        served.world.secrets[client_id],
        scope="openid profile entreprise email",
        redirect_uri=REDIRECT_URI,
        code_challenge_method="S256",
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
    )
    verifier, nonce = "v" * 64, "n" * 32
    address, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    with requests.Session() as person:
        location = _fill_in(person.get(address, timeout=10), person, served.issuer)
    assert location.startswith(REDIRECT_URI + "?")
    assert parse_qs(urlsplit(location).query)["iss"] == [served.issuer]

    token = client.fetch_token(
        metadata["token_endpoint"],
        authorization_response=location,
        state=state,
        code_verifier=verifier,
    )
    claims = _verified(token, metadata, served=served, client_id=client_id, nonce=nonce)
    assert claims.header["alg"] == {"klesia": "ES256", "mcf": "RS256"}[client_id]
    assert (claims["family_name"], claims["siret"]) == ("SAWYER", "97050551700072")

    told = client.get(metadata["userinfo_endpoint"], timeout=10).json()
    assert told["sub"] == claims["sub"]
    revoked = client.revoke_token(metadata["revocation_endpoint"], token["access_token"])
    assert revoked.status_code == 200
    assert client.get(metadata["userinfo_endpoint"], timeout=10).status_code == 401
    client.close()


def test_a_back_end_we_did_not_write_takes_its_token(served: Served) -> None:
    metadata = served.get("/.well-known/oauth-authorization-server")
    client = OAuth2Session("klesia", served.world.secrets["klesia"], scope="links receipts")
    token = client.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    assert (token["scope"], token["token_type"]) == ("links receipts", "Bearer")
    client.close()
