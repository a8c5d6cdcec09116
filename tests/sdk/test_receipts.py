"""Receipts that lie, each refused for its own reason; and good ones, read."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mag_sdk import (
    AlgorithmRefused,
    AssertionNotYetValid,
    ChainBroken,
    ConfigurationRefused,
    DisclosureRefused,
    HeaderRefused,
    KeyCompromised,
    MalformedAssertion,
    ReceiptKeys,
    UnknownKey,
    WrongIssuer,
    WrongSignature,
    verify_chain,
    verify_checkpoint,
    verify_receipt,
)

ISSUER = "https://mag.example"
NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
IAT = int(NOW.timestamp())
KEY, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def jwk(key: ec.EllipticCurvePrivateKey, kid: str, **more: int) -> dict[str, Any]:
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    return {"kty": "EC", "crv": "P-256", "x": public["x"], "y": public["y"], "kid": kid} | {
        "alg": "ES256",
        "nbf": IAT - 86_400,
        **more,
    }


KEYS = ReceiptKeys({"keys": [jwk(KEY, "r1"), jwk(OTHER, "r0", exp=IAT - 3600)]})


def encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def disclose(name: Any = "subject", value: Any = "sub-of-tom", salt: Any = "s" * 22) -> str:
    return encode(json.dumps([salt, name, value]).encode())


def commit(*disclosures: str) -> list[str]:
    return [encode(hashlib.sha256(one.encode()).digest()) for one in disclosures]


SUBJECT, SESSION = disclose(), disclose("session", "sid")
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "jti": "3q2-7vQbS0mX9jJ5r1TzWA",
    "iat": IAT,
    "link": "lnk_1",
    "number": 2,
    "stage": "authenticated",
    "observed": "authenticated",
    "addressee_match": "addressee",
    "acr": f"{ISSUER}/acr/password",
    "amr": ["pwd"],
    "auth_time": IAT - 1200,
    "previous": "p" * 43,
    "_sd": commit(SUBJECT, SESSION),
    "_sd_alg": "sha-256",
}


def signed(
    key: Any = KEY, *, header: dict[str, Any] | None = None, alg: str = "ES256", **changes: Any
) -> str:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    headers = {"kid": "r1", "typ": "mag-receipt+jwt"} | (header or {})
    return jwt.encode(claims, key, algorithm=alg, headers=headers)


def presented(*disclosures: str, **changes: Any) -> str:
    return "~".join((signed(**changes), *disclosures, ""))


def raw(header: bytes, payload: bytes) -> str:
    return f"{encode(header)}.{encode(payload)}.{encode(b'x' * 64)}"


def with_signature_of(jws: str, other: str) -> str:
    return ".".join((*jws.split(".")[:2], other.split(".")[2]))


def verify(receipt: str, **changes: Any) -> Any:
    expected = {"keys": KEYS, "expected_issuer": ISSUER, "now": NOW} | changes
    return verify_receipt(receipt=receipt, **expected)


HOSTILE: dict[str, tuple[Callable[[], str], type[Exception]]] = {
    "nothing": (lambda: "", MalformedAssertion),
    "no segments": (lambda: "a-receipt", MalformedAssertion),
    "four segments": (lambda: signed() + ".x", MalformedAssertion),
    "cut short": (lambda: signed()[:-2], WrongSignature),
    "too long": (lambda: "a" * 20_000, MalformedAssertion),
    "alg none": (lambda: signed(None, alg="none"), AlgorithmRefused),
    "HS256 with the public key": (
        lambda: raw(b'{"alg":"HS256","kid":"r1","typ":"mag-receipt+jwt"}', b"{}"),
        AlgorithmRefused,
    ),
    "RS256": (
        lambda: raw(b'{"alg":"RS256","kid":"r1","typ":"mag-receipt+jwt"}', b"{}"),
        HeaderRefused,
    ),
    "an ID token": (lambda: signed(header={"typ": "JWT"}), HeaderRefused),
    "a checkpoint": (lambda: signed(header={"typ": "mag-checkpoint+jwt"}), HeaderRefused),
    "no typ": (lambda: raw(b'{"alg":"ES256","kid":"r1"}', b"{}"), HeaderRefused),
    "a key of its own": (lambda: signed(header={"jwk": jwk(OTHER, "r1")}), HeaderRefused),
    "a key at an address": (lambda: signed(header={"jku": "https://evil.example"}), HeaderRefused),
    "an extension to understand": (lambda: signed(header={"crit": ["b64"]}), HeaderRefused),
    "no kid": (lambda: raw(b'{"alg":"ES256","typ":"mag-receipt+jwt"}', b"{}"), UnknownKey),
    "an unknown kid": (lambda: signed(header={"kid": "r9"}), UnknownKey),
    "another key's kid": (lambda: signed(OTHER), WrongSignature),
    "a key that had ended": (lambda: signed(OTHER, header={"kid": "r0"}), UnknownKey),
    "a key not yet in use": (lambda: signed(iat=IAT - 200_000), UnknownKey),
    "another signature": (lambda: with_signature_of(signed(), signed(jti="x")), WrongSignature),
    "a claim altered": (
        lambda: with_signature_of(signed(stage="consulted"), signed()),
        WrongSignature,
    ),
    "another issuer": (lambda: signed(iss="https://evil.example"), WrongIssuer),
    "an issuer with a slash": (lambda: signed(iss=ISSUER + "/"), WrongIssuer),
    "from the future": (lambda: signed(iat=IAT + 61), AssertionNotYetValid),
    "no iat": (lambda: signed(iat=None), MalformedAssertion),
    "an iat that is a text": (lambda: signed(iat="now"), MalformedAssertion),
    "no link": (lambda: signed(link=None), MalformedAssertion),
    "no jti": (lambda: signed(jti=None), MalformedAssertion),
    "no stage": (lambda: signed(stage=None), MalformedAssertion),
    "a stage that is a list": (lambda: signed(stage=["opened"]), MalformedAssertion),
    "number nought": (lambda: signed(number=0), MalformedAssertion),
    "a number that is true": (lambda: signed(number=True), MalformedAssertion),
    "a number that is a text": (lambda: signed(number="2"), MalformedAssertion),
    "an amr that is a text": (lambda: signed(amr="pwd"), MalformedAssertion),
    "an auth_time that is a text": (lambda: signed(auth_time="now"), MalformedAssertion),
    "a previous that is a number": (lambda: signed(previous=7), MalformedAssertion),
    "a subject in clear": (lambda: signed(subject="sub-of-huck"), MalformedAssertion),
    "members twice": (
        lambda: raw(b'{"alg":"ES256","kid":"r1","typ":"mag-receipt+jwt"}', b'{"iat":1,"iat":2}'),
        MalformedAssertion,
    ),
    "a payload that is no object": (
        lambda: raw(b'{"alg":"ES256","kid":"r1","typ":"mag-receipt+jwt"}', b"[]"),
        MalformedAssertion,
    ),
    "a disclosure of another receipt": (
        lambda: presented(disclose(value="sub-of-huck")),
        DisclosureRefused,
    ),
    "a disclosure with another salt": (lambda: presented(disclose(salt="x")), DisclosureRefused),
    "a disclosure twice": (lambda: presented(SUBJECT, SUBJECT), DisclosureRefused),
    "a disclosure without its tilde": (lambda: signed() + "~" + SUBJECT, MalformedAssertion),
    "a disclosure that is no JSON": (lambda: presented(encode(b"x")), DisclosureRefused),
    "a disclosure of two members": (lambda: presented(encode(b'["s","x"]')), DisclosureRefused),
    "a disclosure that is no base64": (lambda: presented("%"), DisclosureRefused),
    "an empty disclosure": (lambda: presented(""), DisclosureRefused),
    "a disclosure that takes a claim's name": (
        lambda: presented(disclose("stage"), _sd=commit(disclose("stage"))),
        DisclosureRefused,
    ),
    "a disclosure of a list": (
        lambda: presented(disclose(value=["x"]), _sd=commit(disclose(value=["x"]))),
        DisclosureRefused,
    ),
    "a disclosure within a disclosure": (
        lambda: presented(disclose("_sd", "x"), _sd=commit(disclose("_sd", "x"))),
        DisclosureRefused,
    ),
    "two disclosures of one name": (
        lambda: presented(SUBJECT, disclose(salt="t"), _sd=commit(SUBJECT, disclose(salt="t"))),
        DisclosureRefused,
    ),
    "a commitment twice": (
        lambda: presented(SUBJECT, _sd=commit(SUBJECT, SUBJECT)),
        DisclosureRefused,
    ),
    "another hash": (lambda: presented(SUBJECT, _sd_alg="sha-1"), DisclosureRefused),
    "too many disclosures": (lambda: presented(*[SUBJECT] * 9), DisclosureRefused),
}


def test_a_good_receipt_is_read_with_and_without_what_it_discloses():
    whole = verify(presented(SUBJECT, SESSION))
    assert (whole.subject, whole.session, whole.number) == ("sub-of-tom", "sid", 2)
    erased = verify(presented())
    assert (erased.subject, erased.session) == (None, None)
    assert erased.receipt_id == verify(signed()).receipt_id
    assert "sub-of-tom" not in repr(whole)


def test_a_stage_to_come_is_passed_on_as_it_stands():
    assert verify(signed(stage="countersigned")).stage == "countersigned"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_receipt_is_refused_for_its_own_reason(name: str):
    make, reason = HOSTILE[name]
    with pytest.raises(reason):
        verify(make())


def test_there_are_over_thirty_ways_to_lie():
    assert len(HOSTILE) >= 30


def test_no_neighbour_of_a_good_receipt_is_good():
    good = presented(SUBJECT, SESSION)
    for place in range(0, len(good), 7):
        for letter in ("A", "_", "~", "."):
            if good[place] == letter:
                continue
            with pytest.raises(Exception) as refused:  # noqa: PT011 - any of the SDK's own
                verify(good[:place] + letter + good[place + 1 :])
            assert type(refused.value).__module__ == "mag_sdk.errors"


def test_what_a_compromised_key_signed_afterwards_is_refused():
    lost = ReceiptKeys({"keys": [jwk(KEY, "r1", compromised_at=IAT)]})
    with pytest.raises(KeyCompromised):
        verify(signed(), keys=lost)
    # Whoever has the key writes what date they like: alone, an older date proves nothing.
    with pytest.raises(KeyCompromised):
        verify(signed(iat=IAT - 1), keys=lost)


def test_when_the_password_was_proved_is_told_apart_from_when_it_was_signed():
    told = verify(signed())
    assert told.issued_at - told.auth_time == timedelta(minutes=20)
    assert verify(signed(auth_time=None)).auth_time is None


@pytest.mark.parametrize("changes", [{"expected_issuer": ""}, {"now": datetime(2026, 3, 2)}])  # noqa: DTZ001 - naive on purpose
def test_an_expectation_that_protects_nothing_is_refused(changes: dict[str, Any]):
    with pytest.raises(ConfigurationRefused):
        verify(signed(), **changes)


@pytest.mark.parametrize("document", [{}, {"keys": "x"}, {"keys": [{"kid": "r1", "kty": "EC"}]}])
def test_keys_without_a_validity_are_refused(document: dict[str, Any]):
    with pytest.raises(ValueError, match=r"keys|validity"):
        ReceiptKeys(document)


def chain(length: int = 3) -> list[Any]:
    made: list[Any] = []
    for number in range(1, length + 1):
        previous = made[-1].chained if made else None
        made.append(verify(signed(number=number, previous=previous, jti=f"r{number}")))
    return made


def test_a_whole_chain_is_accepted():
    verify_chain(chain())
    verify_chain([])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: made[1:],
        lambda made: [made[0], made[2]],
        lambda made: [made[1], made[0], made[2]],
        lambda made: [made[0], made[0]],
        lambda made: [made[0], replace(made[1], link="lnk_2")],
        lambda made: [made[0], replace(made[1], previous="x")],
        lambda made: [replace(made[0], previous="x")],
    ],
)
def test_a_chain_with_a_hole_a_twin_or_a_fork_is_refused(spoil: Any):
    with pytest.raises(ChainBroken):
        verify_chain(spoil(chain()))


def test_a_checkpoint_is_verified_like_a_receipt():
    claims = {"iss": ISSUER, "size": 3, "root": encode(b"r" * 32), "iat": IAT}
    headers = {"kid": "r1", "typ": "mag-checkpoint+jwt"}
    text = jwt.encode(claims, KEY, algorithm="ES256", headers=headers)
    checked = verify_checkpoint(checkpoint=text, keys=KEYS, expected_issuer=ISSUER, now=NOW)
    assert (checked.size, checked.root) == (3, b"r" * 32)
    for changes in ({"size": -1}, {"root": "x"}, {"size": "3"}):
        bad = jwt.encode(claims | changes, KEY, algorithm="ES256", headers=headers)
        with pytest.raises(MalformedAssertion):
            verify_checkpoint(checkpoint=bad, keys=KEYS, expected_issuer=ISSUER, now=NOW)
    early = NOW - timedelta(minutes=2)
    with pytest.raises(AssertionNotYetValid):
        verify_checkpoint(checkpoint=text, keys=KEYS, expected_issuer=ISSUER, now=early)
