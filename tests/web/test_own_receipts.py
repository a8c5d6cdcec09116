"""Whose receipt it is: of one link, each person finds what concerns them, and nothing else."""

import re

import pytest

from mag_server.rooms.links.actions import tell_endings
from mag_server.rooms.people.actions import rename_person
from mag_server.rooms.people.model import PersonName
from mag_server.rooms.receipts.actions import append_receipts
from mag_server.rooms.receipts.model import Fact, Receipt, Stage
from tests.protocol.links.arriving import AUTHENTICATED_AT_A_LINK, Sent, onward, send
from tests.rooms.links.asked import notification, register_sender, token_of
from tests.world import Browser, Form, World

HUCK = {"nom": "Finn", "prenom": "Huck"}
DOWNLOAD = re.compile(r'href="(/my-receipts/[^"]+\.txt)"')
BEFALLEN = [
    (Stage.SUBMITTED, "relay"),
    (Stage.RELAYED, "relay"),
    (Stage.BOUNCED, "relay"),
    (Stage.EXPIRED, "computed"),
    (Stage.DEEMED, "computed"),
]


def kept(visitor: Browser) -> list[str]:
    """Return every file that a person's page hands over, newest first."""
    page = visitor.get("/my-receipts")
    assert page.status_code == 200, page.text
    return [visitor.get(path).text for path in DOWNLOAD.findall(page.text)]


def own(visitor: Browser, sent: Sent) -> list[tuple[str, str | None]]:
    """Return stage and manner of what a person's page hands over, in the order of the link."""
    files = kept(visitor)
    shown = [one for one in sent.receipts() if f"{one.presented}\n" in files]
    assert len(shown) == len(files)
    # Nobody takes away by its address what the page does not offer.
    for other in sent.receipts():
        if other not in shown:
            assert visitor.get(f"/my-receipts/{other.receipt_id}.txt").status_code == 404
    return [(one.stage.value, one.observed) for one in shown]


def signed_in(world: World, **typed: str) -> Browser:
    visitor = world.browser()
    entered = Form(visitor, visitor.get("/my-receipts")).submit(**typed)
    assert entered.location == "/my-receipts"
    return visitor


def befall(sent: Sent, *facts: tuple[Stage, str]) -> None:
    """Sign receipts of what happens to a mail by itself."""
    work = sent.world.work()
    with work.writing_durably() as connection:
        happened = [
            Fact(sent.link_id, sent.partner.client_id, stage, observed=observed)
            for stage, observed in facts
        ]
        append_receipts(work, connection=connection, facts=happened)


def test_who_signs_in_at_a_link_finds_both_acknowledgements_on_their_page(world: World):
    sent, visitor = send(world), world.browser()
    onward(sent.sign_in(visitor))
    assert own(visitor, sent) == AUTHENTICATED_AT_A_LINK
    page = visitor.get("/my-receipts").text
    assert "Lien ouvert par votre authentification le 2 mars 2026" in page
    assert "Authentification réussie le 2 mars 2026" in page
    # Months later, from another machine, they are still there.
    world.pass_time(days=400)
    assert own(signed_in(world), sent) == AUTHENTICATED_AT_A_LINK


@pytest.mark.parametrize("accept", ["same_siret", "anyone"])
def test_another_persons_receipts_of_the_same_link_never_show(world: World, accept: str):
    sent = send(world, accept=accept)
    world.register_person("FINN", "HUCK")
    befall(sent, *BEFALLEN[:2])
    huck, tom = world.browser(), world.browser()
    onward(sent.sign_in(huck, **HUCK))
    # Forwarded: HUCK opened it, and of the mail to TOM he sees nothing.
    assert own(huck, sent) == AUTHENTICATED_AT_A_LINK
    onward(sent.sign_in(tom))
    # TOM came second: the opening by a sign-in was HUCK's, his own AR-2 is there.
    assert own(tom, sent) == [*relayed(), ("authenticated", "authenticated")]
    assert own(huck, sent) == AUTHENTICATED_AT_A_LINK
    assert not set(kept(huck)) & set(kept(tom))


