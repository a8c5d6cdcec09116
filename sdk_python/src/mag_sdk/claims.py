"""Claims read by their shape: a claim of the wrong type is refused, never converted."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mag_sdk.errors import MalformedAssertion

Claims = Mapping[str, Any]
_LAST_INSTANT = 253_402_300_799  # 9999-12-31T23:59:59Z, the last datetime can hold


def text(claims: Claims, name: str) -> str:
    """Read a text that must be there and not be empty."""
    value = optional_text(claims, name)
    if not value:
        raise MalformedAssertion(f"{name} is missing")
    return value


def optional_text(claims: Claims, name: str) -> str | None:
    """Read a text, or None when the claim is absent."""
    value = claims.get(name)
    if name in claims and not _is_text(value):
        raise MalformedAssertion(f"{name} is not a text")
    return value


def _is_text(value: object) -> bool:
    # JSON can spell half a surrogate pair, which no page and no database can write down.
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def digits(claims: Claims, name: str, *, length: int) -> str | None:
    """Read exactly `length` ASCII digits, or None when the claim is absent."""
    value = optional_text(claims, name)
    if value is not None and not re.fullmatch(rf"[0-9]{{{length}}}", value):
        raise MalformedAssertion(f"{name} is not {length} digits")
    return value


def truth(claims: Claims, name: str) -> bool:
    """Read a JSON boolean; absent is false, and the text "true" is refused."""
    value = claims.get(name, False)
    if not isinstance(value, bool):
        raise MalformedAssertion(f"{name} is not a boolean")
    return value


def texts(claims: Claims, name: str) -> tuple[str, ...]:
    """Read an array of texts; absent is empty."""
    value = claims.get(name, [])
    if not isinstance(value, list) or not all(_is_text(item) for item in value):
        raise MalformedAssertion(f"{name} is not an array of texts")
    return tuple(value)


def instant(claims: Claims, name: str) -> datetime:
    """Read a NumericDate (RFC 7519 section 2) as an aware UTC datetime."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MalformedAssertion(f"{name} is not a date")
    if not 0 <= value <= _LAST_INSTANT or not math.isfinite(value):
        raise MalformedAssertion(f"{name} is out of range")
    return datetime.fromtimestamp(value, UTC)
