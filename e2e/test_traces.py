"""What a sign-in leaves in the browser: two cookies of MAG's, and nothing else."""

import json

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.walk import TOM, open_form, sign_in
from tests.demo.running import Demonstration

pytestmark = pytest.mark.usefixtures("calm")


@pytest.fixture
def landed(page: Page, demo: Demonstration) -> Page:
    open_form(page, demo)
    sign_in(page)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    return page


def test_mag_keeps_a_session_and_a_device_and_both_are_locked(
    landed: Page, context: BrowserContext, demo: Demonstration
):
    kept = {cookie["name"]: cookie for cookie in context.cookies(demo.mag)}
    assert set(kept) == {"__Host-mag_session", "__Host-mag_device"}
    for cookie in kept.values():
        assert cookie["secure"], cookie["name"]
        assert cookie["httpOnly"], cookie["name"]
        assert cookie["sameSite"] == "Lax", cookie["name"]
        assert (cookie["domain"], cookie["path"]) == ("mag.localhost", "/")
    assert kept["__Host-mag_session"]["expires"] == -1, "it must end with the browser"
    assert kept["__Host-mag_device"]["expires"] > 0
    assert landed.evaluate("document.cookie") == ""


def test_the_form_itself_sets_no_cookie(page: Page, context: BrowserContext, demo: Demonstration):
    open_form(page, demo)
    assert context.cookies(demo.mag) == []


def test_the_session_cookie_changes_at_each_sign_in(
    landed: Page, context: BrowserContext, demo: Demonstration
):
    def session() -> str:
        named = {cookie["name"]: cookie["value"] for cookie in context.cookies(demo.mag)}
        return named["__Host-mag_session"]

    before = session()
    open_form_again(landed, demo)
    sign_in(landed)
    expect(landed).to_have_url(f"{demo.mcf}/espace")
    assert session() != before


def open_form_again(page: Page, demo: Demonstration) -> None:
    with page.expect_request(lambda request: "/authorize?" in request.url) as asked:
        page.goto(f"{demo.mcf}/espace")
    page.goto(asked.value.url + "&prompt=login")


def test_no_code_stays_in_an_address_or_is_told_to_a_page(landed: Page, demo: Demonstration):
    assert landed.url == f"{demo.klesia}/espace/contrats"
    assert "code" not in landed.evaluate("document.referrer")
    everywhere = landed.evaluate("performance.getEntries().map(entry => entry.name)")
    assert not [name for name in everywhere if "code=" in name or TOM.password in name]


def test_nothing_is_kept_in_storage_on_either_side(landed: Page, demo: Demonstration):
    look = """async () => ({
        local: Object.entries(localStorage), session: Object.entries(sessionStorage),
        databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
    })"""
    nothing = {"local": [], "session": [], "databases": 0, "caches": 0}
    assert landed.evaluate(look) == nothing
    landed.goto(f"{demo.mag}/docs/errors/")
    assert landed.evaluate(look) == nothing


def test_no_page_after_the_sign_in_holds_the_password_or_a_token(
    landed: Page, context: BrowserContext
):
    page_text = landed.content()
    assert TOM.password not in page_text
    assert "eyJ" not in page_text, "an assertion stands in the page"
    assert "eyJhbGciOiJFUzI1NiI" not in json.dumps(context.storage_state())


def test_the_portal_sends_the_password_nowhere(page: Page, demo: Demonstration):
    carried = []
    page.on(
        "request",
        lambda request: (
            carried.append(request.url)
            if TOM.password in (request.post_data or "") + request.url
            else None
        ),
    )
    open_form(page, demo)
    sign_in(page)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    assert carried == [f"{demo.mag}/sign-in"]
