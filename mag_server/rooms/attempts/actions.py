import math

from mag_server.base.db import Connection
from mag_server.base.work import Work
from mag_server.rooms.attempts.model import (
    FORGOTTEN_AFTER,
    LONGEST_WAIT_SECONDS,
    Bucket,
    Charged,
    Throttled,
)
from mag_server.rooms.attempts.store import (
    charge_parameters,
    charge_statement,
    empty,
    forget_before,
    load_free_at,
    refund,
)


def charge_attempt(work: Work, *, buckets: tuple[Bucket, ...]) -> Charged | Throttled:
    """Take one attempt from each bucket, before anything is checked.

    A bucket that must wait refuses the whole, and what the others gave is given back to them.
    """
    taken: list[Bucket] = []
    for bucket in buckets:
        statement = charge_statement(work.database, allowance=bucket.allowance)
        if work.once(statement, charge_parameters(bucket, now=work.now)):
            taken.append(bucket)
            continue
        with work.read() as connection:
            for other in taken:
                refund(connection, name=other.name, now=work.now)
            free_at = load_free_at(connection, name=bucket.name) or work.now
        seconds = math.ceil((free_at - work.now).total_seconds())
        return Throttled(retry_after_seconds=min(max(1, seconds), LONGEST_WAIT_SECONDS))
    return Charged(tuple(taken))


def refund_attempt(
    work: Work, *, connection: Connection, charged: Charged, forgiven: frozenset[str] = frozenset()
) -> None:
    """Give a charged attempt back in the block of its success; `forgiven` buckets are emptied."""
    for bucket in charged.buckets:
        if bucket.name in forgiven:
            empty(connection, name=bucket.name)
        else:
            refund(connection, name=bucket.name, now=work.now)


def forget_old_attempts(work: Work) -> int:
    """Forget buckets untouched for a day; return how many."""
    with work.writing() as connection:
        return forget_before(connection, instant=work.now - FORGOTTEN_AFTER)
