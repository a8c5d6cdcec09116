"""Flask-WTF read JSON and files as form fields: lists and files broke the sign-in (500)."""

import io
import json

import pytest

from tests.world import World, shown_code

VALUES = [5, None, True, ["x"], {"x": "y"}, "A\ud800", 1e400]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_form_posted_as_json_is_no_form(sqlite_world: World, value: object) -> None:
    sqlite_world.register_partner()
    browser = sqlite_world.browser()
    fields = {"form": browser.open_form().token} | dict.fromkeys(
        ["siret", "nom", "prenom", "password"], value
    )
    answer = browser.post("/sign-in", json.dumps(fields), content_type="application/json")
    assert (answer.status_code, shown_code(answer)) == (400, "MAG-120")


@pytest.mark.parametrize("body", ["{", "[" * 30_000, '{"siret":' + "[" * 30_000, "nul", b"\xff"])
def test_broken_json_is_no_form(sqlite_world: World, body: str | bytes) -> None:
    answer = sqlite_world.browser().post("/sign-in", body, content_type="application/json")
    assert (answer.status_code, shown_code(answer)) == (400, "MAG-120")


@pytest.mark.parametrize("name", ["form", "siret", "nom", "prenom", "password", "action"])
def test_a_file_in_place_of_a_field_is_no_field(sqlite_world: World, name: str) -> None:
    sqlite_world.register_partner()
    browser = sqlite_world.browser()
    fields: dict[str, object] = {
        "form": browser.open_form().token,
        "siret": "97050551700072",
        "nom": "Sawyer",
        "prenom": "Tom",
        "password": "wrong",
    }
    answer = browser.post(
        "/sign-in",
        fields | {name: (io.BytesIO(b"x"), "x.txt")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 400
