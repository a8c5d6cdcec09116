"""Attempts, kept alike in both stores."""

from datetime import UTC, datetime, timedelta

from mag_server.base.work import Work
from mag_server.rooms.signin import store

TICK = timedelta(microseconds=1)
START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def attempt(connection, attempt_id: str, *, sid: str = "sid", expires_at: datetime = START) -> None:
    store.add_attempt(
        connection, attempt_id=attempt_id, step="done", sub="tom", sid=sid, expires_at=expires_at
    )


def test_an_attempt_tells_the_session_that_it_opened(work: Work):
    with work.writing() as connection:
        attempt(connection, "first", sid="sid of the first")
        attempt(connection, "second", sid="sid of the second")
        assert store.load_sid(connection, attempt_id="first") == "sid of the first"
        assert store.load_sid(connection, attempt_id="third") is None


def test_the_purge_takes_what_expired_before_its_instant_and_nothing_else(work: Work):
    with work.writing() as connection:
        attempt(connection, "old", expires_at=START - TICK)
        attempt(connection, "edge", expires_at=START)
        assert store.forget_before(connection, instant=START) == 1
        assert store.load_sid(connection, attempt_id="old") is None
        assert store.load_sid(connection, attempt_id="edge") == "sid"
