"""Spent forms, kept alike in both stores."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from mag_server.base.work import Equipment, Work
from mag_server.rooms.forms import store
from mag_server.rooms.forms.model import FormUse

TICK = timedelta(microseconds=1)
START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
FIRST = FormUse("proof", "attempt", START)


def spend(connection, work: Work, form_id: str = "form", use: FormUse = FIRST) -> bool:
    return store.spend(connection, work.database, form_id=form_id, use=use)


def test_a_form_is_spent_once_and_tells_what_it_led_to(work: Work):
    with work.writing() as connection:
        assert spend(connection, work)
        assert not spend(connection, work)
        assert store.load_use(connection, form_id="form") == FIRST
        assert store.load_use(connection, form_id="another") is None


def test_the_first_proof_of_a_form_is_the_one_that_stays(work: Work):
    with work.writing() as connection:
        spend(connection, work)
        spend(connection, work, use=FormUse("another", "another", START + TICK))
        assert store.load_use(connection, form_id="form") == FIRST


def test_a_form_spent_by_many_threads_at_once_is_spent_by_one(equipment: Equipment):
    def submit(_: int) -> bool:
        work = equipment.work(START)
        with work.writing() as connection:
            return spend(connection, work)

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert sum(pool.map(submit, range(16))) == 1


def test_the_purge_takes_what_is_older_than_its_instant_and_nothing_else(work: Work):
    with work.writing() as connection:
        for form_id, at in (("old", START - TICK), ("edge", START)):
            spend(connection, work, form_id, FormUse("proof", "attempt", at))
        assert store.forget_before(connection, instant=START) == 1
        assert store.load_use(connection, form_id="old") is None
        assert store.load_use(connection, form_id="edge") is not None
