"""Who came: the verified content of MAG's ID token."""

from dataclasses import dataclass, field
from datetime import datetime

from mag_sdk import claims as read
from mag_sdk.errors import MalformedAssertion


@dataclass(frozen=True)
class Assertion:
    """One person, at one moment, as MAG vouches for them; every instant is aware UTC.

    A claim whose scope was not asked for is None, or empty for a list. `sub` never changes for a
    person and is the only claim to use as a key: names, SIRET and e-mail may change. `link` and
    `target` tell at which emailed link the sign-in began, and the page that it leads to.
    """

    sub: str
    issuer: str
    audience: str
    issued_at: datetime
    expires_at: datetime
    auth_time: datetime
    acr: str
    amr: tuple[str, ...]
    sid: str
    nonce: str = field(repr=False)
    family_name: str | None = None
    given_name: str | None = None
    siret: str | None = None
    siren: str | None = None
    roles: tuple[str, ...] = ()
    email: str | None = None
    email_verified: bool = False
    link: str | None = None
    target: str | None = None
    at_hash: str | None = field(default=None, repr=False)
    id_token: str = field(default="", repr=False)  # the hint for signing out
    access_token: str | None = field(default=None, repr=False)  # for /userinfo and /revoke


def read_assertion(*, claims: read.Claims, audience: str, id_token: str) -> Assertion:
    """Give the verified claims their names and types.

    Raises:
        MalformedAssertion: a claim is missing or of the wrong shape.
    """
    siret = read.digits(claims, "siret", length=14)
    siren = read.digits(claims, "siren", length=9)
    if siret is not None and siren is not None and not siret.startswith(siren):
        raise MalformedAssertion("siren is not the head of siret")
    return Assertion(
        sub=read.text(claims, "sub"),
        issuer=read.text(claims, "iss"),
        audience=audience,
        issued_at=read.instant(claims, "iat"),
        expires_at=read.instant(claims, "exp"),
        auth_time=read.instant(claims, "auth_time"),
        acr=read.text(claims, "acr"),
        amr=read.texts(claims, "amr"),
        sid=read.text(claims, "sid"),
        nonce=read.text(claims, "nonce"),
        family_name=read.optional_text(claims, "family_name"),
        given_name=read.optional_text(claims, "given_name"),
        siret=siret,
        siren=siren,
        roles=read.texts(claims, "roles"),
        email=read.optional_text(claims, "email"),
        email_verified=read.truth(claims, "email_verified"),
        link=read.optional_text(claims, "link"),
        target=read.optional_text(claims, "target"),
        at_hash=read.optional_text(claims, "at_hash"),
        id_token=id_token,
    )
