"""What the frame tells the page around it, and what becomes of it."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from werkzeug.test import TestResponse

from tests.protocol.tokens import bearer, published, verified
from tests.widget.frames import KLESIA, Frame, told
from tests.world import Browser, World, answer_in, code_in


def test_the_answer_is_code_state_iss_and_nothing_else(frame: Frame, mag: World):
    answer = told(frame.submit(frame.open(state="the-state-of-this-very-test")))
    assert set(answer) == {"code", "state", "iss"}
    assert answer["iss"] == mag.issuer
    assert answer["state"] == "the-state-of-this-very-test"


def test_without_scripts_a_link_leads_the_whole_page_on(frame: Frame):
    page = frame.submit(frame.open(state="the-state-of-this-very-test"))
    before, _, after = page.text.partition(f'href="{KLESIA}/mag/callback?')
    assert before
    query = parse_qs(unescape(after.partition('"')[0]))
    assert set(query) == {"code", "state", "iss"}
    assert after.partition(">")[0].endswith('target="_top"')


def test_the_code_is_redeemed_once(frame: Frame, visitor: Browser):
    code = frame.sign_in()["code"]
    assert visitor.redeem(code).status_code == 200
    assert visitor.redeem(code).get_json()["error"] == "invalid_grant"


def test_a_form_posted_twice_continues_one_session_without_a_cookie(
    frame: Frame, visitor: Browser, mag: World
):
    form = frame.open()
    first, second = frame.submit(form), frame.submit(form)
    assert "Set-Cookie" not in second.headers
    tokens = [visitor.redeem(told(one)["code"]).get_json()["id_token"] for one in (first, second)]
    keys = published(visitor)
    sids = {verified(one, keys, audience="klesia", at=mag.now)["sid"] for one in tokens}
    assert len(sids) == 1
    assert told(first)["code"] != told(second)["code"]


def test_signing_out_by_the_hint_ends_the_frame_s_session(frame: Frame, visitor: Browser):
    tokens = visitor.redeem(frame.sign_in()["code"]).get_json()
    access = bearer(tokens["access_token"])
    assert visitor.get("/userinfo", headers=access).status_code == 200
    query = f"/logout?id_token_hint={tokens['id_token']}&post_logout_redirect_uri={KLESIA}/"
    left = visitor.get(query)
    assert (left.status_code, left.location) == (303, f"{KLESIA}/")
    assert visitor.get("/userinfo", headers=access).status_code == 401


def test_revoking_the_access_token_of_a_frame_s_sign_in_works(
    frame: Frame, visitor: Browser, mag: World
):
    token = visitor.redeem(frame.sign_in()["code"]).get_json()["access_token"]
    fields = {
        "token": token,
        "client_id": "klesia",
        "client_secret": mag.secrets["klesia"],
    }
    assert visitor.client.post("/revoke", data=fields, base_url=mag.issuer).status_code == 200
    assert visitor.get("/userinfo", headers=bearer(token)).status_code == 401


def test_cancelling_is_told_as_access_denied(frame: Frame):
    answer = told(frame.submit(frame.open(), action="cancel", password=""))
    assert (answer["error"], answer["error_code"]) == ("access_denied", "MAG-117")


def test_a_form_left_open_is_renewed_with_all_but_the_password(frame: Frame, mag: World):
    form = frame.open()
    mag.pass_time(hours=8)
    assert told(frame.submit(form))["code"]
    mag.pass_time(hours=5)
    renewed = frame.submit(form, password="Mississippi1876")
    assert "MAG-204" in renewed.text
    assert 'value="970 505 517 00072"' in renewed.text
    assert 'value="Sawyer"' in renewed.text
    assert "Mississippi1876" not in renewed.text
    assert told(frame.submit(renewed))["code"]


def test_the_frame_tells_its_own_title_its_page_and_the_way_out(frame: Frame):
    page = frame.open().text
    assert f'data-embedder="{KLESIA}"' in page
    assert f'data-redirect-uri="{KLESIA}/mag/callback"' in page
    (full_page,) = {unescape(part.partition('"')[0]) for part in page.split('data-full-page="')[1:]}
    assert parse_qs(urlsplit(full_page).query)["response_mode"] == ["query"]


def link(page: TestResponse, within: str) -> str:
    """Return where the one link whose address holds this leads."""
    (found,) = {
        unescape(one) for one in re.findall(r'<a [^>]*?href="([^"]*)"', page.text) if within in one
    }
    return found


def test_from_the_help_with_the_password_one_comes_back_to_a_form_that_signs_in(
    frame: Frame, visitor: Browser
):
    shown = frame.open(state="the-state-of-this-very-test")
    at_top_level = {"Sec-Fetch-Dest": "document"}
    help_page = visitor.get(link(shown, "/forgotten-password"), headers=at_top_level)
    form = visitor.get(link(help_page, "/authorize"), headers=at_top_level)
    assert form.status_code == 200, form.text
    answer = frame.submit(form, headers=at_top_level)
    assert answer.location.startswith(f"{KLESIA}/mag/callback?")
    assert answer_in(answer)["state"] == "the-state-of-this-very-test"
    assert visitor.redeem(code_in(answer)).status_code == 200


def test_no_field_takes_the_focus_of_a_frame_as_it_loads(frame: Frame):
    page = frame.open().text
    assert "autofocus" not in page
    assert page.count("data-goal") == 1
