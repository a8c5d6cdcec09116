from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

ALGORITHMS = ("ES256", "RS256")
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


class NoSigningKeyError(LookupError):
    """There is no key of this algorithm: the database was never prepared."""


def choose_signing_key(keys: Sequence[SigningKey], *, alg: str, now: datetime) -> SigningKey:
    """Return the newest active key of an algorithm.

    Before the first one's hour it is the first: a clock put back must not stop every sign-in.

    Raises:
        NoSigningKeyError: There is no key of this algorithm at all.
    """
    of_alg = sorted(
        (key for key in keys if key.alg == alg), key=lambda key: (key.active_from, key.kid)
    )
    if not of_alg:
        raise NoSigningKeyError(alg)
    active = [key for key in of_alg if key.active_from <= now]
    return active[-1] if active else of_alg[0]


def superseded_at(key: SigningKey, keys: Sequence[SigningKey]) -> datetime | None:
    """Return when a younger key of the same algorithm takes over; None while none is planned."""
    younger = [
        other.active_from
        for other in keys
        if other.alg == key.alg and (other.active_from, other.kid) > (key.active_from, key.kid)
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
