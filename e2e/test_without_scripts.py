"""The walk where no script runs: blocked by an administrator, or an old reader."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.tiny_partner import TinyPartner
from e2e.walk import TOM, open_form, sign_in, submit_button
from tests.demo.running import Demonstration


@pytest.fixture
def plain_page(new_context: Callable[..., BrowserContext]) -> Page:
    """Give a page in a browser that runs no script."""
    context = new_context(java_script_enabled=False)
    return context.new_page()


def test_without_scripts_one_lands_on_the_page_first_asked_for(
    plain_page: Page, demo: Demonstration
):
    plain_page.goto(f"{demo.mcf}/espace/abondement?depuis=sans-script")
    sign_in(plain_page)
    expect(plain_page).to_have_url(f"{demo.mcf}/espace/abondement?depuis=sans-script")
    expect(plain_page.locator(".me-name")).to_have_text("TOM SAWYER")


def test_without_scripts_the_brand_button_leads_to_the_form_and_home(
    plain_page: Page, demo: Demonstration
):
    plain_page.goto(demo.klesia)
    plain_page.get_by_role("link", name=re.compile("NET-ENTREPRISES")).click()
    sign_in(plain_page)
    expect(plain_page).to_have_url(f"{demo.klesia}/espace")
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Bonjour TOM SAWYER")
    expect(plain_page.locator("main")).to_contain_text("970\u00a0505\u00a0517\u00a000072")


def test_without_scripts_a_refusal_is_read_and_mended(plain_page: Page, demo: Demonstration):
    open_form(plain_page, demo)
    sign_in(plain_page, TOM, password="Mississippi1875")
    expect(plain_page.locator("#error")).to_contain_text("Connexion impossible")
    expect(plain_page.locator("#nom")).to_have_value("SAWYER")
    plain_page.locator("#password").fill(TOM.password)
    submit_button(plain_page).click()
    expect(plain_page).to_have_url(f"{demo.klesia}/espace/contrats")


def test_without_scripts_an_empty_field_is_caught_before_it_is_sent(
    plain_page: Page, demo: Demonstration
):
    address = open_form(plain_page, demo)
    submit_button(plain_page).click()
    expect(plain_page).to_have_url(address)
    expect(plain_page.locator("#siret")).to_have_attribute("required", "")


def test_without_scripts_nothing_shows_that_only_a_script_could_do(
    plain_page: Page, demo: Demonstration
):
    open_form(plain_page, demo)
    expect(plain_page.locator(".reveal")).to_be_hidden()
    expect(plain_page.locator("#caps")).to_be_hidden()


def test_without_scripts_form_post_goes_on_by_a_button(
    plain_page: Page, demo: Demonstration, tiny: TinyPartner
):
    plain_page.goto(tiny.authorize_url(demo, response_mode="form_post"))
    sign_in(plain_page)
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Vous êtes connecté")
    plain_page.get_by_role("button", name="Continuer").click()
    expect(plain_page).to_have_url(tiny.redirect_uri)
    received = tiny.received[-1]
    assert received.method == "POST"
    assert set(received.form) == {"code", "state", "iss"}


def test_without_scripts_sign_out_works(plain_page: Page, demo: Demonstration):
    open_form(plain_page, demo)
    sign_in(plain_page)
    plain_page.get_by_role("button", name=re.compile("Se déconnecter")).click()
    expect(plain_page).to_have_url(f"{demo.klesia}/")
