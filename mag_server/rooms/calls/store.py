from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
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
from mag_server.rooms.calls.model import KeptCall

calls = Table(
    "calls",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("key_fingerprint", Text, primary_key=True),
    Column("body_fingerprint", Text, nullable=False),
    Column("claim", Text, nullable=False),
    Column("claimed_at", Instant, nullable=False, index=True),
    Column("sealed_answer", Text),
)
_FIND = select(calls).where(
    calls.c.client_id == bindparam("by_client"), calls.c.key_fingerprint == bindparam("by_key")
)


@cache
def _claim(insert: InsertInto) -> Executable:
    statement = insert(calls)
    dead = and_(calls.c.sealed_answer.is_(None), calls.c.claimed_at < bindparam("lease_over"))
    old = calls.c.claimed_at < bindparam("too_old")
    return statement.on_conflict_do_update(
        index_elements=["client_id", "key_fingerprint"],
        set_={
            name: statement.excluded[name]
            for name in ("body_fingerprint", "claim", "claimed_at", "sealed_answer")
        },
        where=or_(dead, old),
    ).returning(calls.c.claim)


def claim_statement(database: Database) -> Executable:
    """Return the one statement that takes a key: a row comes back if it was free, dead or old."""
    return _claim(database.insert)


def claim_parameters(
    names: dict[str, str], *, claim: str, now: datetime, kept: timedelta, lease: timedelta
) -> dict[str, Any]:
    """Return what `claim_statement` is run with; `names` are the three fingerprints."""
    times = {"claimed_at": now, "lease_over": now - lease, "too_old": now - kept}
    return {**names, **times, "claim": claim, "sealed_answer": None}


def load_call(connection: Connection, *, client_id: str, key_fingerprint: str) -> KeptCall | None:
    """Return what is kept under a key."""
    row = connection.execute(_FIND, {"by_client": client_id, "by_key": key_fingerprint}).first()
    return KeptCall(row.body_fingerprint, row.claimed_at, row.sealed_answer) if row else None


def save_answer(connection: Connection, *, claim: str, client_id: str, sealed_answer: str) -> bool:
    """Keep the answer; False if the key was taken over meanwhile."""
    statement = (
        update(calls)
        .where(calls.c.client_id == client_id, calls.c.claim == claim)
        .values(sealed_answer=sealed_answer)
    )
    return connection.execute(statement).rowcount == 1


def give_up_statement(*, client_id: str, claim: str) -> Executable:
    """Return the one statement that frees a key whose call failed."""
    return delete(calls).where(
        calls.c.client_id == client_id, calls.c.claim == claim, calls.c.sealed_answer.is_(None)
    )


def forget_before(connection: Connection, *, instant: datetime) -> int:
    """Delete the keys taken before `instant`; return how many."""
    return connection.execute(delete(calls).where(calls.c.claimed_at < instant)).rowcount
