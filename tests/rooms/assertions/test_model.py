"""What an assertion says, and which verifier opens a code: pure functions."""

import base64
import hashlib
import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mag_server.rooms.assertions.model import (
    Tokens,
    challenge_matches,
    claims_of,
    half_hash,
    id_token_claims,
)
from mag_server.rooms.companies.model import Siret
from mag_server.rooms.people.model import Person, PersonName, PersonState, Role
from tests.rooms.assertions.test_store import BURNT

NOW = datetime(2026, 3, 2, 8, 30, 0, 999_999, tzinfo=UTC)
TOM = Person(
    sub="the-sub",
    siret=Siret("97050551700072"),
    nom=PersonName("SAWYER"),
    prenom=PersonName("TOM"),
    email="tom.sawyer@toment.example",
    email_validated_at=NOW,
    state=PersonState.ACTIF,
    roles=frozenset({Role.DECLARANT, Role.ADMINISTRATEUR}),
)
UNRESERVED = string.ascii_letters + string.digits + "-._~"
verifiers = st.text(st.sampled_from(UNRESERVED), min_size=43, max_size=128)


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def test_the_example_of_rfc_7636_appendix_b():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_matches("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", verifier)


@given(verifier=verifiers, other=verifiers)
def test_a_challenge_is_met_by_its_own_verifier_only(verifier: str, other: str):
    assert challenge_matches(challenge_of(verifier), verifier)
    assert challenge_matches(challenge_of(verifier), other) == (verifier == other)


@pytest.mark.parametrize(
    "verifier", ["", "a" * 42, "a" * 129, "a" * 42 + "é", "a" * 42 + " ", "a" * 43 + "\n"]
)
def test_a_verifier_out_of_shape_meets_nothing_not_even_its_own_challenge(verifier: str):
    assert not challenge_matches(challenge_of(verifier), verifier)


def test_a_verifier_sent_as_the_challenge_itself_is_not_the_plain_method():
    assert not challenge_matches("a" * 43, "a" * 43)


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("openid", {"sub"}),
        ("openid profile", {"sub", "family_name", "given_name"}),
        ("openid entreprise", {"sub", "siret", "siren", "roles"}),
        ("openid email", {"sub", "email", "email_verified"}),
    ],
)
def test_each_scope_tells_its_own_claims_and_no_other(scope: str, told: set[str]):
    assert set(claims_of(TOM, scope=scope)) == told


def test_all_scopes_tell_the_person_as_registered():
    assert claims_of(TOM, scope="openid profile entreprise email") == {
        "sub": "the-sub",
        "family_name": "SAWYER",
        "given_name": "TOM",
        "siret": "97050551700072",
        "siren": "970505517",
        "roles": ["administrateur", "declarant"],
        "email": "tom.sawyer@toment.example",
        "email_verified": True,
    }


def id_token(nonce: str | None = "nonce") -> dict:
    code = BURNT.__class__(**vars(BURNT) | {"nonce": nonce})
    return id_token_claims(
        TOM, code, issuer="https://mag.example", access_token="at", now=NOW, lifetime_seconds=300
    )


def test_an_id_token_says_who_for_whom_when_and_how():
    issued = int((NOW - timedelta(microseconds=999_999)).timestamp())
    assert id_token() == {
        "iss": "https://mag.example",
        "sub": "the-sub",
        "aud": "klesia",
        "iat": issued,
        "exp": issued + 300,
        "auth_time": int(BURNT.auth_time.timestamp()),
        "acr": "acr",
        "amr": ["pwd", "otp"],
        "sid": "sid",
        "nonce": "nonce",
        "at_hash": half_hash("at"),
        "email": "tom.sawyer@toment.example",
        "email_verified": True,
    }


def test_a_nonce_that_was_not_sent_is_not_invented():
    assert "nonce" not in id_token(None)


def test_at_hash_is_the_left_half_of_the_sha_256():
    half = hashlib.sha256(b"at").digest()[:16]
    assert base64.urlsafe_b64decode(half_hash("at") + "==") == half


def test_tokens_are_never_shown():
    assert "secret" not in repr(Tokens("secret-a", "secret-i", 600, "openid"))
