"""MAG stops in the middle, and comes back: no trace, no lost session, no second account."""

import signal
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from playwright.sync_api import Page, expect

from e2e.by_hand import ByHand, running_by_hand
from e2e.walk import TOM, fill_form, sign_in, submit_button
from tests.demo.running import eventually


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ByHand]:
    with running_by_hand(tmp_path_factory.mktemp("by-hand")) as site:
        yield site


@pytest.fixture
def by_hand(operated: ByHand) -> ByHand:
    """Give the site with MAG running, whatever the test before left."""
    operated.be_running()
    return operated


def test_while_mag_is_away_the_portal_says_so_and_all_goes_on_when_it_is_back(
    page: Page, by_hand: ByHand
):
    page.goto(f"{by_hand.portal_url}/espace")
    sign_in(page)
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")
    by_hand.stop_mag()
    # Whoever is signed in already stays at work.
    page.goto(f"{by_hand.portal_url}/espace/contrats")
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")
    # Within seconds nobody is sent to a dead address any more.
    assert eventually(
        lambda: by_hand.portal_answers("/mag/sign-in") == HTTPStatus.SERVICE_UNAVAILABLE
    )
    # Whoever comes now reads a sentence, and a way to try again.
    page.context.clear_cookies(name="__Host-portal")
    answer = page.goto(f"{by_hand.portal_url}/espace/taux-atmp?annee=2026")
    assert answer
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.headers["retry-after"].isdigit()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Connexion momentanément indisponible"
    )
    by_hand.start_mag()
    # MAG's session outlived the restart: no password is asked for again. The portal asks a MAG that
    # was away every two seconds at most: a person who is faster than that tries once more.
    wanted = f"{by_hand.portal_url}/espace/taux-atmp?annee=2026"
    assert eventually(lambda: tried_again(page) == wanted)
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")


def tried_again(page: Page) -> str:
    page.get_by_role("link", name="Réessayer").click()
    page.wait_for_load_state()
    return page.url


def test_a_form_opened_before_the_outage_signs_in_after_it(page: Page, by_hand: ByHand):
    page.goto(f"{by_hand.portal_url}/espace/contrats")
    fill_form(page)
    by_hand.stop_mag()
    by_hand.start_mag()
    submit_button(page).click()
    expect(page).to_have_url(f"{by_hand.portal_url}/espace/contrats")
    expect(page.locator(".me-name")).to_have_text("TOM SAWYER")


def test_an_outage_between_the_form_and_the_code_is_a_sentence_and_can_be_tried_again(
    page: Page, by_hand: ByHand
):
    page.goto(f"{by_hand.portal_url}/espace/contrats")
    expect(page.locator("#sign-in")).to_be_visible()
    # MAG answers with the code, then stops before the portal redeems it.
    by_hand.portal.signal_group(signal.SIGSTOP)
    try:
        fill_form(page)
        with page.expect_request("**/mag/callback*"):
            submit_button(page).click(no_wait_after=True)
        by_hand.stop_mag()
    finally:
        by_hand.portal.signal_group(signal.SIGCONT)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Connexion momentanément indisponible"
    )
    by_hand.start_mag()
    page.get_by_role("link", name="Réessayer").click()
    expect(page).to_have_url(f"{by_hand.portal_url}/espace/contrats")


def test_nothing_that_happened_is_a_trace_in_a_log(by_hand: ByHand):
    for log in (by_hand.mag.said, by_hand.portal.said):
        assert "Traceback" not in log
        assert TOM.password not in log
