"""login_hint, ui_locales and acr_values (OpenID Connect Core 1.0 section 3.1.2.1)."""

import re

import pytest

from tests.world import Browser, World, answer_in


def _value(html: str, name: str) -> str:
    found = re.search(rf'<input id="{name}"[^>]* value="([^"]*)"', html)
    assert found
    return found[1]


@pytest.mark.parametrize("hint", ["97050551700072", "970 505 517 00072", "970-505-517.00072"])
def test_login_hint_fills_the_siret(visitor: Browser, hint: str) -> None:
    page = visitor.authorize(login_hint=hint).text
    assert _value(page, "siret") == "970 505 517 00072"
    assert (_value(page, "nom"), _value(page, "prenom")) == ("", "")


@pytest.mark.parametrize(
    "hint",
    [
        "SAWYER",
        "tom.sawyer@toment.example",
        "97050551700072 SAWYER TOM",
        "00000000000000",
        '"><script>alert(1)</script>',
        "x" * 512,
    ],
)
def test_any_other_login_hint_fills_nothing_and_is_not_shown(visitor: Browser, hint: str) -> None:
    page = visitor.authorize(login_hint=hint).text
    assert [_value(page, name) for name in ("siret", "nom", "prenom")] == ["", "", ""]
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("ui_locales", "language"),
    [
        (None, "fr"),
        ("fr", "fr"),
        ("en", "en"),
        ("en-GB fr", "en"),
        ("fr-CA en", "fr"),
        ("de", "fr"),
        ("de en", "en"),
        ("EN", "en"),
        ("zz-\x00 ../en", "fr"),
        ("x" * 2000, "fr"),
    ],
)
def test_ui_locales_choose_the_language_of_the_page(
    visitor: Browser, ui_locales: str | None, language: str
) -> None:
    answer = visitor.authorize(ui_locales=ui_locales)
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["Content-Language"] == language


def test_a_refused_form_keeps_its_language(visitor: Browser) -> None:
    refused = visitor.open_form(ui_locales="en").submit(password="wrong")
    assert '<html lang="en">' in refused.text


def test_ui_locales_come_before_the_browsers_languages(visitor: Browser) -> None:
    query = visitor.open_form(ui_locales="fr").response.request.query_string.decode()
    answer = visitor.get("/authorize?" + query, headers={"Accept-Language": "en"})
    assert '<html lang="fr">' in answer.text


ACR = "http://mag.localhost:8400/acr/"


@pytest.mark.parametrize(
    ("acr_values", "met"),
    [
        (None, True),
        (f"{ACR}password", True),
        (f"{ACR}two-factor {ACR}password", True),
        (f"{ACR}two-factor", False),
        (f"{ACR}recovered", False),
        ("password", False),
        (f"{ACR}password/", False),
        ("https://evil.example/acr/password", False),
    ],
)
@pytest.mark.parametrize("signed_in", [False, True])
def test_an_asked_level_that_cannot_be_met_is_never_silently_lowered(
    visitor: Browser, acr_values: str | None, *, met: bool, signed_in: bool
) -> None:
    if signed_in:
        visitor.sign_in()
    answer = visitor.authorize(acr_values=acr_values)
    if met:
        assert answer.status_code == (303 if signed_in else 200)
    else:
        told = answer_in(answer)
        assert told["error"] == "unmet_authentication_requirements"
        assert told["error_code"] == "MAG-115"


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_registered_minimum_that_cannot_be_met_is_never_silently_lowered(
    mag: World, *, signed_in: bool
) -> None:
    mag.register_partner("mcf", minimum_acr=f"{ACR}two-factor")
    visitor = mag.browser()
    if signed_in:
        visitor.sign_in()
    told = answer_in(visitor.authorize(client_id="mcf"))
    assert told["error"] == "unmet_authentication_requirements"


@pytest.mark.parametrize("level", ["password", "recovered"])
def test_a_registered_minimum_that_is_met_changes_nothing(mag: World, level: str) -> None:
    mag.register_partner("mcf", minimum_acr=f"{ACR}{level}")
    assert mag.browser().sign_in(client_id="mcf")
