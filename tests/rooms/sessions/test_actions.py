"""Opening, renewing, using and ending sessions; what is remembered of a place."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from mag_server.base.secrets import fingerprint
from mag_server.base.work import Equipment, Work
from mag_server.rooms.sessions import store
from mag_server.rooms.sessions.actions import (
    end_session,
    end_sessions_of,
    find_live_session,
    find_session,
    forget_old_sessions,
    open_frame_session,
    open_session,
    recognise,
    remember,
    renew_cookie,
    touch_session,
)
from mag_server.rooms.sessions.model import OpenedSession, Proof, Session

TOM, HUCK = Proof("tom", "acr", ("pwd",)), Proof("huck", "acr", ("pwd",))
MINUTE = timedelta(minutes=1)


def opened(work: Work, proof: Proof = TOM, known: Session | None = None) -> OpenedSession:
    work = work.again()
    with work.writing() as connection:
        return open_session(work, connection=connection, proof=proof, known=known)


def used(work: Work, sid: str) -> bool:
    with work.writing() as connection:
        return touch_session(work, connection=connection, sid=sid)


def test_a_new_session_is_found_by_its_cookie_and_by_its_sid(work: Work):
    session = opened(work).session
    assert session.auth_time == session.created_at == session.seen_at == work.now
    cookie = opened(work, HUCK)
    assert find_live_session(work, cookie=cookie.cookie) == cookie.session
    assert find_session(work, sid=session.sid) == session


def test_no_cookie_and_a_strange_cookie_find_nothing(work: Work):
    opened(work)
    assert find_live_session(work, cookie=None) is None
    assert find_live_session(work, cookie="") is None
    assert find_live_session(work, cookie="strange") is None


def test_a_cookie_is_kept_as_a_fingerprint_only(work: Work):
    cookie = opened(work).cookie
    with work.read() as connection:
        (row,) = connection.execute(select(store.sessions)).all()
    assert row.cookie_fingerprint == fingerprint(cookie)
    assert cookie not in str(row)


def test_the_same_person_again_keeps_the_sid_and_changes_the_cookie(
    equipment: Equipment, now: datetime
):
    first = opened(equipment.work(now))
    later = equipment.work(now + MINUTE)
    second = opened(later, replace(TOM, amr=("pwd", "otp")), first.session)
    assert second.session == replace(
        first.session, amr=("pwd", "otp"), auth_time=later.now, seen_at=later.now
    )
    assert second.cookie != first.cookie
    assert find_live_session(later, cookie=first.cookie) is None
    assert find_live_session(later, cookie=second.cookie) == second.session


def test_a_session_ended_while_its_person_signs_in_again_stays_ended(work: Work):
    first = opened(work)
    with work.again().writing() as connection:
        assert end_session(work, connection=connection, sid=first.session.sid, by="test")
    second = opened(work.again(), known=first.session)
    assert second.session.sid != first.session.sid
    assert find_session(work, sid=first.session.sid) is None
    assert find_live_session(work, cookie=second.cookie) == second.session


def test_another_person_on_the_same_browser_ends_the_first_ones_session(work: Work):
    first = opened(work)
    second = opened(work, HUCK, first.session)
    assert second.session.sid != first.session.sid
    assert find_session(work, sid=first.session.sid) is None
    assert find_live_session(work, cookie=second.cookie) == second.session


def test_use_keeps_a_session_alive_for_ten_hours_and_no_longer(equipment: Equipment, now: datetime):
    session = opened(equipment.work(now)).session
    for number in range(1, 21):
        at = equipment.work(now + number * 29 * MINUTE)
        assert find_session(at, sid=session.sid) is not None
        assert used(at, session.sid)
    end = now + timedelta(hours=10)
    assert find_session(equipment.work(end - timedelta(seconds=1)), sid=session.sid) is not None
    assert find_session(equipment.work(end), sid=session.sid) is None


def test_a_form_posted_twice_is_no_new_proof_and_gives_no_time(equipment: Equipment, now: datetime):
    session = opened(equipment.work(now)).session
    for number in range(1, 21):
        assert used(equipment.work(now + number * 29 * MINUTE), session.sid)
    last = equipment.work(now + timedelta(hours=10) - timedelta(seconds=5))
    with last.writing() as connection:
        assert renew_cookie(last, connection=connection, sid=session.sid)
    assert find_session(equipment.work(now + timedelta(hours=10)), sid=session.sid) is None


def test_an_idle_session_is_not_found_though_its_row_stays(equipment: Equipment, now: datetime):
    session = opened(equipment.work(now)).session
    idle = equipment.work(now + 30 * MINUTE)
    assert find_session(idle, sid=session.sid) is None
    with idle.read() as connection:
        assert store.load_by_sid(connection, sid=session.sid) == session


def test_a_new_cookie_is_given_to_a_live_session_only(equipment: Equipment, now: datetime):
    first = opened(equipment.work(now))
    work = equipment.work(now)
    with work.writing() as connection:
        renewed = renew_cookie(work, connection=connection, sid=first.session.sid)
        assert renew_cookie(work, connection=connection, sid="nobody's") is None
    assert renewed is not None
    assert renewed.session == first.session
    assert find_live_session(work, cookie=first.cookie) is None
    idle = equipment.work(now + 30 * MINUTE)
    with idle.writing() as connection:
        assert renew_cookie(idle, connection=connection, sid=first.session.sid) is None


def test_a_session_of_the_frame_lives_without_any_cookie(work: Work):
    with work.writing() as connection:
        session = open_frame_session(work, connection=connection, proof=TOM)
    assert find_session(work, sid=session.sid) == session
    assert find_live_session(work, cookie="") is None


def test_an_ended_session_is_over_and_ends_once(work: Work):
    first = opened(work)
    again = work.again()
    with again.writing() as connection:
        sid = first.session.sid
        assert end_session(again, connection=connection, sid=sid, by="person")
        assert not end_session(again, connection=connection, sid=sid, by="person")
    assert find_session(work, sid=first.session.sid) is None
    assert not used(work, first.session.sid)


def test_every_session_of_a_person_ends_at_once(work: Work):
    sids = {opened(work).session.sid for _ in range(3)}
    other = opened(work, HUCK).session
    with work.writing() as connection:
        assert set(end_sessions_of(work, connection=connection, sub="tom")) == sids
    assert not any(find_session(work, sid=sid) for sid in sids)
    assert find_session(work, sid=other.sid) == other


def seen_from(work: Work, address: str, device: str | None = None, triplet: str = "t"):
    return recognise(work, triplet_fingerprint=triplet, device=device, address=address)


def test_a_success_makes_its_network_and_its_new_device_familiar(work: Work):
    place = seen_from(work, "192.0.2.1")
    assert place.known is None
    with work.writing() as connection:
        remember(work, connection=connection, familiarity=place, new_device="device")
    assert seen_from(work, "192.0.2.1").known == place.marks[0]
    assert seen_from(work, "203.0.113.1").known is None
    assert seen_from(work, "203.0.113.1", "device").known == ("device", fingerprint("device"))
    assert seen_from(work, "192.0.2.1", triplet="another").known is None


def test_neither_an_address_nor_a_device_is_kept_in_clear(work: Work):
    place = seen_from(work, "192.0.2.1", "the-device")
    with work.writing() as connection:
        remember(work, connection=connection, familiarity=place, new_device=None)
        kept = str(connection.execute(select(store.familiarities)).all())
    assert "192.0.2.1" not in kept
    assert "the-device" not in kept


def test_old_sessions_are_purged_a_day_after_they_could_last_have_lived(
    equipment: Equipment, now: datetime
):
    opened(equipment.work(now))
    limit = timedelta(hours=10) + timedelta(days=1)
    assert forget_old_sessions(equipment.work(now + limit)) == 0
    assert forget_old_sessions(equipment.work(now + limit + timedelta(microseconds=1))) == 1
