"""JSON read strictly: what two readers could read differently is refused, never guessed.

Source: RFC 8259 section 4 (names should be unique), section 6 (no NaN, no Infinity); RFC 7493.
"""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any, NoReturn

LONGEST_NAME_SHOWN = 60
LONGEST_LINE_BYTES = 64 * 1024


class JsonReason(Enum):
    """Why a text is not JSON that can be trusted; the value is the sentence for the developer."""

    ENCODING = "The text is not UTF-8."
    SYNTAX = "The text is not JSON."
    DUPLICATE = "A member stands twice in one object."
    NUMBER = "NaN and Infinity are no JSON numbers."
    DEPTH = "The JSON is nested too deeply."
    LENGTH = "The line is longer than 64 KiB."
    SURROGATE = "A text holds half a surrogate pair, which is no character."


@dataclass(frozen=True)
class JsonRefused:
    """The text is refused; `member` names the one at fault, cut to 60 characters, or is empty."""

    reason: JsonReason
    member: str = ""


class _FaultError(ValueError):
    def __init__(self, refused: JsonRefused) -> None:
        super().__init__(refused.reason.value)
        self.refused = refused


def parse_json(octets: bytes) -> Any | JsonRefused:
    """Return the value that these bytes spell in UTF-8, or why they are refused."""
    try:
        value = json.loads(
            octets.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        return JsonRefused(JsonReason.ENCODING)
    except _FaultError as error:
        return error.refused
    except RecursionError:
        return JsonRefused(JsonReason.DEPTH)
    except ValueError:  # JSONDecodeError, and a number of thousands of digits
        return JsonRefused(JsonReason.SYNTAX)
    return JsonRefused(JsonReason.SURROGATE) if _halves_a_pair(octets, value) else value


def parse_lines(octets: bytes, *, most: int) -> list[tuple[int, Any | JsonRefused]] | None:
    """Return what each line spells, with its number from 1; None if there are more than `most`.

    Blank lines are counted and left out, as editors leave some at the end.
    """
    # Blank lines are bounded too: a body of line breaks alone must not take long.
    if octets.count(b"\n") > 2 * most:
        return None
    lines = [
        (number, stripped)
        for number, line in enumerate(octets.split(b"\n"), start=1)
        if (stripped := line.strip(b" \t\r"))
    ]
    if len(lines) > most:
        return None
    return [(number, _parse_line(line)) for number, line in lines]


def _parse_line(line: bytes) -> Any | JsonRefused:
    too_long = len(line) > LONGEST_LINE_BYTES
    return JsonRefused(JsonReason.LENGTH) if too_long else parse_json(line)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]  # add returns None, which is false
        raise _FaultError(JsonRefused(JsonReason.DUPLICATE, shown(twice)))
    return members


def _no_constant(_constant: str) -> NoReturn:
    raise _FaultError(JsonRefused(JsonReason.NUMBER))


def _halves_a_pair(octets: bytes, value: object) -> bool:
    # Only an escape can spell one: no other text pays for the second look.
    if b"\\ud" not in octets and b"\\uD" not in octets:
        return False
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def shown(name: str) -> str:
    """Return a member's name fit to be told back: printable, at most 60 characters."""
    return "".join(c if c.isprintable() else "?" for c in name[:LONGEST_NAME_SHOWN])
