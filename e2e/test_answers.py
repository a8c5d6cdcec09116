"""How MAG's answer travels, hop by hop, under the real content policy."""

import json
from collections.abc import Callable
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.tiny_partner import VERIFIER, TinyPartner
from e2e.walk import sign_in
from tests.demo.running import Demonstration

pytestmark = pytest.mark.usefixtures("calm")


def redeem(demo: Demonstration, tiny: TinyPartner, code: str) -> dict[str, str]:
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": tiny.redirect_uri,
        "code_verifier": VERIFIER,
        "client_id": tiny.client_id,
        "client_secret": tiny.client_secret,
    }
    request = Request(
        f"http://127.0.0.1:{demo.mag_port}/token",
        data=urlencode(fields).encode(),
        headers={"Host": f"mag.localhost:{demo.mag_port}"},
    )
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
        return json.load(answer)


def test_form_post_brings_a_good_code_to_the_partner_at_once(
    page: Page, demo: Demonstration, tiny: TinyPartner
):
    page.goto(tiny.authorize_url(demo, response_mode="form_post", state="l'un & l'autre=+%20"))
    sign_in(page)
    expect(page).to_have_url(tiny.redirect_uri)
    (received,) = tiny.received
    assert received.method == "POST"
    assert received.query == {}
    assert received.form["state"] == "l'un & l'autre=+%20"
    assert received.form["iss"] == demo.mag
    assert redeem(demo, tiny, received.form["code"])["id_token"]


def test_form_post_answers_silently_too(page: Page, demo: Demonstration, tiny: TinyPartner):
    page.goto(tiny.authorize_url(demo))
    sign_in(page)
    expect(page.get_by_role("heading")).to_have_text("Bienvenue")
    page.goto(tiny.authorize_url(demo, response_mode="form_post"))
    expect(page).to_have_url(tiny.redirect_uri)
    assert [received.method for received in tiny.received] == ["GET", "POST"]


def test_the_policy_lets_the_whole_chain_of_redirects_pass(
    page: Page, demo: Demonstration, tiny: TinyPartner
):
    # POST here -> partner -> back to MAG -> callback -> target: browsers check every hop.
    again = tiny.authorize_url(demo, redirect_uri=f"{tiny.url}/back")
    tiny.hops.update({"/callback": again, "/back": f"{tiny.url}/target"})
    with page.expect_response(lambda answer: answer.url.endswith("/sign-in")) as posted:
        page.goto(tiny.authorize_url(demo))
        sign_in(page)
    assert posted.value.status == 303
    expect(page).to_have_url(f"{tiny.url}/target")
    assert [received.path for received in tiny.received] == ["/callback", "/back", "/target"]


def test_the_policy_stops_a_chain_that_leaves_for_a_stranger(
    new_context: Callable[..., BrowserContext], demo: Demonstration, tiny: TinyPartner
):
    # Proves that the chain above passed by the policy, and not for want of one.
    page = new_context().new_page()
    tiny.hops["/callback"] = f"{demo.mcf}/"
    page.goto(tiny.authorize_url(demo))
    with page.expect_console_message(lambda said: "form-action" in said.text):
        sign_in(page)
    assert page.url.startswith(demo.mag)


def test_a_silent_request_of_a_stranger_answers_login_required(
    page: Page, demo: Demonstration, tiny: TinyPartner
):
    page.goto(tiny.authorize_url(demo, prompt="none", state="un-etat"))
    expect(page.get_by_role("heading")).to_have_text("Bienvenue")
    (received,) = tiny.received
    assert received.query["error"] == "login_required"
    assert received.query["state"] == "un-etat"
    assert received.query["iss"] == demo.mag
    assert "code" not in received.query


def test_a_partner_that_asks_by_post_gets_the_same_form(
    page: Page, demo: Demonstration, tiny: TinyPartner
):
    page.goto(f"{tiny.url}/")
    address, _, query = tiny.authorize_url(demo).partition("?")
    page.evaluate(
        """([address, query]) => {
            const form = document.createElement("form");
            form.method = "post";
            form.action = address;
            for (const [name, value] of new URLSearchParams(query)) {
                const field = document.createElement("input");
                field.name = name;
                field.value = value;
                form.append(field);
            }
            document.body.append(form);
            form.submit();
        }""",
        [address, query],
    )
    sign_in(page)
    expect(page.get_by_role("heading")).to_have_text("Bienvenue")
    assert "code" in tiny.received[-1].query
