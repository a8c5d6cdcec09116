from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Column, Connection, Integer, Table, Text, bindparam, delete, select

from mag_server.base.db import Database, Executable, InsertInto, Instant, metadata

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
# A form that succeeded: posted again with the same proof it goes on with the same attempt.
form_uses = Table(
    "form_uses",
    metadata,
    Column("form_id", Text, primary_key=True),
    Column("proof_fingerprint", Text, nullable=False),
    Column("attempt_id", Text, nullable=False),
    Column("used_at", Instant, nullable=False, index=True),
)


@dataclass(frozen=True)
class FormUse:
    """What a spent form led to."""

    proof_fingerprint: str
    attempt_id: str
    used_at: datetime
    sid: str | None
    sub: str


_FIND_USE = (
    select(
        form_uses.c.proof_fingerprint,
        form_uses.c.attempt_id,
        form_uses.c.used_at,
        signin_attempts.c.sid,
        signin_attempts.c.sub,
    )
    .join(signin_attempts, signin_attempts.c.attempt_id == form_uses.c.attempt_id)
    .where(form_uses.c.form_id == bindparam("by_form_id"))
)
_ADD_ATTEMPT = signin_attempts.insert()


@cache
def _spend(insert: InsertInto) -> Executable:
    return insert(form_uses).on_conflict_do_nothing().returning(form_uses.c.form_id)


def load_use(connection: Connection, *, form_id: str) -> FormUse | None:
    """Return what a form led to, if it was spent."""
    row = connection.execute(_FIND_USE, {"by_form_id": form_id}).first()
    return (
        FormUse(row.proof_fingerprint, row.attempt_id, row.used_at, row.sid, row.sub)
        if row
        else None
    )


def spend_form(
    connection: Connection,
    database: Database,
    *,
    form_id: str,
    proof_fingerprint: str,
    attempt_id: str,
    now: datetime,
) -> bool:
    """Spend a form in one statement; False if it was spent already."""
    values = {
        "form_id": form_id,
        "proof_fingerprint": proof_fingerprint,
        "attempt_id": attempt_id,
        "used_at": now,
    }
    return connection.execute(_spend(database.insert), values).first() is not None


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
    """Delete attempts and spent forms older than `instant`; return how many."""
    used = connection.execute(delete(form_uses).where(form_uses.c.used_at < instant)).rowcount
    statement = delete(signin_attempts).where(signin_attempts.c.expires_at < instant)
    return used + connection.execute(statement).rowcount
