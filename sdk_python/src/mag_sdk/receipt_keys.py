"""What receipt keys sign: receipts and checkpoints, each under the key that was good then.

Source: RFC 7515; docs/receipts.md.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from mag_sdk import claims as read
from mag_sdk.compact import read_header
from mag_sdk.errors import (
    AssertionNotYetValid,
    ConfigurationRefused,
    HeaderRefused,
    KeyCompromised,
    MalformedAssertion,
    UnknownKey,
    WrongIssuer,
    WrongSignature,
)
from mag_sdk.keys import KeySet, VerificationKey
from mag_sdk.strict_json import read_object
from mag_sdk.verify import check_leeway


@dataclass(frozen=True)
class _Validity:
    not_before: datetime
    ends: datetime | None
    compromised_at: datetime | None


class ReceiptKeys:
    """The keys that ever signed receipts, with their validity; kept as long as the receipts."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Read what MAG publishes at /receipts/keys.

        Raises:
            ValueError: it is no such document.
        """
        self._keys = KeySet.from_jwks(document)
        self._validity = {
            str(entry["kid"]): _validity(entry)
            for entry in document["keys"]
            if isinstance(entry, dict) and "kid" in entry
        }

    def find_key(self, *, kid: str, algorithm: str, signed_at: datetime) -> VerificationKey:
        """Find the key that was good for signing at an instant.

        Raises:
            UnknownKey: there is none, or it was not in use then.
            KeyCompromised: somebody else may have signed with it by then.
        """
        key = self._keys.find_key(kid=kid, algorithm=algorithm)
        validity = self._validity[kid]
        if validity.compromised_at is not None and signed_at >= validity.compromised_at:
            raise KeyCompromised(kid, validity.compromised_at)
        if signed_at < validity.not_before or (validity.ends and signed_at > validity.ends):
            raise UnknownKey(kid[:100], algorithm)
        return key

    def lost_at(self, kid: str) -> datetime | None:
        """Return since when a key may be in other hands, or None."""
        validity = self._validity.get(kid)
        return validity.compromised_at if validity else None


def _validity(entry: Mapping[str, Any]) -> _Validity:
    try:
        return _Validity(
            read.instant(entry, "nbf"),
            read.instant(entry, "exp") if "exp" in entry else None,
            read.instant(entry, "compromised_at") if "compromised_at" in entry else None,
        )
    except MalformedAssertion as error:
        raise ValueError(f"a receipt key without a validity: {error.reason}") from error


@dataclass(frozen=True)
class Signed:
    """What a receipt key signed, verified; `kid` is the key's name."""

    claims: read.Claims
    kid: str
    signed_at: datetime


def read_signed(
    jws: str,
    *,
    keys: ReceiptKeys,
    typ: str,
    expected_issuer: str,
    now: datetime,
    leeway_seconds: int,
) -> Signed:
    """Verify what MAG signed as `typ`: its header, key, signature, issuer and instant.

    Raises:
        AssertionRefused: one of them is wrong.
        KeyCompromised: it was signed when the key was in other hands already.
        ConfigurationRefused: an expectation that could never protect.
    """
    if not isinstance(expected_issuer, str) or not expected_issuer:
        raise ConfigurationRefused("expected_issuer", "must be a text, not empty")
    if now.tzinfo is None:
        raise ConfigurationRefused("now", "must be an aware datetime")
    check_leeway(leeway_seconds)
    header = read_header(jws, typ=typ)
    if header.algorithm != "ES256":
        raise HeaderRefused("alg")
    claims = peek_unverified(jws)
    signed_at = read.instant(claims, "iat")
    key = keys.find_key(kid=header.kid, algorithm=header.algorithm, signed_at=signed_at)
    try:
        jwt.PyJWS(algorithms=["ES256"]).decode(jws, key=key.public_key, algorithms=["ES256"])
    except jwt.PyJWTError as error:
        raise WrongSignature(header.kid) from error
    issuer = read.text(claims, "iss")
    if issuer != expected_issuer:
        raise WrongIssuer(expected_issuer, issuer)
    if signed_at > now + timedelta(seconds=leeway_seconds):
        raise AssertionNotYetValid(signed_at)
    return Signed(claims, header.kid, signed_at)


def peek_unverified(jws: str) -> read.Claims:
    """Read the payload of a JWS without verifying it: `iat` says which key must have been in use.

    Raises:
        MalformedAssertion: there is none.
    """
    segment = f"{jws}..".split(".")[1]
    try:
        return read_object(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except ValueError as error:
        raise MalformedAssertion(f"payload: {error}") from error


def whole_number(claims: read.Claims, name: str, *, least: int) -> int:
    """Read a whole number of at least so much; true is none.

    Raises:
        MalformedAssertion: it is none.
    """
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise MalformedAssertion(f"{name} is no whole number from {least} on")
    return value
