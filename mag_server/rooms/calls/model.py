import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

# How long an answer is told again, and how long a call that died keeps its key.
KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class CallRefusal(Enum):
    """Why a repeated call is not done; the value is its stable code."""

    OTHER_BODY = "MAG-425"
    RUNNING = "MAG-426"


@dataclass(frozen=True)
class Call:
    """A call that may be repeated: whose it is, under which key, and what it asks in all."""

    client_id: str
    key: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True)
class Begun:
    """This call is ours to do: `claim` proves it when its answer is kept."""

    call: Call
    claim: str = field(repr=False)


@dataclass(frozen=True)
class Answered:
    """The call was done before: this is what it was told."""

    answer: bytes = field(repr=False)


@dataclass(frozen=True)
class KeptCall:
    """A key as it is stored: whose fingerprints they are, and the sealed answer once there."""

    body_fingerprint: str
    claimed_at: datetime
    sealed_answer: str | None = field(repr=False)


def is_key(text: str) -> bool:
    """Tell whether a text may be an idempotency key: 1 to 255 visible ASCII characters."""
    return _KEY.fullmatch(text) is not None


def refuse_repeat(kept: KeptCall, *, body_fingerprint: str) -> CallRefusal | None:
    """Return why a key that is taken gives no answer, or None if it has one for this body."""
    if kept.body_fingerprint != body_fingerprint:
        return CallRefusal.OTHER_BODY
    return CallRefusal.RUNNING if kept.sealed_answer is None else None
