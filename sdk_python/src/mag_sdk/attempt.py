"""One sign-in under way: what only the browser that began it may finish."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mag_sdk.errors import StateUnknown


@dataclass(frozen=True)
class AttemptSecrets:
    """The three values that make one sign-in unlike any other."""

    state: str
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)

    @staticmethod
    def new() -> "AttemptSecrets":
        """Draw them."""
        return AttemptSecrets(new_secret(), new_secret(), new_secret())

    @staticmethod
    def derived(*, state: str, key: str) -> "AttemptSecrets":
        """Derive nonce and verifier from a state and a secret key that this browser keeps."""
        nonce, verifier = (
            _base64(hmac.digest(key.encode(), f"{name} {state}".encode(), "sha256"))
            for name in ("nonce", "verifier")
        )
        return AttemptSecrets(state, nonce, verifier)


@dataclass(frozen=True)
class PendingSignIn:
    """What must be kept, in the person's own session or cookie, until MAG answers."""

    state: str
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)
    target: str
    started_at: datetime
    minimum_acr: str | None = None
    max_age_seconds: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Write it with plain JSON values, to be kept where only this browser reaches it."""
        return {
            "state": self.state,
            "nonce": self.nonce,
            "verifier": self.code_verifier,
            "target": self.target,
            "started": int(self.started_at.timestamp()),
            "acr": self.minimum_acr,
            "max_age": self.max_age_seconds,
        }

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> "PendingSignIn":
        """Read back what `to_json` wrote; the portal has already checked nobody changed it.

        Raises:
            StateUnknown: it is not what `to_json` writes.
        """
        try:
            return PendingSignIn(
                state=kept["state"],
                nonce=kept["nonce"],
                code_verifier=kept["verifier"],
                target=kept["target"],
                started_at=datetime.fromtimestamp(kept["started"], UTC),
                minimum_acr=kept["acr"],
                max_age_seconds=kept["max_age"],
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise StateUnknown from error


@dataclass(frozen=True)
class SignInAttempt(PendingSignIn):
    """A sign-in just begun: redirect to `url`, or give `widget_request` to `<mag-signin>`."""

    url: str = field(default="", repr=False)
    widget_request: str = field(default="", repr=False)


def new_secret() -> str:
    """Draw 256 random bits, as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def challenge_of(code_verifier: str) -> str:
    """Derive the S256 challenge (RFC 7636 section 4.2)."""
    return _base64(hashlib.sha256(code_verifier.encode("ascii")).digest())


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
