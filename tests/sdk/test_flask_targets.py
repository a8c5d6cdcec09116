"""The page to land on belongs to this portal, however its address is spelt."""

import pytest

from mag_sdk.flask.targets import is_local
from tests.sdk.portal import Browser, portal_of, query_of

HOSTILE = {
    "another site": "https://evil.example/",
    "another scheme": "javascript:alert(1)",
    "a data address": "data:text/html,x",
    "no scheme": "//evil.example",
    "three slashes": "///evil.example",
    "a backslash": "/\\evil.example",
    "two backslashes": "\\\\evil.example",
    "a backslash first": "\\/evil.example",
    "a backslash in the path": "/a\\..\\..\\evil",
    "no slash first": "evil.example",
    "an at sign": "@evil.example",
    "a dot first": ".evil.example",
    "nothing": "",
    "a space first": " //evil.example",
    "a space after": "/page ",
    "a tab between slashes": "/\t/evil.example",
    "a line end between slashes": "/\n/evil.example",
    "a header after": "/page\r\nSet-Cookie: a=b",
    "a NUL": "/page\0",
    "a delete": "/page\x7f",
    "a C1 control": "/page\x85",
    "a full-width slash": "/\uff0fevil.example",
    "a fraction slash": "/\u2044evil.example",
    "a right-to-left mark": "/\u202epage",
    "an accent not encoded": "/congés",
    "an encoded slash": "/%2fevil.example",
    "an encoded slash in capitals": "/%2Fevil.example",
    "an encoded backslash": "/%5cevil.example",
    "encoded twice": "/%252fevil.example",
    "encoded five times": "/%252525252fevil.example",
    "encoded nine times": "/%" + "25" * 8 + "2fevil.example",
    "an encoded line end": "/page%0d%0aSet-Cookie:a",
    "an encoded NUL": "/page%00",
    "an encoded tab": "/%09/evil.example",
    "an empty segment": "/a//evil.example",
    "a dot segment": "/..//evil.example",
    "a dot segment in the middle": "/a/../b",
    "an encoded dot segment": "/a/%2e%2e/b",
    "a single dot": "/./b",
    "a fragment": "/page#//evil.example",
    "too long": "/" + "a" * 500,
}
GOOD = [
    "/",
    "/paie/mai",
    "/paie?mois=3&tri=nom",
    "/recherche?q=cong%C3%A9s+pay%C3%A9s",
    "/cong%C3%A9s",
    "/retour?vers=https://autre.example//x",
    "/notes?texte=une%0Adeux",
    "/a;b=c/~d/e%20f",
    "/100%25",
]


@pytest.mark.parametrize("target", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_target_is_refused(target):
    assert not is_local(target)


@pytest.mark.parametrize("target", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_target_gets_a_page_and_no_redirect(client, provider, target):
    browser = Browser(portal_of(client), provider)
    answer = browser.get("/mag/sign-in", query_string={"target": target})
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "evil" not in answer.text
    assert browser.attempts() == []


@pytest.mark.parametrize("target", GOOD)
def test_a_page_of_this_portal_is_where_the_person_lands(client, provider, target):
    browser = Browser(portal_of(client), provider)
    parameters = browser.go_to_mag(f"/mag/sign-in?{_encoded(target)}")
    assert browser.come_back(parameters).location == target


def _encoded(target: str) -> str:
    from urllib.parse import urlencode  # noqa: PLC0415 - said where it is used once

    return urlencode({"target": target})


@pytest.mark.parametrize(
    "page",
    [
        "/paie/mai",
        "/paie/mai?tri=nom&page=2",
        "/paie/ao%C3%BBt?q=%C3%A9t%C3%A9+%26+hiver",
        "/paie/100%25",
    ],
)
def test_the_page_first_asked_for_is_where_the_person_lands(client, provider, page):
    browser = Browser(portal_of(client), provider)
    landing = browser.sign_in(page)
    assert landing.location == page
    assert browser.get(landing.location).status_code == 200


def test_a_page_with_a_raw_backslash_in_its_query_is_found_again(client, provider):
    browser = Browser(portal_of(client), provider)
    assert browser.sign_in("/paie/mai?q=a\\b").location == "/paie/mai?q=a%5Cb"


def test_a_query_too_long_for_a_cookie_is_left_behind(client, provider):
    browser = Browser(portal_of(client), provider)
    assert browser.sign_in("/paie/mai?q=" + "a" * 500).location == "/paie/mai"


def test_a_form_is_not_sent_again_after_signing_in(client, provider):
    browser = Browser(portal_of(client), provider)
    assert query_of(browser.post("/paie/mai").location) == {"target": "/"}


def test_a_portal_that_lists_its_pages_lands_nowhere_else(client, provider):
    browser = Browser(portal_of(client, targets={"/", "/paie/mai"}), provider)
    assert browser.get("/mag/sign-in?target=/paie/mai?tri=nom").status_code == 303
    assert browser.get("/mag/sign-in?target=/paie/juin").status_code == 400