def relayed() -> list[tuple[str, str]]:
    return [(stage.value, observed) for stage, observed in BEFALLEN[:2]]


def test_who_has_no_part_in_a_link_finds_none_of_its_receipts(world: World):
    sent = send(world)
    world.register_person("FINN", "HUCK")
    befall(sent, *BEFALLEN)
    onward(sent.sign_in(world.browser()))
    assert own(signed_in(world, **HUCK), sent) == []


def test_an_addressee_who_never_came_finds_what_befell_their_mail(world: World):
    sent = send(world)
    befall(sent, *BEFALLEN)
    visitor = signed_in(world)
    assert own(visitor, sent) == [(stage.value, observed) for stage, observed in BEFALLEN]
    assert "Courriel accepté par un serveur de messagerie" in visitor.get("/my-receipts").text


def test_a_gesture_shows_to_the_addressee_as_what_it_is(world: World):
    sent, scanner = send(world), world.browser()
    world.register_person("FINN", "HUCK")
    form = Form(scanner, sent.open(scanner)).token
    scanner.post("/link/interaction", {"form": form})
    visitor = signed_in(world)
    assert own(visitor, sent) == [("opened", "interaction")]
    assert "un programme a pu le faire" in visitor.get("/my-receipts").text
    assert own(signed_in(world, **HUCK), sent) == []


def test_a_refusal_and_a_report_show_to_nobody(world: World):
    sent, stranger = send(world, accept="addressee"), world.browser()
    world.register_person("FINN", "HUCK")
    form = Form(stranger, sent.open(stranger))
    stranger.post("/link/report", {"form": form.token})
    form.submit(**HUCK)
    assert sorted(one.stage.value for one in sent.receipts()) == ["refused", "reported"]
    assert own(stranger, sent) == []
    assert own(signed_in(world), sent) == []


def test_a_deemed_date_shows_to_the_addressee_with_both_dates_and_to_nobody_else(world: World):
    partner = register_sender(world)
    world.register_person()
    world.register_person("FINN", "HUCK")
    link_id, token = token_of(world, partner, **notification(world))
    sent = Sent(world, partner, link_id, token)
    world.pass_time(days=16)
    assert tell_endings(world.work()) == 1
    visitor = signed_in(world)
    assert own(visitor, sent) == [("deemed", "computed")]
    page = visitor.get("/my-receipts").text
    assert "au plus tard le 17 mars 2026 (CSS, art. L. 242-5)" in page
    assert "ou le 2 mars 2026 (arrêté du 8 octobre 2020)" in page
    assert own(signed_in(world, **HUCK), sent) == []
    english = visitor.get("/my-receipts?ui_locales=en").text
    assert "at the latest on 17 March 2026" in english


def test_a_mail_to_a_former_name_is_still_its_addressees(world: World):
    sent = send(world, person=False)
    person = world.register_person()
    befall(sent, *BEFALLEN[:2])
    renamed = PersonName("THATCHER")
    rename_person(world.work(), sub=person.sub, nom=renamed, prenom=person.prenom, by="test")
    assert own(signed_in(world, nom="Thatcher"), sent) == relayed()


def test_every_receipt_of_a_person_stands_on_one_page_only(world: World):
    sent = send(world)
    befall(sent, *[(Stage.BOUNCED, "relay")] * 30)
    visitor = world.browser()
    onward(sent.sign_in(visitor))
    pages = [visitor.get(f"/my-receipts?passing={passing}").text for passing in (0, 20)]
    seen = [path for page in pages for path in DOWNLOAD.findall(page)]
    newest_first: list[Receipt] = sent.receipts()[::-1]
    assert seen == [f"/my-receipts/{one.receipt_id}.txt" for one in newest_first]
