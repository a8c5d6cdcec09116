"""The SDK's back end and the server, over a real socket: links, receipts, the feed."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.serving import make_server

from mag_sdk import (
    CallRefused,
    ChainBroken,
    FeedInconsistent,
    FeedState,
    KeyCompromised,
    MagBackEnd,
    PlacedReceipt,
    verify_chain,
    verify_receipt,
)
from mag_server.base.db import Database
from mag_server.base.hashing import Hasher
from mag_server.base.secrets import SecretKeys
from mag_server.base.settings import Settings
from mag_server.base.work import Equipment
from mag_server.rooms.erasure.actions import erase_person
from mag_server.rooms.keys.actions import (
    list_receipt_keys,
    report_compromise,
    rotate_receipt_keys,
)
from mag_server.rooms.partners.actions import find_partner
from mag_server.rooms.receipts.actions import (
    append_receipt,
    append_receipts,
    sequence_receipts,
)
from mag_server.rooms.receipts.model import Stage
from tests.protocol.links.arriving import Sent, onward
from tests.rooms.links.asked import asked, register_sender
from tests.rooms.receipts.receipted import append, fact
from tests.world import World

SECRET_KEY = "a key for the tests only, of more than 32 characters"


@dataclass
class Meeting:
    """One MAG on a real port, and one partner's back end."""

    world: World
    back_end: MagBackEnd
    kept: dict[tuple[str, int], str] = field(default_factory=dict)

    def read(self, state: FeedState) -> tuple[list[PlacedReceipt], FeedState]:
        found: list[PlacedReceipt] = []
        for page in self.back_end.read_feed(state, kept=lambda *name: self.kept.get(name)):
            found += page.receipts
            state = FeedState.from_json(page.state.to_json())
            for one in (placed.receipt for placed in page.receipts):
                self.kept[one.link, one.number] = one.presented
        return found, state


@pytest.fixture
def meeting(database_url: str, now) -> Iterator[Meeting]:
    listener = make_server("127.0.0.1", 0, Flask("none"), threaded=True)
    issuer = f"http://mag.localhost:{listener.server_port}"
    settings = Settings(issuer=issuer, database_url=database_url, secret_keys=(SECRET_KEY,))
    database = Database(database_url)
    world = World(Equipment(settings, database, SecretKeys(settings.secret_keys), Hasher()), now)
    register_sender(world)
    world.register_person()
    back_end = MagBackEnd(issuer, "klesia", world.secrets["klesia"], now=lambda: world.now)
    listener.app = world.app
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,))
    thread.start()
    yield Meeting(world, back_end)
    listener.shutdown()
    thread.join()
    listener.server_close()
    database.dispose()


@pytest.fixture
def link(meeting: Meeting) -> Sent:
    (made,) = meeting.back_end.create_links([asked(delivery="own")], idempotency_key="a")
    partner = find_partner(meeting.world.work(), client_id="klesia")
    assert partner is not None
    return Sent(meeting.world, partner, made["id"], made["url"].rpartition("/")[2])


def test_links_are_made_once_listed_shown_extended_and_revoked(meeting: Meeting):
    back_end = meeting.back_end
    lines = [asked(reference="a"), asked(kind="avis"), asked(reference="c")]
    made = back_end.create_links(lines, idempotency_key="k")
    assert [one.get("code") for one in made] == [None, "MAG-310", None]
    assert back_end.create_links(lines, idempotency_key="k") == made
    page, following = back_end.list_links(limit=1)
    assert [one["reference"] for one in page] == ["c"]
    rest, end = back_end.list_links(after=following, limit=9)
    assert ([one["reference"] for one in rest], end) == (["a"], None)
    later = meeting.world.now + timedelta(days=100)
    link_id = made[0]["id"]
    assert back_end.extend_link(link_id, expires_at=later)["expires_at"].startswith("2026-06-10")
    assert back_end.revoke_link(link_id)["state"] == "revoked"
    assert back_end.show_link(link_id)["state"] == "revoked"
    with pytest.raises(CallRefused) as refused:
        back_end.show_link("lnk_unknown")
    assert refused.value.code == "MAG-316"


