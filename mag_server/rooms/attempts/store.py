from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    Table,
    Text,
    bindparam,
    case,
    delete,
    or_,
    select,
    update,
)

from mag_server.base.db import Database, Executable, Instant, metadata
from mag_server.rooms.attempts.model import (
    FORGOTTEN_AFTER,
    LONGEST_WAIT_SECONDS,
    Bucket,
    wait_seconds,
)

attempt_buckets = Table(
    "attempt_buckets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("free_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False, index=True),
)

_FREE_AT = select(attempt_buckets.c.free_at).where(attempt_buckets.c.name == bindparam("bucket"))
_REFUND = (
    update(attempt_buckets)
    .where(attempt_buckets.c.name == bindparam("bucket"), attempt_buckets.c.failures > 0)
    .values(failures=attempt_buckets.c.failures - 1, free_at=bindparam("now"))
)
_EMPTY = delete(attempt_buckets).where(attempt_buckets.c.name == bindparam("bucket"))

# The waits at and after the allowance, each a parameter of the statement: wait_0 ... wait_6.
_STEPS = LONGEST_WAIT_SECONDS.bit_length() + 1
# Putting the statement together takes longer than running it: once for each store and allowance.
_STATEMENTS: dict[tuple[bool, int], Executable] = {}


def charge_statement(database: Database, *, allowance: int) -> Executable:
    """Return the one statement that takes an attempt; it gives no row back while one must wait.

    The wait is decided by the failures as they are in the row, not as they were read before.
    Where the clock was put back, a wait that seems to last over a minute is void, and below the
    allowance there is none at all; the failures still count.
    """
    key = (database.is_sqlite, allowance)
    if key not in _STATEMENTS:
        _STATEMENTS[key] = _build_charge(database, allowance)
    return _STATEMENTS[key]


def charge_parameters(bucket: Bucket, *, now: datetime) -> dict[str, Any]:
    """Return what `charge_statement` needs to take an attempt from this bucket at this instant."""
    waits = {
        f"wait_{step}": now
        + timedelta(seconds=wait_seconds(bucket.allowance + step, allowance=bucket.allowance))
        for step in range(_STEPS)
    }
    return waits | {
        "bucket": bucket.name,
        "now": now,
        "forgotten": now - FORGOTTEN_AFTER,
        "longest": now + timedelta(seconds=LONGEST_WAIT_SECONDS),
    }


def _build_charge(database: Database, allowance: int) -> Executable:
    table = attempt_buckets.c
    now = bindparam("now", type_=Instant)
    waits = [bindparam(f"wait_{step}", type_=Instant) for step in range(_STEPS)]
    forgotten = table.changed_at < bindparam("forgotten", type_=Instant)
    failures = case((forgotten, 0), else_=table.failures) + 1
    free_at = case(
        (failures < allowance, now),
        *((failures == allowance + step, wait) for step, wait in enumerate(waits[:-1])),
        else_=waits[-1],
    )
    insert = database.insert(attempt_buckets).values(
        name=bindparam("bucket"),
        failures=1,
        free_at=waits[0] if allowance == 1 else now,
        changed_at=now,
    )
    return insert.on_conflict_do_update(
        index_elements=["name"],
        set_={"failures": failures, "free_at": free_at, "changed_at": now},
        where=or_(
            table.failures < allowance,
            table.free_at <= now,
            table.free_at > bindparam("longest", type_=Instant),
        ),
    ).returning(table.failures)


def load_free_at(connection: Connection, *, name: str) -> datetime | None:
    """Return when a bucket may be tried again; None if it was never tried."""
    return connection.execute(_FREE_AT, {"bucket": name}).scalar()


def refund(connection: Connection, *, name: str, now: datetime) -> None:
    """Give one attempt back, and with it the wait it brought."""
    connection.execute(_REFUND, {"bucket": name, "now": now})


def empty(connection: Connection, *, name: str) -> None:
    """Forget a bucket."""
    connection.execute(_EMPTY, {"bucket": name})


def forget_before(connection: Connection, *, instant: datetime) -> int:
    """Forget the buckets that nothing touched since; return how many."""
    statement = delete(attempt_buckets).where(attempt_buckets.c.changed_at < instant)
    return connection.execute(statement).rowcount
