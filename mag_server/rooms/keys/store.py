from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import JSON, Column, Connection, Row, Table, Text, insert, select, update

from mag_server.base.db import Instant, metadata

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("alg", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("active_from", Instant, nullable=False),
    Column("public_jwk", JSON, nullable=False),
    Column("sealed_private_key", Text, nullable=False),
)
# A table of their own: no mistake in a filter can publish or use one of them for the other.
receipt_keys = Table(
    "receipt_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("alg", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("active_from", Instant, nullable=False),
    Column("public_jwk", JSON, nullable=False),
    Column("sealed_private_key", Text, nullable=False),
    Column("compromised_at", Instant),
)


@dataclass(frozen=True)
class StoredKey:
    """A key as it lies in the store: its private half sealed."""

    kid: str
    alg: str
    created_at: datetime
    active_from: datetime
    public_jwk: dict[str, str]
    sealed_private_key: str = field(repr=False)


@dataclass(frozen=True)
class StoredReceiptKey(StoredKey):
    """A receipt key: `compromised_at` is the instant from which its signature proves nothing."""

    compromised_at: datetime | None = None


def load_keys(connection: Connection) -> list[StoredKey]:
    """Return every key, oldest first."""
    rows: Sequence[Row[tuple[object, ...]]] = connection.execute(
        select(signing_keys).order_by(signing_keys.c.active_from, signing_keys.c.kid)
    ).all()
    return [StoredKey(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def add_key(connection: Connection, key: StoredKey) -> None:
    """Store one key."""
    connection.execute(insert(signing_keys).values(**vars(key)))


def load_receipt_keys(connection: Connection) -> list[StoredReceiptKey]:
    """Return every receipt key there ever was, oldest first."""
    rows: Sequence[Row[tuple[object, ...]]] = connection.execute(
        select(receipt_keys).order_by(receipt_keys.c.active_from, receipt_keys.c.kid)
    ).all()
    return [StoredReceiptKey(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def add_receipt_key(connection: Connection, key: StoredReceiptKey) -> None:
    """Store one receipt key."""
    connection.execute(insert(receipt_keys).values(**vars(key)))


def save_compromise(connection: Connection, *, kid: str, at: datetime) -> None:
    """Note since when a receipt key may be in other hands."""
    connection.execute(
        update(receipt_keys).where(receipt_keys.c.kid == kid).values(compromised_at=at)
    )
