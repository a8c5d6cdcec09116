from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    or_,
    select,
    update,
)

from mag_server.base.db import Database, Executable, InsertInto, Instant, metadata
from mag_server.rooms.sessions.model import Familiarity, Session

sessions = Table(
    "sessions",
    metadata,
    Column("sid", Text, primary_key=True),
    Column("cookie_fingerprint", Text, unique=True),
    Column("sub", Text, nullable=False, index=True),
    Column("acr", Text, nullable=False),
    Column("amr", Text, nullable=False),
    Column("auth_time", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False, index=True),
    Column("ended_at", Instant),
)
familiarities = Table(
    "familiarities",
    metadata,
    Column("triplet_fingerprint", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("mark", Text, primary_key=True),
    Column("expires_at", Instant, nullable=False, index=True),
)

_BY_COOKIE = select(sessions).where(sessions.c.cookie_fingerprint == bindparam("cookie"))
_BY_SID = select(sessions).where(sessions.c.sid == bindparam("by_sid"))
_TOUCH = (
    update(sessions)
    .where(sessions.c.sid == bindparam("by_sid"), sessions.c.ended_at.is_(None))
    .values(seen_at=bindparam("now"))
)
_ADD_SESSION = sessions.insert()
_RENEW = (
    update(sessions)
    .where(sessions.c.sid == bindparam("by_sid"), sessions.c.ended_at.is_(None))
    .values(
        cookie_fingerprint=bindparam("cookie"),
        acr=bindparam("new_acr"),
        amr=bindparam("new_amr"),
        auth_time=bindparam("authenticated_at"),
        seen_at=bindparam("now"),
    )
)
_FAMILIAR_MARK = (
    select(familiarities.c.kind, familiarities.c.mark)
    .where(
        familiarities.c.triplet_fingerprint == bindparam("triplet"),
        or_(
            and_(familiarities.c.kind == "device", familiarities.c.mark == bindparam("device")),
            and_(familiarities.c.kind == "network", familiarities.c.mark == bindparam("network")),
        ),
        familiarities.c.expires_at > bindparam("now"),
    )
    .order_by(familiarities.c.kind)
    .limit(1)
)


@cache
def _remember(insert: InsertInto) -> Executable:
    statement = insert(familiarities)
    return statement.on_conflict_do_update(
        index_elements=["triplet_fingerprint", "kind", "mark"],
        set_={"expires_at": statement.excluded.expires_at},
    )


def load_by_cookie(connection: Connection, *, cookie_fingerprint: str) -> Session | None:
    """Return the session of a cookie, live or not."""
    return _session(connection.execute(_BY_COOKIE, {"cookie": cookie_fingerprint}).first())


def load_by_sid(connection: Connection, *, sid: str) -> Session | None:
    """Return a session by its public name, live or not."""
    return _session(connection.execute(_BY_SID, {"by_sid": sid}).first())


def add_session(
    connection: Connection, session: Session, *, cookie_fingerprint: str | None
) -> None:
    """Store a new session."""
    values = vars(session) | {
        "amr": " ".join(session.amr),
        "cookie_fingerprint": cookie_fingerprint,
    }
    connection.execute(_ADD_SESSION, values)


def renew(connection: Connection, session: Session, *, cookie_fingerprint: str | None) -> bool:
    """Store a re-authentication on the same row, under a new cookie; False if it was ended."""
    renewed = connection.execute(
        _RENEW,
        {
            "by_sid": session.sid,
            "cookie": cookie_fingerprint,
            "new_acr": session.acr,
            "new_amr": " ".join(session.amr),
            "authenticated_at": session.auth_time,
            "now": session.seen_at,
        },
    )
    return renewed.rowcount == 1


def touch(connection: Connection, *, sid: str, now: datetime) -> bool:
    """Count a use of the session; False if it was ended meanwhile."""
    return connection.execute(_TOUCH, {"by_sid": sid, "now": now}).rowcount == 1


def end(connection: Connection, *, sid: str, now: datetime) -> bool:
    """End one session; False if it was over already."""
    statement = (
        update(sessions)
        .where(sessions.c.sid == sid, sessions.c.ended_at.is_(None))
        .values(ended_at=now, cookie_fingerprint=None)
    )
    return connection.execute(statement).rowcount == 1


def end_all(connection: Connection, *, sub: str, now: datetime) -> list[str]:
    """End every session of a person; return their sids."""
    statement = (
        update(sessions)
        .where(sessions.c.sub == sub, sessions.c.ended_at.is_(None))
        .values(ended_at=now, cookie_fingerprint=None)
        .returning(sessions.c.sid)
    )
    return list(connection.execute(statement).scalars())


def find_familiar_mark(
    connection: Connection, familiarity: Familiarity, *, now: datetime
) -> tuple[str, str] | None:
    """Return the mark that served this triplet and lives, the device before the network."""
    # A fixed number of marks: the same statement whoever asks.
    marks = {"device": "", "network": "", **dict(familiarity.marks)}
    parameters = {"triplet": familiarity.triplet_fingerprint, "now": now, **marks}
    row = connection.execute(_FAMILIAR_MARK, parameters).first()
    return (row.kind, row.mark) if row else None


def remember_familiar(
    connection: Connection,
    database: Database,
    *,
    triplet_fingerprint: str,
    kind: str,
    mark: str,
    expires_at: datetime,
) -> None:
    """Remember a device or a network for a triplet."""
    values = {
        "triplet_fingerprint": triplet_fingerprint,
        "kind": kind,
        "mark": mark,
        "expires_at": expires_at,
    }
    connection.execute(_remember(database.insert), values)


def forget_before(connection: Connection, *, seen_before: datetime, now: datetime) -> int:
    """Delete sessions unseen since `seen_before` and familiarities expired at `now`."""
    old = connection.execute(delete(sessions).where(sessions.c.seen_at < seen_before)).rowcount
    gone = connection.execute(delete(familiarities).where(familiarities.c.expires_at < now))
    return old + gone.rowcount


def _session(row: Row[Any] | None) -> Session | None:
    if row is None:
        return None
    return Session(
        sid=row.sid,
        sub=row.sub,
        acr=row.acr,
        amr=tuple(row.amr.split()),
        auth_time=row.auth_time,
        created_at=row.created_at,
        seen_at=row.seen_at,
        ended_at=row.ended_at,
    )
