"""The receipts read from MAG, kept in one transaction with how far they were read."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from sqlite3 import Connection

from partner_portal.database import Database
from partner_portal.french import paris_day
from partner_portal.sent_links import SentLink, row_of

_STAGES_WITH_AN_INSTANT = frozenset(
    {
        *("submitted", "relayed", "bounced", "opened", "authenticated", "consulted"),
        *("refused", "expired", "reported", "deemed"),
    }
)
_STAGES_WITH_A_DAY = frozenset({"opened", "authenticated"})


@dataclass(frozen=True, kw_only=True)
class Step:
    """One verified receipt, as it is kept; `presented` is what MAG signed, whole.

    `position` is its place in MAG's log, `number` its place in the chain of its link, from 1;
    `issued_at` is ISO 8601, in UTC.
    """

    position: int
    receipt_id: str
    link_id: str
    number: int
    stage: str
    observed: str | None
    issued_at: str
    addressee_match: str | None
    amr: str
    document: str | None
    reason: str | None
    presented: str


class Trouble(Enum):
    """Why a reading did not come to the end."""

    AWAY = "away"
    LONG = "long"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How far MAG was read.

    `feed` is the SDK's own word for it: the cursor and the last checkpoint. `read_at` is when there
    was last nothing more to read. `trouble` is why there is more to read now; `refusal` says what
    was refused.
    """

    feed: str | None
    links_since: str | None
    links_after: str | None
    links_newest: str | None
    tried_at: float
    read_at: str | None
    trouble: Trouble | None
    refusal: str | None


class Receipts:
    """The receipts kept in the portal's database.

    `seconds_now` gives the wall clock in seconds; a test may give another.
    """

    def __init__(self, database: Database, *, seconds_now: Callable[[], float] = time.time) -> None:
        self.database = database
        self.seconds_now = seconds_now

    def reading(self) -> Reading:
        """Tell how far MAG was read."""
        with self.database.opened() as connection:
            return _reading(connection)

    def take_turn(self, *, older_than_seconds: float) -> bool:
        """Note that MAG is being asked now; returns False when it was asked too lately."""
        now = self.seconds_now()
        with self.database.opened() as connection:
            cursor = connection.execute(
                # What was noted in the future was noted by a clock that has stepped back since.
                "UPDATE reading SET tried_at = ? WHERE NOT (tried_at > ? AND tried_at <= ?)",
                (now, now - older_than_seconds, now),
            )
        return cursor.rowcount == 1

    def keep_links(
        self, links: Sequence[SentLink], *, read: Reading, after: str | None, newest: str | None
    ) -> bool:
        """Keep a page of links and where the next one begins, in one transaction.

        Returns: False, and keeps nothing, when somebody else read on since `read`.
        """
        since = read.links_since if after else newest
        with self.database.opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            now = _reading(connection)
            if (now.links_since, now.links_after) != (read.links_since, read.links_after):
                return False
            connection.executemany(_REMEMBER_LINK, [row_of(link) for link in links])
            connection.execute(
                "UPDATE reading SET links_since = ?, links_after = ?, links_newest = ?",
                (since, after, newest if after else None),
            )
        return True

    def keep_steps(self, steps: Sequence[Step], *, read: Reading, feed: str) -> bool:
        """Keep receipts and how far they were read, in one transaction.

        A kill at any moment leaves both or neither, so nothing is lost and nothing is doubled.

        Returns: False, and keeps nothing, when somebody else read on since `read`.
        """
        with self.database.opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            if _reading(connection).feed != read.feed:
                return False
            for step in steps:
                _keep_step(connection, step)
            connection.execute("UPDATE reading SET feed = ?", (feed,))
        return True

    def came_to_the_end(self) -> None:
        """Note that there is nothing more to read."""
        read_at = datetime.fromtimestamp(self.seconds_now(), UTC).isoformat(timespec="seconds")
        with self.database.opened() as connection:
            connection.execute(
                "UPDATE reading SET read_at = ?, trouble = NULL, refusal = NULL", (read_at,)
            )

    def stopped(self, trouble: Trouble, *, refusal: str | None = None) -> None:
        """Note why the reading goes no further now; what is kept stays."""
        with self.database.opened() as connection:
            connection.execute(
                "UPDATE reading SET trouble = ?, refusal = ?", (trouble.value, refusal)
            )

    def steps_of(self, link_id: str) -> list[Step]:
        """List a link's receipts in the order of its chain."""
        with self.database.opened() as connection:
            rows = connection.execute(
                f"SELECT {_STEP} FROM receipts WHERE link_id = ? ORDER BY number",  # noqa: S608 - our own words only
                (link_id,),
            ).fetchall()
        return [Step(**row) for row in rows]

    def presented(self, link_id: str, number: int) -> str | None:
        """Give back what MAG signed as a link's receipt of this number, if it was read."""
        with self.database.opened() as connection:
            row = connection.execute(
                "SELECT presented FROM receipts WHERE link_id = ? AND number = ?",
                (link_id, number),
            ).fetchone()
        return row["presented"] if row else None

    def one(self, receipt_id: str) -> Step | None:
        """Find a receipt by its reference."""
        with self.database.opened() as connection:
            row = connection.execute(
                f"SELECT {_STEP} FROM receipts WHERE receipt_id = ?",  # noqa: S608 - the same
                (receipt_id,),
            ).fetchone()
        return Step(**row) if row else None


def _reading(connection: Connection) -> Reading:
    row = connection.execute(
        "SELECT feed, links_since, links_after, links_newest, tried_at, read_at, trouble, refusal "
        "FROM reading"
    ).fetchone()
    trouble = Trouble(row["trouble"]) if row["trouble"] else None
    return Reading(**{**dict(row), "trouble": trouble})


def _keep_step(connection: Connection, step: Step) -> None:
    connection.execute(
        "INSERT INTO links (link_id) VALUES (?) ON CONFLICT DO NOTHING", (step.link_id,)
    )
    connection.execute(
        f"INSERT INTO receipts ({_STEP}) VALUES ({_STEP_VALUES})",  # noqa: S608 - the same
        vars(step),
    )
    if step.stage not in _STAGES_WITH_AN_INSTANT:
        return
    firsts = {f"{step.stage}_at": step.issued_at}
    if step.stage in _STAGES_WITH_A_DAY:
        firsts[f"{step.stage}_on"] = paris_day(datetime.fromisoformat(step.issued_at))
    changes = ", ".join(f"{column} = coalesce({column}, :{column})" for column in firsts)
    connection.execute(
        f"UPDATE links SET {changes} WHERE link_id = :link_id",  # noqa: S608 - the same
        {**firsts, "link_id": step.link_id},
    )


_STEP = ", ".join(Step.__dataclass_fields__)
_STEP_VALUES = ", ".join(f":{name}" for name in Step.__dataclass_fields__)
_LINK_COLUMNS = (
    *("link_id", "siret", "nom", "prenom", "email", "kind", "message"),
    *("created_at", "created_on", "search"),
)
_REMEMBER_LINK = (
    f"INSERT INTO links ({', '.join(_LINK_COLUMNS)}) "  # noqa: S608 - the same
    f"VALUES ({', '.join(f':{name}' for name in _LINK_COLUMNS)}) ON CONFLICT DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _LINK_COLUMNS[1:])
)
