import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from mag_server.base.secrets import same
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.people.model import Person
from mag_server.rooms.sessions.model import Session

PERSON_SCOPES = ("openid", "profile", "entreprise", "email")
BACK_END_SCOPES = ("links", "receipts", "consultations")
# Between a handle and its end a partner asks once or twice; one that asks without end is in a loop.
LOOP_GUARD, MOST_SILENT_ANSWERS = timedelta(seconds=30), 9
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


@dataclass(frozen=True)
class CodeRequest:
    """What a code is bound to: the request that asked for it and the session that answers it."""

    client_id: str
    redirect_uri: str
    code_challenge: str
    nonce: str | None
    scope: str
    session: Session
    link_id: str | None = None
    target: str | None = None


@dataclass(frozen=True)
class RedeemedCode:
    """What a burnt code was bound to."""

    client_id: str
    redirect_uri: str
    code_challenge: str
    nonce: str | None
    scope: str
    sid: str
    sub: str
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime
    link_id: str | None = None
    target: str | None = None


@dataclass(frozen=True)
class Tokens:
    """What the token endpoint answers; `id_token` is None for a back end."""

    access_token: str = field(repr=False)
    id_token: str | None = field(repr=False)
    expires_in_seconds: int
    scope: str


@dataclass(frozen=True)
class AccessToken:
    """A live access token: a person's (with `sub`) or a back end's (without)."""

    client_id: str
    sub: str | None
    sid: str | None
    scope: str


@dataclass(frozen=True)
class BackEnd:
    """A partner's back end, as its token proves it, and what it may ask for."""

    partner: Partner
    scopes: frozenset[str]


class CodeRefusal(Enum):
    """Why a code gives nothing; the answer is `invalid_grant` for all of them."""

    UNKNOWN = "unknown, expired or already redeemed"
    OTHER_REQUEST = "made for another client, redirect_uri or verifier"
    SESSION_OVER = "the session was ended meanwhile"


def challenge_matches(challenge: str, verifier: str) -> bool:
    """Tell whether a PKCE verifier gives this S256 challenge (RFC 7636 section 4.6)."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return same(base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"), challenge)


def claims_of(person: Person, *, scope: str) -> dict[str, Any]:
    """Return what the scopes tell of a person: in the ID token and at /userinfo alike."""
    scopes = scope.split()
    claims: dict[str, Any] = {"sub": person.sub}
    if "profile" in scopes:
        claims |= {"family_name": person.family_name, "given_name": person.given_name}
    if "entreprise" in scopes:
        claims |= {
            "siret": person.siret.digits,
            "siren": person.siret.siren.digits,
            "roles": sorted(role.value for role in person.roles),
        }
    if "email" in scopes:
        claims |= {"email": person.email, "email_verified": person.email_validated_at is not None}
    return claims


def proof_claims(proved: RedeemedCode | Session) -> dict[str, Any]:
    """Return how the person was authenticated: in the ID token and at /userinfo alike."""
    return {
        "auth_time": int(proved.auth_time.timestamp()),
        "acr": proved.acr,
        "amr": list(proved.amr),
        "sid": proved.sid,
    }


def id_token_claims(
    person: Person,
    code: RedeemedCode,
    *,
    issuer: str,
    access_token: str,
    now: datetime,
    lifetime_seconds: int,
) -> dict[str, Any]:
    """Return the claims of an ID token (OpenID Connect Core 1.0 sections 2 and 3.1.3.6)."""
    issued_at = int(now.timestamp())
    claims = {
        "iss": issuer,
        "aud": code.client_id,
        "iat": issued_at,
        "exp": issued_at + lifetime_seconds,
        "at_hash": half_hash(access_token),
    }
    if code.nonce is not None:
        claims["nonce"] = code.nonce
    if code.link_id is not None:
        claims |= {"link": code.link_id, "target": code.target}
    return claims | proof_claims(code) | claims_of(person, scope=code.scope)


def half_hash(token: str) -> str:
    """Return the left half of a token's SHA-256, base64url (Core section 3.1.3.6, `at_hash`)."""
    digest = hashlib.sha256(token.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode("ascii")


@dataclass(frozen=True)
class SignOutRequest:
    """What a sign-out asked for: everything is optional (RP-Initiated Logout 1.0 section 2)."""

    id_token_hint: str | None
    client_id: str | None
    post_logout_redirect_uri: str | None
    state: str | None


@dataclass(frozen=True)
class SignedOut:
    """The session is over; `return_to` is a registered address, or None to stay here."""

    partner: Partner | None
    return_to: str | None
    state: str | None


@dataclass(frozen=True)
class ConfirmSignOut:
    """Nothing proves who asks: the person is asked first. `token` is the signed request."""

    partner: Partner | None
    token: str = field(repr=False)


class SignOutRefusal(Enum):
    """Why a sign-out is refused here, never redirected; the value is its stable code."""

    UNKNOWN_PARTNER = "MAG-101"
    BAD_HINT = "MAG-114"
    BAD_RETURN = "MAG-121"
    BAD_STATE = "MAG-113"
    BAD_FORM = "MAG-120"
