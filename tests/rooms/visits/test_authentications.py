"""Who was authenticated at a link: once each, whatever comes at the same instant."""

from functools import partial

import jwt
import pytest

from mag_server.rooms.arrivals.actions import arrive
from mag_server.rooms.erasure.actions import erase_person
from mag_server.rooms.forms.model import LinkRequest
from mag_server.rooms.links.actions import extend_link, revoke_link
from mag_server.rooms.links.model import AddresseeMatch, Link
from mag_server.rooms.people.actions import radiate_declarant, rename_person
from mag_server.rooms.people.model import Person, PersonName, parse_name
from mag_server.rooms.receipts.actions import list_link, sequence_receipts, verify_log
from mag_server.rooms.receipts.model import Stage, values_of
from mag_server.rooms.sessions.model import Session
from mag_server.rooms.visits.actions import (
    find_recorded_at,
    find_visit,
    is_accepted,
    record_authentication,
    record_consultation,
)
from mag_server.rooms.visits.model import ConsultationRefusal, LinkRefusal, Recorded
from tests.rooms.links.asked import make_link, register_sender
from tests.rooms.visits.coming import at_once, authenticate, hand, session_of, told
from tests.world import World

AR_1, AR_2 = ("opened", "authenticated"), ("authenticated", "authenticated")
REFUSED = ("refused", "authenticated")
DOCUMENT = "ab" * 32


@pytest.fixture
def link(world: World) -> Link:
    return make_link(world, register_sender(world))


@pytest.fixture
def tom(world: World) -> Person:
    return world.register_person()


@pytest.fixture
def huck(world: World) -> Person:
    return world.register_person("FINN", "HUCK")


def claims(world: World, link: Link, position: int) -> dict[str, object]:
    receipt = list_link(world.work(), link_id=link.link_id)[position]
    signed = jwt.decode(receipt.jws, options={"verify_signature": False})
    values = values_of(signed, receipt.disclosures)
    assert values is not None
    return values


def assert_the_log_verifies(world: World, count: int) -> None:
    assert sequence_receipts(world.work()) == count
    # No damage: only how many were looked at.
    assert list(verify_log(world.work())) == [count]


def test_who_comes_first_is_an_opening_and_an_authentication(world: World, link: Link, tom: Person):
    session = session_of(world, tom)
    recorded = authenticate(world, link, tom, session)
    assert recorded == Recorded(AddresseeMatch.ADDRESSEE, True, world.now, True)
    assert told(world, link) == [AR_1, AR_2]
    said = claims(world, link, 1)
    assert (said["subject"], said["session"]) == (tom.sub, session.sid)
    assert said["addressee_match"] == "addressee"
    assert said["auth_time"] == int(session.auth_time.timestamp())
    # AR-1 says that somebody was authenticated, and not who.
    assert not {"subject", "session", "_sd"} & claims(world, link, 0).keys()


def test_the_same_session_again_adds_nothing_and_tells_since_when(
    world: World, link: Link, tom: Person
):
    session, first_at = session_of(world, tom), world.now
    authenticate(world, link, tom, session)
    world.pass_time(minutes=7)
    again = authenticate(world, link, tom, session)
    assert again == Recorded(AddresseeMatch.ADDRESSEE, True, first_at, False)
    assert told(world, link) == [AR_1, AR_2]
    at = find_recorded_at(world.work(), link_id=link.link_id, session_sid=session.sid)
    assert at == first_at


def test_another_session_is_another_authentication_of_one_opening(
    world: World, link: Link, tom: Person
):
    for _ in range(3):
        authenticate(world, link, tom, session_of(world, tom))
    assert told(world, link) == [AR_1, AR_2, AR_2, AR_2]


def test_six_sign_ins_at_once_are_one_opening_and_one_authentication_a_session(
    world: World, link: Link, tom: Person
):
    sessions = [session_of(world, tom) for _ in range(3)]
    recorded = at_once(*(partial(authenticate, world, link, tom, one) for one in sessions * 2))
    firsts = [one.first for one in recorded if isinstance(one, Recorded)]
    assert sorted(firsts) == [False] * 3 + [True] * 3
    assert told(world, link) == [AR_1, AR_2, AR_2, AR_2]
    assert_the_log_verifies(world, 4)


def test_a_block_that_fails_leaves_nothing_and_spends_no_word(
    world: World, link: Link, tom: Person
):
    session = session_of(world, tom)
    with pytest.raises(KeyError):
        authenticate_and_fail(world, link, tom, session)
    assert told(world, link) == []
    assert find_recorded_at(world.work(), link_id=link.link_id, session_sid=session.sid) is None
    authenticate(world, link, tom, session)
    assert told(world, link) == [AR_1, AR_2]


def authenticate_and_fail(world: World, link: Link, tom: Person, session: Session) -> None:
    work = world.work()
    with work.writing_durably() as connection:
        record_authentication(work, connection=connection, link=link, person=tom, session=session)
        raise KeyError


