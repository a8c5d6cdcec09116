"""What a person sees when the form, or the portal's request, is refused."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.walk import (
    HUCK,
    NOT_VALIDATED,
    STRUCK_OFF,
    TOM,
    UNKNOWN,
    Person,
    changed,
    open_form,
    sign_in,
    submit_button,
)
from tests.demo.running import Demonstration, running_demonstration

pytestmark = pytest.mark.usefixtures("calm")
FREE_FAILURES = 5


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """Give a demonstration whose counts of failures are these tests' alone."""
    folder: Path = tmp_path_factory.mktemp("refusals") / "demo"
    with running_demonstration(folder) as running:
        yield running


def alert(page: Page) -> Locator:
    return page.locator("#error")


def test_a_wrong_password_is_one_error_that_singles_out_no_field(page: Page, demo: Demonstration):
    open_form(page, demo)
    sign_in(page, TOM, password="Mississippi1875")
    expect(alert(page)).to_contain_text("Connexion impossible")
    expect(page).to_have_title(re.compile("^Erreur – "))
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    expect(page.locator(".field-error:visible")).to_have_count(0)
    expect(page.locator("#siret")).to_have_value(TOM.siret)
    expect(page.locator("#nom")).to_have_value(TOM.nom)
    expect(page.locator("#prenom")).to_have_value(TOM.prenom)
    expect(page.locator("#password")).to_have_value("")
    expect(page.locator("#password")).to_be_focused()


def test_the_refusal_is_announced_once(page: Page, demo: Demonstration):
    open_form(page, demo)
    sign_in(page, TOM, password="Mississippi1875")
    # The focused field reads it: were it a live region too, it would be heard twice.
    expect(page.locator("#password")).to_have_accessible_description(
        re.compile("Connexion impossible")
    )
    expect(page.get_by_text("Connexion impossible")).to_have_count(1)
    expect(page.locator("#error[role], #error [role=alert], #error[aria-live]")).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("")
    described = page.locator("[aria-describedby~=error]")
    expect(described).to_have_count(1)


def text_shown_to(page: Page, demo: Demonstration, person: Person) -> str:
    open_form(page, demo)
    sign_in(page, person, password="Mississippi1800" if person is TOM else None)
    expect(alert(page)).to_be_visible()
    words = page.locator("body").inner_text()
    return f"{page.title()}\n{words}\n{page.locator(':focus').get_attribute('id')}"


def test_struck_off_unknown_and_wrong_password_show_the_same_page(page: Page, demo: Demonstration):
    shown = {text_shown_to(page, demo, person) for person in (TOM, STRUCK_OFF, UNKNOWN)}
    assert len(shown) == 1
    page.goto("about:blank")


def test_not_validated_is_said_only_after_the_right_password(page: Page, demo: Demonstration):
    open_form(page, demo)
    sign_in(page, NOT_VALIDATED, password="Mississippi1800")
    expect(alert(page)).to_contain_text("Connexion impossible")
    sign_in(page, NOT_VALIDATED)
    expect(alert(page)).to_contain_text("Inscription à terminer")
    expect(page).to_have_url(f"{demo.mag}/sign-in")


def test_the_person_signs_in_from_the_refused_form_itself(page: Page, demo: Demonstration):
    open_form(page, demo)
    sign_in(page, TOM, password="Mississippi1875")
    expect(alert(page)).to_be_visible()
    page.keyboard.type(TOM.password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")


def test_a_refused_form_that_is_reloaded_is_refused_again_and_works(
    page: Page, demo: Demonstration
):
    open_form(page, demo)
    sign_in(page, TOM, password="Mississippi1875")
    expect(alert(page)).to_be_visible()
    page.reload()
    expect(alert(page)).to_be_visible()
    expect(page.locator("#password")).to_have_value("")
    sign_in(page)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")


def test_after_five_failures_the_wait_is_counted_down_then_the_button_opens(
    page: Page, demo: Demonstration
):
    stranger = Person("999 000 276 00017", "ESSAYEUR", "TROP", "Mississippi1800")
    open_form(page, demo)
    sign_in(page, stranger)
    for _ in range(FREE_FAILURES - 1):
        expect(alert(page)).to_contain_text("Connexion impossible")
        page.locator("#password").fill(stranger.password)
        submit_button(page).click()
    expect(alert(page)).to_contain_text("Connexion impossible")
    wait_is_counted_down(page, stranger)


def wait_is_counted_down(page: Page, person: Person) -> None:
    # Each attempt after the wait doubles the next one: soon the wait is longer than our typing.
    countdown = page.locator("[data-countdown]")
    for _ in range(4):
        page.locator("#password").fill(person.password)
        submit_button(page).click()
        page.locator("#password:focus").wait_for()
        if countdown.count():
            break
    expect(alert(page)).to_contain_text("Trop d’essais")
    expect(countdown).to_have_text(re.compile(r"Réessayez dans \d+ secondes?\."))
    expect(submit_button(page)).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#password")).to_have_value("")
    expect(countdown).to_have_text("Vous pouvez réessayer.", timeout=20_000)
    expect(submit_button(page)).not_to_have_attribute("aria-disabled", "true")
    expect(page.get_by_role("status")).to_have_text("Vous pouvez réessayer.")


def test_an_error_in_what_was_typed_stands_at_its_field_and_keeps_the_rest(
    page: Page, demo: Demonstration
):
    open_form(page, demo)
    sign_in(page, Person("970 505 517 00073", "SAWYER", "TOM", TOM.password))
    expect(page.locator("#siret-error")).to_be_visible()
    expect(page.locator("#siret")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#siret")).to_be_focused()
    expect(page.locator("#nom")).to_have_value("SAWYER")
    expect(alert(page)).to_have_count(0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_uri": "http://klesia.localhost:1/mag/callback"},
        {"redirect_uri": "https://mechant.example/mag/callback"},
        {"redirect_uri": "javascript:alert(1)"},
        {"client_id": "personne"},
    ],
)
def test_a_wrong_address_or_partner_is_said_here_and_nothing_is_redirected(
    page: Page, demo: Demonstration, wrong: dict[str, str]
):
    form = open_form(page, demo)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    answer = page.goto(changed(form, **wrong))
    assert answer
    assert answer.status == 400
    expect(page.get_by_role("heading", level=1)).to_have_text("Demande impossible")
    assert all(url.startswith(f"{demo.mag}/") for url in asked)
    page.get_by_role("link", name=re.compile(r"MAG-10\d")).click()
    expect(page.get_by_role("heading", name="Remedy")).to_be_visible()


def test_giving_up_at_the_portal_again_starts_afresh(page: Page, demo: Demonstration):
    open_form(page, demo)
    sign_in(page, HUCK, password="Mississippi1875")
    page.goto(f"{demo.klesia}/")
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    open_form(page, demo)
    expect(alert(page)).to_have_count(0)
    expect(page.locator("#siret")).to_have_value("")
