"""A form: its own signed copy of the request, and what it led to once it was spent."""

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from mag_server.base.addresses import origin_of
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.requests.model import AuthorizationRequest
from mag_server.rooms.themes.model import DEFAULT_THEME


@dataclass(frozen=True)
class LinkRequest:
    """A sign-in that began at an emailed link: the partner is told of it afterwards.

    It carries what the page says of the mail, so that the form can be shown again as it was:
    `message` is the message's name, `sent_at` when the link was made (seconds since 1970),
    `login_hint` the SIRET that the partner wants prefilled.
    """

    link_id: str
    client_id: str
    message: str
    sent_at: int
    login_hint: str | None = None
    ui_locales: str | None = None
    # What an authorization request has and this has not.
    in_frame: bool = False
    hinted_sub: str | None = None

    def pack(self) -> dict[str, Any]:
        """Return the request as JSON-able values, to be signed into the form."""
        return asdict(self)

    def parameters(self) -> dict[str, str]:
        """Return what tells a page of help whose theme to wear; no query leads back here."""
        return {"client_id": self.client_id}

    @staticmethod
    def unpack(packed: dict[str, Any]) -> "LinkRequest":
        """Return what `pack` was given, by this version of MAG or by another one."""
        known = {one.name: packed[one.name] for one in fields(LinkRequest) if one.name in packed}
        return LinkRequest(**known)


@dataclass(frozen=True)
class OwnRequest:
    """A sign-in at MAG itself, to see what it keeps about oneself: no partner learns of it."""

    ui_locales: str | None = None
    # What an authorization request has and this has not.
    client_id: str = ""
    login_hint: str | None = None
    in_frame: bool = False
    hinted_sub: str | None = None

    def pack(self) -> dict[str, Any]:
        """Return the request as JSON-able values, to be signed into the form."""
        return {"own": True, "ui_locales": self.ui_locales}

    def parameters(self) -> dict[str, str]:
        """Return what tells a page of help whose theme to wear: MAG's own needs no telling."""
        return {}


SignInRequest = AuthorizationRequest | LinkRequest | OwnRequest
# Whose form it is where no partner asked.
OURSELVES = Partner(client_id="", name="Net-entreprises", theme=DEFAULT_THEME, redirect_uris=())


def unpack_request(packed: dict[str, Any]) -> SignInRequest:
    """Return the request that a form carries, of whichever kind."""
    if "own" in packed:
        return OwnRequest(packed["ui_locales"])
    if "link_id" in packed:
        return LinkRequest.unpack(packed)
    return AuthorizationRequest.unpack(packed)


def framing_origin(request: SignInRequest) -> str | None:
    """Return the origin of the page whose frame a form stands in; None for a page of our own."""
    if not isinstance(request, AuthorizationRequest) or not request.in_frame:
        return None
    return origin_of(request.redirect_uri)


@dataclass(frozen=True)
class FormToShow:
    """A form ready to be filled: its signed token and the SIRET that the partner suggested."""

    partner: Partner
    request: SignInRequest
    token: str = field(repr=False)
    siret: str = ""


@dataclass(frozen=True)
class OpenedForm:
    """A form that was signed here, for a partner that still stands."""

    form_id: str
    partner: Partner
    request: SignInRequest
    expired: bool


@dataclass(frozen=True)
class FormUse:
    """What a spent form led to: posted again with the same proof it goes on with this attempt."""

    proof_fingerprint: str
    attempt_id: str
    used_at: datetime
