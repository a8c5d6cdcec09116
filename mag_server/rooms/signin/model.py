"""What a sign-in depends on, and the one decision of its next step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from mag_server.base.secrets import SecretKeys
from mag_server.rooms.attempts.model import Bucket
from mag_server.rooms.forms.model import FormToShow
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.requests.model import AuthorizationRequest
from mag_server.rooms.sessions.model import Familiarity, Session

TRIPLET_ALLOWANCE = 5
# One address may be a whole company behind one router: its typing errors are added up.
ADDRESS_ALLOWANCE = 20
# From weakest to strongest; `recovered` is what whoever reads the person's mailbox can reach.
LEVELS = ("recovered", "password", "two-factor")


def acr_password(issuer: str) -> str:
    """Return the level of a password alone."""
    return f"{issuer}/acr/password"


def can_be_met(request: AuthorizationRequest, *, minimum_acr: str | None, issuer: str) -> bool:
    """Tell whether the asked and the registered levels can be reached: no silent downgrade.

    Asked levels are taken as they are named; a registered minimum is met by any level above it.

    Source: OpenID Connect Core Unmet Authentication Requirements 1.0.
    """
    reachable = acr_password(issuer)
    asked_in_vain = bool(request.acr_values) and reachable not in request.acr_values
    return not asked_in_vain and reaches(reachable, minimum_acr=minimum_acr, issuer=issuer)


def reaches(acr: str, *, minimum_acr: str | None, issuer: str) -> bool:
    """Tell whether a level is at least the minimum; no level reaches one of another issuer."""
    if minimum_acr is None:
        return True
    levels = [f"{issuer}/acr/{level}" for level in LEVELS]
    return minimum_acr in levels and acr in levels[levels.index(minimum_acr) :]


class Step(Enum):
    """What comes next in a sign-in."""

    SHOW_FORM = "form"
    ANSWER_SILENTLY = "silent"
    LOGIN_REQUIRED = "MAG-116"
    UNMET = "MAG-115"


@dataclass(frozen=True)
class Situation:
    """All that the next step depends on."""

    request: AuthorizationRequest
    minimum_acr: str | None
    issuer: str
    session: Session | None
    now: datetime


def decide_next_step(situation: Situation) -> Step:
    """Decide the next step of a sign-in: the only place where steps are put in order."""
    request, session = situation.request, situation.session
    if not can_be_met(request, minimum_acr=situation.minimum_acr, issuer=situation.issuer):
        return Step.UNMET
    if session is not None and _answers(situation, session):
        return Step.ANSWER_SILENTLY
    return Step.LOGIN_REQUIRED if "none" in request.prompt else Step.SHOW_FORM


def _answers(situation: Situation, session: Session) -> bool:
    request = situation.request
    if request.prompt & {"login", "select_account"}:
        return False
    if request.max_age_seconds is not None and (
        request.max_age_seconds == 0
        or situation.now - session.auth_time > timedelta(seconds=request.max_age_seconds)
    ):
        return False
    return request.hinted_sub in {None, session.sub}


@dataclass(frozen=True)
class Granted:
    """The answer to the partner: a code, and the cookies of a session that was just opened."""

    partner: Partner
    request: AuthorizationRequest
    code: str = field(repr=False)
    session_cookie: str | None = field(default=None, repr=False)
    device_cookie: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Entered:
    """The answer to who signed in at MAG itself: the cookies of a session that was just opened."""

    session_cookie: str | None = field(default=None, repr=False)
    device_cookie: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class PostedForm:
    """What came with a form, as typed; `address` is the client's, proxies believed or not."""

    token: str
    siret: str
    nom: str
    prenom: str
    password: str = field(repr=False)
    address: str
    session_cookie: str | None = field(default=None, repr=False)
    device_cookie: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class FormRefused:
    """The form is shown again, renewed: all is kept but the password.

    `field_reasons` names empty or malformed fields only; a wrong value is never located.
    """

    form: FormToShow
    code: str
    field_reasons: Mapping[str, Enum] = field(default_factory=dict)
    retry_after_seconds: int | None = None


def count_in(
    keys: SecretKeys, *, place: Familiarity, network: str, link_id: str | None
) -> tuple[Bucket, ...]:
    """Return what a wrong password is counted in (docs/decisions/0006).

    Mail filters type into the forms they find, from where the person will come: at an emailed
    link, a failure counts against that link at that address alone (docs/decisions/0012).
    """
    scope = (network,) if link_id is None else (network, link_id)
    name = keys.keyed_fingerprint(*scope, purpose="address")
    by_address = Bucket(f"address:{name}", ADDRESS_ALLOWANCE)
    if place.known is None:
        return (Bucket(place.triplet_fingerprint, TRIPLET_ALLOWANCE), by_address)
    # A familiar place has a count of its own: an attack from elsewhere cannot keep it out. The
    # count is that of the known mark alone: with the other one in it, whoever invents a device on
    # a familiar network, or carries a stolen device about, would begin a new count at each guess.
    own = keys.keyed_fingerprint(place.triplet_fingerprint, *place.known, purpose="familiar")
    return (Bucket(f"familiar:{own}", TRIPLET_ALLOWANCE), by_address)
