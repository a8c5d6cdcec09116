"""What was seen of a letter becomes receipts: all of it, once, and nothing that names anybody."""

import base64

import jwt
import pytest
from sqlalchemy import Connection

from mag_server.base.smtp import Delivered, Relay
from mag_server.base.work import Work
from mag_server.rooms.erasure.actions import erase_addressee
from mag_server.rooms.links.actions import extend_link, revoke_link, tell_deliveries
from mag_server.rooms.links.model import Link
from mag_server.rooms.mail.actions import (
    claim_letter,
    deliver_next,
    list_letters,
    note_result,
    note_submission,
    tidy_outbox,
)
from mag_server.rooms.mail.model import Happening, LetterState, reply_code
from mag_server.rooms.mail.store import add_event
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.receipts.actions import list_link
from tests.rooms.links.asked import asked, make_link, make_links
from tests.rooms.mail.relay import TestRelay
from tests.world import World, triplet

QUOTED = "550 5.1.1 <tom.sawyer@toment.example>: Recipient address rejected"
HUCK = asked()["addressee"] | {"nom": "FINN", "email": "huck@toment.example"}
TOM = triplet("97050551700072", "SAWYER", "TOM")


def told(world: World, link: Link) -> list[str]:
    tell_deliveries(world.work())
    return [one.stage.value for one in list_link(world.work(), link_id=link.link_id)]


def seen(connection: Connection, work: Work, link: Link) -> None:
    add_event(
        connection,
        letter_id=link.link_id,
        reference=link.link_id,
        happening=Happening.RELAYED,
        now=work.now,
    )


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_event_committed_after_a_later_one_is_told(world: World, klesia: Partner):
    # SQLite has one writer at a time: there, numbers are given in the order of commits.
    slow, fast = (make_link(world, klesia, delivery="own") for _ in range(2))
    work, other = world.work(), world.work()
    with work.writing() as connection:
        seen(connection, work, slow)
        with other.writing() as beside:
            seen(beside, other, fast)
        assert told(world, fast) == ["relayed"]
        assert told(world, slow) == []
    assert told(world, slow) == ["relayed"]
    assert told(world, fast) == ["relayed"]


def test_what_is_signed_of_a_refusal_names_nobody(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay
):
    link = make_link(world, klesia)
    smtp.refused_recipients = {"tom.sawyer@toment.example": QUOTED}
    deliver_next(world.work(), relay=relay)
    assert told(world, link) == ["submitted", "bounced"]
    ((_, letter),) = list_letters(world.work(), state=LetterState.DEAD)
    assert letter.answer == QUOTED, "the operator reads all of it"
    receipt = list_link(world.work(), link_id=link.link_id)[-1]
    assert jwt.decode(receipt.jws, options={"verify_signature": False})["reason"] == "550 5.1.1"
    assert erase_addressee(world.work(), triplet=TOM, by="test") == 0
    assert "tom.sawyer" not in everything_kept(world)


def everything_kept(world: World) -> str:
    kept = ""
    with world.equipment.database.readers.connect() as connection:
        for table in ("letters", "mail_events", "links", "receipts"):
            kept += str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())  # noqa: S608 - ours
        for (jws,) in connection.exec_driver_sql("SELECT jws FROM receipts"):
            payload = jws.split(".")[1]
            kept += base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    return kept


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (QUOTED, "550 5.1.1"),
        ("550-5.7.26 This mail has been blocked", "550-5.7.26"),
        ("554 no", "554"),
        ("5.1.1 550 5.1.1 user unknown", "5.1.1 550 5.1.1"),
        ("5.0.0", "5.0.0"),
        ("5.1.10 mailbox of Tom", "5.1.10"),
        ("timed out", None),
        ("5501 tom", None),
        ("123.tom.sawyer@x.example", None),
        ("", None),
    ],
)
def test_the_codes_of_an_answer_are_what_it_begins_with(answer: str, code: str | None):
    assert reply_code(answer) == code


def test_the_mail_of_an_erased_person_is_not_sent_and_keeps_no_other_waiting(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay
):
    make_links(world, klesia, asked(), asked(addressee=HUCK))
    erase_addressee(world.work(), triplet=TOM, by="test")
    while deliver_next(world.work(), relay=relay) is not None:
        pass
    assert [taken.recipient for taken in smtp.taken] == ["huck@toment.example"]
    states = sorted(letter.state.value for _, letter in list_letters(world.work(), state=None))
    assert states == ["sent", "withdrawn"]


def test_a_link_that_is_extended_takes_its_mail_along(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay
):
    link = make_link(world, klesia, expires_at="2026-03-02T09:00:00Z")
    later = world.now.replace(month=4)
    extended = extend_link(
        world.work(), client_id="klesia", link_id=link.link_id, expires_at=later, by="test"
    )
    assert isinstance(extended, Link)
    world.pass_time(days=2)
    tidy_outbox(world.work())
    assert deliver_next(world.work(), relay=relay) is not None
    assert len(smtp.taken) == 1


def test_a_mail_in_flight_when_its_link_is_revoked_is_recorded_as_what_it_became(
    world: World, klesia: Partner
):
    link = make_link(world, klesia)
    held = claim_letter(world.work())
    assert held is not None
    note_submission(world.work(), held=held, octets=b"")
    revoke_link(world.work(), client_id="klesia", link_id=link.link_id, by="test")
    assert note_result(world.work(), held=held, octets=b"", result=Delivered("250 ok"))
    assert told(world, link) == ["submitted", "relayed"]
    ((_, letter),) = list_letters(world.work(), state=None)
    assert letter.state is LetterState.SENT


@pytest.mark.parametrize("back", [{"minutes": 1}, {"hours": 1}, {"days": 30}])
def test_mail_that_waits_when_the_clock_steps_back_goes_out(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay, back: dict[str, float]
):
    make_link(world, klesia)
    assert claim_letter(world.work()) is not None
    other = make_link(world, klesia, addressee=HUCK)
    world.pass_time(**{unit: -amount for unit, amount in back.items()})
    tidy_outbox(world.work())
    assert deliver_next(world.work(), relay=relay) is not None
    assert [taken.recipient for taken in smtp.taken] == [other.email]
    # The first one is held by somebody who may be sending it, and then by nobody.
    world.pass_time(seconds=89)
    assert deliver_next(world.work(), relay=relay) is None
    world.pass_time(minutes=2)
    assert deliver_next(world.work(), relay=relay) is not None