def test_a_link_revoked_or_over_meanwhile_records_nobody(world: World, link: Link, tom: Person):
    session = session_of(world, tom)
    world.pass_time(days=90)
    assert authenticate(world, link, tom, session) is LinkRefusal.EXPIRED
    world.pass_time(days=-1)
    revoke_link(world.work(), client_id="klesia", link_id=link.link_id, by="test")
    assert authenticate(world, link, tom, session) is LinkRefusal.REVOKED
    assert told(world, link) == []


def test_a_link_that_was_extended_meanwhile_records(world: World, link: Link, tom: Person):
    later = link.expires_at.replace(year=link.expires_at.year + 1).replace(month=1)
    assert extend_link(
        world.work(), client_id="klesia", link_id=link.link_id, expires_at=later, by="test"
    )
    world.pass_time(days=90)
    assert isinstance(authenticate(world, link, tom, session_of(world, tom)), Recorded)


def test_a_former_name_still_means_the_person(world: World, link: Link, tom: Person):
    nom = parse_name("MARTIN")
    assert isinstance(nom, PersonName)
    renamed = rename_person(world.work(), sub=tom.sub, nom=nom, prenom=tom.prenom, by="test")
    assert isinstance(renamed, Person)
    recorded = authenticate(world, link, renamed, session_of(world, renamed))
    assert isinstance(recorded, Recorded)
    assert recorded.match is AddresseeMatch.ADDRESSEE


def test_a_stranger_is_refused_and_named_nowhere(world: World, link: Link, huck: Person):
    session = session_of(world, huck)
    recorded = authenticate(world, link, huck, session)
    assert isinstance(recorded, Recorded)
    assert (recorded.accepted, recorded.match) == (False, AddresseeMatch.SAME_SIRET)
    assert told(world, link) == [REFUSED]
    said = claims(world, link, 0)
    assert said["reason"] == "not_accepted"
    assert not [word for word in (huck.sub, session.sid, "FINN") if word in str(said)]
    assert not {"subject", "session", "acr", "amr", "auth_time", "addressee_match"} & said.keys()
    assert find_recorded_at(world.work(), link_id=link.link_id, session_sid=session.sid) is None
    assert not is_accepted(world.work(), link=link, person=huck)


def test_a_stranger_who_insists_is_one_receipt_a_day(world: World, link: Link, huck: Person):
    sessions = [session_of(world, huck) for _ in range(4)]
    at_once(*(partial(authenticate, world, link, huck, one) for one in sessions))
    assert told(world, link) == [REFUSED]
    world.pass_time(days=1)
    authenticate(world, link, huck, sessions[0])
    assert told(world, link) == [REFUSED, REFUSED]


def test_a_stranger_takes_no_word_from_the_addressee(
    world: World, link: Link, tom: Person, huck: Person
):
    authenticate(world, link, huck, session_of(world, huck))
    authenticate(world, link, tom, session_of(world, tom))
    assert told(world, link) == [REFUSED, AR_1, AR_2]


def test_who_was_struck_off_while_the_password_was_checked_is_not_recorded(
    world: World, link: Link, tom: Person
):
    session = session_of(world, tom)
    radiate_declarant(world.work(), sub=tom.sub, by="test")
    partner = register_sender(world, "mcf")
    request = LinkRequest(link.link_id, "klesia", "taux-at-mp", 0)
    work = world.work()
    with work.writing_durably() as connection:
        arrived = arrive(
            work, connection=connection, partner=partner, request=request, session=session
        )
    assert arrived.closed is not None
    assert (arrived.handle, arrived.closed.code) == (None, "MAG-304")
    assert told(world, link) == []


def test_a_consultation_stands_on_an_authentication_once_a_document(
    world: World, link: Link, tom: Person
):
    session = session_of(world, tom)

    def consult(client_id: str = "klesia", document: str = DOCUMENT) -> bool | ConsultationRefusal:
        return record_consultation(
            world.work(),
            client_id=client_id,
            link_id=link.link_id,
            session_sid=session.sid,
            document=document,
        )

    assert consult() is ConsultationRefusal.NOBODY
    authenticate(world, link, tom, session)
    assert consult("mcf") is ConsultationRefusal.UNKNOWN_LINK
    assert sorted(at_once(consult, consult, consult), key=str) == [False, False, True]
    assert consult(document="cd" * 32) is True
    assert told(world, link) == [AR_1, AR_2] + [("consulted", "partner")] * 2
    assert claims(world, link, 2)["document"] == DOCUMENT


def test_whom_one_erases_is_known_at_no_link_any_more(world: World, link: Link, tom: Person):
    session = session_of(world, tom)
    authenticate(world, link, tom, session)
    handle = hand(world, link, session)
    assert erase_person(world.work(), sub=tom.sub, by="test") == 1
    assert find_recorded_at(world.work(), link_id=link.link_id, session_sid=session.sid) is None
    found = find_visit(world.work(), handle=handle, client_id="klesia", session_sid=session.sid)
    assert found is None
    assert [one.stage for one in list_link(world.work(), link_id=link.link_id)] == [
        Stage.OPENED,
        Stage.AUTHENTICATED,
    ]
    assert_the_log_verifies(world, 2)
