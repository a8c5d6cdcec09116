"""Sessions and familiar places, kept alike in both stores."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mag_server.base.work import Work
from mag_server.rooms.sessions import store
from mag_server.rooms.sessions.model import Familiarity, Session

TICK = timedelta(microseconds=1)
START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
DEVICE, NETWORK = ("device", "d"), ("network", "n")


def session(sid: str = "one", sub: str = "tom", seen_at: datetime = START) -> Session:
    return Session(sid, sub, "acr", ("pwd", "otp"), START, START, seen_at, None)


def add(connection, *sessions: Session) -> None:
    for one in sessions:
        store.add_session(connection, one, cookie_fingerprint=f"cookie of {one.sid}")


def test_a_session_comes_back_whole_by_cookie_and_by_sid(work: Work):
    with work.writing() as connection:
        add(connection, session())
        assert store.load_by_cookie(connection, cookie_fingerprint="cookie of one") == session()
        assert store.load_by_sid(connection, sid="one") == session()
        assert store.load_by_cookie(connection, cookie_fingerprint="another") is None
        assert store.load_by_sid(connection, sid="two") is None


def test_sessions_without_a_cookie_are_many_and_no_cookie_finds_them(work: Work):
    with work.writing() as connection:
        for sid in ("one", "two"):
            store.add_session(connection, session(sid), cookie_fingerprint=None)
        assert store.load_by_sid(connection, sid="two") == session("two")
        assert store.load_by_cookie(connection, cookie_fingerprint="") is None


def test_a_cookie_belongs_to_one_session(work: Work):
    def add_twice() -> None:
        with work.writing() as connection:
            for sid in ("one", "two"):
                store.add_session(connection, session(sid), cookie_fingerprint="same")

    with pytest.raises(Exception, match=r"(?i)unique"):
        add_twice()


def test_a_renewed_session_keeps_its_row_and_loses_its_former_cookie(work: Work):
    later = START + timedelta(minutes=5)
    renewed = replace(session(), acr="higher", amr=("pwd",), auth_time=later, seen_at=later)
    with work.writing() as connection:
        add(connection, session(), session("two"))
        store.renew(connection, renewed, cookie_fingerprint="new")
        assert store.load_by_cookie(connection, cookie_fingerprint="new") == renewed
        assert store.load_by_cookie(connection, cookie_fingerprint="cookie of one") is None
        assert store.load_by_sid(connection, sid="two") == session("two")


def test_a_use_is_noted_and_an_ended_session_is_used_no_more(work: Work):
    later = START + timedelta(minutes=5)
    with work.writing() as connection:
        add(connection, session())
        assert store.touch(connection, sid="one", now=later)
        assert store.load_by_sid(connection, sid="one") == session(seen_at=later)
        assert store.end(connection, sid="one", now=later)
        assert not store.touch(connection, sid="one", now=later)
        assert not store.touch(connection, sid="nobody's", now=later)


def test_a_session_ends_once_and_its_cookie_with_it(work: Work):
    later = START + timedelta(minutes=5)
    with work.writing() as connection:
        add(connection, session())
        assert store.end(connection, sid="one", now=later)
        assert not store.end(connection, sid="one", now=later + TICK)
        ended = store.load_by_sid(connection, sid="one")
        assert ended == replace(session(), ended_at=later)
        assert store.load_by_cookie(connection, cookie_fingerprint="cookie of one") is None


def test_all_sessions_of_a_person_end_and_nobody_elses(work: Work):
    with work.writing() as connection:
        add(connection, session("one"), session("two"), session("three", sub="huck"))
        store.end(connection, sid="one", now=START)
        assert store.end_all(connection, sub="tom", now=START) == ["two"]
        assert store.end_all(connection, sub="tom", now=START) == []
        assert store.load_by_sid(connection, sid="three") == session("three", sub="huck")


def remember(connection, work: Work, mark: tuple[str, str], until: datetime, triplet="t") -> None:
    kind, text = mark
    store.remember_familiar(
        connection,
        work.database,
        triplet_fingerprint=triplet,
        kind=kind,
        mark=text,
        expires_at=until,
    )


def familiar(connection, *marks: tuple[str, str], at: datetime = START, triplet: str = "t"):
    place = Familiarity(triplet, marks)
    return store.find_familiar_mark(connection, place, now=at)


def test_a_mark_is_familiar_to_its_triplet_only_and_until_its_instant(work: Work):
    with work.writing() as connection:
        remember(connection, work, NETWORK, START + TICK)
        assert familiar(connection, NETWORK) == NETWORK
        assert familiar(connection, NETWORK, at=START + TICK) is None
        assert familiar(connection, NETWORK, triplet="other") is None
        assert familiar(connection, ("network", "other")) is None
        assert familiar(connection, ("device", "n")) is None
        assert familiar(connection) is None


def test_the_device_is_named_before_the_network(work: Work):
    later = START + timedelta(days=1)
    with work.writing() as connection:
        remember(connection, work, NETWORK, later)
        assert familiar(connection, DEVICE, NETWORK) == NETWORK
        remember(connection, work, DEVICE, later)
        assert familiar(connection, DEVICE, NETWORK) == DEVICE
        assert familiar(connection, NETWORK, DEVICE) == DEVICE


def test_a_place_seen_again_is_familiar_for_longer(work: Work):
    with work.writing() as connection:
        remember(connection, work, DEVICE, START + timedelta(days=1))
        remember(connection, work, DEVICE, START + timedelta(days=2))
        assert familiar(connection, DEVICE, at=START + timedelta(days=1)) == DEVICE


def test_the_purge_takes_long_unseen_sessions_and_expired_places_only(work: Work):
    with work.writing() as connection:
        add(connection, session("old", seen_at=START - TICK), session("edge"))
        remember(connection, work, DEVICE, START - TICK)
        remember(connection, work, NETWORK, START)
        assert store.forget_before(connection, seen_before=START, now=START) == 2
        assert store.load_by_sid(connection, sid="old") is None
        assert store.load_by_sid(connection, sid="edge") == session("edge")
        assert familiar(connection, DEVICE, NETWORK, at=START - TICK) == NETWORK
