"""The walk by the keyboard alone, and what helps one type."""

import pytest
from playwright.sync_api import Page, expect

from e2e.walk import TOM, open_form, submit_button
from tests.demo.running import Demonstration

pytestmark = pytest.mark.usefixtures("calm")


def focus_is_seen(page: Page) -> bool:
    """Tell whether the focused element has a ring of 2 px."""
    return page.evaluate(
        """() => {
            const style = getComputedStyle(document.activeElement);
            return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        }"""
    )


def tab_to(page: Page, words: str, *, at_most: int = 25) -> None:
    page.wait_for_load_state()  # the address comes before the styles that draw the ring
    for _ in range(at_most):
        page.keyboard.press("Tab")
        assert focus_is_seen(page), page.evaluate("document.activeElement.outerHTML")
        if words in page.evaluate("document.activeElement.innerText ?? ''"):
            return
    raise AssertionError(f"the keyboard never reaches « {words} »")


def test_from_a_portal_and_back_without_a_mouse(page: Page, demo: Demonstration):
    page.goto(f"{demo.klesia}/espace")
    expect(page.locator("#siret")).to_be_focused()
    assert focus_is_seen(page)
    page.keyboard.type("97050551700072")
    for typed in (TOM.nom, TOM.prenom, TOM.password):
        page.keyboard.press("Tab")
        assert focus_is_seen(page)
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{demo.klesia}/espace")
    tab_to(page, "Se déconnecter")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{demo.klesia}/")


def test_the_skip_link_jumps_over_the_header(page: Page, demo: Demonstration):
    page.goto(f"{demo.mag}/docs/errors/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main a").first).to_be_focused()


def test_space_and_enter_both_work_the_show_button(page: Page, demo: Demonstration):
    open_form(page, demo)
    page.locator("#password").fill("Mississippi1876")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#password")).to_have_attribute("type", "text")
    page.keyboard.press("Enter")
    expect(page.locator("#password")).to_have_attribute("type", "password")


def test_a_shown_password_is_hidden_again_before_it_is_sent(page: Page, demo: Demonstration):
    open_form(page, demo)
    page.locator("#siret").fill(TOM.siret)
    page.locator("#nom").fill(TOM.nom)
    page.locator("#prenom").fill(TOM.prenom)
    page.locator("#password").fill(TOM.password)
    page.get_by_role("button", name="Afficher le mot de passe").click()
    page.evaluate(
        """document.addEventListener("submit", () => {
            window.typeWhenSent = document.getElementById("password").type;
        })"""
    )
    page.evaluate("document.addEventListener('submit', event => event.preventDefault())")
    submit_button(page).click()
    assert page.evaluate("window.typeWhenSent") == "password"


def test_a_siret_pasted_from_a_letter_signs_in(page: Page, demo: Demonstration):
    open_form(page, demo)
    page.locator("#siret").focus()
    page.keyboard.insert_text(" 970.505\u00a0517-00072 ")
    expect(page.locator("#siret")).to_have_value("970 505 517 00072")
    page.locator("#nom").fill("sawyer")
    page.locator("#prenom").fill("tom")
    page.locator("#password").fill(TOM.password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")


@pytest.mark.parametrize(
    ("field", "words"),
    [("nom", "family-name"), ("prenom", "given-name"), ("password", "current-password")],
)
def test_the_browser_is_told_what_each_field_is(
    page: Page, demo: Demonstration, field: str, words: str
):
    open_form(page, demo)
    expect(page.locator(f"#{field}")).to_have_attribute("autocomplete", words)
    expect(page.locator("#siret")).to_have_attribute("inputmode", "numeric")
    expect(page.locator("form#sign-in input[autocomplete=username]")).to_have_count(1)
