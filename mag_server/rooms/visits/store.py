from datetime import datetime
from functools import cache

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    update,
)

from mag_server.base.db import Database, Executable, InsertInto, Instant, metadata
from mag_server.rooms.visits.model import Agent, Fetch, Trace, cut_address

# One row an address and day, however often it comes: a scanner that insists fills no disk.
link_traces = Table(
    "link_traces",
    metadata,
    Column("link_id", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("mark", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("network", Text, nullable=False),
    Column("address", Text),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False, index=True),
    Column("times", Integer, nullable=False),
)
# Who was authenticated at a link, in which session: what a visit stands on, and what is told when
# the link is opened again. The proof itself is the receipt.
link_authentications = Table(
    "link_authentications",
    metadata,
    Column("link_id", Text, primary_key=True),
    Column("sid", Text, primary_key=True),
    Column("sub", Text, nullable=False, index=True),
    Column("addressee_match", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)
visits = Table(
    "visits",
    metadata,
    Column("handle_fingerprint", Text, primary_key=True),
    Column("link_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("sid", Text, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

_FIND_VISIT = (
    select(visits.c.link_id)
    .join(
        link_authentications,
        (link_authentications.c.link_id == visits.c.link_id)
        & (link_authentications.c.sid == visits.c.sid),
    )
    .where(
        visits.c.handle_fingerprint == bindparam("by_handle"),
        visits.c.client_id == bindparam("by_client"),
        visits.c.sid == bindparam("by_sid"),
        visits.c.expires_at > bindparam("now"),
    )
)
_LAST_VISIT = select(func.max(visits.c.expires_at)).where(
    visits.c.client_id == bindparam("by_client"),
    visits.c.sid == bindparam("by_sid"),
    visits.c.expires_at > bindparam("now"),
)
_FIND_AUTHENTICATION = select(link_authentications).where(
    link_authentications.c.link_id == bindparam("by_link"),
    link_authentications.c.sid == bindparam("by_sid"),
)
# Nothing on SQLite, whose one writer holds everything.
_HOLD_AUTHENTICATION = _FIND_AUTHENTICATION.with_for_update(read=True)
_ADD_VISIT = visits.insert()


@cache
def _trace(insert: InsertInto) -> Executable:
    statement = insert(link_traces)
    return statement.on_conflict_do_update(
        index_elements=["link_id", "day", "mark", "method", "agent"],
        set_={"times": link_traces.c.times + 1, "last_at": statement.excluded.last_at},
    )


@cache
def _authentication(insert: InsertInto) -> Executable:
    return (
        insert(link_authentications)
        .on_conflict_do_nothing()
        .returning(link_authentications.c.link_id)
    )


def trace_statement(database: Database) -> Executable:
    """Return the one statement that notes a fetch."""
    return _trace(database.insert)


def trace_parameters(fetch: Fetch, *, link_id: str, mark: str, now: datetime) -> dict[str, object]:
    """Return what `trace_statement` is run with."""
    return {
        "link_id": link_id,
        "day": f"{now:%Y-%m-%d}",
        "mark": mark,
        "method": fetch.method,
        "agent": fetch.agent.value,
        "network": cut_address(fetch.address),
        "address": fetch.address,
        "first_at": now,
        "last_at": now,
        "times": 1,
    }


def load_traces(connection: Connection, *, link_id: str) -> list[Trace]:
    """Return the traces of a link, oldest first."""
    statement = (
        select(link_traces)
        .where(link_traces.c.link_id == link_id)
        .order_by(link_traces.c.first_at, link_traces.c.mark)
    )
    return [
        Trace(
            link_id=row.link_id,
            day=row.day,
            method=row.method,
            agent=Agent(row.agent),
            network=row.network,
            address=row.address,
            first_at=row.first_at,
            last_at=row.last_at,
            times=row.times,
        )
        for row in connection.execute(statement)
    ]


def cut_traces(connection: Connection, *, last_before: datetime) -> int:
    """Take the address out of traces that are that old; return how many."""
    statement = (
        update(link_traces)
        .where(link_traces.c.last_at < last_before, link_traces.c.address.is_not(None))
        .values(address=None)
    )
    return connection.execute(statement).rowcount


def forget_traces(connection: Connection, *, last_before: datetime) -> int:
    """Delete traces that are that old; return how many."""
    statement = delete(link_traces).where(link_traces.c.last_at < last_before)
    return connection.execute(statement).rowcount


def add_authentication(
    connection: Connection,
    database: Database,
    *,
    link_id: str,
    sid: str,
    sub: str,
    addressee_match: str,
    now: datetime,
) -> bool:
    """Note who was authenticated at a link; False if this session was noted before."""
    values = {
        "link_id": link_id,
        "sid": sid,
        "sub": sub,
        "addressee_match": addressee_match,
        "recorded_at": now,
    }
    return connection.execute(_authentication(database.insert), values).first() is not None


def load_recorded_at(connection: Connection, *, link_id: str, sid: str) -> datetime | None:
    """Return when a session was authenticated at a link, or None."""
    found = connection.execute(_FIND_AUTHENTICATION, {"by_link": link_id, "by_sid": sid}).first()
    return found.recorded_at if found else None


def load_sub(connection: Connection, *, link_id: str, sid: str) -> str | None:
    """Return who was authenticated at a link in a session, or None."""
    found = connection.execute(_FIND_AUTHENTICATION, {"by_link": link_id, "by_sid": sid}).first()
    return found.sub if found else None


def hold_sub(connection: Connection, *, link_id: str, sid: str) -> str | None:
    """Return who was authenticated, whom nobody erases until the block ends."""
    found = connection.execute(_HOLD_AUTHENTICATION, {"by_link": link_id, "by_sid": sid}).first()
    return found.sub if found else None


def add_visit(
    connection: Connection,
    *,
    handle_fingerprint: str,
    link_id: str,
    client_id: str,
    sid: str,
    expires_at: datetime,
) -> None:
    """Store a visit under its handle's fingerprint."""
    connection.execute(
        _ADD_VISIT,
        {
            "handle_fingerprint": handle_fingerprint,
            "link_id": link_id,
            "client_id": client_id,
            "sid": sid,
            "expires_at": expires_at,
        },
    )


def load_visit(
    connection: Connection, *, handle_fingerprint: str, client_id: str, sid: str, now: datetime
) -> str | None:
    """Return the link_id of a live visit of this client and session."""
    link_id: str | None = connection.execute(
        _FIND_VISIT,
        {"by_handle": handle_fingerprint, "by_client": client_id, "by_sid": sid, "now": now},
    ).scalar()
    return link_id


def load_last_end(
    connection: Connection, *, client_id: str, sid: str, now: datetime
) -> datetime | None:
    """Return when the last live visit of a client and session will end."""
    end: datetime | None = connection.execute(
        _LAST_VISIT, {"by_client": client_id, "by_sid": sid, "now": now}
    ).scalar()
    return end


def forget_visits(connection: Connection, *, expired_before: datetime) -> int:
    """Delete visits that are over; return how many."""
    return connection.execute(delete(visits).where(visits.c.expires_at < expired_before)).rowcount


def forget_authentications(connection: Connection, *, recorded_before: datetime) -> int:
    """Delete who was authenticated that long ago, the receipts stay; return how many."""
    statement = delete(link_authentications).where(
        link_authentications.c.recorded_at < recorded_before
    )
    return connection.execute(statement).rowcount


def forget_person(connection: Connection, *, sub: str) -> int:
    """Delete what names a person; return how many rows."""
    statement = delete(link_authentications).where(link_authentications.c.sub == sub)
    return connection.execute(statement).rowcount
