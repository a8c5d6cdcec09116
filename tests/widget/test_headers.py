"""What the frame's answers carry: who may frame them, and where their form may go."""

from dataclasses import replace
from pathlib import Path

import pytest

from mag_server.rooms.partners.actions import edit_partner, find_partner
from tests.widget.frames import KLESIA, Frame, directive, told
from tests.world import Browser, World, hidden, shown_code


def test_every_page_of_the_frame_names_the_one_origin_that_may_show_it(frame: Frame):
    form = frame.open()
    pages = {
        "form": form,
        "refused": frame.submit(form, password="Mississippi1"),
        "empty": frame.submit(form, nom=""),
        "cancelled": frame.submit(form, action="cancel"),
        "answer": frame.submit(form),
        "silent": frame.open(prompt="none"),
    }
    for name, page in pages.items():
        assert directive(page, "frame-ancestors") == KLESIA, name
        assert directive(page, "form-action") == "'self'", name
        assert page.headers["Cache-Control"] == "no-store", name
        assert page.headers["Referrer-Policy"] == "same-origin", name
        assert "X-Frame-Options" not in page.headers, name


def test_a_partner_with_two_origins_is_framed_by_that_of_the_redirect_uri_alone(
    mag: World, visitor: Browser
):
    other = "https://other.example"
    mag.register_partner(
        "two",
        origins=("http://two.localhost:8500", other),
        redirect_uris=("http://two.localhost:8500/cb", f"{other}/cb"),
        sandbox=True,
    )
    page = Frame(visitor).open(client_id="two", redirect_uri=f"{other}/cb")
    assert directive(page, "frame-ancestors") == other


def test_a_page_that_is_not_asked_for_by_web_message_is_framed_by_nobody(visitor: Browser):
    assert directive(visitor.authorize(), "frame-ancestors") == "'none'"


@pytest.mark.parametrize("header", [{"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_a_form_refused_for_its_origin_is_told_in_the_frame(frame: Frame, header: dict[str, str]):
    answer = frame.submit(frame.open(), headers={"Sec-Fetch-Dest": "iframe"} | header)
    assert shown_code(answer) == "MAG-118"
    assert directive(answer, "frame-ancestors") == KLESIA


def test_a_database_that_is_away_is_told_in_the_frame(mag: World, frame: Frame):
    form = frame.open()
    mag.equipment.database.dispose()
    file = Path(mag.equipment.database.url.database or "")
    file.unlink()
    file.mkdir()
    answer = frame.submit(form)
    assert (answer.status_code, shown_code(answer)) == (503, "MAG-502")
    assert directive(answer, "frame-ancestors") == KLESIA
    assert f'data-embedder="{KLESIA}"' in answer.text
    assert 'data-refused="MAG-502"' in answer.text


def test_a_form_whose_partner_lost_its_address_is_told_in_the_frame(mag: World, frame: Frame):
    form = frame.open()
    klesia = find_partner(mag.work(), client_id="klesia")
    moved = replace(klesia, redirect_uris=(f"{KLESIA}/elsewhere",))
    assert edit_partner(mag.work(), partner=moved, by="test") == moved
    answer = frame.submit(form)
    assert shown_code(answer) == "MAG-120"
    assert directive(answer, "frame-ancestors") == KLESIA


def test_an_altered_form_names_nobody_who_may_frame_its_refusal(frame: Frame):
    form = frame.open()
    answer = frame.submit(form, form="A" + hidden(form, "form"))
    assert answer.status_code in {400, 403}
    assert directive(answer, "frame-ancestors") == "'none'"


@pytest.mark.parametrize("destination", ["document", "frame", "embed", "object", "empty"])
def test_the_frame_s_form_is_opened_and_posted_in_a_frame_alone(
    frame: Frame, visitor: Browser, destination: str
):
    form = frame.open()
    query = form.request.query_string.decode()
    elsewhere = {"Sec-Fetch-Dest": destination}
    assert shown_code(visitor.get("/authorize?" + query, headers=elsewhere)) == "MAG-119"
    assert shown_code(frame.submit(form, headers=elsewhere)) == "MAG-119"


def test_a_page_s_own_form_is_not_posted_in_a_frame(visitor: Browser):
    form = visitor.open_form().response
    answer = Frame(visitor).submit(form)
    assert shown_code(answer) == "MAG-119"


def test_a_browser_that_says_nothing_of_where_it_shows_a_page_is_served(visitor: Browser):
    frame = Frame(visitor)
    form = frame.open()
    assert told(frame.submit(form, headers={"Accept": "text/html"}))["code"]


def test_an_origin_that_is_not_registered_gets_no_frame(mag: World, visitor: Browser):
    mag.register_partner("noframe", origins=())
    answer = Frame(visitor).open(client_id="noframe")
    assert (answer.status_code, shown_code(answer)) == (400, "MAG-122")
    assert directive(answer, "frame-ancestors") == "'none'"
    assert "sign-in" not in answer.text


def test_another_partner_s_redirect_uri_opens_no_frame(mag: World, visitor: Browser):
    # Attack: a registered partner's page names another's address, to be framed in its place.
    mag.register_partner("other")
    answer = Frame(visitor).open(client_id="other", redirect_uri=f"{KLESIA}/mag/callback")
    assert directive(answer, "frame-ancestors") == "'none'"
    assert "data-embedder" not in answer.text
