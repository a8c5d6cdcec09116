"""A form: its own signed copy of the request, and what it led to once it was spent."""

from dataclasses import dataclass, field
from datetime import datetime

from mag_server.rooms.partners.model import Partner
from mag_server.rooms.requests.model import AuthorizationRequest


@dataclass(frozen=True)
class FormToShow:
    """A form ready to be filled: its signed token and the SIRET that the partner suggested."""

    partner: Partner
    request: AuthorizationRequest
    token: str = field(repr=False)
    siret: str = ""


@dataclass(frozen=True)
class OpenedForm:
    """A form that was signed here, for a partner that still stands."""

    form_id: str
    partner: Partner
    request: AuthorizationRequest
    expired: bool


@dataclass(frozen=True)
class FormUse:
    """What a spent form led to: posted again with the same proof it goes on with this attempt."""

    proof_fingerprint: str
    attempt_id: str
    used_at: datetime
