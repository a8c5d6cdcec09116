"""A person erased: nothing here names them any more, and everything signed verifies."""

import json

import jwt
import pytest

from mag_server.rooms.audit.actions import list_latest_acts
from mag_server.rooms.erasure.actions import erase_addressee, erase_person
from mag_server.rooms.links.actions import find_link
from mag_server.rooms.people.actions import find_by_triplet, rename_person
from mag_server.rooms.people.model import Person, PersonName
from mag_server.rooms.receipts.actions import sequence_receipts, verify_log
from mag_server.rooms.receipts.model import Damage
from mag_server.rooms.visits.actions import (
    find_recorded_at,
    forget_old_traces,
    record_consultation,
    report_link,
)
from tests.protocol.links.arriving import Sent, another, send
from tests.world import World, triplet

TOM = triplet("97050551700072", "SAWYER", "TOM")
DOCUMENT = "0" * 64


@pytest.fixture
def sent(world: World) -> Sent:
    """Give a link at which TOM SAWYER was authenticated, and served a document."""
    sent = send(world)
    sent.sign_in(world.browser())
    session = sid_of(sent)
    assert record_consultation(
        world.work(),
        client_id="klesia",
        link_id=sent.link_id,
        session_sid=session,
        document=DOCUMENT,
    )
    sequence_receipts(world.work())
    return sent


def sid_of(sent: Sent) -> str:
    with sent.world.equipment.database.readers.connect() as connection:
        sid: str = connection.exec_driver_sql("SELECT sid FROM link_authentications").scalar_one()
    return sid


def tom(world: World) -> Person:
    person = find_by_triplet(world.work(), triplet=TOM)
    assert person is not None
    return person


def everything(world: World, *tables: str) -> str:
    """Return all that lies in some tables, as text, and what the receipts sign."""
    with world.equipment.database.readers.connect() as connection:
        rows = [
            tuple(row)
            for table in tables
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608 - ours
        ]
        signed = list(connection.exec_driver_sql("SELECT jws FROM receipts").scalars())
    claims = [jwt.decode(one, options={"verify_signature": False}) for one in signed]
    return json.dumps([rows, claims], default=str)


TABLES = (
    *("people", "person_names", "links", "letters", "mail_events", "link_authentications"),
    *("receipts", "receipt_onces", "receipt_disclosures"),
)


def words(world: World) -> list[str]:
    with world.equipment.database.readers.connect() as connection:
        found = connection.exec_driver_sql("SELECT word FROM receipt_onces ORDER BY word")
        return [word.partition(":")[0] for word in found.scalars()]


def is_whole(world: World) -> bool:
    return not [found for found in verify_log(world.work()) if isinstance(found, Damage)]


def test_nothing_names_an_erased_person_and_no_signed_byte_changed(sent: Sent):
    world, sub = sent.world, tom(sent.world).sub
    before = [(one.jws, one.position) for one in sent.receipts()]
    session = sid_of(sent)
    for trace in (sub, session, "SAWYER", "tom.sawyer@toment.example"):
        assert trace in everything(world, *TABLES)
    assert erase_person(world.work(), sub=sub, by="test") == 2
    for trace in (sub, session, "SAWYER", "TOM", "tom.sawyer@toment.example"):
        assert trace not in everything(world, *TABLES)
    assert [(one.jws, one.position) for one in sent.receipts()] == before
    assert [one.disclosures for one in sent.receipts()] == [()] * 3
    assert is_whole(world)
    assert find_recorded_at(world.work(), link_id=sent.link_id, session_sid=session) is None
    assert erase_person(world.work(), sub=sub, by="test") is None


def test_the_words_that_hold_a_fingerprint_of_the_person_go_with_them(sent: Sent):
    world = sent.world
    huck = world.register_person("FINN", "HUCK")
    other = another(world, sent.partner)
    other.sign_in(world.browser(), nom="Finn", prenom="Huck")
    assert words(world) == ["authenticated", "consulted", "opened", "refused"]
    erase_person(world.work(), sub=huck.sub, by="test")
    assert words(world) == ["authenticated", "consulted", "opened"]
    erase_person(world.work(), sub=tom(world).sub, by="test")
    assert words(world) == ["opened"]
    assert is_whole(world)


def test_another_persons_refusal_keeps_its_word(sent: Sent):
    world = sent.world
    world.register_person("FINN", "HUCK")
    another(world, sent.partner).sign_in(world.browser(), nom="Finn", prenom="Huck")
    erase_person(world.work(), sub=tom(world).sub, by="test")
    assert words(world) == ["opened", "refused"]


def test_links_written_under_a_former_name_or_in_another_writing_are_blanked(sent: Sent):
    world, person = sent.world, tom(sent.world)
    written = {"siret": "97050551700072", "email": "t@toment.example"}
    former = another(world, sent.partner, addressee=written | {"nom": "Sawyer", "prenom": "Tom"})
    rename_person(
        world.work(),
        sub=person.sub,
        nom=PersonName("THATCHER"),
        prenom=PersonName("TOM"),
        by="test",
    )
    present = another(world, sent.partner, addressee=written | {"nom": "thatcher", "prenom": "tom"})
    stranger = another(world, sent.partner, addressee=written | {"nom": "FINN", "prenom": "HUCK"})
    erase_person(world.work(), sub=person.sub, by="test")
    names = {
        one.link_id: link.nom
        for one in (former, present, stranger)
        if (link := find_link(world.work(), client_id="klesia", link_id=one.link_id))
    }
    assert names == {former.link_id: "", present.link_id: "", stranger.link_id: "FINN"}


def test_somebody_without_an_account_is_erased_by_the_names_on_the_links(world: World):
    sent = send(world, person=False)
    assert erase_addressee(world.work(), triplet=TOM, by="test") == 0
    assert "SAWYER" not in everything(world, *TABLES)
    link = find_link(world.work(), client_id="klesia", link_id=sent.link_id)
    assert link is not None
    assert (link.nom, link.prenom, link.email) == ("", "", "")
    (act,) = [one for one in list_latest_acts(world.work(), most=50) if "erased" in one.act]
    assert "SAWYER" not in str(act)
    assert erase_addressee(world.work(), triplet=TOM, by="test") is None


def test_names_lead_to_the_account_where_there_is_one(sent: Sent):
    assert erase_addressee(sent.world.work(), triplet=TOM, by="test") == 2
    assert find_by_triplet(sent.world.work(), triplet=TOM) is None


def test_an_erased_person_is_not_said_to_have_consulted_anything_more(sent: Sent):
    world, session = sent.world, sid_of(sent)
    erase_person(world.work(), sub=tom(world).sub, by="test")
    again = record_consultation(
        world.work(),
        client_id="klesia",
        link_id=sent.link_id,
        session_sid=session,
        document="1" * 64,
    )
    assert again is not True
    assert len(sent.receipts()) == 3


def test_what_kept_refusals_and_reports_to_one_a_day_is_forgotten_after_the_day(sent: Sent):
    world = sent.world
    world.register_person("FINN", "HUCK")
    another(world, sent.partner).sign_in(world.browser(), nom="Finn", prenom="Huck")
    assert report_link(world.work(), link_id=sent.link_id, address="192.0.2.1") is True
    world.pass_time(days=1)
    forget_old_traces(world.work())
    assert words(world) == ["authenticated", "consulted", "opened", "refused", "reported"]
    world.pass_time(days=1, seconds=1)
    forget_old_traces(world.work())
    assert words(world) == ["authenticated", "consulted", "opened"]
    assert is_whole(world)
