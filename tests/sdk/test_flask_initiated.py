"""A sign-in that MAG asks for, at an emailed link (OpenID Connect Core 1.0 section 4)."""

from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from mag_sdk import MagClient
from mag_sdk.errors import ConfigurationRefused
from mag_sdk.flask.initiated import landing_of
from tests.protocol.redirect_corpus import hostile_redirects
from tests.sdk.portal import URL, Browser, portal_of, query_of
from tests.sdk.provider import Provider

PAGE = f"{URL}/paie/mai"
LISTED = (PAGE, f"{URL}/avis?annee&siret")
HANDLE = "3q2-7vQbS0mX9jJ5r1TzWA"


@pytest.fixture
def browser(client: MagClient, provider: Provider) -> Browser:
    return Browser(portal_of(client, link_targets=LISTED), provider)


def initiate(browser: Browser, **changes: str | None) -> TestResponse:
    given = {"iss": browser.provider.issuer, "target_link_uri": PAGE, "login_hint": HANDLE}
    sent = {name: value for name, value in (given | changes).items() if value is not None}
    return browser.get(f"/mag/initiate?{urlencode(sent)}")


def test_a_sign_in_begins_with_the_handle_and_ends_at_the_page(browser: Browser):
    to_mag = initiate(browser)
    assert to_mag.status_code == 303
    assert query_of(to_mag.location)["login_hint"] == HANDLE
    landed = browser.come_back(browser.provider.authorize(to_mag.location))
    assert (landed.status_code, landed.location) == (303, "/paie/mai")


def test_it_may_be_posted_too(browser: Browser):
    sent = {"iss": browser.provider.issuer, "target_link_uri": PAGE, "login_hint": HANDLE}
    assert query_of(browser.post("/mag/initiate", data=sent).location)["login_hint"] == HANDLE


def test_the_signed_target_wins_over_what_the_browser_carried(browser: Browser, provider: Provider):
    provider.claims = {"link": "lnk_1", "target": f"{URL}/avis?annee=2026"}
    landed = browser.come_back(provider.authorize(initiate(browser).location))
    assert landed.location == "/avis?annee=2026"


def test_a_signed_target_of_another_site_is_not_followed(browser: Browser, provider: Provider):
    provider.claims = {"link": "lnk_1", "target": "https://evil.example/"}
    landed = browser.come_back(provider.authorize(initiate(browser).location))
    assert landed.location == "/paie/mai"


@pytest.mark.parametrize("issuer", [None, "", "https://evil.example", "http://MAG.localhost"])
def test_another_issuer_begins_nothing(browser: Browser, issuer: str | None):
    refused = initiate(browser, iss=issuer)
    assert refused.status_code in {400, 403}
    assert "Location" not in refused.headers
    assert browser.attempts() == []


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "/paie/mai",
        f"{URL}/paie/juin",
        f"{PAGE}/",
        f"{PAGE}?annee=2026",
        f"{PAGE}?",
        f"{URL}/avis?autre=1",
        f"{URL}/avis?annee=2026&autre=1",
        f"{URL}/avis?=1",
        f"{URL}/avis?annee=1#x",
        f"{URL}/avis?annee=1\n",
    ],
)
def test_a_page_that_is_not_listed_is_refused_here(browser: Browser, target: str | None):
    refused = initiate(browser, target_link_uri=target)
    assert refused.status_code == 400
    assert "Location" not in refused.headers
    assert browser.attempts() == []


def test_none_of_500_hostile_addresses_is_a_landing():
    hostile = hostile_redirects(PAGE)
    assert len(hostile) == 500
    for one in hostile:
        landing = landing_of(one.uri, link_targets=LISTED, portal_origin=URL)
        assert landing is None, one


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        (PAGE, "/paie/mai"),
        (f"{URL}/avis", "/avis"),
        (f"{URL}/avis?annee=2026", "/avis?annee=2026"),
        (f"{URL}/avis?siret=1&annee=2026", "/avis?siret=1&annee=2026"),
    ],
)
def test_a_listed_page_is_a_path_of_this_portal(uri: str, path: str):
    assert landing_of(uri, link_targets=LISTED, portal_origin=URL) == path


def test_a_link_may_lead_to_an_address_as_long_as_mag_registers(browser: Browser):
    longest = f"{URL}/avis?annee={'a' * (1024 - len(f'{URL}/avis?annee='))}"
    landed = browser.come_back(
        browser.provider.authorize(initiate(browser, target_link_uri=longest).location)
    )
    assert landed.location == longest.removeprefix(URL)


@pytest.mark.parametrize(
    "uri", ["https://evil.example/paie", f"{URL}//evil.example", f"{URL}/a/../b", "/paie"]
)
def test_a_list_that_could_lead_away_is_refused_at_the_start(client: MagClient, uri: str):
    with pytest.raises(ConfigurationRefused):
        portal_of(client, link_targets=[uri])


def test_without_a_list_there_is_no_such_route(client: MagClient, provider: Provider):
    browser = Browser(portal_of(client), provider)
    assert initiate(browser).status_code == 404
