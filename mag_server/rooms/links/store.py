import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    Select,
    Table,
    Text,
    bindparam,
    select,
    update,
)

from mag_server.base.db import Instant, metadata
from mag_server.rooms.drafts.model import Accept, Delivery, Kind, LinkDraft, Prefill
from mag_server.rooms.links.model import Link, LinkFilter, LinkState

links = Table(
    "links",
    metadata,
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("link_id", Text, nullable=False, unique=True),
    Column("client_id", Text, nullable=False),
    Column("token_fingerprint", Text, nullable=False, unique=True),
    Column("siret", Text, nullable=False),
    Column("nom", Text, nullable=False),
    Column("prenom", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("prefill", Text, nullable=False),
    Column("accept", Text, nullable=False),
    Column("delivery", Text, nullable=False),
    Column("reference", Text),
    Column("made_available_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("interaction_at", Instant),
    # Until when there is something to do about the link by itself; None once it is done.
    Column("expiry_due_at", Instant),
    Column("deemed_due_at", Instant),
)
Index("ix_links_client_id", links.c.client_id, links.c.number)
Index(
    "ix_links_reference",
    links.c.client_id,
    links.c.reference,
    sqlite_where=links.c.reference.is_not(None),
    postgresql_where=links.c.reference.is_not(None),
)
# A partner asks with its own name, a person's own page without one.
Index("ix_links_siret", links.c.siret, links.c.client_id)
for due in (links.c.expiry_due_at, links.c.deemed_due_at):
    Index(
        f"ix_links_{due.name}",
        due,
        sqlite_where=due.is_not(None),
        postgresql_where=due.is_not(None),
    )

_ADD = links.insert()
_BY_TOKEN = select(links).where(links.c.token_fingerprint == bindparam("by_token"))
_BY_ID = select(links).where(links.c.link_id == bindparam("by_link"))
_OF_CLIENT = _BY_ID.where(links.c.client_id == bindparam("by_client"))


def row_of(
    draft: LinkDraft,
    *,
    link_id: str,
    client_id: str,
    token_fingerprint: str,
    now: datetime,
    deemed_due_at: datetime | None,
) -> dict[str, Any]:
    """Return a new link as it is stored."""
    return {
        "link_id": link_id,
        "client_id": client_id,
        "token_fingerprint": token_fingerprint,
        "siret": draft.siret,
        "nom": draft.nom,
        "prenom": draft.prenom,
        "email": draft.email,
        "kind": draft.kind.value,
        "message": draft.message,
        "words": json.dumps(draft.words, ensure_ascii=False) if draft.words else "{}",
        "target": draft.target,
        "prefill": draft.prefill.value,
        "accept": draft.accept.value,
        "delivery": draft.delivery.value,
        "reference": draft.reference,
        "made_available_at": draft.made_available_at,
        "created_at": now,
        "expires_at": draft.expires_at,
        "expiry_due_at": draft.expires_at,
        "deemed_due_at": deemed_due_at,
    }


def add_links(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store new links, in one statement for all of them."""
    if rows:
        connection.execute(_ADD, rows)


def load_by_token(connection: Connection, *, token_fingerprint: str) -> Link | None:
    """Return the link of a token, whatever its state."""
    return _link(connection.execute(_BY_TOKEN, {"by_token": token_fingerprint}).first())


def load_by_id(connection: Connection, *, link_id: str) -> Link | None:
    """Return a link by its public name, whosever it is."""
    return _link(connection.execute(_BY_ID, {"by_link": link_id}).first())


def load_of_client(connection: Connection, *, client_id: str, link_id: str) -> Link | None:
    """Return a partner's own link."""
    return _link(
        connection.execute(_OF_CLIENT, {"by_link": link_id, "by_client": client_id}).first()
    )


def load_page(
    connection: Connection,
    *,
    client_id: str,
    asked: LinkFilter,
    after: str | None,
    now: datetime,
    most: int,
) -> list[Link]:
    """Return a partner's links, newest first, after one of its own."""
    statement = select(links).where(links.c.client_id == client_id)
    if after is not None:
        place = select(links.c.number).where(
            links.c.link_id == after, links.c.client_id == client_id
        )
        statement = statement.where(links.c.number < place.scalar_subquery())
    statement = _filtered(statement, asked, now=now)
    rows = connection.execute(statement.order_by(links.c.number.desc()).limit(most))
    return [link for row in rows if (link := _link(row))]


def _filtered(statement: Select[Any], asked: LinkFilter, *, now: datetime) -> Select[Any]:
    for column, value in (
        (links.c.kind, asked.kind and asked.kind.value),
        (links.c.message, asked.message),
        (links.c.reference, asked.reference),
        (links.c.siret, asked.siret),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if asked.created_from is not None:
        statement = statement.where(links.c.created_at >= asked.created_from)
    if asked.created_before is not None:
        statement = statement.where(links.c.created_at < asked.created_before)
    if asked.state is LinkState.REVOKED:
        return statement.where(links.c.revoked_at.is_not(None))
    if asked.state is LinkState.ACTIVE:
        return statement.where(links.c.revoked_at.is_(None), links.c.expires_at > now)
    if asked.state is LinkState.EXPIRED:
        return statement.where(links.c.revoked_at.is_(None), links.c.expires_at <= now)
    return statement


def revoke(connection: Connection, *, link_id: str, now: datetime) -> bool:
    """Revoke an active link: nothing more is due about it; False if it was over already."""
    statement = (
        update(links)
        .where(links.c.link_id == link_id, links.c.revoked_at.is_(None), links.c.expires_at > now)
        .values(revoked_at=now, expiry_due_at=None, deemed_due_at=None)
    )
    return connection.execute(statement).rowcount == 1


def extend(connection: Connection, *, link_id: str, expires_at: datetime, now: datetime) -> bool:
    """Move the end of an active link; False if it was over already."""
    statement = (
        update(links)
        .where(links.c.link_id == link_id, links.c.revoked_at.is_(None), links.c.expires_at > now)
        .values(expires_at=expires_at, expiry_due_at=expires_at)
    )
    return connection.execute(statement).rowcount == 1


def note_interaction(connection: Connection, *, link_id: str, now: datetime) -> bool:
    """Note the first interaction; False if there was one before."""
    statement = (
        update(links)
        .where(links.c.link_id == link_id, links.c.interaction_at.is_(None))
        .values(interaction_at=now)
    )
    return connection.execute(statement).rowcount == 1


def load_expired(connection: Connection, *, now: datetime, most: int) -> list[Link]:
    """Return links that ended and of which that was not told yet, longest ended first."""
    statement = select(links).where(links.c.expiry_due_at <= now).order_by(links.c.expiry_due_at)
    return [link for row in connection.execute(statement.limit(most)) if (link := _link(row))]


def load_deemed(connection: Connection, *, now: datetime, most: int) -> list[Link]:
    """Return notifications whose 15 days are over, longest over first."""
    statement = select(links).where(links.c.deemed_due_at <= now).order_by(links.c.deemed_due_at)
    return [link for row in connection.execute(statement.limit(most)) if (link := _link(row))]


def settle_expiry(connection: Connection, link_ids: Iterable[str], *, now: datetime) -> list[str]:
    """Note that these ends are told; return those that were still to be, at this instant."""
    statement = (
        update(links)
        .where(links.c.link_id.in_(list(link_ids)), links.c.expiry_due_at <= now)
        .values(expiry_due_at=None)
        .returning(links.c.link_id)
    )
    return list(connection.execute(statement).scalars())


def settle_deemed(connection: Connection, link_ids: Iterable[str], *, now: datetime) -> list[str]:
    """Note that these notifications were decided about; return those that were still to be."""
    statement = (
        update(links)
        .where(links.c.link_id.in_(list(link_ids)), links.c.deemed_due_at <= now)
        .values(deemed_due_at=None)
        .returning(links.c.link_id)
    )
    return list(connection.execute(statement).scalars())


def load_of_siret(connection: Connection, *, siret: str) -> list[Link]:
    """Return every link addressed to somebody of a company."""
    rows = connection.execute(select(links).where(links.c.siret == siret))
    return [link for row in rows if (link := _link(row))]


def blank(connection: Connection, *, link_ids: Sequence[str]) -> None:
    """Take whoever links were addressed to out of them, and out of their words."""
    connection.execute(
        update(links)
        .where(links.c.link_id.in_(list(link_ids)))
        .values(nom="", prenom="", email="", words="{}")
    )


def load_clients(connection: Connection, link_ids: Iterable[str]) -> dict[str, str]:
    """Return whose each of these links is."""
    statement = select(links.c.link_id, links.c.client_id).where(links.c.link_id.in_(set(link_ids)))
    return {row.link_id: row.client_id for row in connection.execute(statement)}


def _link(row: Row[Any] | None) -> Link | None:
    if row is None:
        return None
    return Link(
        link_id=row.link_id,
        client_id=row.client_id,
        siret=row.siret,
        nom=row.nom,
        prenom=row.prenom,
        email=row.email,
        kind=Kind(row.kind),
        message=row.message,
        words=json.loads(row.words),
        target=row.target,
        prefill=Prefill(row.prefill),
        accept=Accept(row.accept),
        delivery=Delivery(row.delivery),
        reference=row.reference,
        made_available_at=row.made_available_at,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        interaction_at=row.interaction_at,
    )
