"""Charging and giving back, with a frozen clock."""

from datetime import datetime, timedelta

import pytest

from mag_server.base.work import Equipment, Work
from mag_server.rooms.attempts.actions import charge_attempt, forget_old_attempts, refund_attempt
from mag_server.rooms.attempts.model import Bucket, Charged, Throttled

TRIPLET = Bucket("triplet:x", allowance=5)
ADDRESS = Bucket("address:y", allowance=20)


def charge(work: Work, *buckets: Bucket) -> int:
    """Charge once and return how long one must wait: 0 when the attempt was taken."""
    answer = charge_attempt(work, buckets=buckets or (TRIPLET,))
    return answer.retry_after_seconds if isinstance(answer, Throttled) else 0


def test_the_waits_are_exactly_1_2_4_8_16_32_60_60_seconds(equipment: Equipment, now: datetime):
    waits = []
    for _ in range(14):
        waits.append(charge(equipment.work(now)))
        now += timedelta(seconds=waits[-1])
        if waits[-1]:
            assert charge(equipment.work(now)) == 0
    # The first wait comes after five free failures; each is then served and failed again.
    assert waits == [0] * 5 + [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_wait_is_told_in_whole_seconds_rounded_up(equipment: Equipment, now: datetime):
    for seconds in (0, 0, 0, 0, 0, 1, 3):
        assert charge(equipment.work(now + timedelta(seconds=seconds))) == 0
    at_three = now + timedelta(seconds=3)
    told = [
        charge(equipment.work(at_three + timedelta(milliseconds=after)))
        for after in (0, 1, 1000, 3001, 3999)
    ]
    assert told == [4, 4, 3, 1, 1]


def test_the_refusal_of_one_bucket_gives_the_others_their_attempt_back(work: Work):
    full = Bucket("address:full", allowance=1)
    assert charge(work, full) == 0
    for _ in range(30):
        assert charge(work, TRIPLET, full) == 1
    assert [charge(work) for _ in range(6)] == [0, 0, 0, 0, 0, 1]


def test_a_success_gives_its_attempt_back_to_every_bucket(work: Work):
    for _ in range(30):
        charged = charge_attempt(work.again(), buckets=(TRIPLET, ADDRESS))
        assert isinstance(charged, Charged)
        again = work.again()
        with again.writing() as connection:
            refund_attempt(again, connection=connection, charged=charged)


def test_a_forgiven_bucket_is_emptied_and_the_other_gets_one_attempt_back(work: Work):
    for _ in range(4):
        charge(work, TRIPLET, ADDRESS)
    charged = charge_attempt(work, buckets=(TRIPLET, ADDRESS))
    assert isinstance(charged, Charged)
    with work.writing() as connection:
        refund_attempt(
            work, connection=connection, charged=charged, forgiven=frozenset({TRIPLET.name})
        )
    assert [charge(work) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    assert [charge(work, ADDRESS) for _ in range(17)] == [0] * 16 + [1]


def test_a_refund_rolls_back_with_the_success_it_belongs_to(work: Work):
    charged = charge_attempt(work, buckets=(Bucket("one", allowance=1),))
    assert isinstance(charged, Charged)

    def fail_after_refund() -> None:
        with work.writing() as connection:
            refund_attempt(work, connection=connection, charged=charged)
            raise RuntimeError("the success failed")

    with pytest.raises(RuntimeError):
        fail_after_refund()
    assert charge(work, Bucket("one", allowance=1)) == 1


def test_buckets_untouched_for_a_day_are_purged(equipment: Equipment, now: datetime):
    charge(equipment.work(now))
    day = timedelta(hours=24)
    assert forget_old_attempts(equipment.work(now + day)) == 0
    assert forget_old_attempts(equipment.work(now + day + timedelta(microseconds=1))) == 1
