"""An emailed link in a real browser: the click, the form, the exact page (A-13 to A-15)."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.sent import TARGET, revoke_link, send_link, told
from e2e.test_access import no_violation, nothing_is_wider
from e2e.walk import HUCK, TOM, fill_form, sign_in, submit_button
from tests.demo.running import Demonstration

AUTHENTICATED = [("opened", "authenticated"), ("authenticated", "authenticated")]


@pytest.mark.usefixtures("calm")
def test_the_click_shows_the_form_and_the_sign_in_opens_the_exact_page(
    page: Page, demo: Demonstration
):
    hops: list[str] = []
    page.on("framenavigated", lambda frame: hops.append(frame.url))
    url = send_link(demo)
    page.goto(url)
    expect(page.locator(".notice")).to_contain_text("Mise à disposition des taux AT/MP")
    sign_in(page, TOM)
    # POST -> partner -> MAG -> callback -> target, every hop under the real policies.
    expect(page).to_have_url(f"{demo.klesia}{TARGET}")
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")
    expect(page.locator(".masthead")).to_contain_text("Mise à disposition des taux AT/MP")
    assert told(demo, url) == [("opened", "interaction"), *AUTHENTICATED]


def test_it_works_without_scripts(browser: Browser, demo: Demonstration):
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    url = send_link(demo)
    page.goto(url)
    sign_in(page, TOM)
    expect(page).to_have_url(f"{demo.klesia}{TARGET}")
    assert told(demo, url) == AUTHENTICATED
    context.close()


@pytest.mark.usefixtures("calm")
def test_with_the_keyboard_alone(page: Page, demo: Demonstration):
    page.goto(send_link(demo))
    expect(page.locator("#siret")).to_be_focused()
    for value in (TOM.siret, TOM.nom, TOM.prenom, TOM.password):
        page.keyboard.type(value)
        if value != TOM.password:
            page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{demo.klesia}{TARGET}")


@pytest.mark.usefixtures("calm")
def test_a_live_session_is_asked_and_then_goes_on(page: Page, demo: Demonstration):
    page.goto(send_link(demo))
    sign_in(page, TOM)
    expect(page).to_have_url(f"{demo.klesia}{TARGET}")
    second = send_link(demo)
    page.goto(second)
    expect(page.get_by_role("heading", level=1)).to_have_text("Continuer en tant que TOM SAWYER ?")
    assert told(demo, second) == []
    page.get_by_role("button", name="Continuer").click()
    expect(page).to_have_url(f"{demo.klesia}{TARGET}")
    assert told(demo, second) == AUTHENTICATED
    page.goto(second)
    expect(page.get_by_role("button", name="Réessayer")).to_be_visible()
    expect(page.locator("main")).to_contain_text("a été enregistrée le")
    page.get_by_role("link", name="Voir vos accusés").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos accusés")
    expect(page.locator(".receipts li")).not_to_have_count(0)
    with page.expect_download() as taken:
        page.get_by_role("link", name=re.compile("Télécharger")).first.click()
    assert taken.value.suggested_filename.startswith("accuse-")


@pytest.mark.usefixtures("calm")
def test_another_person_changes_accounts(page: Page, demo: Demonstration):
    page.goto(f"{demo.klesia}/espace/contrats")
    sign_in(page, HUCK)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    url = send_link(demo)
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("une autre personne")
    page.get_by_role("button", name="Changer de compte").click()
    sign_in(page, TOM)
    expect(page).to_have_url(f"{demo.klesia}{TARGET}")
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")
    assert AUTHENTICATED[1] in told(demo, url)


def test_a_stranger_is_told_and_led_nowhere(page: Page, demo: Demonstration):
    url = send_link(demo)
    page.goto(url)
    fill_form(page, HUCK)
    submit_button(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce courriel ne vous est pas destiné")
    assert ("refused", "authenticated") in told(demo, url)
    check(page)
    page.get_by_role("button", name="Changer de compte").click()
    sign_in(page, TOM)
    expect(page).to_have_url(f"{demo.klesia}{TARGET}")
    assert told(demo, url)[-2:] == AUTHENTICATED


def test_a_revoked_link_shows_the_way_to_its_sender(page: Page, demo: Demonstration):
    url = send_link(demo)
    revoke_link(demo, url)
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Lien retiré")
    check(page)
    page.get_by_role("link", name=re.compile("Aller sur le site")).click()
    expect(page).to_have_url(f"{demo.klesia}/")


def test_not_me_is_recorded(page: Page, demo: Demonstration):
    url = send_link(demo)
    page.goto(url)
    page.get_by_role("button", name=re.compile("le signaler")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Signalement enregistré")
    assert ("reported", "interaction") in told(demo, url)
    assert AUTHENTICATED[1] not in told(demo, url)


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_a_link_is_accessible(
    browser: Browser, demo: Demonstration, width: int, scheme: str
):
    context = browser.new_context(
        locale="fr-FR", color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = context.new_page()
    url = send_link(demo)
    for address in (url, f"{demo.mag}/l/unknown"):
        page.goto(address)
        check(page)
    page.goto(url)
    page.get_by_role("button", name=re.compile("le signaler")).click()
    check(page)
    page.goto(url)
    sign_in(page, TOM)
    page.wait_for_url(f"{demo.klesia}{TARGET}")
    for address in (send_link(demo), url, f"{demo.mag}/my-receipts"):
        page.goto(address)
        check(page)
    context.close()


def check(page: Page) -> None:
    no_violation(page)
    nothing_is_wider(page)
