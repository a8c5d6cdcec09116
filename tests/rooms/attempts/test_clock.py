"""A clock that is put back neither locks anybody out nor frees who attacks."""

from datetime import datetime, timedelta

import pytest

from mag_server.base.work import Equipment
from mag_server.rooms.attempts.actions import charge_attempt
from mag_server.rooms.attempts.model import Bucket, Charged, Throttled

BUCKET = Bucket("triplet:x", allowance=5)


def charge(equipment: Equipment, at: datetime) -> int:
    answer = charge_attempt(equipment.work(at), buckets=(BUCKET,))
    return answer.retry_after_seconds if isinstance(answer, Throttled) else 0


def fail_into_the_longest_wait(equipment: Equipment, now: datetime) -> datetime:
    """Fail until the wait is a minute; return the instant of the last failure."""
    for seconds in (0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32):
        now += timedelta(seconds=seconds)
        assert charge(equipment, now) == 0
    assert charge(equipment, now) == 60
    return now


STEPS = [timedelta(seconds=1), timedelta(seconds=59), timedelta(hours=1), timedelta(days=400)]


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_below_the_allowance_a_clock_put_back_makes_nobody_wait(
    equipment: Equipment, now: datetime, step: timedelta
):
    assert charge(equipment, now) == 0
    assert charge(equipment, now - step) == 0


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_wait_is_never_over_a_minute_after_the_clock_was_put_back(
    equipment: Equipment, now: datetime, step: timedelta
):
    back = fail_into_the_longest_wait(equipment, now) - step
    wait = charge(equipment, back)
    assert wait <= 60
    assert wait == 0 or charge(equipment, back + timedelta(seconds=60)) == 0


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_who_attacks_gains_one_guess_and_no_more_when_the_clock_is_put_back(
    equipment: Equipment, now: datetime, step: timedelta
):
    back = fail_into_the_longest_wait(equipment, now) - step
    guesses = [charge_attempt(equipment.work(back), buckets=(BUCKET,)) for _ in range(50)]
    assert sum(isinstance(guess, Charged) for guess in guesses) <= 1
    assert charge(equipment, back + timedelta(seconds=30)) > 0
