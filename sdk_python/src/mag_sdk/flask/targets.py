"""Where a person may land after signing in: a page of this portal, and nowhere else."""

import re
from collections.abc import Collection
from urllib.parse import quote, unquote

from flask import Request

HOME = "/"
# It travels in a cookie, and servers commonly refuse a Cookie header over 8 KB.
LONGEST_TARGET = 500
LONGEST_LINK_TARGET = 1024  # as long as an address that MAG registers
_PLAIN = re.compile(r"/[!-~]*")
_QUOTE_PATH = "/-._~!$&'()*+,;=:@"
_QUOTE_QUERY = _QUOTE_PATH + "?%[]"
_DECODINGS = 8


def is_local(target: str, *, longest: int = LONGEST_TARGET) -> bool:
    """Tell whether a browser and a proxy would both take this for a path of this portal.

    The path may not hide, at any depth of percent-encoding, a backslash (which browsers read as a
    slash), an empty segment (`//host` is another site), a dot segment or a control character.
    The query is the page's own business and only has to be plain ASCII.
    """
    if len(target) > longest or not _PLAIN.fullmatch(target):
        return False
    if "\\" in target or "#" in target:
        return False
    path = target.partition("?")[0]
    for _ in range(_DECODINGS):
        if not _is_harmless(path):
            return False
        decoded = unquote(path, errors="replace")
        if decoded == path:
            return True
        path = decoded
    return False  # nobody encodes a path eight times over without a purpose


def _is_harmless(path: str) -> bool:
    if "//" in path or "\\" in path or any(ord(c) < 0x20 or ord(c) == 0x7F for c in path):  # noqa: PLR2004 -- the ASCII control characters
        return False
    return not any(segment in {".", ".."} for segment in path.split("/"))


def is_accepted(target: str, *, accepted_paths: Collection[str] | None) -> bool:
    """Tell whether a target is local and, where the portal lists its pages, one of them."""
    if not is_local(target):
        return False
    return accepted_paths is None or target.partition("?")[0] in accepted_paths


def page_asked_for(request: Request) -> str:
    """Write the address of the page being asked for, with its query, as a target.

    Returns:
        The page; its path alone when the query is too long; the home page for anything but GET,
        since a form cannot be sent again on the person's behalf.
    """
    if request.method not in {"GET", "HEAD"}:
        return HOME
    path = quote(request.root_path + request.path, safe=_QUOTE_PATH)
    query = quote(request.query_string.decode("latin-1"), safe=_QUOTE_QUERY, encoding="latin-1")
    for target in (f"{path}?{query}" if query else path, path):
        if is_local(target):
            return target
    return HOME
