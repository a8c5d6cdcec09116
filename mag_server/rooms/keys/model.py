from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import jwt

ALGORITHMS = ("ES256", "RS256")
RECEIPT_ALGORITHM = "ES256"
# A verifier's clock may be behind ours, and a token may be on its way: keep the old key longer.
LINGER_BEYOND_LAST_TOKEN = timedelta(minutes=5)


@dataclass(frozen=True)
class SigningKey:
    """One key: `private_key` is the cryptography object, `public_jwk` what the world sees."""

    kid: str
    alg: str
    created_at: datetime
    active_from: datetime
    public_jwk: dict[str, Any]
    private_key: Any = field(repr=False, compare=False)
    compromised_at: datetime | None = None


class KeyRefusal(Enum):
    """Why an act on a receipt key is refused; the value is the sentence shown to the operator."""

    UNKNOWN = "No receipt key has this kid: `mag keys list --purpose receipts` shows them."
    LATER = "This key is known to be compromised since an earlier instant already."
    TO_COME = "A key cannot be compromised from an instant to come: give one that is past."


class NoSigningKeyError(LookupError):
    """There is no key of this algorithm: the database was never prepared."""


def choose_signing_key(keys: Sequence[SigningKey], *, alg: str, now: datetime) -> SigningKey:
    """Return the newest active key of an algorithm.

    Before the first one's hour it is the first: a clock put back must not stop every sign-in.

    Raises:
        NoSigningKeyError: There is no key of this algorithm at all, or none that can be trusted.
    """
    sound = (key for key in keys if key.alg == alg and key.compromised_at is None)
    of_alg = sorted(sound, key=lambda key: (key.active_from, key.kid))
    if not of_alg:
        raise NoSigningKeyError(alg)
    active = [key for key in of_alg if key.active_from <= now]
    return active[-1] if active else of_alg[0]


def superseded_at(key: SigningKey, keys: Sequence[SigningKey]) -> datetime | None:
    """Return when a younger key of the same algorithm takes over; None while none is planned."""
    younger = [
        other.active_from
        for other in keys
        if other.alg == key.alg
        and (other.active_from, other.kid) > (key.active_from, key.kid)
        # One that was lost before its hour never signs.
        and not (other.compromised_at and other.compromised_at <= other.active_from)
    ]
    return min(younger, default=None)


def published_keys(
    keys: Sequence[SigningKey], *, now: datetime, token_lifetime_seconds: int
) -> list[SigningKey]:
    """Return the next keys, the active ones, and those whose last token may still live."""
    linger = timedelta(seconds=token_lifetime_seconds) + LINGER_BEYOND_LAST_TOKEN
    return [
        key for key in keys if (ended := superseded_at(key, keys)) is None or now < ended + linger
    ]


def published_receipt_key(key: SigningKey, keys: Sequence[SigningKey]) -> dict[str, Any]:
    """Return a receipt key as the world sees it, its times in seconds since 1970.

    What it signed at `iat` is good if nbf <= iat <= exp and, where `compromised_at` stands,
    iat < compromised_at. Both ends are wider than its use, since clocks and caches of several
    servers may differ.
    """
    told = key.public_jwk | {"nbf": int((key.active_from - LINGER_BEYOND_LAST_TOKEN).timestamp())}
    if (ended := superseded_at(key, keys)) is not None:
        told["exp"] = int((ended + LINGER_BEYOND_LAST_TOKEN).timestamp())
    if key.compromised_at is not None:
        told["compromised_at"] = int(key.compromised_at.timestamp())
    return told


def read_with_receipt_keys(
    token: str, *, keys: Sequence[dict[str, Any]], typ: str
) -> dict[str, Any] | None:
    """Return the claims of what a receipt key signed while it was good; None for anything else.

    `keys` is what /receipts/keys publishes; `typ` says whether a receipt or a checkpoint is meant.
    """
    try:
        header = jwt.get_unverified_header(token)
        jwk = next(key for key in keys if key["kid"] == header.get("kid"))
        if header.get("typ") != typ:
            return None
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(jwk).key,
            algorithms=[RECEIPT_ALGORITHM],
            options={"require": ["iss", "iat"], "verify_iat": False, "verify_aud": False},
        )
    except (jwt.PyJWTError, StopIteration, ValueError):
        return None
    return claims if _signed_while_good(jwk, claims["iat"]) else None


def _signed_while_good(jwk: dict[str, Any], issued_at: object) -> bool:
    if not isinstance(issued_at, int) or isinstance(issued_at, bool):
        return False
    end = jwk.get("exp")
    if issued_at < jwk["nbf"] or (end is not None and issued_at > end):
        return False
    compromised = jwk.get("compromised_at")
    return compromised is None or issued_at < compromised
