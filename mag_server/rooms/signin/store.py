from datetime import datetime

from sqlalchemy import Column, Connection, Integer, Table, Text, bindparam, delete, select

from mag_server.base.db import Instant, metadata

signin_attempts = Table(
    "signin_attempts",
    metadata,
    Column("attempt_id", Text, primary_key=True),
    Column("step", Text, nullable=False),
    Column("sub", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sid", Text),
    Column("expires_at", Instant, nullable=False, index=True),
)
_FIND_SID = select(signin_attempts.c.sid).where(
    signin_attempts.c.attempt_id == bindparam("by_attempt_id")
)
_ADD_ATTEMPT = signin_attempts.insert()


def load_sid(connection: Connection, *, attempt_id: str) -> str | None:
    """Return the session that an attempt opened, if it got so far."""
    return connection.execute(_FIND_SID, {"by_attempt_id": attempt_id}).scalar()


def add_attempt(
    connection: Connection,
    *,
    attempt_id: str,
    step: str,
    sub: str,
    sid: str,
    expires_at: datetime,
) -> None:
    """Store an attempt at its first right proof."""
    connection.execute(
        _ADD_ATTEMPT,
        {
            "attempt_id": attempt_id,
            "step": step,
            "sub": sub,
            "version": 1,
            "sid": sid,
            "expires_at": expires_at,
        },
    )


def forget_before(connection: Connection, *, instant: datetime) -> int:
    """Delete the attempts that expired before `instant`; return how many."""
    statement = delete(signin_attempts).where(signin_attempts.c.expires_at < instant)
    return connection.execute(statement).rowcount
