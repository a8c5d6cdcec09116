"""Impatience, the back button, two tabs, a form left open: the sign-in lands all the same."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, expect

from e2e.test_repeated import mag_held_back
from e2e.walk import HUCK, TOM
from e2e.widget.frame import (
    READY,
    SCRIPT_OF_THE_FRAME,
    be_seen,
    fill,
    frame_of,
    lands_once,
    opened,
    press,
    sign_in,
    until,
)
from e2e.widget.site import Site
from mag_server.base.clock import system_clock
from mag_server.base.secrets import SecretKeys
from mag_server.base.settings import Settings
from mag_server.rooms.forms.actions import FORM_PURPOSE
from tests.demo.running import Demonstration


def middle_of_button(frame: Frame) -> tuple[float, float]:
    """Return where the mouse presses it, once nothing moves there any more."""
    button = frame.locator("button[value=sign-in]")
    button.scroll_into_view_if_needed()
    frame.page.wait_for_timeout(800)
    box = button.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.usefixtures("calm")
def test_a_double_click_sends_once_and_lands(
    page: Page, site: Site, demo: Demonstration, posts: list[str]
):
    frame = opened(page, site.with_widget())
    fill(frame)
    be_seen(frame)
    place = middle_of_button(frame)
    with mag_held_back(demo):
        for _ in range(20):  # a busy Chromium still drops what follows a scroll
            page.mouse.dblclick(*place)
            page.wait_for_timeout(400)
            if posts:
                break
        # And once more, far enough apart for the browser to take it for another submit.
        page.mouse.click(*place)
        page.wait_for_timeout(400)
    lands_once(page, site)
    assert len(posts) == 1


@pytest.mark.usefixtures("calm")
def test_enter_and_a_click_at_once_send_once_and_land(
    page: Page, site: Site, demo: Demonstration, posts: list[str]
):
    frame = opened(page, site.with_widget())
    fill(frame)
    be_seen(frame)
    place = middle_of_button(frame)
    frame.focus("#password")
    with mag_held_back(demo):
        page.keyboard.press("Enter")
        page.mouse.click(*place)
        page.wait_for_timeout(400)
        page.mouse.click(*place)
        page.wait_for_timeout(400)
    lands_once(page, site)
    assert len(posts) == 1


def test_a_second_native_submit_still_lands(
    page: Page, site: Site, demo: Demonstration, posts: list[str]
):
    # Without the frame's script nothing holds the second click back: it aborts the first request.
    page.route(SCRIPT_OF_THE_FRAME, lambda route: route.abort())
    page.goto(site.with_widget())
    frame = frame_of(page)
    fill(frame)
    with mag_held_back(demo):
        frame.evaluate(
            """() => {
                const button = document.querySelector("button[value=sign-in]");
                button.click();
                setTimeout(() => button.click(), 300);
            }"""
        )
        page.wait_for_timeout(800)
    frame_of(page, within="/sign-in").get_by_role("link", name="Continuer").click()
    expect(page).to_have_url(re.compile(re.escape(f"{site.url}/callback?")))
    assert len(posts) == 2
    assert "id_token" in site.redeem(site.landings[0].query["code"])


@pytest.mark.usefixtures("calm")
def test_back_after_landing_shows_a_form_without_a_password(page: Page, site: Site):
    sign_in(opened(page, site.with_widget()))
    lands_once(page, site)
    page.go_back()
    expect(page.locator(READY)).to_have_count(1)
    frame = frame_of(page)
    expect(frame.locator("#sign-in")).to_be_visible()
    expect(frame.locator("#password")).to_have_value("")


# Nothing leaves by itself; the page notes how it is shown, and each step of the form.
NOTED = """
window.shown = [];
window.steps = [];
addEventListener("pageshow", ({ persisted }) => shown.push(persisted));
addEventListener("mag-step", ({ detail }) => steps.push(detail.step));
addEventListener("mag-success", (event) => event.preventDefault());
"""


@pytest.mark.usefixtures("calm")
@pytest.mark.own_browser(remembers_pages=True)
@pytest.mark.parametrize("left_at", ["form", "answer"])
def test_a_page_out_of_the_browser_s_memory_opens_a_fresh_form(
    page: Page, site: Site, left_at: str
):
    url = site.with_widget(script=NOTED)
    frame = opened(page, url)
    if left_at == "answer":  # it has been spent
        sign_in(frame)
        expect(frame_of(page, within="/sign-in").locator("body[data-answer-code]")).to_have_count(1)
    until(page, f"steps.at(-1) === '{left_at}'")
    before = page.evaluate("steps")
    page.goto(site.place("<p>Ailleurs</p>"))
    page.evaluate("history.back()")
    expect(page).to_have_url(url)
    expect(page.locator(READY)).to_have_count(1)
    until(page, f"steps.length > {len(before)}")
    assert page.evaluate("[shown, steps]") == [[False, True], [*before, "form"]]
    # By the keyboard alone: the driver loses sight of a frame that comes out of the memory.
    page.evaluate("document.querySelector('mag-signin').focus()")
    page.wait_for_timeout(500)
    for typed in (TOM.siret, TOM.nom, TOM.prenom):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.type(TOM.password)

    def answered() -> bool:
        page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        return bool(page.evaluate(f"steps[{len(before) + 1}] === 'answer'"))

    until(page, answered)


@pytest.mark.usefixtures("calm")
def test_two_tabs_both_land(context: BrowserContext, demo: Demonstration):
    frames = []
    for person in (TOM, HUCK):
        tab = context.new_page()
        tab.goto(f"{demo.mcf}/")
        expect(tab.locator(READY)).to_have_count(1)
        frames.append((tab, frame_of(tab), person))
    for tab, frame, person in reversed(frames):
        tab.bring_to_front()
        sign_in(frame, person)
        expect(tab).to_have_url(f"{demo.mcf}/espace")


def left_open(token: str, demo: Demonstration, **units: float) -> str:
    """Return a form's token as it would be, had it been shown so long ago."""
    settings = Settings.read({"MAG_DATABASE_URL": demo.database_url, "MAG_ISSUER": demo.mag})
    keys = SecretKeys(settings.secret_keys)
    signed = keys.read_signed(token, purpose=FORM_PURPOSE)
    assert signed is not None
    shown_at = system_clock() - timedelta(**units)
    return keys.sign(signed.content, purpose=FORM_PURPOSE, now=shown_at)


