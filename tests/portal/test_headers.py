"""What every answer says to the browser, and how its cookie is kept."""

import pytest

from tests.portal.conftest import NOWHERE, browser_of, settings_for

ADDRESSES = ["/", "/espace", "/no-such-page", "/static/portal.css"]


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_policy_allows_this_site_and_mag_only(portal, path):
    policy = portal.get(path).headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == "'self'"
    assert rules["script-src"] == rules["form-action"] == f"'self' {NOWHERE}"
    assert rules["frame-src"] == NOWHERE
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ADDRESSES)
def test_types_are_never_guessed(portal, path):
    assert portal.get(path).headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_personal_is_never_kept_by_the_browser(portal):
    portal.come_from_mag()
    assert portal.get("/espace").headers["Cache-Control"] == "no-store"


def test_the_cookie_is_bound_to_this_host_and_out_of_reach_of_scripts(klesia):
    cookie = klesia.get("/").headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie


def test_each_page_visited_gives_the_session_another_half_hour(portal):
    portal.come_from_mag()
    portal.get("/espace")
    cookie = portal.get("/espace").headers["Set-Cookie"]
    assert "Expires=" in cookie
    assert "Set-Cookie" not in portal.get("/static/portal.css").headers


def test_tls_is_remembered_where_there_is_tls(tmp_path):
    browser = browser_of(settings_for("klesia", tmp_path, url="https://pro.klesia.example"))
    assert "max-age" in browser.get("/").headers["Strict-Transport-Security"]


def test_another_host_name_is_refused(klesia):
    assert klesia.client.get("/", base_url="http://evil.example").status_code == 400
