"""The person's own page: the receipts that name them, and nobody else's."""

import pytest

from mag_server.rooms.people.actions import radiate_declarant
from mag_server.rooms.people.model import Person
from mag_server.rooms.receipts.model import Receipt, Stage
from tests.rooms.links.asked import make_link, register_sender
from tests.rooms.receipts.receipted import append, fact
from tests.world import Browser, Form, World, answer_in, shown_code


@pytest.fixture
def tom(sqlite_world: World) -> Person:
    register_sender(sqlite_world, name="KLESIA Pro")
    return sqlite_world.register_person()


def receipt_of(world: World, person: Person, link_id: str) -> Receipt:
    one = fact(Stage.AUTHENTICATED, link_id, subject=person.sub, session="sid")
    (made,) = append(world, one)
    assert made is not None
    return made


def signed_in(world: World) -> Browser:
    visitor = world.browser()
    visitor.sign_in()
    return visitor


def test_a_person_finds_the_receipts_that_name_them(sqlite_world: World, tom: Person):
    partner = register_sender(sqlite_world, "mcf", name="MCF")
    link = make_link(sqlite_world, partner, target="http://mcf.localhost:8500/taux")
    huck = sqlite_world.register_person("FINN", "HUCK")
    own = receipt_of(sqlite_world, tom, link.link_id)
    other = receipt_of(sqlite_world, huck, link.link_id)
    shown = signed_in(sqlite_world).get("/my-receipts")
    assert shown.status_code == 200
    assert own.receipt_id in shown.text
    assert other.receipt_id not in shown.text
    # 08:30 UTC is 09:30 in Paris.
    assert "2 mars 2026 à 9\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30" in shown.text


def test_a_receipt_is_taken_away_as_it_was_signed(sqlite_world: World, tom: Person):
    made = receipt_of(sqlite_world, tom, "lnk_3q2-7vQbS0mX9jJ5r1TzWA")
    taken = signed_in(sqlite_world).get(f"/my-receipts/{made.receipt_id}.txt")
    assert taken.text == made.presented + "\n"
    assert taken.headers["Content-Disposition"].startswith(
        'attachment; filename="accuse-2026-03-02-'
    )
    assert taken.headers["Cache-Control"] == "no-store"


def test_another_persons_receipt_is_no_page(sqlite_world: World, tom: Person):  # noqa: ARG001 - TOM signs in
    huck = sqlite_world.register_person("FINN", "HUCK")
    made = receipt_of(sqlite_world, huck, "lnk_3q2-7vQbS0mX9jJ5r1TzWA")
    refused = signed_in(sqlite_world).get(f"/my-receipts/{made.receipt_id}.txt")
    assert refused.status_code == 404
    assert made.jws not in refused.text


def test_whoever_is_not_signed_in_signs_in_here_and_sees_them(sqlite_world: World, tom: Person):
    made = receipt_of(sqlite_world, tom, "lnk_3q2-7vQbS0mX9jJ5r1TzWA")
    visitor = sqlite_world.browser()
    assert visitor.get(f"/my-receipts/{made.receipt_id}.txt").status_code == 404
    form = Form(visitor, visitor.get("/my-receipts?ui_locales=en"))
    assert made.receipt_id not in form.response.text
    assert '<html lang="en"' in form.response.text
    refused = form.submit(password="wrong")
    assert shown_code(refused) == "MAG-201"
    assert '<html lang="en"' in refused.text
    entered = Form(visitor, refused).submit()
    assert (entered.status_code, entered.location) == (303, "/my-receipts")
    assert made.receipt_id in visitor.get(entered.location).text
    # A form posted twice signs in once, and leads to the same page.
    assert Form(visitor, refused).submit().location == "/my-receipts"


def test_a_sign_in_here_serves_at_a_portal_too(sqlite_world: World, tom: Person):  # noqa: ARG001 - TOM signs in
    visitor = sqlite_world.browser()
    Form(visitor, visitor.get("/my-receipts")).submit()
    assert "code" in answer_in(visitor.authorize(prompt="none"))


def test_the_form_here_has_nobody_to_tell_that_one_gave_up(
    sqlite_world: World,
    tom: Person,  # noqa: ARG001 - TOM exists
):
    visitor = sqlite_world.browser()
    form = Form(visitor, visitor.get("/my-receipts"))
    assert shown_code(form.submit(action="cancel")) == "MAG-120"


def test_who_was_struck_off_reads_nothing_more(sqlite_world: World, tom: Person):
    made = receipt_of(sqlite_world, tom, "lnk_3q2-7vQbS0mX9jJ5r1TzWA")
    visitor = signed_in(sqlite_world)
    radiate_declarant(sqlite_world.work(), sub=tom.sub, by="test")
    asked = visitor.get("/my-receipts")
    assert made.receipt_id not in asked.text
    assert shown_code(Form(visitor, asked).submit()) == "MAG-201"
    assert visitor.get(f"/my-receipts/{made.receipt_id}.txt").status_code == 404


def test_many_receipts_are_read_page_after_page(sqlite_world: World, tom: Person):
    made = [receipt_of(sqlite_world, tom, f"lnk_{number}") for number in range(25)]
    visitor = signed_in(sqlite_world)
    first = visitor.get("/my-receipts")
    second = visitor.get("/my-receipts?passing=20")
    assert [one.receipt_id in first.text for one in made] == [False] * 5 + [True] * 20
    assert [one.receipt_id in second.text for one in made] == [True] * 5 + [False] * 20
    assert 'href="/my-receipts?passing=20"' in first.text
    assert "?passing=" not in second.text


@pytest.mark.parametrize("passing", ["-1", "x", "²", "1" * 9, ""])
def test_a_passing_that_is_no_number_begins_at_the_newest(
    sqlite_world: World,
    tom: Person,
    passing: str,
):
    made = receipt_of(sqlite_world, tom, "lnk_3q2-7vQbS0mX9jJ5r1TzWA")
    shown = signed_in(sqlite_world).get("/my-receipts", query_string={"passing": passing})
    assert made.receipt_id in shown.text


def test_the_page_opens_in_no_frame(sqlite_world: World, tom: Person):  # noqa: ARG001 - TOM signs in
    framed = signed_in(sqlite_world).get("/my-receipts", headers={"Sec-Fetch-Dest": "iframe"})
    assert shown_code(framed) == "MAG-119"