@pytest.mark.usefixtures("calm")
def test_a_form_left_open_for_8_hours_signs_in(page: Page, site: Site, demo: Demonstration):
    frame = opened(page, site.with_widget())
    field = frame.locator("#sign-in input[name=form]")
    field.evaluate(
        "(field, value) => { field.value = value; }", left_open(field.input_value(), demo, hours=8)
    )
    sign_in(frame)
    lands_once(page, site)


@pytest.mark.usefixtures("calm")
def test_a_form_left_open_for_13_hours_is_renewed_with_all_but_the_password(
    page: Page, site: Site, demo: Demonstration
):
    frame = opened(page, site.with_widget())
    field = frame.locator("#sign-in input[name=form]")
    field.evaluate(
        "(field, value) => { field.value = value; }", left_open(field.input_value(), demo, hours=13)
    )
    sign_in(frame)
    renewed = frame_of(page, within="/sign-in")
    expect(renewed.locator("#error")).to_contain_text("Formulaire à renouveler")
    for name, value in (("siret", TOM.siret), ("nom", TOM.nom), ("prenom", TOM.prenom)):
        expect(renewed.locator(f"#{name}")).to_have_value(value)
    expect(renewed.locator("#password")).to_have_value("")
    expect(renewed.locator("#password")).to_be_focused()
    renewed.fill("#password", TOM.password)
    press(renewed)
    lands_once(page, site)
