"""MAG really stops: before the form comes, while it is filled in, before its code is redeemed."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from e2e.by_hand import ByHand, running_by_hand
from e2e.walk import sign_in
from e2e.widget.frame import LATE, READY, fill, frame_of, press
from e2e.widget.frame import sign_in as sign_in_frame
from e2e.widget.site import OPENED_ROOT

PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ByHand]:
    with running_by_hand(tmp_path_factory.mktemp("by-hand")) as site:
        yield site


@pytest.fixture
def by_hand(operated: ByHand) -> ByHand:
    """Give the site with MAG running, whatever the test before left."""
    operated.be_running()
    return operated


def show_form(page: Page) -> Frame:
    """Press KLESIA's brand button, and wait for the form in its place."""
    page.click("#open-widget")
    expect(page.locator(READY)).to_have_count(1)
    return frame_of(page)


def loaded(page: Page, by_hand: ByHand) -> None:
    page.set_viewport_size({"width": 1280, "height": 1100})  # nothing scrolls under the mouse
    page.add_init_script(OPENED_ROOT)
    page.goto(f"{by_hand.portal_url}/")
    page.wait_for_function("Boolean(customElements.get('mag-signin'))")


def is_signed_in(page: Page, by_hand: ByHand) -> None:
    expect(page).to_have_url(f"{by_hand.portal_url}/espace", timeout=PATIENCE_MS)
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")


def test_stopped_before_the_page_the_button_is_the_way_in(page: Page, tmp_path: Path):
    with running_by_hand(tmp_path) as by_hand:  # a portal that has not yet reached MAG
        _the_button_is_the_way_in(page, by_hand)


def _the_button_is_the_way_in(page: Page, by_hand: ByHand) -> None:
    by_hand.stop_mag()
    page.goto(f"{by_hand.portal_url}/")
    page.click("#open-widget")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Connexion momentanément indisponible"
    )
    by_hand.start_mag()
    page.wait_for_timeout(2_500)  # a portal asks a MAG that was away every two seconds at most
    page.get_by_role("link", name="Réessayer").click()
    sign_in(page)
    is_signed_in(page, by_hand)


def test_stopped_before_the_form_comes_one_can_retry(page: Page, by_hand: ByHand):
    loaded(page, by_hand)
    by_hand.stop_mag()
    page.click("#open-widget")
    expect(page.get_by_role("alert")).to_contain_text(LATE, timeout=PATIENCE_MS)
    by_hand.start_mag()
    page.get_by_role("button", name="Réessayer").click()
    expect(page.locator(READY)).to_have_count(1)
    expect(page.get_by_text(LATE)).to_have_count(0)
    sign_in_frame(frame_of(page))
    is_signed_in(page, by_hand)


def test_stopped_while_it_is_filled_in_one_can_retry(page: Page, by_hand: ByHand):
    loaded(page, by_hand)
    fill(frame := show_form(page))
    by_hand.stop_mag()
    press(frame)
    expect(page.get_by_role("alert")).to_contain_text(LATE, timeout=PATIENCE_MS)
    by_hand.start_mag()
    page.get_by_role("button", name="Réessayer").click()
    expect(page.get_by_text(LATE)).to_have_count(0)
    sign_in_frame(frame_of(page))
    is_signed_in(page, by_hand)


def test_stopped_and_back_while_it_is_filled_in_the_form_is_taken(page: Page, by_hand: ByHand):
    loaded(page, by_hand)
    fill(frame := show_form(page))
    by_hand.stop_mag()
    by_hand.start_mag()
    press(frame)
    is_signed_in(page, by_hand)


def test_stopped_before_the_code_is_redeemed_is_a_sentence_and_can_be_tried_again(
    page: Page, by_hand: ByHand
):
    loaded(page, by_hand)
    frame = show_form(page)
    by_hand.portal.signal_group(signal.SIGSTOP)
    try:
        with page.expect_request("**/mag/callback"):
            sign_in_frame(frame)
        by_hand.stop_mag()
    finally:
        by_hand.portal.signal_group(signal.SIGCONT)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Connexion momentanément indisponible"
    )
    by_hand.start_mag()
    page.wait_for_timeout(2_500)
    page.get_by_role("link", name="Réessayer").click()
    # A sign-in in the frame opened no single sign-on: the full page asks again.
    expect(page).to_have_url(re.compile("/authorize"))
    sign_in(page)
    is_signed_in(page, by_hand)


def test_stopped_after_the_landing_whoever_is_signed_in_stays(page: Page, by_hand: ByHand):
    loaded(page, by_hand)
    sign_in_frame(show_form(page))
    is_signed_in(page, by_hand)
    by_hand.stop_mag()
    page.reload()
    is_signed_in(page, by_hand)
