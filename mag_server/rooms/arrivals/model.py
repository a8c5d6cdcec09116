from dataclasses import dataclass, field
from datetime import datetime

from mag_server.rooms.forms.model import FormToShow, LinkRequest
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.people.model import Person

# What a stranger is told, by its stable code; the partner learns that somebody came, not who.
NOT_FOR_YOU = "MAG-304"


@dataclass(frozen=True)
class Welcome:
    """Somebody is signed in already: the page asks whether to go on as that person.

    `accepted` says whether the link is for them; `recorded_at`, when this session was
    authenticated at it before.
    """

    form: FormToShow
    person: Person
    accepted: bool
    recorded_at: datetime | None


@dataclass(frozen=True)
class ClosedLink:
    """The link opens nothing: why, by a stable code, and what one can do instead.

    Who is not accepted may change accounts by `form`; else `home` is the sender's own front page.
    Neither `partner` nor `home` is known of a link that was never made.
    """

    code: str
    partner: Partner | None = None
    home: str | None = None
    form: FormToShow | None = None


@dataclass(frozen=True)
class Arrived:
    """Somebody was authenticated at a link, and that is recorded.

    With a `handle` they go on to the partner; without one they stay, and are told what is `closed`.
    """

    partner: Partner
    request: LinkRequest
    target: str
    handle: str | None = field(default=None, repr=False)
    closed: ClosedLink | None = None
    session_cookie: str | None = field(default=None, repr=False)
    device_cookie: str | None = field(default=None, repr=False)
