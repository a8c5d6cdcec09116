"""Attempts and spent forms, kept alike in both stores."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from mag_server.base.work import Equipment, Work
from mag_server.rooms.signin import store

TICK = timedelta(microseconds=1)
START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def spend(connection, work: Work, form_id: str = "form", at: datetime = START) -> bool:
    return store.spend_form(
        connection,
        work.database,
        form_id=form_id,
        proof_fingerprint="proof",
        attempt_id=f"attempt of {form_id}",
        now=at,
    )


def attempt(connection, form_id: str = "form", expires_at: datetime = START) -> None:
    store.add_attempt(
        connection,
        attempt_id=f"attempt of {form_id}",
        step="done",
        sub="tom",
        sid="sid",
        expires_at=expires_at,
    )


def test_a_form_is_spent_once_and_tells_what_it_led_to(work: Work):
    with work.writing() as connection:
        assert spend(connection, work)
        attempt(connection)
        assert not spend(connection, work)
        assert store.load_use(connection, form_id="form") == store.FormUse(
            "proof", "attempt of form", START, "sid", "tom"
        )
        assert store.load_use(connection, form_id="another") is None


def test_the_first_proof_of_a_form_is_the_one_that_stays(work: Work):
    with work.writing() as connection:
        spend(connection, work)
        attempt(connection)
        store.spend_form(
            connection,
            work.database,
            form_id="form",
            proof_fingerprint="another",
            attempt_id="another",
            now=START + TICK,
        )
        use = store.load_use(connection, form_id="form")
    assert use is not None
    assert (use.proof_fingerprint, use.used_at) == ("proof", START)


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
            spend(connection, work, form_id, at)
            attempt(connection, form_id, at)
        assert store.forget_before(connection, instant=START) == 2
        assert store.load_use(connection, form_id="old") is None
        assert store.load_use(connection, form_id="edge") is not None
