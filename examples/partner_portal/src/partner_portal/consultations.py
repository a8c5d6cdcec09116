"""What MAG is to be told of pages really served to who came by a link (AR-3): an outbox."""

import hashlib
import logging
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import current_app

from mag_sdk import Assertion
from partner_portal.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Consultation:
    """A document served, in a session that began at a link; `document` is its SHA-256, in hex."""

    id: int
    link_id: str
    session: str
    document: str
    consulted_at: str


class Consultations:
    """The consultations kept in the portal's database until MAG knows them."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def note(self, *, link_id: str, session: str, document: bytes) -> None:
        """Note that a document was served; once a link, session and document."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self.database.opened() as connection:
            connection.execute(
                "INSERT INTO consultations (link_id, session, document, consulted_at) "
                "VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (link_id, session, hashlib.sha256(document).hexdigest(), now),
            )

    def waiting(self, *, most: int) -> list[Consultation]:
        """List those that MAG neither knows nor refused for good, oldest first."""
        with self.database.opened() as connection:
            rows = connection.execute(
                "SELECT id, link_id, session, document, consulted_at FROM consultations "
                "WHERE told_at IS NULL AND refusal IS NULL ORDER BY id LIMIT ?",
                (most,),
            ).fetchall()
        return [Consultation(**row) for row in rows]

    def told(self, consultation: Consultation) -> None:
        """Note that MAG knows it."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self.database.opened() as connection:
            connection.execute(
                "UPDATE consultations SET told_at = ? WHERE id = ?", (now, consultation.id)
            )

    def refused(self, consultation: Consultation, *, reason: str) -> None:
        """Note that MAG will have none of it: it is not told again."""
        with self.database.opened() as connection:
            connection.execute(
                "UPDATE consultations SET refusal = ? WHERE id = ?", (reason, consultation.id)
            )


def note_served(assertion: Assertion | None, document: str) -> None:
    """Note a document served to who came by a link; never fails the page, nor waits for MAG.

    Nobody else's visit is noted: an account of the portal's own, or a sign-in without a link.
    """
    if assertion is None or assertion.link is None:
        return
    consultations: Consultations = current_app.extensions["portal"].consultations
    try:
        consultations.note(
            link_id=assertion.link, session=assertion.sid, document=document.encode()
        )
    except sqlite3.Error:
        log.exception("a consultation of link %s was not noted", assertion.link)
