from sqlalchemy import BigInteger, Column, Connection, Integer, Table, Text, insert, select

from mag_server.base.db import Instant, metadata
from mag_server.rooms.audit.model import AuditEntry

audit_entries = Table(
    "audit_entries",
    metadata,
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("at", Instant, nullable=False),
    Column("act", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("about", Text, nullable=False),
)


def append_entry(connection: Connection, entry: AuditEntry) -> None:
    """Add one entry at the end."""
    connection.execute(
        insert(audit_entries).values(at=entry.at, act=entry.act, by=entry.by, about=entry.about)
    )


def load_latest(connection: Connection, *, most: int) -> list[AuditEntry]:
    """Return the latest entries, newest first."""
    statement = select(audit_entries).order_by(audit_entries.c.number.desc()).limit(most)
    return [AuditEntry(row.at, row.act, row.by, row.about) for row in connection.execute(statement)]
