"""Keys: what is read from a published set, and what a careless source can do."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mag_sdk import (
    AssertionRefused,
    ConfigurationRefused,
    KeySet,
    UnknownKey,
    VerificationKey,
    verify_assertion,
)
from tests.sdk import forge

PEN = forge.ec_pen("ec-1")


def verify(token: str, keys, **changes):
    good = {
        "expected_issuer": forge.ISSUER,
        "expected_audience": forge.AUDIENCE,
        "expected_nonce": forge.NONCE,
        "now": datetime.fromtimestamp(forge.NOW, UTC),
        "leeway_seconds": 30,
        "minimum_acr": None,
    }
    return verify_assertion(token=token, keys=keys, **(good | changes))


@dataclass
class Careless:
    """A source that gives its only key whatever is asked."""

    key: VerificationKey

    def find_key(self, *, kid: str, algorithm: str) -> VerificationKey:
        del kid, algorithm
        return self.key


def test_the_algorithm_is_the_keys_and_not_the_tokens():
    key = VerificationKey("ec-1", "ES256", PEN.private.public_key())
    token = forge.rsa_pen("ec-1").sign(forge.good_claims())
    with pytest.raises(AssertionRefused):
        verify(token, Careless(key))


def test_a_private_key_published_by_mistake_is_read_as_a_public_one():
    number = PEN.private.private_numbers().private_value
    keys = KeySet.from_jwks({"keys": [PEN.jwk | {"d": forge.integer(number, 32)}]})
    found = keys.find_key(kid="ec-1", algorithm="ES256").public_key
    assert isinstance(found, ec.EllipticCurvePublicKey)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"kty": "EC"},
        PEN.jwk | {"kid": 1},
        PEN.jwk | {"x": "AAAA"},
        PEN.jwk | {"x": "!"},
        PEN.jwk | {"x": None},
        PEN.jwk | {"y": PEN.jwk["x"]},
        PEN.jwk | {"crv": "P-521"},
        PEN.jwk | {"kty": "OKP"},
        PEN.jwk | {"kty": ["EC"]},
        PEN.jwk | {"alg": "RS256"},
        PEN.jwk | {"alg": "none"},
        PEN.jwk | {"use": None},
        {"kty": "RSA", "kid": "r", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "kid": "r", "n": "", "e": ""},
        "ec-1",
        None,
        7,
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_broken_key_is_left_out_and_the_others_serve(broken):
    other = forge.ec_pen("ec-2")
    keys = KeySet.from_jwks({"keys": [broken, other.jwk]})
    assert len(keys) == 1
    assert verify(other.sign(forge.good_claims()), keys).sub


def test_an_ec_key_and_an_rsa_key_may_share_a_name():
    pens = forge.ec_pen("shared"), forge.rsa_pen("shared")
    keys = KeySet.from_jwks({"keys": [pen.jwk for pen in pens]})
    for pen in pens:
        assert verify(pen.sign(forge.good_claims()), keys).sub


def test_an_unknown_key_says_which_one_was_asked_for():
    with pytest.raises(UnknownKey) as refusal:
        verify(PEN.sign(forge.good_claims()), KeySet([]))
    assert (refusal.value.kid, refusal.value.algorithm) == ("ec-1", "ES256")


@pytest.mark.parametrize(
    "hollow",
    [
        {"expected_issuer": ""},
        {"expected_audience": ""},
        {"expected_nonce": ""},
        {"expected_nonce": None},
        {"expected_audience": ["klesia"]},
        {"now": datetime(2026, 3, 2)},  # noqa: DTZ001 - a naive instant is what is refused
        {"leeway_seconds": 121},
        {"leeway_seconds": -1},
        {"minimum_acr": "any"},
        {"minimum_acr": ""},
    ],
    ids=str,
)
def test_an_expectation_that_could_never_protect_is_refused(hollow):
    keys = KeySet.from_jwks({"keys": [PEN.jwk]})
    with pytest.raises(ConfigurationRefused):
        verify(PEN.sign(forge.good_claims()), keys, **hollow)
