"""From the outbox to the relay, and what is recorded of it (AR-0)."""

import base64
import hashlib

import jwt
import pytest

from mag_server.base.letters import UnwritableError, render
from mag_server.base.smtp import NotDelivered, Relay, RelayAddress
from mag_server.rooms.links.actions import revoke_link, tell_deliveries, tell_endings
from mag_server.rooms.links.model import Link
from mag_server.rooms.mail.actions import (
    claim_letter,
    count_due,
    deliver_next,
    list_letters,
    note_result,
    retry_letters,
    tidy_outbox,
    write_letter,
)
from mag_server.rooms.mail.model import LetterState
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.receipts.actions import list_link
from tests.demo.running import free_ports
from tests.rooms.links.asked import asked, make_link, make_links, notification, token_of
from tests.rooms.mail.relay import TestRelay
from tests.world import World


def deliver(world: World, relay: Relay) -> int:
    sent = 0
    while deliver_next(world.work(), relay=relay) is not None:
        sent += 1
    tell_deliveries(world.work())
    return sent


def told(world: World, link: Link) -> list[str]:
    return [one.stage.value for one in list_link(world.work(), link_id=link.link_id)]


def states(world: World) -> list[LetterState]:
    return [letter.state for _, letter in list_letters(world.work(), state=None)]


def test_a_link_s_mail_goes_out_and_opens_it(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay
):
    link = make_link(world, klesia)
    assert deliver(world, relay) == 1
    (taken,) = smtp.taken
    assert taken.recipient == "tom.sawyer@toment.example"
    url = next(word for word in taken.text.split() if "/l/" in word)
    shown = world.browser().get(url.removeprefix(world.issuer))
    assert "Mise à disposition des taux AT/MP" in shown.text
    assert told(world, link) == ["submitted", "relayed"]
    assert deliver(world, relay) == 0


def test_the_receipts_name_the_exact_bytes(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay
):
    link = make_link(world, klesia)
    deliver(world, relay)
    digest = hashlib.sha256(smtp.taken[0].octets).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    for receipt in list_link(world.work(), link_id=link.link_id):
        claims = jwt.decode(receipt.jws, options={"verify_signature": False})
        assert claims["mail"] == expected


def test_a_letter_stands_only_if_its_link_does(world: World, klesia: Partner):
    made = make_links(world, klesia, asked(), asked(kind="avis"), asked(delivery="own"))
    assert made.made == 2
    assert count_due(world.work()) == 1


def test_once_it_left_only_the_fingerprint_of_the_token_stays(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay
):
    make_link(world, klesia)
    deliver(world, relay)
    token = smtp.taken[0].text.split("/l/")[1].split()[0]
    with world.equipment.database.readers.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM letters").all()
        rows += connection.exec_driver_sql("SELECT * FROM links").all()
    assert token not in str(rows)
    assert connection is not None
    assert "gAAAA" not in str(rows), "nothing sealed is left"


def test_a_4xx_is_tried_again_later_and_later(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay
):
    link = make_link(world, klesia)
    smtp.answers = ["451 4.7.1 greylisted", "451 4.7.1 greylisted"]
    assert deliver(world, relay) == 1
    assert told(world, link) == ["submitted"]
    world.pass_time(seconds=59)
    assert deliver(world, relay) == 0
    world.pass_time(seconds=1)
    assert deliver(world, relay) == 1
    world.pass_time(seconds=119)
    assert deliver(world, relay) == 0
    world.pass_time(seconds=1)
    assert deliver(world, relay) == 1
    assert told(world, link) == ["submitted", "relayed"]
    assert states(world) == [LetterState.SENT]


def test_the_same_letter_has_the_same_bytes_at_every_try(
    world: World, klesia: Partner, smtp: TestRelay
):
    make_link(world, klesia)
    held = claim_letter(world.work())
    assert held is not None
    first = write_letter(world.work(), held=held)
    world.pass_time(hours=3)
    again = claim_letter(world.work())
    assert again is not None
    assert write_letter(world.work(), held=again) == first
    assert smtp.taken == []


@pytest.mark.parametrize("answer", ["550 5.1.1 no such user", "554 5.7.1 no"])
def test_a_5xx_is_dead_at_once_and_recorded(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay, answer: str
):
    link = make_link(world, klesia)
    smtp.answers = [answer]
    deliver(world, relay)
    assert states(world) == [LetterState.DEAD]
    assert told(world, link) == ["submitted", "bounced"]
    (_, letter) = list_letters(world.work(), state=LetterState.DEAD)[0]
    assert letter.answer == answer


def test_a_refused_recipient_is_dead_and_the_next_letter_goes_out(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay
):
    smtp.refused_recipients = {"tom.sawyer@toment.example": "550 5.1.1 unknown"}
    other = asked()["addressee"] | {"email": "other@toment.example"}
    make_links(world, klesia, asked(), asked(addressee=other))
    assert deliver(world, relay) == 2
    assert sorted(state.value for state in states(world)) == ["dead", "sent"]


def test_a_dead_letter_waits_again_when_asked_to(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay
):
    make_link(world, klesia)
    smtp.answers = ["550 no"]
    deliver(world, relay)
    assert retry_letters(world.work(), letter_ids=["unknown"]) == 0
    assert retry_letters(world.work(), letter_ids=None) == 1
    assert deliver(world, relay) == 1
    assert states(world) == [LetterState.SENT]


