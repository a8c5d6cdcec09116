"""MAG's published signature keys (RFC 7517)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from mag_sdk.errors import UnknownKey

SMALLEST_RSA_BITS = 2048
# Only public members are read: were a private one published by mistake, it stays out of memory.
_PUBLIC_MEMBERS = {"EC": ("kty", "crv", "x", "y"), "RSA": ("kty", "n", "e")}
_ALGORITHM_OF = {"EC": "ES256", "RSA": "RS256"}


@dataclass(frozen=True)
class VerificationKey:
    """One public key, tied to the one algorithm it may verify."""

    kid: str
    algorithm: str
    public_key: EllipticCurvePublicKey | RSAPublicKey


class KeySource(Protocol):
    """Where a verifier finds keys: a fixed `KeySet`, or MAG's own, kept fresh."""

    def find_key(self, *, kid: str, algorithm: str) -> VerificationKey:
        """Find the key, or raise UnknownKey."""


class KeySet:
    """A fixed set of keys."""

    def __init__(self, keys: Iterable[VerificationKey]) -> None:
        self._keys = {(key.kid, key.algorithm): key for key in keys}

    def __len__(self) -> int:
        return len(self._keys)

    @classmethod
    def from_jwks(cls, document: Mapping[str, Any]) -> "KeySet":
        """Read a JWK Set, leaving out keys of kinds we do not verify with (RFC 7517 section 5).

        Raises:
            ValueError: the document has no array `keys`.
        """
        entries = document.get("keys")
        if not isinstance(entries, list):
            raise ValueError("no array `keys`")  # noqa: TRY004 -- the document is wrong, not a type of ours
        keys = (_read_key(entry) for entry in entries if isinstance(entry, dict))
        return cls(key for key in keys if key is not None)

    def find_key(self, *, kid: str, algorithm: str) -> VerificationKey:
        """Find the key of this `kid` made for this algorithm.

        Raises:
            UnknownKey: there is none; a key of another algorithm is none.
        """
        try:
            return self._keys[kid, algorithm]
        except KeyError as error:
            raise UnknownKey(kid[:100], algorithm) from error


def _read_key(entry: Mapping[str, Any]) -> VerificationKey | None:
    kid, kty = entry.get("kid"), entry.get("kty")
    if not isinstance(kid, str) or not isinstance(kty, str) or kty not in _PUBLIC_MEMBERS:
        return None
    algorithm = _ALGORITHM_OF[kty]
    if entry.get("use", "sig") != "sig" or entry.get("alg", algorithm) != algorithm:
        return None
    public = {name: entry.get(name) for name in _PUBLIC_MEMBERS[kty]}
    try:
        key = jwt.PyJWK(public, algorithm=algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        return None
    return VerificationKey(kid, algorithm, key) if _is_strong(key) else None


def _is_strong(key: object) -> bool:
    if isinstance(key, RSAPublicKey):
        return key.key_size >= SMALLEST_RSA_BITS
    return isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
