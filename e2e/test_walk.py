"""The whole walk: a portal, MAG's form, and back to the page first asked for."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.walk import HUCK, TOM, changed, fill_form, open_form, sign_in, submit_button
from tests.demo.running import Demonstration

pytestmark = pytest.mark.usefixtures("calm")


def signed_in_as(page: Page, name: str) -> None:
    expect(page.locator(".me-name")).to_have_text(name)


def test_a_person_lands_on_the_very_page_first_asked_for(page: Page, demo: Demonstration):
    page.goto(f"{demo.klesia}/espace/taux-atmp?annee=2026&tri=-taux#bas")
    expect(page).to_have_url(re.compile(re.escape(f"{demo.mag}/authorize?")))
    sign_in(page)
    expect(page).to_have_url(re.compile(re.escape("/espace/taux-atmp?annee=2026&tri=-taux")))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Taux")
    signed_in_as(page, "TOM SAWYER")


def test_the_second_portal_asks_for_no_password(page: Page, demo: Demonstration):
    forms = []
    page.on("request", lambda request: forms.append(request.url) if request.method == "POST" else 0)
    open_form(page, demo)
    sign_in(page)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    page.goto(f"{demo.mcf}/espace/abondement?depuis=klesia")
    expect(page).to_have_url(f"{demo.mcf}/espace/abondement?depuis=klesia")
    signed_in_as(page, "TOM SAWYER")
    assert forms == [f"{demo.mag}/sign-in"]


def test_signing_out_at_one_portal_ends_single_sign_on(page: Page, demo: Demonstration):
    open_form(page, demo)
    sign_in(page)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(f"{demo.klesia}/")
    page.goto(f"{demo.mcf}/espace")
    expect(page.locator("#sign-in")).to_be_visible()
    page.goto(f"{demo.klesia}/espace")
    expect(page.locator("#sign-in")).to_be_visible()


def test_after_sign_out_a_silent_request_says_login_required(page: Page, demo: Demonstration):
    form = open_form(page, demo)
    sign_in(page)
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(f"{demo.klesia}/")
    with page.expect_request(lambda request: "/mag/callback" in request.url) as caught:
        page.goto(changed(form, prompt="none"))
    assert "error=login_required" in caught.value.url
    assert "&code=" not in caught.value.url


def test_back_after_sign_out_shows_nothing_personal(page: Page, demo: Demonstration):
    open_form(page, demo)
    sign_in(page)
    expect(page.locator("main")).to_contain_text("contrat")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(f"{demo.klesia}/")
    page.go_back()
    expect(page.locator("#sign-in")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("SAWYER")


def test_signing_out_without_a_hint_asks_first_then_says_it_is_done(
    page: Page, demo: Demonstration
):
    open_form(page, demo)
    sign_in(page)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    page.goto(f"{demo.mag}/logout")
    expect(page.get_by_role("heading", level=1)).to_have_text("Se déconnecter\u00a0?")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes déconnecté")
    page.goto(f"{demo.mcf}/espace")
    expect(page.locator("#sign-in")).to_be_visible()


def test_five_sign_ins_in_five_tabs_at_once_each_land_where_asked(
    context: BrowserContext, demo: Demonstration
):
    tabs = [context.new_page() for _ in range(5)]
    for number, tab in enumerate(tabs):
        tab.goto(f"{demo.klesia}/espace/taux-atmp?onglet={number}")
        fill_form(tab)
    for tab in tabs:
        submit_button(tab).click(no_wait_after=True)
    for number, tab in enumerate(tabs):
        expect(tab).to_have_url(f"{demo.klesia}/espace/taux-atmp?onglet={number}")
        signed_in_as(tab, "TOM SAWYER")


def test_a_form_left_open_in_one_tab_works_after_a_sign_in_in_another(
    context: BrowserContext, demo: Demonstration
):
    left_open, other = context.new_page(), context.new_page()
    left_open.goto(f"{demo.klesia}/espace/contrats?laisse=ouvert")
    open_form(other, demo)
    sign_in(other)
    expect(other).to_have_url(f"{demo.klesia}/espace/contrats")
    sign_in(left_open, HUCK)
    expect(left_open).to_have_url(f"{demo.klesia}/espace/contrats?laisse=ouvert")
    signed_in_as(left_open, "HUCK FINN")


def test_a_form_reloaded_while_it_waits_still_signs_in(page: Page, demo: Demonstration):
    open_form(page, demo)
    fill_form(page)
    page.reload()
    expect(page.locator("#password")).to_have_value("")
    sign_in(page)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")


def test_english_is_spoken_when_asked_for_and_the_walk_ends_the_same(
    page: Page, demo: Demonstration
):
    open_form(page, demo, ui_locales="en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(submit_button(page)).to_have_text(re.compile("sign in", re.IGNORECASE))
    sign_in(page, TOM, password="not the password")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#error")).to_contain_text("Check what you entered.")
    sign_in(page)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
