"""A partner, and which addresses it may register."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from mag_server.base.addresses import UriReason, UriRefused, check_address, origin_of

SigningAlgorithm = Literal["ES256", "RS256"]

# The answer's own parameters (RFC 6749, RFC 9207, Session Management): a registered query name
# that repeats one would let two readers of the callback see two different values.
_RESPONSE_NAMES = frozenset(
    {
        "code",
        "error",
        "error_description",
        "error_uri",
        "id_token",
        "iss",
        "response",
        "session_state",
        "state",
    }
)
_LOGOUT_NAMES = frozenset({"state"})
# OpenID Connect Core section 4: what MAG adds when it starts a sign-in at the partner's.
_INITIATE_NAMES = frozenset({"iss", "login_hint", "target_link_uri"})

LONGEST_NAME_CHARACTERS = 100
_CLIENT_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,62}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Partner:
    """A registered partner; every address in it passed the check of its kind.

    `origins` may embed the widget; `targets` are the pages a link may lead to, whose query
    names, where written, are the only ones allowed; `minimum_acr` None asks for nothing.
    """

    client_id: str
    name: str
    theme: str
    redirect_uris: tuple[str, ...]
    origins: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    initiate_login_uri: str | None = None
    targets: tuple[str, ...] = ()
    minimum_acr: str | None = None
    alg: SigningAlgorithm = "ES256"
    sandbox: bool = False


@dataclass(frozen=True)
class PartnerSecret:
    """One of a partner's secrets: only its SHA-256 fingerprint is ever kept."""

    client_id: str
    number: int
    created_at: datetime
    fingerprint: str = field(repr=False)


def is_client_id(text: str) -> bool:
    """Tell whether a text may name a partner: 2 to 63 of a-z, 0-9 and -, not starting with -."""
    return _CLIENT_ID.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Tell whether people can read a text as a partner's name: 1 to 100 characters, one line."""
    # A no-break space, as in a French name, counts as printable here.
    plain = text.replace("\u00a0", " ").replace("\u202f", " ")
    return bool(text.strip()) and plain.isprintable() and len(text) <= LONGEST_NAME_CHARACTERS


def find_redirect_uri(partner: Partner, asked: str) -> bool:
    """Tell whether the partner registered exactly this string (RFC 9700 section 4.1.3)."""
    return asked in partner.redirect_uris


def find_post_logout_redirect_uri(partner: Partner, asked: str) -> bool:
    """Tell whether the partner registered exactly this string (RP-Initiated Logout section 3)."""
    return asked in partner.post_logout_redirect_uris


def find_origin(partner: Partner, asked: str) -> bool:
    """Tell whether the partner registered exactly this origin."""
    return asked in partner.origins


def check_redirect_uri_registration(uri: str, *, sandbox: bool) -> UriRefused | None:
    """Refuse a redirect_uri that two readers could read differently, or that is not safe.

    https only; http for this machine, when sandbox. Returns None when it may be registered.

    Source: docs/protocol.md, "Before the first sign-in"; RFC 9700 section 4.1.3.
    """
    return check_address(uri, local_allowed=sandbox, reserved_names=_RESPONSE_NAMES)


def check_post_logout_redirect_uri_registration(uri: str, *, sandbox: bool) -> UriRefused | None:
    """Refuse a post_logout_redirect_uri by the rules of a redirect_uri."""
    return check_address(uri, local_allowed=sandbox, reserved_names=_LOGOUT_NAMES)


def check_initiate_login_uri_registration(uri: str, *, sandbox: bool) -> UriRefused | None:
    """Refuse an initiate_login_uri by the rules of a redirect_uri (Core section 4)."""
    return check_address(uri, local_allowed=sandbox, reserved_names=_INITIATE_NAMES)


def check_target_registration(uri: str, *, sandbox: bool) -> UriRefused | None:
    """Refuse a target by the rules of a redirect_uri; its query is a list of names, no values.

    `https://portail.example/taux?annee&siret` lets a link add `annee` and `siret`, nothing else.
    """
    if refused := check_address(uri, local_allowed=sandbox):
        return refused
    return UriRefused(UriReason.QUERY) if "=" in uri.partition("?")[2] else None


def check_origin_registration(origin: str, *, sandbox: bool) -> UriRefused | None:
    """Refuse an origin that is not scheme, host and port as a browser sends them.

    Source: RFC 6454 section 6.2, with the rules of a redirect_uri for its host.
    """
    if refused := check_address(origin + "/", local_allowed=sandbox):
        return UriRefused(UriReason.EMPTY) if not origin else refused
    return None if origin_of(origin + "/") == origin else UriRefused(UriReason.SHAPE)
