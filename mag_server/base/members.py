"""The members of a JSON object, read strictly: the right type, a bounded length, or a reason."""

import re
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

from mag_server.base.strict_json import shown

LONGEST_TEXT = 1024
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
Choice = TypeVar("Choice", bound=Enum)


class MemberReason(Enum):
    """Why a member is refused: a stable word."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    TYPE = "type"
    EMPTY = "empty"
    LENGTH = "length"
    CHARACTER = "character"
    CHOICE = "choice"
    INSTANT = "instant"


class WrongMemberError(ValueError):
    """A member is wrong; who reads the object turns it into a refusal of its own."""

    def __init__(self, reason: MemberReason, member: str) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.member = member


def read_members(value: object, member: str, known: frozenset[str]) -> dict[str, Any]:
    """Return an object that has no member but the known ones; `member` is its own name."""
    if not isinstance(value, dict):
        raise WrongMemberError(MemberReason.TYPE, member)
    if unknown := sorted(value.keys() - known):
        name = ".".join(filter(None, (member, unknown[0])))
        raise WrongMemberError(MemberReason.UNKNOWN, shown(name))
    return value


def read_text(value: object, member: str, *, longest: int = LONGEST_TEXT) -> str:
    """Return a text that says something, as it stands; None stands for a missing member."""
    if value is None:
        raise WrongMemberError(MemberReason.MISSING, member)
    if not isinstance(value, str):
        raise WrongMemberError(MemberReason.TYPE, member)
    if not value.strip():
        raise WrongMemberError(MemberReason.EMPTY, member)
    if len(value) > longest:
        raise WrongMemberError(MemberReason.LENGTH, member)
    return value


def read_printable(value: object, member: str, *, longest: int = LONGEST_TEXT) -> str:
    """Return a text without a control, an invisible mark or a line break."""
    text = read_text(value, member, longest=longest)
    if not text.isprintable():
        raise WrongMemberError(MemberReason.CHARACTER, member)
    return text


def read_choice(value: object, member: str, words: type[Choice]) -> Choice:
    """Return the one of `words` whose value this text is."""
    text = read_text(value, member)
    for one in words:
        if one.value == text:
            return one
    raise WrongMemberError(MemberReason.CHOICE, member)


def read_instant(value: object, member: str) -> datetime:
    """Return an RFC 3339 instant as aware UTC."""
    text = read_text(value, member)
    try:
        if not _INSTANT.fullmatch(text):
            raise WrongMemberError(MemberReason.INSTANT, member)
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise WrongMemberError(MemberReason.INSTANT, member) from error
