"""A link as it is kept, and how who comes stands to its addressee."""

import json
import re
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import Enum
from typing import Any

from mag_server.base.addresses import UriReason
from mag_server.base.words import typographic
from mag_server.rooms.drafts.model import (
    Accept,
    Kind,
    LinkDraft,
    LinkReason,
    LinkRefused,
    deemed_on,
    paris_date,
)
from mag_server.rooms.people.model import Person, name_key

LINK_ID = re.compile(r"lnk_[A-Za-z0-9_-]{22}", re.ASCII)
MOST_LINES_OF_A_CALL = 10_000


class LinkState(Enum):
    """Whether a link still opens."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class AddresseeMatch(Enum):
    """How the person who came stands to the addressee (reading 6)."""

    ADDRESSEE = "addressee"
    SAME_SIRET = "same_siret"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Link(LinkDraft):
    """A link as it is kept: without its token."""

    link_id: str
    client_id: str
    created_at: datetime
    revoked_at: datetime | None = None
    interaction_at: datetime | None = None

    def state(self, now: datetime) -> LinkState:
        """Return whether the link opens at an instant."""
        if self.revoked_at is not None:
            return LinkState.REVOKED
        return LinkState.ACTIVE if now < self.expires_at else LinkState.EXPIRED


@dataclass(frozen=True)
class MadeLink:
    """A link that was just made; `url` only where the partner sends the mail itself."""

    link_id: str
    reference: str | None
    expires_at: datetime
    url: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class CreatedLinks:
    """What became of each line, in the order of the lines: (its number, from 1; the outcome)."""

    outcomes: tuple[tuple[int, MadeLink | LinkRefused], ...]

    @property
    def made(self) -> int:
        """Return how many links there are now."""
        return sum(isinstance(outcome, MadeLink) for _, outcome in self.outcomes)

    def pack(self) -> bytes:
        """Return these outcomes as they are kept, to be told again."""
        return json.dumps([[number, _packed(one)] for number, one in self.outcomes]).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> "CreatedLinks":
        """Return the outcomes that were packed."""
        return cls(tuple((number, _unpacked(one)) for number, one in json.loads(packed)))


def _packed(outcome: MadeLink | LinkRefused) -> list[str | None]:
    if isinstance(outcome, MadeLink):
        ends = outcome.expires_at.isoformat()
        return [outcome.link_id, outcome.reference, ends, outcome.url]
    uri_reason = outcome.uri_reason
    return [outcome.reason.word, outcome.member, uri_reason.value if uri_reason else None]


def _unpacked(kept: list[Any]) -> MadeLink | LinkRefused:
    if len(kept) == len(fields(MadeLink)):
        link_id, reference, ends, url = kept
        return MadeLink(link_id, reference, datetime.fromisoformat(ends), url)
    word, member, uri_reason = kept
    reason = next(one for one in LinkReason if one.word == word)
    return LinkRefused(reason, member, UriReason(uri_reason) if uri_reason else None)


@dataclass(frozen=True)
class LinkFilter:
    """Which links a partner lists; None asks for nothing."""

    state: LinkState | None = None
    kind: Kind | None = None
    message: str | None = None
    reference: str | None = None
    siret: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


@dataclass(frozen=True)
class LinkPage:
    """Some links, newest first, and the link_id to go on after; None at the end."""

    links: tuple[Link, ...]
    next: str | None


def match_addressee(link: Link, person: Person) -> AddresseeMatch:
    """Tell how a person stands to a link's addressee: names are compared by their keys."""
    if person.siret.digits != link.siret:
        return AddresseeMatch.OTHER
    same_names = (person.nom.key, person.prenom.key) == (name_key(link.nom), name_key(link.prenom))
    return AddresseeMatch.ADDRESSEE if same_names else AddresseeMatch.SAME_SIRET


def accepts(link: Link, match: AddresseeMatch) -> bool:
    """Tell whether the link lets such a person through."""
    if link.accept is Accept.ADDRESSEE:
        return match is AddresseeMatch.ADDRESSEE
    return link.accept is Accept.ANYONE or match is not AddresseeMatch.OTHER


def deemed_reason(made_available_at: datetime) -> str:
    """Return both dates and the rule of each: the two texts differ, and which applies is law's.

    Source: CSS L. 242-5 (at the latest 15 days after); order of 8 October 2020 (the date of
    availability itself).
    """
    available_on = paris_date(made_available_at)
    return f"css-l242-5={deemed_on(made_available_at)} arrete-2020-10-08={available_on}"


def told_link(link: Link, *, now: datetime) -> dict[str, Any]:
    """Return a link as the API and the command line tell it; its token is in no such answer."""
    return {
        "id": link.link_id,
        "state": link.state(now).value,
        "kind": link.kind.value,
        "message": link.message,
        "words": dict(link.words),
        "target": link.target,
        "prefill": link.prefill.value,
        "accept": link.accept.value,
        "delivery": link.delivery.value,
        "reference": link.reference,
        "addressee": {
            "siret": link.siret,
            "nom": link.nom,
            "prenom": link.prenom,
            "email": link.email,
        },
        "created_at": rfc3339(link.created_at),
        "expires_at": rfc3339(link.expires_at),
        "made_available_at": rfc3339(link.made_available_at) if link.made_available_at else None,
        "revoked_at": rfc3339(link.revoked_at) if link.revoked_at else None,
    }


def told_made(made: MadeLink) -> dict[str, Any]:
    """Return a link that was just made, as the API and the command line tell it."""
    members = {
        "id": made.link_id,
        "reference": made.reference,
        "expires_at": rfc3339(made.expires_at),
    }
    return members | ({"url": made.url} if made.url else {})


def told_refused(refused: LinkRefused) -> dict[str, Any]:
    """Return a refusal as a line tells it: the French sentence, the English one, and its words."""
    return {
        "code": refused.reason.code,
        "reason": refused.reason.word,
        "member": refused.member or None,
        "message": typographic(refused.message),
        "detail": refused.detail,
    }


def rfc3339(instant: datetime) -> str:
    """Return an instant in UTC, as the API writes it."""
    return instant.isoformat().replace("+00:00", "Z")
