"""The links this portal sent and how far each came: what the page of receipts adds up."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partner_portal.database import Database
from partner_portal.french import paris_day

PAGE_LINKS = 20
# Where a link got to, furthest first; the stages beside them can come at any time.
LAST_STAGES = (
    "consulted",
    "authenticated",
    "opened",
    "relayed",
    "submitted",
    "bounced",
    "created",
)
SIDE_STAGES = ("refused", "reported", "expired", "deemed")


@dataclass(frozen=True, kw_only=True)
class SentLink:
    """A link as MAG tells it to who made it; instants are ISO 8601, in UTC."""

    link_id: str
    siret: str
    nom: str
    prenom: str
    email: str
    kind: str
    message: str
    created_at: str


@dataclass(frozen=True, kw_only=True)
class FollowedLink(SentLink):
    """A link, and the first instant of each stage it came to; None for a stage without a receipt.

    The addressee is empty while only a receipt named the link.
    """

    last_stage: str
    submitted_at: str | None
    relayed_at: str | None
    bounced_at: str | None
    opened_at: str | None
    authenticated_at: str | None
    consulted_at: str | None
    refused_at: str | None
    expired_at: str | None
    reported_at: str | None
    deemed_at: str | None

    @property
    def addressee(self) -> str:
        """The name as it is registered: NOM PRÉNOM."""
        return f"{self.nom} {self.prenom}".strip()

    @property
    def side_stages(self) -> tuple[str, ...]:
        """What happened beside the way from sending to consulting."""
        return tuple(stage for stage in SIDE_STAGES if getattr(self, f"{stage}_at"))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the staff look for; nothing given asks for every link."""

    words: str = ""
    stage: str = ""
    kind: str = ""
    message: str = ""
    first_day: str = ""
    last_day: str = ""

    def condition(self) -> tuple[str, list[str]]:
        """Write the SQL condition and its parameters: no word of a request enters the SQL."""
        tests, parameters = ["1"], list[str]()
        for word in searchable(self.words).split():
            tests.append("instr(search, ?) > 0")
            parameters.append(word)
        if self.stage in LAST_STAGES:
            tests.append("last_stage = ?")
            parameters.append(self.stage)
        elif self.stage in SIDE_STAGES:
            tests.append(f"{self.stage}_at IS NOT NULL")
        for column, comparison, value in (
            ("kind", "=", self.kind),
            ("message", "=", self.message),
            ("created_on", ">=", self.first_day),
            ("created_on", "<=", self.last_day),
        ):
            if value:
                tests.append(f"{column} {comparison} ?")
                parameters.append(value)
        return " AND ".join(tests), parameters


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """How many links came how far. `opened_only` were opened, and nobody was authenticated."""

    links: int
    submitted: int
    relayed: int
    opened: int
    opened_only: int
    authenticated: int
    consulted: int
    bounced: int
    refused: int
    reported: int
    expired: int
    deemed: int


@dataclass(frozen=True)
class Day:
    """How many links were first opened, and first authenticated at, on a day of Paris."""

    day: str
    opened: int
    authenticated: int


class SentLinks:
    """The links kept in the portal's database; every question carries what is asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def funnel(self, asked: Asked) -> Funnel:
        """Count the links asked for, at each stage."""
        condition, parameters = asked.condition()
        (row,) = self._rows(
            f"SELECT {_COUNTS} FROM links WHERE {condition}",  # noqa: S608 - our own words only
            parameters,
        )
        return Funnel(**row)

    def days(self, asked: Asked) -> list[Day]:
        """Count openings and authentications by day, oldest first; days without any are absent."""
        condition, parameters = asked.condition()
        rows = self._rows(
            "SELECT day, sum(opened) AS opened, sum(authenticated) AS authenticated FROM ("  # noqa: S608 - the same
            "SELECT opened_on AS day, 1 AS opened, 0 AS authenticated "
            f"FROM links WHERE opened_on IS NOT NULL AND {condition} UNION ALL "
            "SELECT authenticated_on, 0, 1 "
            f"FROM links WHERE authenticated_on IS NOT NULL AND {condition}"
            ") GROUP BY day ORDER BY day",
            parameters * 2,
        )
        return [Day(**row) for row in rows]

    def page(self, asked: Asked, *, number: int) -> list[FollowedLink]:
        """List one page of the links asked for, newest first; pages count from 1."""
        return list(self._followed(asked, limit=PAGE_LINKS, offset=(number - 1) * PAGE_LINKS))

    def every(self, asked: Asked) -> list[FollowedLink]:
        """List all the links asked for, in the order of the pages."""
        return list(self._followed(asked, limit=-1, offset=0))

    def one(self, link_id: str) -> FollowedLink | None:
        """Find a link; returns None for one this portal never heard of."""
        rows = self._rows(f"SELECT {_FOLLOWED} FROM links WHERE link_id = ?", [link_id])  # noqa: S608 - the same
        return next((FollowedLink(**row) for row in rows), None)

    def messages(self) -> list[str]:
        """List the messages that were sent, to choose among."""
        rows = self._rows(
            "SELECT DISTINCT message FROM links WHERE message != '' ORDER BY message", []
        )
        return [row["message"] for row in rows]

    def _followed(self, asked: Asked, *, limit: int, offset: int) -> Iterable[FollowedLink]:
        condition, parameters = asked.condition()
        rows = self._rows(
            f"SELECT {_FOLLOWED} FROM links WHERE {condition} "  # noqa: S608 - the same
            "ORDER BY created_at DESC, link_id LIMIT ? OFFSET ?",
            [*parameters, limit, offset],
        )
        return (FollowedLink(**row) for row in rows)

    def _rows(self, statement: str, parameters: list[Any]) -> list[dict[str, Any]]:
        with self._database.opened() as connection:
            return [dict(row) for row in connection.execute(statement, parameters)]


def row_of(link: SentLink) -> dict[str, str]:
    """Give a link's columns, with its day in Paris and what a search looks in."""
    return {
        "link_id": link.link_id,
        "siret": link.siret,
        "nom": link.nom,
        "prenom": link.prenom,
        "email": link.email,
        "kind": link.kind,
        "message": link.message,
        "created_at": link.created_at,
        "created_on": paris_day(datetime.fromisoformat(link.created_at)),
        "search": f"{searchable(link.nom)} {searchable(link.prenom)} {link.siret}",
    }


def searchable(text: str) -> str:
    """Fold what does not matter in a search: accents, capitals, hyphens, doubled spaces."""
    plain = "".join(
        one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one)
    )
    return " ".join(plain.casefold().replace("-", " ").replace("’", "'").split())


_FOLLOWED = ", ".join(FollowedLink.__dataclass_fields__)
_COUNTS = """
    count(*) AS links,
    count(submitted_at) AS submitted,
    count(CASE WHEN bounced_at IS NULL THEN relayed_at END) AS relayed,
    count(opened_at) AS opened,
    count(CASE WHEN authenticated_at IS NULL THEN opened_at END) AS opened_only,
    count(authenticated_at) AS authenticated,
    count(consulted_at) AS consulted,
    count(bounced_at) AS bounced,
    count(refused_at) AS refused,
    count(reported_at) AS reported,
    count(expired_at) AS expired,
    count(deemed_at) AS deemed
"""
