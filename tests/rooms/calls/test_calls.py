"""One key does one thing once, on both stores."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from mag_server.base.work import Equipment, Work
from mag_server.rooms.calls.actions import (
    CallLostError,
    begin_call,
    finish_call,
    forget_old_calls,
    give_up_call,
)
from mag_server.rooms.calls.model import Answered, Begun, Call, CallRefusal, is_key

CALL = Call("klesia", "campaign-7", "the body")


def begun(work: Work, call: Call = CALL) -> Begun:
    started = begin_call(work, call=call)
    assert isinstance(started, Begun), started
    return started


def finish(work: Work, started: Begun, answer: bytes = b"the answer") -> None:
    with work.writing() as connection:
        finish_call(work, connection=connection, begun=started, answer=answer)


def test_the_same_call_again_is_told_the_same_answer(work: Work) -> None:
    finish(work, begun(work))
    assert begin_call(work, call=CALL) == Answered(b"the answer")


def test_another_body_under_the_same_key_is_refused(work: Work) -> None:
    other = Call("klesia", "campaign-7", "another body")
    started = begun(work)
    assert begin_call(work, call=other) is CallRefusal.OTHER_BODY
    finish(work, started)
    assert begin_call(work, call=other) is CallRefusal.OTHER_BODY


def test_another_partner_s_key_is_another_key(work: Work) -> None:
    finish(work, begun(work))
    begun(work, Call("mcf", "campaign-7", "the body"))


def test_a_call_that_is_being_done_is_not_done_beside(work: Work) -> None:
    begun(work)
    assert begin_call(work, call=CALL) is CallRefusal.RUNNING


def test_of_ten_calls_at_once_one_is_done(equipment: Equipment, work: Work) -> None:
    with ThreadPoolExecutor(10) as pool:
        told = list(pool.map(lambda _: begin_call(equipment.work(work.now), call=CALL), range(10)))
    assert sum(isinstance(one, Begun) for one in told) == 1
    assert told.count(CallRefusal.RUNNING) == 9


def test_a_call_that_failed_can_be_tried_again_at_once(work: Work) -> None:
    give_up_call(work, begun=begun(work))
    begun(work)


def test_giving_up_takes_no_answer_back(work: Work) -> None:
    started = begun(work)
    finish(work, started)
    give_up_call(work, begun=started)
    assert begin_call(work, call=CALL) == Answered(b"the answer")


def test_a_call_whose_process_died_is_taken_over_after_its_lease(equipment: Equipment, work: Work):
    dead = begun(work)
    early, late = (equipment.work(work.now + timedelta(seconds=s)) for s in (60, 61))
    assert begin_call(early, call=CALL) is CallRefusal.RUNNING
    taken = begun(late)
    with pytest.raises(CallLostError):
        finish(work, dead)
    finish(late, taken)


def test_an_answer_is_told_for_a_day_and_then_forgotten(equipment: Equipment, work: Work) -> None:
    finish(work, begun(work))
    day, later = (equipment.work(work.now + timedelta(hours=24, seconds=s)) for s in (0, 1))
    assert begin_call(day, call=CALL) == Answered(b"the answer")
    assert forget_old_calls(day) == 0
    assert forget_old_calls(later) == 1
    begun(equipment.work(later.now))


def test_a_key_over_a_day_old_is_free_before_it_is_forgotten(equipment: Equipment, work: Work):
    finish(work, begun(work))
    begun(equipment.work(work.now + timedelta(hours=24, seconds=1)))


def test_neither_key_nor_body_nor_answer_can_be_read_in_the_database(work: Work) -> None:
    finish(work, begun(work), b"http://mag.localhost:8400/l/the-token")
    with work.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM calls").all()
    assert len(rows) == 1
    for secret in ("campaign-7", "the body", "the-token", "mag.localhost"):
        assert secret not in str(rows)


@pytest.mark.parametrize("text", ["", " ", "a b", "é", "a\n", "x" * 256, "\x7f"])
def test_what_is_no_key_is_refused(text: str) -> None:
    assert not is_key(text)


@pytest.mark.parametrize("text", ["x", '"8e03978e-40d5-43e8-bc93-6894a57f9324"', "x" * 255])
def test_a_key_is_visible_ascii(text: str) -> None:
    assert is_key(text)