def test_a_relay_that_hangs_up_in_the_middle_gets_it_again(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay
):
    link = make_link(world, klesia)
    smtp.hang_up = True
    deliver(world, relay)
    assert states(world) == [LetterState.WAITING]
    smtp.hang_up = False
    world.pass_time(minutes=1)
    deliver(world, relay)
    assert told(world, link) == ["submitted", "relayed"]


def test_a_relay_that_is_away_loses_nothing(world: World, klesia: Partner, smtp: TestRelay):
    link = make_link(world, klesia)
    (nobody,) = free_ports(1)
    away = Relay(RelayAddress("127.0.0.1", nobody, implicit_tls=False), helo="x", seconds=2)
    deliver(world, away)
    assert states(world) == [LetterState.WAITING]
    world.pass_time(minutes=1)
    back = Relay(smtp.address, helo="x", seconds=5)
    deliver(world, back)
    back.close()
    assert told(world, link) == ["submitted", "relayed"]


def test_a_relay_that_is_too_slow_is_given_up_within_the_deadline(
    world: World, klesia: Partner, smtp: TestRelay
):
    make_link(world, klesia)
    smtp.pause_seconds = 3
    slow = Relay(smtp.address, helo="x", seconds=0.5)
    deliver(world, slow)
    slow.close()
    assert states(world) == [LetterState.WAITING]


def test_after_36_tries_it_is_dead(world: World, klesia: Partner, smtp: TestRelay, relay: Relay):
    make_link(world, klesia)
    smtp.answers = ["451 later"] * 36
    for _ in range(36):
        world.pass_time(hours=4)
        deliver(world, relay)
    assert smtp.tried == 36
    assert states(world) == [LetterState.DEAD]


def test_two_workers_hold_two_letters_and_a_lease_ends(world: World, klesia: Partner):
    make_links(world, klesia, asked(reference="a"), asked(reference="b"))
    one, two = claim_letter(world.work()), claim_letter(world.work())
    assert one is not None
    assert two is not None
    assert one.number != two.number
    assert claim_letter(world.work()) is None
    world.pass_time(seconds=91)
    assert claim_letter(world.work()) is not None


def test_a_result_counts_only_from_who_holds_the_letter(world: World, klesia: Partner):
    make_link(world, klesia)
    dead = claim_letter(world.work())
    world.pass_time(seconds=91)
    alive = claim_letter(world.work())
    assert dead is not None
    assert alive is not None
    refused = NotDelivered(for_ever=True, answer="550 no")
    assert not note_result(world.work(), held=dead, octets=b"", result=refused)
    assert states(world) == [LetterState.WAITING]
    assert note_result(world.work(), held=alive, octets=b"", result=refused)
    assert states(world) == [LetterState.DEAD]


def test_a_revoked_or_expired_link_sends_nothing(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay
):
    revoked = make_link(world, klesia)
    revoke_link(world.work(), client_id="klesia", link_id=revoked.link_id, by="test")
    make_link(world, klesia, expires_at="2026-03-02T09:00:00Z")
    world.pass_time(hours=1)
    assert deliver(world, relay) == 0
    tidy_outbox(world.work())
    assert states(world) == [LetterState.WITHDRAWN] * 2
    assert smtp.taken == []


def test_deliveries_are_told_once_by_whoever_is_faster(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay
):
    link = make_link(world, klesia)
    deliver(world, relay)
    for _ in range(3):
        tell_deliveries(world.work())
    assert told(world, link) == ["submitted", "relayed"]
    assert len(smtp.taken) == 1


def test_an_end_is_recorded_once(world: World, klesia: Partner):
    link_id, _token = token_of(world, klesia)
    world.pass_time(days=90)
    assert tell_endings(world.work()) == 1
    assert tell_endings(world.work()) == 0
    (receipt,) = list_link(world.work(), link_id=link_id)
    assert (receipt.stage.value, receipt.observed) == ("expired", "computed")


def test_a_notification_nobody_consulted_is_deemed_with_both_dates(world: World, klesia: Partner):
    link = make_link(world, klesia, **notification(world, delivery="own"))
    world.pass_time(days=15)
    assert tell_endings(world.work()) == 0
    world.pass_time(days=1)
    assert tell_endings(world.work()) == 1
    (receipt,) = list_link(world.work(), link_id=link.link_id)
    claims = jwt.decode(receipt.jws, options={"verify_signature": False})
    assert claims["stage"] == "deemed"
    assert claims["reason"] == "css-l242-5=2026-03-17 arrete-2020-10-08=2026-03-02"


def test_a_letter_that_cannot_be_written_is_laid_aside_and_the_next_goes_out(
    world: World, klesia: Partner, smtp: TestRelay, relay: Relay
):
    spoilt, good = make_link(world, klesia), make_link(world, klesia)
    with world.equipment.database.writers.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE letters SET sealed_token = 'x' WHERE reference = '{spoilt.link_id}'"  # noqa: S608 - ours
        )
    assert deliver(world, relay) == 2
    assert len(smtp.taken) == 1
    ((_, letter),) = list_letters(world.work(), state=LetterState.DEAD)
    assert letter.reference == spoilt.link_id
    assert (letter.answer or "").startswith("not written: ")
    # It never was submitted, so nothing says that it bounced.
    assert told(world, spoilt) == []
    assert told(world, good) == ["submitted", "relayed"]


def test_a_word_that_a_message_does_not_get_is_no_hole_in_a_mail():
    with pytest.raises(UnwritableError, match="taux-at-mp"):
        render("taux-at-mp", {})
