"""Firefox ESR signs people in: on MAG's page, and in a portal's, whatever it does with cookies."""

import pytest

from e2e.engines.firefox import COOKIES, opened_firefox
from e2e.walk import TOM, UNKNOWN

SETTINGS = {"as it comes": {}, "no third-party cookie": {COOKIES: 1}, "partitioned": {COOKIES: 5}}


# What a frame of another site may keep, if it tries.
TRY = "document.cookie = 'third=party; SameSite=None; Secure'; return document.cookie;"


@pytest.fixture(scope="module", params=SETTINGS)
def world(request):
    """Give the name of each setting."""
    return request.param


@pytest.fixture(scope="module")
def window(world, tmp_path_factory):
    with opened_firefox(tmp_path_factory.mktemp("firefox"), SETTINGS[world]) as opened:
        yield opened


@pytest.fixture
def firefox(window):
    """Give a browser that has been nowhere yet."""
    window.leave_frame()
    window.open("about:blank")
    window.forget_cookies()
    return window


def test_the_full_page_signs_in_and_comes_back_to_the_page_asked_for(firefox, demo):
    firefox.open(f"{demo.klesia}/espace/contrats")
    assert firefox.url.startswith(f"{demo.mag}/")
    firefox.sign_in(TOM)
    firefox.wait_for(lambda: firefox.url == f"{demo.klesia}/espace/contrats")
    assert "SAWYER" in firefox.words.upper()
    assert "__Host-mag_session" in firefox.cookies_of("mag.localhost")


def test_the_form_in_klesia_s_page_signs_in_and_leaves_no_cookie_of_mag(firefox, demo):
    firefox.open_widget(f"{demo.klesia}/")
    firefox.sign_in(TOM)
    firefox.leave_frame()
    firefox.wait_for(lambda: firefox.url == f"{demo.klesia}/espace")
    assert "SAWYER" in firefox.words.upper()
    assert "__Host-portal" in firefox.cookies_of("klesia.localhost")
    assert firefox.cookies_of("mag.localhost") == []


def test_the_browser_is_in_the_world_that_it_says(firefox, world, demo):
    firefox.open_widget(f"{demo.klesia}/")
    assert firefox.run(TRY) == ("" if world == "no third-party cookie" else "third=party")


def test_a_refusal_in_the_frame_stays_in_it_and_can_be_mended(firefox, demo):
    firefox.open_widget(f"{demo.klesia}/")
    firefox.sign_in(UNKNOWN)
    firefox.wait_for(lambda: firefox.run("return Boolean(document.getElementById('error'))"))
    firefox.sign_in(TOM)
    firefox.leave_frame()
    firefox.wait_for(lambda: firefox.url == f"{demo.klesia}/espace")
