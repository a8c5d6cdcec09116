"""A compact JWS taken apart, before anything in it is believed (RFC 7515)."""

import base64
import re
from dataclasses import dataclass

from mag_sdk.errors import AlgorithmRefused, HeaderRefused, MalformedAssertion, UnknownKey
from mag_sdk.strict_json import read_object

ALGORITHMS = ("ES256", "RS256")
LONGEST_TOKEN = 16_384
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")

# Keys that a token brings along itself (CVE-2018-0114), extensions we would have to understand
# (RFC 7515 section 4.1.11), and payloads encoded otherwise (RFC 7797).
_NEVER_SENT = ("jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc")


@dataclass(frozen=True)
class Header:
    """What the header asks for: which key, which algorithm."""

    kid: str
    algorithm: str


def read_header(token: str, *, typ: str = "JWT") -> Header:
    """Read the header of a token whose every segment is well formed, and whose `typ` is this.

    Raises:
        MalformedAssertion: not three canonical base64url segments, or no JSON object.
        HeaderRefused: a parameter MAG never sends, or the `typ` of another kind of token.
        AlgorithmRefused: anything but ES256 and RS256.
        UnknownKey: no `kid`.
    """
    if len(token) > LONGEST_TOKEN:
        raise MalformedAssertion("too long")
    segments = token.split(".")
    if len(segments) != 3:  # noqa: PLR2004 -- header, payload, signature
        raise MalformedAssertion("not three segments")
    raw = [_decode(segment) for segment in segments]
    try:
        members = read_object(raw[0])
    except ValueError as error:
        raise MalformedAssertion(f"header: {error}") from error
    _check_parameters(members, typ=typ)
    algorithm = members.get("alg")
    if algorithm not in ALGORITHMS:
        raise AlgorithmRefused(repr(algorithm)[:40])
    kid = members.get("kid")
    if not isinstance(kid, str) or not kid:
        raise UnknownKey(None, algorithm)
    return Header(kid=kid, algorithm=algorithm)


def _check_parameters(members: dict[str, object], *, typ: str) -> None:
    for parameter in _NEVER_SENT:
        if parameter in members:
            raise HeaderRefused(parameter)
    # A logout token or an access token signed by the same key must not pass for an ID token
    # (RFC 8725 section 3.11).
    if members.get("typ", "JWT") != typ:
        raise HeaderRefused("typ")


def _decode(segment: str) -> bytes:
    if not _BASE64URL.fullmatch(segment):
        raise MalformedAssertion("not base64url")
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError as error:
        raise MalformedAssertion("not base64url") from error
    # Spare bits at the end would give one signature many spellings.
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != segment:
        raise MalformedAssertion("base64url is not canonical")
    return raw
