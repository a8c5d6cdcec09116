"""Delivery reports that come back (RFC 3464)."""

from email import message_from_string
from email.message import Message

import pytest

from mag_server.base.smtp import Relay
from mag_server.rooms.links.actions import tell_deliveries
from mag_server.rooms.links.model import Link
from mag_server.rooms.mail.actions import deliver_next, list_letters, take_bounce
from mag_server.rooms.mail.model import Happening, LetterState
from mag_server.rooms.mail.store import add_event
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.receipts.actions import list_link
from tests.rooms.links.asked import make_link
from tests.rooms.mail.relay import TestRelay
from tests.world import World

REPORT = """\
From: MAILER-DAEMON@mx.toment.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver it.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.toment.example

Final-Recipient: rfc822; tom.sawyer@toment.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--b
Content-Type: text/rfc822-headers

From: KLESIA Pro <ne-pas-repondre@mag.localhost>
Message-ID: {message_id}

--b--
"""
NOBODY = "0123456789abcdef" * 2


@pytest.fixture
def left(world: World, klesia: Partner, smtp: TestRelay, relay: Relay) -> tuple[Link, str]:
    """Give a link whose mail has left, and the name of its letter."""
    link = make_link(world, klesia)
    held = deliver_next(world.work(), relay=relay)
    assert held is not None
    assert len(smtp.taken) == 1
    tell_deliveries(world.work())
    return link, held.letter.letter_id


def report(**changes: str) -> Message:
    given = {"to": "postmaster@mag.localhost", "action": "failed", "message_id": "<x@y>"}
    return message_from_string(REPORT.format(**given | changes))


def told(world: World, link: Link) -> list[str]:
    tell_deliveries(world.work())
    return [one.stage.value for one in list_link(world.work(), link_id=link.link_id)]


def test_a_bounce_is_known_by_the_address_it_comes_back_to(world: World, left: tuple[Link, str]):
    link, letter_id = left
    bounced = report(to=f"ne-pas-repondre+{letter_id}@mag.localhost")
    assert take_bounce(world.work(), mail=bounced) == link.link_id
    assert told(world, link) == ["submitted", "relayed", "bounced"]
    ((_, letter),) = list_letters(world.work(), state=LetterState.DEAD)
    assert letter.answer == "5.1.1 550 5.1.1 user unknown"


def test_or_by_the_mail_that_it_returns(world: World, left: tuple[Link, str]):
    link, letter_id = left
    bounced = report(message_id=f"<{letter_id}@mag.localhost>")
    assert take_bounce(world.work(), mail=bounced) == link.link_id


def test_a_bounce_that_comes_twice_is_told_once(world: World, left: tuple[Link, str]):
    link, letter_id = left
    bounced = report(to=f"x+{letter_id}@mag.localhost")
    assert take_bounce(world.work(), mail=bounced) == link.link_id
    assert take_bounce(world.work(), mail=bounced) is None
    assert told(world, link).count("bounced") == 1


def test_a_letter_tried_again_may_come_back_again(world: World, left: tuple[Link, str]):
    link, letter_id = left
    bounced = report(to=f"x+{letter_id}@mag.localhost")
    work = world.work()
    with work.writing() as connection:  # as a relay does that takes it after a refusal
        for happening in (Happening.BOUNCED, Happening.RELAYED):
            add_event(
                connection,
                letter_id=letter_id,
                reference=link.link_id,
                happening=happening,
                now=world.now,
            )
    assert take_bounce(world.work(), mail=bounced) == link.link_id
    assert take_bounce(world.work(), mail=bounced) is None
    assert told(world, link) == ["submitted", "relayed", "bounced", "relayed", "bounced"]


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_what_is_no_failure_changes_nothing(world: World, left: tuple[Link, str], action: str):
    link, letter_id = left
    assert take_bounce(world.work(), mail=report(to=f"x+{letter_id}@y", action=action)) is None
    assert told(world, link) == ["submitted", "relayed"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no header at all",
        "From: x\nTo: y+{letter}@z\n\nI am on holiday.",
        "Auto-Submitted: auto-replied\nTo: y+{letter}@z\n\nOut of office",
        REPORT.replace("multipart/report", "multipart/mixed").replace("{to}", "y+{letter}@z"),
        REPORT.replace("message/delivery-status", "text/plain").replace("{to}", "y+{letter}@z"),
        REPORT.replace("{to}", f"y+{NOBODY}@z"),
        REPORT.replace("{to}", "y+{letter}0@z"),
        "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/x\n",
    ],
)
def test_what_is_no_report_of_ours_does_nothing(world: World, left: tuple[Link, str], text: str):
    link, letter_id = left
    given = {"{letter}": letter_id, "{action}": "failed", "{message_id}": "<x@y>", "{to}": "a@b"}
    for name, value in given.items():
        text = text.replace(name, value)
    assert take_bounce(world.work(), mail=message_from_string(text)) is None
    assert told(world, link) == ["submitted", "relayed"]
