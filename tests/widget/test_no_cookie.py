"""The frame sets no cookie and uses none, even where the browser sends one."""

from urllib.parse import urlencode

import pytest

from tests.widget.frames import Frame, told
from tests.world import Browser, World, request_parameters


def test_no_page_of_the_frame_sets_a_cookie(frame: Frame):
    form = frame.open()
    for page in (
        form,
        frame.submit(form, password="Mississippi1"),
        frame.submit(form, action="cancel"),
        frame.submit(form),
        frame.submit(form),
        frame.open(prompt="none"),
    ):
        assert "Set-Cookie" not in page.headers


def test_a_live_session_s_cookie_is_not_used(frame: Frame, visitor: Browser):
    visitor.sign_in()  # at top level: the browser now sends a session's and a device's cookie
    assert 'id="sign-in"' in frame.open().text
    assert told(frame.open(prompt="none"))["error"] == "login_required"


def test_a_sign_in_in_the_frame_leaves_the_session_at_top_level_alone(
    frame: Frame, visitor: Browser
):
    visitor.sign_in()
    before = visitor.client.get_cookie("__Host-mag_session", domain="mag.localhost")
    told_code = frame.sign_in()["code"]
    after = visitor.client.get_cookie("__Host-mag_session", domain="mag.localhost")
    assert before == after
    assert told_code


def test_a_sign_in_in_the_frame_opens_no_single_sign_on(frame: Frame, visitor: Browser):
    assert frame.sign_in()["code"]
    assert 'id="sign-in"' in visitor.authorize().text


def test_without_a_session_prompt_none_is_answered_by_message(frame: Frame):
    answer = frame.open(prompt="none", state="the-state-of-this-very-test")
    assert answer.status_code == 200
    assert told(answer)["error"] == "login_required"
    assert told(answer)["state"] == "the-state-of-this-very-test"


@pytest.mark.parametrize("cookie", ["x", "a" * 4000, "é", '"', "\\"])
def test_a_strange_cookie_changes_nothing(mag: World, cookie: str):
    query = urlencode(request_parameters(response_mode="web_message"))
    answer = mag.app.test_client(use_cookies=False).get(
        "/authorize?" + query,
        base_url=mag.issuer,
        headers={
            "Sec-Fetch-Dest": "iframe",
            "Cookie": f"__Host-mag_session={cookie}; __Host-mag_device={cookie}",
        },
    )
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
