"""What can happen at a link, and what it proves."""

import ipaddress
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from mag_server.rooms.links.model import AddresseeMatch, Link
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.people.model import Person
from mag_server.rooms.receipts.model import Receipt

# What a partner reads in the REFUSED receipt: that somebody was turned away, not who.
NOT_ACCEPTED = "not_accepted"


# As new_identifier makes it: another hint, such as a SIRET, is not looked for.
VISIT_HANDLE = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


class Agent(Enum):
    """What a client says it is: a label for reading traces, never a decision."""

    BROWSER = "browser"
    PREFETCH = "prefetch"
    PROGRAM = "program"
    SILENT = "silent"


@dataclass(frozen=True)
class Fetch:
    """A bare GET or HEAD of a link: it proves nothing."""

    method: str
    address: str = field(repr=False)
    agent: Agent


@dataclass(frozen=True)
class Trace:
    """How often one address fetched a link on one day, as one kind of client.

    `address` is None once its 30 days are over; `network` is what is left of it.
    """

    link_id: str
    day: str
    method: str
    agent: Agent
    network: str
    address: str | None = field(repr=False)
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True)
class OpenedLink:
    """A link that opens, and the partner whose page it leads to."""

    link: Link
    partner: Partner


class LinkRefusal(Enum):
    """Why a link opens nothing, by its stable code; it tells nothing to a stranger."""

    UNKNOWN = "MAG-301"
    EXPIRED = "MAG-302"
    REVOKED = "MAG-303"


class ConsultationRefusal(Enum):
    """Why a consultation is not recorded, by its stable code."""

    UNKNOWN_LINK = "MAG-316"
    NOBODY = "MAG-413"


@dataclass(frozen=True)
class Recorded:
    """A successful sign-in at a link, as it was noted.

    `accepted` is False for a stranger, who is led nowhere. `first` is False when this person's
    session was noted before: nothing was added then.
    """

    match: AddresseeMatch
    accepted: bool
    recorded_at: datetime
    first: bool


@dataclass(frozen=True)
class OwnReceipt:
    """A receipt that concerns a person, the link it is about, and the name of who sent that.

    `link` is None for a link that is kept no more: its receipts are kept longer.
    """

    receipt: Receipt
    link: Link | None
    sender: str


@dataclass(frozen=True)
class OwnReceipts:
    """Some of the receipts that concern the person who asks, newest first.

    `next` is how many newer ones to pass over for the page after; None at the end.
    """

    person: Person
    receipts: tuple[OwnReceipt, ...]
    next: int | None


_BROWSER = re.compile(r"Mozilla/5\.0 \(.*(?:Gecko|AppleWebKit|Trident)", re.ASCII)
_SAYS_IT_IS_NONE = re.compile(
    r"bot|crawl|spider|scan|preview|proxy|curl|wget|python|java/|go-http|headless|monitor|fetch",
    re.IGNORECASE,
)


def agent_of(user_agent: str, *, purpose: str) -> Agent:
    """Label a client by its User-Agent, and by Sec-Purpose or Purpose."""
    if "prefetch" in purpose or "prerender" in purpose:
        return Agent.PREFETCH
    if not user_agent.strip():
        return Agent.SILENT
    says_so = _SAYS_IT_IS_NONE.search(user_agent) is not None
    return Agent.BROWSER if _BROWSER.match(user_agent) and not says_so else Agent.PROGRAM


def cut_address(address: str) -> str:
    """Return the network that an address is cut to: /24 in IPv4, /48 in IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    prefix = 24 if parsed.version == 4 else 48  # noqa: PLR2004 - the protocol's own number
    return str(ipaddress.ip_network((parsed, prefix), strict=False))
