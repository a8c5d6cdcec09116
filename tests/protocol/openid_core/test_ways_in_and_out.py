"""POST to /authorize (Core 3.1.2.1), and answers by query or by form (Form Post Response Mode)."""

import re
from html import unescape

import pytest

from tests.world import REDIRECT_URI, Browser, World, answer_in, hidden, request_parameters


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://klesia.localhost:8500", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {},
    ],
    ids=str,
)
def test_3_1_2_1_a_post_from_anywhere_becomes_the_same_get(
    mag: World, headers: dict[str, str]
) -> None:
    visitor = mag.browser()
    posted = visitor.client.post(
        "/authorize",
        data=request_parameters(state="é à & = +", nonce="n"),
        headers=headers,
        base_url=mag.issuer,
    )
    assert posted.status_code == 303
    assert posted.location.startswith("/authorize?")
    assert posted.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in posted.headers
    direct = visitor.authorize(state="é à & = +", nonce="n")
    followed = visitor.get(posted.location)
    assert followed.status_code == direct.status_code
    assert answer_in(followed)["error_code"] == answer_in(direct)["error_code"]


def test_3_1_2_1_a_post_keeps_a_repeated_parameter_repeated(visitor: Browser) -> None:
    posted = visitor.post("/authorize", request_parameters() | {"state": ["a", "b"]})
    assert answer_in(visitor.get(posted.location))["error_code"] == "MAG-103"


def test_3_1_2_1_a_post_whose_request_is_good_ends_in_a_form(visitor: Browser) -> None:
    posted = visitor.post("/authorize", request_parameters())
    assert 'id="sign-in"' in visitor.get(posted.location).text


def test_a_form_post_answer_is_a_page_that_posts_to_the_redirect_uri(mag: World) -> None:
    visitor = mag.browser()
    page = visitor.open_form(response_mode="form_post", state="</form>'\"&").submit()
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    action = re.search(r'<form id="continue" method="post" action="([^"]*)"', page.text)
    assert action
    assert unescape(action[1]) == REDIRECT_URI
    assert hidden(page, "state") == "</form>'\"&"
    assert hidden(page, "iss") == mag.issuer
    assert visitor.redeem(hidden(page, "code")).status_code == 200
    assert "http://klesia.localhost:8500" in page.headers["Content-Security-Policy"]


def test_a_form_post_error_travels_the_same_way(visitor: Browser) -> None:
    page = visitor.authorize(response_mode="form_post", prompt="none", state="s")
    assert page.status_code == 200
    assert (hidden(page, "error"), hidden(page, "state")) == ("login_required", "s")


def test_a_form_post_error_does_not_say_that_one_is_signed_in(visitor: Browser) -> None:
    page = visitor.authorize(response_mode="form_post", prompt="none")
    assert "Vous êtes connecté" not in page.text


def test_cancelling_tells_the_partner_access_denied(visitor: Browser) -> None:
    told = answer_in(visitor.open_form(state="s").submit(action="cancel", password=""))
    assert (told["error"], told["state"]) == ("access_denied", "s")


def test_the_answer_is_a_303_whatever_was_posted(visitor: Browser) -> None:
    form = visitor.open_form()
    for answer in (form.submit(), form.submit(action="cancel"), visitor.authorize(prompt="none")):
        assert answer.status_code == 303
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.data == b""
