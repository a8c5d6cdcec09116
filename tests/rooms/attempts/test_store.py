"""The buckets, kept alike in both stores."""

from datetime import datetime, timedelta

from mag_server.base.work import Work
from mag_server.rooms.attempts.model import Bucket
from mag_server.rooms.attempts.store import (
    charge_parameters,
    charge_statement,
    empty,
    forget_before,
    load_free_at,
    refund,
)

BUCKET = Bucket("triplet:x", allowance=2)


def charge(work: Work, bucket: Bucket = BUCKET, *, at: datetime | None = None) -> int | None:
    statement = charge_statement(work.database, allowance=bucket.allowance)
    rows = work.once(statement, charge_parameters(bucket, now=at or work.now))
    return rows[0].failures if rows else None


def test_a_charge_returns_the_count_and_none_while_one_must_wait(work: Work):
    assert [charge(work) for _ in range(3)] == [1, 2, None]


def test_a_refused_charge_leaves_the_count_and_the_wait_as_they_were(work: Work, now: datetime):
    charge(work)
    charge(work)
    for _ in range(10):
        charge(work)
    with work.read() as connection:
        assert load_free_at(connection, name=BUCKET.name) == now + timedelta(seconds=1)
    assert charge(work, at=now + timedelta(seconds=1)) == 3


def test_a_wait_ends_at_its_instant_and_not_a_microsecond_before(work: Work, now: datetime):
    charge(work)
    charge(work)
    free_at = now + timedelta(seconds=1)
    assert charge(work, at=free_at - timedelta(microseconds=1)) is None
    assert charge(work, at=free_at) == 3


def test_a_bucket_of_one_makes_one_wait_at_its_very_first_failure(work: Work, now: datetime):
    bucket = Bucket("one", allowance=1)
    assert charge(work, bucket) == 1
    assert charge(work, bucket) is None
    assert charge(work, bucket, at=now + timedelta(seconds=1)) == 2


def test_a_refund_takes_one_failure_and_the_wait_it_brought(work: Work):
    charge(work)
    charge(work)
    with work.read() as connection:
        refund(connection, name=BUCKET.name, now=work.now)
        assert load_free_at(connection, name=BUCKET.name) == work.now
    assert charge(work) == 2


def test_a_refund_never_counts_below_zero(work: Work):
    charge(work)
    with work.read() as connection:
        for _ in range(3):
            refund(connection, name=BUCKET.name, now=work.now)
        refund(connection, name="never tried", now=work.now)
        assert load_free_at(connection, name="never tried") is None
    assert [charge(work) for _ in range(3)] == [1, 2, None]


def test_an_emptied_bucket_begins_again_and_its_neighbour_does_not(work: Work):
    other = Bucket("triplet:y", allowance=2)
    for bucket in (BUCKET, BUCKET, other):
        charge(work, bucket)
    with work.read() as connection:
        empty(connection, name=BUCKET.name)
        assert load_free_at(connection, name=BUCKET.name) is None
    assert charge(work) == 1
    assert charge(work, other) == 2


def test_a_count_is_forgotten_after_a_day_without_any_try_and_not_before(work: Work, now: datetime):
    day = timedelta(hours=24)
    charge(work)
    assert charge(work, at=now + day) == 2
    assert charge(work, at=now + day + day + timedelta(microseconds=1)) == 1


def test_the_purge_takes_what_is_older_than_its_instant_and_nothing_else(work: Work, now: datetime):
    charge(work, Bucket("old", allowance=2), at=now - timedelta(seconds=1))
    charge(work, Bucket("edge", allowance=2))
    with work.writing() as connection:
        assert forget_before(connection, instant=now) == 1
        assert load_free_at(connection, name="old") is None
        assert load_free_at(connection, name="edge") == now
