"""In which language a page answers: the one that the request asked for, refusals included."""

from collections.abc import Callable
from dataclasses import replace
from html import unescape
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from mag_server.rooms.partners.actions import edit_partner, find_partner
from tests.world import Browser, Form, World, hidden, request_parameters

KLESIA = "http://klesia.localhost:8500"


@pytest.fixture
def mag(sqlite_world: World) -> World:
    """Give a MAG that knows KLESIA and TOM SAWYER."""
    sqlite_world.register_partner()
    sqlite_world.register_person()
    return sqlite_world


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"siret": "970 505 517 00073"}, "A digit seems wrong. Check the SIRET."),
        ({"siret": "123"}, "A SIRET has 14 digits."),
        ({"nom": "\u202esawyer"}, "Remove the invisible writing-direction marks."),
        ({"password": ""}, "Fill in this field."),
        ({"password": "wrong"}, "Check what you entered."),
    ],
)
def test_what_is_wrong_is_said_in_english_to_who_asked_for_english(
    mag: World, typed: dict[str, str], sentence: str
) -> None:
    refused = mag.browser().open_form(ui_locales="en").submit(**typed)
    assert refused.headers["Content-Language"] == "en"
    assert sentence in refused.text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"client_id": "nobody"}, "MAG-101"),
        ({"redirect_uri": "https://evil.example/"}, "MAG-102"),
        ({"client_id": "no-origin", "response_mode": "web_message"}, "MAG-122"),
        ({"response_mode": "web_message", "prompt": "none"}, "MAG-116"),
        ({"response_mode": "web_message", "scope": "none"}, "MAG-106"),
        ({"response_mode": "form_post", "prompt": "none"}, "MAG-116"),
    ],
)
def test_a_refused_request_is_answered_in_the_language_it_asks_for(
    mag: World, asked: dict[str, str], said: str
) -> None:
    mag.register_partner("no-origin", origins=())
    told = mag.browser().authorize(**asked, ui_locales="en")
    assert said in told.text
    assert told.headers["Content-Language"] == "en"
    assert '<html lang="en"' in told.text


def test_a_page_opened_where_it_does_not_belong_is_refused_in_the_language_asked_for(
    mag: World,
) -> None:
    query = urlencode(request_parameters(ui_locales="en"))
    told = mag.browser().get(f"/authorize?{query}", headers={"Sec-Fetch-Dest": "image"})
    assert "MAG-119" in told.text
    assert told.headers["Content-Language"] == "en"


def _cancelled(form: Form) -> TestResponse:
    return form.submit(action="cancel")


def _partner_changed(form: Form) -> TestResponse:
    world = form.browser.world
    known = find_partner(world.work(), client_id="klesia")
    assert known
    moved = replace(known, redirect_uris=(f"{KLESIA}/elsewhere",))
    edit_partner(world.work(), partner=moved, by="test")
    world.pass_time(seconds=2)
    return form.submit()


def _posted(**headers: str) -> Callable[[Form], TestResponse]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda form: form.browser.post("/sign-in", {"form": form.token}, headers=sent)


@pytest.mark.parametrize(
    ("post", "said"),
    [
        (_cancelled, "MAG-117"),
        (_partner_changed, "MAG-120"),
        (_posted(Origin="null"), "MAG-118"),
        (_posted(Sec_Fetch_Dest="image"), "MAG-119"),
        (Form.submit, "code"),
    ],
)
@pytest.mark.parametrize("response_mode", ["web_message", "form_post"])
def test_whatever_answers_a_form_speaks_the_language_of_the_form(
    mag: World, post: Callable[[Form], TestResponse], said: str, response_mode: str
) -> None:
    told = post(mag.browser().open_form(ui_locales="en", response_mode=response_mode))
    assert said in told.text
    assert told.headers["Content-Language"] == "en"


def test_a_sign_out_ends_in_the_language_it_began_in(mag: World) -> None:
    visitor: Browser = mag.browser()
    visitor.sign_in()
    question = visitor.get("/logout?ui_locales=en")
    action = unescape(question.text.partition('method="post" action="')[2].partition('"')[0])
    done = visitor.post(action, {"sign_out": hidden(question, "sign_out")})
    assert "MAG-" not in done.text
    assert (question.headers["Content-Language"], done.headers["Content-Language"]) == ("en", "en")
