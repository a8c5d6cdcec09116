"""MAG away before, during and after; the frame without its scripts: there is always a way."""

import re

import pytest
from playwright.sync_api import Frame, Page, expect

from e2e.test_repeated import mag_held_back
from e2e.throttled import forget_failures, make_wait
from e2e.walk import TOM
from e2e.widget.frame import (
    LATE,
    READY,
    SCRIPT_OF_THE_FRAME,
    fill,
    frame_of,
    lands_once,
    opened,
    press,
    sign_in,
    until,
)
from e2e.widget.site import FALLBACK, OPENED_ROOT, Site, operate
from tests.demo.running import Demonstration, free_ports


def test_before_the_page_loads_the_page_s_own_way_in_stays(page: Page, site: Site):
    (nobody,) = free_ports(1)
    page.goto(site.with_widget(mag=f"http://mag.localhost:{nobody}"))
    expect(page.get_by_role("link", name=FALLBACK)).to_be_visible()


def test_without_a_request_the_page_s_own_way_in_stays(page: Page, site: Site):
    page.goto(site.with_widget())
    expect(page.locator(READY)).to_have_count(1)
    page.evaluate("document.querySelector('mag-signin').removeAttribute('request')")
    expect(page.get_by_role("link", name=FALLBACK)).to_be_visible()


@pytest.mark.own_browser
def test_when_the_form_does_not_come_one_can_retry_or_open_the_full_page(page: Page, site: Site):
    page.clock.install()
    page.route("**/authorize?*", lambda route: route.abort())
    heard = "addEventListener('mag-error', ({ detail }) => { window.late = detail; });"
    page.goto(site.with_widget(script=OPENED_ROOT + heard))
    expect(page.locator("mag-signin")).to_have_count(1)
    page.wait_for_timeout(500)
    page.clock.run_for(6_000)
    expect(page.get_by_text(LATE)).to_have_count(0)
    page.clock.run_for(2_500)
    expect(page.get_by_role("alert")).to_contain_text(LATE)
    assert page.evaluate("late") == {"code": "late"}
    # At the top of what is still empty: the end of it may be far below a phone's screen.
    message, host = page.get_by_text(LATE).bounding_box(), page.locator("mag-signin").bounding_box()
    assert message
    assert host
    assert message["y"] < host["y"] + 40
    link = page.get_by_role("link", name="Ouvrir la page de connexion")
    assert (link.get_attribute("target")) == "_top"
    page.unroute("**/authorize?*")
    page.get_by_role("button", name="Réessayer").click()
    expect(page.locator(READY)).to_have_count(1)
    expect(page.get_by_text(LATE)).to_have_count(0)
    expect(frame_of(page).locator("#sign-in")).to_be_visible()


@pytest.mark.own_browser
def test_the_full_page_beside_a_late_form_leads_to_the_same_callback(page: Page, site: Site):
    page.clock.install()
    page.route("**/authorize?*response_mode=web_message*", lambda route: route.abort())
    page.goto(site.with_widget(script=OPENED_ROOT))
    page.wait_for_timeout(500)
    page.clock.run_for(8_100)
    page.get_by_role("link", name="Ouvrir la page de connexion").click()
    expect(page.locator("form#sign-in")).to_be_visible()
    expect(page).to_have_url(re.compile("response_mode=query"))


@pytest.mark.own_browser
def test_a_slow_form_shows_a_skeleton_then_itself_beside_the_message(
    page: Page, site: Site, demo: Demonstration
):
    page.clock.install()
    page.goto(site.with_widget(script=OPENED_ROOT))
    expect(page.locator(READY)).to_have_count(1)
    with mag_held_back(demo):
        page.evaluate(
            "(again) => document.querySelector('mag-signin').setAttribute('request', again)",
            site.request(),
        )
        expect(page.locator("mag-signin:not([ready])")).to_have_count(1)
        kept = page.locator("mag-signin").bounding_box()
        assert kept
        assert kept["height"] > 500
        page.clock.run_for(8_100)
        expect(page.get_by_text(LATE)).to_be_visible()
    expect(page.locator(READY)).to_have_count(1)
    expect(page.get_by_text(LATE)).to_have_count(0)
    sign_in(frame_of(page))
    lands_once(page, site)


def test_who_must_wait_in_the_frame_may_open_the_full_page(
    page: Page, site: Site, demo: Demonstration
):
    frame = opened(page, site.with_widget())
    fill(frame, password="Mississippi1")
    press(frame)
    frame = frame_of(page, within="/sign-in")
    expect(frame.locator("#error")).to_contain_text("Connexion impossible")
    height = "document.querySelector('#siret').getBoundingClientRect().y"
    before = frame.evaluate(height)
    make_wait(demo)
    try:
        fill(frame)
        press(frame)
        expect(frame.locator("[data-countdown]")).to_be_visible()
        assert frame.evaluate(height) == before
        link = frame.locator("#error").get_by_role("link", name="Ouvrir la page de connexion")
        link.scroll_into_view_if_needed()
        page.wait_for_timeout(600)  # a frame that has just moved is handed no press
        link.click()
        expect(page.locator("form#sign-in")).to_be_visible()
        expect(page).to_have_url(re.compile("response_mode=query"))
    finally:
        forget_failures(demo)


