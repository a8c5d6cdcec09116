"""Visit handles, acts on the page and reports, on both stores."""

from functools import partial

import pytest
from sqlalchemy import select

from mag_server.rooms.links.actions import revoke_link
from mag_server.rooms.links.model import Link
from mag_server.rooms.people.model import Person
from mag_server.rooms.sessions.model import Session
from mag_server.rooms.visits import store
from mag_server.rooms.visits.actions import (
    find_visit,
    forget_old_traces,
    handed_at,
    note_interaction,
    report_link,
)
from mag_server.rooms.visits.model import LinkRefusal
from tests.rooms.links.asked import make_link, register_sender
from tests.rooms.visits.coming import at_once, authenticate, hand, session_of, told
from tests.world import World

INTERACTION, REPORTED = ("opened", "interaction"), ("reported", "interaction")


@pytest.fixture
def link(world: World) -> Link:
    return make_link(world, register_sender(world))


@pytest.fixture
def tom(world: World) -> Person:
    return world.register_person()


@pytest.fixture
def session(world: World, link: Link, tom: Person) -> Session:
    """Give a session that was authenticated at the link."""
    session = session_of(world, tom)
    authenticate(world, link, tom, session)
    return session


def found(world: World, handle: str | None, session: Session, client_id: str = "klesia"):
    work = world.work()
    link = find_visit(work, handle=handle, client_id=client_id, session_sid=session.sid)
    return link.link_id if link else None


def test_a_handle_leads_to_its_link_again_and_again_for_five_minutes(
    world: World, link: Link, session: Session
):
    handle = hand(world, link, session)
    assert [found(world, handle, session) for _ in range(3)] == [link.link_id] * 3
    world.pass_time(minutes=5, microseconds=-1)
    assert found(world, handle, session) == link.link_id
    world.pass_time(microseconds=1)
    assert found(world, handle, session) is None


def test_a_handle_serves_its_own_client_and_session_only(
    world: World, link: Link, session: Session, tom: Person
):
    handle = hand(world, link, session)
    other = session_of(world, tom)
    authenticate(world, link, tom, other)
    assert found(world, handle, other) is None
    assert found(world, handle, session, "mcf") is None


def test_a_handle_leads_nowhere_before_its_authentication_is_recorded(
    world: World, link: Link, tom: Person
):
    session = session_of(world, tom)
    handle = hand(world, link, session)
    assert found(world, handle, session) is None
    authenticate(world, link, tom, session)
    assert found(world, handle, session) == link.link_id


def test_a_handle_dies_with_the_revocation_and_outlives_the_end_of_its_link(
    world: World, link: Link, tom: Person
):
    world.pass_time(days=89, hours=23, minutes=58)
    session = session_of(world, tom)
    authenticate(world, link, tom, session)
    handle = hand(world, link, session)
    world.pass_time(minutes=3)
    # Authenticated in time: the way to the page is not cut on the last steps.
    assert found(world, handle, session) == link.link_id
    world.pass_time(minutes=-3)
    revoke_link(world.work(), client_id="klesia", link_id=link.link_id, by="test")
    assert found(world, handle, session) is None


@pytest.mark.parametrize(
    "handle", [None, "", "97050551700072", "A" * 22, "A" * 21 + "é", "A" * 23, "lnk_" + "A" * 22]
)
def test_any_other_hint_leads_nowhere(
    world: World, link: Link, session: Session, handle: str | None
):
    hand(world, link, session)
    assert found(world, handle, session) is None


def test_a_handle_is_new_each_time_and_is_not_stored(world: World, link: Link, session: Session):
    handles = {hand(world, link, session) for _ in range(5)}
    assert len(handles) == 5
    with world.work().read() as connection:
        kept = str(connection.execute(select(store.visits)).all())
    assert not [handle for handle in handles if handle in kept]


def test_the_last_handle_of_a_client_and_session_says_since_when(
    world: World, link: Link, session: Session, tom: Person
):
    def since(client_id: str = "klesia", sid: str = session.sid):
        return handed_at(world.work(), client_id=client_id, session_sid=sid)

    assert since() is None
    hand(world, link, session)
    world.pass_time(seconds=20)
    hand(world, link, session)
    last = world.now
    world.pass_time(seconds=20)
    assert since() == last
    assert since("mcf") is None
    assert since(sid=session_of(world, tom).sid) is None
    world.pass_time(minutes=5)
    assert since() is None


def test_the_purge_takes_the_handles_that_are_over_and_no_other(
    world: World, link: Link, session: Session
):
    hand(world, link, session)
    world.pass_time(minutes=4)
    live = hand(world, link, session)
    world.pass_time(minutes=2)
    assert forget_old_traces(world.work()) == 1
    assert found(world, live, session) == link.link_id


def test_an_act_is_noted_once_a_link_however_many_come_at_once(world: World, link: Link):
    act = lambda: note_interaction(world.work(), link_id=link.link_id)  # noqa: E731 - done 8 times
    assert sorted(at_once(*[act] * 8)) == [False] * 7 + [True]
    world.pass_time(days=3)
    assert act() is False
    assert told(world, link) == [INTERACTION]


def test_an_act_at_a_link_that_is_over_revoked_or_unknown_is_not_noted(world: World, link: Link):
    over = make_link(world, register_sender(world, "mcf", targets=(link.target,)))
    revoke_link(world.work(), client_id="klesia", link_id=link.link_id, by="test")
    assert note_interaction(world.work(), link_id=link.link_id) is False
    assert note_interaction(world.work(), link_id="lnk_" + "A" * 22) is False
    world.pass_time(days=90)
    assert note_interaction(world.work(), link_id=over.link_id) is False
    assert told(world, link) == told(world, over) == []


def report(world: World, link: Link, address: str = "192.0.2.7") -> bool | LinkRefusal:
    return report_link(world.work(), link_id=link.link_id, address=address)


def test_a_report_is_noted_once_a_day_for_a_link_and_a_network(world: World, link: Link):
    assert sorted(at_once(*[partial(report, world, link)] * 6)) == [False] * 5 + [True]
    assert report(world, link, "2001:db8::1") is True
    assert report(world, link, "2001:db8::2") is False, "one /64"
    world.pass_time(days=1)
    assert report(world, link) is True
    assert told(world, link) == [REPORTED] * 3


def test_a_link_that_is_over_can_still_be_reported_and_an_unknown_one_cannot(
    world: World, link: Link
):
    world.pass_time(days=91)
    assert report(world, link) is True
    unknown = report_link(world.work(), link_id="lnk_" + "A" * 22, address="192.0.2.7")
    assert unknown is LinkRefusal.UNKNOWN
