from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, bindparam, delete, select

from mag_server.base.db import Database, Instant, metadata

passwords = Table(
    "passwords",
    metadata,
    Column("sub", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

_FIND = select(passwords.c.hash).where(passwords.c.sub == bindparam("by_sub"))


def load_hash(connection: Connection, *, sub: str) -> str | None:
    """Return a person's hash; the same statement runs for nobody (an empty sub)."""
    return connection.execute(_FIND, {"by_sub": sub}).scalar()


def save_hash(
    connection: Connection, database: Database, *, sub: str, new_hash: str, now: datetime
) -> None:
    """Set a person's hash, the first or the next."""
    values = {"hash": new_hash, "changed_at": now}
    insert = database.insert(passwords).values(sub=sub, **values)
    connection.execute(insert.on_conflict_do_update(index_elements=["sub"], set_=values))


def forget_hash(connection: Connection, *, sub: str) -> None:
    """Delete a person's hash."""
    connection.execute(delete(passwords).where(passwords.c.sub == sub))
