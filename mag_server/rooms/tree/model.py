"""A checkpoint and the proofs that lead to it."""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any

CHECKPOINT_TYPE = "mag-checkpoint+jwt"


@dataclass(frozen=True)
class Checkpoint:
    """A signed head: so many leaves, and the hash over all of them. `jws` is what was signed."""

    size: int
    root: bytes
    signed_at: datetime
    jws: str


@dataclass(frozen=True)
class InclusionProof:
    """That a leaf stands at `position` (from 0) of the first `size`; `path` leads to `root`."""

    position: int
    size: int
    leaf: bytes
    path: tuple[bytes, ...]
    root: bytes


@dataclass(frozen=True)
class ConsistencyProof:
    """That the first `old` leaves of the first `new` are unchanged."""

    old: int
    new: int
    path: tuple[bytes, ...]


def checkpoint_claims(*, issuer: str, size: int, root: bytes, now: datetime) -> dict[str, Any]:
    """Return what a checkpoint says; `iat` in seconds since 1970."""
    return {"iss": issuer, "size": size, "root": encoded(root), "iat": int(now.timestamp())}


def told_checkpoint(one: Checkpoint) -> dict[str, Any]:
    """Return a checkpoint as it is told to the world; `checkpoint` is what was signed."""
    return {"size": one.size, "root": encoded(one.root), "checkpoint": one.jws}


def encoded(octets: bytes) -> str:
    """Return a hash as it is written everywhere: base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
