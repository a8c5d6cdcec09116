"""Random values, fingerprints and the server's own keys.

A secret is shown once and kept as a fingerprint; comparing is always constant-time.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadSignature, Signer

SECRET_BYTES = 32
LEAST_KEY_CHARACTERS = 32


def new_secret() -> str:
    """Return 256 random bits as 43 URL-safe characters."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_identifier() -> str:
    """Return 128 random bits as 22 URL-safe characters: a name nobody can guess, not a secret.

    It never begins with a dash: on a command line it would be taken for an option.
    """
    while (name := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return name


def new_letter_name() -> str:
    """Return 128 random bits as 32 hexadecimal digits: mail systems may change letters' case."""
    return secrets.token_hex(16)


def fingerprint(secret: str) -> str:
    """Return the SHA-256 of a random secret, in hexadecimal: what is stored instead of it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(
        left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass")
    )


@dataclass(frozen=True)
class Signed:
    """What a signed value held, and when it was signed (aware UTC)."""

    content: Any
    signed_at: datetime


@dataclass(frozen=True)
class SecretKeys:
    """The server's own keys, oldest to newest: the last one signs, every one verifies."""

    keys: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse an empty list and keys that could be guessed."""
        if not self.keys or any(len(key) < LEAST_KEY_CHARACTERS for key in self.keys):
            raise ValueError(
                f"MAG_SECRET_KEYS needs at least one key of {LEAST_KEY_CHARACTERS} characters"
            )

    def sign(self, content: Any, *, purpose: str, now: datetime) -> str:
        """Return `content` (JSON-able) signed for one purpose; a value for another is refused.

        Not compressed: two values of one shape have one length, whoever they are about.
        """
        text = json.dumps([int(now.timestamp()), content], separators=(",", ":"))
        octets = base64.urlsafe_b64encode(text.encode()).rstrip(b"=")
        return self._signer(purpose).sign(octets).decode("ascii")

    def read_signed(self, text: str, *, purpose: str) -> Signed | None:
        """Return what `sign` was given, or None if it was not signed here for this purpose."""
        try:
            octets = self._signer(purpose).unsign(text.encode("ascii"))
        except (BadSignature, UnicodeEncodeError):
            return None
        seconds, content = json.loads(base64.urlsafe_b64decode(octets + b"=" * (-len(octets) % 4)))
        return Signed(content, datetime.fromtimestamp(seconds, tz=UTC))

    def keyed_fingerprint(self, *parts: str, purpose: str) -> str:
        """Return an HMAC-SHA256 over `parts`: recognises a value, and cannot be searched backwards.

        Each part is preceded by its length, so that no two lists of parts collide.
        """
        key = _derived(self.keys[-1], f"fingerprint:{purpose}")
        mac = hmac.new(key, digestmod=hashlib.sha256)
        for part in parts:
            octets = part.encode("utf-8", "surrogatepass")
            mac.update(len(octets).to_bytes(8, "big") + octets)
        return mac.hexdigest()

    def seal(self, secret: bytes, *, purpose: str) -> str:
        """Encrypt what has to be read back (a private key) before it is stored."""
        return self._fernet(purpose).encrypt(secret).decode("ascii")

    def unseal(self, sealed: str, *, purpose: str) -> bytes:
        """Return what was sealed.

        Raises:
            ValueError: No key of the list sealed it; the message says what to do.
        """
        try:
            return self._fernet(purpose).decrypt(sealed.encode("ascii"))
        except InvalidToken as error:
            raise ValueError(
                "A stored key cannot be opened: put the key that sealed it back into "
                "MAG_SECRET_KEYS, before the newest one."
            ) from error

    def _signer(self, purpose: str) -> Signer:
        return Signer(
            list(self.keys),
            salt=f"mag:{purpose}",
            digest_method=hashlib.sha256,
            key_derivation="hmac",
        )

    def _fernet(self, purpose: str) -> MultiFernet:
        return _fernet(self.keys, purpose)


@cache  # a campaign seals a hundred thousand tokens with the same one
def _fernet(keys: tuple[str, ...], purpose: str) -> MultiFernet:
    # MultiFernet encrypts with its first key; the list here is oldest to newest.
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(_derived(key, f"seal:{purpose}"))) for key in reversed(keys)
    )


@cache  # as many as there are keys and purposes: a handful
def _derived(key: str, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"mag:{purpose}".encode()).derive(key.encode())