def test_every_receipt_of_a_link_is_verified_and_chained(meeting: Meeting, link: Sent):
    onward(link.sign_in(meeting.world.browser()))
    found = meeting.back_end.receipts_of_link(link.link_id)
    verify_chain(found)
    assert [(one.number, one.stage, one.observed) for one in found] == [
        (1, "opened", "authenticated"),
        (2, "authenticated", "authenticated"),
    ]
    assert found[1].addressee_match == "addressee"
    assert found[1].subject


def test_a_consultation_is_recorded_once_and_only_after_an_ar_2(meeting: Meeting, link: Sent):
    document = hashlib.sha256(b"the rates").hexdigest()
    with pytest.raises(CallRefused) as refused:
        meeting.back_end.consulted(link.link_id, session="nobody", document=document)
    assert refused.value.code == "MAG-413"
    onward(link.sign_in(meeting.world.browser()))
    session = meeting.back_end.receipts_of_link(link.link_id)[1].session
    assert session is not None
    assert meeting.back_end.consulted(link.link_id, session=session, document=document)
    assert not meeting.back_end.consulted(link.link_id, session=session, document=document)
    told = meeting.back_end.receipts_of_link(link.link_id)[2]
    assert (told.stage, told.observed, told.document) == ("consulted", "partner", document)


def test_the_feed_is_read_on_from_a_stored_state(meeting: Meeting):
    append(meeting.world, *(fact(link_id=f"lnk_{number}") for number in range(5)))
    first, state = meeting.read(FeedState())
    assert [one.position for one in first] == [0, 1, 2, 3, 4]
    assert meeting.read(state) == ([], state)
    append(meeting.world, *(fact(link_id=f"lnk_{number}") for number in range(3)))
    more, state = meeting.read(state)
    assert [one.position for one in more] == [5, 6, 7]
    assert state.after == 7


# On SQLite there is one writer: the second transaction waits for the first.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_transaction_held_open_across_two_reads_loses_nothing(meeting: Meeting):
    world = meeting.world
    append(world, fact(link_id="lnk_a"))
    work = world.work()
    with work.writing_durably() as connection:
        append_receipt(work, connection=connection, fact=fact(link_id="lnk_slow"))
        append(world, fact(link_id="lnk_b"))
        first, state = meeting.read(FeedState())
        assert [one.receipt.link for one in first] == ["lnk_a", "lnk_b"]
    second, state = meeting.read(state)
    assert [one.receipt.link for one in second] == ["lnk_slow"]


def test_another_partner_s_receipts_are_passed_over(meeting: Meeting):
    others = replace(fact(link_id="lnk_of_mcf"), client_id="mcf")
    append(meeting.world, fact(), others, fact())
    found, state = meeting.read(FeedState())
    assert [one.position for one in found] == [0, 2]
    assert state.after == 2


def test_a_log_that_is_another_one_is_refused(meeting: Meeting):
    append(meeting.world, *(fact(link_id=f"lnk_{number}") for number in range(4)))
    _, state = meeting.read(FeedState())
    with meeting.world.equipment.database.writers.begin() as connection:
        other = 'SELECT hash FROM tree_nodes WHERE level = 0 AND "index" = 0'
        connection.exec_driver_sql(f"UPDATE tree_nodes SET hash = ({other})")  # noqa: S608 - ours
    append(meeting.world, fact(link_id="lnk_x"))
    with pytest.raises(FeedInconsistent):
        meeting.read(state)


def test_a_log_that_shrank_is_refused(meeting: Meeting):
    append(meeting.world, *(fact(link_id=f"lnk_{number}") for number in range(4)))
    _, state = meeting.read(FeedState())
    with meeting.world.equipment.database.writers.begin() as connection:
        for table in ("tree_nodes", "tree_checkpoints", "receipts"):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - tables of ours
    with pytest.raises((FeedInconsistent, CallRefused)):
        meeting.read(state)


