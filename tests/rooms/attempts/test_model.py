"""How long one waits after so many failures (docs/threats.md, « Guessing »)."""

import pytest

from mag_server.rooms.attempts.model import LONGEST_WAIT_SECONDS, wait_seconds

CURVE = [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize(("failures", "seconds"), list(enumerate(CURVE)))
def test_five_failures_are_free_then_each_doubles_the_wait_up_to_a_minute(
    failures: int, seconds: int
):
    assert wait_seconds(failures, allowance=5) == seconds


@pytest.mark.parametrize("allowance", [1, 5, 20])
def test_the_curve_begins_at_the_allowance_whatever_it_is(allowance: int):
    waits = [wait_seconds(failures, allowance=allowance) for failures in range(allowance + 9)]
    assert waits == [0] * allowance + CURVE[5:]


def test_no_number_of_failures_makes_one_wait_over_a_minute():
    assert wait_seconds(10**9, allowance=5) == LONGEST_WAIT_SECONDS == 60
