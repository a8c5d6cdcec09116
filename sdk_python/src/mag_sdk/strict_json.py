"""JSON read so that two readers cannot understand it differently."""

import json
from typing import Any, NoReturn


def read_object(text: bytes) -> dict[str, Any]:
    """Read one JSON object.

    Raises:
        ValueError: not UTF-8, not JSON, not an object, a member twice, NaN or infinity,
            nested too deeply, or a number too long to be one.
    """
    try:
        found = json.loads(
            text.decode("utf-8"), object_pairs_hook=_members_once, parse_constant=_no_constant
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 -- the bytes are wrong, not a type of ours
    return found


def _members_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # {"iss": good, "iss": evil}: parsers differ on which one counts.
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