def test_receipts_verify_after_a_rotation_an_erasure_and_with_the_network_off(
    meeting: Meeting, link: Sent
):
    onward(link.sign_in(meeting.world.browser()))
    kept = meeting.back_end.receipts_of_link(link.link_id)[1]
    rotate_receipt_keys(meeting.world.work(), by="test")
    meeting.world.pass_time(days=2)
    keys = meeting.back_end.receipt_keys()
    for presented in (kept.presented, kept.presented.partition("~")[0]):
        verified = verify_receipt(
            receipt=presented,
            keys=keys,
            expected_issuer=meeting.back_end.issuer,
            now=meeting.world.now,
        )
        assert verified.receipt_id == kept.receipt_id
    assert kept.subject is not None
    erase_person(meeting.world.work(), sub=kept.subject, by="test")
    erased = meeting.back_end.receipts_of_link(link.link_id)[1]
    assert (erased.subject, erased.session) == (None, None)
    assert erased.chained == kept.chained


def test_a_campaign_goes_through_a_generator_and_is_made_once(meeting: Meeting):
    back_end = meeting.back_end
    taken: list[int] = []

    def asked_for() -> Iterator[dict[str, object]]:
        for number in range(2_100):
            taken.append(number)
            yield asked(reference=f"avis {number}", delivery="own")

    answers = back_end.create_campaign(asked_for(), idempotency_key="rates-2026")
    first = next(answers)
    assert len(taken) == 1_000
    made = [first, *answers]
    assert [one["reference"] for one in made] == [f"avis {number}" for number in range(2_100)]
    again = list(back_end.create_campaign(asked_for(), idempotency_key="rates-2026"))
    assert [one["id"] for one in again] == [one["id"] for one in made]


def test_one_link_is_made_or_refused_by_its_code(meeting: Meeting):
    made = meeting.back_end.create_link(asked(reference="a"), idempotency_key="a")
    assert meeting.back_end.create_link(asked(reference="a"), idempotency_key="a") == made
    with pytest.raises(CallRefused) as refused:
        meeting.back_end.create_link(asked(kind="avis"), idempotency_key="b")
    assert refused.value.code == "MAG-310"


def test_ten_thousand_answers_are_not_too_large(meeting: Meeting):
    lines = [asked(reference=f"avis {number}", delivery="own") for number in range(10_000)]
    made = meeting.back_end.create_links(lines, idempotency_key="k")
    assert len({one["id"] for one in made}) == 10_000


def test_a_page_full_of_authentications_and_their_proofs_is_taken(meeting: Meeting):
    many = [
        fact(
            Stage.AUTHENTICATED,
            link_id=f"lnk_{number}",
            subject=f"sub-{number:022}",
            session=f"sid-{number:022}",
            reason="x" * 300,
        )
        for number in range(450)
    ]
    work = meeting.world.work()
    with work.writing_durably() as connection:
        append_receipts(work, connection=connection, facts=many)
    found, _ = meeting.read(FeedState())
    assert len(found) == 450
    assert found[-1].receipt.subject == f"sub-{449:022}"


def test_the_feed_goes_on_after_a_receipt_key_was_lost(meeting: Meeting):
    world = meeting.world
    append(world, fact(link_id="lnk_a"))
    found, state = meeting.read(FeedState())
    world.pass_time(minutes=5)
    ((key, _),) = list_receipt_keys(world.work())
    report_compromise(world.work(), kid=key.kid, since=world.now, by="test")
    world.pass_time(minutes=11)
    assert meeting.read(state)[0] == []
    append(world, fact(link_id="lnk_a"))
    more, state = meeting.read(state)
    assert [one.receipt.number for one in more] == [2]
    # Alone, what the lost key signed proves nothing any more; in the log it does.
    with pytest.raises(KeyCompromised):
        verify_receipt(
            receipt=found[0].receipt.presented,
            keys=meeting.back_end.receipt_keys(),
            expected_issuer=world.issuer,
            now=world.now,
        )
    meeting.kept.clear()
    assert len(meeting.read(FeedState())[0]) == 2


def test_a_chain_that_lost_a_receipt_is_refused(meeting: Meeting, link: Sent):
    happened = [fact(link_id=link.link_id) for _ in range(3)]
    append(meeting.world, *happened)
    _, state = meeting.read(FeedState())
    append(meeting.world, *happened)
    sequence_receipts(meeting.world.work())
    with meeting.world.equipment.database.writers.begin() as connection:
        connection.exec_driver_sql("UPDATE receipts SET client_id = 'mcf' WHERE number = 4")
    with pytest.raises(ChainBroken):
        meeting.read(state)
    with pytest.raises(ChainBroken):
        meeting.back_end.receipts_of_link(link.link_id)
