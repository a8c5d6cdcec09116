"""Impatience: twice, at once, back, and from the browser's memory."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from e2e.walk import TOM, fill_form, open_form, sign_in, submit_button
from tests.demo.running import Demonstration


@pytest.fixture
def posts(context: BrowserContext) -> list[str]:
    """Give the list of forms that were sent to MAG."""
    return watch_posts(context)


def watch_posts(context: BrowserContext) -> list[str]:
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/sign-in"):
            sent.append(request.url)

    context.on("request", note)
    return sent


@pytest.mark.usefixtures("calm")
def test_a_double_click_sends_once_and_lands(page: Page, demo: Demonstration, posts: list[str]):
    open_form(page, demo)
    fill_form(page)
    place = middle_of_button(page)
    with mag_held_back(demo):
        with page.expect_request("**/sign-in"):
            page.mouse.click(*place)
        # Far enough apart for the browser to take them for two.
        page.mouse.click(*place)
        page.keyboard.press("Enter")
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    assert len(posts) == 1


@pytest.mark.usefixtures("calm")
def test_enter_and_a_click_at_once_send_once_and_land(
    page: Page, demo: Demonstration, posts: list[str]
):
    open_form(page, demo)
    fill_form(page)
    submit_button(page).evaluate("button => { button.form.requestSubmit(button); button.click(); }")
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    assert len(posts) == 1


@contextmanager
def mag_held_back(demo: Demonstration) -> Iterator[None]:
    """Let MAG take requests and answer none of them until the block ends."""
    processes = demo.process_of("mag_server.app:serve")
    assert processes
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def middle_of_button(page: Page) -> tuple[float, float]:
    box = submit_button(page).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_second_native_submit_still_lands(
    new_context: Callable[..., BrowserContext], demo: Demonstration
):
    # Without scripts nothing holds the second click back: it aborts the first request, whose
    # answer nobody reads, and MAG sees both.
    context = new_context(java_script_enabled=False)
    page, sent = context.new_page(), watch_posts(context)
    open_form(page, demo)
    fill_form(page)
    place = middle_of_button(page)
    with mag_held_back(demo):
        for _ in range(2):
            # The mouse itself: a locator would wait for the answer that is held back.
            with page.expect_request("**/sign-in"):
                page.mouse.click(*place)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")
    assert len(sent) == 2


@pytest.mark.usefixtures("calm")
def test_when_no_page_comes_the_button_works_again_and_lands(
    page: Page, demo: Demonstration, posts: list[str]
):
    page.clock.install()
    open_form(page, demo)
    fill_form(page)
    # An empty answer leaves the browser where it is, as one does that is lost on the way.
    page.route("**/sign-in", lambda route: route.fulfill(status=204), times=1)
    submit_button(page).click()
    expect(submit_button(page)).to_have_text("Connexion en cours…")
    submit_button(page).click()
    page.clock.run_for(15_000)
    expect(submit_button(page)).to_have_text("SE CONNECTER")
    assert len(posts) == 1
    submit_button(page).click()
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    assert len(posts) == 2


@pytest.mark.usefixtures("calm")
def test_back_after_success_never_shows_an_error_or_a_password(page: Page, demo: Demonstration):
    page.goto(f"{demo.klesia}/")
    open_form(page, demo)
    sign_in(page)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    page.go_back()
    # The form's address answers from the live session: one is signed in, and stays so.
    expect(page).to_have_url(re.compile(re.escape(demo.klesia)))
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")


@pytest.mark.usefixtures("calm")
def test_reloading_the_landing_page_stays_there(page: Page, demo: Demonstration, posts: list[str]):
    open_form(page, demo)
    sign_in(page)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    page.reload()
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")
    assert len(posts) == 1


@pytest.mark.usefixtures("calm")
def test_opening_the_callback_again_lands_without_a_complaint(page: Page, demo: Demonstration):
    open_form(page, demo)
    with page.expect_request(lambda request: "/mag/callback" in request.url) as caught:
        sign_in(page)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    page.goto(caught.value.url)
    expect(page).to_have_url(f"{demo.klesia}/espace/contrats")
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")


def test_a_page_brought_back_from_memory_is_ready_again_without_the_password(
    page: Page, demo: Demonstration
):
    # `no-store` keeps most browsers from it; those that do it all the same fire this event.
    open_form(page, demo)
    fill_form(page)
    page.evaluate("document.addEventListener('submit', event => event.preventDefault())")
    submit_button(page).click()
    expect(page.locator("#sign-in")).to_have_attribute("aria-busy", "true")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(page.locator("#sign-in")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#password")).to_have_value("")
    expect(page.locator("#nom")).to_have_value(TOM.nom)
    expect(submit_button(page)).not_to_have_text("Connexion en cours…")


def test_the_form_left_and_come_back_to_holds_no_password(page: Page, demo: Demonstration):
    form = open_form(page, demo)
    fill_form(page)
    page.goto(f"{demo.klesia}/")
    page.go_back()
    expect(page).to_have_url(form)
    expect(page.locator("#password")).to_have_value("")