def test_when_the_answer_does_not_come_one_can_retry(page: Page, site: Site, posts: list[str]):
    frame = opened(page, site.with_widget(script=OPENED_ROOT))
    page.route("**/sign-in", lambda route: route.abort())
    fill(frame)
    frame.locator("button[value=sign-in]").scroll_into_view_if_needed()
    expect(frame.locator("html[data-armed]")).to_have_count(1)
    frame.click("button[value=sign-in]", no_wait_after=True)
    # In real time: a frame of the same site lives under the page's own clock.
    expect(page.get_by_role("alert")).to_contain_text(LATE, timeout=12_000)
    message, framed = page.get_by_text(LATE).bounding_box(), page.locator("iframe").bounding_box()
    assert message
    assert framed
    assert message["y"] >= framed["y"] + framed["height"]
    assert len(posts) == 1
    page.unroute("**/sign-in")
    page.get_by_role("button", name="Réessayer").click()
    expect(page.get_by_text(LATE)).to_have_count(0)
    expect(frame_of(page).locator("#sign-in")).to_be_visible()


def test_a_refusal_of_the_form_itself_is_shown_in_the_frame(
    page: Page, site: Site, demo: Demonstration
):
    # The partner's address changed while the form was open: told in the frame, not by the browser.
    heard = "window.told = []; addEventListener('mag-error', ({ detail }) => told.push(detail));"
    frame = opened(page, site.with_widget(script=heard))
    elsewhere = ("--redirect-uri", f"{site.url}/elsewhere")
    operate(demo, "partners", "edit", site.client_id, *elsewhere)
    try:
        sign_in(frame)
        refused = frame_of(page, within="/sign-in")
        expect(refused.get_by_text("MAG-120")).to_be_visible()
        expect(page.locator(READY)).to_have_count(1)
        until(page, "told.length")
        (told,) = page.evaluate("told")
        assert told["code"] == "MAG-120"
        assert told["trace_id"]
    finally:
        operate(demo, "partners", "edit", site.client_id, "--redirect-uri", f"{site.url}/callback")


def test_a_code_is_redeemed_once_and_reloading_the_landing_stays_there(
    page: Page, demo: Demonstration
):
    page.goto(f"{demo.mcf}/")
    expect(page.locator(READY)).to_have_count(1)
    sign_in(frame_of(page))
    expect(page).to_have_url(f"{demo.mcf}/espace")
    page.reload()
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")
    page.go_back()
    expect(page).to_have_url(re.compile(re.escape(demo.mcf)))
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")


def test_without_the_frame_s_scripts_the_form_works_and_a_link_leads_on(page: Page, site: Site):
    page.route(SCRIPT_OF_THE_FRAME, lambda route: route.abort())
    page.goto(site.with_widget())
    frame = frame_of(page)
    expect(frame.locator("#sign-in")).to_be_visible()
    fill(frame, password="Mississippi1")
    frame.click("button[value=sign-in]")
    frame = frame_of(page, within="/sign-in")
    expect(frame.locator("#error")).to_contain_text("Connexion impossible")
    frame.fill("#password", TOM.password)
    frame.click("button[value=sign-in]")
    frame.get_by_role("link", name="Continuer").click()
    expect(page).to_have_url(re.compile(re.escape(f"{site.url}/callback?")))
    (landing,) = site.landings
    assert set(landing.query) == {"code", "state", "iss"}
    assert "id_token" in site.redeem(landing.query["code"])


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_without_the_frame_s_scripts_the_form_is_drawn_and_has_no_inner_scroll_bar(
    page: Page, site: Site, width: int
):
    page.set_viewport_size({"width": width, "height": 900})
    page.route(SCRIPT_OF_THE_FRAME, lambda route: route.abort())
    page.goto(site.with_widget())
    frame = frame_of(page)
    page.wait_for_timeout(1500)  # the loader waits a second for a hello
    assert _hidden_height(frame) == 0
    button = frame.locator("button[value=sign-in]").bounding_box()
    host = page.locator("mag-signin").bounding_box()
    assert button
    assert host
    assert button["y"] + button["height"] <= host["y"] + host["height"]
    # Seen, as the browser itself judges it: not at an opacity of 0.
    seen = frame.evaluate(
        """() => new Promise((tell) => new IntersectionObserver(
            (all, observer) => { observer.disconnect(); tell(all.at(-1).isVisible); },
            {trackVisibility: true, delay: 100}).observe(document.documentElement))"""
    )
    assert seen


@pytest.mark.parametrize("width", [390, 320])
def test_without_scripts_where_no_browser_sizes_the_frame_one_can_scroll_to_the_button(
    page: Page, site: Site, demo: Demonstration, width: int
):
    # Firefox and WebKit do not know frame-sizing.
    loader = page.request.get(f"http://127.0.0.1:{demo.mag_port}/widget/v1/mag.js").text()
    assert "frame-sizing:content-height" in loader
    unsized = loader.replace("frame-sizing:content-height", "")
    page.route(
        "**/widget/v1/mag.js",
        lambda route: route.fulfill(body=unsized, content_type="text/javascript"),
    )
    page.set_viewport_size({"width": width, "height": 900})
    page.route(SCRIPT_OF_THE_FRAME, lambda route: route.abort())
    page.goto(site.with_widget())
    frame = frame_of(page)
    page.wait_for_timeout(1500)
    assert _hidden_height(frame) > 0
    expect(frame.locator("html")).to_have_css("scrollbar-width", "auto")
    frame.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    assert frame.evaluate(
        "document.querySelector('button[value=sign-in]').getBoundingClientRect().bottom"
        " <= innerHeight"
    )


def _hidden_height(frame: Frame) -> int:
    return int(frame.evaluate("document.documentElement.scrollHeight - innerHeight"))
