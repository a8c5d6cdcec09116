"""Firefox ESR signs people in: on MAG's page, and in a portal's, whatever it does with cookies."""

import pytest

from e2e.engines.firefox import COOKIES, opened_firefox
from e2e.walk import TOM, UNKNOWN

SETTINGS = {"as it comes": {}, "no third-party cookie": {COOKIES: 1}, "partitioned": {COOKIES: 5}}


@pytest.fixture(scope="module", params=SETTINGS.values(), ids=SETTINGS.keys())
def window(request, tmp_path_factory):
    with opened_firefox(tmp_path_factory.mktemp("firefox"), request.param) as opened:
        yield opened


@pytest.fixture
def firefox(window):
    """Give a browser that has been nowhere yet."""
    window.leave_frame()
    window.open("about:blank")
    window.forget_cookies()
    return window


def open_widget(firefox, page: str) -> None:
    """Press KLESIA's brand button and go into the form that it shows."""
    firefox.open(page)
    firefox.wait_for(lambda: firefox.run("return Boolean(customElements.get('mag-signin'))"))
    firefox.click("#open-widget")
    firefox.wait_for(lambda: firefox.run("return !!document.querySelector('mag-signin[ready]')"))
    firefox.enter_frame()


def test_the_full_page_signs_in_and_comes_back_to_the_page_asked_for(firefox, demo):
    firefox.open(f"{demo.klesia}/espace/contrats")
    assert firefox.url.startswith(f"{demo.mag}/")
    firefox.sign_in(TOM)
    firefox.wait_for(lambda: firefox.url == f"{demo.klesia}/espace/contrats")
    assert "SAWYER" in firefox.words.upper()
    assert "__Host-mag_session" in firefox.cookies_of("mag.localhost")


def test_the_form_in_klesia_s_page_signs_in_and_leaves_no_cookie_of_mag(firefox, demo):
    open_widget(firefox, f"{demo.klesia}/")
    firefox.sign_in(TOM)
    firefox.leave_frame()
    firefox.wait_for(lambda: firefox.url == f"{demo.klesia}/espace")
    assert "SAWYER" in firefox.words.upper()
    assert "__Host-portal" in firefox.cookies_of("klesia.localhost")
    assert firefox.cookies_of("mag.localhost") == []


def test_a_refusal_in_the_frame_stays_in_it_and_can_be_mended(firefox, demo):
    open_widget(firefox, f"{demo.klesia}/")
    firefox.sign_in(UNKNOWN)
    firefox.wait_for(lambda: firefox.run("return Boolean(document.getElementById('error'))"))
    firefox.sign_in(TOM)
    firefox.leave_frame()
    firefox.wait_for(lambda: firefox.url == f"{demo.klesia}/espace")
